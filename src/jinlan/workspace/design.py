"""/design: every component once, with invented values and in every state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.workspace import trends, words
from jinlan.workspace.access import page
from jinlan.workspace.measures import Value
from jinlan.workspace.why import Force, Gate, Line, Why, strip

DAY = date(2026, 10, 31)


class SampleForm(forms.Form):
    """A form row with its help and its error."""

    name = forms.CharField(
        label=gettext_lazy("客户名称"), widget=forms.TextInput(attrs={"class": "form-control"})
    )
    share = forms.DecimalField(
        label=gettext_lazy("持股比例"), max_value=1, help_text=gettext_lazy("0 到 1 之间的小数"),
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"max_value": gettext_lazy("请填写不大于 1 的小数。")},
    )  # fmt: skip


def _force(code: str, name: Any, points: str, peer: str, raw: str, peer_raw: str, reason: str) -> Force:
    number = Decimal
    return Force(
        code,
        "",
        str(name),
        "scale",
        number("0.2"),
        number(points),
        number(peer),
        raw,
        peer_raw,
        number(reason),
        number("12.4"),
    )


def _why() -> Why:
    pros = [
        _force("a", _("近12月日均存款"), "92.0", "54.3", "8.42 亿元", "3.10 亿元", "7.5"),
        _force("b", _("近12月结算量"), "81.5", "60.2", "31.7 亿元", "18.9 亿元", "4.3"),
    ]
    cons = [_force("c", _("产品大类数"), "40.0", "62.1", "4", "6", "-2.2")]
    gates = [Gate("CDD_CURRENT", True, ""), Gate("FIVE_TIER", None, ""), Gate("RESTRICTED", False, "")]
    lines = [
        Line("HQ", "score", Decimal("71.4"), Decimal(75), Decimal(68), 1, 0, False),
        Line("BRANCH", "score", Decimal("71.4"), Decimal(60), Decimal(54), 0, 0, True),
    ]
    sentence = _(
        "自 2025-03-31 起为“分行级战略”（依据：自动规则）。总分 71.4 / 100，在 128 户企业集团中排第 9。"
    )
    return Why(sentence, pros, cons, [*pros, *cons], gates, lines, 128, None, {"version": "2026.1"}, {})


def _history() -> list[dict[str, Any]]:
    tiers = ["", "KEY", "KEY", "BRANCH", "BRANCH", "BRANCH", "HQ", "HQ", "HQ", "BRANCH"]
    states = [
        "none",
        "active",
        "active",
        "active",
        "watch",
        "active",
        "active",
        "proposed_down",
        "suspended",
        "active",
    ]
    days = [date(2026, month, 28) for month in range(1, 10)] + [DAY]
    return [
        {
            "as_of": day,
            "effective_tier": tier,
            "tier_state": state,
            "score": Decimal(48 + place * 3),
            "aum": Decimal(3_100_000_00 + place * 41_000_000),
        }
        for place, (day, tier, state) in enumerate(zip(days, tiers, states, strict=True))
    ]


@require_GET
@page("design")
def design(request: HttpRequest, **_scope: Actor) -> HttpResponse:
    """Show the components."""
    form = SampleForm({"name": _("云岭控股"), "share": "1.2"})
    history = _history()
    return render(request, "workspace/design.html", {
        "title": _("界面组件"), "place": "design", "form": form, "why": _why(), "strip": strip(history, DAY, [row["as_of"] for row in history]),
        "spec": trends.spec(history, "aum"), "finding": trends.finding(history, "aum"),
        "tiers": [code for code in words.TIERS if code], "states": ["active", "watch", "proposed_up", "proposed_down", "retained", "suspended", "closed"],
        "values": [
            Value("aum", "money", Decimal("842165300.25"), "ok"), Value("loan", "money", Decimal(-1250000), "ok"),
            Value("aum_avg_12m", "money", Decimal(61200), "incomplete", _("缺 5 天余额")), Value("fpa", "money", None, "unknown", _("没有交付贷款表")),
            Value("overdue", "money", Decimal(0), "ok"), Value("next_maturity", "date", date(2026, 11, 25), "ok"),
        ],
        "tabs_shown": [{"label": _("我的"), "url": "#tabs", "current": True, "count": 24}, {"label": _("全部"), "url": "#tabs", "current": False}],
        "chips_shown": [{"label": _("企业集团"), "url": "#chips"}, {"label": _("有逾期"), "url": "#chips"}],
        "pager_shown": {"first": 51, "last": 100, "total": 1204, "prev_url": "#pager", "next_url": "#pager", "first_url": "#pager"},
        "changes": [Decimal("0.084"), Decimal("-0.031"), Decimal(0), None], "spark": [row["aum"] for row in history],
        "data_date": {"date": DAY, "shown": DAY.isoformat(), "stale": True, "past": False},
    })  # fmt: skip
