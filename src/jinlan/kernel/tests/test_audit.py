from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error, ProgrammingError

from jinlan.basics.clock import now_utc
from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.audit import audit, audit_signin, tampered
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.roles import roles_sql
from jinlan.kernel.scope import ScopeMissing, console_actor, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY
from jinlan.kernel.testing_database import Remembered

pytestmark = pytest.mark.usefixtures("database")
COLUMNS = "entity, at, username, purpose, verb, object_type, object_id, reason, row_hash"
VALUES = "'JLB', now(), '', 'signin', 'signin.failed', '', '', '', 'abc'"
MONTH = "date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' + interval '{} months 3 days'"


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def test_an_entry_keeps_who_what_and_when(cast: Cast) -> None:
    lihua = cast.actor("lihua")
    with scoped(lihua):
        audit(lihua, "strategy.unit_explained", "unit", "G-JIA", after={"as_of": AT.date()}, reason="年审")

    with scoped(cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="strategy.unit_explained")
        assert (entry.entity, entry.at, entry.person, entry.username) == ("JLB", AT, lihua.person_id, "lihua")
        assert (entry.object_type, entry.object_id, entry.after) == ("unit", "G-JIA", {"as_of": "2026-11-10"})
        assert (entry.reason, entry.purpose, len(entry.row_hash)) == ("年审", "service", 64)
        assert entry.recorded_at > AT
        assert tampered() == []


def test_nobody_writes_in_anothers_name(cast: Cast) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(cast.actor("lihua")):
        audit(cast.actor("chenwei"), "strategy.unit_explained", "unit", "G-JIA")


def test_an_act_needs_a_scope_and_signing_in_does_not(cast: Cast) -> None:
    with pytest.raises(ScopeMissing):
        audit(cast.actor("lihua"), "x.y", "unit", "1")
    audit_signin("JLB", "lihua", "succeeded", AT, person_id=cast.people["lihua"].pk, where="127.0.0.1")

    with scoped(cast.actor("zhengyu")):
        assert AuditEntry.objects.get(verb="signin.succeeded").username == "lihua"
    with pytest.raises(ProgrammingError, match="row-level security"), connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_auditentry (entity, at, recorded_at, username, purpose, verb, object_type, object_id, reason, "
            "row_hash) values ('JLB', now(), now(), '', '', 'strategy.tier_changed', '', '', '', '')"
        )


@pytest.mark.parametrize("username", ["lihua", "sunjie", "chenwei", "zhoulin", "hejun"])
def test_only_auditor_and_compliance_read_the_record(cast: Cast, username: str) -> None:
    actor = cast.actor(username)
    try:
        with scoped(actor):
            audit(actor, "x.seen", "unit", "1")
            assert AuditEntry.objects.count() == 0
    except ProgrammingError as error:
        assert "permission denied" in str(error)


@pytest.mark.parametrize(
    "statement",
    [
        "update kernel_auditentry set reason = 'other'",
        "delete from kernel_auditentry",
        "truncate kernel_auditentry",
    ],
)
def test_an_entry_cannot_be_changed_by_the_application_or_the_owner(
    cast: Cast, statement: str, owner_url: str, database_name: str
) -> None:
    actor = cast.actor("zhengyu")
    with scoped(actor):
        audit(actor, "x.seen", "unit", "1")

    with pytest.raises(Error), scoped(actor), connection.cursor() as cursor:
        cursor.execute(statement)
    with psycopg.connect(owner_url) as owner:
        if statement.startswith("truncate"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot be changed"):
                owner.execute(statement)
        else:
            assert owner.execute(statement).rowcount == 0  # forced row-level security: the owner sees no row
    with scoped(actor):
        assert AuditEntry.objects.filter(verb="x.seen", reason="").count() == 1


def test_a_change_behind_the_triggers_back_is_found(cast: Cast, admin_url: str) -> None:
    actor = cast.actor("zhengyu")
    with scoped(actor):
        audit(actor, "x.seen", "unit", "1", after={"a": 1})
        audit(actor, "x.seen", "unit", "2")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("""update kernel_auditentry set after = '{"a": 2}' where object_id = '1'""")

    with scoped(actor):
        assert tampered() == [AuditEntry.objects.get(object_id="1", verb="x.seen").pk]


def test_the_entry_goes_with_the_act(cast: Cast) -> None:
    actor = cast.actor("zhengyu")
    with pytest.raises(ZeroDivisionError), scoped(actor):
        audit(actor, "x.seen", "unit", "1")
        raise ZeroDivisionError

    with scoped(actor), transaction.atomic():
        assert not AuditEntry.objects.filter(verb="x.seen").exists()


def months() -> list[str]:
    """Return the names of this month's and the next two months' partitions."""
    now = now_utc()
    ahead = [divmod(now.year * 12 + now.month - 1 + more, 12) for more in range(3)]
    return [f"kernel_auditentry_{year}{month + 1:02d}" for year, month in ahead]


def test_each_month_has_its_partition_and_what_fits_none_goes_to_the_rest(admin_url: str) -> None:
    audit_signin(ENTITY, "a", "failed", AT)
    with psycopg.connect(admin_url) as admin:
        admin.execute("set session_replication_role = replica")
        for number, ahead in ((900, 1), (901, 40)):
            admin.execute(
                f"insert into kernel_auditentry (id, recorded_at, {COLUMNS}) values ({number}, {MONTH.format(ahead)}, {VALUES})"
            )
        places = admin.execute(
            "select id, tableoid::regclass::text from kernel_auditentry order by id"
        ).fetchall()

    assert places == [(1, months()[0]), (900, months()[1]), (901, "kernel_auditentry_rest")]


@pytest.mark.parametrize("in_scope", [True, False])
def test_the_application_reaches_no_partition(in_scope: bool) -> None:
    audit_signin(ENTITY, "a", "failed", AT)
    for statement in (
        f"select * from {months()[0]}",
        f"insert into {months()[0]} ({COLUMNS}) values ({VALUES})",
        f"delete from {months()[0]}",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            if in_scope:
                with scoped(system_actor(ENTITY, AT), write=True):
                    cursor.execute(statement)
            else:
                cursor.execute(statement)
    with scoped(console_actor(ENTITY, AT)):
        assert AuditEntry.objects.count() == 1


def test_id_transaction_moment_and_hash_of_an_entry_are_the_databases_own() -> None:
    audit_signin(ENTITY, "a", "failed", AT)
    forged = (
        f"insert into kernel_auditentry (id, xact, recorded_at, {COLUMNS}) values (7777, 1, %s, {VALUES})"
    )
    with connection.cursor() as cursor:
        cursor.execute(forged, [now_utc().replace(day=1, hour=0, minute=0)])
        for other in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)):
            with pytest.raises(Error, match="moving row to another partition"):
                cursor.execute(forged, [other])

    with scoped(console_actor(ENTITY, AT)):
        first, second = AuditEntry.objects.order_by("id")
        assert (first.pk, second.pk) == (1, 2)
        assert second.xact > first.xact > 1
        assert 0 <= (second.recorded_at - first.recorded_at).total_seconds() < 5
        assert tampered() == []


def test_a_database_with_entries_migrates_and_keeps_them(admin_url: str, owner_url: str) -> None:
    name = "jinlan_before_0003"

    def migrate(*target: str) -> None:
        env = os.environ | {
            "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}",
            "DATABASE_OWNER_URL": owner_url.rpartition("/")[0] + f"/{name}",
            "JINLAN_OWNER": "1",
            "DJANGO_SETTINGS_MODULE": "jinlan.site.settings",
        }
        command = [
            sys.executable,
            "-m",
            "django",
            "migrate",
            *target,
            "--no-input",
            "--skip-checks",
            "-v",
            "0",
        ]
        subprocess.run(command, env=env, check=True)

    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"create database {name} owner jl_owner")
    try:
        with psycopg.connect(admin_url.rpartition("/")[0] + f"/{name}", autocommit=True) as admin:
            admin.execute(roles_sql("jl_app", "jl_owner"))
            migrate("kernel", "0002")
            insert = f"insert into kernel_auditentry (recorded_at, {COLUMNS}) values (now(), {VALUES})"
            admin.execute(insert)
            admin.execute(insert)
            rows = "select id, recorded_at, row_hash from kernel_auditentry order by id"
            before = admin.execute(rows).fetchall()
            migrate("kernel", "0003")
            assert admin.execute(rows).fetchall() == before
            admin.execute(insert.replace("recorded_at, ", "").replace("now(), ", "", 1))
            after = admin.execute(
                "select id, tableoid::regclass::text, xact is null, row_hash = "
                "encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex') from kernel_auditentry a order by id"
            ).fetchall()
            assert after == [
                (1, months()[0], True, True),
                (2, months()[0], True, True),
                (3, months()[0], False, True),
            ]
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"drop database {name} with (force)")
