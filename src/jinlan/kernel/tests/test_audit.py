from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import Error, ProgrammingError

from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.audit import audit, audit_signin, tampered
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeMissing, scoped
from jinlan.kernel.testing import AT

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def cast(database: None) -> Cast:
    return the_cast()


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
