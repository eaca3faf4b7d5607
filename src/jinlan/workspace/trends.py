"""Measures over time: the chart's specification, the finding in its title, the same data as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jinlan.basics.money import UNITS
from jinlan.basics.numbers import half_up
from jinlan.kernel import figures
from jinlan.serving.selectors import TREND_COLUMNS
from jinlan.workspace.measures import measure_name

YEAR = 12


def columns() -> list[tuple[str, str]]:
    """Return the measures that have a trend, with their names."""
    return [(code, measure_name(code)) for code in TREND_COLUMNS]


def months_of(
    history: Sequence[Mapping[str, Any]], month_ends: Sequence[date], shown: date
) -> list[Mapping[str, Any]]:
    """Return the rows of month-ends and of the date shown, oldest first."""
    wanted = {*month_ends, shown}
    return [row for row in history if row["as_of"] in wanted]


def finding(rows: Sequence[Mapping[str, Any]], code: str) -> str:
    """Say in one sentence how a measure moved over a year, or since it is known."""
    known = [(row["as_of"], row[code]) for row in rows if row[code] is not None]
    name = measure_name(code)
    if len(known) < 2:
        return _("%(name)s：历史不足两期") % {"name": name}
    last_day, last = known[-1]
    first_day, first = next(
        ((day, value) for day, value in reversed(known) if (last_day - day).days >= 360), known[0]
    )
    span = (
        _("近 12 个月")
        if (last_day - first_day).days >= 360
        else _("%(day)s 以来") % {"day": first_day.isoformat()}
    )
    if code == "score":
        return _("%(name)s%(span)s %(change)s 分") % {
            "name": name,
            "span": span,
            "change": figures.signed(last - first),
        }
    change = figures.ratio(last - first, abs(first))
    if change is None:
        return _("%(name)s%(span)s从零开始") % {"name": name, "span": span}
    if abs(change) < Decimal("0.005"):
        return _("%(name)s%(span)s基本持平") % {"name": name, "span": span}
    values = {"name": name, "span": span, "change": figures.percent(abs(change))}
    return (
        _("%(name)s%(span)s增长 %(change)s") % values
        if change > 0
        else _("%(name)s%(span)s下降 %(change)s") % values
    )


def spec(
    rows: Sequence[Mapping[str, Any]], code: str, lines: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the chart of one measure; figures travel as decimal strings, never as floats."""
    values: list[Decimal | None] = [row[code] for row in rows]
    money = code != "score"
    unit = figures.column_unit(values) if money else ""
    scale, places = (UNITS[unit], 2) if money else (Decimal(1), 1)
    scaled = [None if value is None else str(half_up(value / scale, places)) for value in values]
    shown = [figures.in_unit(value, unit) if money else figures.number(value, 1) for value in values]
    return {
        "kind": "line", "unit": figures.unit_label(unit) if money else _("分"), "digits": 1 if figures.locale() == "en" or not money else 0,
        "locale": "en" if figures.locale() == "en" else "zh-CN", "scale": True, "x": [row["as_of"].isoformat() for row in rows],
        "series": [{"name": measure_name(code), "values": scaled, "shown": shown}], "lines": list(lines),
    }  # fmt: skip


def as_csv(rows: Sequence[Mapping[str, Any]], code: str) -> str:
    """Return the chart's table as CSV with exact values; figures and dates only, so nothing can act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["as_of_date", code])
    writer.writerows([row["as_of"].isoformat(), "" if row[code] is None else str(row[code])] for row in rows)
    return "\ufeff" + out.getvalue()
