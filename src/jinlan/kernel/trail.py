"""Reading the record of acts: for the auditor and compliance, and for the audit administrator without what it says of clients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import ADMINISTRATORS
from jinlan.kernel.models import AuditBatch, AuditEntry, RoleGrant
from jinlan.kernel.reading import WHOLE_KINDS, visible
from jinlan.kernel.scope import require_scope
from jinlan.kernel.sealing import Verdict, verify

SIZE = 60
READERS = ("auditor", "compliance", "audit_admin")
CONTENT = ("object_id", "before", "after", "reason")  # columns that no administrator has


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a person, of a verb (or a room's verbs), about an object, older than an entry; "" and 0 = any.

    `administrators`: only of people who ever held an administrator's duty. `about` is not for the audit administrator.
    """

    person: str = ""
    verb: str = ""
    about: str = ""
    before: int = 0
    administrators: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the record is sealed: entries and batches, when last, and the newest root (hex)."""

    rows: int
    batches: int
    at: datetime
    root: str


def may_read() -> bool:
    """Tell whether the running scope reads the record: a whole bank's, or an administrator's (of audit, says the database)."""
    return require_scope().kind in WHOLE_KINDS | {"O"}


def sees_content() -> bool:
    """Tell whether the running scope reads entries whole; else only those about people."""
    return require_scope().kind in WHOLE_KINDS


def _fill_in(rows: Sequence[AuditEntry]) -> None:
    """Give entries what the database tells the audit administrator of them: all of one about a person, nothing of others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select entry, object_id, before::text, after::text, reason from sec.audit_values(%s)",
            [[row.pk for row in rows]],
        )
        told = {key: rest for key, *rest in cursor.fetchall()}
    for row in rows:
        about, before, after, reason = told.get(row.pk, ("", None, None, ""))
        row.object_id, row.reason = about, reason
        row.before, row.after = (json.loads(text) if text else None for text in (before, after))


def roots_file() -> Path:
    """Return where the roots of the audit's chain are kept, outside the database."""
    return Path(settings.JINLAN_ROOTS)


def verified(actor: Actor) -> Verdict:
    """Check the whole chain against the roots outside the database, and record that and what was found."""
    found = verify(actor, roots_file())
    note_verified(actor=actor, entries=found.rows, batches=found.batches, finding=str(found.finding or ""))
    return found


@act("kernel.verify_audit", title=_("核对审计链"), roles=READERS)
def note_verified(*, actor: Actor, entries: int, batches: int, finding: str) -> None:
    """Record a check of the chain."""
    after = {"entries": entries, "batches": batches, "finding": finding}
    audit(actor, "kernel.audit_verified", "audit", "chain", after=after)


def chain(actor: Actor) -> Chain | None:
    """Return how far the record is sealed, None before the first time."""
    last = visible(actor, AuditBatch).defer("leaves").order_by("-number").first()
    if last is None:
        return None
    return Chain(
        visible(actor, AuditBatch).aggregate(n=Sum("rows"))["n"], last.number, last.sealed_at, last.root
    )


def entries(actor: Actor, wanted: Wanted) -> tuple[list[AuditEntry], int]:
    """Return up to `SIZE` entries, the newest first, and the key to go on before (0 when there are no older ones)."""
    if require_scope().actor.person_id != actor.person_id:
        raise RuntimeError("the record is read in the scope of who reads it")
    rows = AuditEntry.objects.filter(entity=actor.entity)
    if wanted.person:
        rows = rows.filter(username=wanted.person)
    if wanted.verb:
        rows = (
            rows.filter(verb=wanted.verb)
            if "." in wanted.verb
            else rows.filter(verb__startswith=wanted.verb + ".")
        )
    if wanted.administrators:
        rows = rows.filter(person__in=RoleGrant.objects.filter(role__in=ADMINISTRATORS).values("person_id"))
    if wanted.about and sees_content():
        rows = rows.filter(object_id=wanted.about)
    if wanted.before:
        rows = rows.filter(pk__lt=wanted.before)
    if not sees_content():
        rows = rows.defer(*CONTENT)
    found = list(rows.order_by("-pk")[: SIZE + 1])
    if not sees_content():
        _fill_in(found)
    return found[:SIZE], found[SIZE - 1].pk if len(found) > SIZE else 0
