"""The throw-away PostgreSQL of a run: one migrated template, and a clone of it for every bank and every planted hole."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from jinlan.site import database
from jinlan.site.embedded import Embedded
from jinlan.site.home import SAMPLE, Home

TEMPLATE = "trust_template"
Admin = psycopg.Connection[tuple[Any, ...]]


def statement(text: str) -> LiteralString:
    """Say that a statement is made here of names in the catalogue, never of input."""
    return text


@dataclass(frozen=True, slots=True)
class Arena:
    """A server where databases may be cloned: `admin` is a URL that ends in the name of some database."""

    admin: str
    template: str

    def url(self, name: str) -> str:
        """Return the administrator's URL of a database."""
        return self.admin.rpartition("/")[0] + "/" + name

    def clone(self, name: str, template: str = "") -> None:
        """Make a database anew from a template (which nobody may be connected to)."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(statement(f'drop database if exists "{name}" with (force)'))
            admin.execute(
                statement(f'create database "{name}" template "{template or self.template}" owner jl_owner')
            )

    def drop(self, name: str) -> None:
        """Remove a database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(statement(f'drop database if exists "{name}" with (force)'))

    @contextmanager
    def planting(self, name: str) -> Iterator[Admin]:
        """Open a database as its administrator, for planting and for looking from above."""
        with psycopg.connect(self.url(name), autocommit=True) as admin:
            yield admin


@contextmanager
def connected(name: str) -> Iterator[None]:
    """Point the application's connection at a database, and back afterwards."""
    from django.core.cache import cache
    from django.db import connections

    default = connections["default"]
    before = default.settings_dict["NAME"]
    default.close()
    default.settings_dict["NAME"] = name
    cache.clear()  # ids repeat from clone to clone
    try:
        yield
    finally:
        default.close()
        default.settings_dict["NAME"] = before
        cache.clear()


@contextmanager
def served(folder: Path) -> Iterator[Arena]:
    """Start a server of our own without fsync, migrate the template, load the application half; settings must be unread."""
    home = Home(folder).make()
    (folder / "static").mkdir(exist_ok=True)  # what the static files' middleware looks for
    os.environ.setdefault("JINLAN_ROOMS", SAMPLE)
    os.environ |= {"JINLAN_HOME": str(folder), "JINLAN_ENTITY": "", "JINLAN_DEMO": "0"}
    server = Embedded(home, durable=False).start()
    try:
        os.environ |= {"DATABASE_URL": server.url("app", TEMPLATE)}
        database.create(server, TEMPLATE)
        database.migrate(server.url("owner", TEMPLATE), server.url("app", TEMPLATE))
        database.setup_django()
        quiet()
        try:
            yield Arena(server.url("admin", "postgres"), TEMPLATE)
        finally:
            from django.db import connections

            connections.close_all()
    finally:
        server.stop()


def quiet() -> None:
    """Thousands of refusals are what is asked for here: they need no line in the log each."""
    for name in ("django.request", "django.security", "axes", "jinlan.jobs", "jinlan.worker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
