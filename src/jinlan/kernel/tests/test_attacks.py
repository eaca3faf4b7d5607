"""The sealed scope under attack, on a real PostgreSQL as the application's own role."""

from __future__ import annotations

import hashlib
import hmac

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error, ProgrammingError

from jinlan.clients.models import Party, Unit
from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.scope import KINDS, ScopeDenied, ScopeMissing, _next_issued, scoped, seal
from jinlan.kernel.testing import AT
from jinlan.kernel.testing_database import Remembered

pytestmark = pytest.mark.usefixtures("database")
INSTANT = int(AT.timestamp() * 1_000_000)
CLIENT_TABLES = (
    "clients_party", "clients_partyidentity", "clients_counterpartyidentity", "clients_unit", "clients_unitmember",
    "clients_coverage", "serving_unitresult", "serving_memberresult", "serving_restrictedgate", "serving_quarantine",
    "work_task", "strategy_override",
)  # fmt: skip


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def rows(cursor, table: str) -> int:
    """Rows in sight; -1 when the database refuses the question."""
    try:
        with transaction.atomic():
            cursor.execute(f"select count(*) from {table}")
            return cursor.fetchone()[0]
    except ProgrammingError:
        return -1


def enter(cursor, person: int, *, mac: bytes | None = None, issued: int | None = None) -> int:
    issued = issued or _next_issued()
    mac = mac if mac is not None else seal(person, INSTANT, connection.connection.info.backend_pid, issued)
    cursor.execute(
        "select set_config('role', sec.enter(%s, %s, %s, %s), true)", [person, INSTANT, issued, mac]
    )
    return issued


@pytest.mark.parametrize("table", CLIENT_TABLES)
def test_a_fresh_connection_sees_nothing(cast: Cast, table: str) -> None:
    connection.close()

    with connection.cursor() as cursor:
        assert rows(cursor, table) == -1


@pytest.mark.parametrize("role", sorted(KINDS))
def test_a_role_without_a_scope_sees_nothing(cast: Cast, role: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, true)", [role])

        assert {rows(cursor, table) for table in CLIENT_TABLES} <= {0, -1}


def test_the_scope_ends_with_its_transaction(cast: Cast) -> None:
    with scoped(cast.actor("chenwei")):
        assert Unit.objects.count() == 3

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('role', 'jl_all', true)")
        assert rows(cursor, "clients_unit") == 0
        cursor.execute("select sec.t_kind()")
        assert cursor.fetchone() == (None,)


@pytest.mark.parametrize("role", sorted(KINDS))
def test_an_injected_role_shows_a_manager_nothing_more(cast: Cast, role: str) -> None:
    with scoped(cast.actor("lihua")), connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, true)", [role])

        # jl_team and jl_mixed read his own arrays, jl_branch the header of what he covers
        assert rows(cursor, "clients_unit") in {1, 0, -1}
        assert rows(cursor, "clients_party") in {3, 0, -1}
        assert rows(cursor, "serving_restrictedgate") in {0, -1}


@pytest.mark.parametrize(
    "statement",
    [
        "select set_config('role', 'jl_owner', true)",
        "select set_config('role', 'jl_scope', true)",
        "select set_config('role', 'jl_admin', true)",
        "select set_config('session_authorization', 'jl_owner', true)",
        "select set_config('row_security', 'off', true), count(*) from clients_unit",
        "select set_config('session_replication_role', 'replica', true)",
        "select set_config('jl.scope', 'all', true), 1 / (select count(*) from clients_unit where code = 'G-YI')",
        "select set_config('search_path', 'pg_temp', true), 1 / (select count(*) from public.clients_unit where code = 'G-YI')",
        "set local role jl_owner",
        "select 1 / (select count(*) from clients_unit where code = 'G-YI')",
    ],
)  # fmt: skip
def test_an_injected_setting_is_refused_or_shows_nothing(cast: Cast, statement: str) -> None:
    with (
        scoped(cast.actor("lihua")),
        connection.cursor() as cursor,
        pytest.raises(Error),
        transaction.atomic(),
    ):
        cursor.execute(statement)
        cursor.execute("select count(*) from clients_unit where code = 'G-YI'")
        assert cursor.fetchone() == (0,)
        raise Error("nothing was shown")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into sec.ctx (pid, xid, person, issued, kind) values (pg_backend_pid(), pg_current_xact_id(), 1, 1, 'A')",
        "update sec.ctx set kind = 'A'",
        "select * from sec.ctx",
        "select * from sec.key",
        "select sec.resolve(1, date '2026-11-10')",
        "select sec.sealed('1|1|1|1')",
        "select sec.book()",
        "select sec.protect('clients_unit', 'entity')",
        "alter table clients_unit disable row level security",
        "drop policy to_team on clients_unit",
        "create table public.mine (id int)",
        "create function sec.t_kind2() returns int language sql as 'select 1'",
        "truncate clients_unit",
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (1, 'auditor', '', '2020-01-01')",
        "update kernel_rolegrant set role = 'auditor'",
        "update kernel_person set is_active = true",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [False, True])
def test_the_application_cannot_touch_the_machinery(cast: Cast, statement: str, *, inside: bool) -> None:
    with pytest.raises(Error):
        if inside:
            with scoped(cast.actor("lihua")), connection.cursor() as cursor:
                cursor.execute(statement)
        else:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_forged_seal_is_refused(cast: Cast) -> None:
    head = cast.people["chenwei"].pk
    issued = _next_issued()
    forged = hmac.new(b"guess" * 8, f"{head}|{INSTANT}|1|{issued}".encode(), hashlib.sha256).digest()

    for mac in (forged, b"", bytes(32)):
        with (
            pytest.raises(ProgrammingError, match="scope refused"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            enter(cursor, head, mac=mac, issued=issued)
    with (
        pytest.raises(ProgrammingError, match="scope refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select sec.enter(%s, %s, %s, null)", [head, INSTANT, issued])


@pytest.mark.parametrize("field", ["person", "instant", "backend", "issued"])
def test_a_seal_speaks_for_one_person_instant_backend_and_moment(cast: Cast, field: str) -> None:
    head = cast.people["chenwei"].pk
    issued = _next_issued()
    with (
        pytest.raises(ProgrammingError, match="scope refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        backend = connection.connection.info.backend_pid
        told = {"person": head, "instant": INSTANT, "backend": backend, "issued": issued}
        mac = seal(*(value + (name == field) for name, value in told.items()))
        enter(cursor, head, mac=mac, issued=issued)


def test_a_seal_cannot_be_used_again(cast: Cast) -> None:
    head = cast.people["chenwei"].pk
    with transaction.atomic(), connection.cursor() as cursor:
        issued = enter(cursor, head)
        mac = seal(head, INSTANT, connection.connection.info.backend_pid, issued)

    with (
        pytest.raises(ProgrammingError, match="scope refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        enter(cursor, head, mac=mac, issued=issued)


def test_a_second_scope_inside_a_transaction_is_refused_even_with_a_good_seal(cast: Cast) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        enter(cursor, cast.people["lihua"].pk)
        cursor.execute("select set_config('role', 'jl_app', true)")
        enter(cursor, cast.people["chenwei"].pk)


@pytest.mark.parametrize("shift", [-61_000_000, 61_000_000])
def test_an_old_or_early_seal_is_refused(cast: Cast, shift: int) -> None:
    with (
        pytest.raises(ProgrammingError, match="scope refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        enter(cursor, cast.people["chenwei"].pk, issued=_next_issued() + shift)


def test_another_backend_cannot_use_the_seal(cast: Cast, database_name: str) -> None:
    head = cast.people["chenwei"].pk
    issued = _next_issued()
    connection.ensure_connection()
    mac = seal(head, INSTANT, connection.connection.info.backend_pid, issued)
    made = connection.get_connection_params()
    with (
        psycopg.connect(
            host=made["host"], user=made["user"], password=made.get("password"), dbname=made["dbname"]
        ) as other,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute("select sec.enter(%s, %s, %s, %s)", [head, INSTANT, issued, mac])


@pytest.mark.parametrize("username", ["lihua", "sunjie", "chenwei", "wuhan", "hejun"])
def test_inside_a_scope_nobody_reads_passwords(cast: Cast, username: str) -> None:
    with scoped(cast.actor(username)), connection.cursor() as cursor:
        cursor.execute("select count(display_name) from kernel_person")
        assert cursor.fetchone() >= (9,)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scoped(cast.actor(username)),
        connection.cursor() as cursor,
    ):
        cursor.execute("select password from kernel_person")


def test_rolling_back_to_a_savepoint_keeps_the_scope(cast: Cast) -> None:
    with scoped(cast.actor("lihua")):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select 1 / 0")

        assert [unit.code for unit in Unit.objects.all()] == ["G-JIA"]


def test_models_refuse_to_work_outside_a_scope(cast: Cast) -> None:
    with scoped(cast.actor("lihua")):
        unit = Unit.objects.get()

    for ask in (
        Unit.objects.all,
        Party.objects.count,
        unit.members.all,
        lambda: unit.root_party,
        unit.refresh_from_db,
    ):
        with pytest.raises(ScopeMissing):
            ask()


def test_a_scope_cannot_be_changed_inside_a_scope(cast: Cast) -> None:
    with scoped(cast.actor("lihua")):
        with scoped(cast.actor("lihua")):
            assert Unit.objects.count() == 1
        with pytest.raises(ScopeMissing), scoped(cast.actor("chenwei")):
            pass
        with pytest.raises(ScopeMissing), scoped(cast.actor("lihua"), write=True):
            pass


def test_a_scope_opens_its_own_transaction(cast: Cast) -> None:
    with transaction.atomic(), pytest.raises(ScopeMissing), scoped(cast.actor("lihua")):
        pass


def test_nobody_enters_as_a_person_who_is_not_there(cast: Cast) -> None:
    actor = cast.actor("lihua")
    ghost = type(actor)(10**6, "ghost", frozenset({"auditor"}), AT)

    with pytest.raises(ScopeDenied), scoped(ghost):
        pass


def test_the_seal_is_hmac_sha256() -> None:
    wanted = hmac.new(settings.JINLAN_SEAL_KEY, b"1|2|3|4", hashlib.sha256).digest()

    assert seal(1, 2, 3, 4) == wanted
