"""Fixtures that cross rooms. The database is real: one per worker, cloned from a migrated template by `./jinlan test`.

`database` gives a test the application's connection (the role that owns nothing) and empties every table afterwards:
what was written to has its rows deleted and is vacuumed to no page at all, so that the next test meets a file as fresh
as a new one; truncating every table would make hundreds of new files each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest

# A table without a page was never written to since it was emptied, not even by what was rolled back.
TABLES = """from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'sec'::regnamespace)
    and c.relname not in ('django_migrations', 'django_content_type', 'auth_permission', 'key')"""
WRITTEN = "select c.oid::regclass::text " + TABLES + " and pg_relation_size(c.oid) > 0 order by c.oid"
# As TRUNCATE leaves them: numbers start again, and the planner knows nothing.
RESTARTED = (
    "select setval(s.seqrelid::regclass, s.seqstart, false) from pg_sequence s join pg_depend d on d.objid = s.seqrelid "
    "where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and pg_sequence_last_value(s.seqrelid) is not null "
    f"and d.refobjid in (select c.oid {TABLES})"
)
FORGOTTEN = (
    "update pg_class set reltuples = -1, relpages = 0 where (reltuples, relpages) <> (-1, 0) "
    f"and oid in (select c.oid {TABLES})"
)


def _url(name: str, database: str) -> str:
    base = os.environ.get(name)
    if not base:
        pytest.exit("Run the tests with `./jinlan test`: they need a PostgreSQL of their own.", returncode=2)
    return base.rpartition("/")[0] + "/" + database


@pytest.fixture(scope="session")
def database_name() -> str:
    """Return this worker's database."""
    return f"jinlan_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def admin_url(database_name: str) -> str:
    """Return the administrator's URL of this worker's database, for planting and clearing only."""
    return _url("JINLAN_TEST_ADMIN_URL", database_name)


@pytest.fixture(scope="session")
def owner_url(database_name: str) -> str:
    """Return the owner's URL of this worker's database."""
    return _url("JINLAN_TEST_OWNER_URL", database_name)


@pytest.fixture(scope="session")
def django_db_setup(database_name: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Clone the template for this worker; pytest-django's own creation is replaced."""
    from django.db import connections

    template = os.environ["JINLAN_TEST_TEMPLATE"]
    with psycopg.connect(_url("JINLAN_TEST_ADMIN_URL", "postgres"), autocommit=True) as admin:
        admin.execute(f'drop database if exists "{database_name}" with (force)')
        admin.execute(f'create database "{database_name}" template "{template}" owner jl_owner')
    connections.databases["default"]["NAME"] = database_name
    connections["default"].settings_dict["NAME"] = database_name
    os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + database_name
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()


COSTS = ("time_cost", "memory_cost", "parallelism")


@pytest.fixture(scope="session", autouse=True)
def slow_hash() -> Iterator[dict[str, int]]:
    """Let a password's hash cost nothing: the same algorithm, once over 8 KiB. Return what it costs in the product."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    real = {name: getattr(Argon2PasswordHasher, name) for name in COSTS}
    with pytest.MonkeyPatch.context() as patch:
        for name, cost in zip(COSTS, (1, 8, 1), strict=True):
            patch.setattr(Argon2PasswordHasher, name, cost)
        yield real


@pytest.fixture(autouse=True)
def _chinese() -> None:
    """Begin every test in the product's own language: a request of the test before may have left another."""
    from django.utils import translation

    translation.activate("zh-hans")


def empty(admin: psycopg.Connection) -> None:
    """Empty every table that was written to, and start its numbers again."""
    if written := [name for (name,) in admin.execute(WRITTEN)]:
        admin.execute("; ".join("delete from " + name for name in written))
        admin.execute("vacuum (index_cleanup on, truncate on) " + ", ".join(written))
        if left := admin.execute(WRITTEN).fetchall():  # somebody held a page
            admin.execute("truncate " + ", ".join(name for (name,) in left) + " cascade")
        admin.execute(FORGOTTEN)
    admin.execute(RESTARTED)


@pytest.fixture(scope="session")
def emptying(
    django_db_setup: None,  # noqa: ARG001
    admin_url: str,
) -> Iterator[Callable[[], None]]:
    """Return how to empty the database, over one connection that outlives the tests."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        yield lambda: empty(admin)


@pytest.fixture
def database(
    django_db_blocker: pytest.FixtureRequest,
    emptying: Callable[[], None],
) -> Iterator[None]:
    """Open the database for one test, as the application's role, and empty it afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        connections.close_all()
        emptying()
