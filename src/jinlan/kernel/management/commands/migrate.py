"""Django's `migrate`, followed by what the owner leaves in the database (`kernel.install`)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections, transaction

from jinlan.kernel.install import app_role, install_seal, installed, serve


class Command(Migrate):
    """Migrate, then store the seal's key and grant the application its rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run both; the second part is idempotent and runs after every migration."""
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if options.get("plan") or options.get("check_unapplied") or not installed(connection):
            return
        with transaction.atomic(using=options["database"]):
            install_seal(connection)
            serve(connection, app_role())
