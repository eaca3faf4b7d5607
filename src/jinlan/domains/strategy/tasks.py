"""Jobs of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.services.review import review_month
from jinlan.kernel.jobs import job


@job("strategy.review_month", title=_("月度层级复核"))
def review(*, actor: Actor) -> dict[str, int]:
    """Review the newest published month-end; asked for by every publication, and idempotent."""
    return review_month(actor=actor)
