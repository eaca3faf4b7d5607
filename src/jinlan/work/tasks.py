"""Jobs of what someone must do next."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.kernel.jobs import Daily, job
from jinlan.work.snapshots import NAME, snapshot_indicators


@job(NAME, title=_("记录指标"), schedule=Daily(time(6, 45)))
def snapshot(*, actor: Actor) -> dict[str, int]:
    """Keep what the indicators are; asked for by every publication, and idempotent."""
    return snapshot_indicators(actor=actor)
