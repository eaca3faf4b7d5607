"""Locks on what is no row yet: whoever comes second waits for the end of the first one's transaction, then sees what he did."""

from __future__ import annotations

from django.db import connection


def hold(what: str, number: int = 0) -> None:
    """Hold a name until the end of the running transaction; `sec.duties_apart` takes the same lock for a person's roles."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, %s))", [what, number])
