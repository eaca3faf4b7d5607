"""Exact rounding through the engine against Python's decimals."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal, getcontext

import ibis
import pytest

from jinlan.lake import engines
from jinlan.lake.features import exact


def pairs(top: int, seed: int) -> list[tuple[int, int]]:
    draw = random.Random(seed)
    found = [(0, 1), (1, 2), (-1, 2), (3, 2), (2**52 - 1, 1)]
    for _ in range(3000):
        below = draw.choice([1, 2, 28, 31, 365, 366, 10**8, 365 * 10**8])
        above = draw.randrange(top)
        if draw.random() < 0.5:
            above = below * draw.randrange(10**12) + draw.choice(
                [0, -1, 1, below // 2, below // 2 - 1, (below + 1) // 2]
            )
        if abs(above) // below < 2**52 and abs(above) < top:
            found.append((draw.choice([1, -1]) * above, below))
    return found


@pytest.mark.parametrize(("kind", "top"), [("int64", 4 * 10**18), (exact.BIG, 10**26)])
def test_division_rounds_half_up_exactly(kind, top):
    getcontext().prec = 60
    rows = pairs(top, 7)
    con = engines.connect()
    columns = {"a": [Decimal(a) for a, _ in rows], "b": [Decimal(b) for _, b in rows]}
    table = con.create_table("t", ibis.memtable(columns, schema={"a": exact.BIG, "b": exact.BIG}))
    quotient = exact.div_half_up(table.a.cast(kind), table.b.cast(kind), kind)
    found = con.to_pyarrow(table.select("a", "b", q=quotient.cast("int64"))).to_pylist()
    for row in found:
        expected = (row["a"] / row["b"]).quantize(Decimal(1), ROUND_HALF_UP)
        assert row["q"] == expected, row


def test_money_and_rates_become_whole_numbers_and_decimals_again():
    con = engines.connect()
    table = con.create_table("t", ibis.memtable({"m": [Decimal("-12.34")], "r": [Decimal("0.01234567")]},
                                                schema={"m": exact.MONEY, "r": exact.RATE}))  # fmt: skip
    rows = table.select(c=exact.cents(table.m).cast("int64"), e=exact.e8(table.r).cast("int64"))
    assert con.to_pyarrow(rows).to_pylist() == [{"c": -1234, "e": 1234567}]
    back = rows.select(m=exact.decimals(rows.c, 2, exact.MONEY), r=exact.decimals(rows.e, 8, exact.RATE))
    assert con.to_pyarrow(back).to_pylist() == [{"m": Decimal("-12.34"), "r": Decimal("0.01234567")}]
