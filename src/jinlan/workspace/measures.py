"""Measures as pages need them: stored JSON values typed by the catalogue, with words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from jinlan.kernel import figures
from jinlan.lake.features.catalog import MEASURES, Measure

Plain = Decimal | date | str | None


@dataclass(frozen=True, slots=True)
class Value:
    """One measure of one thing on a date; `state` is ok, incomplete or unknown."""

    code: str
    unit: str
    value: Plain
    state: str
    note: str = ""


def measure_name(code: str) -> str:
    """Return a measure's name in the reader's language; an unknown code is its own name."""
    found = MEASURES.get(code)
    if found is None:
        return _("总分") if code == "score" else code
    return found.en if figures.locale() == "en" else found.zh


def formula_of(measure: Measure) -> str:
    """Return the formula in words."""
    return measure.formula_en if figures.locale() == "en" else measure.formula_zh


def typed(raw: Any, unit: str) -> Plain:
    """Read a stored value: decimal strings, ISO dates, labels; what cannot be read is shown as it stands."""
    if raw is None or raw == "":
        return None
    text = str(raw)
    try:
        if unit == "date":
            return date.fromisoformat(text)
        return text if unit == "label" else Decimal(text)
    except (ValueError, InvalidOperation):
        return text


def value_of(measures: Mapping[str, Any], code: str) -> Value:
    """Return one measure of a stored dictionary; absent means unknown."""
    unit = MEASURES[code].unit if code in MEASURES else "score"
    entry = measures.get(code)
    if not isinstance(entry, Mapping):
        return Value(code, unit, None, "unknown", _("这一天没有这项指标"))
    return Value(
        code, unit, typed(entry.get("v"), unit), str(entry.get("s", "ok")), str(entry.get("n") or "")
    )


def plain(value: Plain, unit: str) -> str:
    """Write a raw value of a criterion in words for sentences and tooltips."""
    if value is None:
        return _("未知")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, Decimal):
        return value
    writers: dict[str, Callable[[Decimal], str]] = {
        "ratio": figures.percent,
        "years": lambda years: _("%(n)s 年") % {"n": figures.number(years, 1)},
        "days": lambda days: _("%(n)s 天") % {"n": figures.number(days)},
        "score": lambda points: figures.number(points, 1),
        "money": figures.money_text,
    }
    return writers.get(unit, figures.number)(value)
