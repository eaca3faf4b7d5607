"""P2: the database alone. Every table × every person × read, add, change, delete; no scope, stale, forged, injected scopes."""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import Error

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import Person
from jinlan.kernel.scope import (
    KINDS,
    ScopeDenied,
    ScopeMissing,
    _next_issued,
    actor_for,
    lake_scope,
    scoped,
    seal,
)
from jinlan.kernel.testing import writing
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.cast import CAST
from jinlan.site.trust.facts import Sight
from jinlan.site.trust.oracle import sight
from jinlan.site.trust.tables import ADMINISTRATORS, OPEN, TABLES, Keys

REFUSED = "42501"
SAMPLES = 3  # rows of a table that are offered for adding


@dataclass
class Verdict:
    """What P2 found; `wrong` must stay empty."""

    cases: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    tables: int = 0
    forced: int = 0
    people: int = 0  # that were examined
    wrong: list[str] = field(default_factory=list)


class Examiner:
    """Looks at one filled bank on the connected database, as the application's role; `admin` knows every row."""

    def __init__(
        self, bank: Bank, admin: Admin, *, stop_early: bool, known: frozenset[str], most: int
    ) -> None:
        self.bank, self.admin, self.stop_early, self.already, self.most = bank, admin, stop_early, known, most
        self.verdict = Verdict()
        self.tables = [row[0] for row in admin.execute(
            "select distinct tablename from pg_policies where schemaname = 'public' order by 1").fetchall()]  # fmt: skip
        self.parts = [row[0] for row in admin.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relispartition and relkind = 'r' "
            "order by 1").fetchall()]  # fmt: skip
        self.columns = {table: self._first_column(table) for table in self.tables}
        self.known = {table: self._rows(table) for table in self.tables if table in TABLES}

    def run(self) -> Verdict:
        """Examine everything; with `stop_early` until something is wrong."""
        for step in (self.catalogue, self.without_scope, self.seals, self.people):
            try:
                step()
            except (Error, ScopeDenied, ScopeMissing, KeyError) as error:
                self.fault(f"{step.__name__} breaks off: {type(error).__name__} {str(error)[:120]}")
            if self.stop_early and self.verdict.wrong:
                break
        connection.close()
        return self.verdict

    def fault(self, text: str) -> None:
        """Note what must not be; a run with a planted hole passes over what is wrong without it."""
        if text not in self.already:
            self.verdict.wrong.append(text)

    def _first_column(self, table: str) -> str:
        sql = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum limit 1"
        row = self.admin.execute(sql, [table]).fetchone()
        return str(row[0]) if row else "id"

    def _rows(self, table: str) -> dict[int, Keys]:
        one = TABLES[table]
        entity = "t.entity" if self._has(table, "entity") else f"'{self.bank.facts.entity}'"
        sql = f"select t.id, coalesce({one.unit}, ''), coalesce({one.party}, ''), {entity}, coalesce({one.person}, '') from {table} t"
        return {
            row[0]: (row[1], row[2], row[3], row[4]) for row in self.admin.execute(statement(sql)).fetchall()
        }

    def _has(self, table: str, column: str) -> bool:
        sql = "select 1 from pg_attribute where attrelid = %s::regclass and attname = %s and not attisdropped"
        return self.admin.execute(sql, [table, column]).fetchone() is not None

    # What the catalogue says.
    def catalogue(self) -> None:
        """Every table is forced behind policies, or is one of the few that hold no client data."""
        found = self.admin.execute(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity from pg_class c "
            "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"
        ).fetchall()
        for table, forced in found:
            if table.startswith(OPEN):
                continue
            self.verdict.tables += 1
            self.verdict.forced += bool(forced)
            if not forced:
                self.fault(f"{table} has no forced row-level security")
            if table not in TABLES:
                self.fault(f"{table} has no line in the table of P2 (site/trust/tables.py)")

    # Nobody's scope.
    def without_scope(self) -> None:
        """A fresh connection, every role without a book, and every role after a scope has ended: no row."""
        connection.close()
        self._closed("fresh connection", "")
        for role in KINDS:
            self._closed("role without a scope", role)
        head = self.actor("dept")
        for role in KINDS:
            with scoped(head), connection.cursor() as cursor:
                cursor.execute("select count(*) from clients_unit")
            self._closed("stale scope", role)

    def _closed(self, what: str, role: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if role:
                cursor.execute("select set_config('role', %s, true)", [role])
            shut = [one for one in self.tables if role or not (one in TABLES and TABLES[one].door)]
            for table in shut:
                for verb, sql in self._statements(table):
                    self.verdict.cases[what] += 1
                    count = _count(cursor, sql)
                    if count > 0:
                        self.fault(f"{what} {role}: {verb} of {table} reaches {count} rows")

    def _statements(self, table: str) -> list[tuple[str, str]]:
        column = self.columns[table]
        return [
            ("select", f"select 1 from {table}"),
            ("update", f'update {table} set "{column}" = "{column}"'),
            ("delete", f"delete from {table}"),
        ]

    # The seal.
    def seals(self) -> None:
        """Forged, borrowed, old and used seals open nothing; no role that owns or resolves can be taken on."""
        dept, lead = self.bank.people["dept"], self.bank.people["lead"]
        instant, backend = int(self.actor("dept").at.timestamp() * 1_000_000), self._backend()
        used = _next_issued()
        with transaction.atomic(), connection.cursor() as cursor:
            self._enter(cursor, dept, instant, used, seal(dept, instant, backend, used))
        forged: list[tuple[str, int, bytes]] = [
            ("another person's", fresh := _next_issued(), seal(lead, instant, backend, fresh)),
            ("another instant's", fresh := _next_issued(), seal(dept, instant + 1, backend, fresh)),
            ("another backend's", fresh := _next_issued(), seal(dept, instant, backend + 1, fresh)),
            ("an empty", _next_issued(), b""),
            ("a zero", _next_issued(), bytes(32)),
            ("a used", used, seal(dept, instant, backend, used)),
            ("an old", old := _next_issued() - 61_000_000, seal(dept, instant, backend, old)),
            ("an early", late := _next_issued() + 120_000_000, seal(dept, instant, backend, late)),
        ]
        for name, issued, mac in forged:
            self.verdict.cases["forged seal"] += 1
            if self._opens(dept, instant, issued, mac):
                self.fault(f"{name} seal opens a scope")
        for role in ("jl_owner", "jl_scope", "jl_admin", "postgres"):
            self.verdict.cases["injected owner"] += 1
            with scoped(self.actor("lead")), connection.cursor() as cursor:
                if _count(cursor, f"select set_config('role', '{role}', true)") >= 0:
                    self.fault(f"a scope can take on the role {role}")

    def _backend(self) -> int:
        connection.ensure_connection()
        return int(connection.connection.info.backend_pid)

    def _opens(self, person: int, instant: int, issued: int, mac: bytes) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                self._enter(cursor, person, instant, issued, mac)
        except Error:
            return False
        return True

    @staticmethod
    def _enter(cursor: CursorWrapper, person: int, instant: int, issued: int, mac: bytes) -> None:
        cursor.execute(
            "select set_config('role', sec.enter(%s, %s, %s, %s), true)", [person, instant, issued, mac]
        )

    # Everybody's scope.
    def actor(self, who: str) -> Any:
        """Return somebody's actor now."""
        from jinlan.basics.clock import now_utc

        return actor_for(Person.objects.get(pk=self.bank.people[who]), now_utc())

    def people(self) -> None:
        """What each person of the cast reads, adds, changes and deletes is what the oracle says."""
        for part in CAST[: self.most]:
            if self.stop_early and self.verdict.wrong:
                return
            self.verdict.people += 1
            seen = sight(self.bank.facts, part.name, self.bank.today)
            try:
                with scoped(self.actor(part.name), write=True) as scope, connection.cursor() as cursor:
                    if not seen.roles:
                        self.fault(f"{part.name} enters a scope ({scope.kind}) and should have none")
                        continue
                    self._one(cursor, part.name, part.entity, seen)
                    transaction.set_rollback(True)
            except ScopeDenied:
                if seen.roles:
                    self.fault(f"{part.name} is refused a scope")
            if seen.roles:
                self._lake(part.name, part.entity, seen)

    def _one(self, cursor: CursorWrapper, who: str, entity: str, seen: Sight) -> None:
        expected = {table: self._expected(table, who, entity, seen) for table in self.known}
        for table, mine in expected.items():
            self.verdict.cases["read"] += 1
            found = _ids(cursor, f"select id from {table}")
            self.verdict.rows += len(found)
            if found - mine:
                self.fault(f"{who} reads {len(found - mine)} rows of {table} out of sight")
            if mine - found:
                self.fault(f"{who} misses {len(mine - found)} rows of {table}")
            self._writes(cursor, who, table, mine, seen)
        for part in self.parts:
            self.verdict.cases["partition"] += 1
            if _count(cursor, f"select 1 from {part}") >= 0:
                self.fault(f"{who} reads the partition {part}")
        self.verdict.cases["password"] += 1
        if _count(cursor, "select password from kernel_person") >= 0:
            self.fault(f"{who} reads passwords")
        for role in KINDS:
            with _undone():
                cursor.execute("select set_config('role', %s, true)", [role])
                for table, mine in expected.items():
                    self.verdict.cases["injected role"] += 1
                    if _ids(cursor, f"select id from {table}") - mine:
                        self.fault(f"{who} reads {table} out of sight with an injected role {role}")

    def _expected(self, table: str, who: str, entity: str, seen: Sight) -> set[int]:
        see = TABLES[table].see
        if (
            entity != self.bank.facts.entity and TABLES[table].client
        ):  # the stranger heads his own bank: all of it is his
            return {key for key, keys in self.known[table].items() if keys[2] == entity}
        return {key for key, (unit, party, house, person) in self.known[table].items()
                if house == entity and see(seen, (unit, party, house, "me" if person == who else person))}  # fmt: skip

    def _writes(self, cursor: CursorWrapper, who: str, table: str, mine: set[int], seen: Sight) -> None:
        writer, allowed = bool(seen.roles & TABLES[table].writers), bool(seen.roles & TABLES[table].may)
        column = self._writable(table, cursor)
        self.verdict.cases["update"] += 1
        with _undone():
            changed = _ids(cursor, f'update {table} set "{column}" = "{column}" returning id')
            if changed and not ((TABLES[table].written or writer or allowed) and changed <= mine):
                self.fault(f"{who} can update {len(changed)} rows of {table}")
            if writer and mine - changed:
                self.fault(f"{who} cannot update {len(mine - changed)} rows of {table}")
        self.verdict.cases["delete"] += 1
        with _undone():
            gone = _ids(cursor, f"delete from {table} returning id")  # nobody deletes anything else
            if gone and not (seen.roles & TABLES[table].taken and gone <= mine):
                self.fault(f"{who} can delete {len(gone)} rows of {table}")
        for like, row in self._samples(table):
            may = (writer or allowed) and like in mine  # who writes, writes where he reads
            self.verdict.cases["insert"] += 1
            with _undone():
                state = _state(
                    cursor,
                    f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)",
                    [row],
                )
                if state != REFUSED and not may:
                    self.fault(f"{who} can add a row to {table} ({state or 'done'})")
                if state == REFUSED and may and writer:
                    self.fault(f"{who} cannot add a row to {table}")

    def _writable(self, table: str, cursor: CursorWrapper) -> str:
        cursor.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped "
            "and has_column_privilege(current_user, attrelid, attnum, 'UPDATE') order by attnum limit 1", [table]
        )  # fmt: skip
        row = cursor.fetchone()
        return str(row[0]) if row else self.columns[table]

    def _samples(self, table: str) -> list[tuple[int, str]]:
        """Return rows as JSON with new keys, each with the key of its model; audit entries and receipts are in another person's name."""
        found = self.admin.execute(
            statement(f"select to_jsonb(t) from {table} t order by id desc limit {SAMPLES}")
        ).fetchall()
        rows = []
        for number, (body,) in enumerate(found):
            like = body.get("id")
            body["id"] = 2_000_000_000 + number
            body |= {name: str(uuid4()) for name in ("public_id", "payload_hash") if name in body}
            if (
                table == "kernel_auditentry"
            ):  # an entry of another month is refused before anybody asks who writes it
                body["recorded_at"] = now_utc().isoformat()
            for column in ("person", "person_id", "maker_id"):
                if column in body:
                    body[column] = self.bank.people["stranger"]
            rows.append((like, json.dumps(body)))
        return rows

    def _lake(self, who: str, entity: str, seen: Sight) -> None:
        """The lake's reader and the command line get the same book, in the bank's own codes."""
        if seen.roles & ADMINISTRATORS:
            return
        scope, facts = lake_scope(self.actor(who)), self.bank.facts
        if scope.entity != facts.entity:  # every reader compares the entity first
            return
        units = {
            code for code, (domain, branch) in facts.units.items() if scope.sees_unit(code, domain, branch)
        }
        parties = {
            code for code, (domain, branch) in facts.parties.items() if scope.sees_party(code, domain, branch)
        }
        self.verdict.cases["lake scope"] += len(facts.units) + len(facts.parties)
        if units != seen.figures or parties != seen.parties or scope.secret != seen.secret:
            self.fault(
                f"{who}: the lake's book differs: {sorted(units ^ seen.figures)[:3]} {sorted(parties ^ seen.parties)[:3]}"
            )


@contextmanager
def _undone() -> Iterator[None]:
    """Run a block in a savepoint and take everything in it back, the role included."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def _try(cursor: CursorWrapper, sql: str, values: list[Any], take: Callable[[], Any]) -> tuple[Any, str]:
    """Return what a statement gives, or None and the SQLSTATE of its refusal."""
    try:
        with transaction.atomic():
            cursor.execute(sql, values or None)
            return take(), ""
    except Error as error:
        return None, str(getattr(error.__cause__, "sqlstate", "") or "?")


def _count(cursor: CursorWrapper, sql: str) -> int:
    """Return the rows that a statement reaches, -1 when it is refused; any other error counts as reached."""
    count, state = _try(cursor, sql, [], lambda: cursor.rowcount)
    return -1 if state in (REFUSED, "22023") else 1 if state else int(count)


def _ids(cursor: CursorWrapper, sql: str) -> set[int]:
    """Return the keys that a statement gives; none when refused. Another error than a refusal has reached rows: {-1}."""
    found, state = _try(cursor, sql, [], lambda: {row[0] for row in cursor.fetchall()})
    return set(found) if not state else set() if state == REFUSED else {-1}


def _state(cursor: CursorWrapper, sql: str, values: list[Any]) -> str:
    """Return the SQLSTATE of a statement, "" when it was done."""
    return _try(cursor, sql, values, lambda: None)[1]


def strangers_rows() -> None:
    """Give another entity a little client data, so that looking over the fence can be told from seeing nothing."""
    from jinlan.clients.testing import a_branch, a_party, a_unit

    with writing("OTH"):
        a_unit(a_party(a_branch("X-HQ", entity="OTH"), "别家企业有限公司", code="X-P"), code="X-G")


def prove(
    bank: Bank,
    admin: Admin,
    *,
    stop_early: bool = False,
    known: frozenset[str] = frozenset(),
    most: int = len(CAST),
) -> Verdict:
    """Run P2 on the connected database, with the first `most` people."""
    return Examiner(bank, admin, stop_early=stop_early, known=known, most=most).run()
