"""The lake's folder: copied while loads go on, and proved readable at every version that the load registry pins.

Files of Delta tables never change. A table's log is copied before its data, so every commit that was copied finds its files;
what a load commits meanwhile may come along and is taken back by the next load, as after a kill.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinlan.lake.extracts.layout import table_path
from jinlan.site.backup.files import Damaged, Seen, copy

LOG = "_delta_log"


def _walk(lake: Path) -> Iterator[Path]:
    """Yield the files below a folder; what begins with a dot is half-made."""
    for folder, folders, names in os.walk(lake):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def _rank(path: Path) -> int:
    """Say when a file of a log is copied: what points to another one goes first."""
    if path.name == "_last_checkpoint":
        return 0
    return 1 if "checkpoint" in path.name else 2


def ordered(lake: Path) -> Iterator[Path]:
    """Yield the lake's files in an order in which a copy cannot be torn: each list is made when its turn comes."""
    for rank in range(3):
        yield from (path for path in _walk(lake) if path.parent.name == LOG and _rank(path) == rank)
    yield from (path for path in _walk(lake) if path.parent.name != LOG)


def copy_lake(lake: Path, target: Path) -> dict[str, Seen]:
    """Copy the lake and return size and hash of each file by its name below `target`."""
    seen: dict[str, Seen] = {}
    for path in ordered(lake):
        name = path.relative_to(lake).as_posix()
        try:
            seen[name] = copy(path, target / name)
        except FileNotFoundError:  # half-made, gone meanwhile; what is pinned is looked for afterwards
            (target / name).unlink(missing_ok=True)
    return seen


def forget_unknown(lake: Path, loads: Iterable[Mapping[str, Any]], results: Iterable[str]) -> None:
    """Remove from a copy what no load and no run knew when it was made: half-made, and its names may have been used again."""
    known = {table_path(lake, one["entity"], name) for one in loads for name in one["versions"]} | {
        lake / folder for folder in results
    }
    made = [path.parent for path in lake.rglob(LOG)] + list(lake.glob("*/results/run=*/as_of=*"))
    for folder in set(made) - known:
        shutil.rmtree(folder)


def add_newer(source: Path, target: Path) -> None:
    """Bring what a lake got after it was copied: files that the copy lacks, since none ever changes under its name."""
    for path in ordered(source):
        place = target / path.relative_to(source)
        if not place.exists():
            try:
                copy(path, place)
            except FileNotFoundError:
                place.unlink(missing_ok=True)


def readable(lake: Path, loads: Iterable[Mapping[str, Any]], results: Iterable[str]) -> int:
    """Open every pinned version and look for each of its files; return how many versions there are.

    Raises:
        Refused: LAKE_TORN names the first version or folder that is not whole.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    pinned = sorted(
        {(one["entity"], name, int(version)) for one in loads for name, version in one["versions"].items()}
    )
    for entity, name, version in pinned:
        path = table_path(lake, entity, name)
        try:
            table = DeltaTable(str(path), version=version)
            whole = all(Path(file).is_file() for file in table.file_uris())
        except (DeltaError, OSError):
            whole = False
        if not whole:
            raise Damaged(
                "LAKE_TORN",
                "数据湖不完整:%(entity)s 的 %(name)s 版本 %(version)s 无法读取。",
                entity=entity,
                name=name,
                version=version,
            )
    for folder in results:
        if not (lake / folder).is_dir():
            raise Damaged("LAKE_TORN", "数据湖不完整:缺少结果 %(folder)s。", folder=folder)
    return len(pinned)
