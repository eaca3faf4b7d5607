"""Amounts of targets: money in the unit of its column, clients as numbers; the whole value in the tooltip."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jinlan.domains.strategy.words import METRICS
from jinlan.kernel import figures
from jinlan.workspace.target_sheet import typed

register = template.Library()
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(value: Decimal | None, unit: str, places: int | None = None) -> str:
    """Write an amount in the unit of its column; without a unit it is a number of clients."""
    if value is None:
        return figures.number(None)
    if not unit:
        return figures.number(value, 0 if value == value.to_integral_value() else 2)
    return figures.in_unit(value, unit, places)


@register.simple_tag(takes_context=True)
def aim(context: template.Context, value: Decimal | None, unit: str, sign: bool = False) -> SafeString:
    """Show an amount with the decimals of the page (`places`); with `sign` as a difference, coloured as short or above."""
    text = written(value, unit, context.get("places"))
    if value is None:
        return format_html('<span class="muted">{}</span>', text)
    whole = figures.exact_money(value) if unit else figures.number(value, 2)
    if not sign:
        return format_html('<span title="{}">{}</span>', whole, text)
    shown = any(one in "123456789" for one in text)  # what rounds to nothing is neither short nor above
    tone = "bad" if shown and value < 0 else "good" if shown and value > 0 else ""
    plus = "+" if tone == "good" else ""
    return format_html('<span class="{}" title="{}">{}{}</span>', tone, whole, plus, text)


@register.filter
def metric_word(code: str) -> str:
    """Name a metric."""
    return str(METRICS.get(code, code))


@register.filter
def month_word(number: int) -> str:
    """Name a month of the year."""
    return MONTHS_EN[number - 1] if figures.locale() == "en" else f"{number} 月"


@register.filter
def unit_word(unit: str) -> str:
    """Name the unit of a column: money, or clients."""
    return figures.unit_label(unit) if unit else _("户")


@register.filter
def typed_in(value: Decimal, unit: str) -> str:
    """Write an amount as it is typed."""
    return typed(value, unit)


@register.simple_tag
def column_word(kind: str, number: int) -> str:
    """Name a column of the grid: a month, a quarter, the year."""
    if kind == "month":
        return month_word(number)
    return _("%(n)s 季度") % {"n": number} if kind == "quarter" else _("全年")


@register.simple_tag
def month_wrong(wrong: Mapping[str, str], key: str, number: int) -> SafeString:
    """Mark the input of a month that is wrong."""
    return SafeString(' aria-invalid="true"') if f"{key}-m{number}" in wrong else SafeString("")


@register.simple_tag
def month_said(wrong: Mapping[str, str], key: str, number: int) -> SafeString:
    """Show the sentence at a month."""
    text = wrong.get(f"{key}-m{number}", "")
    return format_html('<span class="error">{}</span>', text) if text else SafeString("")


@register.simple_tag
def sum_said(wrong: Mapping[str, str], number: int) -> SafeString:
    """Show the sentence at the sum of a quarter."""
    text = wrong.get(f"q{number}", "")
    return format_html('<span class="error">{}</span>', text) if text else SafeString("")
