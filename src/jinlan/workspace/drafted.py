"""What the pages of plans and of agreements share: which version is shown, and to whom none is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.selectors.plans import IN_FORCE, newest_result


def need_whole(actor: Actor, unit: Any, rows: Sequence[Any]) -> None:
    """Refuse with 404 a client of which the actor sees members alone: neither a document about it nor its figures."""
    if not rows and newest_result(actor, unit.pk) is None:
        raise Http404


def wanted(request: HttpRequest, rows: Sequence[Any], name: str) -> Any:
    """Return the row whose number an address asks for under a name, else the one in force, else the newest; 404 for one that is not there."""
    if asked := request.GET.get(name, ""):
        found = next((row for row in rows if str(row.number) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((row for row in rows if row.state == IN_FORCE), rows[0])
