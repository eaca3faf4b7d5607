"""Jobs of chapter 1."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.services.charter_refresh import refresh_charter
from jinlan.domains.strategy.services.review import review_month
from jinlan.domains.strategy.services.target_refresh import refresh_targets
from jinlan.kernel.jobs import Daily, job


@job("strategy.refresh_charter", title=_("更新服务章程的应尽联系"), schedule=Daily(time(6, 30)))
def refresh(*, actor: Actor) -> dict[str, int]:
    """Bring obligations up to the newest published date; the nightly run has usually done it already."""
    return refresh_charter(actor=actor)


@job("strategy.review_month", title=_("月度层级复核"))
def review(*, actor: Actor) -> dict[str, int]:
    """Review the newest published month-end; asked for by every publication, and idempotent."""
    return review_month(actor=actor)


@job("strategy.refresh_targets", title=_("计入目标完成情况"))
def refresh_achieved(*, actor: Actor) -> dict[str, int]:
    """Credit the published months that were not credited yet; asked for by every publication, and idempotent."""
    return refresh_targets(actor=actor)
