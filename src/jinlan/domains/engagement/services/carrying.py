"""After the signatures: open work goes over on the day, in one transaction; defects are raised within the window; then it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import teams
from jinlan.clients.coverage import derive
from jinlan.domains.engagement.models import HandOver, Interaction, Opportunity, Pair, PlanAction, Promise
from jinlan.domains.engagement.rules.handover import check_issue_day, check_text, may_close
from jinlan.domains.engagement.services.handover import HEADS, KIND, the_hand_over
from jinlan.domains.engagement.services.pipeline_rows import hand_over_opportunity
from jinlan.domains.engagement.services.plan_work import hand_over_action
from jinlan.domains.engagement.services.promises import hand_over_promise
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, place_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.work.acting import hand_tasks
from jinlan.work.services import Wanted, close_tasks, open_tasks

INTRODUCE = "introduce"  # the kind of a task
FACE = ("VISIT", "CALL", "VIDEO")


def carry_over(actor: Actor) -> dict[str, int]:
    """Let the open work of every hand-over whose day has come go over, and close those that are through; needs the system's scope.

    Work goes to who holds the role: where another was decided on meanwhile, it stays until somebody hands it on.
    """
    today = business_date(actor.at)
    rows = visible(actor, HandOver).select_for_update().filter(state="signed")
    counts = {"carried": 0, "closed": 0}
    for row in rows.filter(carried_at=None, effective_on__lte=today).order_by("id"):
        derive(actor, unit_id=row.unit_id)  # the decided change holds first, whatever else waits
        if (row.taker, row.role) in {one[:2] for one in teams.held_on(actor, unit_id=row.unit_id, day=today)}:
            _carried(actor, row)
            counts["carried"] += 1
    _introduced(actor, list(rows.filter(carried_at__isnull=False).order_by("id")))
    for row in rows.filter(dispute_until__lt=today, carried_at__isnull=False).order_by("id"):
        if not kept_open_by(actor, row, today):
            _closed(actor, row, today)
            counts["closed"] += 1
    return counts


def _carried(actor: Actor, row: HandOver) -> None:
    promises = visible(actor, Promise).filter(
        unit_id=row.unit_id, owner=row.giver, state="made", inside=False
    )
    owed = list(promises.select_for_update().order_by("id"))
    for promise in owed:
        hand_over_promise(actor, promise, row.taker, f"{row.giver} → {row.taker}")
    meetings = visible(actor, Interaction).filter(
        unit_id=row.unit_id, state="planned", inside=False, staff__contains=[row.giver]
    )
    moved = list(meetings.select_for_update().order_by("id"))
    for meeting in moved:
        meeting.staff = list(dict.fromkeys(row.taker if one == row.giver else one for one in meeting.staff))
        meeting.edition += 1
        meeting.changed_at = actor.at
        meeting.save(update_fields=["staff", "edition", "changed_at"])
    row.carried = {
        "promises": len(owed), "meetings": len(moved), "pairs": _pairs(actor, row), "opportunities": _opportunities(actor, row),
        "actions": _actions(actor, row), "tasks": hand_tasks(actor, unit_id=row.unit_id, before=row.giver, after=row.taker),
    }  # fmt: skip
    open_tasks(actor=actor, wanted=[_introduction(row)], opened_on=business_date(actor.at))
    row.carried_at = actor.at
    row.save(update_fields=["carried", "carried_at"])
    audit(actor, "engagement.hand_over_carried", KIND, row.public_id, after=row.carried)


def _opportunities(actor: Actor, row: HandOver) -> int:
    """Let open opportunities go over; their history says from when."""
    owned = visible(actor, Opportunity).filter(unit_id=row.unit_id, owner=row.giver, state="open")
    found = list(owned.select_for_update().order_by("id"))
    for one in found:
        hand_over_opportunity(actor, one, row.taker, f"{row.giver} → {row.taker}")
    return len(found)


def _actions(actor: Actor, row: HandOver) -> int:
    """Let open actions of the client's plan go over; those behind which a promise stands go with it."""
    owned = visible(actor, PlanAction).filter(
        unit_id=row.unit_id, owner=row.giver, state="open", promise=None
    )
    found = list(owned.select_for_update().order_by("id"))
    for one in found:
        hand_over_action(actor, one, row.taker, f"{row.giver} → {row.taker}")
    return len(found)


def _introduction(row: HandOver) -> Wanted:
    """Return the task to have oneself introduced to the client; it is done by the first meeting or call."""
    return Wanted(
        _subject(row), INTRODUCE, row.unit_id, row.domain, row.branch_id, "manager", "移交后引见", {"hand_over": str(row.public_id)},
        row.introduce_by,
    )  # fmt: skip


def _subject(row: HandOver) -> str:
    return f"{INTRODUCE}:{row.public_id}"


def _introduced(actor: Actor, rows: Sequence[HandOver]) -> None:
    done = {_subject(row): "kept" for row in rows if introduced_on(actor, row) is not None}
    if done:
        close_tasks(actor=actor, outcomes=done)


def _pairs(actor: Actor, row: HandOver) -> int:
    """Let counterpart pairs go over: the old one ends with the day, the new one begins; a pair that is there already stays."""
    old = list(
        visible(actor, Pair).filter(until=None, unit_id=row.unit_id, employee=row.giver).order_by("id")
    )
    for pair in old:
        pair.until = max(row.effective_on, pair.since)
        pair.save(update_fields=["until"])
        if not visible(actor, Pair).filter(until=None, person=pair.person_id, employee=row.taker).exists():
            Pair.objects.create(
                **place_of(pair), person_id=pair.person_id, employee=row.taker, level=pair.level, days=pair.days, since=row.effective_on
            )  # fmt: skip
    return len(old)


def introduced_on(actor: Actor, row: HandOver) -> date | None:
    """Return the day on which the one who took over first met or spoke with the client, None before."""
    held = visible(actor, Interaction).filter(
        Q(kind__in=FACE), unit_id=row.unit_id, state="held", two_way=True, staff__contains=[row.taker]
    )
    for at in held.order_by("starts_at").values_list("starts_at", flat=True):
        if business_date(at) >= row.effective_on:
            return business_date(at)
    return None


def kept_open_by(actor: Actor, row: HandOver, today: date) -> str:
    """Return what keeps a signed hand-over from being closed (`rules.handover.may_close`)."""
    open_issues = [one for one in row.issues if not one["settled_on"]]
    assert row.dispute_until is not None  # noqa: S101  the database holds it for signed ones
    return may_close(
        today, row.dispute_until, introduced=introduced_on(actor, row) is not None, open_issues=open_issues
    )


def _closed(actor: Actor, row: HandOver, today: date) -> None:
    row.state, row.closed_on = "closed", today
    row.save(update_fields=["state", "closed_on"])
    audit(
        actor,
        "engagement.hand_over_closed",
        KIND,
        row.public_id,
        before={"state": "signed"},
        after={"state": "closed"},
    )


@act("engagement.raise_hand_over_issue", title=_("提出遗留问题"), roles=ROLES)
def raise_hand_over_issue(*, actor: Actor, public_id: UUID, what: str) -> str:
    """Raise a defect from the time before, within the window: it stays with the one who handed over.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_WINDOW, HANDOVER_WORDS, TEXT_TERMS.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, _client = the_hand_over(actor, public_id, state="signed")
    today = business_date(actor.at)
    assert row.dispute_until is not None  # noqa: S101  the database holds it for signed ones
    check_issue_day(today, row.effective_on, row.dispute_until)
    check_text(what, "what")
    refuse_terms_in(what=what)
    issue: dict[str, Any] = {
        "number": len(row.issues) + 1, "what": what.strip(), "found_on": today.isoformat(), "by": actor.username, "settled_on": "", "note": "",
    }  # fmt: skip
    row.issues = [*row.issues, issue]
    row.save(update_fields=["issues"])
    audit(
        actor,
        "engagement.hand_over_disputed",
        KIND,
        public_id,
        after={"number": issue["number"], "stays_with": row.giver},
    )
    return str(public_id)


@act("engagement.settle_hand_over_issue", title=_("了结遗留问题"), roles=HEADS)
def settle_hand_over_issue(*, actor: Actor, public_id: UUID, number: int, note: str) -> str:
    """Say what came of a defect.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_NO_ISSUE, HANDOVER_WORDS, TEXT_TERMS.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, _client = the_hand_over(actor, public_id, state="signed")
    open_ones = [one["number"] for one in row.issues if not one["settled_on"]]
    if number not in open_ones:
        raise Refused(
            "HANDOVER_NO_ISSUE",
            "没有编号为 %(number)s 的未了结问题。",
            "请核对编号。",
            number=number,
            field="number",
        )
    check_text(note, "note")
    refuse_terms_in(note=note)
    said = {"settled_on": business_date(actor.at).isoformat(), "note": note.strip()}
    row.issues = [one | said if one["number"] == number else one for one in row.issues]
    row.save(update_fields=["issues"])
    audit(
        actor, "engagement.hand_over_settled", KIND, public_id, after={"number": number}, reason=note.strip()
    )
    return str(public_id)
