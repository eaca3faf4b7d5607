"""People of the demo bank's clients: a few for some clients of each demo manager, with posts, ties and counterpart pairs. All are made up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.clients.models import Party, Unit
from jinlan.domains.engagement.models import ContactPerson
from jinlan.domains.engagement.services.people import note_person, take_post
from jinlan.domains.engagement.services.ties import know_person, set_pair
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving

MANAGERS = ("lihua", "wangmin", "zhaoyan")
EACH = 6  # clients of a manager
SURNAMES = "周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = ("建国", "雅琴", "文博", "思远", "丽娟", "志强", "晓东", "慧敏", "海峰", "静怡", "立新", "明哲", "雪梅", "俊杰", "春燕", "国栋", "若兰")  # fmt: skip
HEAD_OF_BRANCH, HEAD = "E2001", "E3001"


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place at a client: title, what he is in decisions, influence, level, and whose report he is (by place)."""

    title: str
    role: str
    influence: int
    level: int
    chief: int | None = None


COMPANY = (
    Place("董事长", "DECIDER", 5, 1), Place("财务总监", "INFLUENCER", 4, 2, 0), Place("总经理", "CHAMPION", 4, 2, 0),
    Place("资金部总经理", "USER", 3, 3, 1), Place("资金部主管", "GATEKEEPER", 2, 4, 3),
)  # fmt: skip
HOUSE = (
    Place("家族办公室负责人", "DECIDER", 5, 1), Place("投资总监", "INFLUENCER", 4, 2, 0), Place("财务顾问", "CHAMPION", 3, 3, 1),
    Place("法律顾问", "GATEKEEPER", 3, 3, 0), Place("行政助理", "USER", 1, 4, 0),
)  # fmt: skip
ATTITUDES = ((1, 1, 2, 0, -1), (0, 2, 1, 1, 0), (-1, 0, 1, None, -2))  # of three clients in turn, by place


def install(person: Callable[[str], Actor]) -> int:
    """Note people for the first clients that each demo manager leads, once; return how many.

    Args:
        person: returns the actor of a user name.
    """
    made = 0
    for place, username in enumerate(MANAGERS):
        actor = person(username)
        for number, (unit, firms) in enumerate(_book(actor)):
            made += _client(actor, unit, firms, place * EACH + number)
    return made


def _book(actor: Actor) -> list[tuple[Unit, list[Party]]]:
    """Return the first clients that an actor leads, or of which he looks after a member; none when he noted somebody before."""
    with scoped(actor):
        shown = serving.published(actor)
        if shown is None or visible(actor, ContactPerson).filter(made_by=actor.username).exists():
            return []
        led = clients.led_by(actor, code=actor.employee, as_of=shown.latest)
        units = list(visible(actor, Unit).filter(pk__in=led).order_by("code")[:EACH])
        units = units or list(visible(actor, Unit).order_by("code")[:EACH])
        return [(unit, _firms(actor, unit, shown.latest)) for unit in units]


def _firms(actor: Actor, unit: Unit, on: date) -> list[Party]:
    members = [one.party for one in clients.members_of(actor, unit=unit, as_of=on)]
    return [party for party in members if party is not None]


def _client(actor: Actor, unit: Unit, firms: Sequence[Party], number: int) -> int:
    """Note the people of one client; every third one hangs on its manager alone."""
    if not firms:
        return 0
    keys: list[UUID] = []
    places = HOUSE if unit.kind == "HNW" else COMPANY
    for place, one in enumerate(places):
        turn = number * len(places) + place
        name = SURNAMES[turn * 7 % len(SURNAMES)] + GIVEN[turn % len(GIVEN)]
        keys.append(UUID(note_person(
            actor=actor, unit=unit.public_id, company=firms[0].public_id, name=name, title=one.title, since=date(2018 + turn % 7, 1 + turn % 12, 1),
            decision_role=one.role, influence=one.influence, attitude=ATTITUDES[number % len(ATTITUDES)][place], level=one.level,
            reports_to=None if one.chief is None else keys[one.chief],
        )))  # fmt: skip
    if len(firms) > 1:
        take_post(
            actor=actor, public_id=keys[2], company=firms[1].public_id, title="董事", since=date(2023, 4, 1)
        )
    _known(actor, keys, alone=number % 3 == 2)
    return len(keys)


def _known(actor: Actor, keys: Sequence[UUID], *, alone: bool) -> None:
    """Say who knows whom, and who meets whom how often."""
    for place, access in ((1, 3), (2, 2), (3, 2), (0, 1)):
        know_person(actor=actor, public_id=keys[place], employee=actor.employee, access=access)
    set_pair(actor=actor, public_id=keys[1], employee=actor.employee, level=2, days=30)
    set_pair(actor=actor, public_id=keys[3], employee=actor.employee, level=3, days=14)
    if not alone:
        know_person(actor=actor, public_id=keys[0], employee=HEAD, access=3)
        know_person(actor=actor, public_id=keys[2], employee=HEAD_OF_BRANCH, access=2)
        set_pair(actor=actor, public_id=keys[0], employee=HEAD, level=1, days=180)
