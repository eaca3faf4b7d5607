"""Kills whole nights (load, evaluate, publish) at random moments and proves that nothing is lost, doubled or half published.

``python -m jinlan.site.tests.kill_nights DIR [--kills 200] [--seed 1] [--bug]``, with the variables that `./jinlan test`
gives its tests.

First three calm nights are worked, and after each act (a load is in, a run is published) everything that a reader can see is
noted: these are the only states that may ever be seen. Then each round works the same nights in a database and a lake of its
own, killed and begun anew until they are through. A reader looks all the time: what it sees must be one of the calm states,
never an earlier one than before; the last one must be the calm end, in the database and in the lake. `--bug` plants a
publication in several transactions: the harness must catch it.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.kill_harness import finished, fork, kill_after

NIGHTS = (date(2026, 1, 30), date(2026, 1, 31), date(2026, 3, 1))
CLIENTS = 40
EVERYTHING = {
    "loads": "select concat_ws('/', delivery, as_of, load_version, digest) from serving_load where status = 'loaded' order by id",
    "loads written down": "select count(*) from kernel_auditentry where verb = 'lake.delivery_loaded'",
    "parties": "select code || name || status from clients_party order by code",
    "identities": "select p.code || i.kind || i.ref || i.masked from clients_partyidentity i join clients_party p on p.id = party_id "
    "order by 1",
    "runs": "select concat_ws('/', as_of, changes::text, counts::text) from serving_run where status = 'published' order by id",
    "runs written down": "select count(*) from kernel_auditentry where verb = 'strategy.run_published'",
    "dates": "select concat_ws('/', as_of, month_end, latest) from serving_publisheddate order by as_of",
    "units": "select u.code || (to_jsonb(r) - '{id,run_id,unit_id,branch_id}'::text[])::text from serving_unitresult r "
    "join clients_unit u on u.id = unit_id order by u.code, r.as_of",
    "members": "select u.code || p.code || (to_jsonb(r) - '{id,run_id,unit_id,party_id,branch_id,unit_branch_id}'::text[])::text "
    "from serving_memberresult r join clients_unit u on u.id = unit_id join clients_party p on p.id = party_id "
    "order by u.code, p.code, r.as_of",
    "memberships": "select concat_ws('/', u.code, p.code, m.source, m.valid_from, m.valid_to, m.current) from clients_unitmember m "
    "join clients_unit u on u.id = unit_id join clients_party p on p.id = party_id order by 1",
    "tasks": "select subject || opened_on from work_task order by subject",
}
State = dict[str, str]


@dataclass
class Report:
    """What a run of the harness found; `violations` must stay empty."""

    kills: int = 0
    kills_in_load: int = 0
    kills_in_publish: int = 0
    rounds: int = 0
    readings: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A round's database and folder."""

    name: str
    folder: Path

    @property
    def admin(self) -> str:
        return _url("JINLAN_TEST_ADMIN_URL", self.name)

    def make(self) -> None:
        """Create the database from the migrated template, and the folder."""
        self.folder.mkdir(parents=True)
        with psycopg.connect(_url("JINLAN_TEST_ADMIN_URL", "postgres"), autocommit=True) as admin:
            admin.execute(f'drop database if exists "{self.name}" with (force)')
            template = os.environ["JINLAN_TEST_TEMPLATE"]
            admin.execute(f'create database "{self.name}" template "{template}" owner jl_owner')

    def drop(self) -> None:
        with psycopg.connect(_url("JINLAN_TEST_ADMIN_URL", "postgres"), autocommit=True) as admin:
            admin.execute(f'drop database if exists "{self.name}" with (force)')


def _url(variable: str, database: str) -> str:
    return os.environ[variable].rpartition("/")[0] + "/" + database


def deliveries(source: Path) -> None:
    """Write what the bank delivers each night; the approved list grows, then loses an entry."""
    listed = [_listed("E1", "P1", "BRANCH"), _listed("E2", "P2", "HQ"), _listed("E3", "P3", "KEY")]
    first = bank.first_day(CLIENTS) | {"approved_list": listed[:1]}
    bank.write(source / "0", first)
    bank.write(
        source / "1", bank.next_day(NIGHTS[1], CLIENTS, "110.00") | {"approved_list": listed}, day=NIGHTS[1]
    )
    last = bank.next_day(NIGHTS[2], CLIENTS, "120.00") | {"approved_list": listed[1:]}
    bank.write(source / "2", last, day=NIGHTS[2])


def _listed(code: str, root: str, tier: str) -> bank.Row:
    return {"entry_id": code, "root_party_id": root, "unit_kind": "GROUP", "tier": tier, "since": NIGHTS[0]}


def work_nights(source: Path, place: Place, *, notes: list[State] | None = None, bug: bool = False) -> None:
    """Work all nights from the first; runs in a forked child. `notes` collects the state after each act."""
    _connect(place)
    from jinlan.serving.registry import DatabaseRegistry
    from jinlan.site import jobs, nightly

    publish = _piecemeal if bug else nightly.publish
    nightly.publish = _marked(_noting(publish, place, notes), place, "publish")
    DatabaseRegistry.finish = _noting(DatabaseRegistry.finish, place, notes)  # type: ignore[method-assign]
    load = _marked(jobs.load, place, "load")
    for number, night in enumerate(NIGHTS):
        load(source / str(number), progress=lambda _: None)
        jobs.evaluate_and_publish(night, progress=lambda _: None)


def _connect(place: Place) -> None:
    """Point this process at the round's database and lake."""
    from django.conf import settings
    from django.db import connections

    connections["default"].settings_dict["NAME"] = place.name
    settings.JINLAN_ROOTS = place.folder / "roots.jsonl"  # each database has roots of its own
    settings.LAKE_DIR = place.folder / "lake"
    settings.LAKE_DIR.mkdir(exist_ok=True)


def _marked(act: Callable[..., Any], place: Place, mark: str) -> Callable[..., Any]:
    """Leave a mark while `act` works, so that a kill inside it can be aimed and counted."""

    @functools.wraps(act)
    def marked(*args: Any, **more: Any) -> Any:
        (place.folder / mark).touch()
        answer = act(*args, **more)
        (place.folder / mark).unlink()
        return answer

    return marked


def _noting(act: Callable[..., Any], place: Place, notes: list[State] | None) -> Callable[..., Any]:
    """Note the state after `act`, in the calm nights."""

    @functools.wraps(act)
    def noting(*args: Any, **more: Any) -> Any:
        answer = act(*args, **more)
        if notes is not None:
            notes.append(seen(place))
        return answer

    return noting


def _piecemeal(**given: Any) -> Any:  # the planted bug
    from jinlan.site.publish import publish

    dates = given.pop("dates")
    return [publish(dates=dates[: number + 1], **given) for number in range(len(dates))][-1]


def seen(place: Place) -> State:
    """Return all that a reader of the database can see, in one snapshot."""
    text = "select {0}, md5(coalesce(string_agg(row::text, '|'), '')) from ({1}) as q(row)"
    query = " union all ".join(
        text.format(f"'{name}' || ' ' || count(*)", sql) for name, sql in EVERYTHING.items()
    )
    with psycopg.connect(place.admin) as reader:
        return dict(reader.execute(query).fetchall())  # type: ignore[arg-type]


def watch(place: Place, answer: Path, stop: Path) -> None:
    """Read again and again beside the night; runs in a forked child. Each state is kept once, in its order."""
    states: list[State] = []
    readings = 0
    while not stop.exists():
        now, readings = seen(place), readings + 1
        if not states or states[-1] != now:
            states.append(now)
        time.sleep(0.005)
    answer.write_text(json.dumps({"states": states, "readings": readings}))


def lake_of(place: Place) -> dict[str, str]:
    """Return the rows of every table of the lake as the newest load left it, and of its results; needs `_connect`."""
    from django.conf import settings

    from jinlan.lake.view import LakeView
    from jinlan.serving.registry import DatabaseRegistry
    from jinlan.site import nightly

    record = DatabaseRegistry().latest(bank.ENTITY)
    assert record is not None
    view = LakeView(settings.LAKE_DIR, record, memory_limit="128MB", threads=1)
    try:
        found = {name: str(view.connect().to_pyarrow(view.table(name).count())) for name in record.versions}
    finally:
        view.close()
    from jinlan.basics.clock import now_utc
    from jinlan.kernel.scope import scoped, system_actor

    with scoped(system_actor(bank.ENTITY, now_utc())):
        statuses = sorted(nightly.Run.objects.values_list("status", flat=True))
    return found | {"runs that never ended": str(statuses.count("running"))}


def calm(source: Path, place: Place, answer: Path) -> None:
    """Work the nights without a kill and note every state; runs in a forked child."""
    notes = [seen(place)]
    work_nights(source, place, notes=notes)
    answer.write_text(json.dumps({"states": notes, "lake": lake_of(place)}))


def look(place: Place, answer: Path) -> None:
    """Note the lake at the end of a round; runs in a forked child."""
    _connect(place)
    answer.write_text(json.dumps(lake_of(place)))


@dataclass(frozen=True)
class Truth:
    """What three calm nights left, and how long they took (seconds)."""

    states: Sequence[State]
    lake: dict[str, str]
    seconds: float


def run(folder: Path, *, kills: int, seed: int = 1, bug: bool = False, prefix: str = "kills") -> Report:
    """Kill `kills` times and return what was seen."""
    chance, report, source = random.Random(seed), Report(), folder / "in"
    deliveries(source)
    with _place(f"{prefix}_calm", folder / "calm") as place:
        began, answer = time.monotonic(), folder / "calm.json"
        if not finished(fork(lambda: calm(source, place, answer))):
            raise RuntimeError("the calm nights failed")
        body = json.loads(answer.read_text())
        truth = Truth(body["states"], body["lake"], time.monotonic() - began)
    while report.kills < kills:
        report.rounds += 1
        with _place(f"{prefix}_{report.rounds}", folder / f"round{report.rounds}") as place:
            _round(source, place, truth, report, _Moments(chance, kills, truth.seconds), bug=bug)
    return report


@contextmanager
def _place(name: str, folder: Path) -> Iterator[Place]:
    place = Place(name, folder)
    place.make()
    try:
        yield place
    finally:
        place.drop()


@dataclass(frozen=True)
class _Moments:
    """When to kill: a third of the times at any moment, else soon after a load or a publication began."""

    chance: random.Random
    kills: int
    longest: float

    def next(self, place: Place) -> Callable[[], bool]:
        if self.chance.random() < 1 / 3:
            deadline = time.monotonic() + self.chance.uniform(0, self.longest * 0.8)
            return lambda: time.monotonic() >= deadline
        mark, rest = (
            place.folder / self.chance.choice(["load", "publish", "publish"]),
            self.chance.uniform(0, 0.3),
        )
        mark.unlink(missing_ok=True)
        due: list[float] = []

        def ready() -> bool:
            if not due and mark.exists():
                due.append(time.monotonic() + rest)
            return bool(due) and time.monotonic() >= due[0]

        return ready


def _round(source: Path, place: Place, truth: Truth, report: Report, moments: _Moments, *, bug: bool) -> None:
    """Work the nights of one round under kills; the last attempt of the last round is left in peace."""
    stop, watched = place.folder / "stop", place.folder / "watch.json"
    watcher = fork(lambda: watch(place, watched, stop))
    while True:
        for mark in ("load", "publish"):
            (place.folder / mark).unlink(missing_ok=True)
        night = fork(lambda: work_nights(source, place, bug=bug))
        if report.kills >= moments.kills:
            ended = finished(night)
            break
        if not kill_after(night, moments.next(place)):
            ended = True
            break
        report.kills += 1
        report.kills_in_load += (place.folder / "load").exists()
        report.kills_in_publish += (place.folder / "publish").exists()
    stop.touch()
    if not ended or not finished(watcher):
        report.violations.append(f"{place.name}: the nights or their reader did not end after a kill")
        return
    _judge(place, truth, json.loads(watched.read_text()), report)


def _judge(place: Place, truth: Truth, watched: dict[str, Any], report: Report) -> None:
    """Everything seen must be a calm state, in order; the end must be the calm end."""
    report.readings += watched["readings"]
    at = 0
    for state in watched["states"]:
        if state not in truth.states[at:]:
            report.violations.append(
                f"{place.name}: seen after state {at}: {_difference(truth.states[at], state)}"
            )
            return
        at = truth.states.index(state, at)
    if (end := seen(place)) != truth.states[-1]:
        report.violations.append(f"{place.name}: the end differs: {_difference(truth.states[-1], end)}")
    answer = place.folder / "look.json"
    lake = json.loads(answer.read_text()) if finished(fork(lambda: look(place, answer))) else {}
    if lake != truth.lake:
        report.violations.append(f"{place.name}: the lake holds {lake} instead of {truth.lake}")


def _difference(right: State, found: State) -> str:
    """Name what is not as it should be; keys of a state end in the number of rows."""
    return ", ".join(sorted(key for key, text in found.items() if right.get(key) != text))


def main() -> int:
    """Run the harness from the command line; 0 when nothing was violated (with --bug: when something was)."""
    parser = argparse.ArgumentParser(prog="python -m jinlan.site.tests.kill_nights")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prefix", default="kills", help="name of the databases that it makes")
    parser.add_argument(
        "--bug", action="store_true", help="plant a publication in pieces, which must be caught"
    )
    given = parser.parse_args()
    os.environ["JINLAN_ENTITY"] = bank.ENTITY
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinlan.site.settings")
    import django

    django.setup()
    import jinlan.site.intake
    import jinlan.site.nightly  # noqa: F401  imported before the forks, so that kills land in the work

    report = run(given.folder, kills=given.kills, seed=given.seed, bug=given.bug, prefix=given.prefix)
    shown = asdict(report) | {"violations": report.violations[:5], "violated": len(report.violations)}
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    return 0 if bool(report.violations) == given.bug else 1


if __name__ == "__main__":
    sys.exit(main())
