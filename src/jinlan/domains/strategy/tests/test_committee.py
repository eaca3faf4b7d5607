"""The committee from the call to the minutes: votes, conflicts, quorum; and what its decisions change."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.clients.testing import stands_in
from jinlan.domains.strategy.models import AgendaItem, Ballot, DefinitionVersion, Meeting, TierDecision
from jinlan.domains.strategy.services.committee import (
    build_agenda,
    call_meeting,
    cast_ballot,
    close_item,
    close_meeting,
    open_meeting,
    write_minutes,
)
from jinlan.domains.strategy.services.decisions import decisions_of
from jinlan.domains.strategy.tests.meetings import (
    MEMBERS,
    called,
    close,
    everything,
    item_of,
    opened,
    refused,
    vote,
)
from jinlan.domains.strategy.tests.test_versions import in_committee
from jinlan.domains.strategy.tests.worlds import published
from jinlan.insight.tiers import Decided
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.notices import own
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, TODAY, a_grant, a_person, an_actor, writing
from jinlan.kernel.testing_database import Remembered

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def cast(database: None, remembered: Remembered):
    return remembered(published).cast


def test_the_agenda_holds_what_waits_with_its_figures_and_is_built_once(cast):
    version = in_committee(cast)
    meeting = called(cast)

    assert build_agenda(actor=cast.actor("chenwei"), meeting=meeting) == 4
    assert build_agenda(actor=cast.actor("chenwei"), meeting=meeting) == 0
    with scoped(actor := cast.actor("wuhan")):
        rows = list(AgendaItem.objects.order_by("number"))
        (told,) = own(actor).filter(kind="strategy.meeting_called")
    assert told.url == f"/committee/{meeting}"
    assert [(one.number, one.kind, one.asks, one.title) for one in rows] == [
        (1, "DEFINITION", "enact", "GROUP 2026.2"),
        (2, "TIER", "down", "甲集团"),
        (3, "TIER", "up", "张三家庭"),
        (4, "TIER", "note", "乙集团"),
    ]
    first, down = rows[0], rows[1]
    assert (first.case["public_id"], first.proposers) == (str(version), ["E3001", "chenwei"])
    assert first.case["changes"] == ["生效日由 1900-01-01 改为 2027-01-01"]
    assert (down.case["before"], down.case["after"], down.case["score"]) == ("BRANCH", "KEY", "61.20")
    assert down.team == ["E1001", "E1002"]
    assert down.case["detail"]["for"] == ["A"]


def test_a_version_is_decided_by_those_without_a_conflict_and_comes_into_force(cast):
    version = in_committee(cast)
    meeting = opened(cast)
    item = item_of(cast, meeting, "DEFINITION")

    before = everything(cast)
    with refused("BALLOT_CONFLICT"):  # the author
        vote(cast, item, chenwei="FOR")
    assert everything(cast) == before
    vote(cast, item, chenwei="ABSTAIN", zhoulin="FOR", wuhan="FOR")
    assert close(cast, item) == "passed"

    with scoped(cast.actor("chenwei")):
        row = DefinitionVersion.objects.get(public_id=version)
        assert (row.state, row.approved_by) == ("approved", "2026-11-1")
        item.refresh_from_db()
        assert item.counts == {
            "seats": 3, "present": 3, "votes_for": 2, "votes_against": 0, "abstained": 0, "conflicted": 1,
        }  # fmt: skip
        assert Ballot.objects.get(seat__username="chenwei").conflict == "PROPOSER"
    with scoped(cast.actor("zhengyu")):
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {
        "strategy.meeting_called",
        "strategy.ballot_cast",
        "strategy.item_closed",
        "strategy.version_decided",
    } <= verbs


def test_a_version_that_is_voted_down_goes_back_to_its_author(cast):
    version = in_committee(cast)
    item = item_of(cast, opened(cast), "DEFINITION")
    vote(cast, item, zhoulin="FOR", wuhan="AGAINST")  # a tie fails, and the chair has no second vote

    assert close(cast, item) == "rejected"
    with scoped(cast.actor("chenwei")):
        assert DefinitionVersion.objects.get(public_id=version).state == "draft"


def test_a_unit_proposed_down_is_retained_by_vote_and_the_run_reads_it(cast):
    meeting = opened(cast)
    item = item_of(cast, meeting, "TIER", asks="down")
    vote(cast, item, chenwei="AGAINST", zhoulin="AGAINST", wuhan="FOR")

    assert close(cast, item, "集团订单在恢复,保留观察") == "rejected"

    with scoped(cast.actor("lihua")):  # his client: he reads what was decided, and why
        row = TierDecision.objects.get()
        assert (row.step, row.before, row.after, row.since, row.source) == (
            "retained", "BRANCH", "BRANCH", TODAY, "COMMITTEE",
        )  # fmt: skip
        assert (row.meeting_code, row.approvers, row.letter) == ("2026-11-1", ["周琳"], "talk")
        assert row.evidence["note"] == "集团订单在恢复,保留观察"
        assert row.evidence["votes"]["votes_against"] == 2
    assert decisions_of("JLB", system_actor("JLB", AT)) == [
        Decided("G-JIA", "BRANCH", TODAY, ref=str(row.public_id), retains=True)
    ]
    again = called(cast)
    build_agenda(actor=cast.actor("chenwei"), meeting=again)
    with scoped(cast.actor("wuhan")):  # decided, though the next run has not shown it yet
        assert not AgendaItem.objects.filter(meeting__public_id=again, asks="down").exists()


def test_a_rise_that_passes_is_a_decision_up(cast):
    item = item_of(cast, opened(cast), "TIER", asks="up")
    vote(cast, item, chenwei="FOR", zhoulin="FOR")
    assert close(cast, item) == "passed"
    (found,) = decisions_of("JLB", system_actor("JLB", AT))
    assert (found.unit_id, found.tier, found.retains) == ("H-ZHANG", "ULTRA", False)


def test_a_case_at_a_line_is_noted_and_changes_nothing(cast):
    item = item_of(cast, opened(cast), "TIER", asks="note")
    vote(cast, item, chenwei="FOR", zhoulin="FOR")
    assert close(cast, item) == "passed"
    assert decisions_of("JLB", system_actor("JLB", AT)) == []


def test_without_a_quorum_nothing_changes(cast):
    item = item_of(cast, opened(cast), "TIER", asks="down")
    vote(cast, item, zhoulin="FOR")

    before = everything(cast)
    with refused("COMMITTEE_QUORUM"):
        close(cast, item)
    assert everything(cast) == before


def test_abstentions_alone_decide_nothing(cast):
    item = item_of(cast, opened(cast), "TIER", asks="down")
    vote(cast, item, zhoulin="ABSTAIN", wuhan="ABSTAIN", chenwei="ABSTAIN")

    before = everything(cast)
    with refused("COMMITTEE_SILENT"):
        close(cast, item)
    assert everything(cast) == before


def test_a_member_may_declare_a_conflict_and_then_abstains(cast):
    item = item_of(cast, opened(cast), "TIER", asks="down")
    before = everything(cast)
    with refused("BALLOT_CONFLICT"):
        cast_ballot(
            actor=cast.actor("wuhan"), item=item.public_id, choice="FOR", declares=True, reason="亲属任职"
        )
    with refused("BALLOT_REASON"):
        cast_ballot(
            actor=cast.actor("wuhan"), item=item.public_id, choice="ABSTAIN", declares=True, reason=""
        )
    assert everything(cast) == before
    cast_ballot(
        actor=cast.actor("wuhan"),
        item=item.public_id,
        choice="ABSTAIN",
        declares=True,
        reason="配偶在该集团任职",
    )
    with scoped(cast.actor("chenwei")):
        assert Ballot.objects.get().conflict == "DECLARED"


def test_who_stands_in_for_the_clients_manager_is_in_conflict_while_he_does(cast):
    stands_in(cast.employees["E3101"], cast.employees["E1001"], TODAY, date(2026, 11, 20))
    stands_in(cast.employees["E3201"], cast.employees["E1001"], date(2026, 10, 1), TODAY)  # until yesterday
    item = item_of(cast, opened(cast), "TIER", asks="down")
    before = everything(cast)

    assert item.team == ["E1001", "E1002", "E3101"]
    with refused("BALLOT_CONFLICT"):
        cast_ballot(actor=cast.actor("zhoulin"), item=item.public_id, choice="FOR")
    assert everything(cast) == before
    vote(cast, item, zhoulin="ABSTAIN", wuhan="FOR")
    with scoped(cast.actor("chenwei")):
        said = dict(Ballot.objects.values_list("seat__username", "conflict"))
    assert said == {"zhoulin": "TEAM", "wuhan": ""}


def test_who_has_no_seat_does_not_vote(cast):
    item = item_of(cast, opened(cast), "TIER", asks="down")
    before = everything(cast)
    with refused("BALLOT_SEAT"):
        cast_ballot(actor=an_actor(a_person("second", "risk")), item=item.public_id, choice="FOR")
    for username in ("lihua", "sunjie", "zhengyu", "hejun"):
        with pytest.raises(ScopeDenied):
            cast_ballot(actor=cast.actor(username), item=item.public_id, choice="FOR")
    assert everything(cast) == before


def test_only_the_chair_opens_decides_and_closes(cast):
    meeting = called(cast)
    build_agenda(actor=cast.actor("chenwei"), meeting=meeting)
    with refused("MEETING_CHAIR"):
        open_meeting(actor=cast.actor("chenwei"), meeting=meeting)
    open_meeting(actor=cast.actor("zhoulin"), meeting=meeting)
    item = item_of(cast, meeting, "TIER", asks="down")
    vote(cast, item, chenwei="FOR", zhoulin="FOR")
    before = everything(cast)
    for deed in (
        lambda: close_item(actor=cast.actor("chenwei"), item=item.public_id, note="数据与依据已核对"),
        lambda: write_minutes(actor=cast.actor("chenwei"), meeting=meeting, text="改写"),
        lambda: close_meeting(actor=cast.actor("chenwei"), meeting=meeting),
    ):
        with refused("MEETING_CHAIR"):
            deed()
    assert everything(cast) == before


def test_seats_are_for_people_who_see_the_whole_bank_once_each(cast):
    half = a_person("half")
    a_grant(half, "dept_head", domain=1)
    both = a_person("both", "manager", "dept_head")
    for members, code in (
        (("chenwei", "zhoulin"), "SEATS_FEW"),
        (("chenwei", "zhoulin", "lihua"), "SEAT_SIGHT"),
        (("chenwei", "zhoulin", "zhengyu"), "SEAT_SIGHT"),
        (("chenwei", "zhoulin", "half"), "SEAT_SIGHT"),
        (("chenwei", "zhoulin", "nobody"), "SEAT_UNKNOWN"),
        (("chenwei", "zhoulin", "zhoulin"), "SEAT_TWICE"),
    ):
        with refused(code):
            called(cast, members=members)
    with refused("CHAIR_ROLE"):
        called(cast, chair="wuhan")
    with refused("CHAIR_ABSENT"):
        called(cast, chair="both")
    with refused("MEETING_DAY"):
        call_meeting(
            actor=cast.actor("chenwei"), day=date(2026, 11, 9), members=list(MEMBERS), chair="zhoulin"
        )
    with scoped(cast.actor("chenwei")):
        assert not Meeting.objects.exists()
    called(cast, members=(*MEMBERS, both.username))


def test_a_vote_on_figures_that_moved_on_decides_nothing(cast):
    from jinlan.serving.models import UnitResult

    item = item_of(cast, opened(cast), "TIER", asks="down")
    vote(cast, item, chenwei="FOR", zhoulin="FOR")
    with writing():
        UnitResult.objects.filter(unit_id=cast.group.pk, as_of=TODAY).update(
            proposed_tier=None, tier_state="active"
        )
    before = everything(cast)
    with refused("ITEM_STALE"):
        close(cast, item)
    assert everything(cast) == before
