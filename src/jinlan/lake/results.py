"""Results of identification in the lake: Parquet per run and date, written whole or not at all.

Folder: ``<lake>/<entity>/results/run=<id>/as_of=YYYY-MM-DD/`` with ``units.parquet``, ``members.parquet`` and
``ties.parquet``; ``added.parquet`` beside them holds measures that were computed later. The shapes are `insight.results.UNITS`, `MEMBERS` and `TIES`; this floor stores any Arrow table.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jinlan.basics.errors import Refused

UNITS_FILE = "units.parquet"
MEMBERS_FILE = "members.parquet"
TIES_FILE = "ties.parquet"
ADDED_FILE = "added.parquet"


def folder_of(root: Path, entity: str, run_id: int, as_of: date) -> Path:
    """Return the folder of one evaluated date of a run."""
    return root / entity / "results" / f"run={run_id}" / f"as_of={as_of.isoformat()}"


def write(
    root: Path,
    entity: str,
    run_id: int,
    as_of: date,
    *,
    units: pa.Table,
    members: pa.Table,
    ties: pa.Table | None = None,
) -> str:
    """Store one evaluated date and return its folder relative to the lake root (kept in the run's `files`).

    Without `ties` the date has none written down: they are then not known, which is not the same as none.

    A folder that already stands is replaced; a kill leaves the old one, the new one or none.
    """
    folder = folder_of(root, entity, run_id, as_of)
    half = folder.with_name(f".half-{folder.name}")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name, table in ((UNITS_FILE, units), (MEMBERS_FILE, members), (TIES_FILE, ties)):
        if table is None:
            continue
        pq.write_table(table, half / name, compression="zstd")
        _settle(half / name)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    _settle(folder.parent)
    return folder.relative_to(root).as_posix()


def read_units(root: Path, folder: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the units of a stored date; raise `Refused` (RESULTS.ABSENT) when the folder is gone."""
    return _read(root, folder, UNITS_FILE, columns)


def read_members(root: Path, folder: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the members of a stored date; raise `Refused` (RESULTS.ABSENT) when the folder is gone."""
    return _read(root, folder, MEMBERS_FILE, columns)


def read_ties(root: Path, folder: str) -> pa.Table | None:
    """Return the ties of a stored date, None for one that was evaluated before ties were written down."""
    return _read(root, folder, TIES_FILE, None) if (root / folder / TIES_FILE).is_file() else None


def write_added(root: Path, folder: str, table: pa.Table) -> None:
    """Store measures beside a date that was evaluated before they existed, whole or not at all; what was evaluated stays as it is."""
    half = root / folder / f".half-{ADDED_FILE}"
    pq.write_table(table, half, compression="zstd")
    _settle(half)
    half.replace(root / folder / ADDED_FILE)
    _settle(root / folder)


def read_added(root: Path, folder: str) -> pa.Table | None:
    """Return the measures that were computed later for a stored date, None when there are none."""
    return _read(root, folder, ADDED_FILE, None) if (root / folder / ADDED_FILE).is_file() else None


def added_mark(root: Path, folder: str) -> int:
    """Return what changes when measures are added to a stored date; 0 when there are none."""
    file = root / folder / ADDED_FILE
    return file.stat().st_mtime_ns if file.is_file() else 0


def read_unit(root: Path, folder: str, unit_id: str) -> tuple[pa.Table, pa.Table]:
    """Return the unit's own row and its members' rows, without reading the rest into memory."""
    wanted = pc.field("unit_id") == unit_id
    return _read(root, folder, UNITS_FILE, None, wanted), _read(root, folder, MEMBERS_FILE, None, wanted)


def _read(
    root: Path, folder: str, name: str, columns: Sequence[str] | None, wanted: pc.Expression | None = None
) -> pa.Table:
    file = root / folder / name
    if not file.is_file():
        raise Refused("RESULTS.ABSENT", "结果文件不存在:%(folder)s。", "请重新运行夜间批次。", folder=folder)
    if wanted is None:
        with pq.ParquetFile(file) as whole:
            return whole.read(columns=None if columns is None else list(columns))
    return pq.read_table(file, columns=columns, filters=wanted)


def _settle(path: Path) -> None:
    """Bring a file or folder to disk before the next step relies on it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
