"""Reading what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.kernel.figures import listed
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.work.checks import Subject
from jinlan.work.models import Approval, Decision, IndicatorValue, PreflightRecord, Release, Task
from jinlan.work.rules import Waiting, why_not


def open_tasks(actor: Actor, *, limit: int = 20, but: Sequence[str] = ()) -> list[Task]:
    """Return the open tasks that the actor may see, the earliest due first; those of the kinds `but` are left out."""
    rows = visible(actor, Task).filter(closed_at__isnull=True).exclude(kind__in=but)
    return list(rows.order_by("due_on", "opened_on", "id")[:limit])


def own_tasks(actor: Actor, *, units: Iterable[int]) -> list[Task]:
    """Return the open tasks that fall to this person: given to him, or about units of his and given to nobody else."""
    mine = Q(assignee=actor.employee) if actor.employee else Q(pk__in=[])
    rows = visible(actor, Task).filter(mine | Q(assignee="", unit_id__in=list(units)), closed_at__isnull=True)
    return list(rows.filter(role__in=[*actor.roles, ""]).order_by("due_on", "id"))


def task_of(actor: Actor, *, public_id: UUID) -> Task | None:
    """Return an open task in sight, None for another."""
    found: Task | None = visible(actor, Task).filter(public_id=public_id, closed_at__isnull=True).first()
    return found


def open_subjects(actor: Actor, *, kind: str) -> set[str]:
    """Return the subjects of the open tasks of a kind."""
    rows = visible(actor, Task).filter(kind=kind, closed_at__isnull=True)
    return set(rows.values_list("subject", flat=True))


def units_with_tasks(actor: Actor, *, units: Iterable[int]) -> set[int]:
    """Return those of some units about which a task for people of the actor's roles is open, to whomever it was given."""
    rows = visible(actor, Task).filter(
        unit_id__in=list(units), closed_at__isnull=True, role__in=[*actor.roles, ""]
    )
    return set(rows.values_list("unit_id", flat=True))


def tasks_of_unit(actor: Actor, *, unit_id: int) -> list[Task]:
    """Return the open tasks about one unit."""
    return list(visible(actor, Task).filter(unit_id=unit_id, closed_at__isnull=True).order_by("due_on", "id"))


def waiting_for(actor: Actor, *, limit: int = 200) -> list[Approval]:
    """Return the open requests that this person may decide now, the oldest first."""
    rows = (
        visible(actor, Approval)
        .filter(state="open", expires_at__gt=actor.at)
        .exclude(maker_id=actor.person_id)
    )
    found = rows.prefetch_related("decisions").order_by("opened_at", "id")[:limit]
    return [
        row
        for row in found
        if why_not(actor, waiting(row, (one.person_id for one in row.decisions.all()))) is None
    ]


def asked_by(actor: Actor, *, limit: int = 50) -> list[Approval]:
    """Return the person's own requests, the newest first."""
    return list(
        visible(actor, Approval).filter(maker_id=actor.person_id).order_by("-opened_at", "-id")[:limit]
    )


def decided_lately(actor: Actor, *, limit: int = 50) -> list[Approval]:
    """Return closed requests in sight, the newest first."""
    return list(visible(actor, Approval).exclude(state="open").order_by("-closed_at", "-id")[:limit])


def requests_open(actor: Actor, *, act: str) -> list[Approval]:
    """Return the open requests for an act in sight, the oldest first, whoever is to decide them."""
    rows = visible(actor, Approval).filter(act=act, state="open", expires_at__gt=actor.at)
    return list(rows.order_by("opened_at", "id"))


def accepted_by(actor: Actor, *, act: str, payload: Mapping[str, Any]) -> str:
    """Return why a request whose payload holds these values was made and who said yes, "" when none was done."""
    rows = visible(actor, Approval).filter(
        entity=actor.entity, act=act, state="done", payload__contains=dict(payload)
    )
    row = rows.prefetch_related("decisions").order_by("-closed_at").first()
    if row is None:
        return ""
    checkers = listed(one.person_name for one in row.decisions.all() if one.approves)
    return f"{row.reason} ({row.maker_name} → {checkers})"


def approval(actor: Actor, *, public_id: UUID) -> tuple[Approval, list[Decision], Refused | None] | None:
    """Return a request with its decisions and why this person may not decide it (None: he may); None when not in sight."""
    row = visible(actor, Approval).filter(public_id=public_id).first()
    if row is None:
        return None
    decisions = list(row.decisions.order_by("stage"))
    return row, decisions, why_not(actor, waiting(row, (one.person_id for one in decisions)))


def waiting(row: Approval, decided: Iterable[int]) -> Waiting:
    """Return a request as the rule looks at it; `decided` are the persons who spoke already."""
    return Waiting(
        row.state, row.maker_id, frozenset(row.beneficiaries), row.stages[row.stage], frozenset(decided)
    )


def subject_of(actor: Actor, row: PreflightRecord, *, at: datetime) -> Subject:
    """Return what a kept preflight was about, read anew in the actor's scope."""
    unit = clients.unit_by_key(actor, unit_id=row.unit_id) if row.unit_id else None
    party = (
        clients.parties_by_key(actor, party_ids=[row.party_id]).get(row.party_id) if row.party_id else None
    )
    if (row.unit_id and unit is None) or (row.party_id and party is None):
        raise ScopeDenied("ABSENT", "没有这项预检。", "")
    return Subject(unit, party, row.channel, row.purpose, at, row.facts)


def preflights_of_party(actor: Actor, *, party_id: int, limit: int = 20) -> list[PreflightRecord]:
    """Return what was asked about one party, as far as the actor sees it, the newest first."""
    return list(
        visible(actor, PreflightRecord).filter(party_id=party_id).order_by("-asked_at", "-id")[:limit]
    )


def preflight_record(actor: Actor, *, public_id: UUID) -> list[PreflightRecord]:
    """Return a preflight with everything that was asked again of it, the first asking first; [] when not in sight.

    The answer to "why was this allowed on that day": verdicts, rules and their versions, who cleared what.
    """
    rows = visible(actor, PreflightRecord)
    first = rows.filter(public_id=public_id).values_list("root_id", "id").first()
    if first is None:
        return []
    root = first[0] or first[1]
    return list(rows.filter(pk=root)) + list(rows.filter(root_id=root).order_by("asked_at", "id"))


def last_asked(actor: Actor, *, roots: Iterable[UUID]) -> dict[UUID, PreflightRecord]:
    """Return the last asking of each preflight in sight, by the public id of its first asking; one query."""
    keys = list(roots)
    about = Q(public_id__in=keys) | Q(root__public_id__in=keys)
    rows = visible(actor, PreflightRecord).filter(about).select_related("root").order_by("asked_at", "id")
    return {(row.root or row).public_id: row for row in rows}


def against(row: PreflightRecord) -> list[str]:
    """Return the texts that stood in the way in a kept answer, the red ones first."""
    left = [one for one in row.verdicts if one["colour"] != "green" and not one["cleared"]]
    return [str(one["text"]) for one in sorted(left, key=lambda one: one["colour"] != "red")]


def releases_to(
    actor: Actor, *, party_id: int, channel: str, after: datetime, until: datetime, service: str = "SERVICE"
) -> int:
    """Return how many messages went to a party by a channel in (after, until], service messages left out."""
    rows = visible(actor, Release).filter(kind="message", party_id=party_id, channel=channel)
    return rows.filter(at__gt=after, at__lte=until).exclude(purpose=service).count()


def indicator_values(actor: Actor, *, until: date, code: str = "") -> list[IndicatorValue]:
    """Return the snapshots up to a date, by code, oldest first; nothing for who does not see the whole bank."""
    rows = visible(actor, IndicatorValue).filter(as_of__lte=until)
    return list((rows.filter(code=code) if code else rows).order_by("code", "as_of"))
