"""The list of gifts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet, Sum

from jinlan.clients.resources import CLIENT, UNIT_FIELD, ByUnit
from jinlan.domains.tests.gifts.models import Gift
from jinlan.domains.tests.gifts.services import GIVERS, amend, give, take_back, waive
from jinlan.kernel.looks import Look
from jinlan.kernel.resource.columns import Badge, Day, Flag, Money, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View

KINDS = {"TEA": Look("茶", "green"), "BOOK": Look("书", "blue")}
REASON = Field("理由", long=True)


class Gifts(ByUnit):
    name, title, one, purpose = "gifts", "礼品", "礼品", "送给客户的礼品，谁送的、值多少、是否退回"
    nothing = "登记第一件礼品后，会出现在这里。"
    model, roles = Gift, (*GIVERS, "branch_head", "risk", "compliance", "auditor")
    verbs = {
        "gifts.given": "登记礼品",
        "gifts.amended": "更正礼品",
        "gifts.returned": "退回礼品",
        "gifts.waived": "豁免礼品价值",
    }
    key, icon, order, sort = "i", "gift", 60, "-given_on"
    columns = (
        Title("what", "礼品", sort="pinyin_key"), CLIENT, Badge("kind", "类别", looks=KINDS, keep=True), Money("value", "价值", sort="value", keep=True),
        Day("given_on", "日期", sort="given_on"), Text("phone", "收礼人电话"), Flag("returned", "已退回"), Text("note", "备注", shown=False),
    )  # fmt: skip
    views = (
        View("all", "全部", wide=True),
        View("kept", "未退回", rows=lambda _actor, _ask: Q(returned=False)),
    )
    filters = {
        "kind": filters.ChoiceFilter(
            label="类别", choices=[(code, look.word) for code, look in KINDS.items()]
        ),
        "given_on": filters.DateFromToRangeFilter(label="日期"),
        "value": filters.RangeFilter(label="价值"),
    }
    create = Action(give, target="", fields={
        "unit": UNIT_FIELD, "what": Field("礼品"), "kind": Field("类别", choices=[(code, look.word) for code, look in KINDS.items()]),
        "value": Field("价值"), "given_on": Field("日期", initial=lambda actor, _row: actor.at.date()), "phone": Field("收礼人电话"),
    })  # fmt: skip
    change = Action(
        amend, target="gift", fields={"value": Field("价值"), "note": Field("备注"), "reason": REASON}
    )
    actions = (
        Action(take_back, target="gift", fields={"reason": REASON}, when=lambda gift: not gift.returned, why_not="已经退回", bulk=True),
        Action(waive, target="gift", fields={"reason": REASON}),
    )  # fmt: skip

    def totals(self, rows: QuerySet[Any]) -> dict[str, Decimal | None]:
        return rows.aggregate(value=Sum("value"))
