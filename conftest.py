"""Fixtures that cross rooms. The database is real: one per worker, cloned from a migrated template by `./jinlan test`.

`database` gives a test the application's connection (the role that owns nothing) and empties every table afterwards.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import psycopg
import pytest
from time_machine import escape_hatch

from jinlan.kernel.testing_database import Between, Remembered


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: modules, items, syntax trees."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that share something long in the making begin first, so that no worker works long after the other."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


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


@pytest.fixture(scope="session")
def between(
    django_db_setup: None,  # noqa: ARG001
    admin_url: str,
) -> Iterator[Between]:
    """Return what empties the database and remembers worlds, over one connection that outlives the tests."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield Between(admin)


@pytest.fixture(scope="session")
def remembered(between: Between) -> Remembered:
    """Return how a world that many tests begin with is built once and laid back for each.

    While the clock stands elsewhere it is built there.
    """
    return lambda build: build() if escape_hatch.is_travelling() else between.remembered(build)


@pytest.fixture
def database(
    django_db_blocker: pytest.FixtureRequest,
    between: Between,
) -> Iterator[None]:
    """Open the database for one test, as the application's role, and empty it afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        connections.close_all()
        between.empty()
