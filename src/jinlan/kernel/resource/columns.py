"""Columns: what a list shows of a row, declared once for the page, the file and the API; one mask for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jinlan.basics.money import NOT_APPLICABLE
from jinlan.kernel import figures, keyset
from jinlan.kernel.looks import Look
from jinlan.kernel.masking import mask
from jinlan.kernel.templatetags.ui import badge, polyline

Reads = Callable[[Any], Any]
_SMALL = Decimal(100_000)  # below it a page of amounts is written in the currency itself


@dataclass(frozen=True)
class Column:
    """A plain text column, and the base of the others.

    Args:
        name: in addresses, files and the API.
        title: its heading.
        of: where the value is: an attribute, dotted through relations, or a function of the row; `name` if empty.
        sort: the database column that orders by it, or a whole order; "" for none. `nullable`: it may be unknown.
        unit: what stands under the heading; a money column names its unit itself.
        mask: mask kind (`kernel.masking`); a model field's own classification is taken when it is empty.
        shown: False for a column that is only offered in the chooser.
        keep: it stays in the narrow form of the list on a phone.
    """

    name: str
    title: Any
    of: str | Reads = field(default="", kw_only=True)
    sort: str | keyset.Order = field(default="", kw_only=True)
    unit: Any = field(default="", kw_only=True)
    nullable: bool = field(default=False, kw_only=True)
    mask: str = field(default="", kw_only=True)
    shown: bool = field(default=True, kw_only=True)
    keep: bool = field(default=False, kw_only=True)
    css: ClassVar[str] = ""
    descending: ClassVar[bool] = False  # which way the first click on its heading sorts
    read: ClassVar[Any] = staticmethod(keyset.a_text)
    schema: ClassVar[Any] = str  # of its value in the API

    def raw(self, row: Any) -> Any:
        """Return the value as it is stored: for sorting and sums, never for eyes."""
        if callable(self.of):
            return self.of(row)
        for part in (self.of or self.name).split("."):
            row = getattr(row, part) if row is not None else None
        return row

    def value(self, row: Any) -> Any:
        """Return the value, masked where its class asks for it."""
        value = self.raw(row)
        return mask(self.mask, str(value)) if self.mask not in {"", "none"} and value is not None else value

    def under(self, rows: Sequence[Any]) -> str:
        """Return the unit of this page, for columns that have one."""
        return ""

    def tone(self, row: Any) -> str:
        """Return a class of the cell, e.g. ``bad``."""
        return ""

    def cell(self, row: Any, under: str = "") -> str | SafeString:
        """Return what a page shows."""
        value = self.value(row)
        return NOT_APPLICABLE if value in (None, "") else str(value)

    def filed(self, row: Any) -> Any:
        """Return what a file holds: a text, a number, a date or None."""
        value = self.value(row)
        return value if value is None or isinstance(value, Decimal | int | date) else str(value)

    def told(self, row: Any) -> Any:
        """Return what the API answers: a text, a number as text where it is exact, a date as ISO, or None."""
        value = self.value(row)
        return value if value is None or isinstance(value, str | bool | int | list) else str(value)

    def file_title(self) -> str:
        """Return the heading in a file."""
        return str(self.title)


class Text(Column):
    """A text."""


@dataclass(frozen=True)
class Title(Column):
    """What a row is called: its text is the link that leads to the row.

    `full` is the whole name where the text is a short one, `beside` what stands after the link (a kind, a second line).
    """

    full: Reads = field(default=lambda _row: "", kw_only=True)
    beside: Reads = field(default=lambda _row: "", kw_only=True)
    keep: bool = field(default=True, kw_only=True)
    css: ClassVar[str] = "first"


@dataclass(frozen=True)
class Link(Column):
    """A text that leads somewhere: `url` of the row, "" for no link."""

    url: Reads = field(default=lambda _row: "", kw_only=True)

    def cell(self, row: Any, under: str = "") -> str | SafeString:
        """Return the text as a link."""
        address, text = self.url(row), super().cell(row)
        return format_html('<a href="{}">{}</a>', address, text) if address else text


@dataclass(frozen=True)
class Badge(Column):
    """A code with its word, tone and icon; a file holds the word, the API the code."""

    looks: Mapping[Any, Look] = field(default_factory=dict, kw_only=True)

    def _look(self, row: Any) -> Look:
        value = self.value(row)
        return self.looks.get(value) or (
            Look(NOT_APPLICABLE, "plain") if value in (None, "") else Look(value)
        )

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the badge."""
        look = self._look(row)
        return badge(str(look.word), look.tone, look.mark, str(look.help))

    def filed(self, row: Any) -> str:
        """Return the word."""
        return str(self._look(row).word)


class Number(Column):
    """A whole number or a decimal as it is."""

    css = "n"
    descending = True
    read: ClassVar[Any] = staticmethod(keyset.a_number)
    places = 0
    schema: ClassVar[Any] = int

    def cell(self, row: Any, under: str = "") -> str:
        """Return it with thousands separators."""
        return figures.number(self.value(row), self.places)


class Points(Number):
    """Points out of 100, one decimal."""

    places = 1
    schema: ClassVar[Any] = Decimal


class Percent(Number):
    """A fraction (0.045), shown as a percentage; files and the API hold the fraction."""

    schema: ClassVar[Any] = Decimal

    def cell(self, row: Any, under: str = "") -> str:
        """Return 4.5%."""
        return figures.percent(self.value(row))


@dataclass(frozen=True)
class Money(Column):
    """An amount in one unit a page (named under the heading), exact in the tooltip, in files and in the API.

    `currency` names the attribute that holds the row's currency; a row in another one than the bank's names it. Without it
    the amount is in the bank's base currency.
    """

    currency: str = field(default="", kw_only=True)
    css: ClassVar[str] = "n"
    descending: ClassVar[bool] = True
    read: ClassVar[Any] = staticmethod(keyset.a_number)
    schema: ClassVar[Any] = Decimal

    def under(self, rows: Sequence[Any]) -> str:
        """Return the unit that fits the largest amount: a page of small ones is written to the cent."""
        values = [value for row in rows if (value := self.value(row)) is not None]
        largest = max((abs(value) for value in values), default=Decimal(0))
        return figures.SMALL_UNIT[figures.locale()] if 0 < largest < _SMALL else figures.column_unit(values)

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the amount in the column's unit."""
        value = self.value(row)
        if value is None:
            return format_html("{}", NOT_APPLICABLE)
        code = (
            getattr(row, self.currency, "") or figures.currency()
        )  # a total has none: it is in the base currency
        other: str | SafeString
        other = format_html('<span class="kind">{}</span>', code) if code != figures.currency() else ""
        exact = figures.number(value, 2) + " " + code
        shown = figures.in_unit(value, under) if under else figures.money_text(value)
        return format_html('<span title="{}">{}</span>{}', exact, shown, other)

    def file_title(self) -> str:
        """Return the heading with the currency of its amounts, where all have the same."""
        return str(self.title) if self.currency else f"{self.title} {figures.currency()}"


class Day(Column):
    """A date."""

    css = "num nowrap"
    descending = True
    read: ClassVar[Any] = staticmethod(keyset.a_day)
    schema: ClassVar[Any] = date

    def cell(self, row: Any, under: str = "") -> str:
        """Return it as ISO."""
        return figures.day(self.value(row))


class Moment(Column):
    """An instant, in the bank's zone on pages and in files, in UTC in the API."""

    css = "num nowrap"
    descending = True
    read: ClassVar[Any] = staticmethod(keyset.a_moment)
    schema: ClassVar[Any] = datetime

    def cell(self, row: Any, under: str = "") -> str:
        """Return it to the minute."""
        return figures.moment(self.value(row))

    def filed(self, row: Any) -> str | None:
        """Return it to the minute as text: a spreadsheet's dates have no zone."""
        value = self.value(row)
        return None if value is None else figures.moment(value)

    def told(self, row: Any) -> str | None:
        """Return it as ISO 8601 with its zone."""
        value = self.value(row)
        return None if value is None else value.isoformat()


class Flag(Column):
    """Yes or no."""

    schema: ClassVar[Any] = bool

    def cell(self, row: Any, under: str = "") -> str:
        """Return the word."""
        value = self.value(row)
        return NOT_APPLICABLE if value is None else gettext("是") if value else gettext("否")

    def filed(self, row: Any) -> str:
        """Return the word."""
        return self.cell(row)


class Names(Column):
    """Several names."""

    schema: ClassVar[Any] = list[str]

    def cell(self, row: Any, under: str = "") -> str:
        """Return them joined as the language does."""
        return figures.listed(str(one) for one in self.value(row) or ()) or NOT_APPLICABLE

    def filed(self, row: Any) -> str:
        """Return them joined."""
        return figures.listed(str(one) for one in self.value(row) or ())

    def told(self, row: Any) -> list[str]:
        """Return them as a list."""
        return [str(one) for one in self.value(row) or ()]


class Spark(Column):
    """A small line of past values, oldest first; a file holds the last one."""

    css = "n"
    schema: ClassVar[Any] = list[Decimal | None]

    def cell(self, row: Any, under: str = "") -> SafeString:
        """Return the line, empty for fewer than three values."""
        points = polyline(self.value(row) or ())
        word = gettext("%(name)s的走势") % {"name": self.title}
        shape = '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="{}"><polyline points="{}"></polyline></svg>'
        return format_html(shape, word, points) if points else format_html("{}", NOT_APPLICABLE)

    def filed(self, row: Any) -> Decimal | None:
        """Return the last value."""
        return next(iter(reversed(self.value(row) or ())), None)

    def told(self, row: Any) -> list[str | None]:
        """Return the values."""
        return [None if one is None else str(one) for one in self.value(row) or ()]
