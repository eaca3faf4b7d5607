"""Consent, quiet hours and frequency by rule: exact at every border."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.domains.compliance.rules import Contact, Said, check_giving, is_capped, is_quiet, judge, last_said

TEN = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
DAY = date(2026, 11, 10)


def test_what_was_said_last_by_an_instant_holds_whenever_it_was_written_down() -> None:
    given, withdrawn = Said("given", TEN - timedelta(days=3), 9), Said("withdrawn", TEN, 4)

    assert last_said([given, withdrawn], TEN - timedelta(microseconds=1)) == given
    assert last_said([given, withdrawn], TEN) == withdrawn
    assert (
        last_said([Said("given", TEN, 9), withdrawn], TEN) == withdrawn
    )  # at one instant the client's no counts
    assert last_said([withdrawn], TEN - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("20:59:59.999999", False), ("21:00:00", True), ("23:59:59", True), ("00:00:00", True), ("07:59:59.999999", True), ("08:00:00", False)],
)  # fmt: skip
def test_quiet_hours_pass_midnight_and_are_exact(clock: str, quiet: bool) -> None:
    local = datetime.fromisoformat(f"2026-11-10T{clock}+08:00")

    assert is_quiet(local, rule("QUIET.START", DAY), rule("QUIET.END", DAY)) is quiet


@pytest.mark.parametrize(("sent", "full"), [(0, False), (3, False), (4, True), (5, True)])
def test_a_channel_is_full_at_its_cap(sent: int, full: bool) -> None:
    assert is_capped(sent, rule("CONTACT.CAP.SMS", DAY)) is full


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "ok"),
        ({"consent": None}, "none"),
        ({"consent": Said("withdrawn", TEN, 1)}, "withdrawn"),
        ({"suppressed": True}, "suppressed"),
        ({"restricted": True, "suppressed": True}, "restricted"),
        ({"service": True, "consent": None}, "service"),
        ({"service": True, "offer": True}, "offer"),
        ({"service": True, "consent": None, "suppressed": True}, "suppressed"),
    ],
)
def test_the_gravest_thing_in_the_way_is_named(changes: dict, found: str) -> None:
    usual = {
        "service": False,
        "offer": True,
        "restricted": False,
        "suppressed": False,
        "consent": Said("given", TEN, 1),
    }
    if changes.get("service"):
        usual["offer"] = False

    assert judge(Contact(**(usual | changes))) == found


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channels": []}, "CONSENT_CHANNEL"),
        ({"channels": ["FAX"]}, "CONSENT_CHANNEL"),
        ({"basis": "CONTRACT"}, "CONSENT_BUNDLED"),
        ({"recipient": "某保险公司"}, "CONSENT_RECIPIENT"),
        ({"purpose": "SHARING", "channels": [""]}, "CONSENT_RECIPIENT"),
        ({"purpose": "PROFILING"}, "CONSENT_CHANNEL"),
    ],
)
def test_a_consent_that_would_be_worth_nothing_is_refused(changes: dict, code: str) -> None:
    usual = {"purpose": "MARKETING", "channels": ["SMS"], "basis": "CONSENT", "recipient": "", "contact_purposes": ["MARKETING"], "known_channels": ["SMS", "CALL"]}  # fmt: skip

    check_giving(**usual)
    with pytest.raises(Refused) as refused:
        check_giving(**(usual | changes))
    assert refused.value.code == code
