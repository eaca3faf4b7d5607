"""The grid of a target: rows of twelve months as they were typed, read, filled by a suggestion, with a sentence where one is wrong.

Amounts are typed in the unit of the page (`unit` travels with the form, so that another language does not change what they mean).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from jinlan.basics.errors import Refused
from jinlan.basics.money import MINUS
from jinlan.domains.strategy.rules import targets as rules
from jinlan.domains.strategy.rules.targets import CENT, MONTHS, QUARTER, ZERO, Months, Owner
from jinlan.kernel.figures import locale, unit_label

UNITS: Mapping[str, Decimal] = {"": Decimal(1), "万元": Decimal(10) ** 4, "m": Decimal(10) ** 6}
LONGEST = 30  # characters of an amount
Given = Mapping[str, str]


def unit_for(metric: str) -> str:
    """Return the unit in which a metric is typed in the reader's language, "" for clients."""
    if metric in rules.COUNTS:
        return ""
    return "m" if locale() == "en" else "万元"


def unit_given(metric: str, text: str) -> str:
    """Return the unit that a form came with; one that the metric does not have is the page's own."""
    fits = text in UNITS and (text == "") == (metric in rules.COUNTS)
    return text if fits else unit_for(metric)


def typed(value: Decimal | None, unit: str) -> str:
    """Write an amount as it is typed, whole and without zeros at its end."""
    if value is None:
        return ""
    text = f"{value / UNITS[unit]:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(text: str, unit: str) -> Decimal | None:
    """Read an amount; None for nothing.

    Raises:
        ValueError: it is none, or has parts of a cent.
    """
    plain = text.strip().replace(",", "").replace("，", "").replace("−", "-")
    if not plain:
        return None
    if len(plain) > LONGEST:
        raise ValueError(text)
    try:
        found = Decimal(plain) * UNITS[unit]
        if not found.is_finite() or abs(found) >= rules.LIMIT or found % CENT:
            raise ValueError(text)
    except InvalidOperation:
        raise ValueError(text) from None
    return found.quantize(CENT)


@dataclass
class Row:
    """One owner's months: as typed, and as amounts where they could be read."""

    owner: Owner
    name: Any
    key: str
    texts: list[str]
    months: list[Decimal | None]
    edition: int = 0
    on: bool = True  # takes part
    held: bool = False  # has a target already, so it always does
    last: Decimal | None = None  # what was achieved in the year before

    @property
    def cells(self) -> Iterator[tuple[str, str, int, Decimal | None]]:
        """Yield (kind, text, number, sum): twelve months, each quarter's sum after its third."""
        for place in range(MONTHS):
            yield "month", self.texts[place], place + 1, None
            if place % QUARTER == QUARTER - 1:
                known = [one or ZERO for one in self.months[place - QUARTER + 1 : place + 1]]
                yield "quarter", "", place // QUARTER + 1, sum(known, ZERO)

    @property
    def year(self) -> Decimal:
        """Return the sum of what could be read."""
        return sum((one or ZERO for one in self.months), ZERO)

    @property
    def whole(self) -> Months:
        """Return the months with nothing as zero."""
        return tuple(one or ZERO for one in self.months)

    def put(self, months: Sequence[Decimal], unit: str) -> None:
        """Take other months."""
        self.months, self.texts = list(months), [typed(one, unit) for one in months]


def row_of(owner: Owner, name: Any, key: str, months: Months | None, unit: str, edition: int) -> Row:
    """Return the row of what is stored."""
    kept: list[Decimal | None] = list(months) if months else [None] * MONTHS
    return Row(owner, name, key, [typed(one, unit) for one in kept], kept, edition, held=months is not None)


def read(row: Row, given: Given, unit: str, wrong: dict[str, str], *, needed: bool = True) -> None:
    """Take over what was typed into a row; `wrong` gets a sentence for each cell that cannot be read, or is missing."""
    edition = given.get(f"{row.key}-edition", "")
    row.edition = int(edition) if edition.isascii() and edition.isdigit() and len(edition) < LONGEST else 0
    row.on = row.held or given.get(f"{row.key}-on") == "on"
    for place in range(MONTHS):
        name = f"{row.key}-m{place + 1}"
        row.texts[place] = given.get(name, "")[: LONGEST + 1]
        try:
            row.months[place] = amount(row.texts[place], unit)
        except ValueError:
            row.months[place], wrong[name] = None, _("请填写金额，最多到分")
            continue
        if not unit and (row.months[place] or ZERO) % 1:
            wrong[name] = _("请填写整数")
        elif needed and row.on and row.months[place] is None:
            wrong[name] = _("请填写，没有的填 0")


@dataclass
class Sheet:
    """A form of targets with everything that its page shows."""

    unit: str
    rows: list[Row]
    own: Row | None = None  # what the rows have to add up to
    reason: str = ""
    spread: bool = False
    quarters: list[str] = field(default_factory=list)  # typed sums, of the bank's own form
    year: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    @property
    def taking(self) -> list[Row]:
        """Return the rows that take part."""
        return [row for row in self.rows if row.on]

    @property
    def totals(self) -> Iterator[tuple[str, int, Decimal, Decimal, Decimal]]:
        """Yield (kind, number, sum of rows, own, difference) as the columns stand; the year comes first."""
        sums = rules.total([row.whole for row in self.taking]) if self.taking else (ZERO,) * MONTHS
        own = self.own.whole if self.own else sums
        quarters, own_quarters = rules.quarters(sums), rules.quarters(own)
        yield "year", 0, sum(sums, ZERO), sum(own, ZERO), sum(sums, ZERO) - sum(own, ZERO)
        for place in range(MONTHS):
            yield "month", place + 1, sums[place], own[place], sums[place] - own[place]
            if place % QUARTER == QUARTER - 1:
                at = place // QUARTER
                yield "quarter", at + 1, quarters[at], own_quarters[at], quarters[at] - own_quarters[at]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Return what is wrong, with the place to mend it."""
        found = [(f"f-{name}", f"{self._label(name)}{text}") for name, text in self.wrong.items()]
        if self.refused is not None and str(self.refused.params.get("field", "")) not in self.wrong:
            found.insert(0, ("", str(self.refused)))
        return found

    def _label(self, name: str) -> str:
        if name in ("q1", "q2", "q3", "q4"):
            return _("%(n)s 季度：") % {"n": name.removeprefix("q")}
        if name == "year":
            return _("全年：")
        key, _dash, month = name.rpartition("-m")
        row = next((one for one in self.rows if one.key == key), None)
        return _("%(name)s %(month)s 月：") % {"name": row.name, "month": month} if row else ""

    def _said(self, value: Decimal) -> str:
        text = typed(value, self.unit).replace("-", MINUS)
        return f"{text} {unit_label(self.unit)}" if self.unit else text

    def take(self, refused: Refused) -> None:
        """Show a refusal at the field that it is about, its amounts in the unit of the page."""
        amounts = {name: self._said(one) for name, one in refused.params.items() if isinstance(one, Decimal)}
        self.refused = refused = refused.at(**amounts) if amounts else refused
        name = str(refused.params.get("field", ""))
        if name:
            self.wrong[name] = str(refused)


def fill(sheet: Sheet, how: str, last: Mapping[Owner, Months], metric: str) -> None:
    """Fill the rows that take part: ``even``, ``last`` (by what was achieved last year) or ``keep`` (in proportion to what stands)."""
    rows, step = sheet.taking, rules.step_of(metric)
    if not rows or sheet.own is None:
        return
    if how == "keep":
        parts = rules.spread_change(sheet.own.whole, [row.whole for row in rows], step)
    else:
        weights = [sum(last[row.owner], ZERO) if how == "last" else ZERO for row in rows]
        parts = rules.split(sheet.own.whole, weights, step)
    for row, months in zip(rows, parts, strict=True):
        row.put(months, sheet.unit)
        for place in range(MONTHS):
            sheet.wrong.pop(f"{row.key}-m{place + 1}", None)


def fill_year(sheet: Sheet, how: str, season: Months, metric: str) -> None:
    """Fill the bank's months from the typed year (``year``, ``season``) or the typed quarters (``quarters``)."""
    (row,), step = sheet.rows, rules.step_of(metric)
    shape = season if how == "season" else (ZERO,) * MONTHS
    wanted = _sums(sheet)
    names = ["year"] if how in ("year", "season") else [f"q{number}" for number in range(1, 5)]
    amounts = [wanted.get(name) for name in names]
    for name, one in zip(names, amounts, strict=True):
        if one is None or one % step:
            sheet.wrong.setdefault(name, _("请填写金额，最多到分") if step == CENT else _("请填写整数"))
    known = [one for one in amounts if one is not None and not one % step]
    if len(known) < len(names):
        return
    months = (
        rules.months_of_year(known[0], shape, step) if len(known) == 1
        else rules.months_of_quarters(known, shape, step)
    )  # fmt: skip
    row.put(months, sheet.unit)
    sheet.wrong.clear()
    written_sums(sheet)


def _sums(sheet: Sheet) -> dict[str, Decimal | None]:
    """Return the typed sums; one that cannot be read is wrong."""
    found: dict[str, Decimal | None] = {}
    given = {"year": sheet.year} | {f"q{at}": text for at, text in enumerate(sheet.quarters, 1)}
    for name, text in given.items():
        try:
            found[name] = amount(text, sheet.unit)
        except ValueError:
            sheet.wrong[name] = _("请填写金额，最多到分")
    return found


def written_sums(sheet: Sheet) -> None:
    """Write year and quarters as the months have them."""
    (row,) = sheet.rows
    sheet.year = typed(row.year, sheet.unit)
    sheet.quarters = [typed(one, sheet.unit) for one in rules.quarters(row.whole)]


def check_sums(sheet: Sheet) -> None:
    """Say where a typed sum is not that of its months; a sum that was left empty is none."""
    (row,) = sheet.rows
    real: dict[str, Decimal] = {"year": row.year} | {
        f"q{at}": one for at, one in enumerate(rules.quarters(row.whole), 1)
    }
    for name, one in _sums(sheet).items():
        if one is not None and one != real[name]:
            sheet.wrong[name] = _("与各月合计 %(sum)s 不符，请分到各月或改正") % {
                "sum": typed(real[name], sheet.unit)
            }
