"""Notices: a line to a person that something waits for him, in the page and by mail; never a client's name.

A room declares a kind where its rule is, and an act writes notices in its own transaction::

    ASKED = notice_kind("work.asked", words=lambda said: _("%(who)s 提交了申请") % said, why=_("您可以复核这类申请"))

    notify(ASKED, actor=actor, people=holders(...), key=str(request), url=…, who=…)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.outbox import Notice
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import require_scope

Words = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: `words` makes its line in the reader's language, `why` says why he gets it; `mail`: also by mail."""

    code: str
    words: Words
    why: Any
    icon: str
    mail: bool


KINDS: dict[str, Kind] = {}


def notice_kind(code: str, *, words: Words, why: Any, icon: str = "bell", mail: bool = True) -> Kind:
    """Declare a kind; `code` is ``room.what``, unique."""
    if code in KINDS:
        raise ValueError(f"kind of notice {code} is declared twice")
    KINDS[code] = Kind(code, words, why, icon, mail)
    return KINDS[code]


def notify(
    kind: Kind, *, actor: Actor, people: Iterable[int], key: str, url: str = "", **values: Any
) -> None:
    """Write a notice to each of some people in the running scope of `actor`, once per person and key; never to himself.

    Args:
        kind: a declared kind.
        actor: who causes it.
        people: ids of persons of his entity.
        key: what it is about, at most 80 characters.
        url: where it leads to; whoever may not see that is answered there.
        values: what its words need: codes, staff names, counts, never a client's data.
    """
    require_scope()
    rows = [
        Notice(
            entity=actor.entity, person_id=person, by_id=actor.person_id, kind=kind.code, key=key, values=values, url=url, at=actor.at
        )
        for person in sorted(set(people) - {actor.person_id})
    ]  # fmt: skip
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def holders(entity: str, roles: Iterable[str], day: date, *, domain: int | None = None) -> set[int]:
    """Return the active people of an entity who hold one of some roles on a day.

    Args:
        entity: whose people.
        roles: codes of roles.
        day: business day.
        domain: only roles that are not limited to the other side of the wall.
    """
    rows = RoleGrant.objects.filter(role__in=list(roles), valid_from__lte=day, person__entity=entity, person__is_active=True,
                                    person__technical=False).exclude(valid_to__lte=day)  # fmt: skip
    if domain is not None:
        rows = rows.filter(Q(domain=None) | Q(domain=domain))
    return set(rows.values_list("person_id", flat=True))


def own(actor: Actor) -> QuerySet[Notice]:
    """Return a person's notices, newest first."""
    return visible(actor, Notice).filter(person_id=actor.person_id).order_by("-id")


def unread(actor: Actor) -> int:
    """Return how many notices a person has not read."""
    return own(actor).filter(read_at=None).count()


def mark_read(actor: Actor, notice: UUID | None = None) -> int:
    """Mark one notice of a person as read, or all of them; returns how many were."""
    rows = own(actor).filter(read_at=None)
    if notice is not None:
        rows = rows.filter(public_id=notice)
    return rows.order_by().update(read_at=actor.at)


def line(notice: Notice) -> dict[str, Any]:
    """Return what a page shows of a notice: words, why, icon."""
    kind = KINDS.get(notice.kind)
    if kind is None:  # of a room that is not here any more
        return {"row": notice, "words": notice.kind, "why": "", "icon": "bell"}
    return {"row": notice, "words": kind.words(notice.values), "why": kind.why, "icon": kind.icon}
