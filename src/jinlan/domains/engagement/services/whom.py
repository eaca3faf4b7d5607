"""Whom an interaction or a promise is about, and who of either side takes part; what every service of the ledger looks up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import teams
from jinlan.clients.resources import in_sight
from jinlan.domains.engagement.models import ContactPerson, Interaction, Promise
from jinlan.domains.engagement.models.base import AboutMember
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import people_behind

ROLES = ("manager", "private_banker", "branch_head", "dept_head")
Place = Mapping[str, Any]


def about_member(actor: Actor, unit: UUID, party: UUID | None = None) -> dict[str, Any]:
    """Return what a row about a client, or about one of its members, holds of it for its policies.

    Raises:
        ScopeDenied: no such client, or member of it, in sight.
    """
    client = in_sight(actor, unit)
    place = {
        "entity": client.entity, "unit_id": client.pk, "domain": client.domain, "branch_id": client.branch_id,
        "unit_branch_id": client.branch_id, "party_id": None,
    }  # fmt: skip
    if party is None:
        return place
    member = client.members.filter(party__public_id=party).first()
    if member is None:
        raise ScopeDenied("ABSENT", "没有这个客户成员。", "")
    return place | {"domain": member.domain, "branch_id": member.branch_id, "party_id": member.party_id}


def place_of(row: AboutMember) -> dict[str, Any]:
    """Return what another row about the same member holds of it for its policies."""
    names = ("entity", "unit_id", "domain", "branch_id", "unit_branch_id", "party_id")
    return {name: getattr(row, name) for name in names}


def people_of(actor: Actor, place: Place, keys: Sequence[str]) -> list[int]:
    """Return the keys of contact persons of a client by public id.

    Raises:
        Refused: PERSON_ELSEWHERE, one of them is not of this client, or not in sight.
    """
    try:
        wanted = {UUID(str(one)) for one in keys}
    except ValueError:
        raise _elsewhere() from None
    rows = visible(actor, ContactPerson).filter(public_id__in=wanted, unit_id=place["unit_id"])
    found = sorted(rows.values_list("id", flat=True))
    if len(found) != len(wanted):
        raise _elsewhere()
    return found


def staff_of(actor: Actor, codes: Iterable[str], field: str = "staff") -> list[str]:
    """Return codes of the bank's people, each once; the actor himself where none is given.

    Raises:
        Refused: STAFF_UNKNOWN for somebody who is not with the bank, STAFF_NONE for nobody.
    """
    wanted = list(dict.fromkeys(one.strip() for one in codes if one.strip()))
    wanted = wanted or [actor.employee] * bool(actor.employee)
    if not wanted:
        raise Refused("STAFF_NONE", "请写明我行参加人。", "至少一人。", field=field)
    for code in wanted:
        if not teams.is_active(actor, code=code):
            raise Refused(
                "STAFF_UNKNOWN", "没有在职的员工 %(employee)s。", "请核对工号。", employee=code, field=field
            )
    return wanted


def readers_of(actor: Actor, codes: Iterable[str]) -> list[int]:
    """Return who may see inside information of a talk: those of the bank who took part, and who writes it down."""
    return sorted({actor.person_id, *people_behind(actor.entity, codes).values()})


def the_interaction(actor: Actor, public_id: UUID, *, lock: bool = False) -> Interaction:
    """Return an interaction in sight, held against others with `lock`; one that cannot be changed is not there then.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    rows = visible(actor, Interaction).filter(public_id=public_id)
    row: Interaction | None = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这次互动。", "")
    return row


def the_promise(actor: Actor, public_id: UUID) -> Promise:
    """Return a promise in sight that the actor may change, held against others.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    row: Promise | None = visible(actor, Promise).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项承诺。", "")
    return row


def told(inside: bool, text: str) -> str:
    """Return a text for the audit; nothing of what stands behind the wall."""
    return "" if inside else text.strip()[:500]


def _elsewhere() -> Refused:
    return Refused(
        "PERSON_ELSEWHERE", "参加人不是这个客户的联系人。", "请从列表中选择，或先建立联系人。", field="people"
    )
