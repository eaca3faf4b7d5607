"""Makers of meetings and votes for tests: by the acts, and past them."""

from __future__ import annotations

from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.strategy.models import AgendaItem, Ballot, DefinitionVersion, Meeting, Seat, TierDecision
from jinlan.domains.strategy.services.committee import (
    build_agenda,
    call_meeting,
    cast_ballot,
    close_item,
    open_meeting,
)
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, TODAY

MEMBERS = ("chenwei", "zhoulin", "wuhan")


def called(cast, members=MEMBERS, chair="zhoulin") -> UUID:
    return UUID(call_meeting(actor=cast.actor("chenwei"), day=TODAY, members=list(members), chair=chair))


def opened(cast, **more) -> UUID:
    meeting = called(cast, **more)
    build_agenda(actor=cast.actor("chenwei"), meeting=meeting)
    open_meeting(actor=cast.actor("zhoulin"), meeting=meeting)
    return meeting


def item_of(cast, meeting, kind, **about) -> AgendaItem:
    with scoped(cast.actor("wuhan")):
        return AgendaItem.objects.get(meeting__public_id=meeting, kind=kind, **about)


def vote(cast, item, **choices) -> None:
    for username, choice in choices.items():
        cast_ballot(actor=cast.actor(username), item=item.public_id, choice=choice)


def close(cast, item, note="数据与依据已核对") -> str:
    return close_item(actor=cast.actor("zhoulin"), item=item.public_id, note=note)


def everything(cast):
    """All that a vote could change, for tests that nothing did."""
    with scoped(cast.actor("chenwei")):
        return (
            list(AgendaItem.objects.order_by("id").values_list("id", "result")),
            list(Ballot.objects.order_by("id").values_list("id", "choice")),
            list(TierDecision.objects.values_list("id", flat=True)),
            list(DefinitionVersion.objects.order_by("id").values_list("id", "state")),
            list(Meeting.objects.values_list("id", "state", "minutes")),
        )


def refused(code):
    return pytest.raises(Refused, check=lambda error: error.code == code)


class a_ballot:  # noqa: N801  reads like a maker
    """Cast a ballot past the act, as whoever it is."""

    def __init__(self, cast, item, username, choice, conflict="", **more):
        with scoped(cast.actor("wuhan")):
            seat = Seat.objects.filter(meeting_id=item.meeting_id, username=username).first()
            other = Seat.objects.filter(meeting_id=item.meeting_id).first()
        self.actor = cast.actor(username)
        self.values = {
            "entity": "JLB", "item_id": item.pk, "seat_id": (seat or other).pk, "person_id": self.actor.person_id,
            "choice": choice, "conflict": conflict, "at": AT,
        } | more  # fmt: skip

    def __enter__(self):
        with scoped(self.actor, write=True):
            Ballot.objects.create(**self.values)

    def __exit__(self, *_):
        return None
