"""A greeting: claimed by one of us for the whole bank, asked about before, asked about again at its moment, and written down.

It goes the way of every contact: `work.preflight` asks the consents, quiet hours, gates and silences when it is claimed and when it is
made; a red answer hinders claiming, and stops what was claimed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models import Care
from jinlan.domains.engagement.rules.care import (
    CLAIMED,
    DONE,
    GONE,
    OPEN,
    STOPPED,
    TAKEN,
    check_claim,
    check_moment,
    on_time,
)
from jinlan.domains.engagement.selectors.care import days_of, holder
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of
from jinlan.work.checks import Answer
from jinlan.work.preflight import Subject, acknowledge, glance_again, preflight, refusal, release

KIND, PURPOSE = "message", "CARE"
HEADS = ("branch_head", "dept_head")
_AS_CLAIMED = ["state", "channel", "preflight", "claimed_by", "claimed_name", "claimed_at"]


@act("engagement.claim_greeting", title=_("认领问候"), roles=ROLES)
def claim_greeting(*, actor: Actor, public_id: UUID, channel: str) -> str:
    """Claim an occasion for oneself, for the whole bank: one greeting per person, occasion and year; return its public id.

    Args:
        actor: who will greet.
        public_id: of the occasion.
        channel: by which he will.

    Raises:
        Refused: CARE_TAKEN with who has it, CARE_GONE, CARE_FAR, CARE_PAST, PERSON_LEFT; PREFLIGHT with what stands in the way: no consent,
            a silence, a gate.
        ScopeDenied: no such occasion in sight.
    """
    row, today = _held(actor, public_id), business_date(actor.at)
    if row.state in TAKEN:
        raise _taken(row.claimed_name)
    if row.person is not None and row.person.left_on is not None:
        raise Refused("PERSON_LEFT", "这位联系人已不再代表该客户。", "如又任职，请重新登记。")
    check_claim(row.falls_on, today, days_of("AHEAD", today), days_of("LATE", today))
    found = preflight(actor=actor, kind=KIND, subject=_subject(actor, row, channel))
    if found.stops:
        raise refusal(found)
    row.state, row.channel, row.preflight = CLAIMED, channel, found.id
    row.claimed_by, row.claimed_name, row.claimed_at = actor.employee, name_of(actor), actor.at
    try:
        with transaction.atomic():
            row.save(update_fields=_AS_CLAIMED)
    except IntegrityError:  # the same person, as another department knows him
        raise _taken(holder(row.whom, row.occasion, row.year)) from None
    audit(
        actor,
        "engagement.greeting_claimed",
        "care",
        public_id,
        after={"occasion": row.occasion, "channel": channel},
    )
    return str(public_id)


@act("engagement.greet", title=_("登记已问候"), roles=ROLES)
def greet(*, actor: Actor, public_id: UUID) -> str:
    """Write down that one greets now: everything is asked anew, and either it is done or stopped; return the state.

    Raises:
        Refused: CARE_UNCLAIMED, CARE_OTHERS when somebody else claimed it, CARE_EARLY.
        ScopeDenied: no such occasion in sight.
    """
    row, today = _own(actor, public_id), business_date(actor.at)
    check_moment(row.falls_on, today, days_of("EARLY", today))
    stopped: list[str] = []
    try:
        release(actor=actor, preflight=row.preflight or public_id)
    except Refused as refused:
        if refused.code != "PREFLIGHT":
            raise
        stopped = list(map(str, refused.params["checks"]))  # type: ignore[call-overload]
    row.state = STOPPED if stopped else DONE
    if not stopped and row.falls_on is not None:
        row.done_on, row.done_at = today, actor.at
        row.in_time = on_time(row.falls_on, today, days_of("EARLY", today))
    row.save(update_fields=["state", "done_on", "done_at", "in_time"])
    audit(
        actor,
        f"engagement.greeting_{row.state}",
        "care",
        public_id,
        after={"occasion": row.occasion, "checks": stopped},
    )
    return str(row.state)


@act("engagement.confirm_greeting", title=_("确认提醒后继续"), roles=ROLES)
def confirm_greeting(*, actor: Actor, public_id: UUID, check: str, reason: str) -> str:
    """Take an amber answer on oneself, with a reason, before one greets.

    Raises:
        Refused: CARE_UNCLAIMED, CARE_OTHERS, REASON_SHORT, NOT_AMBER.
        ScopeDenied: no such occasion in sight.
    """
    row = _own(actor, public_id)
    return acknowledge(actor=actor, preflight=row.preflight or public_id, check=check, reason=reason)


@act("engagement.leave_greeting", title=_("放弃认领"), roles=ROLES)
def leave_greeting(*, actor: Actor, public_id: UUID) -> None:
    """Let go of a claim, so that somebody else may greet; a head may take one back from others.

    Raises:
        Refused: CARE_UNCLAIMED, CARE_OTHERS.
        ScopeDenied: no such occasion in sight.
    """
    row = _own(actor, public_id, heads=True)
    before = {"claimed_by": row.claimed_by, "state": row.state}
    row.state, row.channel, row.preflight = OPEN, "", None
    row.claimed_by, row.claimed_name, row.claimed_at = "", "", None
    row.save(update_fields=_AS_CLAIMED)
    audit(
        actor, "engagement.greeting_left", "care", public_id, before=before, after={"occasion": row.occasion}
    )


def answers_now(actor: Actor, row: Care) -> list[Answer]:
    """Return what the checks say of a claimed greeting now; nothing for another."""
    waits = row.state in (CLAIMED, STOPPED) and row.preflight is not None
    return glance_again(actor=actor, preflight=row.preflight) if waits and row.preflight else []


def _held(actor: Actor, public_id: UUID) -> Care:
    """Return an occasion, held until the act is done."""
    rows = visible(actor, Care).select_related("person", "care_day").select_for_update(of=("self",))
    row: Care | None = rows.filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个日子。", "")
    if row.state == GONE:
        raise Refused("CARE_GONE", "这个日子已经撤回。", "请不要问候。")
    return row


def _own(actor: Actor, public_id: UUID, *, heads: bool = False) -> Care:
    row = _held(actor, public_id)
    if row.state not in (CLAIMED, STOPPED):
        raise Refused("CARE_UNCLAIMED", "还没有认领，或已经问候。", "请先认领。")
    mine = bool(actor.employee) and row.claimed_by == actor.employee
    if not mine and not (heads and actor.has(*HEADS)):
        raise Refused(
            "CARE_OTHERS", "由%(name)s认领。", "请与他商量，或请他放弃认领。", name=row.claimed_name
        )
    return row


def _taken(name: str) -> Refused:
    return Refused(
        "CARE_TAKEN", "已由%(name)s认领，不再重复问候。", "一人一个日子全行只问候一次。", name=name
    )


def _subject(actor: Actor, row: Care, channel: str) -> Subject:
    """Return what is undertaken: a message for care, from tomorrow morning on where it is night now; never the day itself."""
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    if unit is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    key = row.party_id or unit.root_party_id
    party = clients.parties_by_key(actor, party_ids=[key]).get(key)
    return Subject(
        unit, party, channel, PURPOSE, _daytime(actor.at), {"care": str(row.public_id), "what": row.occasion}
    )


def _daytime(at: datetime) -> datetime:
    """Return an instant outside the quiet hours: now, or when the next ones end."""
    local, day = at.astimezone(SHANGHAI), business_date(at)
    start, end = int(rule("QUIET.START", day).value), int(rule("QUIET.END", day).value)
    if end <= local.hour < start:
        return at
    following = local.date() + timedelta(days=int(local.hour >= start))
    return datetime.combine(following, time(end), SHANGHAI)
