"""Money: an exact amount in one currency, and how people read it (元 / 万元 / 亿元, k / m / bn)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from jinlan.basics.codes import MINOR_UNITS, currency_hint
from jinlan.basics.errors import Refused, Words
from jinlan.basics.numbers import exact, half_up

Locale = Literal["zh", "en"]
MINUS = "\N{MINUS SIGN}"
NOT_APPLICABLE = "—"
UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "万元": Decimal(10) ** 4,
    "亿元": Decimal(10) ** 8,
    "": Decimal(1),
    "k": Decimal(10) ** 3,
    "m": Decimal(10) ** 6,
    "bn": Decimal(10) ** 9,
}
_LADDERS = {"zh": ("亿元", "万元", "元"), "en": ("bn", "m", "k", "")}


def minor_units(currency: str) -> int:
    """Return the decimals of a currency (ISO 4217: CNY 2, JPY 0, KWD 3).

    Raises:
        Refused: `currency.unknown`, with a hint for market labels such as RMB.
    """
    if currency not in MINOR_UNITS:
        hint = currency_hint(currency)
        raise Refused(
            "currency.unknown",
            "币种代码 %(currency)s 不在 ISO 4217 中。",
            "%(instead)s",
            currency=currency,
            instead=Words("请改用 %(hint)s。", hint=hint)
            if hint
            else Words("请使用 ISO 4217 三位币种代码。"),
        )
    return MINOR_UNITS[currency]


@dataclass(frozen=True, slots=True)
class Money:
    """An unrounded amount in a currency (unit: yuan, not cents or 万元); rounds once, at the end."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", exact(self.amount))
        minor_units(self.currency)

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise Refused(
                "currency.mixed",
                "%(one)s 与 %(other)s 不能直接相加减。",
                "请先按某日汇率折算为同一币种。",
                one=self.currency,
                other=other.currency,
            )

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def times(self, factor: Decimal | int) -> Money:
        """Return the amount times a factor, unrounded."""
        return Money(self.amount * exact(factor), self.currency)

    def rounded(self) -> Money:
        """Return the amount rounded half up to the minor units of its currency."""
        return Money(half_up(self.amount, minor_units(self.currency)), self.currency)

    def convert(self, rate: Decimal, rate_date: date, to: str) -> Money:
        """Return this money in `to` at `rate` (units of `to` for one unit of `currency`), unrounded.

        The date of the rate is asked for so that nobody converts at "some" rate; store it beside the result.

        Raises:
            Refused: `rate.invalid` for a rate that is not positive.
            TypeError: for a rate date that is no plain business date.
        """
        if type(rate_date) is not date:
            raise TypeError("a conversion needs the business date of its rate")
        if exact(rate) <= 0:
            raise Refused(
                "rate.invalid",
                "%(rate_date)s 的汇率 %(rate)s 不是正数。",
                "请检查当日汇率表。",
                rate_date=rate_date,
                rate=rate,
            )
        return Money(self.amount * exact(rate), to)


def pick_unit(amount: Decimal, *, locale: Locale) -> str:
    """Return the largest display unit that the amount, rounded to the cent, fills (one column: use one unit)."""
    ladder = _LADDERS[locale]
    cents = half_up(abs(amount))
    return next((unit for unit in ladder if cents >= UNITS[unit]), ladder[-1])


def format_money(
    amount: Decimal | None,
    *,
    locale: Locale = "zh",
    unit: str = "auto",
    places: int = 2,
    show_unit: bool = True,
) -> str:
    """Write an amount for people: half up, thousands separators, a true minus, the unit.

    Args:
        amount: in yuan; None reads "—" (not applicable).
        locale: `zh` writes 元/万元/亿元 after a space, `en` writes k/m/bn directly after the figure.
        unit: one of `UNITS`, or `auto` for the largest unit that fits.
        places: decimals, the same for a whole column.
        show_unit: False when the column head names the unit.
    """
    if amount is None:
        return NOT_APPLICABLE
    chosen = pick_unit(amount, locale=locale) if unit == "auto" else unit
    scaled = half_up(exact(amount) / UNITS[chosen], places)
    sign = MINUS if scaled < 0 else ""
    figure = f"{sign}{abs(scaled):,.{places}f}"
    if not show_unit or not chosen:
        return figure
    return f"{figure} {chosen}" if locale == "zh" else f"{figure}{chosen}"
