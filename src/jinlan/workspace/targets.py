"""目标: what an owner is to reach and has reached, month by month, who is below, and the clients behind a person's figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.rules.targets import (
    AUM,
    BANK,
    BRANCH,
    COUNTS,
    EMPLOYEE,
    METRICS,
    QUARTER,
    THE_BANK,
    ZERO,
    Months,
    Owner,
)
from jinlan.domains.strategy.selectors import targets as reading
from jinlan.domains.strategy.selectors.places import Places
from jinlan.domains.strategy.words import METRICS as METRIC_WORDS
from jinlan.kernel.figures import column_unit
from jinlan.serving.selectors import Published
from jinlan.workspace.access import page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.target_sheet import UNITS

Context = dict[str, Any]
FEW = 1_000  # of a column's unit: below it decimals count
SHOWN = 30  # clients behind a person's figures, before somebody asks for all
KINDS = (BANK, BRANCH, EMPLOYEE)
FIRST, LAST = 1900, 9999


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, and what is needed to answer."""

    actor: Actor
    shown: Published | None
    today: date
    year: reading.Year
    places: Places
    owner: Owner

    @property
    def metric(self) -> str:
        """Return the metric asked for."""
        return self.year.metric

    def url(self, name: str = "targets", **other: Any) -> str:
        """Return an address of this year, metric and owner, or of another."""
        owner: Owner = other.pop("owner", self.owner)
        query = {"year": self.year.year, "metric": self.metric, "of": spelled(owner)} | other
        return f"{reverse(name)}?{urlencode(query)}"


def spelled(owner: Owner) -> str:
    """Write an owner as addresses and forms do."""
    return f"{owner.kind}-{owner.code}" if owner.code else owner.kind


def owner_of(text: str) -> Owner | None:
    """Read an owner, None for what is none."""
    kind, _dash, code = text.partition("-")
    return Owner(kind, code) if kind in KINDS and bool(code) == (kind != BANK) else None


def asked(request: HttpRequest, actor: Actor, *, splits: bool = False) -> Asked:
    """Read year, metric and owner of an address; 404 for an owner that is not there or not in sight.

    Without an owner it is whose line the person sees first, or (`splits`) whose he splits.
    """
    shown = shown_date(request, actor)
    today = shown.latest if shown else business_date(actor.at)
    places = Places(actor, today)
    given = request.POST if request.method == "POST" else request.GET
    metric = given.get("metric", "")
    year = reading.Year(
        actor, places, _year(given.get("year", ""), today), metric if metric in METRICS else AUM
    )
    text = given.get("of", "")
    owner = owner_of(text) if text else _home(actor, places, splits=splits)
    if owner is None or not _there(places, owner) or not year.sees(owner):
        raise Http404
    return Asked(actor, shown, today, year, places, owner)


def _year(text: str, today: date) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) == len("2026") else 0
    return number if FIRST <= number <= LAST else today.year


def _home(actor: Actor, places: Places, *, splits: bool) -> Owner:
    """Return whose line a person sees first: the bank's, his branch's, or his own."""
    if actor.has("dept_head") or (places.whole and not splits):
        return THE_BANK
    if places.first_headed():
        return Owner(BRANCH, places.first_headed())
    return Owner(EMPLOYEE, actor.employee) if actor.employee in places.staff else THE_BANK


def _there(places: Places, owner: Owner) -> bool:
    known: Iterable[str] = {BANK: ("",), BRANCH: places.tree.nodes, EMPLOYEE: places.staff}[owner.kind]
    return owner.code in known


@require_GET
@page("targets")
def targets(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show one owner with his months, and those below him or the clients behind his figures."""
    it = asked(request, actor)
    board = it.year.board(it.owner)
    lines = [board.line, *board.below]
    values = [value for one in lines for value in (one.year, one.done)]
    unit = unit_of(it.metric, values)
    name = it.places.name(it.owner)
    context: Context = {
        "title": _("目标"), "place": "targets", "data_date": date_menu(request, actor, it.shown, rewinds=False), "it": it, "name": name,
        "unit": unit, "places": _places(unit, values), "line": _line(it, board.line), "below": [_line(it, one) for one in board.below], "rest": sum(board.rest, ZERO),
        "quarters": _quarters(board.line), "way": [{"name": it.places.name(one), "url": it.url(owner=one)} for one in board.above],
        "years": _years(it), "metrics": [{"code": one, "word": METRIC_WORDS[one], "url": it.url(metric=one)} for one in METRICS],
        "nothing": board.line.target is None and not board.line.closed and not board.below, "person": it.owner.kind == EMPLOYEE,
        "set_url": it.url("targets-set") if it.owner == THE_BANK and actor.has("dept_head") else "",
        "split_url": it.url("targets-split") if board.line.target is not None and it.places.may_split(it.owner) else "",
    }  # fmt: skip
    if it.owner.kind == EMPLOYEE:
        context |= _behind(request, it)
    return render(request, "workspace/targets.html", context)


def unit_of(metric: str, values: Sequence[Decimal | None]) -> str:
    """Return the unit of a metric's columns, "" for clients."""
    return "" if metric in COUNTS else column_unit(values)


def _places(unit: str, values: Sequence[Decimal | None]) -> int | None:
    """Return two decimals for columns of small figures, None for those of their unit."""
    largest = max((abs(one) for one in values if one is not None), default=ZERO)
    return 2 if unit and largest < FEW * UNITS.get(unit, Decimal(1)) else None


def _line(it: Asked, line: reading.Line) -> Context:
    return {
        "line": line, "name": it.places.name(line.owner), "url": it.url(owner=line.owner), "merged": it.places.merged_into(line.owner),
        "bullet": bullet(line),
    }  # fmt: skip


def bullet(line: reading.Line) -> Context | None:
    """Return how far actual, target to date and the year's target reach along a bar, in percent; None without a target above zero."""
    if line.year is None or line.year <= 0 or line.due is None:
        return None
    whole = max(line.year, line.done, line.due)

    def at(value: Decimal) -> Decimal:
        return max(ZERO, value) * 100 / whole

    tone = "" if line.gap is None or line.gap >= 0 else "short"
    return {"own": at(line.done), "due": at(line.due), "year": at(line.year), "tone": tone}


def _quarters(line: reading.Line) -> list[Context]:
    """Return the quarters, each with its months: target, achieved, difference."""
    found = []
    for place in range(0, len(line.actual), QUARTER):
        months = range(place, place + QUARTER)
        closed = [one for one in months if one + 1 in line.closed]
        found.append({
            "number": place // QUARTER + 1, "months": [_month(line, one) for one in months],
            "target": line.quarters[place // QUARTER] if line.quarters else None,
            "actual": sum((line.actual[one] for one in closed), ZERO) if closed else None,
            "gap": _gap(line.target, line.actual, closed),
        })  # fmt: skip
    return found


def _month(line: reading.Line, place: int) -> Context:
    closed = place + 1 in line.closed
    return {
        "number": place + 1, "target": line.target[place] if line.target else None, "actual": line.actual[place] if closed else None,
        "gap": _gap(line.target, line.actual, [place] if closed else []),
    }  # fmt: skip


def _gap(target: Months | None, actual: Months, closed: Sequence[int]) -> Decimal | None:
    if target is None or not closed:
        return None
    return sum((actual[one] - target[one] for one in closed), ZERO)


def _years(it: Asked) -> list[Context]:
    known = reading.years_known(it.actor) | {it.today.year, it.year.year}
    if it.actor.has("dept_head"):
        known |= {it.today.year + 1}
    return [{"year": one, "url": it.url(year=one), "current": one == it.year.year} for one in sorted(known)]


def _behind(request: HttpRequest, it: Asked) -> Context:
    """Return the clients behind a person's figures, and what is not in the reader's sight."""
    found = reading.behind(it.actor, it.year, employee=it.owner.code)
    everything = request.GET.get("show") == "all"
    units = found.units if everything else found.units[:SHOWN]
    named = clients.named_units(it.actor, unit_ids=[key for key, _months in units], as_of=it.today)
    rows = [
        {"unit": named[key][0], "sum": sum(months, ZERO), "months": months}
        for key, months in units
        if key in named
    ]
    return {
        "units": rows, "more": len(found.units) - len(units), "all_url": it.url(show="all"), "hides": found.hides,
        "hidden": sum(found.hidden, ZERO), "hidden_units": found.hidden_units,
    }  # fmt: skip
