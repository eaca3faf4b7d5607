"""The demo's interactions and promises: written down once, by those who lead the clients."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from jinlan.basics.actor import Actor
from jinlan.clients.testing import the_cast
from jinlan.domains.engagement.models import Interaction, Promise
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import an_actor, writing
from jinlan.site import demotalks


def test_the_demo_has_talks_and_promises_of_every_fate_once(database: None) -> None:
    cast = the_cast()

    def as_(username: str, at: datetime) -> Actor:
        return an_actor(cast.people[username], at)

    assert (demotalks.install(as_), demotalks.install(as_)) == (9, 0)

    with writing():
        talks = Counter(Interaction.objects.values_list("made_by", "state"))
        fates = Counter(Promise.objects.values_list("state", flat=True))
        assert Interaction.objects.filter(inside=True).count() == 1
    assert talks == {
        ("lihua", "held"): 4,
        ("lihua", "planned"): 1,
        ("zhaoyan", "held"): 3,
        ("zhaoyan", "planned"): 1,
    }
    assert fates == {"made": 6, "kept": 1, "late": 1, "released": 1}
    with scoped(cast.actor("chenwei")):
        assert Interaction.objects.count() == 8  # not what stands behind the wall
