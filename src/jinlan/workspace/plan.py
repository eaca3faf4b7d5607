"""客户计划: a client's account plan in twelve sections, what is written in it and what is read from elsewhere, as it stands today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.domains.engagement import plan_words as words
from jinlan.domains.engagement.rules.document import ACTION, OBJECTIVE, OWN, Difference, Entry
from jinlan.domains.engagement.rules.plan import CELL, PLAN, SECTIONS, SHAPES, missing_of, shown_to_client
from jinlan.domains.engagement.selectors import people as persons
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.services.plan_life import approve_plan, close_plan
from jinlan.domains.engagement.services.plans import draft_plan
from jinlan.kernel import figures
from jinlan.serving import selectors as serving
from jinlan.workspace.access import page
from jinlan.workspace.client import panel
from jinlan.workspace.drafted import need_whole, wanted
from jinlan.workspace.drawing import Bar, gantt
from jinlan.workspace.engagement import unit_in_sight
from jinlan.workspace.measures import measure_name, value_of
from jinlan.workspace.people import head_of
from jinlan.workspace.plan_grid import grid

Context = dict[str, Any]
FIGURES = ("aum", "deposit_avg_12m", "loan", "limit_used", "revenue_12m", "settlement_12m")


@require_GET
@page("clients")
def client_plan(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show a version of a client's plan: the one that is asked for, else the one in force, else the newest."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    rows = reading.plans_of(actor, unit_id=unit.pk)
    need_whole(actor, unit, rows)
    context: Context = {
        "title": _("客户计划"), "place": "clients", "unit": unit, "today": today, "rows": rows, "may": actor.has(*draft_plan.roles),
        "may_close": actor.has(*close_plan.roles), "words": words,
    }  # fmt: skip
    if not rows:
        return render(request, "workspace/plan_none.html", context)
    row = wanted(request, rows, "version")
    context |= Shown(actor, unit, row, today).context(rows)
    context["may_ask"] = actor.has(*approve_plan.roles)
    return render(request, "workspace/plan.html", context)


@require_GET
@page("clients")
def plan_card(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the card of the client's page: the plan in force with its objectives, or that there is none."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    row = reading.plan_in_force(actor, unit_id=unit.pk)
    need_whole(actor, unit, [row] if row else [])
    goals = reading.goals_of(actor, row, today=today) if row else []
    actions = reading.actions_of(actor, unit_id=unit.pk, today=today) if row else []
    return panel(request, "workspace/_plan_summary.html", {
        "title": _("客户计划"), "place": "clients", "unit": unit, "row": row, "goals": [goal_line(one) for one in goals],
        "health": words.HEALTH[reading.health_of(goals, actions)] if row else None,
        "late": sum(one.look == "late" for one in actions), "open": sum(one.look in ("open", "late") for one in actions),
    })  # fmt: skip


def goal_line(goal: reading.Goal) -> Context:
    """Return an objective as pages show it: its values in words, its bar and line in percent."""
    one, reached = goal.entry, goal.reached
    return {
        "goal": goal, "key": one.key, "text": one.text, "owner": one.owner, "due": one.due, "look": words.HEALTH[goal.health],
        "metric": one.unit or str(words.BY_HAND) if one.metric == OWN else measure_name(one.metric), "by_hand": one.metric == OWN,
        "baseline": reading.value_text(one, one.baseline), "target": reading.value_text(one, one.target), "actual": reading.value_text(one, goal.actual), "on": goal.on,
        "own": 100 * (goal.bar or Decimal(0)), "line": 100 * reached.line, "share": reached.share, "behind": reached.behind,
    }  # fmt: skip


class Shown:
    """Reads what the page of one version shows to one reader."""

    def __init__(self, actor: Actor, unit: Any, row: Any, today: date) -> None:
        self.actor, self.unit, self.row, self.today = actor, unit, row, today
        self.entries = reading.entries_of(row)
        self.edits = row.state == reading.DRAFT and actor.has(*draft_plan.roles)
        self.lives = row.state == reading.IN_FORCE
        shown = serving.published(actor)
        self.as_of = shown.latest if shown else today
        self.result = serving.unit_result(actor, unit_id=unit.pk, as_of=self.as_of) if shown else None
        self.goals = reading.goals_of(actor, row, today=today)
        self.actions = (
            reading.actions_of(actor, unit_id=unit.pk, today=today) if row.state != reading.DRAFT else []
        )
        self.names = teams.names_of_employees(
            actor,
            codes=sorted(
                {one.owner for one in self.entries if one.owner} | {one.does for one in self.actions}
            ),
        )
        self.people = {one.key: one.name for one in roster.contacts_of(actor, unit_id=unit.pk, on=today)}

    def context(self, rows: Sequence[Any]) -> Context:
        """Return everything that the template needs."""
        before = next(
            (one for one in rows if one.number < self.row.number and one.state not in ("draft", "withdrawn")),
            None,
        )
        missing = missing_of(self.entries) if self.row.state == reading.DRAFT else []
        lines = [{**goal_line(one), "owner_name": self.name(one.entry.owner)} for one in self.goals]
        return {
            "row": self.row, "state": words.STATES[self.row.state], "edits": self.edits, "lives": self.lives,
            "health": words.HEALTH[reading.health_of(self.goals, self.actions)] if self.lives else None,
            "sections": [self.section(code, place) for place, code in enumerate(SECTIONS, 1)], "goals": lines,
            "missing": [{"kind": one.kind, "word": words.KINDS[one.kind], "have": one.have, "least": one.least, "section": SHAPES[one.kind].section} for one in missing],
            "chart": self.chart(), "grid": grid(self.actor, self.unit, self.entries, self.result, as_of=self.as_of), "figures": self.figures(), "as_of": self.as_of,
            "changes": [self.change(one) for one in PLAN.differences(reading.entries_of(before), self.entries)] if before else None, "before": before,
            "reviews": [self.review(one) for one in reading.reviews_of(self.actor, unit_id=self.unit.pk)],
            "shared": shown_to_client(self.entries, self.row.shared), "relations": self.relations(),
            "first": [one for one in self.entries if one.kind in ("VISION", "ROLE")],
        }  # fmt: skip

    def name(self, code: str) -> str:
        """Return the name behind an employee's code."""
        return self.names.get(code, code)

    def section(self, code: str, place: int) -> Context:
        """Return a section: its kinds that are written as lines, each with its entries."""
        kinds = [
            {"kind": kind, "word": words.KINDS[kind], "rows": [self.line(one) for one in self.entries if one.kind == kind],
             "more": sum(one.kind == kind for one in self.entries) < shape.most, "least": shape.least}
            for kind, shape in SHAPES.items() if shape.section == code and kind not in (OBJECTIVE, ACTION, CELL)
        ]  # fmt: skip
        if not self.edits:
            kinds = [one for one in kinds if one["rows"]]
        return {"code": code, "place": place, "word": words.SECTIONS[code], "kinds": kinds}

    def line(self, one: Entry) -> Context:
        """Return an entry as a line."""
        said = [
            (words.FIELDS["source"], one.source), (words.FIELDS["answer"], one.answer), (words.FIELDS["person"], self.people.get(one.person, "")),
            (words.FIELDS["owner"], self.name(one.owner) if one.owner else ""),
        ]  # fmt: skip
        amount = ""
        if one.amount is not None:
            amount = (
                _("%(n)s 小时") % {"n": figures.number(one.amount)}
                if one.kind == "HOURS"
                else figures.money_text(one.amount)
            )
        return {"entry": one, "amount": amount, "said": [(word, text) for word, text in said if text]}

    def chart(self) -> Context:
        """Return the actions as rows of a chart: as they stand, or as the draft says."""
        rows = [self.action(one) for one in self.entries if one.kind == ACTION]
        kept = {one.entry: one for one in self.actions}
        bars = []
        for row in rows:
            held = kept.get(row["entry"].key)
            since, _due = row["entry"].days
            if held is not None:
                row |= {
                    "held": held,
                    "look": words.ACTIONS[held.look],
                    "due": held.due,
                    "owner_name": self.name(held.does),
                }
            bars.append(Bar(since, max(since, row["due"])))
        drawn = gantt(bars, self.row.starts_on, self.row.ends_on, self.today)
        for row, bar in zip(rows, drawn["bars"], strict=True):
            row["bar"] = bar
        return {"rows": rows, "marks": drawn["marks"], "today": drawn["today"]}

    def action(self, one: Entry) -> Context:
        """Return an action of the plan as it was written."""
        goals = {str(each.key): each.text for each in self.entries if each.kind == OBJECTIVE}
        texts = {str(each.key): each.text for each in self.entries if each.kind == ACTION}
        return {
            "entry": one, "owner_name": self.name(one.owner), "person": self.people.get(one.person, ""), "goal": goals.get(one.objective, ""),
            "after": [texts[key] for key in one.after if key in texts], "held": None, "look": None, "due": one.days[1],
        }  # fmt: skip

    def figures(self) -> list[Context]:
        """Return the newest figures of the client."""
        if self.result is None:
            return []
        return [
            {"name": measure_name(code), "value": value_of(self.result.measures, code), "code": code}
            for code in FIGURES
        ]

    def relations(self) -> Context:
        """Return how strong the relationship is, as the people's own page says."""
        found = persons.relations(self.actor, unit_id=self.unit.pk)
        return {"found": found, **head_of(found)}

    def review(self, one: Any) -> Context:
        """Return a review with its looks."""
        return {
            "row": one, "look": words.HEALTH[one.health],
            "reached": [
                {**each, "look": words.HEALTH[each["health"]], "share": None if each["share"] is None else Decimal(each["share"])} for each in one.reached
            ],
        }  # fmt: skip

    def change(self, one: Difference) -> Context:
        """Return in words what a version changes of the one before."""
        fields = [
            {"word": words.FIELDS.get(name, name), "before": self._said(before), "after": self._said(after)}
            for name, before, after in one.changed
        ]  # fmt: skip
        return {
            "what": one.what,
            "kind": words.KINDS[one.entry.kind],
            "text": one.entry.text or one.entry.product,
            "fields": fields,
        }

    def _said(self, value: Any) -> str:
        if value in (None, "", (), False):
            return "—"
        if isinstance(value, Decimal):
            return figures.number(value, 0 if value == value.to_integral() else 2)
        if isinstance(value, tuple):
            return str(len(value))
        return self.names.get(str(value), str(value))
