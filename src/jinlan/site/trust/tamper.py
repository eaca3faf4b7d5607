"""P15: audit entries changed behind the triggers' back are found by the product's own check."""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from django.db import connection

from jinlan.basics.clock import now_utc
from jinlan.kernel.audit import audit, tampered
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for, scoped
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank

ENTRIES = 120
# What a superuser would do to a row, as SQL of the new value.
CHANGES = {
    "entity": "'OTH'", "at": "at - interval '1 day'", "recorded_at": "recorded_at + interval '1 microsecond'", "person": "coalesce(person, 0) + 1",
    "username": "username || 'x'", "purpose": "'other'", "verb": "verb || 'd'", "object_type": "'party'", "object_id": "object_id || '0'",
    "before": "'{\"a\": 1}'::jsonb", "after": "coalesce(after, '{}') || '{\"n\": -1}'::jsonb", "reason": "reason || ' '", "row_hash": "repeat('0', 64)",
    "id": "id + 1000000",
}  # fmt: skip
INSERT = ("insert into kernel_auditentry (id, entity, at, recorded_at, person, username, purpose, verb, object_type, object_id, before, after, "
          "reason, row_hash) select (select max(id) + 1 from kernel_auditentry), entity, at, recorded_at, person, username, purpose, verb, object_type, 'forged', before, after, reason, row_hash "
          "from kernel_auditentry where id = %s returning id")  # fmt: skip


@dataclass
class Verdict:
    """How many tamperings were tried and which were not found."""

    tried: int = 0
    entries: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def _write(bank: Bank) -> None:
    actor = actor_for(Person.objects.get(pk=bank.people["lead"]), now_utc())
    with scoped(actor, write=True):
        for number in range(ENTRIES):
            audit(
                actor,
                "trust.looked",
                "unit",
                f"U{number}",
                after={"n": number} if number % 2 else None,
                reason="x" * (number % 3),
            )


def _found(bank: Bank) -> list[int]:
    with scoped(actor_for(Person.objects.get(pk=bank.people["auditor"]), now_utc())):
        return tampered()


def prove(bank: Bank, admin: Admin, *, times: int, seed: int) -> Verdict:
    """Tamper on the connected database, one row at a time, ask the check, and put the row back."""
    dice, verdict, began = random.Random(seed), Verdict(), time.monotonic()  # noqa: S311  a test's dice
    _write(bank)
    admin.execute("set session_replication_role = replica")  # a superuser's way around the triggers
    keys = [
        row[0]
        for row in admin.execute(
            "select id from kernel_auditentry where entity = %s order by id", [bank.facts.entity]
        ).fetchall()
    ]
    verdict.entries = len(keys)
    if _found(bank):
        verdict.wrong.append("the check finds tampering where there is none")
    for number in range(times):
        verdict.tried += 1
        what = dice.choice([*CHANGES, "insert"])
        fault = _once(bank, admin, dice.choice(keys), what)
        if fault:
            verdict.wrong.append(f"tampering {number} ({what}): {fault}")
    admin.execute("set session_replication_role = origin")
    connection.close()
    verdict.seconds = time.monotonic() - began
    return verdict


def _once(bank: Bank, admin: Admin, key: int, what: str) -> str:
    """Tamper with one row, look, restore; return what went wrong."""
    admin.execute("create temp table if not exists kept (like kernel_auditentry)")
    admin.execute("truncate kept")
    admin.execute("insert into kept select * from kernel_auditentry where id = %s", [key])
    if what == "insert":
        row = admin.execute(INSERT, [key]).fetchone()
        changed = int(row[0]) if row else 0
    else:
        row = admin.execute(
            statement(f"update kernel_auditentry set {what} = {CHANGES[what]} where id = %s returning id"),
            [key],
        ).fetchone()
        changed = int(row[0]) if row else 0
    moved_away = what == "entity"  # into another entity: that entity's auditor finds it
    found = _ids(admin) if moved_away else _found(bank)
    admin.execute(
        "delete from kernel_auditentry where id = any(%s)",
        [[key, changed] if what != "insert" else [changed]],
    )
    if what != "insert":
        admin.execute("insert into kernel_auditentry select * from kept")
    return "" if found == [changed] else f"found {found} instead of [{changed}]"


def _ids(admin: Admin) -> list[int]:
    sql = "select id from kernel_auditentry a where row_hash <> encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex')"
    return [row[0] for row in admin.execute(sql).fetchall()]


def blind(admin: Admin) -> None:
    """Plant the canary: a check that leaves out what an entry says was done."""
    row = admin.execute("select pg_get_functiondef('sec.audit_text'::regproc)").fetchone()
    body = str(row[0]) if row else ""
    hole = body.replace("coalesce(r.after::text, '')", "''")
    if hole == body:
        raise LookupError("sec.audit_text no longer holds the text that the canary takes out")
    admin.execute(statement(hole))
    admin.execute("set session_replication_role = replica")
    admin.execute(
        "update kernel_auditentry a set row_hash = encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex')"
    )
    admin.execute("set session_replication_role = origin")
