"""P18 itself: which version is the one before, and what counts as wrong; the product is upgraded by `./jinlan trust` only."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from jinlan.kernel.management.commands import migrate
from jinlan.site.home import ROOT
from jinlan.site.trust import upgrade


def test_the_version_before_is_the_one_without_the_newest_migrations() -> None:
    commit = upgrade.before()
    if not commit:
        pytest.skip("no checkout with its history: which version came before cannot be known")

    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-tree", "-r", "--name-only", commit, "src"],
        capture_output=True,
        text=True,
        check=True,
    )
    then = {line for line in listed.stdout.split() if "/migrations/" in line and Path(line).suffix == ".py"}
    now = {path.relative_to(ROOT).as_posix() for path in (ROOT / "src").glob("**/migrations/*.py")}
    assert then < now


def test_an_answer_that_is_not_good_and_a_row_that_is_lost_are_wrong() -> None:
    run: Any = object.__new__(upgrade.Upgrade)
    run.found, run._sql = upgrade.Found("x"), lambda statement: [("drain-1-1",)]
    caller: Any = object.__new__(upgrade.Caller)
    caller.enough, caller.join = threading.Event(), lambda patience: None
    caller.asked = [upgrade_asked("200"), upgrade_asked("201"), upgrade_asked("503"), upgrade_asked("silent")]
    caller.acknowledged = ["drain-1-1", "drain-1-2"]

    assert run.over([caller], "old") == ["old: drain-1-2 is lost", "old: GET / 503", "old: GET / silent"]
    assert (run.found.requests, run.found.written) == (4, 2)


def upgrade_asked(outcome: str) -> Any:
    from jinlan.site.trust.asking import Asked

    return Asked("GET /", 0.0, outcome)


@pytest.mark.usefixtures("database")
def test_a_migration_gives_way_and_comes_again(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "PAUSE", 0.01)
    tries = list[int]()
    with psycopg.connect(admin_url) as reader:
        reader.execute("lock table kernel_person in access exclusive mode")

        def act() -> None:
            tries.append(1)
            if len(tries) == 3:
                reader.rollback()
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '50ms'; select count(*) from kernel_person")

        migrate.patiently(act)

    assert len(tries) == 3


@pytest.mark.usefixtures("database")
def test_what_fails_otherwise_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "TRIES", 3)
    monkeypatch.setattr(migrate, "PAUSE", 0.01)
    tries = list[int]()

    def fail() -> None:
        tries.append(1)
        raise CommandError("no")

    def locked() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("do $$ begin raise exception using errcode = 'lock_not_available'; end $$")

    with pytest.raises(CommandError):
        migrate.patiently(fail)
    with pytest.raises(OperationalError):
        migrate.patiently(locked)
    assert len(tries) == 4
