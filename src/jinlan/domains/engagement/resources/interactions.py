"""互动: what was planned with clients, and what was held."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.clients.resources import BY_UNIT, CLIENT, ByUnit
from jinlan.domains.engagement import ledger_words as words
from jinlan.domains.engagement.models import Interaction
from jinlan.domains.engagement.services.interactions import cancel_interaction, check_in
from jinlan.domains.engagement.services.walls import admit_reader
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Flag, Moment, Names, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View

_DONE = _("已经记过纪要或已取消")


def _with(rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
    return rows.filter(staff__contains=[value])


def is_planned(row: Any) -> bool:
    """Tell whether an interaction lies ahead, or its minutes are missing."""
    return bool(row.state == "planned")


def _unfiled(actor: Actor, _ask: Ask) -> Q:
    return Q(state="planned", starts_at__lt=actor.at)


class Interactions(ByUnit):
    """Interactions with the clients in sight."""

    name, title, one = "interactions", _("互动"), _("互动")
    purpose = _("与客户的拜访、电话、视频、邮件与活动：计划、纪要与承诺")
    nothing = _("在客户页「记一笔」后会出现在这里。")
    model, roles = Interaction, BUSINESS
    icon, order, sort, railed = "message-circle", 44, "-starts_at", ()
    history = False
    search = ("subject",)
    pages = {"one": "jinlan.workspace.engagement.InteractionPage"}
    columns = (
        Title("subject", _("主题")), CLIENT, Badge("kind", _("方式"), looks=words.KINDS),
        Badge("state", _("状态"), looks=words.STATES, keep=True), Moment("starts_at", _("时间"), sort="starts_at", keep=True),
        Names("staff", _("我行参加人"), of="staff_names"), Number("people", _("客户参加人数"), of=lambda row: len(row.people)),
        Moment("minutes_at", _("纪要归档"), sort="minutes_at", nullable=True), Text("made_name", _("记录人"), shown=False),
    )  # fmt: skip
    facts = (Text("place", _("地点")), Flag("inside", _("内幕信息")))
    views = (
        View("planned", _("计划中"), rows=lambda _actor, _ask: Q(state="planned")),
        View("unfiled", _("待补纪要"), rows=_unfiled),
        View("held", _("已进行"), rows=lambda _actor, _ask: Q(state="held")),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "kind": filters.ChoiceFilter(label=_("方式"), choices=[(code, look.word) for code, look in words.KINDS.items()]),
        "state": filters.ChoiceFilter(label=_("状态"), choices=[(code, look.word) for code, look in words.STATES.items()]),
        "starts_at": filters.DateFromToRangeFilter(label=_("日期"), field_name="starts_at"),
        "staff": filters.CharFilter(label=_("我行参加人的工号"), method=_with),
        "unit": BY_UNIT,
    }  # fmt: skip
    actions = (
        Action(check_in, when=is_planned, why_not=_DONE, word=_("到访签到"), icon="circle-check"),
        Action(cancel_interaction, when=is_planned, why_not=_DONE, word=_("取消"), icon="circle-x", fields={
            "reason": Field(_("理由"), long=True, help=_("至少 5 个字")),
        }),
        Action(admit_reader, word=_("登记知情人"), icon="lock", fields={
            "reader": Field(_("登录名或工号")), "reason": Field(_("理由"), long=True, help=_("为什么必须知情；不要写内幕信息本身，审计会看到")),
        }),
    )  # fmt: skip
    verbs = {
        "engagement.briefs_announced": _("告知会前要点"), "engagement.brief_edited": _("修改会前要点"),
        "engagement.interaction_logged": _("记录互动"), "engagement.interaction_planned": _("计划互动"),
        "engagement.interaction_arrived": _("到访签到"), "engagement.minutes_filed": _("补记纪要"),
        "engagement.interaction_cancelled": _("取消计划的互动"), "engagement.reader_admitted": _("登记知情人"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client and the names of the bank's people; two queries a page."""
        names = teams.names_of_employees(actor, codes=[code for row in rows for code in row.staff])
        for row in super().decorate(actor, rows):
            row.staff_names = [names.get(code, code) for code in row.staff]
        return rows

    def label(self, row: Any) -> str:
        """Return the subject, and the client."""
        return " · ".join(filter(None, (row.subject, row.client.name if row.client else "")))

    def filter_word(self, actor: Actor, name: str, value: str) -> str:
        """Return the name behind an employee's code or a client's public id."""
        if name == "staff":
            return teams.names_of_employees(actor, codes=[value]).get(value, value)
        return super().filter_word(actor, name, value)
