"""Every night each client's rhythm is learnt anew from what was delivered and what was written down; people only read it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error

from jinlan.clients.models import Delegation, Unit
from jinlan.domains.engagement.models import Rhythm
from jinlan.domains.engagement.selectors.rhythm import silent_among
from jinlan.domains.engagement.services.interactions import log_interaction
from jinlan.domains.engagement.services.rhythm import refresh_rhythm
from jinlan.domains.engagement.tests.worlds import a_contact, shanghai
from jinlan.domains.strategy.models import LeaveAlone
from jinlan.domains.strategy.tests.conftest import Bank, bank
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, an_actor, writing

__all__ = ["bank"]  # the fixture of a published half year
# Mondays without a holiday between them. From 08-11 to 11-10 there are 15 + 22 + 18 + 7 = 62 working days: of September 25 is off
# and 20 is worked, of October 1 to 7 are off and 10 is worked. Weekdays that are off: 09-25, 10-01, 10-02, 10-05 to 10-07.
MONDAYS = tuple(date(2026, 7, 6) + timedelta(weeks=week) for week in range(6))


def learn() -> dict[str, int]:
    return refresh_rhythm(actor=system_actor(ENTITY, AT))


def row(bank: Bank, unit: Unit, channel: str = "ALL", username: str = "chenwei") -> dict[str, Any]:
    with scoped(bank.cast.actor(username)):
        return dict(Rhythm.objects.filter(unit_id=unit.pk, channel=channel).values().get())


def parts(found: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(found[name] for name in names)


def test_a_weekly_client_that_was_last_met_in_august_is_silent_with_its_evidence(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    assert learn() == {"silent": 1, "unknown": 2}
    found = row(bank, bank.cast.group)
    assert parts(found, "state", "suppressed", "silent_days", "gaps", "limit_days", "as_long") == (
        "silent", "", 62, 5, 10, 0,
    )  # fmt: skip
    assert parts(found, "last_on", "expected_on", "as_of", "rule", "lead") == (
        date(2026, 8, 10), date(2026, 8, 17), date(2026, 11, 10), "rhythm-1", "E1001",
    )  # fmt: skip
    assert (str(found["median"]), found["run_id"]) == ("5.0", bank.run.pk)
    assert found["evidence"] == {
        "days": [day.isoformat() for day in MONDAYS], "gaps": [5] * 5, "skipped": {"HOLIDAY": 6},
        "measure": {"least": 5, "quantile": "9/10", "factor": "3/2", "floor": 10, "window": 730},
    }  # fmt: skip


def test_each_channel_has_its_own_rhythm_and_a_day_counts_once_however_often_it_is_noted(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    bank.met(bank.cast.group, MONDAYS[5], date(2026, 11, 9), kind="CALL")
    person = a_contact(bank.cast.group, "张伟")
    log_interaction(
        actor=an_actor(bank.cast.people["lihua"], AT), unit=bank.cast.group.public_id, kind="CALL", starts_at=shanghai(9), subject="回访",
        minutes="谈了授信", people=[str(person.public_id)],
    )  # fmt: skip
    learn()
    assert parts(row(bank, bank.cast.group, "FACE"), "state", "gaps", "last_on") == (
        "silent",
        5,
        MONDAYS[5],
    )
    assert parts(row(bank, bank.cast.group, "CALL"), "state", "gaps", "last_on") == (
        "unknown",
        1,
        date(2026, 11, 9),
    )
    # Over all: the last gap is 61 working days, the silence one, and 61 is the limit of the six gaps.
    assert parts(row(bank, bank.cast.group), "state", "gaps", "silent_days", "limit_days", "as_long") == (
        "steady",
        6,
        1,
        61,
        6,
    )


@pytest.mark.parametrize("more", [{"two_way": False}, {"client_side": False}], ids=str)
def test_what_reached_nobody_ends_no_silence(bank: Bank, more: dict[str, bool]) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    bank.met(bank.cast.group, date(2026, 11, 9), **more)
    learn()
    assert parts(row(bank, bank.cast.group), "state", "last_on") == ("silent", MONDAYS[5])


def test_minutes_that_came_late_end_a_silence_all_the_same(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    bank.met(bank.cast.group, date(2026, 11, 2), minutes=date(2026, 11, 10))
    learn()
    assert row(bank, bank.cast.group)["last_on"] == date(2026, 11, 2)


def test_what_the_client_asked_for_reaches_the_rhythm(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    about = {
        "entity": ENTITY,
        "unit_id": bank.cast.group.pk,
        "domain": bank.cast.group.domain,
        "branch_id": bank.cast.group.branch_id,
    }
    with writing():
        LeaveAlone.objects.create(
            **about, since=date(2026, 8, 17), until=date(2026, 11, 5), reason="年中结算", person_name="李华", at=AT
        )  # fmt: skip
    assert learn() == {"NOT_BEFORE": 1, "unknown": 2}
    # 08-11 to 08-14, and 11-05, 11-06, 11-09, 11-10.
    found = row(bank, bank.cast.group)
    assert parts(found, "state", "suppressed", "silent_days") == ("steady", "NOT_BEFORE", 8)
    with writing():
        LeaveAlone.objects.update(ended_on=date(2026, 8, 20))
    learn()
    assert parts(row(bank, bank.cast.group), "state", "suppressed", "silent_days") == ("silent", "", 59)


def test_days_on_which_the_lead_was_away_are_left_out_and_those_of_another_are_not(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    mine, other = bank.cast.employees["E1001"], bank.cast.employees["E1002"]
    with writing():
        away = Delegation.objects.create(
            entity=ENTITY,
            absent=mine,
            deputy=other,
            valid_from=date(2026, 8, 17),
            valid_to=date(2026, 11, 5),
        )
    learn()
    assert parts(row(bank, bank.cast.group), "state", "suppressed", "silent_days") == ("steady", "LEAVE", 8)
    with writing():
        Delegation.objects.filter(pk=away.pk).update(absent=other, deputy=mine)
    learn()
    assert parts(row(bank, bank.cast.group), "state", "suppressed", "silent_days") == ("silent", "", 62)


def test_all_rows_are_replaced_and_keep_their_names(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    learn()
    before = row(bank, bank.cast.group)
    with writing():
        assert Rhythm.objects.count() == 9  # three clients, three channels
    bank.met(bank.cast.group, date(2026, 11, 9))
    learn()
    after = row(bank, bank.cast.group)
    assert (after["public_id"], after["state"], after["gaps"]) == (before["public_id"], "steady", 6)
    with writing():
        assert Rhythm.objects.count() == 9
    with scoped(bank.cast.actor("zhengyu")):
        kept = AuditEntry.objects.filter(verb="engagement.rhythm_learnt").order_by("id")
        assert [entry.after for entry in kept] == [{"silent": 1, "unknown": 2}, {"steady": 1, "unknown": 2}]


def test_nothing_is_learnt_before_anything_is_published(database: None) -> None:
    assert TASKS["engagement.learn_rhythm"].run(actor=system_actor("NEW", AT)) == {}


def test_the_rhythm_is_learnt_after_the_charter_and_before_the_promises_are_reminded() -> None:
    slots = [
        TASKS[name].schedule.slot(AT)
        for name in ("strategy.refresh_charter", "engagement.learn_rhythm", "engagement.remind_promises")
    ]
    assert slots == sorted(slots)
    assert len(set(slots)) == 3


def test_each_sees_the_rhythms_of_his_own_clients_and_nobody_writes_one(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    learn()
    seen = {}
    for username in ("chenwei", "lihua", "wangmin", "zhengyu"):
        with scoped(bank.cast.actor(username)):
            seen[username] = set(Rhythm.objects.values_list("unit_id", flat=True))
    with writing():
        every = set(Rhythm.objects.values_list("unit_id", flat=True))
    assert bank.cast.group.pk in seen["lihua"]
    assert bank.cast.group.pk not in seen["wangmin"]
    assert seen["zhengyu"] == every
    with (
        pytest.raises(Error, match="permission denied"),
        scoped(bank.cast.actor("lihua"), write=True),
    ):
        Rhythm.objects.update(state="steady")
    assert row(bank, bank.cast.group)["state"] == "silent"


def test_whom_somebody_spoke_with_since_is_silent_no_longer(bank: Bank) -> None:
    bank.met(bank.cast.group, *MONDAYS)
    learn()
    lihua = bank.cast.actor("lihua")
    with scoped(lihua):
        assert [one.unit_id for one in silent_among(lihua, units=[bank.cast.group.pk])] == [
            bank.cast.group.pk
        ]
    person = a_contact(bank.cast.group, "张伟")
    for kind, named in (("MAIL", [str(person.public_id)]), ("CALL", [])):
        log_interaction(
            actor=an_actor(bank.cast.people["lihua"], AT), unit=bank.cast.group.public_id, kind=kind, starts_at=shanghai(9), subject="回访",
            minutes="谈了授信", people=named,
        )  # fmt: skip
    with scoped(lihua):
        assert len(silent_among(lihua, units=[bank.cast.group.pk])) == 1
    log_interaction(
        actor=an_actor(bank.cast.people["lihua"], AT), unit=bank.cast.group.public_id, kind="CALL", starts_at=shanghai(9, 15), subject="回访",
        minutes="谈了授信", people=[str(person.public_id)],
    )  # fmt: skip
    with scoped(lihua):
        assert silent_among(lihua, units=[bank.cast.group.pk]) == []
