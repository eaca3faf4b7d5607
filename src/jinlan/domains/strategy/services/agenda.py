"""The agenda: each question with the figures of the day on which it was put, and who is too near to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from jinlan.basics.actor import Actor
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.models import AgendaItem, DefinitionVersion, Meeting, Override, Trial
from jinlan.domains.strategy.rules import charter_text
from jinlan.domains.strategy.rules.charter_differences import charter_differences
from jinlan.domains.strategy.rules.versions import READERS
from jinlan.domains.strategy.selectors import agenda as waiting
from jinlan.domains.strategy.selectors.versions import version_before
from jinlan.insight.differences import differences
from jinlan.kernel.acts import content_hash
from jinlan.kernel.models import Person
from jinlan.serving import selectors as serving
from jinlan.work import selectors as work

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import UnitResult

ENACT, UP, DOWN, NOTE = "enact", "up", "down", "note"
REASONS = ("criteria", "for", "against", "gates", "lines", "peers", "definition", "rules")


@dataclass(frozen=True, slots=True)
class Question:
    """An item before it is on an agenda; people by user name or employee code."""

    kind: str
    subject: str
    title: str
    asks: str
    case: dict[str, Any]
    unit: Unit | None = None
    proposers: Iterable[str] = ()
    beneficiaries: Iterable[str] = field(default_factory=tuple)


def questions(actor: Actor, as_of: date) -> Iterator[Question]:
    """Yield what could be asked on the figures of a published date: versions, changes of tiers, overrides, units at a line."""
    for version in waiting.versions_waiting(actor):
        yield _definition(actor, version)
    for result in waiting.tiers_waiting(actor, as_of=as_of):
        asks = UP if result.tier_state == "proposed_up" or not result.tier_level else DOWN
        yield from _tier(actor, result, f"tier:{as_of}", asks)
    yield from _overrides(actor, as_of)
    margin, most = rule("COMMITTEE.BORDER", as_of).value, int(rule("COMMITTEE.BORDER.MOST", as_of).value)
    for result in waiting.borderline_units(actor, as_of=as_of, margin=margin, most=most):
        yield from _tier(actor, result, f"border:{as_of}", NOTE)


def put(actor: Actor, meeting: Meeting, one: Question, number: int) -> AgendaItem:
    """Put a question on the agenda of a meeting that was called."""
    people = people_of(one.proposers)
    team = [] if one.unit is None else waiting.team_codes(actor, unit=one.unit, on=meeting.day)
    item: AgendaItem = AgendaItem.objects.create(
        entity=meeting.entity, meeting=meeting, number=number, kind=one.kind, subject=one.subject[:120], title=one.title[:200],
        asks=one.asks, unit_id=one.unit.pk if one.unit else None, unit_code=one.unit.code if one.unit else "",
        case=one.case, sha256=content_hash(one.case), team=team, proposers=people, beneficiaries=sorted(set(one.beneficiaries)),
    )  # fmt: skip
    return item


def people_of(usernames: Iterable[str]) -> list[str]:
    """Return user names with the employee codes behind them: a conflict follows the person."""
    names = {name for name in usernames if name}
    codes = Person.objects.filter(username__in=names).exclude(employee_code="")
    return sorted(names | set(codes.values_list("employee_code", flat=True)))


def _definition(actor: Actor, version: DefinitionVersion) -> Question:
    case = {
        "kind": version.kind, "version": version.version, "valid_from": version.valid_from.isoformat(), "sha256": version.sha256,
        "public_id": str(version.public_id), "purpose": version.purpose, "author": version.author, "reviewer": version.reviewer,
        "changes": _changes(actor, version), "trial": _trial(version),
    }  # fmt: skip
    title = f"{version.kind} {version.version}"
    return Question(
        "DEFINITION", f"definition:{version.public_id}", title, ENACT, case, proposers=(version.author,)
    )


_DIFFERENCES: Mapping[str, Callable[[Any, Any], Sequence[Any]]] = {charter_text.KIND: charter_differences}


def _trial(version: DefinitionVersion) -> dict[str, Any] | None:
    """Return what the newest kept dry run of this very text says; None when nobody tried it."""
    row = (
        Trial.objects.filter(entity=version.entity, kind=version.kind, sha256=version.sha256)
        .order_by("-made_at")
        .first()
    )
    if row is None:
        return None
    return {
        "name": row.name, "as_of": row.as_of.isoformat(), "by": row.made_by, "base": row.base_version, "tiers": row.figures["tiers"],
        "moves": row.figures["moves"], "flaps": {key: found["flaps"] for key, found in row.steadiness.items()},
    }  # fmt: skip


def _changes(actor: Actor, version: DefinitionVersion) -> list[str]:
    """Return what the version changes of the one that it follows, one sentence each."""
    before = version_before(actor, kind=version.kind, day=version.valid_from)
    if before is None:
        return []
    read, said = READERS[version.kind][0], _DIFFERENCES.get(version.kind, differences)
    return [str(one.text) for one in said(read(before.body), read(version.body))]


def _tier(actor: Actor, result: UnitResult, about: str, asks: str) -> Iterator[Question]:
    unit = clients.unit_by_key(actor, unit_id=result.unit_id)
    if unit is not None:
        yield Question("TIER", f"{about}:{unit.code}", unit.name, asks, case_of(unit, result), unit)


def case_of(unit: Unit, result: UnitResult) -> dict[str, Any]:
    """Return the figures of a unit that members vote on, as JSON keeps them; secret gates are no part of what is published."""
    return {
        "as_of": result.as_of.isoformat(), "run": result.run_id, "unit": str(unit.public_id), "kind": result.kind,
        "state": result.tier_state, "computed": result.computed_tier, "before": result.effective_tier,
        "after": result.proposed_tier, "level": result.tier_level, "since": result.tier_since.isoformat() if result.tier_since else None,
        "source": result.tier_source, "score": None if result.score is None else str(result.score), "rank": result.rank,
        "rank_n": result.rank_n, "gates_shown": result.gates, "detail": {name: result.detail.get(name) for name in REASONS},
    }  # fmt: skip


def _overrides(actor: Actor, as_of: date) -> Iterator[Question]:
    """Yield the overrides that are asked for, and those that end soon."""
    for row in work.requests_open(actor, act="strategy.override_tier"):
        unit = clients.unit_by_key(actor, unit_id=row.unit_id) if row.unit_id else None
        if unit is not None:
            maker = Person.objects.values_list("username", flat=True).get(pk=row.maker_id)
            case = _about(actor, unit, as_of) | {"asked": row.after, "why": row.reason, "by": row.maker_name}
            yield Question(
                "OVERRIDE", f"override:{row.public_id}", unit.name, NOTE, case, unit, (maker,), tuple(row.beneficiaries)
            )  # fmt: skip
    for override in waiting.overrides_ending(
        actor, as_of=as_of, days=int(rule("OVERRIDE.SOON", as_of).value)
    ):
        yield from _ending(actor, override, as_of)


def _ending(actor: Actor, override: Override, as_of: date) -> Iterator[Question]:
    unit = clients.unit_by_code(actor, code=override.unit_code)
    if unit is None:
        return
    said = {name: getattr(override, name) for name in ("tier", "reason_code", "evidence")}
    case = _about(actor, unit, as_of) | {
        "ends": override.expires.isoformat(),
        "asked": said,
        "by": override.proposer,
    }
    people = (override.proposer, override.checker, override.approver)
    yield Question("OVERRIDE", f"expiry:{override.pk}", unit.name, NOTE, case, unit, people)


def _about(actor: Actor, unit: Unit, as_of: date) -> dict[str, Any]:
    result = serving.unit_result(actor, unit_id=unit.pk, as_of=as_of)
    return (
        case_of(unit, result)
        if result is not None
        else {"as_of": as_of.isoformat(), "unit": str(unit.public_id)}
    )
