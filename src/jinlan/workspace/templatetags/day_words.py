"""A day beside a meeting: `workspace.day_told` says it, these tags show it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template

from jinlan.basics.almanac import told_of
from jinlan.kernel import figures
from jinlan.workspace import day_told

register = template.Library()


@register.filter
def day_in_words(day: date) -> str:
    """Write a day with its weekday and what is told of it, in one line."""
    return " · ".join(filter(None, [figures.day(day, day), day_told.in_words(told_of(day))]))


@register.inclusion_tag("workspace/_day_told.html")
def day_beside(value: datetime | None, warn_from: datetime | None = None) -> dict[str, Any]:
    """The lunar date and what is out of the ordinary; a day off from `warn_from` on gets a sentence, not only a word."""
    day = day_told.day_of(value)
    if day is None:
        return {"told": None}
    told = told_of(day)
    ahead = warn_from is not None and value is not None and value > warn_from
    return {
        "told": told, "lunar": day_told.lunar_text(told), "marks": day_told.marks(told), "work": day_told.work_text(told),
        "warns": told.off and ahead,
    }  # fmt: skip
