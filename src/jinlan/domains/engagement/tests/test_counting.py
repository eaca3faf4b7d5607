"""What is written down counts for the service charter: a visit with minutes in time keeps the obligation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from jinlan.clients.testing import covers
from jinlan.domains.engagement.models import AccountPlan, PlanReview
from jinlan.domains.engagement.selectors.counting import contacts
from jinlan.domains.engagement.services.interactions import log_interaction
from jinlan.domains.engagement.tests.worlds import a_contact, shanghai
from jinlan.domains.strategy.models import CharterRefresh
from jinlan.domains.strategy.selectors import compliance as reading
from jinlan.domains.strategy.tests.conftest import Bank, bank
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, TODAY, an_actor, writing

__all__ = ["bank"]  # the fixture of a published half year
BEFORE = (date(2026, 6, 20), date(2026, 7, 15), date(2026, 8, 10), date(2026, 9, 25))
TUESDAY = shanghai(20, month=10)


def visited(bank: Bank, filed: datetime, **said: Any) -> None:
    """Write down a visit of Tuesday 2026-10-20, its minutes filed at an instant."""
    person = a_contact(bank.cast.group, "张伟")
    given = {
        "unit": bank.cast.group.public_id, "kind": "VISIT", "starts_at": TUESDAY, "subject": "季度回顾", "minutes": "谈了授信",
        "people": [str(person.public_id)],
    } | said  # fmt: skip
    log_interaction(actor=an_actor(bank.cast.people["lihua"], filed), **given)


def last_but_one(bank: Bank, kind: str = "FACE") -> tuple[date, date, date | None]:
    bank.met(bank.cast.group, *BEFORE, kind=kind)
    bank.refresh()
    return next(row[:3] for row in bank.rows(bank.cast.group, kind) if row[0] == date(2026, 9, 25))


@pytest.mark.parametrize(
    ("day", "kept"),
    [(20, date(2026, 10, 20)), (22, date(2026, 10, 20)), (23, None)],
)
def test_a_visit_keeps_the_obligation_when_its_minutes_come_within_two_working_days(
    bank: Bank, day: int, kept: date | None
) -> None:
    visited(bank, shanghai(day, 18, month=10))
    assert last_but_one(bank) == (date(2026, 9, 25), date(2026, 10, 25), kept)


@pytest.mark.parametrize(
    "said",
    [{"people": []}, {"two_way": False}, {"kind": "MAIL"}, {"kind": "EVENT"}, {"kind": "CALL"}],
    ids=str,
)
def test_what_is_no_visit_with_somebody_keeps_no_face_to_face(bank: Bank, said: dict[str, Any]) -> None:
    visited(bank, shanghai(20, 18, month=10), **said)
    assert last_but_one(bank)[2] is None


def test_what_stands_behind_the_wall_counts_too(bank: Bank) -> None:
    visited(bank, shanghai(20, 18, month=10), inside=True)
    assert last_but_one(bank)[2] == date(2026, 10, 20)


def test_the_sponsor_makes_it_an_executives_meeting_while_he_is_one(bank: Bank) -> None:
    covers(bank.cast.employees["E2001"], bank.cast.group, role="SPONSOR", until=date(2026, 10, 20))
    covers(bank.cast.employees["E3001"], bank.cast.group, role="SPONSOR", since=date(2026, 10, 20))
    visited(bank, TUESDAY, staff=["E1001", "E2001"])
    visited(bank, TUESDAY + timedelta(hours=1), staff=["E1001", "E3001"], kind="VIDEO")
    with scoped(bank.cast.actor("lihua")) as scope:
        found = [(one.kind, one.executive, one.minutes_on) for one in contacts(scope.actor)]
    assert found == [("FACE", False, date(2026, 10, 20)), ("CALL", True, date(2026, 10, 20))]


def test_the_clients_card_knows_it_as_the_last_contact_and_names_a_late_one(bank: Bank) -> None:
    visited(bank, shanghai(20, 18, month=10))
    visited(bank, shanghai(26, 18, month=10), kind="CALL")
    bank.refresh()
    with scoped(bank.cast.actor("lihua")) as scope:
        about = reading.measured(scope.actor)
        assert about
        spoken = reading.spoken(scope.actor, about, unit_id=bank.cast.group.pk)
    assert (spoken.last.get("FACE"), [(one.kind, one.why) for one in spoken.uncounted]) == (
        date(2026, 10, 20),
        [("CALL", "LATE")],
    )


@pytest.mark.parametrize(("people", "measured"), [([7], {"REVIEW": TODAY.isoformat()}), ([], {})])
def test_reviews_of_plans_are_measured_from_the_first_one_that_a_client_took_part_in(
    bank: Bank, people: list[int], measured: dict[str, str]
) -> None:
    unit = bank.cast.group
    place = {"entity": unit.entity, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id}
    bank.refresh()
    with writing():
        plan = AccountPlan.objects.create(
            **place, number=1, state="in_force", starts_on=TODAY, ends_on=TODAY + timedelta(365), content="", made_by="lihua", made_name="李华",
            made_at=AT, changed_at=AT, checked_by=["sunjie", "chenwei"], approved_at=AT,
        )  # fmt: skip
        PlanReview.objects.create(
            **place, plan=plan, held_on=TODAY, minutes="回顾了存款与开证进度", staff=["E1001"], people=people, health="green", by="lihua", by_name="李华", at=AT
        )  # fmt: skip
    bank.refresh()
    with writing():
        found = CharterRefresh.objects.latest("id")
        assert {kind: day for kind, day in found.measured.items() if kind == "REVIEW"} == measured
        assert ("REVIEW" in found.unmeasured) == (not measured)
    assert [row[0] for row in bank.rows(unit, "REVIEW")] == [TODAY] * bool(measured)
