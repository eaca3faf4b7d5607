"""What PostgreSQL runs for each finished WAL segment, and for each one that it needs back. Standard library only: it starts in 15 ms.

A segment that was ended early (every `archive_timeout` seconds) is mostly zeros at its end: they are left out in the archive
and filled in again on the way back, so that a quiet bank's archive stays small.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

SEGMENT = 16 << 20
NAME = re.compile(r"[0-9A-F]{24}")


def trimmed(name: str, data: bytes) -> bytes:
    """Return a segment without the zeros at its end; other files (histories) as they are."""
    return data.rstrip(b"\0") if NAME.fullmatch(name) else data


def put(source: Path, target: Path) -> int:
    """Archive one file whole or not at all, settled on disk; 1 when another one has its name.

    Without the archive's folder there is nothing to do: the first backup makes it, WAL before that one serves nothing.
    """
    if not target.parent.is_dir():
        return 0
    data = trimmed(target.name, source.read_bytes())
    if target.exists():  # archived before, then killed before PostgreSQL noted it
        return 0 if target.read_bytes() == data else 1
    half = target.with_name(f".{target.name}.half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return 0


def get(name: str, target: Path, folders: list[Path]) -> int:
    """Bring a file back from the first folder that has it; 1 when none has."""
    for folder in folders:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target)
            if NAME.fullmatch(name):
                os.truncate(target, SEGMENT)
            return 0
    return 1


def main(words: list[str]) -> int:
    """``put SOURCE TARGET`` or ``get NAME TARGET FOLDER…``."""
    if words[0] == "put":
        return put(Path(words[1]), Path(words[2]))
    return get(words[1], Path(words[2]), [Path(word) for word in words[3:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
