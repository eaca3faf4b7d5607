"""The database's part of a backup: a base backup with its log, or the position of a bank's own server."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from jinlan.basics.errors import Refused
from jinlan.site.backup import facts, wal
from jinlan.site.backup.facts import Facts
from jinlan.site.backup.files import copy, no_space
from jinlan.site.embedded import Embedded, binaries, die_with_parent
from jinlan.site.home import Home

ARCHIVE_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Base:
    """What was copied: the facts at the restore point, its name, the first segment that recovery needs ("" without a copy)."""

    facts: Facts
    point: str
    first: str


def embedded(place: Home, half: Path, server: Embedded) -> Base:
    """Copy the database: base backup, then the point to which it restores, then the log up to there."""
    url = server.url("admin")
    _archiving(server, url)
    _base(server, half / "base")
    _roots(place, half)  # before the point: the file must not know more than the database
    point = f"jinlan-{secrets.token_hex(8)}"
    found = facts.point(url, point)
    with psycopg.connect(url, autocommit=True) as admin:
        row = admin.execute("select pg_walfile_name(%s::pg_lsn), pg_switch_wal()", [found.wal]).fetchone()
        assert row is not None  # noqa: S101  one row always
        _wait_for(place.wal / str(row[0]), admin)
    first = wal.first_segment(half / "base")
    (half / "wal").mkdir(mode=0o700)
    for path in wal.segments(place.wal, first, str(row[0])):
        copy(path, half / "wal" / path.name)
    return Base(found, point, first)


def _archiving(server: Embedded, url: str) -> None:
    """Begin the archive, if this is the first backup; refuse a server that was started before there was one."""
    folder = server.home.wal
    folder.mkdir(mode=0o700, exist_ok=True)
    server.own(folder)
    with psycopg.connect(url) as admin:
        row = admin.execute(
            "select current_setting('archive_mode'), current_setting('archive_command')"
        ).fetchone()
    if row != ("on", wal.archive_command(folder)):
        raise Refused(
            "BACKUP_WAL", "数据库还没有打开日志归档(它由旧版本启动)。", "请重新启动金兰一次,再备份。"
        )


def _base(server: Embedded, target: Path) -> None:
    command = [
        str(binaries() / "pg_basebackup"), "-h", str(server.socket), "-U", "jl_admin", "-D", str(target),
        "--format=plain", "--wal-method=none", "--checkpoint=fast", "--no-manifest", "--no-password",
    ]  # fmt: skip
    done = subprocess.run(
        command, env=os.environ | {"PGPASSWORD": server.password("admin"), "LC_ALL": "C"}, capture_output=True, text=True, check=False,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip
    if done.returncode and "No space left" in done.stderr:
        raise no_space(target.parent.parent)
    if done.returncode:
        raise Refused(
            "BACKUP_BASE",
            "数据库没有备份成:%(said)s",
            "没有留下半份备份;请核对日志后重试。",
            said=done.stderr.strip()[-400:],
        )


def _wait_for(segment: Path, admin: facts.Connection) -> None:
    deadline = time.monotonic() + ARCHIVE_PATIENCE
    while not segment.exists():
        if time.monotonic() > deadline:
            row = admin.execute("select last_failed_wal from pg_stat_archiver").fetchone()
            raise Refused(
                "BACKUP_WAL",
                "日志归档没有前进(最近失败:%(failed)s)。",
                "请检查 %(folder)s 的空间与权限。",
                failed=row and row[0],
                folder=segment.parent,
            )
        time.sleep(0.05)


def _roots(place: Home, half: Path) -> None:
    if place.roots.is_file():
        copy(place.roots, half / "audit" / place.roots.name)


def external(place: Home, half: Path) -> Base:
    """Note where a bank's own server stands; copying its database is the bank's business."""
    _roots(place, half)
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        row = db.execute(
            "select clock_timestamp(), case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end::text"
        ).fetchone()
        assert row is not None  # noqa: S101  one row always
        return Base(Facts(row[0].isoformat(), "", db.info.server_version, row[1], {}, None, [], []), "", "")
