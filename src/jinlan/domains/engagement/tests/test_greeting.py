"""A greeting asks for consent before and at its moment, is one over the whole bank, and rests while somebody is left alone."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.domains.compliance.contacts import prepare_contact
from jinlan.domains.compliance.services import withdraw_consent
from jinlan.domains.engagement.models import Care, CareDay
from jinlan.domains.engagement.services.care import (
    end_silence,
    refresh_care,
)
from jinlan.domains.engagement.services.greeting import claim_greeting, greet, leave_greeting
from jinlan.domains.engagement.tests.caring import (
    a_calm_room,
    a_day,
    agrees,
    claimed,
    complains,
    hushed,
    kept,
    occasion,
    refused,
    stopped_by,
    why,
)
from jinlan.domains.engagement.tests.worlds import Room, a_colleague, a_contact, a_room
from jinlan.domains.strategy.models import LeaveAlone
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import UnitRequest
from jinlan.work.models import PreflightRecord, Release

DAY = timedelta(days=1)


@pytest.fixture
def room(database: None) -> Room:
    return a_calm_room(a_room())


# consent by preflight -------------------------------------------------------------------------------------------------
def test_without_consent_no_greeting_is_prepared(room: Room) -> None:
    key = occasion(a_day(room, room.zhang))["public_id"]
    before = kept()
    with stopped_by("CONSENT"):
        claim_greeting(actor=room.actor(), public_id=key, channel="SMS")

    assert kept() == before
    with scoped(room.actor("chenwei")):
        assert PreflightRecord.objects.count() == 0


def test_a_consent_withdrawn_between_claim_and_greeting_stops_it(room: Room) -> None:
    key = claimed(room, a_day(room, room.zhang, month=11, day=12))
    withdraw_consent(
        actor=room.actor(at=AT + timedelta(minutes=5)), party=room.cast.parties["jia"].public_id, purpose="CARE", channels=["CALL"], way="PHONE"
    )  # fmt: skip

    assert greet(actor=room.actor(at=AT + timedelta(minutes=10)), public_id=key) == "stopped"

    (row,) = kept()["Care"]
    assert (row["state"], row["done_on"]) == ("stopped", None)
    (entry,) = room.audit("engagement.greeting_stopped")
    assert entry.after == {"occasion": "BIRTHDAY", "checks": ["CONSENT"]}
    with scoped(room.actor("chenwei")):
        assert Release.objects.count() == 0


def test_a_greeting_goes_the_way_of_every_contact_and_is_done_once(room: Room) -> None:
    key = claimed(room, a_day(room, room.zhang, month=11, day=12))
    at = AT + timedelta(hours=1)

    assert greet(actor=room.actor(at=at), public_id=key) == "done"

    (row,) = kept()["Care"]
    assert (row["done_on"], row["in_time"], row["claimed_by"], row["claimed_name"]) == (TODAY, True, "E1001", "李华")  # fmt: skip
    with scoped(room.actor("chenwei")):
        (sent,) = Release.objects.values("kind", "purpose", "channel", "party_id")
    assert sent == {"kind": "message", "purpose": "CARE", "channel": "CALL", "party_id": room.cast.parties["jia"].pk}  # fmt: skip
    before = kept()
    with refused("CARE_UNCLAIMED"):
        greet(actor=room.actor(at=at), public_id=key)
    assert kept() == before


def test_an_amber_answer_waits_for_somebodys_word_and_a_greeting_too_early_for_its_day(room: Room) -> None:
    key = occasion(a_day(room, room.zhang, month=11, day=12))["public_id"]
    claim_greeting(actor=room.actor(), public_id=key, channel="CALL")
    assert greet(actor=room.actor(), public_id=key) == "stopped"  # nobody took the unknown gate on himself

    far = claimed(room, a_day(room, room.li, month=11, day=14))
    with refused("CARE_EARLY"):
        greet(actor=room.actor(), public_id=far)


def test_at_night_one_claims_for_the_morning_and_greets_nobody(room: Room) -> None:
    day = a_day(room, room.zhang, month=11, day=12)
    night = AT + timedelta(hours=12)  # 22:00 in Shanghai
    key = occasion(day)["public_id"]
    claim_greeting(actor=room.actor(at=night), public_id=key, channel="CALL")

    assert greet(actor=room.actor(at=night), public_id=key) == "stopped"
    (entry,) = room.audit("engagement.greeting_stopped")
    assert entry.after["checks"] == ["QUIET_HOURS"]


# one greeting per person -----------------------------------------------------------------------------------------------
def test_of_two_departments_one_gets_it_and_the_other_is_told_by_whom(room: Room) -> None:
    with writing():
        for one, company in ((room.zhang, "jia-2"), (room.stranger, "yi")):
            one.code, one.party_id = "N-7", room.cast.parties[company].pk
            one.save()
    agrees(room, room.cast.parties["jia-2"], "lihua")
    agrees(room, room.cast.parties["yi"], "wuhan")
    first, second = (
        a_day(room, room.zhang),
        a_day(room, room.stranger, "chenwei", unit=room.cast.other.public_id),
    )
    claimed(room, first)
    before = kept()

    with pytest.raises(Refused) as caught:
        claim_greeting(actor=room.actor("chenwei"), public_id=occasion(second)["public_id"], channel="CALL")

    assert (caught.value.code, caught.value.params["name"]) == ("CARE_TAKEN", "李华")
    assert kept() == before


def test_sixteen_who_claim_at_once_and_one_row(room: Room) -> None:
    key = occasion(a_day(room, room.zhang))["public_id"]
    names = ["lihua", "sunjie", "chenwei", a_colleague(room)]
    told: list[tuple[str, str]] = []

    def claim(number: int) -> None:
        try:
            claim_greeting(actor=room.actor(names[number % 4]), public_id=key, channel="CALL")
        except Refused as error:
            told.append((error.code, str(error.params.get("name"))))
        finally:
            connection.close()

    _at_once(claim)

    (row,) = kept()["Care"]
    assert row["state"] == "claimed"
    assert told == [("CARE_TAKEN", row["claimed_name"])] * 15
    assert len(room.audit("engagement.greeting_claimed")) == 1


def test_sixteen_who_write_past_every_service_and_one_row(room: Room) -> None:
    a_day(room, room.zhang)
    found = kept()
    day, row = found["CareDay"][0], found["Care"][0]
    keys: list[int] = []
    with writing():
        for _number in range(16):
            other = {**day, "month": None, "day": None, "withdrawn_at": AT} | {
                "id": None,
                "public_id": uuid7(),
            }
            made = {
                **row,
                "id": None,
                "public_id": uuid7(),
                "care_day_id": CareDay.objects.create(**other).pk,
            }
            keys.append(Care.objects.create(**made).pk)
    failed: list[str] = []
    done = {
        "state": "done",
        "claimed_name": "甲",
        "preflight": uuid7(),
        "done_on": TODAY,
        "done_at": AT,
        "in_time": True,
    }

    def write(number: int) -> None:
        try:
            with writing():
                Care.objects.filter(pk=keys[number]).update(**done)
        except IntegrityError as error:
            failed.append(str(error))
        finally:
            connection.close()

    _at_once(write)

    with writing():
        assert Care.objects.filter(state="done").count() == 1
    assert len(failed) == 15
    assert all("care_once" in text for text in failed)


def _at_once(run: Any) -> None:
    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_a_claim_is_let_go_by_its_owner_or_a_head_and_by_nobody_else(room: Room) -> None:
    mate = a_colleague(room)
    key = claimed(room, a_day(room, room.zhang))
    before = kept()
    for act in (leave_greeting, greet):
        with refused("CARE_OTHERS"):
            act(actor=room.actor(mate, AT + 8 * DAY), public_id=key)
    assert kept() == before

    leave_greeting(actor=room.actor("sunjie"), public_id=key)
    claim_greeting(actor=room.actor(mate), public_id=key, channel="WECHAT")
    assert kept()["Care"][0]["claimed_by"] == "E1009"


# silence ---------------------------------------------------------------------------------------------------------------
def test_a_bereavement_of_one_person_silences_him_alone_until_it_ends(room: Room) -> None:
    first, second = a_day(room, room.zhang), a_day(room, room.li)
    quiet = hushed(room, person=room.zhang.public_id)

    assert why(room) == [["BEREAVEMENT"], []]
    before = kept()
    with stopped_by("CARE_SILENCE"):
        claim_greeting(actor=room.actor(), public_id=occasion(first)["public_id"], channel="CALL")
    assert kept() == before
    claimed(room, second)
    end_silence(actor=room.actor(), public_id=quiet)
    assert why(room) == [[], []]
    claimed(room, first)
    with refused("CARE_SILENCE_OVER"):
        end_silence(actor=room.actor(), public_id=quiet)


def test_a_silence_that_begins_after_the_claim_stops_the_greeting_and_keeps_its_reason_to_itself(
    room: Room,
) -> None:
    key = claimed(room, a_day(room, room.zhang, month=11, day=12))
    hushed(room, "LITIGATION")

    assert greet(actor=room.actor(), public_id=key) == "stopped"
    (entry,) = room.audit("engagement.greeting_stopped")
    assert entry.after["checks"] == ["CARE_SILENCE"]
    with scoped(room.actor("chenwei")):
        (last,) = PreflightRecord.objects.filter(moment="release").values_list("verdicts", flat=True)
    (said,) = [one for one in last if one["code"] == "CARE_SILENCE"]
    assert (said["text"], said["data"]) == ("正在静默，不作问候。", {})


def test_an_open_complaint_is_a_dispute_and_a_settled_one_is_none(room: Room) -> None:
    a_day(room, room.zhang)
    complains(room, settled=True)
    assert why(room) == [[]]
    with writing():
        UnitRequest.objects.update(settled_at=None)
    assert why(room) == [["DISPUTE"]]
    with stopped_by("CARE_SILENCE"):
        claim_greeting(actor=room.actor(), public_id=kept()["Care"][0]["public_id"], channel="CALL")


def test_a_wish_not_to_be_contacted_silences_until_its_day(room: Room) -> None:
    a_day(room, room.zhang)
    unit = room.cast.group
    with writing():
        wish = LeaveAlone.objects.create(
            entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, since=TODAY, until=TODAY + DAY, reason="年末结账", person_name="李华", at=AT,
        )  # fmt: skip
    assert why(room) == [["WISH"]]
    with writing():
        LeaveAlone.objects.filter(pk=wish.pk).update(since=TODAY - 3 * DAY, until=TODAY)
    assert why(room) == [[]]


def test_no_other_message_of_care_goes_out_under_silence(room: Room) -> None:
    given = {
        "unit": room.cast.group.public_id,
        "party": room.cast.parties["jia"].public_id,
        "channel": "CALL",
        "what": "问候",
    }
    hushed(room, "OPT_OUT")
    key = UUID(prepare_contact(actor=room.actor(), purpose="CARE", **given))

    with scoped(room.actor("chenwei")):
        (verdicts,) = PreflightRecord.objects.filter(public_id=key).values_list("verdicts", flat=True)
    assert {one["code"]: one["colour"] for one in verdicts}["CARE_SILENCE"] == "red"


def test_who_does_not_see_the_reason_is_silenced_all_the_same_and_told_no_reason(room: Room) -> None:
    there = a_contact(room.cast.group, "周末")
    with writing():
        for name in ("domain", "branch_id"):
            setattr(there, name, getattr(room.cast.parties["jia-3"], name))
        there.party_id = room.cast.parties["jia-3"].pk
        there.save()
    agrees(room, room.cast.parties["jia-3"], "wangmin")
    key = occasion(a_day(room, there, "wangmin"))["public_id"]  # 王敏 covers the member alone
    quiet = hushed(room, "LITIGATION")  # said of the whole client, by its lead

    assert (why(room), why(room, "wangmin")) == ([["LITIGATION"]], [["HIDDEN"]])
    before = kept()
    with stopped_by("CARE_SILENCE"):
        claim_greeting(actor=room.actor("wangmin"), public_id=key, channel="CALL")
    assert kept() == before

    end_silence(actor=room.actor(), public_id=quiet)
    complains(room)  # in sight of the lead alone, so the night tells the others
    assert why(room, "wangmin") == [[]]
    assert refresh_care(actor=system_actor(ENTITY, AT)) == {"drawn": 0, "gone": 0, "held": 1}
    assert why(room, "wangmin") == [["HIDDEN"]]
    with writing():
        UnitRequest.objects.update(settled_at=AT)
    assert refresh_care(actor=system_actor(ENTITY, AT)) == {"drawn": 0, "gone": 0, "freed": 1}
