"""Business verbs of the committee: call a meeting, build its agenda, open it, vote, close an item, write the minutes, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.models import AgendaItem, Ballot, Meeting, Seat
from jinlan.domains.strategy.rules import committee as rules
from jinlan.domains.strategy.rules.committee import Concerned, Count, Vote
from jinlan.domains.strategy.rules.life import RETAINED, evidence_of
from jinlan.domains.strategy.selectors.committee import people_with_roles
from jinlan.domains.strategy.services import agenda
from jinlan.domains.strategy.services.decisions import decide_tier
from jinlan.domains.strategy.services.minutes import minutes_of
from jinlan.domains.strategy.services.telling import tell_members
from jinlan.domains.strategy.services.versions import decide_version
from jinlan.kernel.acts import act, content_hash
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import ScopeDenied
from jinlan.serving import selectors as serving

CALLERS = ("dept_head", "risk")
VOTERS = tuple(sorted(rules.VOTERS))
NOTE = 5  # characters of the reason for a result, at least


@act("strategy.call_meeting", title=_("召集会议"), roles=CALLERS)
def call_meeting(*, actor: Actor, day: date, members: Sequence[str], chair: str) -> str:
    """Call a meeting of some people (user names) and return its public id.

    Raises:
        Refused: MEETING_DAY before the published date, on which its decisions would rewrite history; SEAT_UNKNOWN, and what the rule
            says of the seats.
    """
    shown = serving.published(actor)
    if shown is not None and day < shown.latest:
        raise Refused(
            "MEETING_DAY", "会议日期 %(day)s 早于已发布结果的日期 %(first)s,会改写历史。", "请选择 %(first)s 或以后的日期。",
            day=day, first=shown.latest, field="day",
        )  # fmt: skip
    people = people_with_roles(actor, usernames=members, on=day)
    unknown = [name for name in members if name not in people]
    if unknown:
        raise Refused(
            "SEAT_UNKNOWN", "没有可用的人员 %(names)s。", "请从列表中选择。", names=unknown, field="members"
        )
    seated = [people[name] for name in members]
    rules.check_seats([one.member for one in seated], chair)
    head = people[chair]
    meeting: Meeting = Meeting.objects.create(
        entity=actor.entity, code=_code(actor, day), day=day, chair_id=head.key, chair_name=head.member.name, called_at=actor.at,
        quorum=rule("COMMITTEE.QUORUM", day).value, majority=rule("COMMITTEE.MAJORITY", day).value,
    )  # fmt: skip
    for one in seated:
        role = Seat.CHAIR if one.member.username == chair else Seat.MEMBER
        Seat.objects.create(
            entity=actor.entity, meeting=meeting, person_id=one.key, person_name=one.member.name, username=one.member.username,
            employee=one.member.employee, role=role,
        )  # fmt: skip
    after = {"code": meeting.code, "day": day, "chair": chair, "members": list(members)}
    audit(actor, "strategy.meeting_called", "meeting", meeting.public_id, after=after)
    tell_members(actor, meeting, [one.key for one in seated])
    return str(meeting.public_id)


@act("strategy.build_agenda", title=_("编制议程"), roles=CALLERS)
def build_agenda(*, actor: Actor, meeting: UUID) -> int:
    """Put on the agenda what waits for a committee and is on none yet, with today's figures; returns how many items came in.

    Raises:
        Refused: MEETING_STATE when it is open or closed already, AGENDA_NOTHING before anything was published.
    """
    row = _meeting(meeting, Meeting.CALLED)
    shown = serving.published(actor)
    if shown is None:
        raise Refused("AGENDA_NOTHING", "还没有发布过结果。", "请先完成一次评估与发布。")
    busy = AgendaItem.objects.exclude(meeting__state=Meeting.CLOSED).filter(result="")
    known = set(busy.values_list("subject", flat=True))
    last: int = row.items.aggregate(last=Max("number"))["last"] or 0
    fresh = [one for one in agenda.questions(actor, shown.latest) if one.subject not in known]
    for number, one in enumerate(fresh, last + 1):
        agenda.put(actor, row, one, number)
    audit(
        actor,
        "strategy.agenda_built",
        "meeting",
        row.public_id,
        after={"items": len(fresh), "as_of": shown.latest},
    )
    return len(fresh)


@act("strategy.open_meeting", title=_("开会"), roles=CALLERS)
def open_meeting(*, actor: Actor, meeting: UUID) -> None:
    """Open a meeting: its seats and its agenda stand from now on.

    Raises:
        Refused: MEETING_STATE, MEETING_CHAIR for anybody but the chair, AGENDA_EMPTY.
    """
    row = _meeting(meeting, Meeting.CALLED)
    _only_chair(actor, row)
    if not row.items.exists():
        raise Refused("AGENDA_EMPTY", "议程为空。", "请先编制议程。")
    row.state, row.opened_at = Meeting.OPEN, actor.at
    row.save(update_fields=["state", "opened_at"])
    audit(actor, "strategy.meeting_opened", "meeting", row.public_id, after={"items": row.items.count()})


@act("strategy.cast_ballot", title=_("投票"), roles=VOTERS)
def cast_ballot(*, actor: Actor, item: UUID, choice: str, declares: bool = False, reason: str = "") -> None:
    """Say yes, no or nothing on an item, once; who is in conflict, or declares to be, can only abstain.

    Raises:
        ScopeDenied: no such item in sight.
        Refused: BALLOT_SEAT without a seat, BALLOT_TWICE, ITEM_CLOSED, MEETING_STATE, and what the rule says of the ballot.
    """
    row = _item(item)
    seat = Seat.objects.filter(meeting=row.meeting, person_id=actor.person_id).first()
    if seat is None:
        raise Refused("BALLOT_SEAT", "您不是这次会议的委员,不能投票。", "")
    found = conflict_of(row, seat)
    rules.check_ballot(choice, found, declares, reason)
    ballot = Ballot(
        entity=row.entity, item=row, seat=seat, person_id=actor.person_id, choice=choice,
        conflict=found or (rules.DECLARED if declares else ""), reason=reason.strip()[:500], at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            ballot.save(force_insert=True)
    except IntegrityError as error:
        if "ballot_once" not in str(error):
            raise
        raise Refused("BALLOT_TWICE", "您已就这一议题投票。", "投出的票不能更改。") from None
    after = {"choice": choice, "conflict": ballot.conflict}
    audit(actor, "strategy.ballot_cast", "agenda", row.public_id, after=after, reason=ballot.reason)


@act("strategy.close_item", title=_("形成决议"), roles=CALLERS)
def close_item(*, actor: Actor, item: UUID, note: str) -> str:
    """Count the ballots on an item and let the result happen: a version comes into force or goes back, a tier is decided.

    Raises:
        Refused: MEETING_CHAIR, COMMITTEE_QUORUM, COMMITTEE_SILENT, ITEM_NOTE, ITEM_VOID when the figures are not those that were put,
            ITEM_STALE when the matter moved on; nothing changes then.
    """
    row = _item(item)
    meeting = row.meeting
    _only_chair(actor, meeting)
    if len(note.strip()) < NOTE:
        raise Refused(
            "ITEM_NOTE",
            "决议理由至少 %(least)s 个字。",
            "请写明理由,会议记录会载明。",
            least=NOTE,
            field="note",
        )
    if content_hash(row.case) != row.sha256:
        raise Refused("ITEM_VOID", "议题材料与表决时不一致,表决无效。", "请在下次会议重新提出。")
    found = counted(row)
    rules.check_count(found, meeting.quorum)
    row.result = AgendaItem.PASSED if found.passes else AgendaItem.REJECTED
    row.result_note, row.decided_at = note.strip()[:500], actor.at
    row.counts = {
        name: getattr(found, name)
        for name in ("seats", "present", "votes_for", "votes_against", "abstained", "conflicted")
    }
    row.save(update_fields=["result", "result_note", "decided_at", "counts"])
    _EFFECTS[row.kind](actor, row, found)
    after = {"result": row.result, **row.counts}
    audit(actor, "strategy.item_closed", "agenda", row.public_id, after=after, reason=row.result_note)
    return row.result


@act("strategy.write_minutes", title=_("修改会议记录"), roles=CALLERS)
def write_minutes(*, actor: Actor, meeting: UUID, text: str) -> None:
    """Keep the minutes as somebody edited them; possible until the meeting is closed."""
    row = _meeting(meeting, Meeting.OPEN)
    _only_chair(actor, row)
    row.minutes = text.strip()
    row.save(update_fields=["minutes"])
    audit(
        actor,
        "strategy.minutes_written",
        "meeting",
        row.public_id,
        after={"sha256": content_hash({"text": row.minutes})},
    )


@act("strategy.close_meeting", title=_("闭会"), roles=CALLERS)
def close_meeting(*, actor: Actor, meeting: UUID) -> None:
    """Close a meeting with its minutes (those of the facts when nobody edited them); items without a result wait for the next one.

    Raises:
        Refused: MEETING_STATE, MEETING_CHAIR.
    """
    row = _meeting(meeting, Meeting.OPEN)
    _only_chair(actor, row)
    row.minutes = row.minutes or minutes_of(row)
    row.state, row.closed_at = Meeting.CLOSED, actor.at
    row.save(update_fields=["minutes", "state", "closed_at"])
    left = row.items.filter(result="").count()
    after = {"undecided": left, "minutes": content_hash({"text": row.minutes})}
    audit(actor, "strategy.meeting_closed", "meeting", row.public_id, after=after)


def conflict_of(item: AgendaItem, seat: Seat) -> str:
    """Return why a member must abstain on an item, "" when he may vote."""
    concerned = Concerned(frozenset(item.team), frozenset(item.proposers), frozenset(item.beneficiaries))
    return rules.conflict(seat.username, seat.employee, concerned)


def counted(item: AgendaItem) -> Count:
    """Return what the ballots on an item come to now."""
    votes = [Vote(row.choice, bool(row.conflict)) for row in item.ballots.all()]
    meeting = item.meeting
    return rules.count(meeting.seats.count(), votes, quorum=meeting.quorum, majority=meeting.majority)


def _enact(actor: Actor, item: AgendaItem, found: Count) -> None:
    decide_version(
        actor, public_id=UUID(item.case["public_id"]), passes=found.passes, decided_by=item.meeting.code, reason=item.result_note,
        sha256=item.case["sha256"],
    )  # fmt: skip


def _decide(actor: Actor, item: AgendaItem, found: Count) -> None:
    """Take what was proposed, or keep what is: a proposal that was voted down starts from zero."""
    if item.asks == agenda.NOTE:
        return
    unit = clients.unit_by_code(actor, code=item.unit_code)
    shown = serving.published(actor)
    now = serving.unit_result(actor, unit_id=unit.pk, as_of=shown.latest) if unit and shown else None
    case: dict[str, Any] = item.case
    if (
        unit is None
        or shown is None
        or now is None
        or (now.effective_tier, now.proposed_tier) != (case["before"], case["after"])
    ):
        raise Refused(
            "ITEM_STALE",
            "%(title)s 的层级或提议在表决前已变化。",
            "请在下次会议按新的数字重新提出。",
            title=item.title,
        )
    before, after = case["before"], case["after"] if found.passes else case["before"]
    step = item.asks if found.passes else RETAINED
    evidence = evidence_of(
        case["detail"], score=now.score, rank=case["rank"], rank_n=case["rank_n"], gates=case["gates_shown"], step=step
    ) | {"votes": item.counts, "proposed": case["after"], "note": item.result_note}  # fmt: skip
    decide_tier(
        actor, item=item, unit=unit, step=step, before=before, after=after, since=max(item.meeting.day, shown.latest),
        evidence=evidence, approvers=[item.meeting.chair_name], reason=item.result_note,
    )  # fmt: skip


def _noted(_actor: Actor, _item: AgendaItem, _found: Count) -> None:
    """An override is decided by its own three people and ends by itself: what the committee says of it is on record."""


_EFFECTS = {AgendaItem.DEFINITION: _enact, AgendaItem.TIER: _decide, AgendaItem.OVERRIDE: _noted}


def _code(actor: Actor, day: date) -> str:
    """Return the next code of a month, e.g. 2026-11-2."""
    prefix = f"{day:%Y-%m}-"
    number = Meeting.objects.filter(entity=actor.entity, code__startswith=prefix).count() + 1
    return f"{prefix}{number}"


def _meeting(public_id: UUID, state: str) -> Meeting:
    row: Meeting | None = Meeting.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这次会议。", "")
    if row.state != state:
        raise Refused("MEETING_STATE", "会议不在这一环节。", "请刷新页面查看它现在的状态。")
    return row


def _item(public_id: UUID) -> AgendaItem:
    """Return an item that is still open, of an open meeting, locked against another ballot or its closing."""
    row: AgendaItem | None = AgendaItem.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项议题。", "")
    if row.meeting.state != Meeting.OPEN:
        raise Refused("MEETING_STATE", "会议不在这一环节。", "请刷新页面查看它现在的状态。")
    if row.result:
        raise Refused("ITEM_CLOSED", "这一议题已形成决议。", "")
    return row


def _only_chair(actor: Actor, meeting: Meeting) -> None:
    if actor.person_id != meeting.chair_id:
        raise Refused(
            "MEETING_CHAIR", "只有主持人 %(name)s 可以这样做。", "请联系主持人。", name=meeting.chair_name
        )
