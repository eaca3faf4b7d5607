"""Sessions of the bank's people: kept by hash, listed, limited in time, ended by their owner or the security administrator.

This is also Django's session engine (`SESSION_ENGINE`): the cookie's key stands nowhere in the database, and a session
in which somebody is signed in has its `StaffSession` row from its first save. The middleware refuses one without.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit, audit_signin
from jinlan.kernel.models import Person, RoleGrant, StaffSession

SEEN_EVERY = timedelta(
    minutes=1
)  # `last_seen` is written this often at most, so idling ends up to a minute early
ROW = "staff_session"  # where a session's data keep the key of its row
STAFF_ROLES = tuple(role for role, _name in RoleGrant.ROLES if role != "system")
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def hashed(key: str | None) -> str:
    """Return what the database keeps of a session's key; the key is 32 random characters, so a plain hash is enough."""
    return hashlib.sha256((key or "").encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's database sessions, found by the hash of their key, each sign-in with its row."""

    def _get_session_from_db(self) -> Any:
        """Find the row by hash; an unknown or expired key is forgotten."""
        found = self.model.objects.filter(
            session_key=hashed(self.session_key), expire_date__gt=now_utc()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return self.model.objects.filter(session_key=hashed(session_key)).exists()

    def create_model_instance(self, data: Any) -> Any:
        """Return the row to write."""
        key = hashed(self._get_or_create_session_key())  # type: ignore[attr-defined]
        return self.model(session_key=key, session_data=self.encode(data), expire_date=self.get_expiry_date())

    def delete(self, session_key: str | None = None) -> None:
        """Delete by key, this session's own without one."""
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=hashed(key)).delete()

    def save(self, must_create: bool = False) -> None:
        """Write; the first time that somebody is signed in, his row is made."""
        data = getattr(
            self, "_session_cache", {}
        )  # looking closer would load a session that is just being made
        if self._session_key is not None and SESSION_KEY in data and ROW not in data:
            self[ROW] = _begin(int(self[SESSION_KEY]), hashed(self.session_key), now_utc())
        super().save(must_create)

    def cycle_key(self) -> None:
        """Give the session a new key; its row follows."""
        super().cycle_key()
        if ROW in self:
            StaffSession.door.filter(pk=self[ROW]).update(key_hash=hashed(self.session_key))


def _begin(person_id: int, key_hash: str, at: datetime) -> int:
    entity = Person.objects.values_list("entity", flat=True).get(pk=person_id)
    return StaffSession.door.create(
        entity=entity, person_id=person_id, key_hash=key_hash, created_at=at, last_seen=at
    ).pk


def describe(request: HttpRequest) -> None:
    """Note where the session of a fresh sign-in comes from."""
    request.session.save()
    StaffSession.door.filter(pk=request.session[ROW]).update(
        address=where(request), agent=device(request.headers.get("user-agent", ""))
    )


def where(request: HttpRequest) -> str:
    """Return the caller's address."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def device(agent: str) -> str:
    """Return the browser and system of a user agent in a few words, "" when it says neither."""
    parts = [next((name for mark, name in names if mark in agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(part for part in parts if part)


def current(request: HttpRequest, at: datetime) -> tuple[Person | None, str]:
    """Return the person of a request's session, or None and why there is none ("" when nobody was signed in).

    One query. A session that has outlived its limits is ended here; the why is a code of `StaffSession.ENDS`.
    """
    if SESSION_KEY not in request.session:
        return None, ""
    row = (
        StaffSession.door.select_related("person")
        .filter(pk=request.session.get(ROW), key_hash=hashed(request.session.session_key))
        .first()
    )
    if row is None or str(row.person_id) != request.session[SESSION_KEY]:
        return None, "ended"
    why = row.ended_why or _outlived(row, request.session.get(HASH_SESSION_KEY, ""), at)
    if why:
        if row.ended_at is None:
            close(row, why, at)
        return None, why
    if at - row.last_seen >= SEEN_EVERY:
        StaffSession.door.filter(pk=row.pk, ended_at=None).update(last_seen=at)
    return row.person, ""


def _outlived(row: StaffSession, auth_hash: str, at: datetime) -> str:
    if not row.person.is_active:
        return "disabled"
    if not constant_time_compare(auth_hash, row.person.get_session_auth_hash()):
        return "password"
    if at - row.created_at >= timedelta(seconds=settings.JINLAN_SESSION_SECONDS):
        return "too_long"
    return "idle" if at - row.last_seen >= timedelta(seconds=settings.JINLAN_IDLE_SECONDS) else ""


def close(row: StaffSession, why: str, at: datetime) -> None:
    """End a session before any scope, and record it."""
    if StaffSession.door.filter(pk=row.pk, ended_at=None).update(ended_at=at, ended_why=why):
        person, outcome = row.person, "ended" if why == "signed_out" else f"ended_{why}"
        audit_signin(person.entity, person.username, outcome, at, person_id=person.pk, where=row.address)


def close_current(request: HttpRequest, why: str, at: datetime) -> None:
    """End the session of a request; nothing when nobody is signed in."""
    for row in StaffSession.door.select_related("person").filter(pk=request.session.get(ROW)):
        close(row, why, at)


def live(at: datetime, prefix: str = "") -> Q:
    """Return the condition that a session would still be accepted at an instant."""
    begun = at - timedelta(seconds=settings.JINLAN_SESSION_SECONDS)
    seen = at - timedelta(seconds=settings.JINLAN_IDLE_SECONDS)
    return Q(**{f"{prefix}ended_at": None, f"{prefix}created_at__gt": begun, f"{prefix}last_seen__gt": seen})


def own_sessions(actor: Actor) -> list[StaffSession]:
    """Return the actor's live sessions, the newest first; inside his scope."""
    rows = StaffSession.objects.filter(live(actor.at), person_id=actor.person_id).defer("key_hash")
    return list(rows.order_by("-created_at", "-pk"))


def _end(actor: Actor, rows: QuerySet[StaffSession], person: str, why: str) -> int:
    count = rows.filter(ended_at=None).update(ended_at=actor.at, ended_why=why)
    audit(actor, "kernel.sessions_ended", "person", person, after={"sessions": count, "why": why})
    return count


@act("kernel.end_session", title=_("结束登录会话"), roles=STAFF_ROLES)
def end_session(*, actor: Actor, session: UUID) -> int:
    """End one of one's own sessions; one that is somebody else's is as good as absent."""
    rows = StaffSession.objects.filter(person_id=actor.person_id, public_id=session)
    if not rows.exists():
        raise Refused("SESSION_ABSENT", "没有这个会话。", "请刷新页面。")
    return _end(actor, rows, actor.username, "ended")


@act("kernel.end_other_sessions", title=_("结束其他登录会话"), roles=STAFF_ROLES)
def end_other_sessions(*, actor: Actor, keep: int) -> int:
    """End all of one's own sessions but the one that asks."""
    rows = StaffSession.objects.filter(person_id=actor.person_id).exclude(pk=keep)
    return _end(actor, rows, actor.username, "ended")


@act("kernel.end_sessions_of", title=_("结束他人的登录会话"), roles=("security_admin",))
def end_sessions_of(*, actor: Actor, person: UUID) -> int:
    """End every session of a person of the entity."""
    return end_all_of(actor, person_of(actor, person), "admin")


@act("kernel.switch_person", title=_("停用或启用人员"), roles=("security_admin",))
def switch_person(*, actor: Actor, person: UUID, active: bool) -> int:
    """Disable a person, which ends his sessions, or enable him again; return how many sessions ended."""
    other = person_of(actor, person)
    if other.is_active == active:
        raise Refused("PERSON_STATE", "该人员已是这个状态。", "请刷新页面。")
    Person.objects.filter(pk=other.pk).update(is_active=active)
    verb = "kernel.person_enabled" if active else "kernel.person_disabled"
    audit(actor, verb, "person", other.username, before={"active": not active}, after={"active": active})
    return 0 if active else end_all_of(actor, other, "disabled")


def end_all_of(actor: Actor, other: Person, why: str) -> int:
    """End every session of somebody, inside the security administrator's scope; return how many."""
    return _end(actor, StaffSession.objects.filter(person_id=other.pk), other.username, why)


def person_of(actor: Actor, public_id: UUID) -> Person:
    """Return a person whom the security administrator may act on: of the entity, of flesh and blood, not himself."""
    found = people(actor).exclude(pk=actor.person_id).filter(public_id=public_id).first()
    if found is None:
        raise Refused("PERSON_ABSENT", "没有这个人员，或不能对本人操作。", "请刷新页面。")
    return found


def people(actor: Actor) -> QuerySet[Person]:
    """Return the people of the actor's entity who sign in; inside a scope, where no password hash is readable."""
    rows = Person.objects.filter(entity=actor.entity, technical=False)
    return rows.only(
        "id", "public_id", "entity", "username", "display_name", "is_active", "last_login", "employee_code"
    )
