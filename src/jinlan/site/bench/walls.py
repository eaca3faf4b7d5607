"""What row-level security costs: every question asked twice, over 200,000 units and a million published rows.

Once by an administrator, who is above the policies, with the filter that an application would write (the base); once by the application
inside a scope. The two must find the same rows. See docs/decisions/0003-scope.md.
"""
# ruff: noqa: S608  its own fixed statements

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

ROUNDS = 200
AS_OF = "2026-10-31"
RESULTS = "select * from serving_unitresult where as_of = %(day)s {filter} order by tier_level desc, score desc nulls last, id desc limit 50"
TOTALS = "select count(*), sum(aum) from serving_unitresult where as_of = %(day)s {filter}"
ALL_ROWS = "select unit_id, score, aum from serving_unitresult where as_of = %(day)s {filter}"
HISTORY = "select * from serving_unitresult where unit_id = %(unit)s {filter} order by as_of"
MEMBERS = "select * from serving_memberresult where unit_id = %(unit)s and as_of = %(day)s {filter}"
SEARCH = "select id, name from clients_party where grams operator(sec.@>>) array[%(gram)s]::varchar[] {filter} order by pinyin_key limit 20"
PARTIES = "select id, name from clients_party where entity = 'BNK' {filter} order by pinyin_key, id limit 50"


@dataclass(frozen=True, slots=True)
class Who:
    """A person of the filler; `results`, `parties` and `members` are the filters that an application would write for him."""

    name: str
    person: int
    results: str
    parties: str
    unit: int
    members: str = ""


def people(admin: psycopg.Connection) -> list[Who]:
    """Return the persons with their filters; books are worked out here, apart from the functions under test."""

    def keys(sql: str) -> str:
        return "array[" + ",".join(str(row[0]) for row in admin.execute(sql).fetchall()) + "]::bigint[]"

    def team(name: str, person: int) -> Who:
        unit = admin.execute(
            f"select min(unit_id) from clients_coverage where employee_id = {person}"
        ).fetchone()
        keyed = keys(f"select unit_id * 2 + domain from clients_coverage where employee_id = {person}")
        results, found = (
            f"and ((unit_id << 1) | domain) = any({keyed})",
            f"and unit_keys operator(sec.&&&) {keyed}",
        )
        return Who(name, person, results, found, unit[0] if unit else 0, results)

    def branch(number: int) -> str:
        tree = keys(
            f"select id * 2 + d from clients_branch, unnest(array[0, 1]) as d where {number} in (id, parent_id)"
        )
        return f"((branch_id << 1) | domain) = any({tree})"

    def home(number: int) -> str:
        return f"({branch(number)} or {branch(number).replace('branch_id', 'unit_branch_id')})"

    def away(number: int) -> str:
        tree = keys(
            f"select id * 2 + d from clients_branch, unnest(array[0, 1]) as d where {number} in (id, parent_id)"
        )
        return f"and ({branch(number)} or unit_branch_keys operator(sec.&&&) {tree})"

    covered = keys("select unit_id * 2 + domain from clients_coverage where employee_id = 7")
    both = f"and ({branch(6)} or ((unit_id << 1) | domain) = any({covered}))"
    both_parties = away(6)[:-1] + f" or unit_keys operator(sec.&&&) {covered})"
    return [
        team("T 20 units", 1),
        team("T 100 units", 8),
        team("T 10 groups of 300", 2),
        team("T 60 groups of 300", 3),
        Who("B 13 branches, 5,200 units", 4, f"and {branch(5)}", away(5), 4, f"and {home(5)}"),
        Who("D one domain", 5, "and domain = 1", "and domain = 1", 1, "and domain = 1"),
        Who("A whole bank", 6, "and entity = 'BNK'", "and entity = 'BNK'", 1, "and entity = 'BNK'"),
        Who(
            "M branch head and 100 units",
            7,
            both,
            both_parties,
            5,
            f"and ({home(6)} or ((unit_id << 1) | domain) = any({covered}))",
        ),
    ]


QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("list, 50 best", RESULTS, "results"),
    ("totals of the list", TOTALS, "results"),
    ("whole list of a date", ALL_ROWS, "results"),
    ("history of a unit", HISTORY, "results"),
    ("members of a unit", MEMBERS, "members"),
    ("search two characters", SEARCH, "parties"),
    ("parties by pinyin, 50", PARTIES, "parties"),
)


def _entering(connection: psycopg.Connection, person: int) -> tuple[str, list[Any]]:
    from jinlan.kernel.scope import _next_issued, seal

    instant = int(time.time() * 1_000_000)
    issued = _next_issued()
    mac = seal(person, instant, connection.info.backend_pid, issued)
    return "select set_config('role', sec.enter(%s, %s, %s, %s), true)", [person, instant, issued, mac]


def _p(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def timed(*runs: Callable[[], object], rounds: int = ROUNDS) -> list[tuple[float, float]]:
    """Return median and 95th percentile in milliseconds of each run, taken in turns so that noise meets all alike."""
    times: list[list[float]] = [[] for _ in runs]
    for turn in range(rounds + 5):
        for run, kept in zip(runs, times, strict=True):
            began = time.perf_counter()
            run()
            if turn >= 5:
                kept.append((time.perf_counter() - began) * 1000)
    return [(statistics.median(kept), _p(kept, 0.95)) for kept in times]


@dataclass(frozen=True, slots=True)
class Cost:
    """One question of one person: rows found with and without the policies, p50 and p95 in milliseconds of both."""

    who: str
    question: str
    rows: int
    expected: int
    base: tuple[float, float]
    scope: tuple[float, float]


def compare(admin: psycopg.Connection, app: psycopg.Connection) -> Iterator[Cost]:
    """Yield what each question costs each person; asked in turns, so that noise meets both alike."""
    for who in people(admin):
        gram = admin.execute(
            f"select grams[2] from clients_party where true {who.parties} order by id limit 1"
        ).fetchone()
        values = {"day": AS_OF, "unit": who.unit, "gram": gram[0] if gram else ""}
        for question, sql, which in QUESTIONS:
            rounds = 30 if "whole" in question or "totals" in question else ROUNDS
            base_sql, scope_sql = sql.format(filter=getattr(who, which)), sql.format(filter="")

            def base(s: str = base_sql, v: dict[str, Any] = values) -> list[Any]:
                return admin.execute(s, v).fetchall()

            def scope(s: str = scope_sql, v: dict[str, Any] = values) -> list[Any]:
                return app.execute(s, v).fetchall()

            with admin.transaction(), app.transaction():
                app.execute(*_entering(app, who.person))
                expected, found = len(base()), len(scope())
                without, within = timed(base, scope, rounds=rounds)
            yield Cost(who.name, question, found, expected, without, within)


def entering(admin: psycopg.Connection, app: psycopg.Connection) -> Iterator[tuple[str, float, float]]:
    """Yield what beginning, entering and ending a transaction costs, an empty transaction first: name, p50, p95."""

    def empty() -> None:
        with app.transaction():
            app.execute("select 1")

    (base,) = timed(empty)
    yield "empty transaction", *base
    for who in people(admin):

        def enter(person: int = who.person) -> None:
            with app.transaction():
                app.execute(*_entering(app, person))

        (cost,) = timed(enter)
        yield who.name, *cost


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many connections at once: pages a second, p50 and p95 in milliseconds, transaction ids used by a page."""

    kind: str
    rate: float
    p50: float
    p95: float
    ids: float


def crowd(admin: psycopg.Connection, url: str, admin_url: str, connections: int = 16, seconds: float = 10) -> list[Crowd]:  # fmt: skip
    """Return what many connections at once get, base and scope."""
    cast, found = people(admin), []
    for kind in ("base", "scope"):
        before = admin.execute("select txid_snapshot_xmax(txid_current_snapshot())").fetchone()
        times: list[float] = []
        stop = time.perf_counter() + seconds
        where = url if kind == "scope" else admin_url
        threads = [
            threading.Thread(target=_worker, args=(where, kind, cast, number, stop, times))
            for number in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        after = admin.execute("select txid_snapshot_xmax(txid_current_snapshot())").fetchone()
        ids = after[0] - before[0] if before and after else 0
        found.append(
            Crowd(kind, len(times) / seconds, statistics.median(times), _p(times, 0.95), ids / len(times))
        )
    return found


def _worker(url: str, kind: str, cast: list[Who], number: int, stop: float, times: list[float]) -> None:
    """Read pages: enter, one list, one unit, one search; each page is one transaction."""
    with psycopg.connect(url) as connection:
        turn = number
        while time.perf_counter() < stop:
            who = cast[turn % len(cast)]
            turn += 1
            values = {"day": AS_OF, "unit": who.unit, "gram": ""}
            began = time.perf_counter()
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read")
                if kind == "scope":
                    connection.execute(*_entering(connection, who.person))
                for sql, which in ((RESULTS, "results"), (HISTORY, "results"), (MEMBERS, "members")):
                    extra = "" if kind == "scope" else getattr(who, which)
                    connection.execute(sql.format(filter=extra), values).fetchall()
            times.append((time.perf_counter() - began) * 1000)
