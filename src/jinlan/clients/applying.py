"""Letting what was decided about a team hold: asked for in the transaction that decides, done by the system a moment later."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.clients.coverage import derive
from jinlan.kernel.jobs import defer, job
from jinlan.kernel.scope import scoped, system_actor

NAME = "clients.apply_team"


@job(NAME, title=_("团队调整生效"), steps=True)
def apply_team(*, actor: Actor, unit_id: int) -> dict[str, int]:
    """Derive the dated team of a unit anew from the bank's assignments and the decided changes; a second time changes nothing.

    Nobody writes teams but the system: the decision is the person's, its dates follow from it alone.
    """
    with scoped(system_actor(actor.entity, actor.at), write=True) as scope:
        derive(scope.actor, unit_id=unit_id)
    return {"units": 1}


def apply_soon(actor: Actor, *, unit_id: int, key: str) -> None:
    """Ask for it in the running transaction."""
    defer(NAME, actor=actor, key=key, unit_id=unit_id)
