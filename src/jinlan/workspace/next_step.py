"""没有下一步: own strategic clients with nothing ahead, and the touch that plans a meeting with one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.selectors.timeline import units_with_next_step
from jinlan.domains.engagement.services.interactions import plan_interaction
from jinlan.kernel import figures
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.work.selectors import units_with_tasks
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import unit_in_sight

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import UnitResult

SHOWN = 5
AHEAD = (3, 7, 14)  # days after today, or the first working day after
AT = time(10)


def without_next_step(
    actor: Actor, results: Mapping[int, UnitResult], units: Mapping[int, Unit]
) -> dict[str, Any]:
    """Return the clients in a tier with no meeting planned, no promise and no task open, the best tier first; three queries."""
    tiered = {key: row for key, row in results.items() if row.effective_tier and key in units}
    busy = units_with_next_step(actor, units=tiered, now=actor.at) | units_with_tasks(actor, units=tiered)
    rows = sorted(
        (row for key, row in tiered.items() if key not in busy),
        key=lambda row: (-row.tier_level, row.unit_id),
    )
    return {
        "rows": [{"unit": units[row.unit_id], "result": row} for row in rows[:SHOWN]], "hidden": max(0, len(rows) - SHOWN), "count": len(rows),
        "choices": [(day.isoformat(), figures.day(day, business_date(actor.at))) for day in days_ahead(business_date(actor.at))],
    }  # fmt: skip


def days_ahead(today: date) -> list[date]:
    """Return the days that are offered: a few days, one week and two weeks ahead, each a working day and none twice."""
    calendar = china((today.year, today.year + 1))
    return sorted({calendar.add_business_days(today + timedelta(days=days - 1), 1) for days in AHEAD})


@require_POST
@doing("today")
def plan(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Plan a visit to a client on one of the offered days, at ten in the morning."""
    with scoped(actor):
        unit_in_sight(actor, public_id)  # whatever day was sent: a client out of sight is not there
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
        plan_interaction(
            actor=actor, unit=public_id, kind="VISIT", starts_at=datetime.combine(on, AT, SHANGHAI), subject=_("拜访"), anyway=True
        )  # fmt: skip
    except ValueError:
        messages.error(request, _("请选择日期"))
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        messages.error(request, str(refused))
    else:
        messages.info(request, _("已计划拜访，可在「会面」中修改"))
    return redirect("today")
