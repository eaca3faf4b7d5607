"""The database of a restore: recovered to its instant, compared with the manifest, handed over to the new home."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from jinlan.basics.errors import Refused, Words
from jinlan.site.backup import facts, wal
from jinlan.site.backup.manifest import Manifest
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home

LATEST: Literal["latest"] = "latest"
At = datetime | Literal["latest"] | None
OWN_WAL = "wal-of-backup"
REPLAY = 24 * 3600
_LAST = re.compile(r"last completed transaction was at log time (.+)")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the database holds at its instant."""

    counts: Mapping[str, int]
    loads: list[dict[str, Any]]
    results: list[str]
    entities: list[str]


def recovered(found: Manifest, half: Home, at: At, archives: Sequence[Path], *, sealed: bool) -> Recovered:
    """Recover and compare; `sealed` when the new home has keys of its own."""
    server = Embedded(half)
    (half.pg / "recovery.signal").touch()
    server.own(half.pg)
    hba = half.run / "restore.hba"
    hba.write_text("local all all trust\n")  # behind a socket that only this user can reach
    target = {"recovery_target_name": found.point} if at is None else {}
    if isinstance(at, datetime):
        target = {"recovery_target_time": at.isoformat()}
    sources = [half.path / OWN_WAL, *(archives if at else ())]
    settings = {
        "hba_file": str(hba), "archive_mode": "off", "restore_command": wal.restore_command(sources),
        "recovery_target_action": "promote", **target,
    }  # fmt: skip
    try:
        _recover(server, settings)
        with psycopg.connect(server.url("admin")) as db:
            _compare(db, found, exactly=at is None)
            now = Recovered(facts.counts(db), facts.loads(db), facts.results(db), _entities(db))
        _hand_over(server, sealed=sealed)
    finally:
        server.stop()
    return now


def _entities(db: facts.Connection) -> list[str]:
    rows = db.execute("select distinct entity from kernel_person where entity <> '' order by 1").fetchall()
    return [str(row[0]) for row in rows]


def _hand_over(server: Embedded, *, sealed: bool) -> None:
    """Let the database know the new home's administrator, and forget a seal whose key is not ours."""
    with psycopg.connect(server.url("admin"), autocommit=True) as admin:
        if sealed:  # the product would refuse it
            admin.execute("delete from sec.key")
        admin.execute(sql.SQL("alter role jl_admin password {}").format(server.password("admin")))


def _recover(server: Embedded, settings: dict[str, str]) -> None:
    """Start in recovery and wait until the target is reached and the server has its own timeline."""
    log = server.home.log / "postgres.log"
    try:
        server.start(settings, patience=REPLAY)
        while _recovering(server):
            time.sleep(0.05)
    except (Refused, psycopg.OperationalError):
        if not log.exists():  # there was no server to start
            raise
        text = log.read_text(errors="replace")
        if "recovery ended before configured recovery target was reached" in text:
            last = _LAST.findall(text)
            raise Refused(
                "RESTORE_BEYOND", "日志没有到那个时刻:最后一笔交易在 %(last)s。", "请给更早的 --at,或用 --wal 指明日志归档。",
                last=last[-1] if last else Words("备份时"),
            ) from None  # fmt: skip
        raise Refused(
            "RESTORE_WRONG",
            "数据库没有恢复成:%(said)s",
            "请用另一份备份。",
            said=" / ".join(text.strip().splitlines()[-3:]),
        ) from None


def _recovering(server: Embedded) -> bool:
    with psycopg.connect(server.url("admin")) as db:
        row = db.execute("select pg_is_in_recovery()").fetchone()
        return bool(row and row[0])


def _compare(db: facts.Connection, found: Manifest, *, exactly: bool) -> None:
    """Compare the database with the manifest; one that cannot be read through is a wrong one."""
    try:
        _same(db, found, exactly=exactly)
    except psycopg.Error as error:
        raise Refused(
            "RESTORE_WRONG", "数据库没有恢复成:%(said)s", "请用另一份备份。", said=str(error).strip()[:300]
        ) from None


def _same(db: facts.Connection, found: Manifest, *, exactly: bool) -> None:
    """Compare counts and the audit's root; at a later instant only what never goes back."""
    wrong = (
        []
        if facts.system(db) == found.system
        else [Words("数据库标识(备份时 %(system)s)", system=found.system)]
    )
    if exactly:
        wrong += facts.differences(found.counts, facts.counts(db))
    if found.root:
        row = db.execute(
            "select root from kernel_auditbatch where id = %s", [found.root["number"]]
        ).fetchone()
        wrong += [] if row and row[0] == found.root["root"] else [Words("审计的根")]
    if wrong:
        raise Refused(
            "RESTORE_WRONG",
            "恢复出来的与备份时不同:%(parts)s。",
            "没有留下任何东西;请用另一份备份。",
            parts=wrong[:5],
        )
