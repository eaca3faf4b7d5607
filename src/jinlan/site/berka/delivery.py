"""One history delivery on disk: a Parquet file per table, the manifest last (domain reference 10 §10.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jinlan.lake.extracts.layout import arrow_type, extract_columns
from jinlan.lake.extracts.schema import TABLES, Table
from jinlan.site.berka.ledger import CURRENCY, Row

SYSTEM = "PKDD99"
_BATCH = 50_000  # rows in memory at once


class HistoryDelivery:
    """The delivery folder ``<out>/<entity>/history=FROM..TO/delivery=1``; `close` writes the manifest."""

    def __init__(self, out: Path, entity: str, first: date, last: date) -> None:
        """Create the folder."""
        self.folder = out / entity / f"history={first}..{last}" / "delivery=1"
        self.folder.mkdir(parents=True)
        self._header: dict[str, object] = {
            "entity": entity,
            "history": [first.isoformat(), last.isoformat()],
            "delivery": 1,
            "schema_version": 1,
            "base_currency": CURRENCY,
            # a fixed instant: the same files in give the same bytes out
            "produced_at": f"{last}T23:59:59+00:00",
        }
        self._tables: list[dict[str, object]] = []

    def write(self, name: str, rows: Iterable[Row]) -> int:
        """Write the file of one table in the types of the extract schema; return its number of rows."""
        table = TABLES[name]
        schema = pa.schema([(column.name, arrow_type(column)) for column in extract_columns(table)])
        path = self.folder / f"{name}.parquet"
        control = {
            column.name: Decimal(0) for column in table.columns if column.type == "amt" and column.required
        }
        count = 0
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in _batches(rows, schema):
                count += batch.num_rows
                for column in control:
                    control[column] += pc.sum(batch[column]).as_py() or Decimal(0)
                writer.write_table(batch)
        self._tables.append(_entry(table, path, count, control))
        return count

    def close(self) -> None:
        """Write manifest.json: without it there is no delivery."""
        body = {**self._header, "tables": self._tables}
        path = self.folder / "manifest.json"
        path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _batches(rows: Iterable[Row], schema: pa.Schema) -> Iterator[pa.Table]:
    stream = iter(rows)
    while part := [{"source_system": SYSTEM, **row} for row in islice(stream, _BATCH)]:
        yield pa.Table.from_pylist(part, schema=schema)


def _entry(table: Table, path: Path, rows: int, control: dict[str, Decimal]) -> dict[str, object]:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "table": table.name,
        "file": path.name,
        "mode": "full" if table.kind == "snapshot" else "delta",
        "rows": rows,
        "sha256": digest,
        "control": {column: str(total.quantize(Decimal("0.01"))) for column, total in control.items()},
    }
