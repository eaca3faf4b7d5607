"""What managed units asked for: which cases are requests, whose they are, when they were answered and settled."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from jinlan.insight.requests import REQUESTS, requests
from jinlan.insight.tests.test_contacts import TODAY, member
from jinlan.lake.features.tests.memory import MemoryView

RECEIVED = datetime(2026, 10, 20, 2, tzinfo=UTC)


def asked(number: str, **other: Any) -> dict[str, Any]:
    row = {
        "case_id": number, "party_id": "P1", "kind": "REQUEST", "received_ts": RECEIVED, "accepted_ts": None, "decided_ts": None,
        "closed_ts": None, "as_of_date": date(2026, 10, 20),
    }  # fmt: skip
    return row | other


def read(rows: list[dict[str, Any]], *members: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    view = MemoryView({"case": rows}, TODAY)
    try:
        found = requests(view, members or [member("G1", "P1")], TODAY)
    finally:
        view.close()
    assert found.schema == REQUESTS
    return {(row["unit_id"], row["code"]): row for row in found.to_pylist()}


def test_praise_asks_for_nothing() -> None:
    kinds = ("COMPLAINT", "REQUEST", "SUGGESTION", "PRAISE")

    assert sorted(code for _, code in read([asked(kind, kind=kind) for kind in kinds])) == [
        "COMPLAINT", "REQUEST", "SUGGESTION",
    ]  # fmt: skip


def test_it_is_settled_when_decided_or_else_when_closed() -> None:
    accepted, decided, closed = (datetime(2026, 10, day, 3, tzinfo=UTC) for day in (21, 22, 23))
    found = read([
        asked("DECIDED", accepted_ts=accepted, decided_ts=decided, closed_ts=closed), asked("CLOSED", closed_ts=closed), asked("OPEN"),
    ])  # fmt: skip

    assert {code: (row["received_at"], row["answered_at"], row["settled_at"]) for (_, code), row in found.items()} == {
        "DECIDED": (RECEIVED, accepted, decided), "CLOSED": (RECEIVED, None, closed), "OPEN": (RECEIVED, None, None),
    }  # fmt: skip


def test_the_newest_state_of_a_case_speaks() -> None:
    later = asked("K1", accepted_ts=datetime(2026, 10, 21, 3, tzinfo=UTC), as_of_date=date(2026, 10, 21))

    assert read([later, asked("K1")])["G1", "K1"]["answered_at"] == datetime(2026, 10, 21, 3, tzinfo=UTC)


def test_it_belongs_to_the_units_of_its_party_on_the_day_at_home() -> None:
    night = datetime(2026, 10, 19, 17, tzinfo=UTC)  # 01:00 on the 20th in Shanghai
    found = read(
        [asked("NIGHT", received_ts=night), asked("OTHER", party_id="P2"), asked("NOBODY", party_id="P3")],
        member("G1", "P1", since=date(2026, 10, 20)), member("H1", "P1", until=date(2026, 10, 20)), member("G1", "P2"),
    )  # fmt: skip

    assert sorted(found) == [("G1", "NIGHT"), ("G1", "OTHER")]


def test_the_window_is_two_years_and_a_bank_without_cases_has_none() -> None:
    old, first = datetime(2024, 11, 9, 3, tzinfo=UTC), datetime(2024, 11, 10, 3, tzinfo=UTC)

    assert [code for _, code in read([asked("OLD", received_ts=old), asked("FIRST", received_ts=first)])] == [
        "FIRST"
    ]
    assert requests(MemoryView({"party": []}, TODAY), [member("G1", "P1")], TODAY).num_rows == 0
