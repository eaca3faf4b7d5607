"""部门一屏, 数据质量, 运行: the pages of heads and of the people who keep the figures right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.periods import tiers_compare_with
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.selectors.rhythm import silent_count
from jinlan.kernel.figures import column_unit, ratio
from jinlan.kernel.reading import remembered, sees_whole_bank
from jinlan.serving import selectors as serving
from jinlan.serving.selectors import MONEY_COLUMNS, Published
from jinlan.work.selectors import open_tasks
from jinlan.workspace import words
from jinlan.workspace.access import may_open, page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.indicators import Line, as_of_query, lines, may_see
from jinlan.workspace.words import LADDERS

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult

MATURITY_DAYS = 90
SHOWN = 8
MOVE_KINDS = ("entered", "left", "up", "down")
MOVES_SHOWN = 6
MOVES_MONTHS = (1, 3, 12)  # the movement card looks back so far, by decisions of month-ends


@require_GET
@page("department")
def department(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show a head what is there, what moved, what is large, what is due and what waits."""
    shown = shown_date(request, actor)
    context: dict[str, Any] = {
        "title": _("部门一屏"),
        "place": "department",
        "data_date": date_menu(request, actor, shown),
    }
    if shown is None:
        return render(request, "workspace/clients_nothing.html", context)
    before = shown.month_end_before()
    key = f"{shown.entity}|{shown.run_id}|{shown.as_of}|{before}|"
    tiers = remembered(actor, key + "tiers", lambda: serving.by_tier(actor, as_of=shown.as_of))
    earlier = remembered(
        actor, key + "earlier", lambda: serving.by_tier(actor, as_of=before) if before else []
    )
    spans = remembered(actor, key + "moves", lambda: _spans(actor, shown))
    moves = spans[-1]["moves"] if spans else []
    return render(request, "workspace/department.html", context | {
        "shown": shown, "before": before, "kinds": _kinds(tiers), "kind_unit": column_unit([row[f"sum_{name}"] for row in tiers for name in ("aum", "revenue_12m")]), "totals": _totals(tiers, earlier), "as_of_query": as_of_query(shown),
        "spans": spans, "indicators": _indicators(actor, shown), "silent": silent_count(actor), **_lists(actor, shown, moves),
    })  # fmt: skip


def _indicators(actor: Actor, shown: Published) -> list[Line]:
    """Return the indicators, those that miss their target first; nothing for who does not see the whole bank."""
    order = list(words.INDICATORS)
    return sorted(lines(actor, shown), key=lambda one: order.index(one.state)) if may_see(actor) else []


def _kinds(tiers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return per kind its ladder, best first, with units and sums; what has no tier comes last."""
    found = []
    for kind, ladder in LADDERS.items():
        rows = {row["effective_tier"]: row for row in tiers if row["kind"] == kind}
        if not rows:
            continue
        order = [*[tier for tier in ladder if tier in rows], *[tier for tier in rows if tier not in ladder]]
        whole = sum(row["units"] for row in rows.values())
        found.append(
            {
                "kind": kind,
                "units": whole,
                "tiers": [
                    rows[tier] | {"share": ratio(Decimal(rows[tier]["units"]), Decimal(whole))}
                    for tier in order
                ],
            }
        )
    return found


def _sum(rows: Sequence[dict[str, Any]], name: str) -> Decimal | None:
    known = [row[name] for row in rows if row[name] is not None]
    return sum(known, Decimal(0)) if known else None


def _totals(tiers: Sequence[dict[str, Any]], earlier: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of a date with the relative change since the month-end before."""
    found: dict[str, Any] = {
        "units": sum(row["units"] for row in tiers), "strategic": sum(row["units"] for row in tiers if row["tier_level"]),
        "strategic_before": sum(row["units"] for row in earlier if row["tier_level"]),
    }  # fmt: skip
    for name in MONEY_COLUMNS:
        now, past = _sum(tiers, f"sum_{name}"), _sum(earlier, f"sum_{name}")
        found[name] = {
            "now": now,
            "change": ratio(now - past, abs(past)) if now is not None and past else None,
        }
    return found


def _spans(actor: Actor, shown: Published) -> list[dict[str, Any]]:
    """Return what moved over the last month-ends, over a quarter and over a year, as far as the history reaches."""
    found = []
    for months in MOVES_MONTHS:
        since = tiers_compare_with(shown.as_of, shown.month_ends, months)
        if since:
            moves = serving.movement(actor, before=since, after=shown.as_of)
            counts = [sum(move.kind == kind for move in moves) for kind in MOVE_KINDS]
            found.append({"months": months, "since": since, "moves": moves, "counts": counts})
    return found


def _lists(actor: Actor, shown: Published, moves: Sequence[serving.Move]) -> dict[str, Any]:
    as_of = shown.as_of
    exposures = serving.largest(actor, as_of=as_of, column="loan", limit=SHOWN)
    overdue = serving.largest(actor, as_of=as_of, column="overdue", limit=SHOWN)
    due = serving.maturities(actor, as_of=as_of, until=as_of + timedelta(days=MATURITY_DAYS), limit=SHOWN)
    tasks = open_tasks(
        actor, limit=SHOWN, but=("charter", "request")
    )  # decisions: what managers owe is on the charter's page
    books = clients.lead_books(actor, as_of=as_of)
    keys = {row.unit_id for rows in (exposures, overdue, due) for row in rows} | {
        task.unit_id for task in tasks
    }
    keys |= {move.unit_id for move in moves[:MOVES_SHOWN]}
    units = clients.named_units(actor, unit_ids=keys, as_of=as_of)

    def named(rows: Sequence[UnitResult]) -> list[clients.Row]:
        return [clients.Row(row, *units[row.unit_id]) for row in rows if row.unit_id in units]

    return {
        "exposures": named(exposures), "exposure_unit": column_unit([row.loan for row in exposures] + [row.limit for row in exposures]),
        "overdue": named(overdue), "overdue_unit": column_unit([row.overdue for row in overdue]), "due": named(due),
        "tasks": [{"task": task, "unit": units[task.unit_id][0] if task.unit_id in units else None} for task in tasks],
        "move_kinds": MOVE_KINDS, "moves": [{"move": move, "unit": units[move.unit_id][0]} for move in moves[:MOVES_SHOWN] if move.unit_id in units],
        "move_count": len(moves), "books": {"rows": books, "unit": column_unit([book["aum"] for book in books])},
    }  # fmt: skip


@require_GET
@page("quality")
def quality(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show deliveries, checks, quarantine, reconciliation and the score of each table."""
    shown, loads = shown_date(request, actor), serving.loads(actor)
    wanted = request.GET.get("load", "")
    finished = [load for load in loads if load.status != "running"]
    chosen = next((load for load in loads if str(load.pk) == wanted), finished[0] if finished else None)
    context: dict[str, Any] = {
        "title": _("数据质量"), "place": "quality", "data_date": date_menu(request, actor, shown, rewinds=False), "loads": loads,
        "chosen": chosen, "gaps": _gaps(loads),
    }  # fmt: skip
    if chosen:
        checks = serving.load_checks(actor, load_id=chosen.pk)
        context |= {
            "checks": [c for c in checks if c.level != "R"],
            "reconciliation": [c for c in checks if c.level == "R"],
            "tables": _tables(chosen.tables),
        }
        if may_open(actor, "quarantine") and sees_whole_bank():
            context["kept"], context["quarantine"] = serving.quarantine(actor, load_id=chosen.pk)
    return render(request, "workspace/quality.html", context)


def _tables(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [table | {"share": Decimal(str(table.get("score", 1)))} for table in tables]
    return sorted(rows, key=lambda table: (table["share"], table["table"]))


def _gaps(loads: Sequence[Any]) -> list[Any]:
    """Return the days between the first and the last loaded daily delivery for which none was loaded."""
    days = {load.as_of for load in loads if load.status == "loaded" and load.from_date is None}
    if not days:
        return []
    first, last = min(days), max(days)
    return [day for n in range((last - first).days) if (day := first + timedelta(days=n)) not in days]


@require_GET
@page("runs")
def runs(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the nightly runs: what each read, how long each step took, what it changed."""
    shown, found = shown_date(request, actor), serving.runs(actor)
    wanted = request.GET.get("run", "")
    chosen = next((run for run in found if str(run.pk) == wanted), found[0] if found else None)
    steps = _steps(chosen.steps if chosen else ())
    return render(request, "workspace/runs.html", {
        "title": _("运行"), "place": "runs", "data_date": date_menu(request, actor, shown, rewinds=False), "runs": found,
        "chosen": chosen, "steps": steps, "total": sum((step["seconds"] for step in steps), Decimal(0)),
    })  # fmt: skip


def _steps(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a run's steps by name: seconds and rows of all its dates together, with the share of the longest."""
    found: dict[str, dict[str, Any]] = {}
    for step in steps:
        line = found.setdefault(
            str(step["name"]), {"name": step["name"], "seconds": Decimal(0), "rows": 0, "dates": 0}
        )
        line["seconds"] += Decimal(str(step.get("seconds") or 0))
        line["rows"] += int(step.get("rows") or 0)
        line["dates"] += 1
    longest = max((line["seconds"] for line in found.values()), default=Decimal(0))
    return [line | {"share": ratio(line["seconds"], longest)} for line in found.values()]
