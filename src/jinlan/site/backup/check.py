"""Proving a backup without restoring it: signature, every file's hash, the lake at every pinned version."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.site.backup import manifest, wal
from jinlan.site.backup.files import digest, same, same_names
from jinlan.site.backup.keys import Keys
from jinlan.site.backup.lake import readable
from jinlan.site.backup.manifest import Manifest
from jinlan.site.home import Home


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that is as it was written; `versions` of the lake's tables were opened."""

    manifest: Manifest
    versions: int
    seconds: float


def verify(folder: Path, keys: Keys | None) -> Checked:
    """Check a backup; raise `Refused` with the first thing that is wrong."""
    began = time.monotonic()
    found = manifest.read(folder, keys)
    same_names(folder, found.files, manifest.OWN)
    for name, wanted in found.files.items():
        same(name, wanted, digest(folder / name))
    versions = readable(folder / "lake", found.loads, found.results)
    return Checked(found, versions, time.monotonic() - began)


def backups(parent: Path, keys: Keys) -> list[tuple[Path, Manifest]]:
    """Return this installation's finished backups in a folder, oldest first; what is none or damaged is left alone."""
    found = []
    for path in parent.iterdir() if parent.is_dir() else ():
        try:
            found.append((path, manifest.read(path, keys)))
        except Refused:
            continue
    return sorted(found, key=lambda one: one[1].at)


def keep(parent: Path, number: int, place: Home, keys: Keys) -> tuple[Sequence[Path], int]:
    """Remove all but the newest `number` backups of a folder, then the log that no kept one needs; return both (paths, bytes)."""
    there = backups(parent, keys)
    doomed, kept = there[:-number], there[-number:]
    for path, _ in doomed:
        gone = path.with_name(
            f".{path.name}.removed"
        )  # a kill in the middle leaves nothing that looks like a backup
        path.rename(gone)
        shutil.rmtree(gone)
    for old in parent.glob(".*.removed"):
        shutil.rmtree(old)
    firsts = [one.first for _, one in kept if one.first]
    _, size = wal.prune(place.wal, min(firsts, key=lambda name: name[8:])) if firsts else (0, 0)
    return [path for path, _ in doomed], size
