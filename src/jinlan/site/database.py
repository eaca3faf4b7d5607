"""Which PostgreSQL, and its set-up: embedded under our supervision, or a bank's own by two URLs."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import psycopg

from jinlan.basics.errors import Refused
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home

OLDEST = 15


def external() -> bool:
    """Tell whether a real PostgreSQL is named; both URLs are needed then."""
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if bool(app) != bool(owner):
        raise Refused(
            "DB_URLS",
            "DATABASE_URL(应用角色)与 DATABASE_OWNER_URL(迁移角色)必须同时给出。",
            "两个角色由 `./jinlan db roles` 打印的 SQL 建立。",
        )
    return bool(app)


def create(server: Embedded, name: str = "jinlan") -> None:
    """Create roles and the database on the embedded server (idempotent), as its administrator."""
    from jinlan.kernel.roles import roles_sql

    with psycopg.connect(server.url("admin", "postgres"), autocommit=True) as admin:
        for role in ("owner", "app"):
            user = f"jl_{role}"
            if not admin.execute("select 1 from pg_roles where rolname = %s", [user]).fetchone():
                admin.execute(f"create role {user} login noinherit nosuperuser nobypassrls")
            admin.execute(f"alter role {user} password '{server.password(role)}'")
        if not admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            admin.execute(f'create database "{name}" owner jl_owner')
    with psycopg.connect(server.url("admin", name), autocommit=True) as admin:
        admin.execute(roles_sql("jl_app", "jl_owner"))


def migrate(owner_url: str, app_url: str) -> None:
    """Run the migrations as the owner, in a process of its own: this one stays the application."""
    env = os.environ | {"DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url, "JINLAN_OWNER": "1"}
    command = [
        sys.executable,
        "-m",
        "django",
        "migrate",
        "--no-input",
        "--skip-checks",
        "-v",
        "0",
        "--settings",
        "jinlan.site.settings",
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(
            "MIGRATE",
            "数据库迁移失败:%(said)s",
            "请把这段文字交给管理员;数据没有改变。",
            said=done.stderr.strip()[-800:],
        )


def check_server(url: str) -> None:
    """Refuse a server that is too old or cannot be reached, and a role that may do too much, in one sentence.

    Asked before anything is migrated: the migration's last step gives rights to the role in the address.
    """
    from jinlan.kernel.roles import TRAITS, unsafe, unsafe_traits

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
            ready = connection.execute("select from pg_roles where rolname = 'jl_scope'").fetchone()
            traits = unsafe_traits(*connection.execute(TRAITS).fetchone() or ()) if ready is not None else []
    except psycopg.Error as error:
        raise Refused(
            "DB_AWAY",
            "连不上数据库:%(said)s",
            "请检查 DATABASE_URL 与网络。",
            said=str(error).strip().splitlines()[-1],
        ) from None
    if version < OLDEST:
        raise Refused(
            "DB_OLD",
            "PostgreSQL %(version)s 太旧。",
            "需要 %(oldest)s 以上。",
            version=version,
            oldest=OLDEST,
        )
    if traits:
        raise unsafe(traits)


@contextmanager
def turn(home: Home) -> Iterator[None]:
    """Let one process at a time start or stop the embedded server."""
    with (home.run / "pg.turn").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def alone(users: IO[str], seconds: float) -> None:
    """Wait until nobody else uses the server, at most `seconds`: who started it does not pull it away from others."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        else:
            return


@contextmanager
def serving_database(
    home: Home, step: Callable[[str], None] = lambda _: None, *, patience: float = 600, migrated: bool = True
) -> Iterator[Embedded | None]:
    """Bring the database up, migrated, with `DATABASE_URL` set; stop it at the end when we started it.

    A server that already runs for this home is used and left alone; `patience` is how long its starter waits for
    other users (seconds) before it stops it. `migrated` false leaves a database as it is: a backup changes nothing.
    """
    home.make()
    if external():
        check_server(os.environ["DATABASE_URL"])
        if migrated:
            step("数据库迁移")
            migrate(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
        yield None
        return
    with (home.run / "pg.users").open("w") as users:
        with turn(home):
            fcntl.flock(users, fcntl.LOCK_SH)
            server, started = _brought_up(home, step, migrated=migrated)
        os.environ["DATABASE_URL"] = server.url("app")
        try:
            yield server
        finally:
            os.environ.pop("DATABASE_URL", None)
            if started:
                alone(users, patience)
                with turn(home):
                    server.stop()


def _brought_up(home: Home, step: Callable[[str], None], *, migrated: bool) -> tuple[Embedded, bool]:
    """Return the server, migrated, and whether we started it."""
    server = Embedded(home)
    if (home.pg / "postmaster.pid").exists() and server.running():
        return server, False
    step("启动数据库")
    server.start()
    if not migrated:
        return server, True
    try:
        step("数据库迁移")
        create(server)
        migrate(server.url("owner"), server.url("app"))
    except BaseException:
        server.stop()
        raise
    return server, True


def setup_django() -> None:
    """Load the application half; `DATABASE_URL` must be set, with a role that row-level security binds.

    Raises:
        Refused: DB_UNSAFE or DB_ROLES, as the web pages would.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinlan.site.settings")
    import django

    django.setup()
    from django.db import connection

    from jinlan.kernel.scope import refuse_unsafe_database

    refuse_unsafe_database()
    connection.close()  # who forks must not share it
