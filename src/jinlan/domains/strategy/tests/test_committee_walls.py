"""What the database holds of the committee by itself, whichever way a statement came."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from jinlan.clients.testing import covers
from jinlan.domains.strategy.models import AgendaItem, Ballot, Meeting, Seat, TierDecision
from jinlan.domains.strategy.services.committee import (
    cast_ballot,
    close_meeting,
    write_minutes,
)
from jinlan.domains.strategy.tests.meetings import (
    a_ballot,
    close,
    everything,
    item_of,
    opened,
    refused,
    vote,
)
from jinlan.domains.strategy.tests.worlds import published
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, TODAY, a_person, an_actor, writing
from jinlan.kernel.testing_database import Remembered

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def cast(database: None, remembered: Remembered):
    return remembered(published).cast


def test_who_looks_after_the_client_abstains_by_rule_and_by_database(cast):
    covers(cast.employees["E3001"], cast.group, role="SPONSOR")
    meeting = opened(cast)
    item = item_of(cast, meeting, "TIER", asks="down")

    before = everything(cast)
    with refused("BALLOT_CONFLICT"):
        vote(cast, item, chenwei="FOR")
    for choice, conflict in (("FOR", ""), ("FOR", "TEAM"), ("AGAINST", "")):
        with (
            pytest.raises(IntegrityError, match="conflict"),
            a_ballot(cast, item, "chenwei", choice, conflict),
        ):
            pass
    assert everything(cast) == before
    vote(cast, item, chenwei="ABSTAIN", zhoulin="FOR", wuhan="FOR")
    assert close(cast, item) == "passed"
    with scoped(cast.actor("wuhan")):
        assert [(one.choice, one.conflict) for one in Ballot.objects.filter(seat__username="chenwei")] == [
            ("ABSTAIN", "TEAM")
        ]


def test_the_database_takes_one_ballot_of_a_seat_in_its_own_name_on_an_open_item_only(cast):
    meeting = opened(cast)
    item = item_of(cast, meeting, "TIER", asks="down")
    outsider = a_person("second", "dept_head")
    with pytest.raises(IntegrityError, match="without a seat"), scoped(an_actor(outsider), write=True):
        with scoped(an_actor(outsider)):
            seat = Seat.objects.filter(meeting_id=item.meeting_id).first()
        Ballot.objects.create(entity="JLB", item=item, seat=seat, person=outsider, choice="FOR", at=AT)
    vote(cast, item, wuhan="FOR")
    with refused("BALLOT_TWICE"):
        vote(cast, item, wuhan="AGAINST")
    with pytest.raises(IntegrityError), a_ballot(cast, item, "wuhan", "AGAINST"):
        pass
    other = cast.people["zhoulin"].pk
    with pytest.raises(Exception, match=r"row-level security|without a seat"), a_ballot(
        cast, item, "chenwei", "FOR", person_id=other
    ):  # fmt: skip
        pass
    with scoped(cast.actor("chenwei")):
        assert list(Ballot.objects.values_list("seat__username", "choice")) == [("wuhan", "FOR")]


def test_minutes_say_what_happened_and_a_closed_meeting_never_changes(cast):
    meeting = opened(cast)
    item = item_of(cast, meeting, "TIER", asks="down")
    cast_ballot(
        actor=cast.actor("wuhan"),
        item=item.public_id,
        choice="ABSTAIN",
        declares=True,
        reason="配偶在该集团任职",
    )
    vote(cast, item, chenwei="AGAINST", zhoulin="AGAINST")
    close(cast, item, "集团订单在恢复,保留观察")
    close_meeting(actor=cast.actor("zhoulin"), meeting=meeting)

    with scoped(cast.actor("chenwei")):
        row = Meeting.objects.get(public_id=meeting)
        assert row.state == "closed"
        for text in (
            "战略客户委员会 2026-11-1 会议记录", "主持：周琳", "甲集团", "未通过（同意 0，反对 2，弃权 0，回避 1；席位 3）", "回避：吴菡",
            "理由：集团订单在恢复,保留观察", "层级决定：保留，自 2026-11-10 起", "未形成决议，留待下次会议。",
        ):  # fmt: skip
            assert text in row.minutes
    before = everything(cast)
    with refused("MEETING_STATE"):
        write_minutes(actor=cast.actor("zhoulin"), meeting=meeting, text="改写")
    left = item_of(cast, meeting, "TIER", asks="up")
    with refused("MEETING_STATE"):
        vote(cast, left, zhoulin="FOR")
    statements = (
        lambda: Meeting.objects.filter(public_id=meeting).update(minutes="改写"),
        lambda: Meeting.objects.filter(public_id=meeting).update(state="open"),
        lambda: AgendaItem.objects.filter(pk=left.pk).update(result="passed", decided_at=AT),
        lambda: AgendaItem.objects.filter(pk=item.pk).update(result="passed"),
        lambda: AgendaItem.objects.filter(pk=left.pk).update(case={}),
    )
    for statement in statements:
        with pytest.raises(IntegrityError), scoped(cast.actor("zhoulin"), write=True), transaction.atomic():
            statement()
    with pytest.raises(IntegrityError), a_ballot(cast, left, "zhoulin", "FOR"):
        pass
    assert everything(cast) == before


def test_the_system_neither_votes_nor_decides_for_a_committee(cast):
    item = item_of(cast, opened(cast), "TIER", asks="down")
    before = everything(cast)
    values = {
        "entity": "JLB", "unit_id": cast.group.pk, "domain": 1, "branch_id": cast.group.branch_id, "unit_code": "G-JIA",
        "kind": "GROUP", "step": "down", "since": TODAY, "as_of": TODAY, "made_at": AT,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="the system writes down the rest"), writing():
        TierDecision.objects.create(**values, source="COMMITTEE", item=item)
    for source, given in (("AUTOMATIC", None), ("COMMITTEE", item)):  # past a vote that never happened
        with pytest.raises(IntegrityError), scoped(cast.actor("chenwei"), write=True):
            TierDecision.objects.create(**values, source=source, item=given)
    assert everything(cast) == before
