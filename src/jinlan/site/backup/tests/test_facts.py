"""The instant of a backup, on a server of its own: exact, short, and not held up by PostgreSQL's own housekeeping."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from jinlan.basics.errors import Refused
from jinlan.site.backup import facts
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home

pytestmark = pytest.mark.xdist_group("backup-facts")
SLOW_VACUUM = {
    "autovacuum_naptime": "1", "autovacuum_vacuum_cost_delay": "50", "autovacuum_vacuum_cost_limit": "10", "autovacuum_vacuum_threshold": "10",
}  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Embedded(Home(tmp_path_factory.mktemp("facts") / "home").make()).start(SLOW_VACUUM)
    try:
        yield server.url("admin", "postgres")
    finally:
        server.stop()


def until(condition: object, admin: psycopg.Connection[tuple[object, ...]], query: str) -> None:
    deadline = time.monotonic() + 60
    while admin.execute(query.encode()).fetchone() != condition:
        assert time.monotonic() < deadline, query
        time.sleep(0.05)


def test_an_automatic_vacuum_gives_way(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create table big as select n, repeat('x', 200) from generate_series(1, 200000) n")
        admin.execute("delete from big where n % 2 = 0")
        until((1,), admin, "select count(*)::int from pg_stat_progress_vacuum where relid = 'big'::regclass")
        began = time.monotonic()

        found = facts.point(url, "one")

        admin.execute("drop table big")
    assert found.counts["big"] == 100_000
    assert time.monotonic() - began < 5


def test_a_transaction_that_goes_on_writing_is_refused_and_stops_nobody_for_long(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "PATIENCE", 1.5)
    with psycopg.connect(url, autocommit=True) as admin, psycopg.connect(url) as slow:
        admin.execute("create table busy (n int)")
        slow.execute("insert into busy values (1)")
        longest, enough = [0.0], threading.Event()

        def write() -> None:
            while not enough.is_set():
                began = time.monotonic()
                admin.execute("insert into busy values (2)")
                longest[0] = max(longest[0], time.monotonic() - began)

        writer = threading.Thread(target=write)
        writer.start()
        with pytest.raises(Refused) as refused:
            facts.point(url, "two")
        enough.set()
        writer.join()
        slow.rollback()
        assert refused.value.code == "BACKUP_BUSY"
        assert 0.1 < longest[0] < 1

        assert facts.point(url, "three").counts["busy"] > 0
        admin.execute("drop table busy")


def test_counts_are_those_of_the_point_while_rows_come_and_go(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create table pair (n int)")
        admin.execute("create table twin (n int)")
        enough = threading.Event()

        def write() -> None:
            with psycopg.connect(url) as own:
                while not enough.is_set():
                    own.execute("insert into pair values (1)")
                    own.execute("insert into twin values (1)")
                    own.commit()

        writers = [threading.Thread(target=write) for _ in range(3)]
        for writer in writers:
            writer.start()
        seen = [facts.point(url, f"p{number}").counts for number in range(20)]
        enough.set()
        for writer in writers:
            writer.join()
        admin.execute("drop table pair, twin")

    assert all(one["pair"] == one["twin"] for one in seen)
    assert seen[0]["pair"] < seen[-1]["pair"]


def test_without_an_archive_segments_pass_without_a_failure(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create table thing (n int)")
        (segment,) = admin.execute("select pg_walfile_name(pg_switch_wal())").fetchone() or ()
        until(
            (True,), admin, f"select coalesce(last_archived_wal >= '{segment}', false) from pg_stat_archiver"
        )
        (failed,) = admin.execute("select failed_count from pg_stat_archiver").fetchone() or ()
        admin.execute("drop table thing")

    assert failed == 0
