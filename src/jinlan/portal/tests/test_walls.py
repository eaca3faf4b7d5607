"""What a principal's own SQL could see: the name of one party, and nothing else of any table."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error, ProgrammingError

from jinlan.basics.clock import now_utc
from jinlan.kernel.scope import KINDS, PORTAL, ScopeDenied, _next_issued, scoped, seal
from jinlan.portal.selectors import actor_of, represented
from jinlan.portal.tests.conftest import Door

pytestmark = pytest.mark.usefixtures("database")
# Read by whoever has a role of the bank's people, without a policy: what an injected role opens in any scope (decision 0017).
WITHOUT_POLICIES = {"kernel_person", "kernel_rolegrant"}


@pytest.fixture
def tables(admin_url: str) -> list[str]:
    with psycopg.connect(admin_url) as admin:
        return [
            row[0]
            for row in admin.execute(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'sec') order by 1"
            ).fetchall()
        ]


def rows(cursor, table: str) -> int:
    """Rows in sight; 0 when the database refuses the question."""
    try:
        with transaction.atomic():
            cursor.execute(f"select count(*) from {table}")
            return cursor.fetchone()[0]
    except ProgrammingError as error:
        assert error.__cause__.sqlstate == "42501"
        return 0


def test_a_principal_sees_one_row_of_one_table(door: Door, tables: list[str]) -> None:
    with scoped(actor_of(door.qian, now_utc()), write=True) as scope, connection.cursor() as cursor:
        seen = {table: rows(cursor, table) for table in tables}

        assert scope.kind == "P"
        assert len(tables) > 60
        assert {table: count for table, count in seen.items() if count} == {"public.clients_party": 1}
        cursor.execute("select name, name_en from clients_party")
        assert cursor.fetchall() == [("甲科技有限公司", "")]


def test_the_walls_have_something_to_hide(door: Door, admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        for table, count in (("clients_party", 7), ("clients_coverage", 3), ("portal_portalprincipal", 2)):
            assert admin.execute(f"select count(*) from {table}").fetchone() == (count,)


@pytest.mark.parametrize("column", ["code", "uscc", "branch_id", "grams", "*"])
def test_of_the_party_he_reads_its_names_only(door: Door, column: str) -> None:
    with (
        scoped(actor_of(door.qian, now_utc())),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute(f"select {column} from clients_party")


@pytest.mark.parametrize("role", sorted(KINDS))
def test_an_injected_role_shows_a_principal_nothing_more(door: Door, tables: list[str], role: str) -> None:
    with scoped(actor_of(door.qian, now_utc()), write=True), connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, true)", [role])
        seen = {table.removeprefix("public."): rows(cursor, table) for table in tables}

    seen = {table: count for table, count in seen.items() if count and table not in WITHOUT_POLICIES}
    assert seen == ({"clients_party": 1} if role == "jl_portal" else {})


@pytest.mark.parametrize(
    "statement",
    [
        "update clients_party set name = 'x'",
        "delete from clients_party",
        "insert into portal_portalprincipal (id) values (9)",
        "update portal_portalprincipal set is_active = true",
        "insert into kernel_auditentry (entity) values ('JLB')",
        "select sec.t_house()",
        "select sec.enter(1, 1, 1, '')",
        "select sec.technical('JLB', 'system')",
        "select set_config('role', 'jl_owner', true)",
        "select set_config('role', 'jl_scope', true)",
    ],
)
def test_a_principal_changes_and_calls_nothing(door: Door, statement: str) -> None:
    with (
        scoped(actor_of(door.qian, now_utc()), write=True),
        connection.cursor() as cursor,
        pytest.raises(Error, match=r"permission denied|row-level security"),
    ):
        cursor.execute(statement)


def enters(function: str, who: int, door: str, *, sealed_for: int | None = None, role: str = "") -> bool:
    """Tell whether a seal opens a scope in which a row is seen."""
    instant, issued = int(now_utc().timestamp() * 1_000_000), _next_issued()
    connection.ensure_connection()
    mac = seal(sealed_for or who, instant, connection.connection.info.backend_pid, issued, door)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"select set_config('role', {function}(%s, %s, %s, %s), true)", [who, instant, issued, mac]
            )
            return rows(cursor, "clients_party") > 0
    except ProgrammingError as error:
        assert error.__cause__.sqlstate == "42501"
        return False


def test_a_seal_opens_the_door_that_it_was_made_for_and_no_other(door: Door) -> None:
    staff, principal = door.cast.people["chenwei"].pk, door.qian.pk

    assert enters("sec.enter", staff, "")
    assert enters("sec.enter_portal", principal, PORTAL)
    assert not enters("sec.enter", staff, PORTAL)
    assert not enters("sec.enter_portal", principal, "")
    assert not enters("sec.enter_portal", staff, "")
    assert not enters("sec.enter", principal, PORTAL)
    assert not enters("sec.enter_portal", principal, PORTAL, sealed_for=door.sun.pk)
    assert not enters("sec.enter_portal", -staff, PORTAL)


def test_a_portals_seal_is_good_for_one_transaction(door: Door) -> None:
    instant, issued = int(now_utc().timestamp() * 1_000_000), _next_issued()
    connection.ensure_connection()
    mac = seal(door.qian.pk, instant, connection.connection.info.backend_pid, issued, PORTAL)
    call = ("select sec.enter_portal(%s, %s, %s, %s)", [door.qian.pk, instant, issued, mac])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*call)

    with pytest.raises(ProgrammingError, match="scope refused"), connection.cursor() as cursor:
        cursor.execute(*call)


def test_nobody_enters_twice_in_one_transaction(door: Door) -> None:
    chenwei = door.cast.people["chenwei"].pk
    instant, issued = int(now_utc().timestamp() * 1_000_000), _next_issued()
    with scoped(actor_of(door.qian, now_utc())), connection.cursor() as cursor:
        mac = seal(chenwei, instant, connection.connection.info.backend_pid, issued)
        cursor.execute("reset role")
        with pytest.raises(ProgrammingError, match="scope refused"), transaction.atomic():
            cursor.execute("select sec.enter(%s, %s, %s, %s)", [chenwei, instant, issued, mac])
        assert rows(cursor, "clients_party") == 0


def test_who_was_ended_has_no_scope(door: Door, admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "update portal_portalprincipal set is_active = false, ended_at = now() where id = %s",
            [door.qian.pk],
        )

    with pytest.raises(ScopeDenied):
        represented(actor_of(door.qian, now_utc()))
    assert represented(actor_of(door.sun, now_utc())).party == "张三"
