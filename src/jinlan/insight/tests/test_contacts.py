from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from jinlan.insight.contacts import CONTACTS, contacts
from jinlan.lake.features.tests.memory import MemoryView

TODAY = date(2026, 11, 10)


def spoke(
    number: str, on: date, *, hour: int = 2, delivered: date | None = None, **other: Any
) -> dict[str, Any]:
    row = {
        "interaction_id": number, "party_id": "P1", "employee_id": "E1", "ts_start": datetime(on.year, on.month, on.day, hour, tzinfo=UTC),
        "type": "VISIT", "participants": 2, "outcome": "DONE", "as_of_date": delivered or on,
    }  # fmt: skip
    return row | other


def member(
    unit: str, party: str, since: date = date(2020, 1, 1), until: date | None = None
) -> dict[str, Any]:
    return {"unit_id": unit, "party_id": party, "valid_from": since, "valid_to": until}


def read(
    rows: list[dict[str, Any]], *members: dict[str, Any], **more: Any
) -> dict[tuple[str, str], dict[str, Any]]:
    tables = {"interaction": rows} | more.get("tables", {})
    view = MemoryView(tables, TODAY)
    try:
        found = contacts(view, members or [member("G1", "P1")], more.get("sponsors", []), TODAY)
    finally:
        view.close()
    assert found.schema == CONTACTS
    return {(row["unit_id"], row["code"]): row for row in found.to_pylist()}


def test_visits_are_face_to_face_calls_and_video_are_calls_and_the_rest_is_no_contact() -> None:
    day = date(2026, 10, 20)
    kinds = ("VISIT", "CALL", "VIDEO", "EMAIL", "EVENT", "PORTAL")
    found = read([spoke(kind, day, type=kind) for kind in kinds])

    assert {code: row["kind"] for (_, code), row in found.items()} == {
        "VISIT": "FACE", "CALL": "CALL", "VIDEO": "CALL",
    }  # fmt: skip


def test_the_day_is_the_banks_and_the_minutes_are_of_the_first_delivery() -> None:
    late = spoke(
        "N1", date(2026, 10, 20), hour=17, delivered=date(2026, 10, 22)
    )  # 01:00 on the 21st in Shanghai
    again = late | {"as_of_date": date(2026, 11, 1), "outcome": "NO_ANSWER"}
    row = read([again, late])["G1", "N1"]

    assert (row["happened_on"], row["minutes_on"], row["two_way"]) == (
        date(2026, 10, 21), date(2026, 10, 22), False,
    )  # fmt: skip


def test_it_was_two_way_with_the_clients_side_only_when_the_bank_says_so() -> None:
    day = date(2026, 10, 20)
    found = read([
        spoke("DONE", day), spoke("MISSED", day, outcome="MISSED"), spoke("OPEN", day, outcome=None),
        spoke("ALONE", day, participants=1), spoke("UNKNOWN", day, participants=None),
    ])  # fmt: skip

    assert {code: (row["two_way"], row["client_side"]) for (_, code), row in found.items()} == {
        "DONE": (True, True), "MISSED": (False, True), "OPEN": (False, True), "ALONE": (True, False), "UNKNOWN": (True, False),
    }  # fmt: skip


def test_a_contact_belongs_to_the_named_unit_else_to_those_of_its_party_on_the_day() -> None:
    day = date(2026, 10, 20)
    found = read(
        [
            spoke("NAMED", day, unit_id="G1"), spoke("ELSEWHERE", day, unit_id="X9"), spoke("BOTH", day), spoke("OTHER", day, party_id="P2"),
            spoke("NOBODY", day, party_id="P3"), spoke("BEFORE", date(2026, 3, 1), party_id="P2"),
            spoke("LEFT", day, party_id="P4"), spoke("WHOLE", day, party_id=None, unit_id="H1"),
        ],
        member("G1", "P1"), member("H1", "P1"), member("G1", "P2", date(2026, 5, 1)), member("G1", "P4", until=day),
    )  # fmt: skip

    assert sorted(found) == [
        ("G1", "BOTH"), ("G1", "ELSEWHERE"), ("G1", "NAMED"), ("G1", "OTHER"),
        ("H1", "BOTH"), ("H1", "ELSEWHERE"), ("H1", "WHOLE"),
    ]  # fmt: skip


def test_a_merged_party_is_read_as_the_one_that_stands() -> None:
    merge = {
        "old_party_id": "P0",
        "new_party_id": "P1",
        "effective_date": date(2026, 10, 30),
        "as_of_date": date(2026, 10, 30),
    }
    found = read([spoke("N1", date(2026, 10, 20), party_id="P0")], tables={"party_merge": [merge]})

    assert list(found) == [("G1", "N1")]


def test_a_meeting_with_the_sponsor_on_the_day_is_an_executive_one() -> None:
    sponsor = {
        "unit_id": "G1",
        "employee_id": "E9",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 10, 1),
    }
    found = read(
        [spoke("YES", date(2026, 9, 20), employee_id="E9"), spoke("ENDED", date(2026, 10, 20), employee_id="E9"), spoke("NO", date(2026, 9, 20))],
        sponsors=[sponsor],
    )  # fmt: skip

    assert {code: row["executive"] for (_, code), row in found.items()} == {
        "YES": True,
        "ENDED": False,
        "NO": False,
    }


def test_the_window_is_two_years_and_what_came_after_the_day_is_not_known() -> None:
    found = read([
        spoke("OLD", date(2024, 11, 9)), spoke("FIRST", date(2024, 11, 10)), spoke("LAST", TODAY),
        spoke("UNKNOWN", TODAY, delivered=date(2026, 11, 11)),
    ])  # fmt: skip

    assert sorted(code for _, code in found) == ["FIRST", "LAST"]


def test_a_bank_without_interactions_has_no_contacts() -> None:
    view = MemoryView({"party": []}, TODAY)

    assert contacts(view, [member("G1", "P1")], [], TODAY).num_rows == 0
