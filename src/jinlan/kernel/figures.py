"""How figures read: one place for money, points, shares, dates and changes, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.utils.translation import get_language, gettext

from jinlan.basics.clock import SHANGHAI
from jinlan.basics.money import MINUS, NOT_APPLICABLE, Locale, format_money, pick_unit
from jinlan.basics.numbers import half_up

NEAR_DAYS = 14  # a date this close says its weekday
_BIG_COLUMN = {"zh": (Decimal(10) ** 11, "亿元", "万元"), "en": (Decimal(10) ** 12, "bn", "m")}
SMALL_UNIT = {"zh": "元", "en": ""}
_WEEKDAYS = {
    "zh": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}


def locale() -> Locale:
    """Return `en` for any English interface, else `zh`."""
    return "en" if (get_language() or "").startswith("en") else "zh"


_spoken: ContextVar[str] = ContextVar("currency", default="")


def speak_in(code: str) -> None:
    """Write all money of this request in a base currency; "" = yuan."""
    _spoken.set(code)


def currency() -> str:
    """Return the base currency of the bank entity shown."""
    return _spoken.get() or "CNY"


def unit_label(unit: str) -> str:
    """Name a display unit in the base currency: `万元`, `万 CZK`, `CNY m`."""
    if locale() == "en":
        return f"{currency()} {unit}".strip()
    return unit if currency() == "CNY" else f"{unit.removesuffix('元')} {currency()}".strip()


def column_unit(values: Iterable[Decimal | None]) -> str:
    """Choose the one unit of a money column from its largest value."""
    limit, large, usual = _BIG_COLUMN[locale()]
    return (
        large
        if max((abs(value) for value in values if value is not None), default=Decimal(0)) >= limit
        else usual
    )


def in_unit(value: Decimal | None, unit: str, places: int | None = None) -> str:
    """Write money in a column's unit without naming it; whole 万元, else one or two decimals."""
    digits = (
        {"万元": 0, "亿元": 2, "元": 2, "bn": 2, "m": 1, "k": 0}.get(unit, 2) if places is None else places
    )
    return format_money(value, locale=locale(), unit=unit, places=digits, show_unit=False)


def money_text(value: Decimal) -> str:
    """Write a single amount with its unit: `1.28 亿元`, `CNY 128.00m`."""
    unit = pick_unit(value, locale=locale())
    figure = format_money(value, locale=locale(), unit=unit, places=2, show_unit=False)
    return f"{currency()} {figure}{unit}" if locale() == "en" else f"{figure} {unit_label(unit)}"


def exact_money(value: Decimal) -> str:
    """Write an amount to the cent with its currency, for the ⓘ panel and tooltips."""
    figure = format_money(
        value, locale=locale(), unit="元" if locale() == "zh" else "", places=2, show_unit=False
    )
    return f"{figure} {currency()}"


def number(value: Decimal | int | None, places: int = 0) -> str:
    """Write a plain number: thousands separators, half up, a true minus; None reads "—"."""
    if value is None:
        return NOT_APPLICABLE
    rounded = half_up(Decimal(value), places)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def signed(value: Decimal | int | None, places: int = 1) -> str:
    """Write a change with its sign; zero has none."""
    if value is None:
        return NOT_APPLICABLE
    text = number(value, places)
    return f"+{text}" if half_up(Decimal(value), places) > 0 else text


def percent(value: Decimal | None, places: int = 1) -> str:
    """Write a fraction (0.045) as a percentage (4.5%)."""
    return NOT_APPLICABLE if value is None else f"{number(value * 100, places)}%"


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return part / whole, None when there is no whole."""
    return None if part is None or not whole else part / whole


def day(value: date | None, near: date | None = None) -> str:
    """Write a date: ISO, or weekday and month-day when it lies within a fortnight of `near`."""
    if value is None:
        return NOT_APPLICABLE
    if near is not None and abs((value - near).days) <= NEAR_DAYS:
        return f"{_WEEKDAYS[locale()][value.weekday()]} {value:%m-%d}"
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """Write an instant in the bank's zone to the minute."""
    return NOT_APPLICABLE if value is None else f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def seconds(value: Decimal | float | None) -> str:
    """Write a length of time: `0.4 秒`, `3 分 20 秒`."""
    if value is None:
        return NOT_APPLICABLE
    amount = Decimal(str(value))
    if amount < 60:
        return gettext("%(n)s 秒") % {"n": number(amount, 1 if amount < 10 else 0)}
    minutes, rest = divmod(int(amount), 60)
    return gettext("%(m)s 分 %(s)s 秒") % {"m": minutes, "s": rest}


def listed(texts: Iterable[str]) -> str:
    """Join names as the language does: 、 or a comma."""
    return (", " if locale() == "en" else "、").join(texts)


def direction(value: Decimal | int | None) -> Literal["up", "down", ""]:
    """Tell which arrow a change gets."""
    return "" if not value else ("up" if value > 0 else "down")
