"""战略合作协议: the agreements with the clients in sight by number; a row's page is the agreement itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD, ByUnit
from jinlan.domains.engagement import agreement_words as words
from jinlan.domains.engagement.models import Agreement
from jinlan.domains.engagement.rules.agreement import AGREEMENT, DEED, MEASURE, sides_without
from jinlan.domains.engagement.selectors import agreements as reading
from jinlan.domains.engagement.selectors.plans import DRAFT, IN_FORCE, entries_of
from jinlan.domains.engagement.services.agreement_life import clear_agreement, end_agreement, sign_agreement
from jinlan.domains.engagement.services.agreements import (
    draft_agreement,
    set_agreement_term,
    withdraw_agreement,
)
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.columns import Badge, Day, Moment, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View

_REASON = Field(_("理由"), long=True, help=_("审计会看到"))
_RENEW = Field(_("开始商谈续签"), help=_("不填即到期前 90 天"))


def _draft(row: Any) -> bool:
    return bool(row.state == DRAFT)


def _ready(row: Any) -> bool:
    return _draft(row) and not row.missing


def _cleared(row: Any) -> bool:
    return bool(row.state == reading.CLEARED)


def _unsigned(row: Any) -> bool:
    return _draft(row) or _cleared(row)


def _in_force(row: Any) -> bool:
    return bool(row.state == IN_FORCE)


def _met(kept: reading.Performance | None, side: str) -> str:
    """Return how many measures of a side stand as agreed, of those that are known."""
    if kept is None:
        return ""
    met, known, _whole = kept.measured(side)
    return f"{met} / {known}"


class Agreements(ByUnit):
    """Strategic cooperation agreements."""

    name, title, one = "agreements", _("战略合作协议"), _("协议")
    purpose = _("总对总的合作协议：双方的承诺与指标，签署后进入承诺台账并按数据度量")
    nothing = _("从客户页起草第一份协议。")
    model, roles = Agreement, BUSINESS
    icon, order, sort, railed = "file-certificate", 48, "ends_on", ()
    history = False
    columns = (
        Title("number", _("协议"), of="called"), CLIENT, Badge("state", _("状态"), looks=words.STATES, keep=True),
        Badge("clock", _("续签"), looks=words.CLOCKS, keep=True), Number("left", _("剩余天数"), of=lambda row: row.left),
        Text("client_met", _("客户指标符合"), of=lambda row: row.met["client"]), Text("bank_met", _("我行指标符合"), of=lambda row: row.met["bank"]),
        Number("overdue", _("逾期承诺"), of=lambda row: row.overdue or None), Day("ends_on", pgettext_lazy("plan", "最后一天"), sort="ends_on"),
        Text("credit", _("意向额度"), of="credit_text", shown=False), Number("deeds", pgettext_lazy("agreement", "承诺"), of="deeds_count", shown=False),
        Number("measures", _("指标"), of="measures_count", shown=False), Day("signed_on", _("签署日期"), shown=False), Text("made_name", _("起草人"), shown=False), Moment("changed_at", _("修改时间"), sort="changed_at", shown=False),
    )  # fmt: skip
    facts = (
        Day("starts_on", _("开始")), Day("renew_on", _("开始商谈续签")), Moment("approved_at", _("审批通过")), Text("signed_ours", _("我行签署人")),
        Text("signed_theirs", _("客户签署人")), Text("reference", _("协议编号")), Day("ended_on", _("结束日期")), Text("reason", _("理由")),
    )  # fmt: skip
    views = (
        View("now", pgettext_lazy("plan", "执行中"), rows=lambda _actor, _ask: Q(state=IN_FORCE)),
        View("renew", _("应商谈续签"), rows=lambda actor, _ask: reading.to_renew(business_date(actor.at))),
        View("cleared", _("待签署"), rows=lambda _actor, _ask: Q(state=reading.CLEARED)),
        View("drafts", _("起草中"), rows=lambda _actor, _ask: Q(state=DRAFT)), View("all", _("全部"), wide=True),
    )  # fmt: skip
    filters = {"unit": BY_UNIT}
    create = Action(draft_agreement, target="", icon="plus", word=_("起草协议"), fields={
        "unit": UNIT_FIELD, "starts_on": Field(_("第一天")), "ends_on": Field(pgettext_lazy("plan", "最后一天"), help=_("通常两到三年")), "renew_on": _RENEW,
    })  # fmt: skip
    actions = (
        Action(clear_agreement, when=_draft, offered=_ready, why_not=_("协议已经定稿"), word=_("提交审批"), icon="checks"),
        Action(sign_agreement, when=_cleared, why_not=_("协议还没有审批通过，或已经签署"), word=_("登记签署"), icon="edit", fields={
            "signed_on": Field(_("签署日期")), "signed_ours": Field(_("我行签署人"), help=_("姓名与职务")), "signed_theirs": Field(_("客户签署人"), help=_("姓名与职务")),
            "reference": Field(_("协议编号"), help=_("纸质原件的归档编号，可不填")),
        }),
        Action(set_agreement_term, when=_draft, why_not=_("协议已经定稿"), word=_("修改期间"), icon="calendar", fields={
            "starts_on": Field(_("第一天"), initial=lambda _actor, row: row.starts_on), "ends_on": Field(pgettext_lazy("plan", "最后一天"), initial=lambda _actor, row: row.ends_on),
            "renew_on": Field(_("开始商谈续签"), initial=lambda _actor, row: row.renew_on),
        }),
        Action(withdraw_agreement, when=_unsigned, why_not=_("协议已签署或已撤回"), word=_("撤回"), icon="circle-x", fields={"reason": _REASON}),
        Action(end_agreement, when=_in_force, why_not=_("协议不在执行中"), word=_("终止协议"), icon="circle-x", fields={
            "word": Field(_("双方怎么说的"), long=True, help=_("终止函或会议纪要：日期与双方的人")), "reason": _REASON,
        }),
    )  # fmt: skip
    verbs = {
        "engagement.agreement_drafted": _("起草战略合作协议"), "engagement.agreement_term_set": _("修改协议期间"), "engagement.agreement_written": _("填写合作协议"),
        "engagement.agreement_entry_dropped": _("删去协议条目"), "engagement.agreement_withdrawn": _("撤回合作协议"), "engagement.agreement_cleared": _("合作协议送签"),
        "engagement.agreement_signed": _("登记协议已签署"), "engagement.agreement_ended": _("终止合作协议"), "engagement.agreement_measured": _("登记协议指标"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, clock and how each side keeps its word; six queries a page."""
        today = business_date(actor.at)
        kept = reading.performances(actor, [row for row in rows if row.signed_on], today=today)
        for row in super().decorate(actor, rows):
            row.called = _("第 %(number)s 份") % {"number": row.number}
            entries = entries_of(row)
            row.missing = [*AGREEMENT.missing_of(entries), *sides_without(entries)] if _draft(row) else []
            row.credit_text = reading.credit_text(entries)
            row.deeds_count, row.measures_count = (
                sum(one.kind == kind for one in entries) for kind in (DEED, MEASURE)
            )
            clock = reading.clock_of(row, today)
            row.clock, row.left = (clock.state, clock.left) if _in_force(row) else ("", None)
            found = kept.get(row.pk)
            row.met = {side: _met(found, side) for side in ("bank", "client")}
            row.overdue = sum(found.tally(side).overdue for side in ("bank", "client")) if found else 0
        return rows

    def label(self, row: Any) -> str:
        """Return the client and the number of the agreement."""
        return " · ".join(filter(None, (row.client.name if row.client else "", str(row.called))))

    def url_of(self, row: Any) -> str:
        """Return the page of the agreement."""
        if row.client is None:
            return super().url_of(row)
        return (
            f"{reverse('client-agreement', kwargs={'public_id': row.client.public_id})}?number={row.number}"
        )

    def peek_of(self, row: Any) -> str:
        """Return the row's own page for the side panel."""
        return super().url_of(row)
