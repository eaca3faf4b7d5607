"""The sealed scope of one transaction: who asks, entered once, believed by the database only with our seal.

``with scoped(actor): …`` opens a transaction, takes on the role that the database resolved for this person at this
instant, and lets scoped models be read. Nothing else does. See docs/decisions/0003-scope.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error, ProgrammingError, connection, transaction

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused, Words
from jinlan.kernel.roles import TRAITS, unsafe, unsafe_traits

KINDS = {
    "jl_team": "T", "jl_branch": "B", "jl_alld": "D", "jl_mixed": "M", "jl_wide": "N",
    "jl_all": "A", "jl_comp": "C", "jl_system": "S", "jl_ops": "O", "jl_portal": "P",
}  # fmt: skip
PORTAL = "portal"  # the one role of a client's own person; his key in an actor is negative, as in sec.ctx
_MICROSECONDS = 1_000_000


class ScopeMissing(RuntimeError):
    """Client data was asked for outside a scope: a bug, never shown as a refusal."""


class ScopeDenied(Refused):
    """This person has no scope at this instant: no role in force, or not active any more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of the running transaction; `kind` is one of T B D M N A C S O (see kernel/sql/scope.sql), or P (portal/sql/portal.sql)."""

    actor: Actor
    kind: str
    write: bool


_active: ContextVar[Scope | None] = ContextVar("jinlan_scope", default=None)
_issued = 0
_issued_lock = threading.Lock()


def active_scope() -> Scope | None:
    """Return the running scope, None outside."""
    return _active.get()


def require_scope() -> Scope:
    """Return the running scope; raise `ScopeMissing` outside."""
    scope = _active.get()
    if scope is None:
        raise ScopeMissing("client data is read inside `with scoped(actor):` only")
    return scope


def _next_issued() -> int:
    """Return a rising instant in microseconds, also when the clock steps back or two calls share one."""
    global _issued
    with _issued_lock:
        _issued = max(int(now_utc().timestamp() * _MICROSECONDS), _issued + 1)
        return _issued


def seal(person_id: int, instant: int, backend: int, issued: int, door: str = "") -> bytes:
    """Return the HMAC-SHA-256 that `sec.enter` checks; instants in microseconds since 1970.

    `door` is "" for the bank's people and `PORTAL` for clients' own: a seal for one opens nothing at the other.
    """
    message = f"{door and door + '|'}{person_id}|{instant}|{backend}|{issued}".encode()
    return hmac.new(settings.JINLAN_SEAL_KEY, message, hashlib.sha256).digest()


def _enter(actor: Actor, *, write: bool) -> str:
    """Take on the actor's role for this transaction and return its kind; one round trip."""
    instant = int(actor.at.timestamp() * _MICROSECONDS)
    issued = _next_issued()
    door, enter = (PORTAL, "sec.enter_portal") if PORTAL in actor.roles else ("", "sec.enter")
    who = -actor.person_id if door else actor.person_id
    with connection.cursor() as cursor:
        mac = seal(who, instant, connection.connection.info.backend_pid, issued, door)
        sql = f"select set_config('role', {enter}(%s, %s, %s, %s), true)"
        if not write:
            sql = "set transaction isolation level repeatable read; " + sql
        try:
            cursor.execute(sql, [who, instant, issued, mac])
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") != "42501":
                raise
            raise ScopeDenied("NO_SCOPE", "当前没有可用的角色或权限。", "请联系安全管理员。") from None
        while cursor.description is None and cursor.cursor.nextset():
            pass
        return KINDS[cursor.fetchone()[0]]


@contextmanager
def scoped(actor: Actor, *, write: bool = False) -> Iterator[Scope]:
    """Run a block in one transaction with the scope of `actor`; reads see one snapshot (REPEATABLE READ).

    A block inside a block of the same actor joins it. `write` says what the caller means to do; what he may write is
    decided by the database role.

    Raises:
        ScopeDenied: the person has no role in force at `actor.at`, or is not active.
        ScopeMissing: the block was opened inside a foreign transaction or another person's scope.
    """
    outer = _active.get()
    if outer is not None:
        if outer.actor.person_id != actor.person_id or (write and not outer.write):
            raise ScopeMissing("a scope cannot be changed inside a scope")
        yield outer
        return
    if connection.in_atomic_block:
        raise ScopeMissing("a scope opens its own transaction")
    with transaction.atomic():
        connection.ensure_connection()
        scope = Scope(actor, _enter(actor, write=write), write)
        token = _active.set(scope)
        try:
            yield scope
        finally:
            _active.reset(token)


@dataclass(frozen=True, slots=True)
class LakeScope:
    """What an actor sees, in the bank's own codes, for readers of lake and result files.

    `whole`: everything of the entity in `domains` (0 personal, 1 corporate). Else a unit's own figures are seen when
    its code is in `units` or its home branch, with the unit's domain, is in `branches`; a party's when (code, domain) is in `parties`
    or its branch is. `headers` are units of which at least the existence is seen. `secret`: the compliance zone.
    """

    entity: str
    kind: str
    whole: bool
    domains: frozenset[int]
    units: frozenset[str]
    headers: frozenset[str]
    parties: frozenset[tuple[str, int]]
    branches: frozenset[tuple[str, int]]
    secret: bool

    def sees_unit(self, code: str, domain: int, branch: str) -> bool:
        """Tell whether the figures of the whole unit are in sight."""
        return self._wide(domain, branch) or code in self.units

    def sees_party(self, code: str, domain: int, branch: str) -> bool:
        """Tell whether a party and its own figures are in sight; `branch` is the party's home."""
        return self._wide(domain, branch) or (code, domain) in self.parties

    def _wide(self, domain: int, branch: str) -> bool:
        return domain in self.domains or (branch, domain) in self.branches


def lake_scope(actor: Actor) -> LakeScope:
    """Return the actor's scope in the bank's own codes, resolved by the database as for its own rows."""
    with scoped(actor) as scope, connection.cursor() as cursor:
        cursor.execute("select sec.lake_book()")
        book = cursor.fetchone()[0]
    book = json.loads(book) if isinstance(book, str) else book
    if book is None:
        raise ScopeDenied("NO_SCOPE", "当前没有可用的角色或权限。", "请联系安全管理员。")
    whole = scope.kind in {"A", "C", "S"}
    return LakeScope(
        entity=book["entity"],
        kind=scope.kind,
        whole=whole,
        domains=frozenset({0, 1} if whole else book["domains"] or ()),
        units=frozenset(book["units"]),
        headers=frozenset(book["headers"]),
        parties=frozenset((code, domain) for code, domain in book["parties"]),
        branches=frozenset((code, domain) for code, domain in book["branches"]),
        secret=scope.kind in {"C", "S"},
    )


def actor_for(person: Any, at: datetime, *, purpose: str = "service") -> Actor:
    """Return the actor of a signed-in person at an instant, with the roles in force on that business day.

    Args:
        person: a `kernel.Person`.
        at: aware instant.
        purpose: what the reading is for (PIPL), kept in the audit.
    """
    day = at.astimezone(_zone()).date()
    grants = person.grants.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    roles = frozenset(grants.values_list("role", flat=True)) if person.is_active else frozenset[str]()
    return Actor(person.pk, person.username, roles, at, person.employee_code, purpose, person.entity)


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(settings.TIME_ZONE)


def _technical(what: str, entity: str, at: datetime, role: str, purpose: str) -> Actor:
    with connection.cursor() as cursor:
        cursor.execute("select sec.technical(%s, %s)", [entity, what])
        (person_id,) = cursor.fetchone()
    return Actor(person_id, f"{what}@{entity}", frozenset({role}), at, "", purpose, entity)


def system_actor(entity: str, at: datetime) -> Actor:
    """Return the system of an entity: loads, nightly runs and publishing act as it; the only writer of results."""
    return _technical("system", entity, at, "system", "operation")


def console_actor(entity: str, at: datetime) -> Actor:
    """Return the machine's own console, an auditor of the entity: the command line without ``--as``."""
    return _technical("console", entity, at, "auditor", "audit")


def refuse_unsafe_database() -> None:
    """Refuse to serve with a database role that could step over the policies.

    Raises:
        Refused: the role is a superuser, bypasses row-level security, owns tables, inherits or may become `jl_scope`.
    """
    found = role_traits()
    if found:
        raise unsafe(found)


def role_traits() -> list[Words]:
    """Return what makes the session's role unsafe, [] for a safe one; raise `Refused` (DB_ROLES) without our roles."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(TRAITS)
            return unsafe_traits(*cursor.fetchone())
        except Error as error:
            raise Refused(
                "DB_ROLES", "数据库里没有金兰的角色。", "请让管理员执行 `./jinlan db roles` 打印的 SQL。"
            ) from error
