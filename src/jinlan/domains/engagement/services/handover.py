"""Preparing a hand-over: begin it for a client or a whole book, bring its pack up to date, tick its checklist, give complaints away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import teams
from jinlan.clients.models import Unit
from jinlan.clients.resources import about, called_outside, in_sight
from jinlan.clients.selectors import units_by_key
from jinlan.domains.engagement.models import HandOver
from jinlan.domains.engagement.rules.handover import ITEMS, check_text, check_trigger
from jinlan.domains.engagement.rules.team import LEAD, Wanted, check_change
from jinlan.domains.engagement.services.packing import complaints_of, hash_of, pack_of
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.team import known_of
from jinlan.domains.engagement.services.telling import tell_taker
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of, people_behind

KIND = "hand_over"
HEADS = ("branch_head", "dept_head")


@act("engagement.begin_hand_over", title=_("发起移交"), roles=ROLES)
def begin_hand_over(
    *, actor: Actor, unit: UUID, giver: str, taker: str, trigger: str, effective_on: date, reason: str, role: str = LEAD, sensitive: str = "",
) -> str:  # fmt: skip
    """Begin to hand a client over and make the pack; return the public id.

    Raises:
        Refused: HANDOVER_CAUSE, HANDOVER_WORDS, HANDOVER_GIVER for who does not hold the role, TEXT_TERMS, HANDOVER_OPEN for one that is
            under way already, and what `rules.team.check_change` refuses of the one who takes over.
        ScopeDenied: no such client in sight.
    """
    said = {
        "giver": giver.strip(),
        "taker": taker.strip(),
        "trigger": trigger,
        "effective_on": effective_on,
        "role": role,
    }
    row = _begun(actor, in_sight(actor, unit), said, reason, sensitive, uuid7())
    return str(row.public_id)


@act("engagement.begin_book_hand_over", title=_("移交整个客户组合"), roles=HEADS)
def begin_book_hand_over(
    *, actor: Actor, giver: str, taker: str, trigger: str, effective_on: date, reason: str
) -> dict[str, Any]:
    """Begin to hand over every client that somebody leads and the head sees, each by itself; return how many and their batch.

    Raises:
        Refused: HANDOVER_EMPTY when he leads none in sight; what `begin_hand_over` refuses.
    """
    said = {
        "giver": giver.strip(),
        "taker": taker.strip(),
        "trigger": trigger,
        "effective_on": effective_on,
        "role": LEAD,
    }
    led = teams.led_by(actor, code=giver.strip(), day=effective_on)
    units = units_by_key(actor, unit_ids=led)
    if not units:
        raise Refused(
            "HANDOVER_EMPTY", "%(employee)s 在生效日没有主办您看得到的客户。", "请核对工号。", employee=said["giver"], field="giver"
        )  # fmt: skip
    batch = uuid7()
    for key in sorted(units):
        _begun(actor, units[key], said, reason, "", batch)
    return {"batch": str(batch), "clients": len(units)}


def _begun(
    actor: Actor, client: Unit, said: Mapping[str, Any], reason: str, sensitive: str, batch: UUID
) -> HandOver:
    _check(actor, client, said, reason, sensitive)
    pack = pack_of(actor, client, said["giver"])
    people = people_behind(actor.entity, [said["giver"], said["taker"]])
    row = HandOver(
        **about(client), **said, giver_id=people.get(said["giver"]), taker_id=people.get(said["taker"]), reason=reason.strip(), batch=batch,
        called=called_outside(client), sensitive=sensitive.strip(), pack=pack,
        pack_hash=hash_of(pack), packed_at=actor.at, complaints=complaints_of(pack, {}), made_by=actor.username, made_name=name_of(actor),
        at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "hand_over_once" not in str(error):
            raise
        raise Refused(
            "HANDOVER_OPEN",
            "%(client)s 的移交已在办理。",
            "请先办完或撤回它。",
            client=client.name,
            field="unit",
        ) from None
    audit(
        actor, "engagement.hand_over_begun", KIND, row.public_id, after={**said, "pack": row.pack_hash}, reason=row.reason
    )  # fmt: skip
    tell_taker(actor, row)
    return row


def _check(actor: Actor, client: Unit, said: Mapping[str, Any], reason: str, sensitive: str) -> None:
    check_trigger(said["trigger"])
    wanted = Wanted(said["role"], said["giver"], said["taker"], None, said["effective_on"], reason)
    known = known_of(actor, client.pk, wanted)
    if not any((one.employee, one.role) == (wanted.before, wanted.role) for one in known.team):
        raise Refused(
            "HANDOVER_GIVER", "%(employee)s 在生效日不担任 %(client)s 的这个角色。", "请核对移交人与角色。", employee=wanted.before,
            client=client.name, field="giver",
        )  # fmt: skip
    check_change(wanted, known)
    check_text(reason, "reason")
    if sensitive.strip():
        check_text(sensitive, "sensitive")
        refuse_terms_in(sensitive=sensitive)


@act("engagement.refresh_hand_over", title=_("更新交接包"), roles=ROLES)
def refresh_hand_over(*, actor: Actor, public_id: UUID) -> str:
    """Make the pack anew; who signed for another pack signs again.

    Raises:
        Refused: HANDOVER_DONE.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, client = the_hand_over(actor, public_id)
    before, pack = row.pack_hash, pack_of(actor, client, row.giver)
    row.pack, row.pack_hash, row.packed_at = pack, hash_of(pack), actor.at
    row.complaints = complaints_of(pack, row.complaints)
    if row.pack_hash != before:
        row.giver_signed_at = row.taker_signed_at = None
        row.giver_absent = ""
    row.save(
        update_fields=[
            "pack",
            "pack_hash",
            "packed_at",
            "complaints",
            "giver_signed_at",
            "taker_signed_at",
            "giver_absent",
        ]
    )
    audit(
        actor,
        "engagement.hand_over_packed",
        KIND,
        public_id,
        before={"pack": before},
        after={"pack": row.pack_hash},
    )
    return str(public_id)


@act("engagement.check_hand_over_item", title=_("核对交接清单"), roles=ROLES)
def check_hand_over_item(*, actor: Actor, public_id: UUID, item: str, note: str = "") -> str:
    """Tick an item of the checklist.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_ITEM for no such item.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, _client = the_hand_over(actor, public_id)
    if item not in ITEMS:
        raise Refused("HANDOVER_ITEM", "清单里没有这一项。", "请在名单中选择。", field="item")
    if note.strip():
        check_text(note, "note", least=1)
        refuse_terms_in(note=note)
    row.checklist = row.checklist | {
        item: {"by": actor.username, "name": name_of(actor), "at": actor.at.isoformat(), "note": note.strip()}
    }
    row.save(update_fields=["checklist"])
    audit(actor, "engagement.hand_over_checked", KIND, public_id, after={"item": item})
    return str(public_id)


@act("engagement.assign_complaint", title=_("为投诉指定接手人"), roles=ROLES)
def assign_complaint(*, actor: Actor, public_id: UUID, complaint: str, employee: str) -> str:
    """Say who takes an open complaint on.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_COMPLAINT_UNKNOWN, STAFF_UNKNOWN; HANDOVER_TO_GIVER for the one who leaves.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, _client = the_hand_over(actor, public_id)
    code, who = complaint.strip(), employee.strip()
    if code not in row.complaints:
        raise Refused(
            "HANDOVER_COMPLAINT_UNKNOWN", "交接包里没有投诉 %(number)s。", "请核对编号,或更新交接包。", number=code, field="complaint"
        )  # fmt: skip
    if who == row.giver:
        raise Refused(
            "HANDOVER_TO_GIVER", "不能留给移交人。", "请指定接收人或团队里的同事。", field="employee"
        )
    if not teams.is_active(actor, code=who):
        raise Refused(
            "STAFF_UNKNOWN", "没有在职的员工 %(employee)s。", "请核对工号。", employee=who, field="employee"
        )
    before, row.complaints = row.complaints.get(code, ""), row.complaints | {code: who}
    row.save(update_fields=["complaints"])
    audit(
        actor, "engagement.complaint_assigned", KIND, public_id, before={"complaint": code, "to": before}, after={"complaint": code, "to": who}
    )  # fmt: skip
    return str(public_id)


def the_hand_over(actor: Actor, public_id: UUID, *, state: str = "open") -> tuple[HandOver, Unit]:
    """Return a hand-over in a state and its client, held against others.

    Raises:
        Refused: HANDOVER_DONE when it is in another state.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row: HandOver | None = visible(actor, HandOver).select_for_update().filter(public_id=public_id).first()
    client = visible(actor, Unit).filter(pk=row.unit_id).first() if row is not None else None
    if row is None or client is None:
        raise ScopeDenied("ABSENT", "没有这项移交。", "")
    if row.state != state:
        raise done()
    return row, client


def done() -> Refused:
    """Return what is said of a hand-over that is past what is asked for."""
    return Refused("HANDOVER_DONE", "这项移交已不在这一步。", "请看它的状态。")
