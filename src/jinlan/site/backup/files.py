"""Files of a backup: copied with their hash in one reading, compared with what the manifest says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from jinlan.basics.errors import Refused

BLOCK = 1 << 20
PARTS = ("base", "wal", "lake", "audit", "home")

Seen = tuple[int, str]  # bytes, SHA-256


class Damaged(Refused):
    """A backup that must not be used any more."""

    def __init__(self, code: str, message: str, /, **params: object) -> None:
        super().__init__(code, message, "请用另一份备份;这一份不要再用。", **params)


def digest(path: Path) -> Seen:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
        return file.tell(), found.hexdigest()


def copy(source: Path, target: Path) -> Seen:
    """Copy a file, settled on disk; return size and SHA-256 of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found, size = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("xb") as writer:
        os.fchmod(writer.fileno(), 0o600)
        while block := reader.read(BLOCK):
            found.update(block)
            size += writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return size, found.hexdigest()


def settle(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def settle_all(root: Path) -> None:
    """Bring the names in a folder and in every folder below it to disk."""
    for folder, _, _ in os.walk(root):
        settle(Path(folder))


def walk(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (relative name, path) of every file; a link or a device raises `Refused`."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            if path.is_symlink() or not path.is_file():
                raise Damaged("BACKUP_DAMAGED", "备份里有不是普通文件的东西:%(path)s。", path=path)
            yield path.relative_to(root).as_posix(), path


def empty_folders(root: Path) -> list[str]:
    """Return the folders without anything in them: some ways of copying lose them, and PostgreSQL needs them."""
    return sorted(
        Path(folder).relative_to(root).as_posix()
        for folder, folders, names in os.walk(root)
        if not folders and not names
    )


def inside(name: str) -> PurePosixPath:
    """Return a name of the manifest as a path below the backup; raise `Refused` for one that leads elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] not in PARTS:
        raise Damaged("BACKUP_DAMAGED", "清单里有不允许的文件名:%(name)s。", name=name[:80])
    return path


def same_names(root: Path, wanted: Mapping[str, Seen], own: frozenset[str]) -> None:
    """Raise `Refused` unless a folder holds exactly the wanted files, beside the manifest's own."""
    there = {name for name, _ in walk(root)} - own
    missing, strange = sorted(set(wanted) - there), sorted(there - set(wanted))
    if missing:
        raise Damaged(
            "BACKUP_DAMAGED",
            "备份不完整:缺少 %(first)s(共 %(count)s 个文件)。",
            first=missing[0],
            count=len(missing),
        )
    if strange:
        raise Damaged(
            "BACKUP_DAMAGED",
            "备份里多出 %(first)s(共 %(count)s 个文件)。",
            first=strange[0],
            count=len(strange),
        )


def same(name: str, wanted: Seen, found: Seen) -> None:
    """Raise `Refused` when a file is not what the manifest says."""
    if tuple(wanted) != found:
        raise Damaged("BACKUP_DAMAGED", "备份已损坏:%(name)s 与清单不符。", name=name)


def no_space(where: Path) -> Refused:
    """Return the refusal of a disk that is full."""
    return Refused(
        "BACKUP_SPACE",
        "%(where)s 空间不足,没有写成,也没有留下半份。",
        "请腾出空间,或写到别的磁盘。",
        where=where,
    )
