"""What all clients of the bank bring, by kind of unit: of every stored row of a date, managed or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from jinlan.insight.results import MONEY

REVENUE = "revenue_12m"
COLUMNS = ("kind", "effective_tier", "measures")  # what is read of a stored date
# One measure of the JSON text: a whole bank's rows are never turned into objects.
_TEXT = r'"{}":\s*\{{\s*"v":\s*(?:null|"(?P<value>-?[0-9]+(?:\.[0-9]+)?)")\s*,\s*"s":\s*"(?P<state>[a-z]+)"'


@dataclass(frozen=True, slots=True)
class KindTotal:
    """The units of one kind, and their revenue of twelve months; `unknown` ones have none that is known and add nothing."""

    kind: str
    units: int
    tiered: int
    unknown: int
    unknown_tiered: int
    revenue: Decimal
    revenue_tiered: Decimal


def totals(units: pa.Table) -> Iterator[KindTotal]:
    """Yield the totals of each kind of unit, by kind, from the `COLUMNS` of the rows of one date."""
    texts = units["measures"].combine_chunks()
    found = pc.extract_regex(texts, pattern=_TEXT.format(REVENUE))
    known = pc.fill_null(pc.equal(pc.struct_field(found, "state"), "ok"), False)
    value = pc.struct_field(found, "value")
    # Known and without a value: there is nothing to measure, so it brings nothing.
    money = pc.if_else(pc.and_(known, pc.fill_null(pc.not_equal(value, ""), False)), value, "0.00").cast(
        MONEY
    )
    tiered = pc.fill_null(pc.not_equal(units["effective_tier"], ""), False).combine_chunks()
    for kind in sorted(pc.unique(units["kind"]).to_pylist()):
        own = pc.equal(units["kind"], kind).combine_chunks()
        inside = pc.and_(own, tiered)
        yield KindTotal(
            kind, _count(own), _count(inside), _count(pc.and_not(own, known)), _count(pc.and_not(inside, known)),
            _sum(money, own), _sum(money, inside),
        )  # fmt: skip


def _count(which: pa.Array) -> int:
    return int(pc.sum(which).as_py() or 0)


def _sum(money: pa.Array, which: pa.Array) -> Decimal:
    found: Decimal | None = pc.sum(money.filter(which)).as_py()
    return Decimal("0.00") if found is None else found
