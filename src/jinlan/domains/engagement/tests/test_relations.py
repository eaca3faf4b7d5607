"""What counts as having met somebody, and for whom; who has left is part of nothing any more."""

from __future__ import annotations

from datetime import timedelta

from jinlan.clients.testing import Cast
from jinlan.domains.engagement.rules.strength import Exchange
from jinlan.domains.engagement.selectors.people import met, relations
from jinlan.domains.engagement.services.people import person_left, take_post
from jinlan.domains.engagement.services.ties import know_person, set_pair
from jinlan.domains.engagement.tests.people import SINCE, held, noted, row_of
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import TODAY


def test_only_what_was_held_until_now_and_by_both_sides_is_a_contact(cast: Cast) -> None:
    one = row_of(cast, noted(cast, "周静")).pk
    about = (cast.group, cast.parties["jia"], [one])
    held(*about, days=50, staff=("E1001", "E2001"), begun="client")
    held(*about, days=10, two_way=False)
    held(*about, days=5, state="planned")
    held(*about, days=4, state="cancelled")
    held(*about, days=-3)
    held(*about, days=400)

    actor, day = cast.actor("lihua"), TODAY - timedelta(days=50)
    with scoped(actor):
        found, around = (
            met(actor, people=[one], units=[cast.group.pk]),
            relations(actor, unit_id=cast.group.pk),
        )
    assert found.by_any == {one: day}
    assert found.by_each == {("E1001", one): day, ("E2001", one): day}
    assert around.exchange == Exchange(1, 1, day, 365)


def test_what_holds_inside_information_is_a_contact_for_its_readers_alone(cast: Cast) -> None:
    one = row_of(cast, noted(cast, "周静")).pk
    held(cast.group, cast.parties["jia"], [one], days=9, inside=True, readers=[cast.people["lihua"].pk])

    seen = {}
    for username in ("lihua", "sunjie", "wuhan"):
        actor = cast.actor(username)
        with scoped(actor):
            seen[username] = met(actor, people=[one], units=[cast.group.pk]).by_any.get(one)
    day = TODAY - timedelta(days=9)
    assert seen == {"lihua": day, "sunjie": None, "wuhan": day}


def test_who_left_is_no_longer_of_the_circle(cast: Cast) -> None:
    lihua = cast.actor("lihua")
    gone, stays = noted(cast, "周静", level=1), noted(cast, "孙立", level=1)
    know_person(actor=lihua, public_id=gone, employee="E1001", access=3)
    know_person(actor=lihua, public_id=stays, employee="E2001", access=2)
    set_pair(actor=lihua, public_id=gone, employee="E1001", level=1, days=30)
    with scoped(lihua):
        before = relations(lihua, unit_id=cast.group.pk)
    assert [len(before.people), len(before.ties), len(before.pairs), before.threading().ties] == [2, 2, 1, 2]
    assert [sorted(board) for board in before.circle().boards] == [sorted(one.pk for one in before.people)]

    person_left(actor=lihua, public_id=gone, left_on=TODAY)
    with scoped(lihua):
        after = relations(lihua, unit_id=cast.group.pk)
    assert [len(after.people), len(after.ties), len(after.pairs), after.threading().single] == [1, 1, 0, True]
    assert list(after.circle().boards) == []


def test_two_of_the_board_of_one_company_meet_there_whatever_company_they_act_for_first(cast: Cast) -> None:
    lihua = cast.actor("lihua")
    one, other = noted(cast, "周静", level=1), noted(cast, "孙立", company="jia-2", level=1)
    with scoped(lihua):
        assert list(relations(lihua, unit_id=cast.group.pk).circle().boards) == []
    take_post(actor=lihua, public_id=one, company=cast.parties["jia-2"].public_id, title="董事", since=SINCE)

    with scoped(lihua):
        found = relations(lihua, unit_id=cast.group.pk).circle().boards
    assert [sorted(board) for board in found] == [sorted(row_of(cast, key).pk for key in (one, other))]
