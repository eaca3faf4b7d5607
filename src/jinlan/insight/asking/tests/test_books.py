"""Statements for a few parties: only theirs, within the scope, as the whole bank's statement has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jinlan.insight.asking.answers import Shelf, Studio
from jinlan.insight.asking.books import lines
from jinlan.insight.asking.questions import Books
from jinlan.lake.features import statement
from jinlan.lake.features.session import Session
from jinlan.lake.features.tests.memory import MemoryView, account, balances, party, span
from jinlan.lake.features.tests.test_statement import a_loan, example
from jinlan.lake.features.windows import Months
from jinlan.lake.reader.questions import Pin, Scope, from_wire, to_wire

FEBRUARY, MARCH, END = date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 31)


@pytest.fixture(scope="module")
def view() -> Iterator[MemoryView]:
    bank = example()
    bank["party"] += [party("P2"), party("OLD")]
    bank["account"] += [account("A8", "P2"), account("A9", "OLD")]
    bank["balance_daily"] += balances("A8", dict.fromkeys(span(date(2025, 1, 1), END), 1000))
    bank["balance_daily"] += balances("A9", dict.fromkeys(span(date(2025, 1, 1), END), 5000))
    bank["loan"].append(a_loan(loan_id="L8", account_id="A8", party_id="P2"))
    bank["party_merge"] = [
        {
            "old_party_id": "OLD",
            "new_party_id": "P1",
            "effective_date": date(2025, 1, 5),
            "as_of_date": date(2025, 1, 5),
        }
    ]
    found = MemoryView(bank, date(2026, 1, 31))
    yield found
    found.close()


def test_the_lines_of_a_party_are_those_of_the_whole_bank_by_period(view: MemoryView) -> None:
    found = lines(view, ("P1",), FEBRUARY, MARCH, END)

    with Session(view, Months(FEBRUARY, END)) as session:
        whole = statement.account_months(session).to_pylist()
    for period, month in (("before", FEBRUARY), ("now", MARCH)):
        mine = [row for row in found["rows"] if row["period"] == period]
        theirs = [row for row in whole if row["month"] == month and row["party_id"] == "P1"]
        assert [{**row, "month": month} for row in mine] == [{"period": period, **row} for row in theirs]
    assert {row["account_id"] for row in found["rows"]} == {
        "",
        "A1",
        "A2",
        "A9",
    }  # A9 came with a merged number
    assert found["absent"] == []


def test_nobody_outside_the_scope_is_answered_for(view: MemoryView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "_view", lambda *_: view)
    studio = Studio(Path(), shelf=Shelf())
    pin = Pin("T", 1, {}, "CNY")

    def asked(scope: Scope) -> set[str]:
        question = Books(pin, FEBRUARY, MARCH, END, ("P1", "P2"), scope)
        return {row["party_id"] for row in studio.answer(from_wire(to_wire(question)))["rows"]}

    assert asked(Scope(parties=("P2",), domains=(1,))) == {"P2"}
    assert asked(Scope(parties=("P1", "P2"), domains=(0,))) == set()  # companies are no personal clients
    assert asked(Scope(parties=(), domains=(0, 1))) == set()
    assert asked(Scope(all=True, domains=(0, 1))) == {"P1", "P2"}


def test_what_the_bank_does_not_deliver_is_named() -> None:
    bank = {name: rows for name, rows in example().items() if name not in ("unit_cost", "loan")}

    found = lines(MemoryView(bank, END), ("P1",), FEBRUARY, MARCH, END)

    assert found["absent"] == ["loan", "unit_cost"]
    assert sum(row["cost"] for row in found["rows"]) == 0
    assert sum(row["interest"] for row in found["rows"] if row["period"] == "now") == int(Decimal(6115068))
