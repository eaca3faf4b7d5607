"""How the chapters of the method are doing: the indicators as their pages show them, for those who see the whole bank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import NinjaAPI, Schema
from pydantic import Field as Described

from jinlan.api.doors import doors
from jinlan.basics.actor import Actor
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving
from jinlan.work.indicators import INDICATORS
from jinlan.work.selectors import indicator_values

ROLES = frozenset(("dept_head", "risk", "compliance", "auditor"))


class Value(Schema):
    """One indicator on a date; `value` is null where it cannot be told, and `why` then says so."""

    code: str
    chapter: str
    name: str
    formula: str
    unit: Literal["ratio", "count", "days"]
    as_of: date
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    target: Decimal
    better: Literal["up", "down"] = Described(description="which way the value should go")
    met: bool | None
    why: str
    rule: str = Described(description="the target's rule and its first day in force")
    run: int = Described(description="the run that speaks for the date")


class Indicators(Schema):
    """The indicators of the published date that speaks for the one asked for."""

    as_of: date | None
    items: list[Value]


def add(api: NinjaAPI) -> None:
    """Give an API the operation."""

    @api.get(
        "/indicators", auth=doors(ROLES), response=Indicators, tags=["indicators"], url_name="indicators",
        operation_id="indicators", summary="How each chapter is doing",
    )  # fmt: skip
    def indicators(request: HttpRequest, as_of: date | None = None) -> Any:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        with scoped(actor):
            if not sees_whole_bank():
                raise Http404
            shown = serving.published(actor, as_of=as_of)
            rows = indicator_values(actor, until=shown.as_of) if shown else []
            items = [
                _told(row) for row in rows if shown and row.as_of == shown.as_of and row.code in INDICATORS
            ]
            return {"as_of": shown.as_of if shown else None, "items": items}


def _told(row: Any) -> dict[str, Any]:
    one = INDICATORS[row.code]
    return {
        "code": one.code, "chapter": one.chapter, "name": str(one.name), "formula": str(one.formula), "unit": one.unit,
        "as_of": row.as_of, "value": row.value, "numerator": row.top, "denominator": row.bottom, "target": row.target,
        "better": one.better, "met": row.met, "why": row.why, "rule": row.inputs.get("rule", ""), "run": row.run_id,
    }  # fmt: skip
