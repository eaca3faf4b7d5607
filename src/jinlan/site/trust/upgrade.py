"""P18: this version takes over from the one before it while both are used, and the one before takes over again.

``python -m jinlan.site.trust.upgrade DIR [--seed 1] [--seconds 3]`` prints JSON; a process of its own, which holds no application.

The version before is the checkout's own: what stood before its newest migrations came. It makes its bank in a PostgreSQL of its own and
serves; this one is started beside it, migrates and serves; callers ask both all the time. Then the old one ends, comes back on the
migrated database, and the new one ends: an upgrade, and the way back. No request may fail, nobody may wait for a lock for long,
and every row that was acknowledged is there once. Planted: a migration that keeps its lock, and one that renames what the old one reads.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from jinlan.site.database import create
from jinlan.site.embedded import Embedded
from jinlan.site.home import KEYS, ROOT, SAMPLE, Home
from jinlan.site.trust.apart import PATIENCE, apart, free_port, started
from jinlan.site.trust.asking import Caller

ROOMS = f"{SAMPLE},jinlan.site.trust.drainroom.DrainRoom"
UNITS, CALLERS = 12, 3
LONGEST = 1.0  # seconds that anybody may wait for a lock
GOOD = {"200", "201"}
BUILT = (
    "src/jinlan/kernel/static/vendor",
    "src/jinlan/locale",
)  # made of the source at the first start, by npm among others
FILL = """
import json, sys
from jinlan.site.database import setup_django
setup_django()
from jinlan.basics.clock import now_utc
from jinlan.kernel import tokens
from jinlan.kernel.models import Person
from jinlan.site.trust import bank
made = bank.build(int(sys.argv[1]), int(sys.argv[2]))
key = tokens.make(Person.objects.get(pk=made.people["dept"]), name="upgrade", days=1, reads_only=False, at=now_utc())
print(json.dumps([key.text, str(next(iter(made.unit_ids.values())))]))
"""
WAITS = "select coalesce(max(extract(epoch from clock_timestamp() - waitstart)), 0)::float8 from pg_locks where not granted"
MIGRATIONS = "select app || '.' || name from django_migrations"


@dataclass
class Found:
    """What was tried and what was wrong; `before` names the version before, "" when there is none at hand."""

    before: str = ""
    migrations: list[str] = field(default_factory=list)
    requests: int = 0
    written: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    canary: dict[str, bool] = field(default_factory=dict)


def git(*arguments: str) -> bytes:
    """Ask the checkout; nothing where there is none."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


def before() -> str:
    """Return the commit before the newest migrations, "" when the checkout does not hold it."""
    if not (ROOT / ".git").exists():
        return ""
    places = [":(glob)src/jinlan/**/migrations/*.py"]
    if git("status", "--porcelain", "--", *places).strip():
        return git("rev-parse", "HEAD").decode().strip()
    # A commit that adds one: an edit of what never left the house migrates nothing.
    added = ("--first-parent", "--diff-merges=first-parent", "--diff-filter=A", "-s")
    newest = git("log", *added, "-1", "--format=%H", "--", *places).decode().strip()
    return git("rev-parse", f"{newest}^1").decode().strip() if newest else ""


class Version:
    """A version of the product: its source, a home of its own with the installation's keys, its process."""

    def __init__(self, name: str, source: Path, place: Home, urls: dict[str, str]) -> None:
        self.name, self.source, self.place = name, source, place
        own = ("DATABASE_", "DJANGO_", "JINLAN_")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(own)} | urls | {
            "JINLAN_HOME": str(place.path), "JINLAN_ROOMS": ROOMS, "JINLAN_DEMO": "0", "PYTHONPATH": str(source / "src"),
            "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def run(self, *command: str, **env: str) -> str:
        """Run something of this version and return what it said."""
        done = subprocess.run(
            [sys.executable, *command], env=self.env | env, cwd=self.source, capture_output=True, text=True, check=False
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def start(self) -> None:
        """Start it: it migrates, then it serves."""
        self.process = started(self.env, self.place.path, self.port)

    def stop(self) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class Watch(threading.Thread):
    """Looks all the time how long anybody has been waiting for a lock."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.enough, self.longest = url, threading.Event(), 0.0

    def run(self) -> None:
        """Look until told to stop."""
        with psycopg.connect(self.url, autocommit=True) as admin:
            while not self.enough.wait(0.02):
                row: Any = admin.execute(WAITS).fetchone()
                self.longest = max(self.longest, row[0])


class Upgrade:
    """One upgrade and the way back."""

    def __init__(self, folder: Path, server: Embedded, commit: str, seed: int, seconds: float) -> None:
        self.server, self.seconds = server, seconds
        self.admin, self.found = server.url("admin"), Found(commit[:9])
        self.urls = {"DATABASE_URL": server.url("app"), "DATABASE_OWNER_URL": server.url("owner")}
        source = folder / "source"
        with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
            archive.extractall(source, filter="data")
        for built in BUILT:
            shutil.copytree(ROOT / built, source / built, dirs_exist_ok=True)
        self.old, self.new = self._version("the version before", source), self._version("this version", ROOT)
        create(server)
        self.old.run(
            "-m",
            "django",
            "migrate",
            "--no-input",
            "-v",
            "0",
            "--settings",
            "jinlan.site.settings",
            JINLAN_OWNER="1",
        )
        self.token, self.unit = json.loads(self.old.run("-c", FILL, str(seed), str(UNITS)).splitlines()[-1])
        self._sql("delete from kernel_webhook")
        self.started = 0

    def _version(self, name: str, source: Path) -> Version:
        place = Home(self.server.home.path.parent / name.replace(" ", "-")).make()
        shutil.copytree(self.server.home.keys, place.keys, dirs_exist_ok=True)
        return Version(name, source, place, self.urls)

    def _sql(self, statement: str) -> list[Any]:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            cursor = admin.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def callers(self, version: Version) -> list[Caller]:
        """Start callers of a version."""
        made = [
            Caller(version.port, self.token, self.unit, self.started + number) for number in range(CALLERS)
        ]
        self.started += CALLERS
        for caller in made:
            caller.start()
        return made

    def over(self, callers: list[Caller], what: str) -> list[str]:
        """Let callers end; return what was wrong with the answers."""
        for caller in callers:
            caller.enough.set()
            caller.join(PATIENCE)
        asked = [one for caller in callers for one in caller.asked]
        self.found.requests += len(asked)
        there = {row[0] for row in self._sql("select what from gifts_gift")}
        lost = [
            f"{what}: {one} is lost" for caller in callers for one in caller.acknowledged if one not in there
        ]
        self.found.written += sum(len(caller.acknowledged) for caller in callers)
        return lost + [f"{what}: {one.what} {one.outcome}" for one in asked if one.outcome not in GOOD]

    def whole(self) -> Found:
        """Upgrade, go back, plant what must be found."""
        try:
            self.there_and_back()
            honest = list(self.found.wrong), self.found.requests, self.found.written
            self.planted()
            self.found.wrong, self.found.requests, self.found.written = honest
        finally:
            self.old.stop()
            self.new.stop()
        return self.found

    def there_and_back(self) -> None:
        """Upgrade under load, then go back under load."""
        watch, applied = Watch(self.admin), {row[0] for row in self._sql(MIGRATIONS)}
        watch.start()
        self.old.start()
        old = self.callers(self.old)
        self.new.start()
        new = self.callers(self.new)
        time.sleep(self.seconds)
        self.found.wrong += self.over(old, "the version before, while this one took over")
        self.old.stop()
        self.found.migrations = sorted({row[0] for row in self._sql(MIGRATIONS)} - applied)
        self.old.start()
        old = self.callers(self.old)
        time.sleep(self.seconds)
        self.found.wrong += self.over(new, "this version")
        self.new.stop()
        self.found.wrong += self.over(old, "the version before, back again")
        watch.enough.set()
        watch.join(PATIENCE)
        self.found.longest = watch.longest
        if watch.longest > LONGEST:
            self.found.wrong.append(f"somebody waited {watch.longest:.1f} s for a lock")
        if not self.found.migrations:
            self.found.wrong.append("nothing was migrated")

    def planted(self) -> None:
        """Plant two migrations that no release may have, while the version before serves."""
        watch, callers = Watch(self.admin), self.callers(self.old)
        watch.start()
        with psycopg.connect(self.server.url("owner")) as owner:
            owner.execute("alter table gifts_gift add column planted int")
            time.sleep(LONGEST * 2)
        watch.enough.set()
        watch.join(PATIENCE)
        self.found.canary["a migration that keeps its lock"] = watch.longest > LONGEST
        with psycopg.connect(self.server.url("owner"), autocommit=True) as owner:
            owner.execute("alter table gifts_gift rename column value to planted_value")
        time.sleep(1)
        with psycopg.connect(self.server.url("owner"), autocommit=True) as owner:
            owner.execute("alter table gifts_gift rename column planted_value to value")
        failed = any(" 5" in one for one in self.over(callers, "planted"))
        self.found.canary["one that renames what the version before reads"] = failed


def upgrade(folder: Path, *, seed: int, seconds: float) -> Found:
    """Run P18 in a server of its own."""
    commit = before()
    if not commit:
        return Found()
    place = Home(folder / "server").make()
    for name in KEYS:
        place.key(name)
    server = Embedded(place, durable=False).start()
    try:
        run = Upgrade(folder, server, commit, seed, seconds)
        return run.whole()
    finally:
        server.stop()


def prove(folder: Path, *, seed: int, seconds: float) -> Found:
    """Run the proof in a process of its own."""
    return Found(**({"before": "?"} | apart(__name__, folder, seconds=seconds, seed=seed)))


def main() -> int:
    """Run it and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = upgrade(options.folder.resolve(), seed=options.seed, seconds=options.seconds)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 1 if found.wrong or not all(found.canary.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
