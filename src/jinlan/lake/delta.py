"""Delta tables of the lake: replace whole days atomically, pin versions, roll back what a kill left behind.

Only `mode="overwrite"` with a predicate is used, never append: two loads of one day must not double it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake

from jinlan.lake.extracts.layout import MONTH

# Without the first, old versions become unreadable after a checkpoint.
_KEEP_FOREVER = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
_RESTORED = "restored"
# The writer keeps one open file per month in memory: small row groups and files bound that, and a reader of one day
# skips the rest of its month.
_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=131_072)
_FILE_BYTES = 64 << 20


def exists(path: Path) -> bool:
    """Tell whether a Delta table stands in this folder."""
    return (path / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(path))


def version(path: Path) -> int | None:
    """Return the newest version of a table, None when there is none."""
    return DeltaTable(str(path)).version() if exists(path) else None


def file_uris(path: Path, pinned: int) -> list[str]:
    """Return the Parquet files that make up a pinned version."""
    return list(DeltaTable(str(path), version=pinned).file_uris())


def days(first: date, last: date) -> str:
    """Return the predicate that covers the days from `first` to `last`, both included."""
    if first == last:
        return f"as_of_date = '{first.isoformat()}'"
    return f"as_of_date >= '{first.isoformat()}' AND as_of_date <= '{last.isoformat()}'"


def replace_days(
    path: Path,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    predicate: str,
    metadata: Mapping[str, str],
) -> int:
    """Replace the days of `predicate` by `batches` in one commit and return the new version.

    Rows outside the predicate are refused by the writer; only files that hold those days are touched. The
    batches are streamed. An empty stream empties the days.
    """
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    commit = CommitProperties(custom_metadata=dict(metadata))
    if exists(path):
        write_deltalake(
            str(path), reader, mode="overwrite", predicate=predicate, commit_properties=commit,
            schema_mode="merge" if _misses_columns(path, schema) else None, writer_properties=_WRITER,
            target_file_size=_FILE_BYTES,
        )  # fmt: skip
    else:
        path.mkdir(parents=True, exist_ok=True)
        write_deltalake(
            str(path), reader, mode="overwrite", partition_by=[MONTH], configuration=_KEEP_FOREVER,
            commit_properties=commit, writer_properties=_WRITER, target_file_size=_FILE_BYTES,
        )  # fmt: skip
    return DeltaTable(str(path)).version()


def _misses_columns(path: Path, schema: pa.Schema) -> bool:
    """Tell whether the table lacks a column of `schema` (a column that a later release added)."""
    names = {field.name for field in DeltaTable(str(path)).schema().fields}
    return not names.issuperset(schema.names)


def is_at(path: Path, pinned: int) -> bool:
    """Tell whether the newest version holds the same rows as `pinned`: it is it, or a restore to it."""
    table = DeltaTable(str(path))
    if table.version() == pinned:
        return True
    newest = table.history(1)[0]
    return str(newest.get(_RESTORED, "")) == str(pinned)


def roll_back(path: Path, pinned: int | None) -> bool:
    """Bring a table back to what the newest finished load knows; return whether anything was left over.

    `pinned` None means that no finished load knows the table: it is removed.
    """
    if pinned is None:
        return _remove(path)
    if is_at(path, pinned):
        return False
    commit = CommitProperties(custom_metadata={_RESTORED: str(pinned)})
    DeltaTable(str(path)).restore(pinned, commit_properties=commit)
    return True


def _remove(path: Path) -> bool:
    """Remove a folder so that a kill in the middle leaves no half table under its name."""
    if not path.exists():
        return False
    doomed = path.with_name(f".doomed-{path.name}")
    if doomed.exists():
        shutil.rmtree(doomed)
    path.rename(doomed)
    shutil.rmtree(doomed)
    return True


def sweep(zone: Path) -> None:
    """Remove what a kill during `roll_back` left in a zone folder."""
    if zone.is_dir():
        for folder in zone.glob(".doomed-*"):
            shutil.rmtree(folder)


def vacuum(path: Path, keep_versions: Iterable[int], *, hours: int = 24) -> list[str]:
    """Delete files that neither the newest nor any kept version needs and that are older than `hours`."""
    kept = sorted({*keep_versions, DeltaTable(str(path)).version()})
    return DeltaTable(str(path)).vacuum(
        full=True, retention_hours=hours, enforce_retention_duration=False, keep_versions=kept, dry_run=False
    )


def commits(path: Path) -> list[dict[str, object]]:
    """Return the commits of a table, newest first, with the metadata that the loader wrote."""
    return list(DeltaTable(str(path)).history())
