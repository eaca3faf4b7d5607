"""Jobs of engagement."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.services import reminding
from jinlan.kernel.jobs import Daily, job


@job("engagement.remind_promises", title=_("提醒到期的承诺"), schedule=Daily(time(7, 30)))
def remind_promises(*, actor: Actor) -> dict[str, int]:
    """Tell owners of promises that come due and of overdue ones."""
    return reminding.remind_promises(actor=actor)
