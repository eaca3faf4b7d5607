"""What people do about promises: make one, move its day, say what came of it, let another take it over.

Every act holds the row first, so that of two who close a promise at once the second is told by whom it was closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Interaction, Promise, PromiseStep
from jinlan.domains.engagement.rules.interactions import check_lengths, check_reason
from jinlan.domains.engagement.rules.promises import OPEN, SIDES, closed_state
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import (
    ROLES,
    about_member,
    people_of,
    place_of,
    readers_of,
    staff_of,
    the_interaction,
    the_promise,
    told,
)
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.who import name_of

WHAT, EVIDENCE = 300, 500  # characters at most


@act("engagement.make_promise", title=_("登记承诺"), roles=ROLES)
def make_promise(
    *, actor: Actor, unit: UUID, side: str, what: str, due_on: date, owner: str = "", made_on: date | None = None, person: UUID | None = None,
    party: UUID | None = None, interaction: UUID | None = None, internal: bool = False,
) -> str:  # fmt: skip
    """Write down what one side promised the other, and return its public id; one made in an interaction stands behind its wall.

    Raises:
        Refused: PROMISE_SIDE, PROMISE_WHAT, PROMISE_DUE, PROMISE_MADE, PROMISE_OWNER, PERSON_ELSEWHERE, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such client or interaction in sight.
    """
    held = the_interaction(actor, interaction) if interaction else None
    place = about_member(actor, unit, party)
    if held is not None and held.unit_id != place["unit_id"]:
        raise Refused(
            "PROMISE_ELSEWHERE", "这次互动不是与该客户进行的。", "请从客户的互动页登记。", field="interaction"
        )
    said = {
        "side": side,
        "what": what,
        "due_on": due_on,
        "owner": owner,
        "made_on": made_on,
        "person": person,
        "internal": internal,
    }
    return str(add_promise(actor, place_of(held) if held else place, said, held).public_id)


def add_promise(
    actor: Actor, place: Mapping[str, Any], said: Mapping[str, Any], held: Interaction | None = None
) -> Promise:
    """Write a promise down, alone or with the interaction in which it was made."""
    today = business_date(actor.at)
    made_on = said.get("made_on") or (
        business_date(held.starts_at) if held and held.state == "held" else today
    )
    what, due_on = str(said["what"]).strip(), said["due_on"]
    _check_made(str(said["side"]), what, made_on, due_on, today)
    (owner,) = staff_of(actor, [str(said.get("owner") or "")], "owner")
    wall = _wall(actor, held, owner)
    person = said.get("person")
    row = Promise.objects.create(
        **place, **wall, side=said["side"], what=what, owner=owner, interaction=held, made_on=made_on, due_on=due_on, first_due_on=due_on,
        person_id=people_of(actor, place, [str(person)])[0] if person else None, internal=bool(said.get("internal")),
        made_by=actor.username, made_at=actor.at,
    )  # fmt: skip
    _step(actor, row, "made")
    audit(actor, "engagement.promise_made", "promise", row.public_id, after=_seen(row))
    return row


@act("engagement.move_promise", title=_("承诺改期"), roles=ROLES)
def move_promise(*, actor: Actor, public_id: UUID, due_on: date, reason: str) -> dict[str, str]:
    """Agree on another day with the other side; the promise counts against it from now on, and its steps keep every day.

    Raises:
        Refused: PROMISE_CLOSED, PROMISE_DUE, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such promise in sight.
    """
    row = _open(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    if due_on < business_date(actor.at) or due_on == row.due_on:
        raise Refused("PROMISE_DUE", "新的期限应不早于今天，并与原期限不同。", "请改正日期。", field="due_on")
    return agree_on_day(actor, row, due_on, reason)


def agree_on_day(actor: Actor, row: Promise, due_on: date, reason: str) -> dict[str, str]:
    """Give an open promise that is held another day; its history keeps the one before."""
    before = {"due_on": row.due_on}
    row.due_on = due_on
    return _saved(actor, row, "moved", reason, before, "engagement.promise_moved")


@act("engagement.keep_promise", title=_("承诺已兑现"), roles=ROLES)
def keep_promise(
    *, actor: Actor, public_id: UUID, evidence: str, closed_on: date | None = None
) -> dict[str, str]:
    """Say that a promise was kept, when, and what proves it; after its day it was kept late.

    Raises:
        Refused: PROMISE_CLOSED, PROMISE_DAY, PROMISE_EVIDENCE, TEXT_TERMS.
        ScopeDenied: no such promise in sight.
    """
    row = _open(actor, public_id)
    if len(evidence.strip()) < 5:
        raise Refused(
            "PROMISE_EVIDENCE",
            "请写明凭据，至少 5 个字。",
            "例如合同编号、邮件日期或回单号。",
            field="evidence",
        )
    check_lengths(("evidence", evidence, EVIDENCE))
    refuse_terms_in(evidence=evidence)
    day = closed_on or business_date(actor.at)
    if not row.made_on <= day <= business_date(actor.at):
        raise Refused(
            "PROMISE_DAY", "兑现日期应在作出承诺之后，且不晚于今天。", "请改正日期。", field="closed_on"
        )
    row.evidence = evidence.strip()
    return close_with(actor, row, closed_state(row.due_on, day, kept=True), day, evidence)


@act("engagement.break_promise", title=_("承诺未兑现"), roles=ROLES)
def break_promise(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Say that a promise was not kept, after its day.

    Raises:
        Refused: PROMISE_CLOSED, PROMISE_EARLY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such promise in sight.
    """
    row, today = _open(actor, public_id), business_date(actor.at)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    return close_with(actor, row, closed_state(row.due_on, today, kept=False), today, reason)


@act("engagement.release_promise", title=_("解除承诺"), roles=ROLES)
def release_promise(*, actor: Actor, public_id: UUID, word: str, reason: str) -> dict[str, str]:
    """Let a promise go because the side to which it was made says so; it stands in no share.

    Args:
        actor: who writes it down.
        public_id: of the promise.
        word: what the other side said, who and when.
        reason: why.

    Raises:
        Refused: PROMISE_CLOSED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such promise in sight.
    """
    row, today = _open(actor, public_id), business_date(actor.at)
    check_reason(word, "word")
    check_reason(reason)
    check_lengths(("word", word, EVIDENCE))
    refuse_terms_in(word=word, reason=reason)
    row.evidence = word.strip()
    return close_with(actor, row, "released", today, reason)


@act("engagement.hand_promise", title=_("承诺换人负责"), roles=ROLES)
def hand_promise(*, actor: Actor, public_id: UUID, owner: str, reason: str) -> dict[str, str]:
    """Let another of the bank's people answer for a promise.

    Raises:
        Refused: PROMISE_CLOSED, STAFF_UNKNOWN, PROMISE_OWNER, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such promise in sight.
    """
    row = _open(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    (code,) = staff_of(actor, [owner], "owner")
    if code == row.owner:
        raise Refused(
            "PROMISE_OWNER", "已经由 %(employee)s 负责。", "请选择另一位同事。", employee=code, field="owner"
        )
    _check_reads(actor, row.inside, row.readers, code)
    return hand_over_promise(actor, row, code, reason)


def hand_over_promise(actor: Actor, row: Promise, owner: str, reason: str) -> dict[str, str]:
    """Let another answer for an open promise that is held; its history says from when."""
    before = {"owner": row.owner}
    row.owner = owner
    return _saved(actor, row, "handed", reason, before, "engagement.promise_handed")


def _check_made(side: str, what: str, made_on: date, due_on: date, today: date) -> None:
    if side not in SIDES:
        raise Refused("PROMISE_SIDE", "请说明是哪一方的承诺。", "我行或客户。", field="side")
    if not what:
        raise Refused("PROMISE_WHAT", "请写明承诺什么。", "写成可以核对的一件事。", field="what")
    check_lengths(("what", what, WHAT))
    refuse_terms_in(what=what)
    if made_on > today:
        raise Refused("PROMISE_MADE", "作出承诺的日期不能晚于今天。", "请改正日期。", field="made_on")
    if due_on < made_on:
        raise Refused("PROMISE_DUE", "期限不能早于作出承诺的日期。", "请改正日期。", field="due_on")


def _wall(actor: Actor, held: Interaction | None, owner: str) -> dict[str, Any]:
    if held is None or not held.inside:
        return {"inside": False, "readers": []}
    _check_reads(actor, True, held.readers, owner)
    return {"inside": True, "readers": list(held.readers)}


def _check_reads(actor: Actor, inside: bool, readers: Sequence[int], owner: str) -> None:
    """Refuse an owner who stands before the wall."""
    if (
        inside
        and owner != actor.employee
        and not set(readers_of(actor, [owner])) - {actor.person_id} <= set(readers)
    ):
        raise Refused(
            "PROMISE_OWNER", "%(employee)s 不在这项内幕信息的知情人之中。", "请先登记知情人，或由知情人负责。", employee=owner, field="owner"
        )  # fmt: skip


def _open(actor: Actor, public_id: UUID) -> Promise:
    """Return a promise that is open, held; the refusal names who closed it."""
    row = the_promise(actor, public_id)
    if row.state != OPEN:
        last = row.steps.order_by("-at", "-id").first()
        raise Refused(
            "PROMISE_CLOSED", "这项承诺已由 %(who)s 于 %(day)s 办结。", "请刷新页面查看结果。", who=last.by_name if last else "", day=row.closed_on
        )  # fmt: skip
    return row


def close_with(actor: Actor, row: Promise, state: str, day: date, reason: str) -> dict[str, str]:
    """Close an open promise that is held."""
    row.state, row.closed_on, row.closed_at = state, day, actor.at
    return _saved(
        actor,
        row,
        state,
        reason,
        {"state": OPEN},
        f"engagement.promise_{'kept' if state == 'late' else state}",
    )


def _saved(
    actor: Actor, row: Promise, step: str, reason: str, before: Mapping[str, Any], verb: str
) -> dict[str, str]:
    row.edition += 1
    row.save(update_fields=["due_on", "owner", "state", "closed_on", "closed_at", "evidence", "edition"])
    _step(actor, row, step, reason)
    audit(
        actor,
        verb,
        "promise",
        row.public_id,
        before=before,
        after=_seen(row),
        reason=told(row.inside, reason),
    )
    return {"promise": str(row.public_id), "state": row.state}


def _step(actor: Actor, row: Promise, name: str, reason: str = "") -> None:
    PromiseStep.objects.create(
        **place_of(row), inside=row.inside, readers=row.readers, promise=row, act=name, due_on=row.due_on, owner=row.owner,
        reason=reason.strip()[:500], by=actor.username, by_name=name_of(actor), at=actor.at,
    )  # fmt: skip


def _seen(row: Promise) -> dict[str, Any]:
    """Return what the audit keeps of a promise: codes and days, never its words."""
    return {
        "side": row.side,
        "state": row.state,
        "due_on": row.due_on,
        "owner": row.owner,
        "inside": row.inside,
    }
