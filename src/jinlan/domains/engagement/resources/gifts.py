"""礼品登记: what was given to people of clients, and what was offered by them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD
from jinlan.domains.engagement import care_words as words
from jinlan.domains.engagement.models import Gift
from jinlan.domains.engagement.resources.care import (
    PARTY_FIELD,
    PERSON_FIELD,
    ByPerson,
    choices,
    person_page,
)
from jinlan.domains.engagement.rules.gifts import DECLINED
from jinlan.domains.engagement.selectors.care import gifts_had
from jinlan.domains.engagement.services.gifts import (
    PENDING,
    RETURNED,
    allow_gift,
    limits_on,
    record_gift,
    return_gift,
)
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.columns import Badge, Day, Link, Moment, Money, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View


def _pending(row: Any) -> bool:
    return row.state == PENDING


def _kept(row: Any) -> bool:
    return row.state != RETURNED and row.direction != DECLINED


def _cap(actor: Actor, row: Any) -> dict[str, Any]:
    """Return how far the recipient's year is used, over all departments."""
    limits, had = limits_on(business_date(actor.at)), gifts_had(row.whom, row.given_on.year)
    return {
        "row": row,
        "year": row.given_on.year,
        "had": had,
        "left": max(limits.cap - had, Decimal(0)),
        "limits": limits,
    }


class GiftsRegister(ByPerson):
    """Gifts of the clients in sight, either way."""

    name, title, one = "gifts-register", _("礼品登记"), _("礼品")
    purpose = _("送出、收下与谢绝的礼品；单件超过标准须负责人批准，每人全年有上限，现金与购物卡一律不可")
    nothing = _("送出或收到礼品后，当天在这里登记。")
    model, roles = Gift, BUSINESS
    icon, order, sort, railed = "gift", 50, "-given_on", ()
    search = ("what",)
    columns = (
        Title("what", _("礼品")), Badge("direction", _("方向"), looks=words.DIRECTIONS, keep=True), Link("whom", _("对方"), of="named", url=person_page), CLIENT,
        Money("value", _("价值"), currency="currency", sort="value", keep=True), Day("given_on", _("日期"), sort="given_on"),
        Text("kind", _("类别"), of=lambda row: words.word(words.GIFT_KINDS, row.kind)),
        Text("occasion", _("缘由"), of=lambda row: words.word(words.GIFT_OCCASIONS, row.occasion)), Badge("state", _("状态"), looks=words.GIFT_STATES),
        Text("ours", _("我行"), shown=False),
    )  # fmt: skip
    facts = (
        Text("made_name", _("登记人")),
        Moment("made_at", _("登记时间")),
        Text("approved_by", _("批准人")),
        Moment("closed_at", _("退回时间")),
    )
    views = (
        View("all", _("全部"), wide=True),
        View("pending", _("待审批"), rows=lambda _actor, _ask: Q(state=PENDING)),
        View("declined", _("已谢绝"), rows=lambda _actor, _ask: Q(direction=DECLINED)),
    )
    filters = {
        "direction": filters.ChoiceFilter(label=_("方向"), choices=choices(words.DIRECTIONS)),
        "unit": BY_UNIT,
    }
    create = Action(record_gift, target="", icon="gift", fields={
        "unit": UNIT_FIELD, "person": PERSON_FIELD, "party": PARTY_FIELD, "direction": Field(_("方向"), choices=choices(words.DIRECTIONS)),
        "what": Field(_("礼品"), help=_("几个字写明是什么")), "kind": Field(_("类别"), choices=choices(words.GIFT_KINDS)),
        "value": Field(_("价值"), help=_("市价，人民币元；单件超过标准的登记后须提请负责人批准")), "given_on": Field(_("日期"), initial=lambda actor, _row: business_date(actor.at)),
        "occasion": Field(_("缘由"), choices=choices(words.GIFT_OCCASIONS), initial="OTHER"),
        "employee": Field(_("同事的工号"), initial=lambda actor, _row: actor.employee, help=_("送出的人，或收到的人")),
    })  # fmt: skip
    actions = (
        Action(allow_gift, when=_pending, offered=_pending, why_not=_("不在待审批状态"), icon="circle-check",
               fields={"reason": Field(_("理由"), long=True, help=_("为什么须超过标准；负责人会看到"))}),
        Action(return_gift, when=_kept, offered=_kept, why_not=_("已经退回或谢绝"), icon="x", fields={"reason": Field(_("理由"), long=True)}),
    )  # fmt: skip
    panels = (Panel("cap", _("全年额度"), "engagement/_gift.html", _cap),)
    verbs = words.GIFT_VERBS

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client, whom it is about and who of ours; some queries a page."""
        names = teams.names_of_employees(actor, codes=[row.employee for row in rows])
        for row in super().decorate(actor, rows):
            row.ours = names.get(row.employee, row.employee)
        return rows
