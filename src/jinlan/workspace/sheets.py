"""The form of a definition on the page: which sentence stands at which field, and how consistent the judgements are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from jinlan.basics.errors import Refused
from jinlan.basics.numbers import half_up
from jinlan.domains.strategy.forms.sheet import (
    SCORED,
    Sheet,
    Wrong,
    definition_of,
    factor,
    sheet_from,
    sheet_of,
    weighed,
)
from jinlan.insight.definition import Definition, Weighing
from jinlan.insight.problems import CONSISTENT, matrix_of, problems
from jinlan.insight.weights import Judged, ahp, combined, rounded
from jinlan.kernel import figures
from jinlan.lake.features.catalog import MEASURES
from jinlan.workspace.measures import formula_of, measure_name

BLANK = "90"  # the number of the criterion that is not there yet
SAATY = tuple([f"1/{part}" for part in range(9, 1, -1)] + [str(part) for part in range(1, 10)])
OF_CRITERION, OF_TIER = (
    ("", "weight", "points", "none", "measure"),
    ("", "entry", "exit", "observe", "on", "within"),
)
WHOLE = ("version", "valid_from", "weights", "weighing", "criteria", "text")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with what it says: the definition, None while it cannot be read; sentences by field; the judgements' consistency."""

    sheet: Sheet
    definition: Definition | None
    wrong: Mapping[str, str]
    judged: Judged | None = None

    @property
    def ready(self) -> bool:
        """Tell whether the definition may be tried."""
        return self.definition is not None and not self.wrong

    @property
    def slots(self) -> list[tuple[str, str]]:
        """Return every place for a sentence with what stands there, "" for nothing."""
        names = [*WHOLE, *(f"g-{row.code}" for row in self.sheet.gates)]
        for prefix, rows, ends in (
            ("c", self.sheet.criteria, OF_CRITERION),
            ("t", self.sheet.tiers, OF_TIER),
        ):
            names += [
                f"{prefix}-{row.number}{'-' if end else ''}{end}"
                for row in rows
                if row.number != BLANK
                for end in ends
            ]
        return [(name, self.wrong.get(name, "")) for name in names]

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return the sentences with their places, in the order of the form."""
        return [(name, text) for name, text in self.slots if text] + [
            (name, text) for name, text in self.wrong.items() if name not in dict(self.slots)
        ]


def shown(definition: Definition) -> Filled:
    """Return the form of a definition."""
    return _filled(sheet_of(definition), definition)


def posted(sent: QueryDict, kind: str) -> Filled:
    """Return the form that was sent, with all that is wrong about it."""
    sheet = sheet_from(dict(sent.lists()))
    try:
        return _filled(sheet, definition_of(sheet, kind))
    except Wrong as wrong:
        return Filled(sheet, None, _at_fields(sheet, wrong.problems))


def _filled(sheet: Sheet, definition: Definition) -> Filled:
    return Filled(sheet, definition, _at_fields(sheet, problems(definition)), _judged(definition))


def _judged(definition: Definition) -> Judged | None:
    if definition.weighing.method not in ("ahp", "combined"):
        return None
    try:
        return ahp(matrix_of(definition))
    except Refused:
        return None


def _at_fields(sheet: Sheet, found: Iterable[Refused]) -> dict[str, str]:
    """Return place -> sentence; the first at a place stands."""
    numbers = {f"criteria.{row.code or row.text('measure')}": f"c-{row.number}" for row in sheet.criteria}
    numbers |= {f"tiers.{row.code}": f"t-{row.number}" for row in sheet.tiers}
    wrong: dict[str, str] = {}
    for problem in found:
        path = str(problem.params.get("field", ""))
        about, _dot, rest = path.partition(".")
        code, _dot, end = rest.partition(".")
        if about == "gates":
            place = f"g-{code}"
        elif f"{about}.{code}" in numbers:
            place = numbers[f"{about}.{code}"] + (f"-{end}" if end else "")
        else:
            place = about
        wrong.setdefault(place, problem.message)
    return wrong


def reweighed(filled: Filled, measured: Mapping[str, str]) -> Filled:
    """Return the form with the weights that its method gives; `measured` are those of the data, {} when they are not needed."""
    definition = filled.definition
    if definition is None:
        return filled
    codes = [one.code for one in definition.criteria]
    by_data = tuple(Decimal(measured.get(code, "0")) for code in codes)
    by_pairs = filled.judged.weights if filled.judged else None
    method = definition.weighing.method
    if method == "entropy" and measured:
        weights = by_data
    elif method == "ahp" and by_pairs:
        weights = by_pairs
    elif method == "combined" and by_pairs and measured:
        weights = combined(by_pairs, by_data, definition.weighing.share)
    else:
        return filled
    made = weighed(definition, dict(zip(codes, weights, strict=True)))
    return shown(replace(made, sha256=""))


def evenly(definition: Definition) -> Definition:
    """Return a definition whose weights are all alike: what asks for weights must not be refused for those that it has."""
    parts = rounded([1 / len(definition.criteria)] * len(definition.criteria))
    made = weighed(definition, {one.code: part for one, part in zip(definition.criteria, parts, strict=True)})
    return replace(made, weighing=Weighing("hand"))


def context(filled: Filled) -> dict[str, Any]:
    """Return what the form's template needs beside the form."""
    codes = [
        row.code or row.text("measure")
        for row in filled.sheet.criteria
        if row.text("drop") != "on" and row.text("measure")
    ]
    names = {
        row.code: row.text("en") if figures.locale() == "en" else row.text("zh")
        for row in filled.sheet.criteria
    }
    pairs = [
        {"name": f"{first}/{second}", "first": names.get(first, first), "second": names.get(second, second),
         "value": filled.sheet.pairs.get(f"{first}/{second}", "1")}
        for place, first in enumerate(codes) for second in codes[place + 1 :]
    ]  # fmt: skip
    return {
        "filled": filled, "sheet": filled.sheet, "wrong": filled.wrong, "pairs": pairs, "saaty": SAATY, "blank": BLANK,
        "measures": [{"code": code, "name": measure_name(code), "money": factor(code) != 1} for code in SCORED],
        "catalog": {code: {"name": measure_name(code), "formula": formula_of(MEASURES[code]), "needs": MEASURES[code].needs,
                           "unit": MEASURES[code].unit, "source": MEASURES[code].source} for code in SCORED},
        "ratio": half_up(Decimal(repr(filled.judged.ratio)), 4) if filled.judged else None, "consistent": CONSISTENT,
        "weight_sum": _sum(filled.sheet), "families": families(filled),
    }  # fmt: skip


def families(filled: Filled) -> list[str]:
    """Return the families that the form's criteria name."""
    return list(dict.fromkeys(row.text("family") for row in filled.sheet.criteria if row.text("family")))


def _sum(sheet: Sheet) -> str:
    """Return what the weights add to, as far as they can be read."""
    total = Decimal(0)
    for row in sheet.criteria:
        text = row.text("weight").replace(",", "")
        if row.text("drop") != "on" and text.replace(".", "", 1).isdigit():
            total += Decimal(text)
    return format(total.normalize(), "f") if total else "0"
