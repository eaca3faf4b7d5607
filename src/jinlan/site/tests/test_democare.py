"""The demo's care: days, silences, greetings and gifts, written down once by those who lead the clients."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from jinlan.basics.actor import Actor
from jinlan.clients.testing import the_cast
from jinlan.domains.compliance.services import install_texts
from jinlan.domains.engagement.models import Care, CareDay, CareSilence, Gift
from jinlan.domains.engagement.services.people import note_person
from jinlan.kernel.testing import AT, ENTITY, an_actor, writing
from jinlan.site import democare


def test_the_demo_has_days_of_every_kind_a_silence_a_claim_and_gifts_once(database: None) -> None:
    cast = the_cast()
    with writing():
        install_texts(ENTITY)
    for username, unit, company in (("lihua", cast.group, "jia"), ("zhaoyan", cast.household, "zhang")):
        for name in ("周建国", "吴雅琴"):
            note_person(
                actor=cast.actor(username), unit=unit.public_id, company=cast.parties[company].public_id, name=name, title="总经理", since=AT.date()
            )  # fmt: skip

    def as_(username: str, at: datetime) -> Actor:
        return an_actor(cast.people[username], at)

    assert (democare.install(as_, AT), democare.install(as_, AT)) == (6, 0)

    with writing():
        days = Counter(CareDay.objects.values_list("made_by", "kind", "calendar"))
        gifts = Counter(Gift.objects.values_list("state", "direction", "kind"))
        assert (
            CareSilence.objects.count() == 0
        )  # the second client of a manager mourns, and there is one of each here
        states = Counter(Care.objects.values_list("state", "claimed_by"))
    assert days == {
        ("lihua", "BIRTHDAY", "SOLAR"): 1, ("lihua", "BIRTHDAY", "LUNAR"): 1, ("lihua", "LISTED", "SOLAR"): 1,
        ("zhaoyan", "BIRTHDAY", "SOLAR"): 1, ("zhaoyan", "BIRTHDAY", "LUNAR"): 2,
    }  # fmt: skip
    assert states == {("open", ""): 4, ("claimed", "E1001"): 1, ("claimed", "E1003"): 1}
    assert gifts == {("valid", "GIVEN", "GOODS"): 2, ("pending", "GIVEN", "TICKET"): 2, ("valid", "DECLINED", "CARD"): 2}  # fmt: skip
