"""Facts about every table, policy and function of the database: nothing new slips past the walls."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models

from jinlan.basics.errors import Refused
from jinlan.kernel.record import Scoped, ScopedManager
from jinlan.kernel.roles import SCOPE_ROLES, roles_sql, unsafe_traits
from jinlan.kernel.scope import KINDS, refuse_unsafe_database

WITHOUT_POLICIES = {
    "kernel_person": "read before any scope, to sign somebody in; no client data",
    "kernel_rolegrant": "read before any scope, to know the roles; no client data",
    "sec.key": "no role but jl_scope may touch it",
    "sec.ctx": "no role but jl_scope may touch it",
    "django_migrations": "names of migrations",
    "django_session": "opaque session data, keyed by a random key",
    "django_content_type": "names of models",
    "auth_permission": "unused framework table",
    "auth_group": "unused framework table",
    "auth_group_permissions": "unused framework table",
    "axes_accessattempt": "sign-in attempts, written before any scope",
    "axes_accessattemptexpiration": "sign-in attempts, written before any scope",
    "axes_accessfailurelog": "sign-in attempts, written before any scope",
    "axes_accesslog": "sign-in attempts, written before any scope",
}
CALLABLE_BY_APPLICATION = {"enter", "enter_portal", "technical", "t_kind", "audit_text"}

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(database: None, admin_url: str):
    with psycopg.connect(admin_url) as connected:
        yield connected


def test_every_table_has_forced_row_level_security_or_a_reason(admin) -> None:
    tables = admin.execute(
        "select case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end, "
        "c.relrowsecurity and c.relforcerowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('r', 'p') and n.nspname in ('public', 'sec')"
    ).fetchall()

    open_tables = {name for name, forced in tables if not forced}
    assert open_tables <= set(WITHOUT_POLICIES)
    assert {
        name
        for name in open_tables
        if name.startswith(("clients_", "serving_", "work_", "strategy_", "engagement_"))
    } == set()


def test_no_policy_is_a_literal_true_except_for_the_resolver(admin) -> None:
    policies = admin.execute(
        "select tablename, policyname, roles::text[], coalesce(qual, ''), coalesce(with_check, '') from pg_policies"
    ).fetchall()

    assert len(policies) > 80
    for table, name, roles, qual, check in policies:
        if roles == ["jl_scope"]:
            continue
        assert "public" not in roles, (table, name)
        for text in (qual, check):
            # "in sight when its party (its request, its interaction, its file) is": the sub-query is itself behind that table's policies
            owner = re.search(
                r"FROM (clients_party|work_approval|engagement_interaction|engagement_attachment)\b", text
            )
            assert text == "" or "sec.t_" in text or owner, (table, name, text)


def test_every_scope_role_and_every_statement_is_closed_without_a_book(admin) -> None:
    tables = [
        row[0]
        for row in admin.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    ]
    with connection.cursor() as cursor:
        for role in SCOPE_ROLES:
            for table in tables:
                if table in WITHOUT_POLICIES:
                    continue
                for statement in (
                    f"select 1 from {table}",
                    f"delete from {table}",
                    f"update {table} set id = id",
                ):
                    cursor.execute("begin")
                    cursor.execute(f"set local role {role}")
                    try:
                        cursor.execute(statement)
                        assert cursor.rowcount == 0, (role, statement)
                    except Exception as error:
                        assert "permission denied" in str(error) or "cannot be changed" in str(error), (
                            role,
                            statement,
                            error,
                        )
                    cursor.execute("rollback")


PEOPLE_WRITE = {
    "work_approval",
    "work_decision",
    "strategy_override",
    "strategy_leavealone",
    "clients_leadchange",
    "clients_delegation",
    "clients_teamproposal",
    "work_preflightrecord",
    "work_clearance",
    "work_release",
    "strategy_definitionversion",
    "strategy_trial",
    "strategy_meeting",
    "strategy_seat",
    "strategy_agendaitem",
    "strategy_ballot",
    "strategy_tierdecision",
    "strategy_target",
    "engagement_handover",
    "engagement_contactperson",
    "engagement_post",
    "engagement_tie",
    "engagement_pair",
    "engagement_interaction",
    "engagement_promise",
    "engagement_promisestep",
    "engagement_attachment",
    "engagement_attachmentcontent",
    "engagement_accountplan",
    "engagement_agreement",
    "engagement_agreementdeed",
    "engagement_planaction",
    "engagement_planreading",
    "engagement_planreview",
    "engagement_opportunity",
    "engagement_opportunitystep",
    "engagement_careday",
    "engagement_caresilence",
    "engagement_care",
    "engagement_gift",
}
ONLY_ROLES = {
    name for name in PEOPLE_WRITE if name.startswith(("strategy_", "clients_", "engagement_"))
}  # narrower than what is read


def test_people_write_where_they_read_and_nowhere_else(admin) -> None:
    rows = admin.execute(
        "select tablename, policyname, cmd, coalesce(qual, ''), coalesce(with_check, '') from pg_policies where tablename = any(%s)",
        [sorted(PEOPLE_WRITE - {"work_decision", "work_clearance"})],
    ).fetchall()
    reading = {
        (table, name.removeprefix("to_")): rule for table, name, cmd, rule, _ in rows if cmd == "SELECT"
    }
    writing = [
        (table, name, rule, check) for table, name, cmd, rule, check in rows if cmd in {"INSERT", "UPDATE"}
    ]

    assert len(writing) == 254
    for table, name, rule, check in writing:
        kind = name.partition("_")[2]
        if name == "own_ballot":  # restrictive, beside the others
            assert "sec.t_person()" in check
            continue
        if table == "strategy_target" and kind in {
            "add",
            "change",
        }:  # likewise: a branch head below his own branch
            assert "sec.t_bd()" in check
            continue
        if name == "admit":  # compliance lets further readers in behind the wall
            assert ("inside" in rule, "sec.t_whole('C'" in rule, rule == check) == (True, True, True)
            continue
        if name == "heads":  # restrictive: heads alone decide, or supervise
            assert "sec.t_role('dept_head'" in check
            continue
        if kind in {"asked", "taker"}:  # who is asked, or takes over, writes while it is open
            assert _flat(reading[table, kind]) in _flat(rule)
            assert ("state" in rule, "sec.t_person()" in check) == (True, True)
            continue
        assert _flat(reading[table, kind]) in _flat(check)
        assert (check != reading[table, kind]) == (table in ONLY_ROLES)
        assert rule in {"", check}


def _flat(rule: str) -> str:
    """Return a rule without the brackets that the database sets anew when another condition joins it."""
    return rule.replace("(", "").replace(")", "")


EXCUSE = {"excuse_code", "excuse_evidence", "excuse_asked_by", "excused_by", "excused_at"}
CHANGERS = ["change_all", "change_branch", "change_domain"]


@pytest.mark.parametrize(
    ("table", "written", "policies"),
    [
        ("strategy_obligation", EXCUSE, [*CHANGERS, "to_system"]),
        ("work_task", {"assignee", "snoozed_until"}, [*CHANGERS, "change_team", "to_system"]),
        (
            "engagement_pipelinemeasure",
            {"state", "valid_from", "decided_by", "decided_name", "decided_at", "reason"},
            ["decide", "to_system"],
        ),
    ],
)
def test_of_some_rows_people_write_a_few_columns_alone(
    admin, table: str, written: set[str], policies: list[str]
) -> None:
    columns = admin.execute(
        "select distinct column_name from information_schema.column_privileges where table_name = %s "
        "and privilege_type in ('INSERT', 'UPDATE') and grantee not in ('jl_owner', 'jl_system')",
        [table],
    ).fetchall()
    found = admin.execute(
        "select policyname from pg_policies where tablename = %s and cmd <> 'SELECT' order by 1", [table]
    ).fetchall()

    assert {row[0] for row in columns} == written
    assert [row[0] for row in found] == policies


def test_only_the_system_writes_other_client_data(admin) -> None:
    writers = admin.execute(
        "select distinct grantee from information_schema.role_table_grants where table_schema = 'public' "
        "and privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') and (table_name like 'clients%%' or table_name "
        "like 'serving%%' or table_name like 'work%%' or table_name like 'strategy%%' or table_name like 'engagement%%') and not table_name = any(%s)",
        [sorted(PEOPLE_WRITE)],
    ).fetchall()

    assert {row[0] for row in writers} == {"jl_owner", "jl_system"}


def test_public_may_execute_nothing_of_ours(admin) -> None:
    functions = admin.execute(
        "select p.proname, has_function_privilege('public', p.oid, 'execute'), has_function_privilege('jl_app', p.oid, 'execute') "
        "from pg_proc p where p.pronamespace = 'sec'::regnamespace"
    ).fetchall()

    assert [name for name, public, _ in functions if public] == []
    assert {name for name, _, app in functions if app} == CALLABLE_BY_APPLICATION


def test_functions_of_the_definer_pin_their_search_path(admin) -> None:
    loose = admin.execute(
        "select proname from pg_proc where pronamespace = 'sec'::regnamespace and prosecdef "
        "and not coalesce(proconfig, '{}')::text[] @> array['search_path=pg_catalog, pg_temp']"
    ).fetchall()

    assert loose == []


def test_the_applications_role_owns_nothing_and_is_no_superuser(admin) -> None:
    assert admin.execute("select count(*) from pg_class where relowner = 'jl_app'::regrole").fetchone() == (
        0,
    )
    assert admin.execute(
        "select rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb from pg_roles where rolname = 'jl_app'"
    ).fetchone() == (False, False, False, False, False)
    assert admin.execute(
        "select pg_has_role('jl_app', 'jl_scope', 'member'), pg_has_role('jl_app', 'jl_owner', 'member')"
    ).fetchone() == (
        False,
        False,
    )
    refuse_unsafe_database()


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ((True, False, False, False), "超级用户"),
        ((False, True, False, False), "拥有数据表"),
        ((False, False, True, False), "jl_scope"),
        ((False, False, False, True), "NOINHERIT"),
    ],
)
def test_each_unsafe_trait_of_a_role_is_named(flags: tuple[bool, ...], word: str) -> None:
    (found,) = unsafe_traits(*flags)

    assert word in str(found)
    assert unsafe_traits(False, False, False, False) == []


def test_an_owner_is_refused_at_start(
    database: None, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connections
    from django.db.utils import ConnectionHandler

    from jinlan.kernel import scope
    from jinlan.site.settings import database as settings_of

    handler = ConnectionHandler({"default": settings_of(owner_url)})
    monkeypatch.setattr(scope, "connection", handler["default"])
    with pytest.raises(Refused, match="拥有数据表"):
        refuse_unsafe_database()
    handler["default"].close()
    assert connections["default"] is not handler["default"]


def test_roles_sql_refuses_a_name_that_could_carry_sql() -> None:
    for name in ("a; drop", 'x"', "jl_scope", "角色", ""):
        with pytest.raises(Refused):
            roles_sql(name, "jl_owner")


def test_kinds_and_roles_agree() -> None:
    assert set(KINDS) == set(SCOPE_ROLES)


def ours() -> list[type[models.Model]]:
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("jinlan.")
        for model in config.get_models()
    ]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_field_is_classified(model: type[models.Model]) -> None:
    classes = model.CLASSES

    assert set(classes) - {"*"} <= {field.name for field in model._meta.get_fields()}, (
        "names a field that is not there"
    )
    assert "*" in classes or {field.name for field in model._meta.local_fields} <= set(classes)


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_model_with_policies_has_the_manager_that_asks_for_a_scope(
    model: type[models.Model], admin
) -> None:
    (forced,) = admin.execute(
        "select relforcerowsecurity from pg_class where relname = %s", [model._meta.db_table]
    ).fetchone()
    organisation = model._meta.label in {
        "clients.Branch",
        "clients.Employee",
        "clients.Delegation",
        "kernel.AuditEntry",
    }

    assert issubclass(model, Scoped) == (forced and not organisation)
    if issubclass(model, Scoped):
        assert isinstance(model._default_manager, ScopedManager)
        assert isinstance(model._base_manager, ScopedManager)
