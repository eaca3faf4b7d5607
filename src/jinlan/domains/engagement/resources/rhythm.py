"""沉默: clients who are silent for longer than their own rhythm knows, and the rhythm of all others."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.clients.resources import (
    BY_BRANCH,
    BY_LEAD,
    BY_UNIT,
    CLIENT,
    ByUnit,
    offer_books,
)
from jinlan.domains.engagement import rhythm_words as words
from jinlan.domains.engagement.models import Rhythm
from jinlan.domains.engagement.rules.rhythm import ALL, UNKNOWN
from jinlan.domains.engagement.selectors.rhythm import RAISED
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Number, Points, Text, Title
from jinlan.kernel.resource.declare import View
from jinlan.serving import selectors as serving

_OVER_ALL = Q(channel=ALL)


def said(row: Any) -> str:
    """Return in words how a client stands to its own limit."""
    if row.last_on is None:
        return gettext("没有往来记录")
    if row.limit_days is None:
        return gettext("往来太少，看不出节奏")
    over = row.silent_days - row.limit_days
    return gettext("超过界限 %(n)s 天") % {"n": over} if over > 0 else gettext("在界限之内")


def evidence(row: Any) -> str:
    """Return how often it was as long before."""
    if not row.gaps:
        return ""
    return gettext("%(n)s 次间隔中 %(k)s 次不短于此") % {"n": row.gaps, "k": row.as_long}


class Silences(ByUnit):
    """The rhythm of the clients in sight, the silent ones first of all."""

    name, title, one = "silences", _("沉默"), _("联系节奏")
    purpose = _("久未往来的客户，按各自以往的节奏判断；节假日、客户要求暂不联系与主办离岗的日子不计")
    nothing = _("有客户超过自己以往的间隔仍无往来时，会出现在这里。")
    model, roles = Rhythm, BUSINESS
    icon, order, sort, railed = "clock", 45, "-silent_days", ()
    history = False
    columns = (
        Title("silent", _("沉默"), of=said), CLIENT, Badge("state", _("状态"), of=lambda row: row.suppressed or row.state, looks=words.STATES, keep=True),
        Number("silent_days", _("沉默天数"), unit=_("工作日"), sort="silent_days", keep=True), Points("median", _("平时间隔"), unit=_("工作日")),
        Number("limit_days", _("界限"), unit=_("工作日")), Text("evidence", _("依据"), of=evidence),
        Day("last_on", _("最近一次联系"), sort="last_on", nullable=True), Day("expected_on", _("平时应在"), shown=False),
        Text("channel", _("往来方式"), of=lambda row: words.CHANNELS.get(row.channel, row.channel), shown=False), Text("lead", _("主办"), of="lead_name"),
    )  # fmt: skip
    facts = (Day("as_of", _("数据日期")), Text("rule", _("规则版本")), Number("run_id", _("运行编号")))
    views = (
        View("silent", _("沉默"), rows=lambda _actor, _ask: RAISED),
        View("suppressed", _("不提醒"), rows=lambda _actor, _ask: _OVER_ALL & ~Q(suppressed="")),
        View("unknown", _("节奏未知"), rows=lambda _actor, _ask: _OVER_ALL & Q(state=UNKNOWN)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "channel": filters.ChoiceFilter(label=_("往来方式"), choices=list(words.CHANNELS.items())),
        "branch": BY_BRANCH,
        "lead": BY_LEAD,
        "unit": BY_UNIT,
    }  # fmt: skip
    verbs = {"engagement.rhythm_learnt": _("更新联系节奏")}

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client and the lead's name; two queries a page."""
        leads = teams.names_of_employees(actor, codes=[row.lead for row in rows])
        for row in super().decorate(actor, rows):
            row.lead_name = leads.get(row.lead, row.lead)
        return rows

    def label(self, row: Any) -> str:
        """Return the client, and for how long it has been silent."""
        return " · ".join(filter(None, (row.client.name if row.client else "", said(row))))

    def dress_filters(self, actor: Actor, ask: Ask, form: forms.Form) -> None:
        """Offer the branches and lead managers in sight."""
        shown = serving.published(actor)
        offer_books(form, actor, as_of=shown.latest if shown else None, deepest=9)
