"""Care days, silences, greetings and gifts of the demo bank, written down by its managers the afternoon before it is filled. All are made up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused
from jinlan.basics.lunar import lunar_of
from jinlan.clients.models import PERSONAL, Party, Unit
from jinlan.domains.compliance.services import record_consent
from jinlan.domains.engagement.models import Care, CareDay, ContactPerson
from jinlan.domains.engagement.services.care import note_care_day, silence
from jinlan.domains.engagement.services.gifts import record_gift
from jinlan.domains.engagement.services.greeting import claim_greeting, greet
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped

MANAGERS = ("lihua", "wangmin", "zhaoyan")
CLIENTS = 3  # of each manager
As = Callable[[str, datetime], Actor]


@dataclass(frozen=True, slots=True)
class Client:
    """One client with what is needed to care for its people."""

    unit: Unit
    people: list[ContactPerson]
    firms: list[Party]

    @property
    def natural(self) -> bool:
        """Tell whether the client is a natural person."""
        return self.unit.domain == PERSONAL


def install(as_: As, now: datetime) -> int:
    """Write down care for some clients of each demo manager, once; return how many days were given.

    Args:
        as_: returns the actor of a user name at an instant.
        now: when the bank is filled.
    """
    day = business_date(now) - timedelta(days=1)
    at, made = datetime.combine(day, time(15), SHANGHAI), 0
    for username in MANAGERS:
        actor = as_(username, at)
        for number, client in enumerate(_book(actor)):
            with suppress(Refused):  # a client whose use is restricted
                made += _client(actor, client, number, day)
    return made


def _book(actor: Actor) -> list[Client]:
    """Return the first clients of which an actor noted people; none when any day was noted before."""
    with scoped(actor):
        if visible(actor, CareDay).filter(made_by=actor.username).exists():
            return []
        rows = (
            visible(actor, ContactPerson)
            .filter(made_by=actor.username, left_on=None)
            .defer("grams", "search_text")
        )
        people: dict[int, list[ContactPerson]] = {}
        for row in rows.order_by("unit_id", "id"):
            people.setdefault(row.unit_id, []).append(row)
        units = (
            visible(actor, Unit)
            .filter(pk__in=people)
            .defer("grams", "search_text")
            .order_by("code")[:CLIENTS]
        )
        return [Client(unit, people[unit.pk], _firms(actor, unit, people[unit.pk])) for unit in units]


def _firms(actor: Actor, unit: Unit, people: list[ContactPerson]) -> list[Party]:
    keys = {unit.root_party_id, *(one.party_id for one in people if one.party_id)}
    found = visible(actor, Party).filter(pk__in=keys, restricted=False, erased=False)
    return list(found.defer("grams", "search_text").order_by("id"))


def _client(actor: Actor, client: Client, number: int, day: date) -> int:
    for firm in client.firms:
        record_consent(
            actor=actor, party=firm.public_id, purpose="CARE", channels=["CALL", "WECHAT"], way="BRANCH", proof="关怀意愿书"
        )  # fmt: skip
    return (_birthdays, _mourning, _greeted)[number](actor, client, day)


def _birthdays(actor: Actor, client: Client, day: date) -> int:
    """Give a client a solar and a lunar birthday, an anniversary of the company, and gifts."""
    first, second = client.people[0], client.people[1]
    _solar(actor, client, first, day + timedelta(days=4))
    moon = _lunar(actor, client, second, day + timedelta(days=9))
    with suppress(Refused):  # a gate holds the client
        claim_greeting(actor=actor, public_id=_occasion(actor, moon), channel="WECHAT")
    _of_firm(actor, client, day + timedelta(days=12))
    gift: dict[str, Any] = {"actor": actor, "unit": client.unit.public_id, "given_on": day}
    record_gift(
        **gift,
        person=first.public_id,
        direction="GIVEN",
        kind="GOODS",
        what="新茶一盒",
        value=Decimal(168),
        occasion="VISIT",
    )
    record_gift(
        **gift,
        person=second.public_id,
        direction="GIVEN",
        kind="TICKET",
        what="音乐会门票",
        value=Decimal(380),
        occasion="BIRTHDAY",
    )
    record_gift(
        **gift,
        person=first.public_id,
        direction="DECLINED",
        kind="CARD",
        what="购物卡",
        value=Decimal(1000),
        occasion="FESTIVAL",
    )
    return 3


def _of_firm(actor: Actor, client: Client, on: date) -> None:
    """Give the client itself a day: a company its listing, a natural person his lunar birthday."""
    if client.natural:
        _lunar(actor, client, None, on)
    else:
        _noted(
            actor, client, None, kind="LISTED", source="PUBLIC", month=on.month, day=on.day, year=on.year - 17
        )


def _mourning(actor: Actor, client: Client, day: date) -> int:
    """Let one of a client's people be bereaved, and another's day be claimed."""
    first, second = client.people[0], client.people[1]
    key = _solar(actor, client, first, day + timedelta(days=6))
    _solar(actor, client, second, day + timedelta(days=7))
    _noted(actor, client, first, kind="TERMS", source="FORM")
    silence(
        actor=actor, unit=client.unit.public_id, person=second.public_id, reason="BEREAVEMENT", since=day, until=day + timedelta(days=49)
    )  # fmt: skip
    silence(actor=actor, unit=client.unit.public_id, person=first.public_id, reason="OFFICIAL", since=day)
    with suppress(Refused):  # a gate holds the client
        claim_greeting(actor=actor, public_id=_occasion(actor, key), channel="WECHAT")
    return 3


def _greeted(actor: Actor, client: Client, day: date) -> int:
    """Let one of a client's people be greeted on his birthday."""
    key = _solar(actor, client, client.people[0], day)
    _noted(actor, client, client.people[1], kind="FESTIVALS", source="FORM")
    with suppress(Refused):
        public_id = _occasion(actor, key)
        claim_greeting(actor=actor, public_id=public_id, channel="CALL")
        greet(actor=actor, public_id=public_id)
    return 2


def _solar(actor: Actor, client: Client, person: ContactPerson, on: date) -> UUID:
    return _noted(actor, client, person, kind="BIRTHDAY", source="SAID", month=on.month, day=on.day)


def _lunar(actor: Actor, client: Client, person: ContactPerson | None, on: date) -> UUID:
    moon = lunar_of(on)
    return _noted(
        actor, client, person, kind="BIRTHDAY", source="FORM", calendar="LUNAR", month=moon.month, day=moon.day, leap=moon.leap
    )  # fmt: skip


def _noted(actor: Actor, client: Client, person: ContactPerson | None, **said: Any) -> UUID:
    whom = person.public_id if person else None
    return UUID(
        note_care_day(
            actor=actor, unit=client.unit.public_id, person=whom, given_on=business_date(actor.at), **said
        )
    )


def _occasion(actor: Actor, day: UUID) -> UUID:
    with scoped(actor):
        found: Care = visible(actor, Care).filter(care_day__public_id=day).order_by("falls_on")[0]
        return found.public_id
