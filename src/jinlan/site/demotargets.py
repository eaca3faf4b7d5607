"""Targets of the demo bank for its year: set by its head of department, and split by the books that people lead."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.rules.targets import (
    AUM,
    BRANCH,
    COUNTS,
    ENTERED,
    LOAN,
    REVENUE,
    THE_BANK,
    ZERO,
    Months,
    Owner,
    months_of_year,
    split,
)
from jinlan.domains.strategy.selectors.places import Places
from jinlan.domains.strategy.selectors.targets import years_known
from jinlan.domains.strategy.services.targets import Wanted, set_target, split_target
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving

AIMS: Mapping[str, Decimal] = {
    AUM: Decimal(2_400_000_000), LOAN: Decimal(900_000_000), REVENUE: Decimal(36_000_000), ENTERED: Decimal(6),
}  # fmt: skip
SEASON = tuple(Decimal(one) for one in (12, 9, 10, 8, 8, 10, 7, 7, 9, 7, 6, 7))  # a good start of the year
WHY = "演示银行的年度经营计划"
BOOKS = 10_000
HEAD = "chenwei"  # head of department in the demo


def install(actor: Actor) -> int:
    """Give the bank, its branches and their people targets for the year of the newest data, once; return how many metrics got any."""
    with scoped(actor):
        shown = serving.published(actor)
        if shown is None or not shown.month_ends:
            return 0
        places = Places(actor, shown.latest)
        books = {
            one["code"]: one["aum"] or ZERO
            for one in clients.lead_books(actor, as_of=shown.latest, limit=BOOKS)
        }
        if any(year == shown.latest.year for year in years_known(actor, targets_only=True)):
            return 0
    for metric, year in AIMS.items():
        months = months_of_year(year, SEASON, _step(metric))
        set_target(actor=actor, year=shown.latest.year, metric=metric, months=months, reason=WHY)
        _below(actor, places, books, metric, shown.latest.year, THE_BANK, months)
    return len(AIMS)


def _below(
    actor: Actor,
    places: Places,
    books: Mapping[str, Decimal],
    metric: str,
    year: int,
    owner: Owner,
    months: Months,
) -> None:
    """Split an owner's months over those below him who lead clients, and theirs over those below them."""
    weights = {one: _weight(places, books, one) for one in places.candidates(owner)}
    weights = {one: weight for one, weight in weights.items() if weight > 0}
    if not weights:
        return
    rows = split(months, list(weights.values()), _step(metric))
    wanted = [Wanted(one, row) for one, row in zip(weights, rows, strict=True)]
    split_target(actor=actor, year=year, metric=metric, owner=owner, edition=1, children=wanted, reason=WHY)
    for one, row in zip(weights, rows, strict=True):
        if one.kind == BRANCH:
            _below(actor, places, books, metric, year, one, row)


def _step(metric: str) -> Decimal:
    """Return in what steps people plan: clients, or ten thousands."""
    return Decimal(1) if metric in COUNTS else Decimal(10_000)


def _weight(places: Places, books: Mapping[str, Decimal], owner: Owner) -> Decimal:
    """Return what an owner's people lead."""
    if owner.kind != BRANCH:
        return books.get(owner.code, ZERO)
    counted = places.counted(owner.code)
    return sum((aum for code, aum in books.items() if places.staff[code].branch in counted), ZERO)
