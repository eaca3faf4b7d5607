"""Reading the lake as one finished load left it: every table at its pinned version, as of any date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa

from jinlan.basics.errors import Refused
from jinlan.lake import delta, engines
from jinlan.lake.extracts.layout import MONTH, lake_key, lake_schema, table_path
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.registry import LoadRecord

HOME_OFFSET = ibis.interval(hours=8)  # Asia/Shanghai has no daylight saving: an offset serves, no zone files
_MERGE_CHAIN = 32  # longest chain of renumberings that is followed; longer ones are a loop


class LakeView:
    """A bank entity's lake at `record`. Not thread-safe: one view per thread.

    All tables are lazy Ibis tables with the columns of `layout.lake_schema`, ``month`` included.
    """

    def __init__(
        self, root: Path, record: LoadRecord, *, memory_limit: str = "1GB", threads: int = 2,
        spill: Path | None = None,
    ) -> None:  # fmt: skip
        """Open nothing yet; `root` is the lake folder, `spill` where the engine may put what does not fit."""
        self.root = root
        self.record = record
        self._options = {"memory_limit": memory_limit, "threads": threads, "spill": spill}
        self._con: engines.Engine | None = None
        self._tables: dict[str, engines.Table] = {}
        self._merges: dict[date, dict[str, str]] = {}

    def connect(self) -> engines.Engine:
        """Return the view's engine, opened on first use; every table of the view lives in it."""
        if self._con is None:
            self._con = engines.connect(**self._options)  # type: ignore[arg-type]
        return self._con

    def close(self) -> None:
        """Release the engine."""
        if self._con is not None:
            self._con.disconnect()
        self._con = None
        self._tables.clear()

    def has(self, name: str) -> bool:
        """Tell whether the bank has ever delivered this table up to the pinned load."""
        return name in self.record.versions

    def files(self, name: str) -> list[str]:
        """Return the Parquet files of a table at its pinned version."""
        if not self.has(name):
            raise Refused(
                "LAKE.ABSENT", "数据湖中没有表 %(table)s。", "请在供数中加入该表后重新装载。", table=name
            )
        return delta.file_uris(table_path(self.root, self.record.entity, name), self.record.versions[name])

    def table(self, name: str) -> engines.Table:
        """Return all rows of a table; raise `Refused` (LAKE.ABSENT) when the bank never delivered it."""
        if name not in self._tables:
            schema = lake_schema(TABLES[name])
            self._tables[name] = engines.read_parquet(self.connect(), self.files(name), schema)
        return self._tables[name]

    def state(self, name: str, as_of: date) -> engines.Table:
        """Return one row per key: the newest not later than `as_of`; deleted keys are left out."""
        rows = self.table(name)
        rows = rows.filter(rows[MONTH] <= month(as_of), rows.as_of_date <= as_of)
        newest = ibis.row_number().over(
            group_by=[rows[key] for key in lake_key(TABLES[name])], order_by=rows.as_of_date.desc()
        )
        rows = rows.mutate(_age=newest)
        alive = rows.change_type.fill_null("U") != "D"
        return rows.filter(rows._age == 0, alive).drop("_age")

    def snapshot(self, name: str, as_of: date) -> engines.Table:
        """Return the rows of exactly this day; none when the day was not delivered."""
        rows = self.table(name)
        return rows.filter(rows[MONTH] == month(as_of), rows.as_of_date == as_of)

    def snapshots(self, name: str, first: date, last: date) -> engines.Table:
        """Return the rows of the delivered days from `first` to `last`, both included."""
        rows = self.table(name)
        return rows.filter(
            rows[MONTH].between(month(first), month(last)), rows.as_of_date.between(first, last)
        )

    def events(self, name: str, first: date, last: date) -> engines.Table:
        """Return events that happened from `first` to `last`, however late they were delivered.

        A row never arrives before it happens, so files of months before `first` are not read; late rows are
        kept, whatever their delay: the pinned version is the only bound. Timestamps count by their date in the
        bank's home zone.
        """
        rows = self.table(name)
        happened = rows[TABLES[name].event_date]
        if happened.type().is_timestamp():
            happened = (happened.cast("timestamp") + HOME_OFFSET).date()
        return rows.filter(rows[MONTH] >= month(first), happened.between(first, last))

    def days(self, name: str) -> list[date]:
        """Return the days for which a table holds rows, ascending."""
        rows = self.table(name)
        return sorted(rows.select("as_of_date").distinct().to_pyarrow()["as_of_date"].to_pylist())

    def merges(self, as_of: date) -> dict[str, str]:
        """Return old party number -> the number that stands for it on `as_of`, chains followed."""
        if not self.has("party_merge"):
            return {}
        if as_of not in self._merges:
            rows = self.table("party_merge")
            rows = rows.filter(rows.effective_date <= as_of).order_by("effective_date", "as_of_date")
            found = rows.select("old_party_id", "new_party_id").to_pyarrow().to_pylist()
            step = {row["old_party_id"]: row["new_party_id"] for row in found}
            self._merges[as_of] = {old: _follow(step, old) for old in step}
        return self._merges[as_of]

    def with_merged(self, parties: Collection[str], as_of: date) -> list[str]:
        """Return some parties with the numbers that were merged into theirs by `as_of`."""
        return sorted({*parties, *(old for old, new in self.merges(as_of).items() if new in parties)})

    def resolved(
        self, table: engines.Table, columns: str | list[str], as_of: date | None = None
    ) -> engines.Table:
        """Replace merged party numbers in `columns` of any table of this view by the number that stands.

        Only merges in effect on `as_of` count, so that a merge does not rewrite earlier months; without
        `as_of` every merge that the load knows counts.
        """
        merges = self.merges(as_of or date.max)
        if not merges:
            return table
        names = [columns] if isinstance(columns, str) else columns
        old, new = list(merges), list(merges.values())
        pairs = ibis.memtable(pa.table({"_old": old, "_new": new}))
        order = table.columns
        for name in names:
            found = pairs.view()
            joined = table.left_join(found, table[name] == found._old)
            table = joined.mutate(**{name: ibis.coalesce(joined._new, joined[name])}).select(*order)
        return table


def month(day: date) -> str:
    """Return the partition of a day, ``YYYY-MM``."""
    return f"{day.year:04d}-{day.month:02d}"


def _follow(step: dict[str, str], old: str) -> str:
    """Follow renumberings to the end; a loop stops where it began to repeat."""
    seen = {old}
    for _ in range(_MERGE_CHAIN):
        new = step.get(old)
        if new is None or new in seen:
            return old
        seen.add(new)
        old = new
    return old
