"""Jobs of engagement."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.services import reminding
from jinlan.domains.engagement.services.rhythm import refresh_rhythm
from jinlan.kernel.jobs import Daily, job


@job("engagement.remind_promises", title=_("提醒到期的承诺"), schedule=Daily(time(7, 30)))
def remind_promises(*, actor: Actor) -> dict[str, int]:
    """Tell owners of promises that come due and of overdue ones."""
    return reminding.remind_promises(actor=actor)


@job("engagement.learn_rhythm", title=_("更新客户的联系节奏"), schedule=Daily(time(6, 40)))
def learn_rhythm(*, actor: Actor) -> dict[str, int]:
    """Learn the rhythm of every client from the newest published date; the nightly run has usually done it already."""
    return refresh_rhythm(actor=actor)
