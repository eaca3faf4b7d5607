"""The demo bank's statement agrees with its own general ledger to the cent; a ledger that does not is found, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from jinlan.lake.engines import Table
from jinlan.lake.features import ledger, statement
from jinlan.lake.features.ledger import Place
from jinlan.lake.features.session import Session
from jinlan.lake.features.windows import Months
from jinlan.lake.load import load_deliveries
from jinlan.lake.tests.file_registry import FileRegistry
from jinlan.lake.tests.tiny_bank import SECRET
from jinlan.lake.view import LakeView
from jinlan.site.demobank import write_demo_bank

pytestmark = pytest.mark.xdist_group("books")

FIRST, LAST = date(2025, 9, 1), date(2026, 10, 31)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LakeView]:
    """Load the tiny demo bank, days that came late included, as one lake."""
    folder = tmp_path_factory.mktemp("books")
    write_demo_bank(folder / "bank", size="tiny", seed=7)
    registry = FileRegistry(folder / "registry.json")
    load_deliveries(folder / "bank", lake=folder / "lake", registry=registry, secret=SECRET, accepted=lambda _: "", memory_limit="512MB")  # fmt: skip
    record = registry.latest("JLB")
    assert record is not None
    found = LakeView(folder / "lake", record)
    yield found
    found.close()


def test_every_line_of_every_month_agrees_with_the_ledger_to_the_cent(view: LakeView) -> None:
    with Session(view, Months(FIRST, LAST)) as session:
        rows = statement.account_months(session)
        found = ledger.checks(session, rows)
        treasury = sum(_signed(row) for row in rows.to_pylist())

    assert {one.line for one in found} == {
        "ACCRUED_INCOME",
        "ACCRUED_EXPENSE",
        "FEE_INCOME",
        "VAT",
        "OPERATING_COST",
    }
    assert [(one.month, one.line, one.gap) for one in found if one.gap != 0] == []
    assert len({one.month for one in found}) == 14
    assert all(one.idle > 0 for one in found if one.line == "OPERATING_COST")
    # What clients' margins leave of the bank's net interest is treasury's, and nothing is lost between them.
    margin = sum(row["interest"] * _way(row) - row["transfer"] * _way(row) for row in rows.to_pylist())
    income = sum(one.ours for one in found if one.line == "ACCRUED_INCOME")
    expense = sum(one.ours for one in found if one.line == "ACCRUED_EXPENSE")
    assert margin + treasury == income - expense


def test_a_planted_difference_is_found_in_its_line_its_month_and_on_its_day(
    view: LakeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = view.snapshots

    def wrong(name: str, first: date, last: date) -> Table:
        rows = honest(name, first, last)
        if name != "gl_control":
            return rows
        more = (rows.gl_class == "FEE_INCOME") & (rows.as_of_date == day)
        return rows.mutate(total=more.ifelse(rows.total + 1, rows.total).cast("decimal(24, 2)"))

    days = honest("gl_control", FIRST, LAST)
    day = view.connect().to_pyarrow(days.filter(days.gl_class == "FEE_INCOME").as_of_date.max()).as_py()
    monkeypatch.setattr(view, "snapshots", wrong)
    with Session(view, Months(FIRST, LAST)) as session:
        found = ledger.checks(session, statement.account_months(session))

    (gap,) = [one for one in found if not one.holds]
    assert (gap.line, gap.month, gap.gap) == ("FEE_INCOME", date(2026, 10, 1), 100)
    (place,) = gap.places
    assert place == Place(day, place.ours, place.ours + 100)


def _way(row: dict[str, object]) -> int:
    return {"LOAN": 1, "DEPOSIT": -1}.get(str(row["side"]), 0)


def _signed(row: dict[str, int]) -> int:
    return row["transfer"] * _way(row)
