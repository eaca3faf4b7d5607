"""The room with consents of 甲集团, and makers of care days, silences and gifts through the acts that people use."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.models import Party
from jinlan.domains.compliance.services import install_texts, record_consent
from jinlan.domains.engagement.models import Care, CareDay, CareSilence, ContactPerson, Gift
from jinlan.domains.engagement.selectors.care import due_among
from jinlan.domains.engagement.services.care import note_care_day, silence
from jinlan.domains.engagement.services.gifts import record_gift
from jinlan.domains.engagement.services.greeting import claim_greeting, confirm_greeting, greet
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import UnitRequest

WHY = "已向主办经理核实"


def a_calm_room(room: Room) -> Room:
    """Let 甲集团's root agree to be cared for by call and WeChat."""
    with writing():
        install_texts(ENTITY)
    agrees(room, room.cast.parties["jia"], "lihua")
    return room


def agrees(room: Room, party: Party, username: str, channels: tuple[str, ...] = ("CALL", "WECHAT")) -> None:
    """Write down that a party agrees to be cared for."""
    record_consent(
        actor=room.actor(username),
        party=party.public_id,
        purpose="CARE",
        channels=list(channels),
        way="BRANCH",
    )


def a_day(room: Room, person: ContactPerson | None = None, username: str = "lihua", **said: Any) -> UUID:
    """Note a birthday of 20 November, given today."""
    given = {
        "unit": room.cast.group.public_id, "kind": "BIRTHDAY", "source": "SAID", "given_on": TODAY, "person": person.public_id if person else None,
    }  # fmt: skip
    if said.get("kind", "BIRTHDAY") not in ("FESTIVALS", "TERMS"):
        given |= {"month": 11, "day": 20}
    return UUID(note_care_day(actor=room.actor(username), **(given | said)))


def hushed(room: Room, reason: str = "BEREAVEMENT", username: str = "lihua", **said: Any) -> UUID:
    """Note a silence from today on."""
    given = {"unit": room.cast.group.public_id, "reason": reason, "since": TODAY} | said
    return UUID(silence(actor=room.actor(username), **given))


def a_gift(room: Room, username: str = "lihua", at: datetime = AT, **said: Any) -> UUID:
    """Write down a gift of 180.00 to 张伟."""
    given = {
        "unit": room.cast.group.public_id, "direction": "GIVEN", "kind": "GOODS", "what": "茶叶一盒", "value": Decimal(180), "given_on": TODAY,
        "person": room.zhang.public_id,
    } | said  # fmt: skip
    return UUID(record_gift(actor=room.actor(username, at), **given))


def claimed(room: Room, day: UUID, username: str = "lihua", channel: str = "CALL") -> UUID:
    """Claim the one occasion of a day and take it on oneself that nothing of the client was published."""
    key = occasion(day)["public_id"]
    claim_greeting(actor=room.actor(username), public_id=key, channel=channel)
    confirm_greeting(actor=room.actor(username), public_id=key, check="GATE", reason=WHY)
    return UUID(str(key))


def greeted(room: Room, day: UUID, username: str = "lihua", at: datetime = AT) -> str:
    """Claim and greet."""
    return str(greet(actor=room.actor(username, at), public_id=claimed(room, day, username)))


def occasion(day: UUID) -> dict[str, Any]:
    """Return the one occasion of a day."""
    (found,) = occasions(day)
    return found


def occasions(day: UUID) -> list[dict[str, Any]]:
    """Return the occasions of a day as they are kept."""
    with writing():
        return list(Care.objects.filter(care_day__public_id=day).order_by("falls_on", "id").values())


def kept() -> dict[str, list[dict[str, Any]]]:
    """Return all that this part of the room keeps."""
    with writing():
        return {
            model.__name__: list(model.objects.order_by("id").values())
            for model in (CareDay, CareSilence, Care, Gift)
        }


def sight(room: Room, username: str) -> tuple[int, ...]:
    """Return how many days, silences, occasions and gifts somebody sees."""
    with scoped(room.actor(username)):
        return tuple(model.objects.count() for model in (CareDay, CareSilence, Care, Gift))


def november(day: int) -> date:
    """Return a day of November 2026."""
    return date(2026, 11, day)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def stopped_by(*checks: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == "PREFLIGHT" and set(checks) <= set(error.params["checks"]))  # fmt: skip


def why(room: Room, username: str = "lihua") -> list[list[str]]:
    """Return why each of the occasions of 甲集团 that wait is left alone."""
    actor = room.actor(username)
    with scoped(actor):
        return [list(one.silent) for one in due_among(actor, units=[room.cast.group.pk], today=TODAY)]


def complains(room: Room, settled: bool = False) -> None:
    unit = room.cast.group
    with writing():
        UnitRequest.objects.create(
            entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code="K1", kind="COMPLAINT", received_at=AT - timedelta(days=1),
            settled_at=AT if settled else None,
        )  # fmt: skip
