"""The demo bank's clients get people once, in the name of their managers, and always the same ones."""

from __future__ import annotations

from dataclasses import replace

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.domains.engagement.models import ContactPerson, Pair, Post, Tie
from jinlan.kernel.scope import scoped
from jinlan.site.demopeople import install
from jinlan.workspace.tests.conftest import World


def test_each_demo_manager_notes_the_people_of_his_clients_once(world: World) -> None:
    def person(username: str) -> Actor:
        return replace(world.cast.actor(username), at=now_utc())

    assert install(person) == 15
    assert install(person) == 0
    with scoped(world.cast.actor("wuhan")):
        assert [model.objects.count() for model in (ContactPerson, Post, Tie, Pair)] == [15, 17, 18, 9]
        noted = ContactPerson.objects.filter(made_by="wangmin").order_by("id")
        assert {one.party_id for one in noted} == {world.cast.parties["jia-3"].pk}
        assert [one.name for one in noted][:2] == ["杨俊杰", "孔春燕"]
