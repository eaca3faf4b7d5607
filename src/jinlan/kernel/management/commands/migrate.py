"""Django's `migrate`, between a look at whose database it is and what the owner leaves in it (`kernel.install`)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections, transaction

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed
from jinlan.kernel.install import app_role, install_seal, installed, refuse_other_keys, serve


class Command(Migrate):
    """Migrate, then store the seal's key and grant the application its rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all three; the last is idempotent and runs after every migration."""
        connection = connections[options["database"]]
        if installed(connection):
            try:
                refuse_other_keys(connection)
            except Refused as refused:
                raise CommandError(printed(refused)) from None
        super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied") or not installed(connection):
            return
        with transaction.atomic(using=options["database"]):
            install_seal(connection)
            serve(connection, app_role())
