"""The record of acts and reads: written in the same transaction as the act, by nobody but its author, for good."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.kernel.scope import require_scope

_written: ContextVar[int] = ContextVar("jinlan_audit_entries", default=0)
_INSERT = (
    "insert into kernel_auditentry (entity, at, person, username, purpose, verb, object_type, object_id, "
    "before, after, reason) values ({entity}, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_SCOPED = _INSERT.format(entity="sec.t_house()")
_SIGNIN = _INSERT.format(entity="%s")
_TAMPERED = (
    "select id from kernel_auditentry a where row_hash <> "
    "encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex') order by id"
)


def _json(value: Mapping[str, Any] | None) -> str | None:
    return (
        None
        if value is None
        else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    )


def audit(
    actor: Actor, verb: str, object_type: str, object_id: object, *, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Add an entry inside the running scope of `actor`; when it cannot be written, the act fails with it.

    Args:
        actor: who acts; the database refuses an entry in anybody else's name.
        verb: ``room.past_tense``, e.g. ``strategy.unit_explained``.
        object_type: what kind of thing, e.g. ``unit``.
        object_id: its code.
        before: values before the act, null for reads.
        after: values after the act; for reads what was asked.
        reason: given by the person, where one was asked for.
    """
    require_scope()
    values: list[Any] = [
        actor.at, actor.person_id, actor.username, actor.purpose, verb, object_type, str(object_id),
        _json(before), _json(after), reason,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SCOPED, values)
    _written.set(_written.get() + 1)


def recorded() -> int:
    """Return how many entries this context has written; acts compare before and after."""
    return _written.get()


def audit_signin(
    entity: str, username: str, outcome: str, at: datetime, *, person_id: int | None = None, where: str = "", why: str = "",
) -> None:  # fmt: skip
    """Add an entry about signing in or out, which happens before any scope.

    Args:
        entity: the person's entity, "" for an unknown name.
        username: what was typed, cut to 64 characters.
        outcome: ``succeeded``, ``failed``, ``locked`` or ``ended``.
        at: instant.
        person_id: whose, when known.
        where: address of the caller.
        why: a code that says more, where there is one.
    """
    values: list[Any] = [
        entity, at, person_id, username[:64], "signin", f"signin.{outcome}", "person", str(person_id or ""), None,
        _json({"where": where} | ({"why": why} if why else {})), "",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SIGNIN, values)


def tampered() -> list[int]:
    """Return entries whose hash does not fit their content; inside an auditor's or compliance scope."""
    require_scope()
    with connection.cursor() as cursor:
        cursor.execute(_TAMPERED)
        return [row[0] for row in cursor.fetchall()]
