"""The matrix view: value (revenue thirds of the list itself) against potential (points of the potential family)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DecimalField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from jinlan.serving.models import UnitResult

POTENTIAL_BANDS = (Decimal(40), Decimal(70))  # points; shown on the axis
NAMES = 5


class PercentileCont(Aggregate):
    """PostgreSQL's percentile_cont of one expression."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) within group (order by %(expressions)s)"
    output_field = DecimalField(max_digits=24, decimal_places=2)

    def __init__(self, expression: Any, fraction: Decimal, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


@dataclass(slots=True)
class Cell:
    """One cell: `value` and `potential` from 1 (low) to 3 (high)."""

    value: int
    potential: int
    units: int = 0
    aum: Decimal | None = None
    top: list[int] = field(default_factory=list)  # unit keys, best score first

    @property
    def code(self) -> str:
        """Name the cell in a filter: value band, then potential band."""
        return f"{self.value}{self.potential}"


def value_bounds(rows: QuerySet[UnitResult]) -> tuple[Decimal, Decimal] | None:
    """Return the revenue that parts a list into thirds; None when no revenue is known."""
    found = rows.filter(revenue_12m__isnull=False).aggregate(
        low=PercentileCont(F("revenue_12m"), Decimal("0.3333")),
        high=PercentileCont(F("revenue_12m"), Decimal("0.6667")),
    )
    return None if found["low"] is None else (Decimal(found["low"]), Decimal(found["high"]))


def _band(column: str, bounds: tuple[Decimal, Decimal]) -> Case:
    low, high = bounds
    return Case(
        When(**{f"{column}__lt": low}, then=Value(1)), When(**{f"{column}__lt": high}, then=Value(2)),
        default=Value(3), output_field=IntegerField(),
    )  # fmt: skip


def cells(rows: QuerySet[UnitResult]) -> tuple[list[Cell], tuple[Decimal, Decimal] | None]:
    """Return the nine cells (high potential first) and the value bounds; three queries."""
    bounds = value_bounds(rows)
    grid = {(value, potential): Cell(value, potential) for potential in (3, 2, 1) for value in (1, 2, 3)}
    if bounds is None:
        return list(grid.values()), None
    known = rows.filter(revenue_12m__isnull=False, potential__isnull=False)
    banded = known.annotate(v=_band("revenue_12m", bounds), p=_band("potential", POTENTIAL_BANDS))
    for found in banded.values("v", "p").annotate(units=Count("id"), sum_aum=Sum("aum")).order_by():
        cell = grid[found["v"], found["p"]]
        cell.units, cell.aum = found["units"], found["sum_aum"]
    place = Window(
        RowNumber(),
        partition_by=[F("v"), F("p")],
        order_by=[F("score").desc(nulls_last=True), F("id").desc()],
    )
    for v, p, unit in (
        banded.annotate(n=place).filter(n__lte=NAMES).order_by("n").values_list("v", "p", "unit_id")
    ):
        grid[v, p].top.append(unit)
    return list(grid.values()), bounds


def in_cell(rows: QuerySet[UnitResult], code: str) -> QuerySet[UnitResult]:
    """Return the rows of one cell; all of them for a code that is none."""
    if len(code) != 2 or not set(code) <= set("123"):
        return rows
    bounds = value_bounds(rows)
    if bounds is None:
        return rows.none()
    value, potential = int(code[0]), int(code[1])
    return rows.filter(
        _between("revenue_12m", bounds, value), _between("potential", POTENTIAL_BANDS, potential)
    )


def _between(column: str, bounds: tuple[Decimal, Decimal], band: int) -> Q:
    condition = Q(**{f"{column}__isnull": False})
    if band > 1:
        condition &= Q(**{f"{column}__gte": bounds[band - 2]})
    return condition & Q(**{f"{column}__lt": bounds[band - 1]}) if band < 3 else condition
