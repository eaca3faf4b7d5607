"""Bringing a backup back: into a new home, to the backup's own instant or a later one, proved before it gets its name."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from jinlan.basics.errors import Refused
from jinlan.site.backup import facts, manifest, wal
from jinlan.site.backup.files import Seen, copy, no_space, same, same_names, settle, settle_all
from jinlan.site.backup.keys import Keys, put
from jinlan.site.backup.lake import readable
from jinlan.site.backup.manifest import Manifest
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home

HALF = ".unfinished"
REPLAY = 24 * 3600
SLACK_MB = 600
_LAST = re.compile(r"last completed transaction was at log time (.+)")
Step = Callable[[str], None]
Same = Callable[[str, Seen, Seen], None]
LATEST: Literal["latest"] = "latest"
At = datetime | Literal["latest"] | None


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
    bytes: int
    copying: float
    seconds: float


def refuse_taken(into: Path) -> None:
    """Refuse a place in which there is anything."""
    if (into / "pg" / "PG_VERSION").exists():
        raise Refused(
            "RESTORE_OVER", f"{into} 里已有数据库,恢复不会覆盖它。", "请用 --into 给一个空的或不存在的目录。"
        )
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Refused("RESTORE_OVER", f"{into} 不是空目录。", "请用 --into 给一个空的或不存在的目录。")


def restore(
    backup: Path, into: Path, *, keys: Keys | None, at: At = None, archives: Sequence[Path] = (), step: Step = lambda _: None,
    compare: Same = same,
) -> Restored:  # fmt: skip
    """Restore a backup into a new home and prove it; the home gets its name when all of it was right.

    Args:
        backup: the backup's folder.
        into: where the home will be; absent or empty.
        keys: of the installation; None leaves identities sealed and the backup's origin unproven.
        at: an instant after the backup's own, `LATEST` for the end of the log, None for the backup's own.
        archives: folders with the log after the backup.
        step: told what is done.
        compare: refuses a file that is not what the manifest says; a drill plants one that does not look.

    Raises:
        Refused: RESTORE_OVER, RESTORE_EARLIER, RESTORE_BEYOND, RESTORE_WRONG, what `manifest.read` and `files` refuse.
    """
    began, into = time.monotonic(), into.resolve()
    refuse_taken(into)
    found = manifest.read(backup, keys)
    if isinstance(at, datetime) and at <= found.at:
        raise Refused(
            "RESTORE_EARLIER", f"这份备份只能恢复到 {found.made} 之后。", "请用更早的备份,或去掉 --at。"
        )
    same_names(backup, found.files, manifest.OWN)
    with _unfinished(into, found) as half:
        step("复制并核对 / copying and checking")
        _copy(backup, half.path, found, compare)
        copying = time.monotonic() - began
        versions = readable(half.lake, found.loads, found.results)
        if keys is not None:
            put(keys, half)
        proved = (
            _database(found, half, at, archives, step, sealed=keys is None)
            if found.kind == "embedded"
            else Proved()
        )
        shutil.rmtree(half.run)
        settle_all(half.path)
        if into.exists():
            into.rmdir()
        half.path.rename(into)
    settle(into.parent)
    return Restored(
        found,
        into,
        proved.tables,
        proved.rows,
        versions,
        proved.entries,
        proved.batches,
        proved.values,
        found.size,
        copying,
        time.monotonic() - began,
    )


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
            f"没有恢复成:{error.strerror}({error.filename})。",
            "没有留下任何东西;请检查空间与权限后重试。",
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
    return half / {"base": "pg", "home": ".", "wal": "wal-of-backup"}.get(part, part) / rest


@dataclass(frozen=True, slots=True)
class Proved:
    """What was looked at in the restored database."""

    tables: int = 0
    rows: int = 0
    entries: int | None = None
    batches: int | None = None
    values: int | None = None


def _database(
    found: Manifest, half: Home, at: At, archives: Sequence[Path], step: Step, *, sealed: bool
) -> Proved:
    """Recover, compare with the manifest, hand over to the new home's own passwords, and look as the product does."""
    step("重放日志 / replaying the log")
    own = half.path / "wal-of-backup"
    server = Embedded(half)
    server.own(half.pg)
    (half.pg / "recovery.signal").touch()
    server.own(half.pg)
    hba = half.run / "restore.hba"
    hba.write_text("local all all trust\n")  # behind a socket that only this user can reach
    target = {"recovery_target_name": found.point} if at is None else {}
    if isinstance(at, datetime):
        target = {"recovery_target_time": at.isoformat()}
    settings = {
        "hba_file": str(hba), "archive_mode": "off", "restore_command": wal.restore_command([own, *(archives if at else ())]),
        "recovery_target_action": "promote", **target,
    }  # fmt: skip
    try:
        _recover(server, settings)
        step("核对 / checking")
        counts = _compare(server, found, exactly=at is None)
        with psycopg.connect(server.url("admin"), autocommit=True) as admin:
            if sealed:  # the old key is not ours: the product would refuse it
                admin.execute("delete from sec.key")
            admin.execute(sql.SQL("alter role jl_admin password {}").format(server.password("admin")))
            entities = [
                row[0]
                for row in admin.execute(
                    "select distinct entity from kernel_person where entity <> '' order by 1"
                )
            ]
    finally:
        server.stop()
    shutil.rmtree(own)
    looked = _look(half, entities)
    return Proved(
        len(counts),
        sum(counts.values()),
        looked["entries"],
        looked["batches"],
        None if sealed else looked["values"],
    )


def _recover(server: Embedded, settings: dict[str, str]) -> None:
    """Start in recovery and wait until the target is reached and the server has its own timeline."""
    log = server.home.log / "postgres.log"
    try:
        server.start(settings, patience=REPLAY)
        while _recovering(server):
            time.sleep(0.05)
    except (Refused, psycopg.OperationalError):
        text = log.read_text(errors="replace")
        if "recovery ended before configured recovery target was reached" in text:
            last = _LAST.findall(text)
            raise Refused(
                "RESTORE_BEYOND", f"日志没有到那个时刻:最后一笔交易在 {last[-1] if last else '备份时'}。", "请给更早的 --at,或用 --wal 指明日志归档。"
            ) from None  # fmt: skip
        raise Refused(
            "RESTORE_WRONG",
            "数据库没有恢复成:" + " / ".join(text.strip().splitlines()[-3:]),
            "请用另一份备份。",
        ) from None


def _recovering(server: Embedded) -> bool:
    with psycopg.connect(server.url("admin")) as db:
        row = db.execute("select pg_is_in_recovery()").fetchone()
        return bool(row and row[0])


def _compare(server: Embedded, found: Manifest, *, exactly: bool) -> dict[str, int]:
    """Compare the database with the manifest; at a later instant only what never goes back."""
    with psycopg.connect(server.url("admin")) as db:
        counts, root, system = facts.counts(db), facts.root(db), facts.system(db)
        named = (
            found.root
            and db.execute(
                "select root from kernel_auditbatch where id = %s", [found.root["number"]]
            ).fetchone()
        )
    wrong = [] if system == found.system else [f"数据库标识 {system}(备份时 {found.system})"]
    if exactly:
        wrong += facts.differences(found.counts, counts)
        wrong += [] if root == found.root else ["审计的根"]
    elif found.root and (not named or named[0] != found.root["root"]):
        wrong += ["审计的根"]
    if wrong:
        raise Refused(
            "RESTORE_WRONG",
            f"恢复出来的与备份时不同:{';'.join(wrong[:5])}。",
            "没有留下任何东西;请用另一份备份。",
        )
    return counts


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
            "恢复出来的安装没有通过核对:" + done.stderr.strip()[-400:],
            "没有留下任何东西;请用另一份备份。",
        )
    looked: dict[str, Any] = json.loads(done.stdout)
    return looked
