"""The register of gifts: over the line by a head, capped over all departments, never money, nothing to officials, and its indicators."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Care, Gift
from jinlan.domains.engagement.selectors.care import gifts_had
from jinlan.domains.engagement.selectors.care_counts import in_time, silent, twice
from jinlan.domains.engagement.services.gifts import return_gift
from jinlan.domains.engagement.tests.caring import (
    a_calm_room,
    a_day,
    a_gift,
    greeted,
    hushed,
    kept,
    refused,
    sight,
)
from jinlan.domains.engagement.tests.worlds import Room, a_contact, a_room
from jinlan.kernel.acts import perform
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.work.services import decide

WHY = "年度合作周年纪念"


@pytest.fixture
def room(database: None) -> Room:
    return a_calm_room(a_room())


def gifts() -> list[dict[str, Any]]:
    return kept()["Gift"]


def had(room: Room, whom: str) -> Decimal:
    with scoped(room.actor()):
        return gifts_had(whom, 2026)


def asks(room: Room, key: UUID, username: str = "lihua") -> UUID:
    """Ask a head to allow a gift; return the number of the request."""
    made = perform(
        actor=room.actor(username), act="engagement.allow_gift", payload={"public_id": key, "reason": WHY}, key=str(key), reason=WHY
    )  # fmt: skip
    assert made.asked is not None
    return made.asked


def test_a_gift_up_to_the_line_is_written_down_at_once(room: Room) -> None:
    a_gift(room, value=Decimal(200))

    (row,) = gifts()
    assert [row[name] for name in ("state", "value", "currency", "whom", "employee", "made_by", "approved_by")] == [
        "valid", Decimal("200.00"), "CNY", f"p:{room.zhang.pk}", "E1001", "lihua", "",
    ]  # fmt: skip
    (entry,) = room.audit("engagement.gift_recorded")
    assert entry.after == {"direction": "GIVEN", "kind": "GOODS", "value": "200", "given_on": "2026-11-10", "state": "valid"}  # fmt: skip


def test_one_over_the_line_waits_for_a_head_and_counts_meanwhile(room: Room) -> None:
    key = a_gift(room, value=Decimal("200.01"))
    assert (gifts()[0]["state"], had(room, f"p:{room.zhang.pk}")) == ("pending", Decimal("200.01"))

    asked = asks(room, key)
    before = gifts()
    for username in ("lihua", "wangmin", "zhoulin", "wuhan"):  # who asked, and who is no head of it
        with pytest.raises(Refused):
            decide(actor=room.actor(username), approval=asked, approves=True, reason="同意")
    assert gifts() == before

    decide(actor=room.actor("sunjie"), approval=asked, approves=True, reason="同意")
    assert [gifts()[0][name] for name in ("state", "approved_by", "made_by")] == ["valid", "sunjie", "lihua"]
    with refused("GIFT_SETTLED"):
        asks(room, key, "chenwei")


def test_who_is_given_something_does_not_allow_it_himself(room: Room) -> None:
    key = a_gift(room, direction="RECEIVED", value=Decimal(300), employee="E2001")
    asked = asks(room, key)
    with refused("BENEFICIARY"):
        decide(actor=room.actor("sunjie"), approval=asked, approves=True, reason="同意")
    assert gifts()[0]["state"] == "pending"
    decide(actor=room.actor("chenwei"), approval=asked, approves=True, reason="同意")
    assert gifts()[0]["approved_by"] == "chenwei"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "CASH"}, "GIFT_CASH"), ({"kind": "CARD", "direction": "RECEIVED"}, "GIFT_CASH"), ({"value": Decimal(0)}, "GIFT_VALUE"),
        ({"given_on": TODAY - timedelta(31)}, "GIFT_DATE"), ({"kind": "GOLD"}, "GIFT_CODE"), ({"what": " "}, "PERSON_TEXT"),
        ({"what": "祝贺他离婚的礼物"}, "TEXT_TERMS"), ({"value": Decimal("1000.01")}, "GIFT_CAP"), ({"employee": "E9999"}, "STAFF_UNKNOWN"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused_and_leaves_nothing(room: Room, said: dict[str, Any], code: str) -> None:
    with refused(code):
        a_gift(room, **said)
    assert gifts() == []


def test_money_that_was_declined_stands_in_the_register_and_counts_for_nobody(room: Room) -> None:
    a_gift(room, kind="CASH", direction="DECLINED", value=Decimal(5000))

    assert (gifts()[0]["state"], had(room, "e:E1001")) == ("valid", Decimal(0))
    with pytest.raises(IntegrityError, match="gift_no_money"), writing():
        Gift.objects.update(direction="GIVEN")


def test_an_official_is_given_nothing_and_whoever_is_left_alone_neither(room: Room) -> None:
    hushed(room, "OFFICIAL", person=room.zhang.public_id)
    with refused("GIFT_OFFICIAL"):
        a_gift(room)
    a_gift(room, direction="RECEIVED")
    hushed(room, "BEREAVEMENT", person=room.li.public_id)
    with refused("GIFT_SILENT"):
        a_gift(room, person=room.li.public_id)
    hushed(room, "OFFICIAL")  # a company of the state: all its people
    with refused("GIFT_OFFICIAL"):
        a_gift(room, person=a_contact(room.cast.group, "周末").public_id)
    assert [row["direction"] for row in gifts()] == ["RECEIVED"]


def test_the_cap_goes_over_departments_and_the_refusal_names_what_is_left(room: Room) -> None:
    with writing():
        for one, company in (
            (room.zhang, "jia"),
            (room.stranger, "yi"),
        ):  # one person, as two clients know him
            one.code, one.party_id = "N-7", room.cast.parties[company].pk
            one.save()
    there = {"unit": room.cast.other.public_id, "person": room.stranger.public_id, "employee": "E3001"}
    for day in range(4):
        a_gift(room, value=Decimal(200), given_on=TODAY - timedelta(day))
    a_gift(room, "chenwei", value=Decimal(120), **there)
    before = gifts()

    with pytest.raises(Refused) as caught:
        a_gift(room, value=Decimal("80.01"))

    assert (caught.value.code, caught.value.params["left"]) == ("GIFT_CAP", "CNY 80.00")
    assert gifts() == before
    assert sight(room, "lihua")[3] == 4  # the other department's stays out of sight
    a_gift(room, value=Decimal(80))
    assert had(room, "n:N-7") == Decimal(1000)


def test_each_year_has_its_own_cap(room: Room) -> None:
    at = AT + timedelta(days=45)  # 25 December
    for _number in range(5):
        a_gift(room, at=at, value=Decimal(200), given_on=date(2026, 12, 25))
    with refused("GIFT_CAP"):
        a_gift(room, at=at, value=Decimal(1), given_on=date(2026, 12, 31))
    a_gift(room, at=at, value=Decimal(1), given_on=date(2027, 1, 1))
    assert len(gifts()) == 6


def test_what_went_back_counts_no_longer(room: Room) -> None:
    key = a_gift(room)
    return_gift(actor=room.actor(), public_id=key, reason="对方单位不允许收礼")

    assert (gifts()[0]["state"], had(room, f"p:{room.zhang.pk}")) == ("returned", Decimal(0))
    before = gifts()
    with refused("GIFT_SETTLED"):
        return_gift(actor=room.actor(), public_id=key, reason="对方单位不允许收礼")
    assert gifts() == before


def test_sixteen_gifts_at_once_never_pass_the_cap(room: Room) -> None:
    told: list[str] = []

    def give(number: int) -> None:
        try:
            a_gift(room, ("lihua", "sunjie", "chenwei")[number % 3], value=Decimal(150))
        except Refused as error:
            told.append(f"{error.code} {error.params['left']}")
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=(number,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(gifts()) == 6  # six times 150 are 900, a seventh would make 1,050
    assert told == ["GIFT_CAP CNY 100.00"] * 10


@pytest.mark.parametrize("username", ["zhoulin", "wuhan", "zhengyu", "wangmin", "zhaoyan"])
def test_who_only_reads_the_register_writes_nothing_into_it(room: Room, username: str) -> None:
    key = a_gift(room)
    before = gifts()
    for act in (
        lambda: a_gift(room, username), lambda: return_gift(actor=room.actor(username), public_id=key, reason="对方单位不允许收礼"),
        lambda: asks(room, key, username),
    ):  # fmt: skip
        with pytest.raises(ScopeDenied):
            act()
    assert gifts() == before
    assert sight(room, username)[3] == (username not in ("wangmin", "zhaoyan"))


# indicators ------------------------------------------------------------------------------------------------------------
def test_the_share_greeted_in_time_leaves_out_who_was_left_alone(room: Room) -> None:
    greeted(room, a_day(room, room.zhang, month=11, day=12))  # today, two days before: in time
    a_day(room, room.li, month=11, day=11)  # nobody greets
    a_day(room, a_contact(room.cast.group, "周末"), month=11, day=12)
    quiet = a_contact(room.cast.group, "吴静")
    a_day(room, quiet, month=11, day=12)
    hushed(room, person=quiet.public_id)
    a_day(room, a_contact(room.cast.group, "郑齐"), month=11, day=20)  # not yet

    with scoped(system_actor(ENTITY, AT)) as scope:
        found = in_time(scope.actor, date(2026, 11, 14))
    assert (found.top, found.bottom, [(one.key, one.said) for one in found.cases]) == (
        1, 3, [(str(room.cast.group.pk), "2")],
    )  # fmt: skip


def test_greetings_under_silence_and_second_ones_are_counted_where_somebody_wrote_past_the_rules(
    room: Room,
) -> None:
    greeted(room, a_day(room, room.zhang, month=11, day=12))
    hushed(room, since=TODAY, person=room.zhang.public_id)

    def asked() -> tuple[Any, ...]:
        with scoped(system_actor(ENTITY, AT)) as scope:
            return silent(scope.actor, TODAY).value, twice(scope.actor, TODAY).value

    assert asked() == (1, 0)  # it was written down at the very instant of the greeting
    with writing():
        Care.objects.update(done_at=AT - timedelta(minutes=1))
    assert asked() == (0, 0)  # nobody could know
