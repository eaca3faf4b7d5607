"""移交: clients that go from one who looks after them to another, with pack, checklist, signatures and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD, ByUnit
from jinlan.domains.engagement import handover_words as words
from jinlan.domains.engagement import ledger_words, pipeline_words, team_words
from jinlan.domains.engagement.models import HandOver
from jinlan.domains.engagement.rules.handover import ITEMS
from jinlan.domains.engagement.services.carrying import (
    introduced_on,
    kept_open_by,
    raise_hand_over_issue,
    settle_hand_over_issue,
)
from jinlan.domains.engagement.services.handing import (
    number_of,
    sign_for_absent,
    sign_hand_over,
    withdraw_hand_over,
)
from jinlan.domains.engagement.services.handover import (
    HEADS,
    assign_complaint,
    begin_hand_over,
    check_hand_over_item,
    refresh_hand_over,
)
from jinlan.domains.engagement.services.packing import standing_of
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Moment, Percent, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View

_REASON = Field(_("理由"), long=True, help=_("审计会看到"))
_NOT_OPEN = _("这项移交已不在办理中")


AMOUNTS = frozenset({"aum", "loan", "revenue_12m", "overdue"})


def _open(row: HandOver) -> bool:
    return row.state == "open"


def _preparing(row: Any) -> bool:
    return row.client is not None


def _complains(row: Any) -> bool:
    return _preparing(row) and bool(row.complaints)


def _may_sign(row: Any) -> bool:
    return bool(row.turn)


def _giver_gone(row: Any) -> bool:
    return _preparing(row) and row.gone


def _signed(row: HandOver) -> bool:
    return row.state == "signed"


def _mine(actor: Actor, _ask: Ask) -> Q:
    """Return what waits for the actor's signature."""
    giver = Q(giver_id=actor.person_id, giver_signed_at=None)
    taker = Q(taker_id=actor.person_id, taker_signed_at=None)
    last = Q(giver_signed_at__isnull=False, taker_signed_at__isnull=False)
    return Q(state="open") & (giver | taker | last if actor.has(*HEADS) else giver | taker)


def _pack(actor: Actor, row: HandOver) -> dict[str, Any]:
    pack = row.pack
    return {
        "row": row, "number": number_of(row), "figures": {name: Decimal(value) if name in AMOUNTS else value for name, value in pack.get("figures", {}).items()}, "people": pack.get("people", 0),
        "promises": [{**one, "side": ledger_words.SIDES[one["side"]].word} for one in pack.get("promises", ())],
        "meetings": [{**one, "kind": ledger_words.KINDS[one["kind"]].word} for one in pack.get("meetings", ())],
        "opportunities": [{**one, "stage": pipeline_words.STAGES[one["stage"]]} for one in pack.get("opportunities", ())],
        "pairs": len(pack.get("pairs", ())), "actions": pack.get("actions", ()), "tasks": pack.get("tasks", ()), "complaints": _complaints(actor, row),
    }  # fmt: skip


def _complaints(actor: Actor, row: HandOver) -> list[dict[str, Any]]:
    names = teams.names_of_employees(actor, codes=[who for who in row.complaints.values() if who])
    return [
        {**one, "who": names.get(row.complaints.get(one["id"], ""), row.complaints.get(one["id"], ""))}
        for one in row.pack.get("complaints", ())
    ]


def _steps(actor: Actor, row: Any) -> dict[str, Any]:
    today = business_date(actor.at)
    standing = standing_of(actor, row, row.client)
    return {
        "row": row, "today": today, "fresh": bool(standing.fresh) and row.state == "open",
        "items": [{"word": words.ITEMS[code], "done": row.checklist.get(code)} for code in ITEMS],
        "signatures": _signatures(row), "introduced": introduced_on(actor, row) if row.state in ("signed", "closed") else None,
        "kept_open": words.KEPT_OPEN[kept_open_by(actor, row, today)] if row.state == "signed" else "",
    }  # fmt: skip


def _signatures(row: Any) -> Sequence[dict[str, Any]]:
    return [
        {"who": _("移交人"), "name": row.giver_name, "at": row.giver_signed_at, "note": row.giver_absent},
        {"who": _("接收人"), "name": row.taker_name, "at": row.taker_signed_at, "note": ""},
        {"who": _("监交人"), "name": row.supervisor_name, "at": row.supervisor_signed_at, "note": ""},
    ]  # fmt: skip


class HandOvers(ByUnit):
    """Hand-overs; who is to take a client over sees his own, though the client is not in his sight yet."""

    name, title, one = "hand-overs", _("移交"), _("移交")
    purpose = _(
        "离职、轮岗或回避时，把客户连同承诺、待办、投诉与联系人完整交给接任的同事；三方签署后按生效日收放权限"
    )
    nothing = _("发起一项移交，系统会备好交接包与清单。")
    model, roles = HandOver, BUSINESS
    icon, order, sort, railed = "users", 49, "-effective_on", ()
    columns = (
        Title("called", _("客户"), of="shown"), Badge("role", _("团队角色"), looks=team_words.ROLES), Text("giver", _("移交人"), of="giver_name", keep=True),
        Text("taker", _("接收人"), of="taker_name", keep=True), Day("effective_on", _("生效日"), sort="effective_on"),
        Badge("state", _("状态"), looks=words.STATES, keep=True), Badge("trigger", _("原因"), looks=words.TRIGGERS),
    )  # fmt: skip
    facts = (
        CLIENT, Text("reason", _("理由")), Text("sensitive", _("敏感点")), Text("made_name", _("发起人")), Moment("packed_at", _("交接包时间")),
        Day("introduce_by", _("引见期限")), Day("dispute_until", _("争议期至")), Day("shadow_until", _("影子业绩至")),
        Percent("shadow_share", _("影子业绩占比")), Moment("carried_at", _("工作移交时间")), Day("closed_on", _("了结日期")),
    )  # fmt: skip
    views = (
        View("mine", _("待我签署"), rows=_mine), View("open", _("办理中"), rows=lambda _actor, _ask: Q(state="open")),
        View("window", _("争议期内"), rows=lambda _actor, _ask: Q(state="signed")), View("all", _("全部"), wide=True),
    )  # fmt: skip
    filters = {"unit": BY_UNIT}
    create = Action(begin_hand_over, target="", icon="users", word=_("发起移交"), fields={
        "unit": UNIT_FIELD, "giver": Field(_("移交人的工号"), initial=lambda actor, _row: actor.employee), "taker": Field(_("接收人的工号")),
        "role": Field(_("团队角色"), choices=tuple((code, look.word) for code, look in team_words.ROLES.items()), initial="LEAD"),
        "trigger": Field(_("原因"), choices=tuple((code, look.word) for code, look in words.TRIGGERS.items())), "effective_on": Field(_("生效日"), help=_("这一天起由接收人负责，移交人不再看得到")),
        "reason": _REASON, "sensitive": Field(_("敏感点"), long=True, help=_("需要拿捏分寸的事；不写健康、信仰、家庭与证件号")),
    })  # fmt: skip
    actions = (
        Action(sign_hand_over, when=_open, offered=_may_sign, why_not=_NOT_OPEN, word=_("签署"), icon="circle-check", fields={
            "pack": Field(_("交接包编号"), initial=lambda _actor, row: number_of(row) if row else "", help=_("您签的是这个编号的交接包；更新后须重新签署")),
        }),
        Action(check_hand_over_item, when=_open, offered=_preparing, why_not=_NOT_OPEN, word=_("核对一项"), icon="circle-check", fields={
            "item": Field(_("清单项目"), choices=tuple(words.ITEMS.items())), "note": Field(_("说明"), help=_("例如档案的存放处；可不填")),
        }),
        Action(assign_complaint, when=_open, offered=_complains, why_not=_NOT_OPEN, word=_("指定投诉接手人"), icon="users", fields={
            "complaint": Field(_("投诉编号"), help=_("见交接包")), "employee": Field(_("接手人的工号"), initial=lambda _actor, row: row.taker if row else ""),
        }),
        Action(refresh_hand_over, when=_open, offered=_preparing, why_not=_NOT_OPEN, word=_("更新交接包"), icon="history"),
        Action(sign_for_absent, when=_open, offered=_giver_gone, why_not=_NOT_OPEN, word=_("代离职人签署"), icon="users", fields={"reason": _REASON}),
        Action(withdraw_hand_over, when=_open, offered=_preparing, why_not=_NOT_OPEN, word=_("撤回移交"), icon="circle-x", fields={"reason": _REASON}),
        Action(raise_hand_over_issue, offered=_signed, word=_("提出遗留问题"), icon="alert-triangle", fields={
            "what": Field(_("问题"), long=True, help=_("移交之前留下的；争议期内提出的由移交人负责")),
        }),
        Action(settle_hand_over_issue, offered=_signed, word=_("了结遗留问题"), icon="circle-check", fields={
            "number": Field(_("问题编号")), "note": Field(_("处理结果"), long=True),
        }),
    )  # fmt: skip
    panels = (
        Panel("steps", _("办理"), "engagement/_handover_steps.html", _steps), Panel("pack", _("交接包"), "engagement/_handover_pack.html", _pack),
    )  # fmt: skip
    verbs = {
        "engagement.hand_over_begun": _("发起移交"), "engagement.hand_over_packed": _("更新交接包"), "engagement.hand_over_checked": _("核对交接清单"),
        "engagement.complaint_assigned": _("为投诉指定接手人"), "engagement.hand_over_signed": _("签署移交"),
        "engagement.hand_over_withdrawn": _("撤回移交"), "engagement.hand_over_carried": _("移交未办结的工作"),
        "engagement.hand_over_closed": _("了结移交"), "engagement.hand_over_disputed": _("提出遗留问题"),
        "engagement.hand_over_settled": _("了结遗留问题"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client and names; a few queries a page."""
        names = teams.names_of_employees(
            actor, codes=[code for row in rows for code in (row.giver, row.taker)]
        )
        here = teams.active_among(actor, codes=[row.giver for row in rows])
        for row in super().decorate(actor, rows):
            row.shown = row.client.name if row.client else row.called
            ready = bool(row.giver_signed_at and row.taker_signed_at)
            row.turn = {row.giver_id: not row.giver_signed_at, row.taker_id: not row.taker_signed_at}.get(
                actor.person_id, actor.has(*HEADS) and ready and row.client is not None
            )
            row.gone = not row.giver_signed_at and (row.giver_id is None or row.giver not in here)
            row.giver_name, row.taker_name = names.get(row.giver, row.giver), names.get(row.taker, row.taker)
        return rows

    def label(self, row: Any) -> str:
        """Return client, the two, and the day."""
        return " · ".join((row.shown, f"{row.giver_name} → {row.taker_name}", row.effective_on.isoformat()))
