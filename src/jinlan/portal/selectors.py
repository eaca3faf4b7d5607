"""Reading principals for the bank's people, and what a principal may know of his party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.kernel.crypto import blind_hash
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import PORTAL, scoped
from jinlan.portal.models import PortalPrincipal


@dataclass(frozen=True, slots=True)
class Represented:
    """Whom a principal acts for, and who looks after it at the bank."""

    party: str
    leads: tuple[str, ...]


def name_hash(email: str) -> str:
    """Return what the database finds a sign-in name by."""
    return blind_hash(email.strip().lower(), "portal sign-in name")


def principals_of(actor: Actor, *, party_id: int) -> QuerySet[PortalPrincipal]:
    """Return who acts or acted for a party, as one of the bank's people may see it: without passwords."""
    rows = visible(actor, PortalPrincipal).filter(party_id=party_id)
    return rows.defer("password", "used", "password_at").order_by("-made_at", "-pk")


def actor_of(principal: PortalPrincipal, at: datetime) -> Actor:
    """Return a principal as an actor: a role that no act knows, a key below zero, so that he is nobody of the bank."""
    name = str(principal.public_id)
    return Actor(-principal.pk, name, frozenset({PORTAL}), at, "", PORTAL, principal.entity)


def represented(actor: Actor) -> Represented:
    """Return whom a principal acts for."""
    with scoped(actor), connection.cursor() as cursor:
        party = clients.only_party(actor)
        cursor.execute("select sec.portal_leads()")
        return Represented(party.name, tuple(cursor.fetchone()[0]))
