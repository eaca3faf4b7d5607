"""Contacts of a client: prepared with a preflight, asked anew when they go out, dropped: services beside `services`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.resources import in_sight
from jinlan.domains.compliance import words
from jinlan.domains.compliance.models import Contact
from jinlan.domains.compliance.services import known, party_in_sight
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of
from jinlan.work.checks import Answer
from jinlan.work.preflight import Subject, glance_again, preflight, release

SENDERS = ("manager", "private_banker")
OPEN = ("prepared", "stopped")
KIND = "message"
AHEAD = timedelta(days=366)  # how far ahead a contact may be planned


def is_open(row: Any) -> bool:
    """Tell whether a contact has neither gone out nor been dropped."""
    return row.state in OPEN


def now(actor: Actor, row: Any) -> list[Answer]:
    """Return what the checks say of a contact now; nothing for one that is closed or whose preflight is out of sight."""
    return glance_again(actor=actor, preflight=row.public_id) if is_open(row) and row.last else []


@act("compliance.prepare_contact", title=_("准备联系"), roles=SENDERS)
def prepare_contact(
    *, actor: Actor, unit: UUID, party: UUID, purpose: str, channel: str, what: str, planned_at: datetime | None = None,
    offer: bool = False,
) -> str:  # fmt: skip
    """Prepare a message to a member of a client: ask whether it may go out as planned, and keep the answer with it.

    What stands in the way then does not hinder preparing: it stops the release, until it is out of the way.

    Args:
        actor: who prepares it.
        unit: public id of the client.
        party: public id of the member.
        purpose: of contact, or SERVICE.
        channel: by which it goes out.
        what: what it is about, in a line.
        planned_at: when it is to go out; now when empty or past.
        offer: it carries an offer.

    Raises:
        Refused: CONSENT_CODE; CONTACT_FAR for a plan more than a year ahead.
        ScopeDenied: no such client in sight, or no such member.
    """
    client, whom = in_sight(actor, unit), party_in_sight(actor, party)
    if not client.members.filter(party=whom).exists():
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    known(purpose in (*words.CONTACT, words.SERVICE) and channel in words.CHANNELS)
    at = max(planned_at or actor.at, actor.at)
    if at > actor.at + AHEAD:
        raise Refused("CONTACT_FAR", "最多提前一年准备联系。", "请改近一些的时间。", field="planned_at")
    subject = Subject(client, whom, channel, purpose, at, {"offer": offer, "what": what.strip()[:200]})
    found = preflight(actor=actor, kind=KIND, subject=subject)
    made = Contact.objects.create(
        public_id=found.id, entity=client.entity, unit_id=client.pk, party_id=whom.pk, domain=whom.domain, branch_id=whom.branch_id,
        unit_branch_id=client.branch_id, purpose=purpose, channel=channel, what=what.strip()[:200], offer=offer, planned_at=at,
        state="prepared" if found.clear else "stopped", prepared_at=actor.at, person_name=name_of(actor),
    )  # fmt: skip
    after = {"purpose": purpose, "channel": channel, "planned_at": at, "state": made.state}
    audit(actor, "compliance.contact_prepared", "contact", made.public_id, after=after)
    return str(made.public_id)


@act("compliance.release_contact", title=_("放行前复检"), roles=SENDERS)
def release_contact(*, actor: Actor, public_id: UUID) -> str:
    """Ask anew at this moment, and let it go out or stop it; return the state. Both are kept: a stop is no failure.

    Raises:
        Refused: CONTACT_CLOSED when it went out or was dropped.
        ScopeDenied: no such contact in sight.
    """
    row = _open(actor, public_id)
    stopped: list[str] = []
    try:
        release(actor=actor, preflight=public_id)
    except Refused as refused:
        if refused.code != "PREFLIGHT":
            raise
        stopped = list(map(str, refused.params["checks"]))  # type: ignore[call-overload]
    row.state = "stopped" if stopped else "released"
    row.closed_at = None if stopped else actor.at
    row.save(update_fields=["state", "closed_at"])
    audit(actor, f"compliance.contact_{row.state}", "contact", public_id, after={"checks": stopped})
    return str(row.state)


@act("compliance.drop_contact", title=_("放弃联系"), roles=SENDERS)
def drop_contact(*, actor: Actor, public_id: UUID, reason: str) -> None:
    """Let go of a contact that has not gone out, with the reason.

    Raises:
        Refused: CONTACT_CLOSED.
        ScopeDenied: no such contact in sight.
    """
    row = _open(actor, public_id)
    row.state, row.closed_at = "dropped", actor.at
    row.save(update_fields=["state", "closed_at"])
    audit(actor, "compliance.contact_dropped", "contact", public_id, reason=reason.strip()[:500])


def _open(actor: Actor, public_id: UUID) -> Contact:
    """Return a contact that has not gone out, held until the act is done."""
    row: Contact | None = visible(actor, Contact).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项联系。", "")
    if row.state not in OPEN:
        raise Refused("CONTACT_CLOSED", "这项联系已经放行或放弃。", "需要再次联系时，请重新准备。")
    return row
