"""The whole way on the real bank, in one folder and without a database: convert, load, evaluate, compare with gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from jinlan.basics.errors import Refused
from jinlan.basics.periods import month_ends
from jinlan.insight import parsing
from jinlan.insight.identify import evaluate
from jinlan.lake.load import LoadReport, load_deliveries
from jinlan.lake.registry import LoadRecord, Outcome
from jinlan.lake.view import LakeView
from jinlan.site.berka.conversion import Report, convert
from jinlan.site.berka.foretell import GoldReport, evaluate_gold
from jinlan.site.berka.masters import ENTITY
from jinlan.site.berka.source import FIRST, LAST

DEFINITION = Path(__file__).with_name("hnw.toml")
_NO_SECRET = b"a public data set needs no secret"


def definitions_for(entity: str) -> tuple[str, ...]:
    """Return the definition texts that this entity uses in place of the shipped ones, () for any other bank."""
    return (DEFINITION.read_text("utf-8"),) if entity == ENTITY else ()


class MemoryRegistry:
    """A load registry that lives as long as the process; good for one throw-away lake."""

    def __init__(self) -> None:
        """Begin empty."""
        self._loads: list[LoadRecord] = []
        self._next = 1

    def latest(self, entity: str) -> LoadRecord | None:
        """Return the newest finished load."""
        loads = self.loads(entity)
        return loads[-1] if loads else None

    def pinned(self, entity: str, load_id: int) -> LoadRecord:
        """Return a finished load; raise `Refused` when there is none of that number."""
        for record in self.loads(entity):
            if record.load_id == load_id:
                return record
        raise Refused("LOAD.UNKNOWN", "没有编号为 %(load_id)s 的装载。", load_id=load_id)

    def loads(self, entity: str) -> Sequence[LoadRecord]:
        """Return all finished loads, oldest first."""
        return [record for record in self._loads if record.entity == entity]

    def begin(self, entity: str, *, source: str, as_of: date) -> int:
        """Return the next load id."""
        self._next += 1
        return self._next - 1

    def finish(self, outcome: Outcome) -> None:
        """Keep the record of a load that stands."""
        if outcome.status == "loaded":
            self._loads.append(outcome.record)


@dataclass(frozen=True, slots=True)
class WholeRun:
    """What each step said; `units` is the UNITS table of the last day."""

    conversion: Report
    load: LoadReport
    units: pa.Table
    gold: GoldReport


def run_whole(src: Path, work: Path, *, definition_file: Path = DEFINITION) -> WholeRun:
    """Run everything under the empty folder `work` and return what each step said.

    Raises:
        Refused: `berka.missing`, `berka.exists`, or `berka.not_loaded` when the loader did not take the delivery.
    """
    conversion = convert(src, work / "extracts")
    registry = MemoryRegistry()
    [load] = load_deliveries(work / "extracts", lake=work / "lake", registry=registry, secret=_NO_SECRET)
    if load.record is None or load.status != "loaded":
        raise Refused("berka.not_loaded", "供数未能装载:%(said)s", "请查看装载检查结果。", said=load.message)
    units = last_units(work / "lake", load.record, definition_file)
    return WholeRun(conversion, load, units, evaluate_gold(units, src))


def last_units(lake: Path, record: LoadRecord, definition_file: Path = DEFINITION) -> pa.Table:
    """Evaluate every month-end of the window and return the units of the last day."""
    view = LakeView(lake, record)
    try:
        found = evaluate(view, dates=month_ends(FIRST, LAST), definitions=[parsing.read(definition_file)])
        *_, last = found
    finally:
        view.close()
    return last.units
