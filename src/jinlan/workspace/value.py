"""客户价值: the profitability statement of a client down to its accounts, what it earns on its capital, and why that moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months, month_end, month_start
from jinlan.basics.register import rule
from jinlan.insight.asking.questions import Books
from jinlan.insight.value.books import Bridge, Entry, bridge, by_party, entry, statement_of
from jinlan.insight.value.profit import Statement, Terms, break_even
from jinlan.kernel.figures import column_unit
from jinlan.lake.features.lines import LOAN
from jinlan.serving import selectors as serving
from jinlan.workspace import lake
from jinlan.workspace.access import page
from jinlan.workspace.client import Asked, asked, panel
from jinlan.workspace.dates import date_menu
from jinlan.workspace.drawing import waterfall
from jinlan.workspace.figure import behind, read_sources
from jinlan.workspace.value_words import EFFECTS, LACKS, LINES, TABLES

PERIODS = {"12": 12, "3": 3, "1": 1}  # whole months
ACCOUNTS_SHOWN = 50
PATIENCE = 30.0  # seconds: two years of balances are read
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a statement speaks of, and as many before them."""

    months: int
    first: date
    last: date

    @property
    def before(self) -> date:
        """Return the first day of the period before."""
        return add_months(self.first, -self.months)

    @property
    def days(self) -> int:
        """Return how many days the period has."""
        return (self.last - self.first).days + 1

    def average(self, capital: Decimal) -> Decimal:
        """Return the capital that was bound on average of the period, of what a statement counts in capital-years."""
        return capital * 365 / self.days


def span_of(as_of: date, months: int) -> Span:
    """Return the newest whole months that were over on a date."""
    last = as_of if as_of == month_end(as_of) else month_start(as_of) - DAY
    return Span(months, add_months(month_start(last), 1 - months), last)


def terms_of(on: date) -> Terms:
    """Return what the bank asks of capital on a date (rules VALUE.HURDLE, VALUE.TAX)."""
    return Terms(rule("VALUE.HURDLE", on).value, rule("VALUE.TAX", on).value)


@require_GET
@page("clients")
def client_value(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the frame of the statement at once; its lines come behind, since two years of balances are read for them."""
    it = asked(request, actor, public_id)
    if not serving.member_results(actor, unit_id=it.unit.pk, as_of=it.shown.as_of):
        raise Http404
    span = _span(request, it)
    context = {
        "title": _("客户价值"), "place": "clients", "unit": it.unit, "as_of_query": it.query, "shown": it.shown, "span": span,
        "data_date": date_menu(request, actor, it.shown), "periods": _periods(it, span),
        "body_query": f"?{urlencode({**request.GET.dict(), 'months': span.months})}",
    }  # fmt: skip
    return render(request, "workspace/value.html", context)


@require_GET
@page("clients")
def client_statement(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the statement of the members that the actor sees, over whole months up to the date shown."""
    found = behind(request, actor, public_id)
    it, span = found.it, _span(request, found.it)
    compared = _known_since(actor, span.before)
    read_sources(actor, it, "value")
    context = {
        "title": _("客户价值"), "place": "clients", "unit": it.unit, "shown": it.shown, "span": span, "run": found.run,
        "whole": serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.as_of) is not None,
    }  # fmt: skip
    about = found.about
    # What cannot be compared is not read either.
    first = span.before if compared else span.first
    question = Books(about.pin, first, span.first, span.last, about.parties, about.scope)
    try:
        answer = lake.reader(seconds=PATIENCE).ask(question, dict)
    except Refused as refused:
        return panel(request, "workspace/_value.html", context | {"problem": refused})
    told = _told(answer, found.names, span, line=request.GET.get("line", ""), compared=compared)
    return panel(request, "workspace/_value.html", context | told)


def _known_since(actor: Actor, day: date) -> bool:
    """Tell whether the bank's data reach back to a day; the first published date speaks for its whole month."""
    first = serving.first_published(actor)
    return first is not None and day >= month_start(first)


def _span(request: HttpRequest, it: Asked) -> Span:
    return span_of(it.shown.as_of, PERIODS.get(request.GET.get("months", ""), 12))


def _periods(it: Asked, span: Span) -> list[dict[str, Any]]:
    words = {12: pgettext("period", "近 12 个月"), 3: _("近 3 个月"), 1: _("最近一个月")}
    rewound = f"&as_of={it.shown.as_of.isoformat()}" if it.query else ""
    return [
        {"label": words[months], "url": f"?months={months}{rewound}", "current": months == span.months}
        for months in PERIODS.values()
    ]


def _told(
    answer: Mapping[str, Any], names: Mapping[str, str], span: Span, *, line: str, compared: bool
) -> dict[str, Any]:
    """Return what the page says of the two periods; of the period before only when all of it is known."""
    now, before = (
        [entry(row) for row in answer["rows"] if row["period"] == period] for period in ("now", "before")
    )
    terms = terms_of(span.last)
    whole = statement_of(now)
    line = line if line in LINES and line not in SUMS else ""
    unit = column_unit([whole.revenue, whole.cost, whole.capital])
    moving = _moving(now, terms, line)
    return {
        "statement": whole, "terms": terms, "net": whole.net(terms), "eva": whole.eva(terms), "raroc": whole.raroc(terms),
        "bound": span.average(whole.capital), "money_unit": unit, "lines": lines_of(whole, terms), "members": _members(now, names, terms, span),
        "bridge": _bridge(bridge(before, now, terms)) if compared else None,
        "accounts": [_account(one, names, whole, terms, span) | {"part": part} for one, part in moving[:ACCOUNTS_SHOWN]], "line": LINES.get(line, ""), "more": max(0, len(moving) - ACCOUNTS_SHOWN),
        "lacks": _lacks(now), "absent": [str(TABLES[name]) for name in answer["absent"]],
    }  # fmt: skip


SUMS = ("revenue", "before_tax", "net", "eva")


def parts_of(one: Statement, terms: Terms) -> dict[str, Decimal]:
    """Return the lines of a statement in their order, each with the sign that it has on value; those between two `SUMS` add up."""
    return {
        "assets": one.assets, "liabilities": one.liabilities, "fees": one.fees, "other": one.other, "vat": -one.vat,
        "revenue": one.revenue, "cost": -one.cost, "expected_loss": -one.expected_loss, "before_tax": one.before_tax,
        "tax": -one.tax(terms), "net": one.net(terms), "capital": -terms.hurdle * one.capital, "eva": one.eva(terms),
    }  # fmt: skip


def lines_of(whole: Statement, terms: Terms) -> list[dict[str, Any]]:
    """Return the lines of a statement with where the bar of each stands; those that accounts move open them."""
    parts = parts_of(whole, terms)
    bars = waterfall([(value, code in SUMS) for code, value in parts.items()])
    return [
        {
            "name": LINES[code],
            "value": value,
            "sum": code in SUMS,
            "bar": bar,
            "opens": code if value and code not in SUMS else "",
        }
        for (code, value), bar in zip(parts.items(), bars, strict=True)
    ]


def _members(
    now: Sequence[Entry], names: Mapping[str, str], terms: Terms, span: Span
) -> list[dict[str, Any]]:
    rows = []
    for party, entries in by_party(now).items():
        own = statement_of(entries)
        rows.append({
            "name": names.get(party, party), "revenue": own.revenue, "net": own.net(terms), "bound": span.average(own.capital),
            "eva": own.eva(terms), "raroc": own.raroc(terms),
        })  # fmt: skip
    return sorted(rows, key=lambda row: (-row["eva"], row["name"]))


def _bridge(it: Bridge) -> list[dict[str, Any]]:
    """Return the bridge as lines like those of a statement: the period before, what moved it, this period."""
    steps = [
        (_("上一期"), it.before, True),
        *((EFFECTS[code], value, False) for code, value in it.effects),
        (_("本期"), it.after, True),
    ]
    bars = waterfall([(value, stands) for _name, value, stands in steps])
    return [
        {"name": name, "value": value, "sum": stands, "bar": bar}
        for (name, value, stands), bar in zip(steps, bars, strict=True)
        if value or stands
    ]


def _moving(now: Sequence[Entry], terms: Terms, line: str) -> list[tuple[Entry, Decimal]]:
    """Return the accounts that move a line (of no line: all, by value) with what each adds to it, the most first."""
    parts = ((one, parts_of(one.statement, terms)[line or "eva"]) for one in now)
    moving = [(one, part) for one, part in parts if part or not line]
    return sorted(moving, key=lambda row: (-abs(row[1]), row[0].party, row[0].account))


def _account(
    one: Entry, names: Mapping[str, str], whole: Statement, terms: Terms, span: Span
) -> dict[str, Any]:
    average = one.volume / span.days
    rate = one.interest * 365 / one.volume if one.volume else None
    own, together = None, None
    if one.side == LOAN and average > 0 and rate is not None and not one.lacks:
        own = break_even(rate, average, one.statement, terms, days=span.days)
        together = break_even(rate, average, whole, terms, days=span.days)
    return {
        "party": names.get(one.party, one.party), "account": one.account, "product": one.product, "side": one.side, "average": average,
        "rate": rate, "margin": one.margin, "charges": one.statement.cost + one.statement.expected_loss, "fees": one.statement.fees,
        "bound": span.average(one.statement.capital), "eva": one.statement.eva(terms), "own": own, "together": together, "lacks": [LACKS[name] for name in sorted(one.lacks)],
    }  # fmt: skip


def _lacks(now: Iterable[Entry]) -> list[tuple[Any, int]]:
    """Return what was not known, and of how many accounts."""
    counts: dict[str, int] = {}
    for one in now:
        for name in one.lacks:
            counts[name] = counts.get(name, 0) + 1
    return [(LACKS[name], counts[name]) for name in sorted(counts)]
