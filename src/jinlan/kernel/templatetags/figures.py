"""Template filters and tags for figures; the rules are in `kernel.figures`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jinlan.basics.money import NOT_APPLICABLE
from jinlan.kernel import figures

register = template.Library()

register.filter("moment", figures.moment)
register.filter("listed", figures.listed)
register.filter("seconds", figures.seconds)
register.filter("unit_label", figures.unit_label)


def _known(value: Decimal | int | str | None) -> Decimal | int | None:
    """Return None for the empty text that Django's templates make of an absent attribute."""
    return None if value is None or isinstance(value, str) else value


@register.filter
def percent(value: Decimal | None, places: int = 1) -> str:
    """Write a fraction as a percentage."""
    known = _known(value)
    return figures.percent(None if known is None else Decimal(known), places)


@register.filter
def in_unit(value: Decimal | None, unit: str) -> str:
    """Write money in the unit of its column."""
    known = _known(value)
    return figures.in_unit(None if known is None else Decimal(known), unit)


@register.filter
def points(value: Decimal | None) -> str:
    """Write points with one decimal."""
    return figures.number(_known(value), 1)


@register.filter
def count(value: int | Decimal | None) -> str:
    """Write a whole number with thousands separators."""
    return figures.number(_known(value))


@register.filter
def signed(value: Decimal | None) -> str:
    """Write a change with sign and one decimal."""
    return figures.signed(_known(value))


@register.filter
def iso(value: date | None) -> str:
    """Write a date as ISO, "—" for none."""
    return figures.day(value or None)


@register.filter
def of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return the fraction part / whole."""
    left, right = _known(part), _known(whole)
    return figures.ratio(None if left is None else Decimal(left), None if right is None else Decimal(right))


@register.simple_tag
def day(value: date | None, near: date | None = None) -> SafeString:
    """Write a date with the full ISO form in its tooltip."""
    if value is None:
        return format_html("<span>{}</span>", figures.day(None))
    shown = value.date() if isinstance(value, datetime) else value
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        shown.isoformat(),
        shown.isoformat(),
        figures.day(shown, near),
    )


@register.simple_tag
def amount(value: Decimal | None) -> SafeString:
    """Write one amount in the unit that fits, exact in the tooltip."""
    if value is None:
        return format_html('<span class="num">{}</span>', NOT_APPLICABLE)
    left, _space, right = figures.money_text(value).partition(" ")
    shape = (
        '<span class="num" title="{}"><span class="unit">{}</span> {}</span>' if figures.locale() == "en"
        else '<span class="num" title="{}">{} <span class="unit">{}</span></span>'
    )  # fmt: skip
    return format_html(shape, figures.exact_money(value), left, right)


@register.simple_tag
def change(value: Decimal | None, good: str = "up", places: int = 1) -> SafeString:
    """Write a relative change with arrow, sign and the colour of good or bad (`good`: up, down or none)."""
    way = figures.direction(value)
    if value is None or not way:
        return format_html('<span class="num muted">{}</span>', figures.percent(value, places))
    tone = "" if good == "none" else ("good" if way == good else "bad")
    arrow = "▲" if way == "up" else "▼"
    word = gettext("上升") if way == "up" else gettext("下降")
    sign = "+" if way == "up" else ""
    return format_html(
        '<span class="num {}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span> {}{}</span>',
        tone, arrow, word, sign, figures.percent(value, places),
    )  # fmt: skip
