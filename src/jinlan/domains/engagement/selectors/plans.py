"""Reading account plans: versions of a client's plan, how far its objectives are, and what is done for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.basics.register import rule
from jinlan.domains.engagement.models import AccountPlan, PlanAction, PlanReading, PlanReview
from jinlan.domains.engagement.models.plans import Drafted
from jinlan.domains.engagement.rules import progress as rules
from jinlan.domains.engagement.rules.document import OBJECTIVE, OWN, Entry, entry_of
from jinlan.kernel import figures
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving
from jinlan.serving.models import UnitResult

DRAFT, IN_FORCE = "draft", "in_force"
# What became of a promise, as the action that stands behind it shows it.
BY_PROMISE: Mapping[str, str] = {
    "made": "open", "kept": "done", "late": "done", "broken": "broken", "released": "dropped",
}  # fmt: skip


def entries_of(row: Drafted) -> list[Entry]:
    """Return the entries of a plan or an agreement."""
    return [entry_of(one) for one in row.entries]


def plans_of(actor: Actor, *, unit_id: int) -> list[AccountPlan]:
    """Return all versions of a client's plan, the newest first; one query."""
    return list(visible(actor, AccountPlan).filter(unit_id=unit_id).order_by("-number"))


def plan_in_force(actor: Actor, *, unit_id: int) -> AccountPlan | None:
    """Return the version of a client's plan that holds now."""
    found: AccountPlan | None = visible(actor, AccountPlan).filter(unit_id=unit_id, state=IN_FORCE).first()
    return found


def plan_of(actor: Actor, *, unit_id: int, number: int) -> AccountPlan | None:
    """Return one version of a client's plan."""
    found: AccountPlan | None = visible(actor, AccountPlan).filter(unit_id=unit_id, number=number).first()
    return found


def objective_of(actor: Actor, *, unit_id: int, key: UUID) -> Entry | None:
    """Return an objective of the plan that holds for a client."""
    plan = plan_in_force(actor, unit_id=unit_id)
    found = (
        (one for one in entries_of(plan) if one.kind == OBJECTIVE and one.key == key) if plan else iter(())
    )
    return next(found, None)


def objectives_in_sight(actor: Actor, *, most: int = 300) -> list[tuple[UUID, int, str]]:
    """Return the objectives of the plans that hold: key, client, text; two queries at most, the newest plans first."""
    plans = in_force(actor).order_by("-approved_at", "-id")[:most]
    found = [
        (one.key, row.unit_id, one.text) for row in plans for one in entries_of(row) if one.kind == OBJECTIVE
    ]
    return found[:most]


def value_text(one: Entry, value: Decimal | None) -> str:
    """Return a value of an objective in the unit of its metric."""
    if value is None:
        return "—"
    if one.metric == OWN:
        return f"{value.normalize():f} {one.unit}".strip()
    return figures.number(value) if one.metric == "product_families" else figures.money_text(value)


def objectives_text(entries: Iterable[Entry]) -> str:
    """Return the objectives of a plan in one line: what, from where to where."""
    goals = [one for one in entries if one.kind == OBJECTIVE]
    return figures.listed(
        f"{one.text} {value_text(one, one.baseline)} → {value_text(one, one.target)}" for one in goals
    )


def newest_value(actor: Actor, unit_id: int, metric: str) -> tuple[Decimal | None, date | None]:
    """Return a measure of a client as it was published last, and of which date; None where it is not known."""
    found = newest_result(actor, unit_id)
    return (None, None) if found is None else (value_in(found, metric), found.as_of)


def newest_result(actor: Actor, unit_id: int) -> UnitResult | None:
    """Return the newest published figures of a client."""
    shown = serving.published(actor)
    return serving.unit_result(actor, unit_id=unit_id, as_of=shown.latest) if shown else None


def value_in(result: UnitResult, metric: str) -> Decimal | None:
    """Return a measure of published figures, None where it is not known whole."""
    kept = result.measures.get(metric)
    text = kept.get("v") if isinstance(kept, Mapping) and kept.get("s", "ok") == "ok" else None
    return None if text in (None, "") else Decimal(str(text))


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective with what it has reached: the value, of which day, whose line it is held against, and how well that is.

    A measured one is held against its line on the day of the figures (`run` made them), one read by hand against today's: nobody
    showed more since.
    """

    entry: Entry
    actual: Decimal | None
    on: date | None
    reached: rules.Reached
    health: str
    evidence: str = ""
    run: int | None = None

    @property
    def bar(self) -> Decimal | None:
        """Return the share of the way between 0 and 1, for a bar."""
        return None if self.reached.share is None else rules.clipped(self.reached.share)


def goals_of(actor: Actor, plan: AccountPlan, *, today: date) -> list[Goal]:
    """Return the objectives of a plan with what they have reached; three queries."""
    return goals_by_plan(actor, [plan], today=today)[plan.pk]


def goals_by_plan(actor: Actor, plans: Sequence[AccountPlan], *, today: date) -> Mapping[int, list[Goal]]:
    """Return the objectives of some plans with what they have reached, by plan; three queries."""
    objectives = {plan.pk: [one for one in entries_of(plan) if one.kind == OBJECTIVE] for plan in plans}
    shown = serving.published(actor)
    units = {plan.unit_id for plan in plans}
    rows = serving.measured(actor, unit_ids=units, since=shown.latest, until=shown.latest) if shown else []
    results = {row.unit_id: row for row in rows}
    read = readings_of(
        actor, keys=[one.key for each in objectives.values() for one in each if one.metric == OWN]
    )
    red, amber = (Decimal(rule(code, today).value) for code in ("PLAN.RED", "PLAN.AMBER"))
    return {
        plan.pk: [
            _goal(one, results.get(plan.unit_id), read.get((plan.unit_id, one.key)), today, red, amber) for one in objectives[plan.pk]
        ]
        for plan in plans
    }  # fmt: skip


def _goal(
    one: Entry, result: UnitResult | None, read: PlanReading | None, today: date, red: Decimal, amber: Decimal
) -> Goal:
    actual, on, at, run = None, None, today, None
    if one.metric == OWN:
        actual, on = (read.value, read.read_on) if read else (None, None)
    elif result is not None:
        actual, on, at, run = value_in(result, one.metric), result.as_of, result.as_of, result.run_id
    share = None if actual is None else rules.progress(*one.way, actual)
    reached = rules.Reached(share, rules.scheduled(*one.days, at), on)
    return Goal(
        one,
        actual,
        on,
        reached,
        rules.health(reached, red=red, amber=amber),
        read.evidence if read else "",
        run,
    )


def readings_of(actor: Actor, *, keys: Iterable[UUID]) -> Mapping[tuple[int, UUID], PlanReading]:
    """Return the newest reading of each objective that is measured by hand, by client and objective; one query."""
    rows = visible(actor, PlanReading).filter(objective__in=list(keys))
    found = rows.order_by("unit_id", "objective", "-read_on", "-id").distinct("unit_id", "objective")
    return {(row.unit_id, row.objective): row for row in found}


def actions_of(actor: Actor, *, unit_id: int, today: date) -> list[Any]:
    """Return the actions of a client's plan as they stand: with `look` (open, late, done, broken, dropped) and `late_days`; one query."""
    return dress(actions_in(actor, unit_ids=[unit_id]), today)


def actions_in(actor: Actor, *, unit_ids: Iterable[int]) -> QuerySet[PlanAction]:
    """Return the actions of some clients' plans, by their first day."""
    rows = visible(actor, PlanAction).filter(unit_id__in=list(unit_ids)).select_related("promise")
    return rows.order_by("unit_id", "since", "due_on", "id")


def as_it_stands(actor: Actor, plan: AccountPlan, *, today: date) -> list[Entry]:
    """Return the entries of a plan in force with the owners and days that its open actions have by now."""
    held = {row.entry: row for row in actions_of(actor, unit_id=plan.unit_id, today=today)}
    return [
        replace(one, owner=row.does, due=row.due) if (row := held.get(one.key)) is not None and row.look in ("open", "late") else one
        for one in entries_of(plan)
    ]  # fmt: skip


def dress(rows: Iterable[PlanAction], today: date) -> list[Any]:
    """Give actions what pages show of them; one behind which a promise stands shows what became of that, on its day."""
    found: list[Any] = list(rows)
    for row in found:
        state = (
            BY_PROMISE[row.promise.state] if row.promise is not None and row.state == "open" else row.state
        )
        stands = row.promise or row  # a promise has its own day and owner
        row.due, row.does = stands.due_on, stands.owner
        row.late_days = max(0, (today - row.due).days) if state == "open" else 0
        row.look = "late" if row.late_days else state
    return found


def own_actions(actor: Actor, *, employee: str, until: date, today: date) -> list[Any]:
    """Return the open actions of one of ours that are due up to a day; those in the promise ledger are found there."""
    if not employee:
        return []
    return dress(open_actions(actor, until=until).filter(owner=employee), today)


def open_actions(actor: Actor, *, until: date) -> QuerySet[PlanAction]:
    """Return the open actions that are due up to a day and that no promise stands behind."""
    rows = visible(actor, PlanAction).filter(state="open", promise=None, due_on__lte=until)
    return rows.order_by("due_on", "id")


def reviews_of(actor: Actor, *, unit_id: int) -> list[PlanReview]:
    """Return the reviews of a client's plans, the newest first; one query."""
    return list(
        visible(actor, PlanReview).filter(unit_id=unit_id).select_related("plan").order_by("-held_on", "-id")
    )


def health_of(goals: Sequence[Goal], actions: Sequence[Any]) -> str:
    """Return how a plan does: red, amber, green or unknown."""
    return rules.plan_health([one.health for one in goals], sum(one.look == "late" for one in actions))


def past_end(today: date) -> Q:
    """Return the plans that hold beyond their own last day."""
    return Q(state=IN_FORCE, ends_on__lt=today)


def in_force(actor: Actor) -> QuerySet[AccountPlan]:
    """Return the plans that hold now."""
    return visible(actor, AccountPlan).filter(state=IN_FORCE)
