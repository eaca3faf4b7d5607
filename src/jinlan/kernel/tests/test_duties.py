"""Three administrators: no set of roles joins two duties, and by SQL each reaches his own tables and no other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import people
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import ADMINISTRATORS, duty, joins_duties
from jinlan.kernel.models import AuditEntry, Person, RoleGrant, SecondFactor
from jinlan.kernel.scope import lake_scope, scoped, system_actor
from jinlan.kernel.services import create_staff
from jinlan.kernel.testing import AT, ENTITY, START, TODAY, a_grant, a_person, an_actor, writing
from jinlan.kernel.tests.browsers import (
    ana,  # noqa: F401
    xulan,  # noqa: F401
)

pytestmark = pytest.mark.usefixtures("database")
ROLES = tuple(role for role, _name in RoleGrant.ROLES)
SETS = [one for size in range(1, len(ROLES) + 1) for one in combinations(ROLES, size)]
CLIENT_ROLES = set(ROLES) - {*ADMINISTRATORS, "system"}


def granted(role_set: tuple[str, ...]) -> bool:
    """Grant a set by SQL, as the system that may write any grant; tell whether the database let it be."""
    try:
        with transaction.atomic():
            person = Person.objects.create(entity=ENTITY, username="somebody", display_name="x")
            for role in role_set:
                RoleGrant.objects.create(person=person, role=role, valid_from=START)
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


def test_of_all_sets_of_roles_the_database_takes_those_within_one_duty_only() -> None:
    assert len(SETS) == 2047
    with writing():
        taken = {one for one in SETS if granted(one)}

    business = [one for one in SETS if set(one) <= CLIENT_ROLES]
    assert taken == {*business, *((role,) for role in (*ADMINISTRATORS, "system"))}
    assert len(taken) == 127 + 4


def test_of_all_sets_of_roles_the_services_grant_the_same_and_leave_nothing_of_the_others(
    xulan: Person,
) -> None:
    actor, day = an_actor(xulan, now_utc()), business_date(now_utc())
    pairs = [one for one in combinations(ROLES, 2) if "system" not in one]
    outcome = {}
    for number, pair in enumerate(pairs):
        person = a_person(f"p{number}", pair[0])
        try:
            people.grant_role(actor=actor, person=person.public_id, role=pair[1], since=day)
        except Refused as refusal:
            outcome[pair] = refusal.code
        else:
            outcome[pair] = "granted"
        assert (person.grants.count() == 2) == (outcome[pair] == "granted")

    assert {pair for pair, said in outcome.items() if said == "granted"} == set(combinations(ROLES[:7], 2))
    assert set(outcome.values()) == {"granted", "ROLE_SEPARATION"}
    for one in SETS:
        assert joins_duties(one) == (len({duty(role) for role in one}) > 1)


def test_the_words_of_the_duties_are_the_databases(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        for role in ROLES:
            assert admin.execute("select sec.duty(%s)", [role]).fetchone() == (duty(role),)


@pytest.mark.parametrize(("gap", "joined"), [(0, True), (-1, False), (1, True)])
def test_duties_may_follow_each_other_and_not_overlap_by_a_day(gap: int, joined: bool) -> None:
    person = a_person("somebody")
    a_grant(person, "manager", until=TODAY)
    since = TODAY - timedelta(days=gap)

    if gap <= 0:
        a_grant(person, "security_admin", since=since)
    else:
        with pytest.raises(IntegrityError, match="kept apart"):
            a_grant(person, "security_admin", since=since)
    with pytest.raises(IntegrityError, match="kept apart"), writing():
        person.grants.filter(role="manager").update(valid_to=None) if gap <= 0 else a_grant(
            person, "system", since=since
        )


def test_two_grants_at_the_same_moment_do_not_slip_past_each_other(admin_url: str) -> None:
    person = a_person("somebody")
    insert = "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (%s, %s, '', '2020-01-01')"
    with psycopg.connect(admin_url) as one, psycopg.connect(admin_url) as other:
        one.execute(insert, [person.pk, "system_admin"])
        other.execute("set lock_timeout = '300ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(insert, [person.pk, "audit_admin"])
        one.commit()
        other.rollback()
        with pytest.raises(psycopg.errors.CheckViolation):
            other.execute(insert, [person.pk, "audit_admin"])


# What each duty reaches by SQL, of everything in the database.
# Rows in his own name, and views that were given to a role of his.
HIS_OWN = {
    "kernel_staffsession",
    "kernel_receipt",
    "kernel_savedview",
    "kernel_notice",
    "work_approval",
    "work_decision",
}
OPEN = {
    "kernel_person",
    "kernel_rolegrant",
}  # names of colleagues and their roles: no client data, no secrets
REACH = {
    "system_admin": {"serving_load", "serving_loadcheck", "serving_run", "serving_publisheddate", "strategy_definitionversion", "strategy_charterrefresh",
                     "compliance_consenttext", "kernel_job", "kernel_webhook"},
    "security_admin": {"kernel_apitoken", "kernel_secondfactor", "kernel_recoverycode", "kernel_passkey"},
    "audit_admin": {"kernel_auditentry", "kernel_auditbatch"},
}  # fmt: skip


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_by_sql_a_duty_reads_its_own_tables_only(role: str, admin_url: str) -> None:
    actor = an_actor(a_person("somebody", role))
    with psycopg.connect(admin_url) as admin:
        tables = [
            row[0]
            for row in admin.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1"
            ).fetchall()
        ]
        mentioned = dict(
            admin.execute(
                "select tablename, string_agg(qual, ' ') from pg_policies where cmd in ('SELECT', 'ALL') and 'jl_ops' = any(roles) group by 1"
            ).fetchall()
        )
    readable = set()
    for table in tables:
        with scoped(actor) as scope, connection.cursor() as cursor:
            assert scope.kind == "O"
            cursor.execute("select has_any_column_privilege(current_user, %s, 'select')", [table])
            if cursor.fetchone()[0]:
                readable.add(table)
    with_duty = {table for table in readable if f"'{role}'" in mentioned.get(table, "")}

    assert with_duty - HIS_OWN == REACH[role]
    others = readable - with_duty - HIS_OWN - OPEN
    assert {
        table for table in others if not any(f"'{one}'" in mentioned.get(table, "") for one in ADMINISTRATORS)
    } == set()
    assert not any(table.startswith("clients_") for table in readable)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_rows_of_another_duty_are_no_rows(role: str) -> None:
    planted()
    actor = an_actor(a_person("somebody", role))
    counts = {}
    for owner, tables in REACH.items():
        for table in tables & {"serving_load", "kernel_secondfactor", "kernel_auditentry"}:
            with scoped(actor), connection.cursor() as cursor:
                cursor.execute(f"select count(id) from {table}")
                counts[owner] = cursor.fetchone()[0] > 0

    assert counts == {one: one == role for one in ADMINISTRATORS}


def planted() -> None:
    from jinlan.serving.models import Load

    other, system = a_person("planted", "manager"), system_actor(ENTITY, AT)
    SecondFactor.door.create(person=other, secret=b"x", created_at=AT, confirmed_at=AT)
    with writing():
        Load.objects.create(
            entity=ENTITY, as_of=TODAY, status="loaded", started_at=AT, finished_at=AT, versions={}, tables=[]
        )
        audit(
            system,
            "strategy.unit_explained",
            "unit",
            "G-JIA",
            after={"tier": "HQ"},
            reason="集团协同",
        )
        audit(system, "kernel.role_granted", "person", "planted", after={"role": "manager"})


WRITES = {
    "security_admin": [
        "update kernel_person set is_active = false where username = 'planted'",
        "update kernel_person set password = '!' where username = 'planted'",
        "update kernel_rolegrant set valid_to = current_date where person_id = (select id from kernel_person where username = 'planted')",
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) select id, 'risk', '', current_date from kernel_person where username = 'planted'",
        "delete from kernel_secondfactor where person_id = (select id from kernel_person where username = 'planted')",
    ]
}


@pytest.mark.parametrize("role", [*ADMINISTRATORS, "dept_head", "compliance", "auditor"])
def test_by_sql_nobody_but_the_security_administrator_writes_people(role: str) -> None:
    planted()
    actor = an_actor(a_person("somebody", role))
    done = []
    for statement in WRITES["security_admin"]:
        try:
            with scoped(actor, write=True), connection.cursor() as cursor:
                cursor.execute(statement)
                done.append(cursor.rowcount)
                transaction.set_rollback(True)
        except DatabaseError:
            done.append(0)

    assert done == ([1] * 5 if role == "security_admin" else [0] * 5)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (%(me)s, 'audit_admin', '', '2030-01-01')",
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (%(other)s, 'system', '', '2030-01-01')",
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (%(system)s, 'manager', '', '2020-01-01')",
        "insert into kernel_rolegrant (person_id, role, branch_code, valid_from) values (%(stranger)s, 'manager', '', '2020-01-01')",
        "update kernel_rolegrant set role = 'dept_head' where person_id = %(other)s",
        "update kernel_rolegrant set valid_from = '2000-01-01' where person_id = %(other)s",
        "delete from kernel_rolegrant where person_id = %(other)s",
        "update kernel_person set password = '!' where id = %(stranger)s",
        "update kernel_person set entity = 'OTHER' where id = %(other)s",
        "update kernel_person set username = 'x' where id = %(other)s",
        "update kernel_person set is_active = false where id = %(system)s",
        "delete from kernel_person where id = %(other)s",
        "select password from kernel_person",
        "select secret from kernel_secondfactor",
        "select code_hash from kernel_recoverycode",
    ],
)
def test_what_the_security_administrator_cannot_do_even_by_sql(statement: str, xulan: Person) -> None:
    keys = {
        "me": xulan.pk, "other": a_person("other").pk, "stranger": a_person("stranger", entity="OTHER").pk,
        "system": system_actor(ENTITY, AT).person_id,
    }  # fmt: skip
    with pytest.raises(DatabaseError), scoped(an_actor(xulan), write=True), connection.cursor() as cursor:
        cursor.execute(statement, keys)


def test_what_an_entry_says_of_a_client_is_no_column_of_the_audit_administrator() -> None:
    planted()
    actor = an_actor(a_person("somebody", "audit_admin"))

    with scoped(actor), connection.cursor() as cursor:
        cursor.execute("select id, verb, object_type, row_hash from kernel_auditentry order by id")
        rows = {verb: (key, kind, len(digest)) for key, verb, kind, digest in cursor.fetchall()}
        cursor.execute(
            "select object_id, after::text, reason from sec.audit_values(%s)",
            [[key for key, *_ in rows.values()]],
        )
        told = cursor.fetchall()
    assert rows["strategy.unit_explained"][1:] == ("unit", 64)
    assert told == [("planted", '{"role": "manager"}', "")]
    for column in ("object_id", "before", "after", "reason", "*"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            scoped(actor),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"select {column} from kernel_auditentry")
    with pytest.raises(DatabaseError, match="permission denied"), scoped(actor):
        AuditEntry.objects.filter(object_id="G-JIA").count()
    for other in ("system_admin", "security_admin"):
        with scoped(an_actor(a_person("", other))), connection.cursor() as cursor:
            cursor.execute("select count(*) from sec.audit_values(%s)", [[key for key, *_ in rows.values()]])
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_the_lake_shows_no_administrator_anything(role: str) -> None:
    seen = lake_scope(an_actor(a_person("somebody", role)))

    assert (seen.whole, seen.units, seen.parties, seen.domains) == (
        False,
        frozenset(),
        frozenset(),
        frozenset(),
    )


def test_a_staff_list_cannot_join_duties_either() -> None:
    for pair in (("system_admin", "audit_admin"), ("security_admin", "auditor"), ("audit_admin", "manager")):
        with pytest.raises(Refused) as refusal:
            create_staff(
                [{"username": "ana", "name": "安娜", "roles": list(pair)}],
                actor=system_actor("JLB", AT), entity="JLB", password="x", since=date(2024, 1, 1),
            )  # fmt: skip
        assert refusal.value.code == "ROLE_SEPARATION"
    assert not Person.objects.filter(username="ana").exists()
