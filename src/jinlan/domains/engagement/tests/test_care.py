"""Care days as they are given and taken back, worked out by night, and who sees what of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.domains.engagement.models import Care
from jinlan.domains.engagement.services.care import (
    end_silence,
    refresh_care,
    withdraw_care_day,
)
from jinlan.domains.engagement.services.greeting import claim_greeting, greet, leave_greeting
from jinlan.domains.engagement.services.people import person_left
from jinlan.domains.engagement.tests.caring import (
    a_calm_room,
    a_day,
    claimed,
    greeted,
    hushed,
    kept,
    november,
    occasion,
    occasions,
    refused,
    sight,
    why,
)
from jinlan.domains.engagement.tests.worlds import Room, a_contact, a_room
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.models import RowChange
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.work.models import PreflightRecord

DAY = timedelta(days=1)


@pytest.fixture
def room(database: None) -> Room:
    return a_calm_room(a_room())


# days ----------------------------------------------------------------------------------------------------------------
def test_a_day_is_noted_with_its_source_and_its_occasion_stands_in_the_calendar(room: Room) -> None:
    key = a_day(room, room.zhang)

    found = occasion(key)
    assert (found["occasion"], found["year"], found["falls_on"], found["state"], found["whom"]) == (
        "BIRTHDAY", 2026, november(20), "open", f"p:{room.zhang.pk}",
    )  # fmt: skip
    (entry,) = room.audit("engagement.care_day_noted")
    assert entry.after == {"unit": "G-JIA", "kind": "BIRTHDAY", "source": "SAID", "given_on": "2026-11-10"}


def test_a_lunar_birthday_and_an_anniversary_are_worked_out_sixty_days_ahead(room: Room) -> None:
    moon = a_day(room, room.li, calendar="LUNAR", month=10, day=21)  # 十月廿一
    founded = a_day(room, kind="FOUNDED", source="PUBLIC", month=1, day=9, year=1997)  # in sixty days
    beyond = a_day(room, kind="LISTED", source="PUBLIC", month=1, day=10, year=1997)
    seasons = a_day(room, kind="TERMS", source="FORM")

    assert occasion(moon)["falls_on"] == november(29)
    assert [occasion(founded)[name] for name in ("falls_on", "ordinal", "whom")] == [
        date(2027, 1, 9), 30, f"f:{room.cast.parties['jia'].pk}",
    ]  # fmt: skip
    assert occasions(beyond) == []
    assert [(one["occasion"], one["falls_on"], one["whom"]) for one in occasions(seasons)] == [
        ("TERM_24", date(2026, 12, 22), f"u:{room.cast.group.pk}")
    ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"source": "PUBLIC"}, "CARE_SOURCE"), ({"source": "ID_NUMBER"}, "CARE_SOURCE"), ({"given_on": TODAY + DAY}, "CARE_GIVEN"),
        ({"kind": "FOUNDED", "source": "PUBLIC", "year": 2001}, "CARE_WHO"), ({"year": 1980}, "CARE_YEAR"), ({"month": 13}, "CARE_DATE"),
    ],
)  # fmt: skip
def test_a_persons_day_comes_from_the_person_alone_and_without_a_year(
    room: Room, said: dict[str, Any], code: str
) -> None:
    before = kept()
    with refused(code):
        a_day(room, room.zhang, **said)
    assert kept() == before


def test_a_company_has_no_birthday_and_nobody_has_two(room: Room) -> None:
    with refused("CARE_WHO"):
        a_day(room)
    a_day(room, room.zhang)
    before = kept()
    with refused("CARE_DAY_TWICE"):
        a_day(room, room.zhang, calendar="LUNAR", month=1, day=1)
    assert kept() == before


def test_a_natural_person_who_is_a_client_has_his_birthday_himself(room: Room) -> None:
    key = a_day(
        room,
        username="zhaoyan",
        unit=room.cast.household.public_id,
        party=room.cast.parties["zhang"].public_id,
    )

    assert occasion(key)["whom"] == f"m:{room.cast.parties['zhang'].pk}"
    assert sight(room, "lihua") == (0, 0, 0, 0)


def test_a_day_taken_back_is_empty_everywhere_and_the_records_hold_codes_alone(room: Room) -> None:
    key = a_day(room, room.zhang, calendar="LUNAR", month=10, day=12)  # 2026-11-20
    done = a_day(room, room.li, month=11, day=12)
    claimed(room, key)
    assert greeted(room, done) == "done"

    for one in (key, done):
        withdraw_care_day(actor=room.actor(), public_id=one)

    found = kept()
    assert [(row["month"], row["day"], row["leap"], row["year"]) for row in found["CareDay"]] == [(None, None, False, None)] * 2  # fmt: skip
    assert [(row["state"], row["falls_on"]) for row in found["Care"]] == [("gone", None), ("done", None)]
    assert [one.after for one in room.audit("engagement.care_day_withdrawn")] == [{"kind": "BIRTHDAY"}] * 2
    with scoped(room.actor("chenwei")):
        told = list(
            RowChange.objects.filter(table_name__startswith="engagement_care").values_list("old", "new")
        )
        asked = list(PreflightRecord.objects.values_list("facts", "planned_at"))
    assert not any({"month", "day", "leap", "falls_on"} & set(row or {}) for pair in told for row in pair)
    assert [at.date() for _facts, at in asked] == [TODAY] * 3  # never the day itself
    assert why(room) == []
    before = kept()
    with refused("CARE_DAY_GONE"):
        withdraw_care_day(actor=room.actor(), public_id=key)
    with refused("CARE_GONE"):
        claim_greeting(actor=room.actor(), public_id=found["Care"][0]["public_id"], channel="CALL")
    assert kept() == before
    a_day(room, room.zhang)  # given anew


# the night -------------------------------------------------------------------------------------------------------------
def test_the_night_draws_the_next_weeks_once_and_leaves_out_who_has_left(room: Room) -> None:
    a_day(room, room.zhang)
    stays, left = a_day(room, room.li, month=1, day=20), a_day(room, a_contact(room.cast.group, "周末"))
    person_left(actor=room.actor(), public_id=_person(left), left_on=TODAY)

    later = system_actor(ENTITY, AT + 30 * DAY)
    assert refresh_care(actor=later) == {"drawn": 1, "gone": 1}
    assert TASKS["engagement.draw_care"].run(actor=later) == {"drawn": 0, "gone": 0}
    assert occasion(stays)["falls_on"] == date(2027, 1, 20)
    assert occasion(left)["state"] == "gone"


def _person(day: UUID) -> UUID:
    with writing():
        return Care.objects.get(care_day__public_id=day).person.public_id


# walls -----------------------------------------------------------------------------------------------------------------
def test_who_sees_what_of_it(room: Room) -> None:
    a_day(room, room.zhang)
    hushed(room, person=room.zhang.public_id)

    seen = {
        one: sight(room, one)
        for one in ("lihua", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu", "wangmin", "zhaoyan")
    }
    assert seen == {
        "lihua": (1, 1, 1, 0), "sunjie": (1, 1, 1, 0), "chenwei": (1, 1, 1, 0), "zhoulin": (1, 1, 1, 0), "wuhan": (1, 1, 1, 0),
        "zhengyu": (1, 1, 1, 0), "wangmin": (0, 0, 0, 0), "zhaoyan": (0, 0, 0, 0),
    }  # fmt: skip


@pytest.mark.parametrize("username", ["zhoulin", "wuhan", "zhengyu", "wangmin", "zhaoyan"])
def test_who_only_reads_it_or_does_not_see_it_changes_nothing(room: Room, username: str) -> None:
    day = a_day(room, room.zhang)
    quiet = hushed(room, "OPT_OUT", person=room.li.public_id)
    key, actor = occasion(day)["public_id"], room.actor(username)
    before = kept()
    for act in (
        lambda: a_day(room, room.li, username), lambda: hushed(room, username=username), lambda: withdraw_care_day(actor=actor, public_id=day),
        lambda: end_silence(actor=actor, public_id=quiet), lambda: claim_greeting(actor=actor, public_id=key, channel="CALL"),
        lambda: greet(actor=actor, public_id=key), lambda: leave_greeting(actor=actor, public_id=key),
    ):  # fmt: skip
        with pytest.raises(ScopeDenied):
            act()
    assert kept() == before
