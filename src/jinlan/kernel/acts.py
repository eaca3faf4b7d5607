"""Acts: the business verbs that change something, each authorised, recorded, done once, and checked by a second person.

A room declares an act where its rule is::

    @act("strategy.override_tier", title=_("人工调整层级"), roles=("manager",), stages=(("risk",), ("dept_head",)), matter=about)
    def override_tier(*, actor: Actor, unit: str, tier: str, expires: date) -> dict[str, Any]: ...

Calling it runs the whole of it in one transaction of the actor's scope: role, rule, write, audit. An act that writes no audit
entry fails: what is not recorded did not happen. With `stages` nobody can call it alone: `work.approvals` runs it when
every stage was approved by another person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import ProgrammingError

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.audit import recorded
from jinlan.kernel.locks import hold
from jinlan.kernel.models import Receipt
from jinlan.kernel.payload import decode
from jinlan.kernel.scope import ScopeDenied, scoped

P = ParamSpec("P")
R = TypeVar("R")
Payload = Mapping[str, Any]


class NotRecorded(RuntimeError):
    """An act changed something and wrote no audit entry: a bug, so the change is taken back."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a proposed act would do, for the person who checks it.

    Args:
        title: one line, e.g. the client and the change.
        before: the values that would change, as text.
        after: what they would become.
        version: a text that changes when the object changes; an approval given for another version is void.
        unit: (unit_id, domain, branch_id) of the client concerned, None when it is about no client.
        beneficiaries: employee codes of those who gain by it; they may not check it.
    """

    title: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    version: str
    unit: tuple[int, int, int] | None = None
    beneficiaries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approved:
    """Who asked for the running act and who checked it, in order; user names."""

    maker: str
    checkers: tuple[str, ...]
    reason: str


_approved: ContextVar[Approved | None] = ContextVar("jinlan_approved", default=None)
ACTS: dict[str, Act[..., Any]] = {}


def approval() -> Approved:
    """Return who asked for and who checked the running act; raise RuntimeError in an act without stages."""
    found = _approved.get()
    if found is None:
        raise RuntimeError("this act was not approved by anybody")
    return found


@dataclass(frozen=True)
class Act(Generic[P, R]):
    """One act; see `act`."""

    name: str
    title: Any
    roles: frozenset[str]
    stages: tuple[frozenset[str], ...]
    matter: Callable[..., Matter] | None
    run: Callable[P, R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it now.

        Raises:
            ScopeDenied: the actor has none of the roles.
            Refused: FOUR_EYES for an act that needs a second person; whatever the rule refuses.
            NotRecorded: it wrote no audit entry.
        """
        actor = self._actor(kwargs)
        if _approved.get() is None:
            self.allow(actor)
            if self.stages:
                raise Refused(
                    "FOUR_EYES", "这项操作需要他人复核。", "请提交复核申请,由有权的同事批准后自动执行。"
                )
        with scoped(actor, write=True):
            before = recorded()
            with _walls():
                result = self.run(*args, **kwargs)
            if recorded() == before:
                raise NotRecorded(f"{self.name} wrote no audit entry")
            return result

    def once(self, key: str, *args: P.args, **kwargs: P.kwargs) -> R | Any:
        """Do it once for a key: the same call again gives the first answer, another call under the key is refused.

        `key` is made by the caller (a form, an API client), at most 64 characters; the answer must be JSON.
        """
        actor = self._actor(kwargs)
        asked = content_hash({name: value for name, value in kwargs.items() if name != "actor"})
        with scoped(actor, write=True):
            hold(f"jinlan once|{actor.person_id}|{self.name}|{key}")  # the same form sent twice at one moment
            held = Receipt.objects.filter(person_id=actor.person_id, act=self.name, key=key).first()
            if held is None:
                result = self(*args, **kwargs)
                Receipt.objects.create(
                    entity=actor.entity,
                    person_id=actor.person_id,
                    act=self.name,
                    key=key,
                    payload_hash=asked,
                    result=result,
                    at=actor.at,
                )
                return result
        if held.payload_hash != asked:
            raise Refused("KEY_USED", "同一个提交编号已用于另一项内容。", "请刷新页面后重新提交。")
        return held.result

    def done(self, key: str, *, actor: Actor) -> bool:
        """Tell whether the actor did it under a key already, whatever was asked then."""
        with scoped(actor):
            return Receipt.objects.filter(person_id=actor.person_id, act=self.name, key=key).exists()

    def allow(self, actor: Actor) -> None:
        """Raise `ScopeDenied` unless the actor may do (or propose) this."""
        if not actor.has(*self.roles):
            raise ScopeDenied("ROLE", "您的角色不能做这项操作。", "请联系有权的同事。")

    def about(self, actor: Actor, payload: Payload) -> Matter:
        """Return what it would do, after its rule looked at it; needs a running scope."""
        if self.matter is None:
            raise RuntimeError(f"{self.name} has no matter to show")
        return self.matter(actor=actor, **decode(self.run, payload))

    def run_approved(self, actor: Actor, payload: Payload, approved: Approved) -> Any:
        """Run it in the scope of the last checker, on behalf of the maker."""
        call: Callable[..., Any] = self
        with _as_approved(approved):
            return call(actor=actor, **decode(self.run, payload))

    @staticmethod
    def _actor(kwargs: Mapping[str, Any]) -> Actor:
        actor: Actor = kwargs["actor"]
        return actor


@contextmanager
def _as_approved(approved: Approved) -> Any:
    token = _approved.set(approved)
    try:
        yield
    finally:
        _approved.reset(token)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act that a form or the API asked for: done with a result, or waiting for other eyes as `asked`."""

    result: Any
    asked: UUID | None = None


_proposer: list[Callable[..., UUID]] = []


def register_proposer(proposer: Callable[..., UUID]) -> None:
    """Say who takes acts that need other eyes: called with actor, act, payload, reason; returns the request's public id."""
    _proposer[:] = [proposer]


def perform(*, actor: Actor, act: str, payload: Payload, key: str, reason: str = "") -> Outcome:
    """Do an act once under a key, or ask others for it when it has stages.

    Args:
        actor: who acts.
        act: its name.
        payload: its arguments, as they are or as JSON keeps them.
        key: made by the caller, see `Act.once`.
        reason: why it is asked for, for those who check it; the act's own ``reason`` when it takes one.

    Raises:
        ScopeDenied, Refused: as the act, or the request for it.
    """
    declared = ACTS[act]
    declared.allow(actor)
    given = decode(declared.run, payload)
    if declared.stages:
        why = str(given.get("reason") or reason)
        return Outcome(None, _proposer[0](actor=actor, act=act, payload=given, reason=why))
    return Outcome(declared.once(key, actor=actor, **given))


@contextmanager
def _walls() -> Any:
    """Answer a row that the database's own wall refuses as what is not there: an act may trust it to decide about rows.

    A missing privilege (on the audit, say) is no such refusal and stays a failure.
    """
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") != "42501" or "row-level security" not in str(error):
            raise
        raise ScopeDenied("ABSENT", "没有这项内容,或您不能改动它。", "") from error


def content_hash(content: Payload) -> str:
    """Return the SHA-256 of a payload in one canonical form.

    Raises:
        Refused: TEXT_BROKEN for half a character, which no column holds either.
    """
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise Refused("TEXT_BROKEN", "内容里有残缺的字符。", "请重新输入这段文字。") from None


def act(
    name: str,
    *,
    title: Any,
    roles: tuple[str, ...],
    stages: tuple[tuple[str, ...], ...] = (),
    matter: Callable[..., Matter] | None = None,
) -> Callable[[Callable[P, R]], Act[P, R]]:
    """Declare a service as an act.

    Args:
        name: ``room.verb``, unique.
        title: what it is called on pages (translated).
        roles: who may do it, or ask for it when it has stages.
        stages: the roles that check it, one stage after the other; each by another person, none by the maker.
        matter: with stages, returns what a proposal would do (same keywords as the act) or refuses it.
    """

    def declare(run: Callable[P, R]) -> Act[P, R]:
        if name in ACTS or (stages and matter is None):
            raise ValueError(f"act {name} is declared twice or has stages without a matter")
        made = Act(name, title, frozenset(roles), tuple(frozenset(one) for one in stages), matter, run)
        ACTS[name] = made
        return made

    return declare
