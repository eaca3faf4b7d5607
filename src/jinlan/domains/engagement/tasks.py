"""Jobs of engagement."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.services import pipeline_history, reminding
from jinlan.domains.engagement.services.care import refresh_care
from jinlan.domains.engagement.services.carrying import carry_over
from jinlan.domains.engagement.services.renewing import watch_renewals
from jinlan.domains.engagement.services.rhythm import refresh_rhythm
from jinlan.kernel.jobs import Daily, job
from jinlan.kernel.scope import scoped, system_actor


@job("engagement.remind_promises", title=_("提醒到期的承诺"), schedule=Daily(time(7, 30)))
def remind_promises(*, actor: Actor) -> dict[str, int]:
    """Tell owners of promises that come due and of overdue ones."""
    return reminding.remind_promises(actor=actor)


@job("engagement.remind_work", title=_("提醒会面与计划行动"), schedule=Daily(time(7, 35)))
def remind_work(*, actor: Actor) -> dict[str, int]:
    """Tell owners of plan actions that come due, and who meets a client by the end of tomorrow that the brief is ready."""
    return reminding.remind_actions(actor=actor) | {"briefs": reminding.announce_briefs(actor=actor)}


@job("engagement.watch_renewals", title=_("提醒到期的合作协议"), schedule=Daily(time(7, 25)))
def renewals(*, actor: Actor) -> int:
    """Make a task of each agreement whose renewal is due, and close those that were renewed or ended."""
    return watch_renewals(actor=actor)


@job(
    "engagement.carry_over",
    title=_("移交生效：未办结的工作交给接收人"),
    steps=True,
    schedule=Daily(time(0, 5)),
)
def carry(*, actor: Actor) -> dict[str, int]:
    """Let open work go over on the day of a hand-over, and close hand-overs that are through; a second time changes nothing."""
    with scoped(system_actor(actor.entity, actor.at), write=True) as scope:
        return carry_over(scope.actor)


@job("engagement.learn_rhythm", title=_("更新客户的联系节奏"), schedule=Daily(time(6, 40)))
def learn_rhythm(*, actor: Actor) -> dict[str, int]:
    """Learn the rhythm of every client from the newest published date; the nightly run has usually done it already."""
    return refresh_rhythm(actor=actor)


@job("engagement.learn_pace", title=_("更新商机阶段用时"), schedule=Daily(time(6, 35)))
def learn_pace(*, actor: Actor) -> int:
    """Learn how long each stage of the pipeline takes."""
    return pipeline_history.learn_pace(actor=actor)


@job("engagement.propose_chances", title=_("每半年提出新的赢率"), schedule=Daily(time(6, 36)))
def propose_chances(*, actor: Actor) -> str:
    """Propose the chances of the last half-year; a day on which there is nothing new to say changes nothing."""
    return pipeline_history.propose_chances(actor=actor)


@job("engagement.draw_care", title=_("推算关怀日"), schedule=Daily(time(6, 50)))
def draw_care(*, actor: Actor) -> dict[str, int]:
    """Work out the occasions of the next weeks and what silences them; a second time changes nothing."""
    return refresh_care(actor=actor)
