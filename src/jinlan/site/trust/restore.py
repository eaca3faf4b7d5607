"""P14: the drill of backup and restore, on a small bank of its own, in a process of its own (the home is read once a process).

``python -m jinlan.site.trust.restore DIR [--seed 1] [--clients 40] [--archive-seconds 5] [--flips 2]`` prints JSON.

A bank is loaded and published. While somebody writes, it is backed up; a second delivery follows, then a mistaken DELETE at a noted
instant. Restored are: the backup's own instant, the instant before the mistake, and, after everything was killed and the data folder
is gone, the end of the archived log. Then faults are planted in the backup: each must be refused. The planted hole is a restore that
does not compare files with the manifest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from jinlan.basics.errors import Refused
from jinlan.site.backup import facts
from jinlan.site.backup.check import keep, verify
from jinlan.site.backup.keys import keys_of
from jinlan.site.backup.make import back_up
from jinlan.site.backup.recover import LATEST, At
from jinlan.site.backup.restore import Later, Restored, restore
from jinlan.site.database import create, migrate, setup_django
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home
from jinlan.site.trust.damage import Damager, blind

SLACK = 10  # seconds beside the archive's own that a busy machine may take
PATIENCE = 120


@dataclass
class Drill:
    """What the drill found; `wrong` must stay empty."""

    wrong: list[str] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    acknowledged: int = 0
    back_up: float = 0.0
    rto: float = 0.0
    rpo: float = 0.0
    archive_seconds: int = 0
    planted: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    canary: bool = False
    seconds: float = 0.0


class Writer(threading.Thread):
    """Writes a row a transaction until told to stop or the server is gone; notes each with the instant of its acknowledgement."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.noted: list[tuple[int, datetime]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        """Write."""
        try:
            with psycopg.connect(self.url, autocommit=True) as db:
                while not self.enough.wait(0.01):
                    row = db.execute("insert into drill default values returning n").fetchone()
                    now = db.execute("select clock_timestamp()").fetchone()
                    assert row is not None and now is not None  # noqa: S101, PT018  one row always
                    self.noted.append((row[0], now[0]))
        except psycopg.Error:
            return


class Bank:
    """The home under drill: a tiny bank with two deliveries, published results, sealed audit and a vault."""

    def __init__(self, place: Home, *, clients: int, archive_seconds: int) -> None:
        self.place, self.clients = place, clients
        self.server = Embedded(place, archive_seconds=archive_seconds).start()
        self.url = self.server.url("admin")
        os.environ["DATABASE_URL"] = self.server.url("app")
        create(self.server)
        migrate(self.server.url("owner"), self.server.url("app"))
        setup_django()
        os.environ.pop("DATABASE_URL")  # from here on the commands find their own server
        with psycopg.connect(self.url) as admin:
            admin.execute(
                "create table drill (n bigint generated always as identity primary key, at timestamptz default clock_timestamp())"
            )

    def deliver(self, number: int) -> None:
        """Load the first or the second delivery; the first is evaluated and published, which also seals the audit."""
        from jinlan.lake.tests import tiny_bank as bank
        from jinlan.site import jobs

        source = self.place.path / f"delivery{number}"
        rows = bank.first_day(self.clients)
        for at, row in enumerate(rows["party"]):
            row["id_no"] = f"91110000{at:010d}"
        day = bank.FIRST + timedelta(days=number)
        bank.write(source, rows if number == 0 else bank.next_day(day, self.clients), day=day)
        jobs.load(source, progress=lambda _: None)
        jobs.evaluate_and_publish(day, progress=lambda _: None)

    def digests(self) -> dict[str, str]:
        """Return a digest of the rows of every table."""
        return digests(self.url)

    def instant(self) -> datetime:
        """Return the database's own clock."""
        with psycopg.connect(self.url) as admin:
            row = admin.execute("select clock_timestamp()").fetchone()
            assert row is not None  # noqa: S101  one row always
            found: datetime = row[0]
            return found

    def archived(self) -> None:
        """End the segment of this moment and wait until it is in the archive."""
        with psycopg.connect(self.url, autocommit=True) as admin:
            row = admin.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
            assert row is not None  # noqa: S101  one row always
        until((self.place.wal / str(row[0])).exists, "the archive")

    def kill(self) -> datetime:
        """Kill everything at once; return when."""
        from django.db import connections

        connections.close_all()
        assert self.server.process is not None  # noqa: S101
        now = self.instant()
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        return now


def until(condition: Any, what: str) -> None:
    """Wait for something, failing loudly when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


def digests(url: str) -> dict[str, str]:
    """Return a digest of the rows of every table of a database."""
    with psycopg.connect(url) as db:
        query = sql.SQL(
            "select count(*) || ' ' || md5(coalesce(string_agg(r::text, '|' order by r::text), '')) from {} r"
        )
        found = {}
        for schema, name in facts.tables(db):
            row = db.execute(query.format(sql.Identifier(schema, name))).fetchone()
            found[name] = str(row and row[0])
        return found


def look(place: Path, *queries: str) -> list[Any]:
    """Start a restored home and ask it."""
    server = Embedded(Home(place).make()).start()
    try:
        with psycopg.connect(server.url("admin")) as db:
            return [db.execute(query.encode()).fetchall() for query in queries] + [
                digests(server.url("admin"))
            ]
    finally:
        server.stop()


def drill(folder: Path, *, seed: int, clients: int, archive_seconds: int, flips: int) -> Drill:
    """Run the whole drill in an empty folder."""
    began, found, dice = time.monotonic(), Drill(archive_seconds=archive_seconds), random.Random(seed)  # noqa: S311
    place = Home(folder / "home").make()
    os.environ |= {"JINLAN_HOME": str(place.path), "JINLAN_ENTITY": "TNY", "JINLAN_DEMO": "0"}
    bank = Bank(place, clients=clients, archive_seconds=archive_seconds)
    try:
        backup = _backed_up(bank, folder, found)
        _own_instant(backup, folder, found)
        _before_the_mistake(bank, backup, folder, found)
        _after_a_disaster(bank, backup, folder, found)
        _refused(bank, backup, folder, found, dice, flips)
    finally:
        bank.server.stop()
    found.seconds = time.monotonic() - began
    return found


def _backed_up(bank: Bank, folder: Path, found: Drill) -> Path:
    """Back up while somebody writes and a delivery is loaded; what was acknowledged before must be in it."""
    bank.deliver(0)
    writer, loader = Writer(bank.url), threading.Thread(target=bank.deliver, args=(1,))
    writer.start()
    loader.start()
    made = back_up(bank.place, folder / "backup")
    writer.enough.set()
    writer.join(PATIENCE)
    loader.join(PATIENCE)
    checked = verify(made.folder, keys_of(bank.place))
    found.back_up, found.bytes, found.rows = (
        made.seconds,
        made.manifest.size,
        sum(made.manifest.counts.values()),
    )
    before = [n for n, at in writer.noted if at <= made.manifest.at]
    found.acknowledged = len(before)
    if not before or len(before) == len(writer.noted):
        found.wrong.append("nobody wrote during the backup")
    if made.manifest.counts["drill"] < len(before):
        found.wrong.append("rows acknowledged before the backup's instant are not in it")
    if not checked.versions or not made.manifest.results or made.manifest.root is None:
        found.wrong.append("the bank under drill lacks a lake, results or a sealed audit")
    return made.folder


def _restored(backup: Path, into: Path, found: Drill, place: Home, at: At = None) -> Restored:
    done = restore(backup, into, keys=keys_of(place), at=at, later=Later([place.wal], place.lake))
    emptied = at == LATEST  # the vault's rows were deleted by mistake
    if not done.entries or not done.batches or not done.versions or bool(done.values) == emptied:
        found.wrong.append(f"{into.name}: audit, vault or lake were not looked at")
    return done


def _own_instant(backup: Path, folder: Path, found: Drill) -> None:
    """Restore the backup itself: `restore` compares counts and root; the rows are counted here once more."""
    done = _restored(backup, folder / "plain", found, Home(folder / "home"))
    found.rto = done.seconds
    ((rows,),), _ = look(folder / "plain", "select count(*) from drill")
    if rows != done.manifest.counts["drill"]:
        found.wrong.append(f"plain restore: {rows} rows instead of {done.manifest.counts['drill']}")


def _before_the_mistake(bank: Bank, backup: Path, folder: Path, found: Drill) -> None:
    """Restore to just before a DELETE: every table must be as it was."""
    bank.deliver(2)
    with psycopg.connect(bank.url) as admin:
        found.wrong += (
            [] if len(facts.loads(admin)) == 3 else ["a delivery that came during the backup was not loaded"]
        )
    wanted, at = bank.digests(), bank.instant()
    with psycopg.connect(bank.url) as admin:
        admin.execute("set session_replication_role = replica")
        gone = admin.execute("delete from clients_partyidentity").rowcount
    with psycopg.connect(bank.url) as admin:
        admin.execute("insert into drill default values")
    if not gone or bank.digests() == wanted:
        found.wrong.append("the mistake changed nothing")
    bank.archived()
    try:
        restore(backup, folder / "behind", keys=keys_of(bank.place), at=at, later=Later([bank.place.wal]))
    except Refused as refusal:
        found.wrong += [] if refusal.code == "LAKE_BEHIND" else [f"without the lake that went on: {refusal}"]
    else:
        found.wrong.append("a database that knows more than its lake was not refused")
    done = _restored(backup, folder / "before", found, bank.place, at)
    if done.versions <= len({name for one in done.manifest.loads for name in one["versions"]}):
        found.wrong.append("what was delivered after the backup is not in the lake")
    (got,) = look(folder / "before")
    found.wrong += [f"before the mistake: {name} differs" for name in wanted if got.get(name) != wanted[name]]


def _after_a_disaster(bank: Bank, backup: Path, folder: Path, found: Drill) -> None:
    """Kill everything under a writer, lose the database's folder, restore as far as the archive goes."""
    writer = Writer(bank.url)
    writer.start()
    time.sleep(
        bank.server.archive_seconds * 1.8
    )  # into the second half of a segment's time: not the best case
    killed = bank.kill()
    writer.join(PATIENCE)
    shutil.rmtree(bank.place.pg)
    _restored(backup, folder / "latest", found, bank.place, LATEST)
    ((last,),), _ = look(folder / "latest", "select max(at) from drill")
    found.rpo = (killed - last).total_seconds()
    if not 0 <= found.rpo <= bank.server.archive_seconds + SLACK:
        found.wrong.append(f"the last archived row is {found.rpo:.1f} s old")


def _refused(bank: Bank, backup: Path, folder: Path, found: Drill, dice: random.Random, flips: int) -> None:
    """Plant faults; then once more where nobody compares."""
    scratch, keys = folder / "refused", keys_of(bank.place)
    scratch.mkdir()
    damager = Damager(backup, scratch, keys, dice)
    damager.flips(flips)
    damager.losses()
    damager.others(folder / "plain")
    found.planted, found.codes = damager.found.planted, damager.found.codes
    found.wrong += damager.found.wrong
    verify(backup, keys)  # every fault was taken back
    keep(folder, 1, bank.place, keys)
    blinded = Damager(backup, scratch, keys, dice, blind)
    blinded.flips(1)
    found.canary = bool(blinded.found.wrong)


def prove(folder: Path, *, archive_seconds: int, flips: int, seed: int) -> Drill:
    """Run the drill in a process of its own: it needs a home with keys of its own."""
    own = {"DATABASE_URL", "DATABASE_OWNER_URL", "JINLAN_HOME", "JINLAN_OWNER"}
    env = {key: value for key, value in os.environ.items() if key not in own}
    options = {"--seed": seed, "--archive-seconds": archive_seconds, "--flips": flips}
    command = [
        sys.executable,
        "-m",
        __name__,
        str(folder),
        *(str(word) for pair in options.items() for word in pair),
    ]
    done = subprocess.run(
        command, env=env | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}, capture_output=True, text=True, check=False
    )  # fmt: skip
    try:
        return Drill(**json.loads(done.stdout))
    except ValueError:
        return Drill(wrong=[f"the drill failed: {done.stderr[-300:]}"])


def main() -> int:
    """Run the drill and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--archive-seconds", type=int, default=5)
    parser.add_argument("--flips", type=int, default=2)
    options = vars(parser.parse_args())
    found = drill(options.pop("folder").resolve(), **options)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 1 if found.wrong or not found.canary else 0


if __name__ == "__main__":
    sys.exit(main())
