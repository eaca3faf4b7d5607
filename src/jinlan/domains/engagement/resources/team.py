"""团队调整: wishes about clients' teams, with who answers and who decides."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.clients.models import TeamProposal
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD, ByUnit
from jinlan.domains.engagement import team_words as words
from jinlan.domains.engagement.services.deciding import DECIDERS, decide_team, refuse_team
from jinlan.domains.engagement.services.team import (
    agree_to_join,
    decline_to_join,
    propose_team,
    withdraw_team,
)
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Moment, Percent, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View


def _mine(actor: Actor, _ask: Ask) -> Q:
    """Return what waits for the actor: his own answer, or his decision."""
    asked = Q(state="asked", asked_id=actor.person_id)
    return asked | Q(state="agreed") & ~Q(made_id=actor.person_id) if actor.has(*DECIDERS) else asked


def _asked(row: TeamProposal) -> bool:
    return row.state == "asked"


def _waits(row: TeamProposal) -> bool:
    return row.state in ("asked", "agreed")


class TeamProposals(ByUnit):
    """Wished changes of teams; who is asked to join sees his own, though the client is not in his sight."""

    name, title, one = "team-proposals", _("团队调整"), _("团队调整")
    purpose = _(
        "谁加入、离开或接任客户的团队：本人确认并申报利益冲突，再由负责人决定；自生效日起按日期收放权限"
    )
    nothing = _("在客户的「团队」页提议一项调整，会出现在这里。")
    model, roles = TeamProposal, BUSINESS
    icon, order, sort, railed = "users", 49, "-effective_on", ()
    columns = (
        Title("called", _("客户"), of="shown"), Badge("role", _("团队角色"), looks=words.ROLES, keep=True),
        Text("after", _("加入"), of="after_name", keep=True), Text("before", _("离开"), of="before_name"),
        Day("effective_on", _("生效日"), sort="effective_on"), Badge("state", _("状态"), looks=words.STATES, keep=True),
        Text("reason", _("理由")), Text("made_name", _("提议人")),
    )  # fmt: skip
    facts = (
        CLIENT, Percent("share", _("业绩占比")), Badge("conflict", _("利益冲突申报"), looks=words.CONFLICTS), Text("answer", _("本人说明")),
        Text("decided_name", _("决定人")), Moment("decided_at", _("决定时间")), Text("note", _("决定说明")),
    )  # fmt: skip
    views = (
        View("mine", _("待我处理"), rows=_mine), View("open", _("未决"), rows=lambda _actor, _ask: Q(state__in=("asked", "agreed"))),
        View("all", _("全部"), wide=True),
    )  # fmt: skip
    filters = {"unit": BY_UNIT}
    create = Action(propose_team, target="", icon="users", word=_("提议团队调整"), fields={
        "unit": UNIT_FIELD,
        "role": Field(_("团队角色"), choices=tuple((code, look.word) for code, look in words.ROLES.items())),
        "after": Field(_("加入人的工号"), help=_("由他本人确认；只让某人离开时留空")),
        "before": Field(_("离开人的工号"), help=_("由加入人接任；只增加时留空。主办总是接任现任，可留空")),
        "share": Field(_("协办的业绩占比"), help=_("如 0.3；主办得其余部分。接任时留空则沿用")),
        "effective_on": Field(_("生效日"), help=_("可以是今天；从这一天起他看得到客户")),
        "reason": Field(_("理由"), long=True, help=_("审计会看到")),
    })  # fmt: skip
    actions = (
        Action(agree_to_join, when=_asked, offered=lambda row: row.to_answer, why_not=_("不在等您的答复"), word=_("同意加入"), icon="circle-check", fields={
            "conflict": Field(_("与这户客户的利益冲突"), choices=tuple((code, look.word) for code, look in words.CONFLICTS.items() if code), help=_("有冲突的，由部门负责人决定并写明回避安排")),
            "answer": Field(_("说明"), long=True, help=_("有冲突的请写明")),
        }),
        Action(decline_to_join, when=_asked, offered=lambda row: row.to_answer, why_not=_("不在等您的答复"), word=_("不加入"), icon="circle-x",
               fields={"answer": Field(_("理由"), long=True)}),
        Action(decide_team, when=_waits, offered=lambda row: row.to_decide, why_not=_("不在等您的决定"), word=_("批准"), icon="circle-check",
               fields={"note": Field(_("说明"), long=True, help=_("有利益冲突的，请写明回避安排"))}),
        Action(refuse_team, when=_waits, offered=lambda row: row.to_decide, why_not=_("不在等您的决定"), word=_("不批准"), icon="circle-x",
               fields={"note": Field(_("理由"), long=True)}),
        Action(withdraw_team, when=_waits, offered=lambda row: row.to_withdraw, why_not=_("只有提议人可以撤回未决的提议"), word=_("撤回提议"), icon="circle-x"),
    )  # fmt: skip
    verbs = {
        "engagement.team_proposed": _("提议团队调整"), "engagement.team_answered": _("答复团队提名"), "engagement.team_withdrawn": _("撤回团队调整提议"),
        "engagement.team_decided": _("批准团队调整"), "engagement.team_refused": _("不批准团队调整"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, names, and what the actor may do with each; a few queries a page."""
        names = teams.names_of_employees(
            actor, codes=[code for row in rows for code in (row.before, row.after)]
        )
        heads = actor.has(*DECIDERS)
        for row in super().decorate(actor, rows):
            row.shown = row.client.name if row.client else row.called
            row.before_name, row.after_name = (
                names.get(row.before, row.before),
                names.get(row.after, row.after),
            )
            own = actor.person_id in (row.made_id, row.asked_id)
            row.to_answer = row.asked_id == actor.person_id
            row.to_decide = heads and not own and row.client is not None
            row.to_withdraw = row.made_id == actor.person_id
        return rows

    def label(self, row: Any) -> str:
        """Return client, role, who joins or leaves, and the day."""
        who = " → ".join(filter(None, (row.before_name, row.after_name)))
        return " · ".join(
            filter(None, (row.shown, str(words.ROLES[row.role].word), who, row.effective_on.isoformat()))
        )
