"""Deliveries on disk: one Parquet file per table, streamed, the manifest written last (domain 10 §10.1)."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jinlan.lake.extracts.schema import TABLES
from jinlan.site.demobank import arrow
from jinlan.site.demobank.timeline import Timeline, iso

ENTITY = "JLB"
ROW_GROUP = 1 << 18
_DICTIONARY = frozenset({"code", "ccy", "iso2"})
# Text that repeats: worth a dictionary. Unique text (ids of events) is not.
_REPEATED = frozenset({"account_id", "party_id", "counterparty_name", "counterparty_account_masked",
                       "remittance_info", "source_system", "product_code", "instrument_id"})  # fmt: skip


class _File:
    """One Parquet file being written; keeps the row count and the control sums."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.path = name, folder / f"{name}.parquet"
        self.schema = arrow.schema(TABLES[name])
        self.rows = 0
        self.control = {c.name: Decimal(0) for c in TABLES[name].columns if c.type == "amt" and c.required}
        dictionary = [
            c.name for c in arrow.columns(TABLES[name]) if c.type in _DICTIONARY or c.name in _REPEATED
        ]
        # store_schema off: dictionary-encoded batches read back as plain text
        self._writer = pq.ParquetWriter(
            self.path, self.schema, compression="zstd", compression_level=1, use_dictionary=dictionary,
            store_schema=False, write_statistics=["as_of_date", "booking_date"],
        )  # fmt: skip

    def write(self, table: pa.Table) -> None:
        """Append rows (cast to the schema where a column is still dictionary-encoded)."""
        if table.num_rows == 0:
            return
        self.rows += table.num_rows
        for name in self.control:
            self.control[name] += pc.sum(table[name]).as_py() or Decimal(0)
        self._writer.write_table(table.select(self.schema.names).cast(self.schema), row_group_size=ROW_GROUP)

    def close(self) -> dict[str, Any]:
        """Finish the file and return its manifest entry."""
        self._writer.close()
        with self.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        mode = "full" if TABLES[self.name].kind == "snapshot" else "delta"
        control = {name: str(value.quantize(Decimal("0.01"))) for name, value in self.control.items()}
        return {"table": self.name, "file": self.path.name, "mode": mode, "rows": self.rows, "sha256": digest,
                "control": control}  # fmt: skip


class Delivery:
    """One delivery folder. Files open on the first write; `close` writes the manifest last."""

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        self.folder, self._header = folder, header
        self._files: dict[str, _File] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, table: pa.Table) -> None:
        """Append rows of one table."""
        if name not in self._files:
            self._files[name] = _File(self.folder, name)
        self._files[name].write(table)

    def close(self) -> None:
        """Close every file, then write manifest.json."""
        tables = [self._files[name].close() for name in sorted(self._files)]
        body = {**self._header, "tables": tables}
        text = json.dumps(body, ensure_ascii=False, indent=1)
        (self.folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _header(when: dict[str, Any], delivery: int, produced: str) -> dict[str, Any]:
    return {"entity": ENTITY, **when, "delivery": delivery, "schema_version": 1, "base_currency": "CNY",
            "produced_at": produced}  # fmt: skip


class Sink:
    """Routes rows by `as_of_date`: history up to `time.last`, then one daily delivery per day."""

    def __init__(self, out: Path, time: Timeline, missing: frozenset[int], corrected: frozenset[int]) -> None:
        self._out, self._time = out, time
        span = f"{iso(time.first)}..{iso(time.last)}"
        header = _header(
            {"history": [iso(time.first), iso(time.last)]}, 1, f"{iso(time.last + 1)}T02:10:00+08:00"
        )
        self._history = Delivery(out / ENTITY / f"history={span}" / "delivery=1", header)
        self._daily = {
            number: self._day(out / "late" if number in missing else out, number, 1)
            for number in range(time.last + 1, time.end + 1)
        }
        self._corrections = {
            number: self._day(out / "corrections", number, 2) for number in sorted(corrected)
        }

    def _day(self, root: Path, number: int, delivery: int) -> Delivery:
        folder = root / ENTITY / f"as_of_date={iso(number)}" / f"delivery={delivery}"
        shift = 1 if delivery == 1 else 12
        produced = f"{iso(number + shift)}T04:40:00+08:00"
        return Delivery(folder, _header({"as_of_date": iso(number)}, delivery, produced))

    def write(self, name: str, table: pa.Table, as_of: npt.NDArray[np.integer[Any]]) -> None:
        """Write rows of one table; `as_of` is the day number of each row."""
        if table.num_rows == 0:
            return
        if int(as_of.max()) <= self._time.last:
            self._history.write(name, table)
            return
        self._history.write(name, table.filter(pa.array(as_of <= self._time.last)))
        for number, delivery in self._daily.items():
            part = table.filter(pa.array(as_of == number))
            if part.num_rows:
                delivery.write(name, part)

    def correct(self, name: str, table: pa.Table, number: int) -> None:
        """Write the whole corrected day of a table into the correction delivery of that day."""
        self._corrections[number].write(name, table)

    def close(self) -> None:
        """Finish all deliveries."""
        for delivery in (self._history, *self._daily.values(), *self._corrections.values()):
            delivery.close()
