"""Django's `migrate`, between a look at whose database it is and what the owner leaves in it (`kernel.install`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections, transaction

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed
from jinlan.kernel.install import app_role, install_seal, installed, refuse_other_keys, serve

GIVEN_WAY = {"55P03", "40P01"}  # a lock was not free in time; two waited for each other
TRIES, PAUSE = 60, 0.5  # seconds between two tries: those who were waiting behind us go first


class Command(Migrate):
    """Migrate, then store the seal's key and grant the application its rights; while the application runs, too."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all three; the last is idempotent and runs after every migration."""
        connection = connections[options["database"]]
        if installed(connection):
            try:
                refuse_other_keys(connection)
            except Refused as refused:
                raise CommandError(printed(refused)) from None
        patiently(lambda: super(Command, self).handle(*args, **options))
        if options.get("plan") or options.get("check_unapplied") or not installed(connection):
            return

        def leave() -> None:
            with transaction.atomic(using=options["database"]):
                install_seal(connection)
                serve(connection, app_role())

        patiently(leave)


def patiently(act: Callable[[], object]) -> None:
    """Do something again when it had to give way to those who use the tables: what a migration did not finish it never began."""
    for left in reversed(range(TRIES)):
        try:
            act()
        except OperationalError as error:
            if not left or getattr(error.__cause__, "sqlstate", "") not in GIVEN_WAY:
                raise
            time.sleep(PAUSE)
        else:
            return
