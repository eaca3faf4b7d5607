"""Bringing a backup back: into a new home, to the backup's own instant or a later one, proved before it gets its name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.site.backup import manifest
from jinlan.site.backup.files import Seen, copy, no_space, same, same_names, settle, settle_all
from jinlan.site.backup.keys import Keys, put
from jinlan.site.backup.lake import add_newer, forget_unknown, readable
from jinlan.site.backup.manifest import Manifest
from jinlan.site.backup.recover import OWN_WAL, At, Recovered, recovered
from jinlan.site.home import Home

HALF = ".unfinished"
SLACK_MB = 600
Step = Callable[[str], None]
Same = Callable[[str, Seen, Seen], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands now and what was proved of it; `entries` and `values` are None without keys."""

    manifest: Manifest
    into: Path
    tables: int
    rows: int
    versions: int
    entries: int | None
    batches: int | None
    values: int | None
    copying: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Later:
    """Where an installation went on after a backup: archives of its log, its lake (None: it is lost)."""

    archives: Sequence[Path] = ()
    lake: Path | None = None


NOTHING_LATER = Later()


def refuse_taken(into: Path) -> None:
    """Refuse a place in which there is anything."""
    if (into / "pg" / "PG_VERSION").exists():
        raise Refused(
            "RESTORE_OVER",
            "%(into)s 里已有数据库,恢复不会覆盖它。",
            "请用 --into 给一个空的或不存在的目录。",
            into=into,
        )
    if os.path.ismount(into):
        raise Refused(
            "RESTORE_OVER",
            "%(into)s 是一个挂载点,不能整体替换。",
            "请用 --into 给它下面的一个目录。",
            into=into,
        )
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Refused(
            "RESTORE_OVER", "%(into)s 不是空目录。", "请用 --into 给一个空的或不存在的目录。", into=into
        )


def restore(
    backup: Path, into: Path, *, keys: Keys | None, at: At = None, later: Later = NOTHING_LATER, step: Step = lambda _: None,
    compare: Same = same,
) -> Restored:  # fmt: skip
    """Restore a backup into a new home and prove it; the home gets its name when all of it was right.

    Args:
        backup: the backup's folder.
        into: where the home will be; absent or empty.
        keys: of the installation; None leaves identities sealed and the backup's origin unproven.
        at: an instant after the backup's own, `LATEST` for the end of the log, None for the backup's own.
        later: where the log and the lake went on after the backup.
        step: told what is done.
        compare: refuses a file that is not what the manifest says; a drill plants one that does not look.

    Raises:
        Refused: RESTORE_OVER, RESTORE_EARLIER, RESTORE_BEYOND, RESTORE_WRONG, LAKE_BEHIND, what `manifest.read` and `files` refuse.
    """
    began, into = time.monotonic(), into.resolve()
    refuse_taken(into)
    found = manifest.read(backup, keys)
    if isinstance(at, datetime) and at <= found.at:
        raise Refused(
            "RESTORE_EARLIER",
            "这份备份只能恢复到 %(made)s 之后。",
            "请用更早的备份,或去掉 --at。",
            made=found.made,
        )
    same_names(backup, found.files, manifest.OWN)
    with _unfinished(into, found) as half:
        step("复制并核对 / copying and checking")
        _copy(backup, half.path, found, compare)
        copying = time.monotonic() - began
        versions = readable(half.lake, found.loads, found.results)
        if keys is not None:
            put(keys, half)
        if found.kind == "external":
            proved = Restored(found, half.path, 0, 0, versions, None, None, None)
        else:
            proved = _proved(found, half, at, later, step, versions=versions, sealed=keys is None)
        shutil.rmtree(half.run)
        settle_all(half.path)
        if into.exists():
            into.rmdir()
        half.path.rename(into)
    settle(into.parent)
    return replace(proved, into=into, copying=copying, seconds=time.monotonic() - began)


def _proved(
    found: Manifest, half: Home, at: At, later: Later, step: Step, *, versions: int, sealed: bool
) -> Restored:
    """Recover the database, bring the lake to the same instant, look as the product does."""
    step("重放日志 / replaying the log")
    now = recovered(found, half, at, later.archives, sealed=sealed)
    shutil.rmtree(half.path / OWN_WAL)
    step("核对 / checking")
    if (now.loads, now.results) != (found.loads, found.results):
        versions = _same_instant(found, half, now, later)
    looked = _look(half, now.entities)
    values = None if sealed else looked["values"]
    return Restored(
        found, half.path, len(now.counts), sum(now.counts.values()), versions, looked["entries"], looked["batches"], values
    )  # fmt: skip


def _same_instant(found: Manifest, half: Home, now: Recovered, later: Later) -> int:
    """Open all that the database pins; what came after the backup is taken from the lake that it came to."""
    forget_unknown(half.lake, found.loads, found.results)
    if later.lake is not None and later.lake.is_dir():
        add_newer(later.lake, half.lake)
    try:
        return readable(half.lake, now.loads, now.results)
    except Refused as refusal:
        known = {one["load"] for one in found.loads}
        first = next((one["finished"] for one in now.loads if one["load"] not in known), found.made)
        raise Refused(
            "LAKE_BEHIND",
            "那个时刻的数据库已有备份之后的供数或评估(%(first)s),而数据湖没有。",
            "请用 --lake 指明原来的数据湖,或给更早的 --at。",
            first=first,
        ) from refusal


@contextmanager
def _unfinished(into: Path, found: Manifest) -> Iterator[Home]:
    """Make the home under another name; when anything goes wrong it is taken away."""
    half = into.with_name(f".{into.name}{HALF}")
    into.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(half, ignore_errors=True)
    try:
        if shutil.disk_usage(into.parent).free < found.size + (SLACK_MB << 20):
            raise no_space(into.parent)
        yield Home(half).make()
    except OSError as error:
        raise Refused(
            "RESTORE_WRITE",
            "没有恢复成:%(said)s(%(path)s)。",
            "没有留下任何东西;请检查空间与权限后重试。",
            said=error.strerror,
            path=error.filename,
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _copy(backup: Path, half: Path, found: Manifest, compare: Same) -> None:
    """Copy every file to its place; what is compared is what was written, not what was read before."""
    if found.kind == "embedded":
        (half / "pg").mkdir(mode=0o700)  # PostgreSQL insists
    for name in found.folders:
        _place(half, name).mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, wanted in found.files.items():
        compare(name, wanted, copy(backup / name, _place(half, name)))


def _place(half: Path, name: str) -> Path:
    """Return where a file of a backup belongs in a home."""
    part, _, rest = name.partition("/")
    return half / {"base": "pg", "home": ".", "wal": OWN_WAL}.get(part, part) / rest


def _look(half: Home, entities: Sequence[str]) -> dict[str, Any]:
    """Start the restored home as the product starts, in a process with its keys, and let it look."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "jinlan.site.backup.look", *entities], env=env | {"JINLAN_HOME": str(half.path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Refused(
            "RESTORE_WRONG",
            "恢复出来的安装没有通过核对:%(said)s",
            "没有留下任何东西;请用另一份备份。",
            said=done.stderr.strip()[-400:],
        )
    looked: dict[str, Any] = json.loads(done.stdout)
    return looked
