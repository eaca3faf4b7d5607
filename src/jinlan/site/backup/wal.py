"""The WAL archive of the embedded database: how PostgreSQL writes and reads it, what a backup needs of it, what may go."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.site.backup.archive import NAME

SCRIPT = Path(__file__).with_name("archive.py")
# A row is in the archive at most a minute after it was acknowledged: the switch is asked for earlier than that.
ARCHIVE_SECONDS = 50
_START = re.compile(r"^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)", re.MULTILINE)


def _quoted(path: Path | str) -> str:
    """Quote for the shell, and for PostgreSQL's own placeholders."""
    return shlex.quote(str(path)).replace("%", "%%")


def _script() -> str:
    return f"{_quoted(sys.executable)} -I -S {_quoted(SCRIPT)}"


def archive_command(folder: Path) -> str:
    """Return PostgreSQL's `archive_command` into a folder (nothing is kept while it does not exist)."""
    return f"{_script()} put %p {_quoted(folder)}/%f"


def restore_command(folders: Sequence[Path]) -> str:
    """Return PostgreSQL's `restore_command`: the first folder that has a file gives it."""
    return f"{_script()} get %f %p {' '.join(_quoted(folder) for folder in folders)}"


def first_segment(base: Path) -> str:
    """Return the segment with which recovery of a base backup begins."""
    found = _START.search((base / "backup_label").read_text())
    if found is None:
        raise Refused("BACKUP_DAMAGED", "%(path)s 无法读取。", "请用另一份备份。", path=base / "backup_label")
    return found[1]


def segments(folder: Path, first: str, last: str) -> list[Path]:
    """Return the archived segments of one timeline from `first` to `last`, and the histories of timelines."""
    files = sorted(folder.iterdir())
    return [
        path
        for path in files
        if path.suffix == ".history" or (NAME.fullmatch(path.name) and first <= path.name <= last)
    ]


def prune(folder: Path, first: str) -> tuple[int, int]:
    """Remove segments that no recovery from `first` on needs; return how many and how many bytes."""
    gone = size = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        # The timeline is the first eight digits: what counts is the place in the log.
        if NAME.match(path.name) and path.suffix != ".history" and path.name[8:24] < first[8:]:
            size += path.stat().st_size
            gone += 1
            path.unlink()
    return gone, size


def size_of(folder: Path) -> int:
    """Return the bytes of an archive."""
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0
