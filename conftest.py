"""Fixtures that cross rooms. The database is real: one per worker, cloned from a migrated template by `./jinlan test`.

`database` gives a test the application's connection (the role that owns nothing) and empties every table afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest


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


@pytest.fixture(autouse=True)
def _chinese() -> None:
    """Begin every test in the product's own language: a request of the test before may have left another."""
    from django.utils import translation

    translation.activate("zh-hans")


@pytest.fixture
def database(
    django_db_setup: None,  # noqa: ARG001
    django_db_blocker: pytest.FixtureRequest,
    admin_url: str,
) -> Iterator[None]:
    """Open the database for one test, as the application's role, and empty it afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        connections.close_all()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("set session_replication_role = replica")
            rows = admin.execute(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'sec') "
                "and tablename not in ('django_migrations', 'django_content_type', 'auth_permission', 'key')"
            ).fetchall()
            admin.execute("truncate " + ", ".join(row[0] for row in rows) + " restart identity cascade")
