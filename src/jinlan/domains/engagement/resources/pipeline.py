"""商机: what clients may take from us, how far each is, and what its next stage still lacks."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.clients.resources import BY_BRANCH, BY_UNIT, CLIENT, UNIT_FIELD, ByUnit, party_read, party_typed
from jinlan.domains.engagement import pipeline_words as words
from jinlan.domains.engagement.models import Opportunity
from jinlan.domains.engagement.rules import pipeline as rules
from jinlan.domains.engagement.rules.pipeline import DATED, LAST, LOST, OPEN, PERSON, WON
from jinlan.domains.engagement.selectors import pipeline as reading
from jinlan.domains.engagement.selectors.plans import objectives_in_sight
from jinlan.domains.engagement.services.pipeline import (
    advance_opportunity,
    change_opportunity,
    hand_opportunity,
    lose_opportunity,
    open_opportunity,
    push_opportunity,
    step_back,
    tick_criterion,
    untick_criterion,
    win_opportunity,
)
from jinlan.domains.engagement.services.pipeline_confirm import BUILT, confirm_opportunity
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Flag, Money, Names, Number, Percent, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View

_CLOSED = _("已经结束")
_REASON = Field(_("理由"), long=True, help=_("至少 5 个字；会留在这个商机的经过里"))
_OPEN = Q(state=OPEN)


def is_open(row: Any) -> bool:
    """Tell whether something can still be done about an opportunity."""
    return bool(row.state == OPEN)


def may_advance(row: Any) -> bool:
    """Tell whether there is a next stage."""
    return is_open(row) and row.stage < LAST


def may_go_back(row: Any) -> bool:
    """Tell whether there is a stage before."""
    return is_open(row) and row.stage > 1


def may_win(row: Any) -> bool:
    """Tell whether it is in the last stage."""
    return is_open(row) and bool(row.stage == LAST)


def may_ask(row: Any) -> bool:
    """Tell whether its terms can be approved now."""
    return is_open(row) and row.stage == BUILT and rules.CONFIRMED not in row.criteria


def _has_ticks(row: Any) -> bool:
    return is_open(row) and any(_freed(row, code) for code in row.criteria)


def _freed(row: Any, code: str) -> bool:
    one = rules.criterion(code)
    return one is not None and one.stage > row.stage


def _choices(table: Any) -> list[tuple[Any, Any]]:
    return list(table.items())


def _first_missing(_actor: Actor, row: Any) -> str:
    lacks = [one.code for one in getattr(row, "missing", ()) if one.kind in (PERSON, DATED)]
    return lacks[0] if lacks else ""


_TICKED = [(one.code, words.CRITERIA[one.code]) for some in rules.criteria().values() for one in some if one.kind in (PERSON, DATED)]  # fmt: skip
_UNTICKED = [(one.code, words.CRITERIA[one.code]) for some in rules.criteria().values() for one in some if one.kind != rules.SYSTEM]  # fmt: skip
_STAGE = Field(pgettext_lazy("stage", "阶段"), choices=_choices(words.STAGES))


def _margin(_actor: Actor, row: Any) -> str | None:
    """Return the margin as a person types it, without the zeros that the column holds."""
    return None if row is None else f"{row.margin.normalize():f}"


def _objectives(actor: Actor) -> list[tuple[Any, str]]:
    """Return the objectives of the plans that hold, with their clients."""
    found = objectives_in_sight(actor)
    units = clients.units_by_key(actor, unit_ids={unit for _key, unit, _text in found})
    return [(key, f"{units[unit].name} · {text}") for key, unit, text in found if unit in units]


_PARTY = Field(
    _("客户成员"), help=_("只与其中一家或一人有关时填写其名称"), clean=party_typed, reads=party_read
)
_TERMS = {
    "title": Field(_("商机"), help=_("一句话说明客户要什么；未公告的交易不写在这里")),
    "product": Field(_("产品"), choices=_choices(words.PRODUCTS)),
    "amount": Field(_("金额"), help=_("以元为单位")),
    "currency": Field(_("币种"), initial="CNY", help=_("三位币种代码，如 CNY、USD")),
    "margin": Field(_("预期利润率"), help=_("占金额的比例：1.5% 写作 0.015"), initial=_margin),
    "source": Field(_("来源"), choices=_choices(words.SOURCES)),
    "rival": Field(_("竞争情况"), help=_("谁也在争取、报价如何；可不填")),
    "objective": Field(_("所属目标"), choices=_objectives, help=_("不选即为计划外")),
}  # fmt: skip


def _stage_word(row: Any) -> Any:
    return words.STAGES[row.stage]


def _lacks(row: Any) -> list[Any]:
    return [words.CRITERIA[one.code] for one in row.missing]


def checklist(_actor: Actor, row: Any) -> list[dict[str, Any]]:
    """Return what proves each stage, what of it is there and what to do about the rest."""
    lacking = {one.code for one in row.missing}
    found = []
    for stage, some in rules.criteria().items():
        lines = [
            {
                "code": one.code, "word": words.CRITERIA[one.code], "kind": words.KINDS[one.kind], "tick": row.criteria.get(one.code),
                "met": one.code in row.criteria or (stage <= row.stage) or (stage == row.stage + 1 and one.code not in lacking),
                "way": words.WAYS[one.code], "by_hand": one.kind in (PERSON, DATED),
            }
            for one in some
        ]  # fmt: skip
        if lines:
            found.append({"stage": words.STAGES[stage], "lines": lines, "next": stage == row.stage + 1 and is_open(row), "reached": stage <= row.stage})  # fmt: skip
    return found


def _checklist_panel(actor: Actor, row: Any) -> dict[str, Any]:
    may = actor.has(*tick_criterion.roles) and is_open(row)
    tick = reverse("opportunities-tick-criterion", kwargs={"public_id": row.public_id}) if may else ""
    return {"stages": checklist(actor, row), "tick": tick}


def _steps_panel(actor: Actor, row: Any) -> list[dict[str, Any]]:
    return [
        {
            "row": one, "word": words.STEPS.get(one.act, one.act), "stage": words.STAGES[one.stage],
            "criterion": words.CRITERIA.get(one.criterion, ""),
        }
        for one in reading.steps_of(actor, opportunity_id=row.pk)
    ]  # fmt: skip


def _now(actor: Actor) -> reading.Numbers:
    return reading.numbers_on(actor, business_date(actor.at))


class Opportunities(ByUnit):
    """Opportunities of the clients in sight."""

    name, title, one = "opportunities", _("商机"), _("商机")
    purpose = _("客户可能与我行做成的业务：走到哪一步、下一步还缺什么、值多少")
    nothing = _("在客户页或商机漏斗建立第一个商机后，会出现在这里。")
    model, roles = Opportunity, BUSINESS
    icon, order, sort, railed = "trending-up", 42, "closes_on", ()
    search = ("title",)
    columns = (
        Title("title", _("商机")), CLIENT, Text("stage", pgettext_lazy("stage", "阶段"), of=_stage_word, sort="stage", keep=True),
        Badge("state", _("状态"), of="look", looks=words.STATES), Money("amount", _("金额"), currency="currency", sort="amount", keep=True),
        Percent("chance", _("赢率")), Money("weighted", _("加权金额"), currency="currency"),
        Day("closes_on", _("预计成交日"), sort="closes_on", keep=True), Number("age", _("阶段天数"), of=lambda row: row.age if row.state == OPEN else None),
        Number("pushes", _("改期次数"), of=lambda row: row.pushes or None, sort="pushes"), Flag("planned", _("计划内")),
        Names("missing", _("下一步还缺"), of=_lacks, shown=False), Text("owner", _("负责人"), of="owner_name"),
        Text("product", _("产品"), of=lambda row: words.PRODUCTS[row.product], shown=False), Day("closed_on", pgettext_lazy("opportunity", "结束日"), sort="closed_on", nullable=True, shown=False),
    )  # fmt: skip
    facts = (
        Percent("margin", _("预期利润率")), Money("value", _("加权利润"), currency="currency"), Text("source", _("来源"), of=lambda row: words.SOURCES[row.source]),
        Text("rival", _("竞争情况")), Day("stage_since", _("进入本阶段")), Day("first_closes_on", _("最初预计成交日")), Number("pushed_days", _("累计推后天数")),
        Money("won_amount", _("成交金额"), currency="currency"), Text("loss", _("丢单原因"), of=lambda row: words.LOSSES.get(row.loss, "")),
        Text("made_name", _("建立人")),
    )  # fmt: skip
    views = (
        View("open", pgettext_lazy("opportunity", "跟进中"), rows=lambda _actor, _ask: _OPEN),
        View("mine", _("我负责的"), rows=lambda actor, _ask: _OPEN & Q(owner=actor.employee or "-")),
        View("stale", _("停滞"), rows=lambda actor, _ask: reading.stale(_now(actor))),
        View("slipped", _("推后过"), rows=lambda _actor, _ask: _OPEN & reading.slipped()),
        View("unplanned", _("计划外"), rows=lambda _actor, _ask: _OPEN & Q(objective=None)),
        View("won", _("赢单"), rows=lambda _actor, _ask: Q(state=WON)),
        View("lost", _("丢单"), rows=lambda _actor, _ask: Q(state=LOST)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "stage": filters.ChoiceFilter(label=pgettext_lazy("stage", "阶段"), choices=_choices(words.STAGES)),
        "owner": filters.CharFilter(label=_("负责人"), widget=forms.Select),
        "product": filters.ChoiceFilter(label=_("产品"), choices=_choices(words.PRODUCTS)),
        "loss": filters.ChoiceFilter(label=_("丢单原因"), choices=_choices(words.LOSSES)),
        "closes_on": filters.DateFromToRangeFilter(label=_("预计成交日")),
        "branch": BY_BRANCH,
        "unit": BY_UNIT,
    }
    create = Action(open_opportunity, target="", icon="plus", word=_("建立商机"), fields={
        "unit": UNIT_FIELD, "party": _PARTY, **_TERMS, "closes_on": Field(_("预计成交日")),
        "owner": Field(_("负责人的工号"), initial=lambda actor, _row: actor.employee),
    })  # fmt: skip
    change = Action(change_opportunity, when=is_open, why_not=_CLOSED, word=_("修改"), fields={**_TERMS, "reason": _REASON})  # fmt: skip
    actions = (
        Action(advance_opportunity, when=is_open, why_not=_CLOSED, offered=may_advance, word=pgettext_lazy("stage", "推进"), icon="chevron-right",
               fields={"stage": Field(_("从哪个阶段推进"), choices=_choices(words.STAGES))}),
        Action(win_opportunity, when=is_open, why_not=_CLOSED, offered=may_win, icon="circle-check", fields={
            "amount": Field(_("成交金额"), help=_("以元为单位")),
            "closed_on": Field(_("成交日期"), initial=lambda actor, _row: business_date(actor.at)),
        }),
        Action(tick_criterion, when=is_open, why_not=_CLOSED, icon="checks", offered=may_advance, fields={
            "criterion": Field(_("条件"), choices=_TICKED, initial=_first_missing),
            "evidence": Field(_("依据"), long=True, help=_("谁在何时说的，或文件编号；至少 5 个字")),
            "done_on": Field(_("日期"), help=_("不填即今天；合同须填签署日期")),
        }),
        Action(confirm_opportunity, when=is_open, why_not=_CLOSED, offered=may_ask, word=_("提交内部审批"), icon="checks", fields={
            "reason": Field(_("报批说明"), long=True, help=_("方案要点、定价与额度；复核人会看到")),
        }),
        Action(push_opportunity, when=is_open, why_not=_CLOSED, icon="calendar", fields={
            "closes_on": Field(_("新的预计成交日")), "reason": _REASON,
        }),
        Action(step_back, when=is_open, why_not=_CLOSED, offered=may_go_back, word=pgettext_lazy("stage", "退回"), icon="chevron-left", fields={
            "stage": Field(_("退回到"), choices=_choices(words.STAGES), initial=lambda _actor, row: row.stage - 1), "reason": _REASON,
        }),
        Action(untick_criterion, when=is_open, why_not=_CLOSED, offered=_has_ticks, icon="x", fields={
            "criterion": Field(_("条件"), choices=_UNTICKED), "reason": _REASON,
        }),
        Action(hand_opportunity, when=is_open, why_not=_CLOSED, word=_("换人负责"), icon="users", fields={
            "owner": Field(_("新负责人的工号"), initial=""), "reason": _REASON,
        }),
        Action(lose_opportunity, when=is_open, why_not=_CLOSED, icon="circle-x", fields={
            "loss": Field(_("丢单原因"), choices=_choices(words.LOSSES)), "reason": _REASON, "rival": Field(_("竞争情况")),
            "closed_on": Field(pgettext_lazy("opportunity", "结束日"), help=_("不填即今天")),
        }),
    )  # fmt: skip
    panels = (
        Panel("criteria", _("阶段条件"), "engagement/_criteria.html", _checklist_panel),
        Panel("steps", _("经过"), "engagement/_pipeline_steps.html", _steps_panel),
    )
    verbs = words.VERBS

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, owner's name, age, weights and what is missing; a few queries a page."""
        names = teams.names_of_employees(actor, codes=[row.owner for row in rows])
        for row in reading.dress(actor, super().decorate(actor, rows), _now(actor)):
            row.owner_name = names.get(row.owner, row.owner)
        return rows

    def label(self, row: Any) -> str:
        """Return what it is, and the client."""
        return " · ".join(filter(None, (row.title, row.client.name if row.client else "")))

    def dress_filters(self, actor: Actor, ask: Ask, form: forms.Form) -> None:
        """Offer the branches in sight, and those who own an opportunity in sight."""
        fields: Any = form.fields
        branches = [(one.code, one.name) for one in clients.branches(actor, deepest=9)]
        fields["branch"].widget.choices = [("", _("不限")), *branches]
        fields["owner"].widget.choices = [("", _("不限")), *owners(actor)]


def owners(actor: Actor) -> list[tuple[str, str]]:
    """Return the employees who own an open opportunity in sight, by name."""
    codes = reading.owners_of(actor)
    names = teams.names_of_employees(actor, codes=codes)
    return sorted(((code, f"{names.get(code, code)} {code}") for code in codes), key=lambda one: one[1])
