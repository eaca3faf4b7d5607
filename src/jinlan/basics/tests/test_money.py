"""Money: exact sums, rounding at the minor unit, conversion with rate and date, writing for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.basics.money import Locale, Money, format_money, minor_units, pick_unit
from jinlan.basics.numbers import half_up

CENTS = st.decimals(min_value=Decimal(-(10**18)), max_value=Decimal(10**18), places=2)


def test_minor_units_follow_iso_4217() -> None:
    assert [minor_units(code) for code in ("CNY", "JPY", "KWD", "CZK", "CLF")] == [2, 0, 3, 2, 4]


@pytest.mark.parametrize(("label", "hint"), [("RMB", "CNY"), ("CNH", "CNY"), ("ABC", "ISO 4217")])
def test_a_code_outside_iso_4217_is_refused_with_a_hint(label: str, hint: str) -> None:
    with pytest.raises(Refused) as refusal:
        Money(Decimal(1), label)

    assert refusal.value.code == "currency.unknown"
    assert hint in refusal.value.way_out


def test_rounding_is_half_up_at_the_minor_unit() -> None:
    assert Money(Decimal("2.345"), "CNY").rounded() == Money(Decimal("2.35"), "CNY")
    assert Money(Decimal("-2.345"), "CNY").rounded() == Money(Decimal("-2.35"), "CNY")
    assert Money(Decimal("0.5"), "JPY").rounded() == Money(Decimal(1), "JPY")
    assert Money(Decimal("1.0005"), "KWD").rounded() == Money(Decimal("1.001"), "KWD")


def test_half_up_differs_from_python_round_exactly_at_the_half() -> None:
    assert half_up(Decimal("2.5"), 0) == Decimal(3)
    assert round(Decimal("2.5")) == 2
    assert half_up(Decimal("9999999999999999999999.995"), 2) == Decimal("10000000000000000000000.00")


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(Refused) as refusal:
        Money(Decimal(1), "CNY") + Money(Decimal(1), "USD")

    assert refusal.value.code == "currency.mixed"


@given(CENTS, CENTS)
def test_adding_and_taking_away_gives_the_same_money(left: Decimal, right: Decimal) -> None:
    first, second = Money(left, "CNY"), Money(right, "CNY")

    assert first + second - second == first


def test_a_statement_rolls_forward_to_the_cent() -> None:
    opening = Money(Decimal("1000.00"), "CNY")

    closing = opening + Money(Decimal("250.00"), "CNY") - Money(Decimal("400.50"), "CNY")

    assert closing == Money(Decimal("849.50"), "CNY")


def test_conversion_takes_a_rate_and_its_date() -> None:
    dollars = Money(Decimal("100.00"), "USD")

    assert dollars.convert(Decimal("7.12345"), date(2026, 10, 30), "CNY").rounded() == Money(
        Decimal("712.35"), "CNY"
    )
    with pytest.raises(Refused) as refusal:
        dollars.convert(Decimal(0), date(2026, 10, 30), "CNY")
    assert refusal.value.code == "rate.invalid"
    with pytest.raises(TypeError):
        dollars.convert(Decimal(7), datetime(2026, 10, 30, tzinfo=UTC), "CNY")


def test_a_float_is_never_money() -> None:
    with pytest.raises(TypeError):
        Money(0.1, "CNY")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "CNY")


@pytest.mark.parametrize(
    ("amount", "locale", "unit", "text"),
    [
        ("1234567.895", "zh", "元", "1,234,567.90 元"),
        ("1234567.89", "zh", "auto", "123.46 万元"),
        ("-1234567.89", "zh", "万元", "−123.46 万元"),
        ("250000000", "zh", "auto", "2.50 亿元"),
        ("9999.99", "zh", "auto", "9,999.99 元"),
        ("9999.995", "zh", "auto", "1.00 万元"),
        ("-0.001", "zh", "元", "0.00 元"),
        ("0", "en", "auto", "0.00"),
        ("1234567.89", "en", "auto", "1.23m"),
        ("-2500000000", "en", "auto", "−2.50bn"),
        ("1500", "en", "k", "1.50k"),
    ],
)
def test_amounts_read_as_people_write_them(amount: str, locale: Locale, unit: str, text: str) -> None:
    assert format_money(Decimal(amount), locale=locale, unit=unit) == text


def test_a_column_keeps_one_unit_and_hides_it() -> None:
    assert format_money(Decimal(123456), unit="万元", places=1, show_unit=False) == "12.3"
    assert format_money(None) == "—"
    assert pick_unit(Decimal(-10000), locale="zh") == "万元"
