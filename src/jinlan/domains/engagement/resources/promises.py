"""承诺台账: what either side promised, until when, and what came of it."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.clients.resources import BY_UNIT, CLIENT, ByUnit
from jinlan.domains.engagement import ledger_words as words
from jinlan.domains.engagement.models import Promise
from jinlan.domains.engagement.selectors import ledger
from jinlan.domains.engagement.services.promises import (
    break_promise,
    hand_promise,
    keep_promise,
    move_promise,
    release_promise,
)
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Flag, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View

_OPEN = Q(state="made")
_REASON = Field(_("理由"), long=True, help=_("至少 5 个字；会留在这项承诺的经过里"))
_CLOSED = _("已经办结")


def _own(actor: Actor, _ask: Ask) -> Q:
    return _OPEN & Q(owner=actor.employee)


def _late(actor: Actor, _ask: Ask) -> Q:
    return ledger.overdue(business_date(actor.at))


def is_open(row: Any) -> bool:
    """Tell whether something can still be done about a promise."""
    return bool(row.state == "made")


def _choices(looks: Any) -> list[tuple[str, Any]]:
    return [(code, look.word) for code, look in looks.items()]


class Promises(ByUnit):
    """Promises of the clients in sight."""

    name, title, one = "promises", _("承诺台账"), _("承诺")
    purpose = _("双方在会面、电话与邮件中答应的事：期限、负责人、凭据与结果")
    nothing = _("在客户页「记一笔」时写下的承诺会出现在这里。")
    model, roles = Promise, BUSINESS
    key, icon, order, sort, railed = "l", "flag", 43, "due_on", ("manager", "private_banker", "branch_head")
    history = False
    search = ("what",)
    pages = {"": "jinlan.domains.engagement.views.PromisesPage"}
    columns = (
        Title("what", _("承诺")), CLIENT, Badge("side", _("哪一方"), looks=words.SIDES),
        Badge("state", _("状态"), of="look", looks=words.PROMISES, keep=True), Day("due_on", pgettext_lazy("promise", "到期日"), sort="due_on", keep=True),
        Number("late_days", _("逾期天数"), of=lambda row: row.late_days or None), Text("owner", _("负责人"), of="owner_name"),
        Number("moves", _("改期次数"), of=lambda row: row.moves or None), Day("closed_on", _("办结日"), sort="closed_on", shown=False),
    )  # fmt: skip
    facts = (
        Day("made_on", _("作出日期")), Day("first_due_on", _("最初期限")), Text("evidence", _("凭据")), Flag("internal", _("不向客户展示")),
        Flag("inside", _("内幕信息")),
    )  # fmt: skip
    views = (
        View("open", pgettext_lazy("promise", "进行中"), rows=lambda _actor, _ask: _OPEN),
        View("own", _("我负责的"), rows=_own, roles=("manager", "private_banker")),
        View("overdue", pgettext_lazy("promise", "已逾期"), rows=_late),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "side": filters.ChoiceFilter(label=_("哪一方"), choices=_choices(words.SIDES)),
        "state": filters.ChoiceFilter(label=_("状态"), choices=[one for one in _choices(words.PROMISES) if one[0] != "overdue"]),
        "due_on": filters.DateFromToRangeFilter(label=pgettext_lazy("promise", "到期日")),
        "owner": filters.CharFilter(label=_("负责人的工号")),
        "unit": BY_UNIT,
    }  # fmt: skip
    actions = (
        Action(keep_promise, when=is_open, why_not=_CLOSED, word=_("已兑现"), icon="circle-check", fields={
            "evidence": Field(_("凭据"), long=True, help=_("合同编号、邮件日期或回单号，至少 5 个字")),
            "closed_on": Field(_("兑现日期"), help=_("不填即今天")),
        }),
        Action(move_promise, when=is_open, why_not=_CLOSED, word=_("改期"), icon="calendar", fields={
            "due_on": Field(_("新的期限"), help=_("双方约定的日期；以后按它计算是否按时")), "reason": _REASON,
        }),
        Action(hand_promise, when=is_open, why_not=_CLOSED, word=_("换人负责"), icon="users", fields={
            "owner": Field(_("新负责人的工号"), initial=""), "reason": _REASON,
        }),
        Action(break_promise, when=is_open, why_not=_CLOSED, word=_("未兑现"), icon="circle-x", fields={"reason": _REASON}),
        Action(release_promise, when=is_open, why_not=_CLOSED, word=_("解除"), icon="x", fields={
            "word": Field(_("对方的意思"), long=True, help=_("谁在何时怎样表示不再需要")), "reason": _REASON,
        }),
    )  # fmt: skip
    panels = (
        Panel("steps", _("经过"), "engagement/_steps.html", lambda actor, row: [
            {"row": one, "word": words.STEPS.get(one.act, one.act)} for one in ledger.steps_of(actor, promise_id=row.pk)
        ]),
    )  # fmt: skip
    verbs = {
        "engagement.promise_made": _("登记承诺"), "engagement.promise_moved": _("承诺改期"), "engagement.promise_kept": _("承诺已兑现"),
        "engagement.promise_broken": _("承诺未兑现"), "engagement.promise_released": _("解除承诺"),
        "engagement.promise_handed": _("承诺换人负责"), "engagement.promises_reminded": _("提醒到期的承诺"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, state of the day, owner's name and how often the day was moved; a few queries a page."""
        names = teams.names_of_employees(actor, codes=[row.owner for row in rows])
        moves = ledger.moves_of(actor, keys=[row.pk for row in rows])
        for row in ledger.dress(super().decorate(actor, rows), business_date(actor.at)):
            row.owner_name, row.moves = names.get(row.owner, row.owner), moves.get(row.pk, 0)
        return rows

    def label(self, row: Any) -> str:
        """Return what was promised, and the client."""
        return " · ".join(filter(None, (row.what, row.client.name if row.client else "")))
