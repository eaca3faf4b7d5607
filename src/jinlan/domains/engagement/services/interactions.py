"""What people do about interactions: plan one, check in at the client's, file the minutes, write down what was held, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.engagement.models import Interaction
from jinlan.domains.engagement.rules.interactions import (
    PROMISES,
    Wanted,
    aware,
    check_ahead,
    check_end,
    check_held,
    check_minutes,
    check_reason,
    check_words,
    overlap,
)
from jinlan.domains.engagement.services.promises import add_promise
from jinlan.domains.engagement.services.screening import refuse_terms, refuse_terms_in
from jinlan.domains.engagement.services.whom import (
    ROLES,
    about_member,
    people_of,
    place_of,
    readers_of,
    staff_of,
    the_interaction,
    told,
)
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.locks import hold
from jinlan.kernel.reading import visible
from jinlan.kernel.who import name_of

PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
NEAR = timedelta(days=2)  # where a clash is looked for
Said = Sequence[Mapping[str, Any]]


@act("engagement.log_interaction", title=_("记录互动"), roles=ROLES)
def log_interaction(
    *, actor: Actor, unit: UUID, kind: str, starts_at: datetime, subject: str, minutes: str, ends_at: datetime | None = None,
    staff: Sequence[str] = (), people: Sequence[str] = (), party: UUID | None = None, place: str = "", needs: Sequence[str] = (),
    next_on: date | None = None, begun_by: str = "bank", two_way: bool = True, inside: bool = False, promises: Said = (),
) -> str:  # fmt: skip
    """Write down an interaction that was held, with its minutes and the promises made in it; return its public id.

    Args:
        actor: who writes it down.
        unit: the client.
        kind: VISIT, CALL, VIDEO, MAIL or EVENT.
        starts_at: when it began; not ahead of now.
        subject: what it was about.
        minutes: what was said.
        ends_at: when it ended.
        staff: employee codes of the bank's people who took part; the actor where none is given.
        people: public ids of contact persons of the client who took part.
        party: the member of the client that it was about, None for the whole.
        place: where.
        needs: what the client needs.
        next_on: when one meets again.
        begun_by: which side began it.
        two_way: both sides spoke.
        inside: it holds inside information; then only those who took part and compliance see it.
        promises: mappings with `side`, `what`, `due_on`; optional `owner`, `person`, `internal`.

    Raises:
        Refused: INTERACTION_…, PERSON_ELSEWHERE, STAFF_UNKNOWN, PROMISE_…, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such client in sight.
    """
    wanted = Wanted(kind, begun_by, aware(starts_at), _aware(ends_at), subject, place, minutes, needs)
    check_held(wanted.starts_at, actor.at)
    check_minutes(minutes)
    row = _made(actor, wanted, about_member(actor, unit, party), staff, people, inside)
    row.state, row.two_way, row.next_on = HELD, two_way, next_on
    _file(actor, row, wanted, promises)
    audit(actor, "engagement.interaction_logged", "interaction", row.public_id, after=_seen(row))
    return str(row.public_id)


@act("engagement.plan_interaction", title=_("计划互动"), roles=ROLES)
def plan_interaction(
    *, actor: Actor, unit: UUID, kind: str, starts_at: datetime, subject: str, ends_at: datetime | None = None, staff: Sequence[str] = (),
    people: Sequence[str] = (), party: UUID | None = None, place: str = "", inside: bool = False, anyway: bool = False, notes: str = "",
    promises: Said = (),
) -> str:  # fmt: skip
    """Plan an interaction and return its public id.

    A colleague who is away on that day, or has another meeting at that time, is named unless `anyway`.

    `notes` are what one wants to say; the minutes take their place later.

    Raises:
        Refused: INTERACTION_AWAY, INTERACTION_CLASH, INTERACTION_PAST, and as `log_interaction`.
        ScopeDenied: no such client in sight.
    """
    wanted = Wanted(kind, "bank", aware(starts_at), _aware(ends_at), subject, place, notes)
    check_ahead(wanted.starts_at, actor.at)
    codes = staff_of(actor, staff)
    hold(f"jinlan plans|{actor.entity}")  # two plans at one moment would not see each other
    if not anyway:
        _refuse_away(actor, wanted, codes)
        _refuse_clash(actor, wanted, codes)
    row = _made(actor, wanted, about_member(actor, unit, party), codes, people, inside)
    row.minutes = notes.strip()
    row.save()
    _promise(actor, row, promises)
    audit(actor, "engagement.interaction_planned", "interaction", row.public_id, after=_seen(row))
    return str(row.public_id)


@act("engagement.check_in", title=_("到访签到"), roles=ROLES)
def check_in(*, actor: Actor, public_id: UUID) -> str:
    """Note that one has arrived at the client's for a planned meeting, on its day; return the instant.

    Raises:
        Refused: INTERACTION_STATE, INTERACTION_DAY, INTERACTION_ARRIVED, INTERACTION_ABSENT.
        ScopeDenied: no such interaction in sight.
    """
    row = _planned(actor, public_id)
    if row.arrived_at is not None:
        raise Refused("INTERACTION_ARRIVED", "已经签到。", "会后请补纪要。")
    if business_date(row.starts_at) != business_date(actor.at):
        raise Refused("INTERACTION_DAY", "只能在约定的当天签到。", "改了时间请先取消，再重新计划。")
    if actor.employee not in row.staff:
        raise Refused("INTERACTION_ABSENT", "您不在参加人之中。", "请由参加的同事签到。")
    row.arrived_at = actor.at
    _save(actor, row, "arrived_at")
    audit(
        actor, "engagement.interaction_arrived", "interaction", row.public_id, after={"arrived_at": actor.at}
    )
    return actor.at.isoformat()


@act("engagement.file_minutes", title=_("补记纪要"), roles=ROLES)
def file_minutes(
    *, actor: Actor, public_id: UUID, minutes: str, needs: Sequence[str] = (), next_on: date | None = None, two_way: bool = True,
    edition: int = 0, promises: Said = (),
) -> str:  # fmt: skip
    """File the minutes of a planned interaction that has begun: it was held; return its public id.

    Raises:
        Refused: INTERACTION_STATE, INTERACTION_MOVED when somebody saved in between, and as `log_interaction`.
        ScopeDenied: no such interaction in sight.
    """
    row = _planned(actor, public_id)
    if edition and edition != row.edition:
        raise Refused(
            "INTERACTION_MOVED",
            "这次互动已在另一处改动。",
            "请对照最新的内容再记；这里填写的内容还在页面上。",
        )
    check_held(row.starts_at, actor.at)
    check_minutes(minutes)
    wanted = Wanted(
        row.kind, row.begun_by, row.starts_at, row.ends_at, row.subject, row.place, minutes, needs
    )
    _check(wanted)
    row.state, row.two_way, row.next_on, row.edition = HELD, two_way, next_on, row.edition + 1
    _file(actor, row, wanted, promises)
    audit(
        actor,
        "engagement.minutes_filed",
        "interaction",
        row.public_id,
        before={"state": PLANNED},
        after=_seen(row),
    )
    return str(row.public_id)


@act("engagement.cancel_interaction", title=_("取消计划的互动"), roles=ROLES)
def cancel_interaction(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Cancel a planned interaction and return its public id.

    Raises:
        Refused: INTERACTION_STATE, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such interaction in sight.
    """
    row = _planned(actor, public_id)
    check_reason(reason)
    refuse_terms("reason", reason)
    row.state, row.reason = CANCELLED, reason.strip()[:500]
    _save(actor, row, "state", "reason")
    audit(
        actor, "engagement.interaction_cancelled", "interaction", row.public_id, before={"state": PLANNED}, after={"state": CANCELLED},
        reason=told(row.inside, reason),
    )  # fmt: skip
    return str(row.public_id)


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else aware(moment)


def _check(wanted: Wanted) -> None:
    check_words(wanted)
    check_end(wanted.starts_at, wanted.ends_at)
    refuse_terms_in(subject=wanted.subject, place=wanted.place, minutes=wanted.minutes)
    refuse_terms("needs", "\n".join(wanted.needs))


def _made(
    actor: Actor,
    wanted: Wanted,
    place: Mapping[str, Any],
    staff: Sequence[str],
    people: Sequence[str],
    inside: bool,
) -> Interaction:
    _check(wanted)
    codes = staff_of(actor, staff)
    return Interaction(
        **place, kind=wanted.kind, state=PLANNED, begun_by=wanted.begun_by, starts_at=wanted.starts_at, ends_at=wanted.ends_at,
        place=wanted.place.strip(), subject=wanted.subject.strip(), staff=codes, people=people_of(actor, place, people), inside=inside,
        readers=readers_of(actor, codes) if inside else [], made_by=actor.username, made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip


def _file(actor: Actor, row: Interaction, wanted: Wanted, promises: Said) -> None:
    """Keep the minutes, and the promises made."""
    row.minutes, row.needs = wanted.minutes.strip(), [one.strip() for one in wanted.needs if one.strip()]
    row.minutes_at, row.minutes_by, row.changed_at = actor.at, actor.username, actor.at
    row.save()
    _promise(actor, row, promises)


def _promise(actor: Actor, row: Interaction, promises: Said) -> None:
    if len(promises) > PROMISES:
        raise Refused("INTERACTION_PROMISES", "一次最多记 %(most)s 项承诺。", "请分开记录。", most=PROMISES)
    for said in promises:
        add_promise(actor, place_of(row), _read(said), row)


def _read(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a promise as a form or the API gives it, its day read."""
    day = said.get("due_on")
    try:
        due_on = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        due_on = None
    if not isinstance(due_on, date) or isinstance(due_on, datetime):
        raise Refused("PROMISE_DUE_MISSING", "请写明承诺的期限。", "没有期限的承诺无法跟进。", field="due_on")
    unknown = set(said) - {"side", "what", "due_on", "owner", "person", "internal"}
    if unknown or not said.get("what") or not said.get("side"):
        raise Refused("PROMISE_WHAT", "请写明承诺什么。", "写成可以核对的一件事。", field="what")
    return {**said, "due_on": due_on}


def _refuse_away(actor: Actor, wanted: Wanted, codes: Sequence[str]) -> None:
    away = teams.deputies_on(actor, day=business_date(wanted.starts_at))
    for absent in sorted(away.keys() & set(codes)):
        raise Refused(
            "INTERACTION_AWAY", "%(who)s 那天离岗，由 %(deputy)s 代理。", "请换一天，或请代理人参加，或勾选“仍然安排”。", who=absent,
            deputy=away[absent].code, field="starts_at",
        )  # fmt: skip


def _refuse_clash(actor: Actor, wanted: Wanted, codes: Sequence[str]) -> None:
    length = timedelta(minutes=int(rule("ENGAGE.LENGTH", business_date(actor.at)).value))
    near = visible(actor, Interaction).filter(
        state=PLANNED, staff__overlap=list(codes), starts_at__gte=wanted.starts_at - NEAR, starts_at__lte=wanted.starts_at + NEAR
    )  # fmt: skip
    for other in near.order_by("starts_at", "id"):
        if overlap((wanted.starts_at, wanted.ends_at), (other.starts_at, other.ends_at), length):
            raise Refused(
                "INTERACTION_CLASH", "%(who)s 在 %(when)s 已有安排：%(what)s。", "请换一个时间，或勾选“仍然安排”。",
                who=sorted(set(codes) & set(other.staff)), when=f"{other.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", what=other.subject,
                field="starts_at",
            )  # fmt: skip


def _planned(actor: Actor, public_id: UUID) -> Interaction:
    row = the_interaction(actor, public_id, lock=True)
    if row.state != PLANNED:
        raise Refused("INTERACTION_STATE", "这次互动已经记过纪要或已取消。", "请刷新页面查看结果。")
    return row


def _save(actor: Actor, row: Interaction, *fields: str) -> None:
    row.edition, row.changed_at = row.edition + 1, actor.at
    row.save(update_fields=[*fields, "edition", "changed_at"])


def _seen(row: Interaction) -> dict[str, Any]:
    """Return what the audit keeps of an interaction: codes and times, never its words."""
    return {
        "kind": row.kind, "state": row.state, "starts_at": row.starts_at, "staff": row.staff, "people": len(row.people), "inside": row.inside
    }  # fmt: skip
