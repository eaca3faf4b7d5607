"""Writing a backup, while the product runs or not: under another name first, renamed when it is whole."""

from __future__ import annotations

import errno
import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from jinlan.basics.errors import Refused
from jinlan.site.backup import base, manifest
from jinlan.site.backup.base import Base
from jinlan.site.backup.files import Seen, copy, digest, empty_folders, no_space, settle, settle_all, walk
from jinlan.site.backup.keys import Keys, installation, keys_of
from jinlan.site.backup.lake import copy_lake, readable
from jinlan.site.backup.manifest import Manifest
from jinlan.site.database import external, serving_database
from jinlan.site.home import Home

HALF, UNFINISHED = ".unfinished", "UNFINISHED.txt"
SLACK_MB = 200
NOTE = "这不是备份:写它的命令没有做完。请删除这个目录,再运行 ./jinlan backup。\nNot a backup: the command that wrote it did not finish. Remove this folder and run ./jinlan backup again.\n"
# What a new start needs to know of the demo bank; its extracts can be made again.
HOME_FILES = ("demo.filled", "demo/staff.toml")
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    folder: Path
    manifest: Manifest
    seconds: float


def default_folder(place: Home, at: datetime) -> Path:
    """Return where a backup of an instant goes when nobody says."""
    return place.path / "backups" / at.strftime("%Y-%m-%dT%H%M%SZ")


def back_up(place: Home, folder: Path, step: Step = lambda _: None) -> Made:
    """Write a backup of a home into a folder that does not exist yet.

    Raises:
        Refused: BACKUP_EXISTS, BACKUP_RUNNING, BACKUP_NOTHING, BACKUP_SPACE, BACKUP_BUSY, BACKUP_BASE, BACKUP_WAL, LAKE_TORN.
    """
    began, folder = time.monotonic(), folder.resolve()
    if folder.exists():
        raise Refused(
            "BACKUP_EXISTS", "%(folder)s 已经存在,备份不会覆盖任何东西。", "请给一个新的目录。", folder=folder
        )
    if not external() and not (place.pg / "PG_VERSION").exists():
        raise Refused(
            "BACKUP_NOTHING",
            "%(folder)s 里没有数据库,没有可备份的。",
            "请核对 JINLAN_HOME。",
            folder=place.path,
        )
    with _alone(place), _unfinished(folder) as half:
        _enough_space(place, half)
        with serving_database(place, step, migrated=False) as server:
            step("数据库 / database")
            found = base.embedded(place, half, server) if server else base.external(place, half)
            step("数据湖 / lake")
            lake = copy_lake(place.lake, half / "lake")
        readable(half / "lake", found.facts.loads, found.facts.results)
        step("清单 / manifest")
        _home_files(place, half)
        made = _sign(half, found, lake, keys_of(place))
        (half / UNFINISHED).unlink()
        half.rename(folder)
    settle(folder.parent)
    return Made(folder, made, time.monotonic() - began)


@contextmanager
def _alone(place: Home) -> Iterator[None]:
    """One backup of a home at a time."""
    place.make()
    with (place.run / "backup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("BACKUP_RUNNING", "另一个备份正在进行。", "请等它结束。") from None
        yield


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Make the folder under the name of an unfinished one; whatever goes wrong, it is taken away again."""
    half = folder.with_name(f".{folder.name}{HALF}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.parent.glob(f".*{HALF}"):
            if (old / UNFINISHED).is_file():  # of a backup that was killed
                shutil.rmtree(old)
        half.mkdir(mode=0o700)
        (half / UNFINISHED).write_text(NOTE, encoding="utf-8")
        yield half
    except psycopg.OperationalError as error:
        raise Refused(
            "BACKUP_BASE",
            "数据库在备份中途停了:%(said)s",
            "没有留下半份备份;请重试。",
            said=str(error).strip().splitlines()[-1],
        ) from error
    except OSError as error:
        raise _failed(folder, error) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _failed(folder: Path, error: OSError) -> Refused:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_space(folder.parent)
    return Refused(
        "BACKUP_WRITE",
        "备份没有写成:%(said)s(%(path)s)。",
        "没有留下半份备份;请检查目录与权限后重试。",
        said=error.strerror,
        path=error.filename,
    )


def _enough_space(place: Home, half: Path) -> None:
    """Refuse before the first byte when the disk cannot hold it."""
    needed = SLACK_MB << 20
    for root in (place.lake, *(() if external() else (place.pg,))):
        for path in root.rglob("*"):
            try:
                needed += path.stat().st_size if path.is_file() else 0
            except OSError:  # went away while we looked: PostgreSQL is at work
                continue
    if shutil.disk_usage(half).free < needed:
        raise no_space(half.parent)


def _home_files(place: Home, half: Path) -> None:
    for name in HOME_FILES:
        if (place.path / name).is_file():
            copy(place.path / name, half / "home" / name)


def _sign(half: Path, found: Base, lake: dict[str, Seen], keys: Keys) -> Manifest:
    """Hash what is there, write the manifest."""
    files = {f"lake/{name}": seen for name, seen in lake.items()}
    for name, path in walk(half):
        if name not in files and name != UNFINISHED:
            files[name] = digest(path)
    settle_all(half)
    held = found.facts
    made = Manifest(
        "embedded" if found.point else "external", held.at, installation(keys), held.system, held.server, held.wal, found.point, found.first,
        held.counts, held.root, held.loads, held.results, files, empty_folders(half),
    )  # fmt: skip
    manifest.write(half, made, keys)
    return made
