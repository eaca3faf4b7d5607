"""The audit's chain: tampering is planted as the database's administrator, past every trigger, and must be found by name."""

from __future__ import annotations

import json
import os
import random
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.utils import Error, ProgrammingError

from jinlan.basics.errors import Refused
from jinlan.kernel.audit import audit
from jinlan.kernel.models import AuditBatch
from jinlan.kernel.scope import console_actor, scoped, system_actor
from jinlan.kernel.sealing import GENESIS, Finding, Sealed, Verdict, seal, verify
from jinlan.kernel.testing import AT, ENTITY, a_person, an_actor
from jinlan.kernel.tests.test_audit import months

pytestmark = pytest.mark.usefixtures("database")
HASH = "encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex')"
COLUMNS = "entity, at, username, purpose, verb, object_type, object_id, reason, row_hash"

SIGN_IN = f"insert into kernel_auditentry ({COLUMNS}) values ('JLB', now(), 'slow', 'signin', 'signin.failed', '', '', '', '')"


def write(count: int, verb: str = "x.seen") -> None:
    """Add entries of the console's own, in one transaction."""
    actor = console_actor(ENTITY, AT)
    with scoped(actor, write=True):
        for number in range(count):
            audit(actor, verb, "unit", f"U-{number}", after={"n": number})


def sealed(roots: Path) -> Sealed:
    return seal(system_actor(ENTITY, AT), roots, most=100, patience=0)


def checked(roots: Path) -> Verdict:
    return verify(console_actor(ENTITY, AT), roots)


def plant(admin_url: str, *statements: str) -> None:
    """Run statements as the administrator, with triggers and policies out of the way."""
    with psycopg.connect(admin_url) as admin:
        admin.execute("set session_replication_role = replica")
        for statement in statements:
            assert admin.execute(statement).rowcount > 0, statement


def batches() -> list[tuple[int, int, int, int, str, str]]:
    with scoped(console_actor(ENTITY, AT)):
        return list(
            AuditBatch.objects.order_by("number").values_list(
                "number", "first_id", "last_id", "rows", "previous", "root"
            )
        )


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "roots.jsonl"


@pytest.fixture
def three(roots: Path) -> Path:
    """Three batches of 100 entries, ids 1 to 301: number 151 was given out and taken back."""
    write(150)
    actor = console_actor(ENTITY, AT)
    with pytest.raises(ZeroDivisionError), scoped(actor, write=True):
        audit(actor, "x.undone", "unit", "1")
        raise ZeroDivisionError
    write(150)
    assert sealed(roots) == Sealed(3, 300, waiting=False)
    return roots


def test_sealing_twice_gives_a_chain_and_its_roots_lie_outside(roots: Path) -> None:
    write(150)
    assert sealed(roots) == Sealed(2, 150, waiting=False)
    write(10)
    assert sealed(roots) == Sealed(1, 10, waiting=False)
    assert sealed(roots) == Sealed(0, 0, waiting=False)

    found = batches()
    assert [row[:4] for row in found] == [(1, 1, 100, 100), (2, 101, 150, 50), (3, 151, 160, 10)]
    assert [row[4] for row in found] == [GENESIS, found[0][5], found[1][5]]
    lines = [json.loads(line) for line in roots.read_text().splitlines()]
    assert [(line["number"], line["root"], line["previous"]) for line in lines] == [
        (row[0], row[5], row[4]) for row in found
    ]
    assert lines[0]["sealed_at"] == AT.isoformat()
    assert roots.stat().st_mode & 0o777 == 0o600


def test_nothing_is_found_in_300_untouched_entries_and_a_tail(three: Path, tmp_path: Path) -> None:
    assert checked(three) == Verdict(300, 3, None)
    write(5)
    assert checked(three) == Verdict(305, 3, None)
    older = tmp_path / "copy.jsonl"
    older.write_text(three.read_text().splitlines()[1] + "\n")
    assert checked(older) == Verdict(305, 3, None)


def copied(source: int, number: str, moment: str = "recorded_at") -> str:
    return (
        f"insert into kernel_auditentry (id, recorded_at, {COLUMNS}) select {number}, {moment}, {COLUMNS} "
        f"from kernel_auditentry where id = {source}"
    )


def exchanged(one: int, other: int) -> str:
    return (
        "update kernel_auditentry a set (object_id, after, row_hash) = (select b.object_id, b.after, b.row_hash "
        f"from kernel_auditentry b where b.id = {one + other} - a.id) where id in ({one}, {other})"
    )


def hashed(number: int) -> str:
    return f"update kernel_auditentry a set row_hash = {HASH} where id = {number}"


VALUE = "update kernel_auditentry set reason = 'other' where id = 120"
LEAF = "update kernel_auditbatch set leaves = set_byte(leaves, 20, 255 - get_byte(leaves, 20)) where id = 3"
TAMPERING: dict[str, tuple[Finding, list[str]]] = {
    "a value": (Finding("changed", 2, 120), [VALUE]),
    "a value, hash made anew": (Finding("changed", 2, 120), [VALUE, hashed(120)]),
    "two values": (
        Finding("changed", 1, 77),
        ["update kernel_auditentry set at = at + interval '1 day' where id in (77, 250)"],
    ),
    "the transaction": (
        Finding("changed", 1, 3),
        ["update kernel_auditentry set xact = null where id = 3"],
    ),
    "a row gone": (Finding("missing", 3, 205), ["delete from kernel_auditentry where id = 205"]),
    "a batch's last row gone": (
        Finding("missing", 1, 100),
        ["delete from kernel_auditentry where id = 100"],
    ),
    "a row between": (Finding("inserted", 2, 151), [copied(150, "151"), hashed(151)]),
    "an id twice": (Finding("inserted", 1, 100), [copied(100, "id", "recorded_at + interval '1 second'")]),
    "a row before all": (Finding("inserted", 1, -5), [copied(100, "-5")]),
    "two rows exchanged": (Finding("changed", 1, 10), [exchanged(10, 131)]),
    "two rows of one batch exchanged": (Finding("disordered", 1, 10), [exchanged(10, 20)]),
    "two ids exchanged": (
        Finding("disordered", 1, 10),
        ["update kernel_auditentry set id = 30 - id where id in (10, 20)"],
    ),
    "a root": (
        Finding("rewritten", 2),
        ["update kernel_auditbatch set root = repeat('a', 64) where id = 2"],
    ),
    "a leaf": (Finding("rewritten", 3), [LEAF]),
    "a batch gone": (Finding("lost", 2), ["delete from kernel_auditbatch where id = 2"]),
    "the tail gone": (
        Finding("lost", 3),
        ["delete from kernel_auditentry where id > 201", "delete from kernel_auditbatch where id = 3"],
    ),
    "everything gone": (
        Finding("lost", 1),
        ["delete from kernel_auditentry", "delete from kernel_auditbatch"],
    ),
}


@pytest.mark.parametrize("name", list(TAMPERING))
def test_tampering_behind_the_triggers_is_found_and_named(three: Path, admin_url: str, name: str) -> None:
    finding, statements = TAMPERING[name]
    plant(admin_url, *statements)

    assert checked(three).finding == finding


def test_an_entry_that_is_not_sealed_yet_is_checked_by_its_hash(three: Path, admin_url: str) -> None:
    write(5)
    plant(admin_url, "update kernel_auditentry set username = 'other' where id = 304")

    assert checked(three) == Verdict(302, 3, Finding("changed", None, 304))


def test_a_chain_rewritten_as_a_whole_is_found_by_the_roots_outside(
    three: Path, admin_url: str, tmp_path: Path
) -> None:
    plant(
        admin_url,
        VALUE,
        hashed(120),
        "delete from kernel_auditbatch",
    )
    forged = tmp_path / "forged.jsonl"
    assert sealed(forged) == Sealed(3, 300, waiting=False)

    assert checked(forged).finding is None  # consistent in itself: only the roots kept elsewhere tell
    assert checked(three) == Verdict(100, 1, Finding("rewritten", 2))


def test_batches_without_their_file_of_roots_are_a_finding(three: Path) -> None:
    three.unlink()

    assert checked(three) == Verdict(0, 0, Finding("no_roots"))


def test_sealing_refuses_to_go_on_over_a_damaged_chain(three: Path, admin_url: str) -> None:
    write(5)
    plant(admin_url, "delete from kernel_auditbatch where id = 3")
    before = three.read_bytes()

    with pytest.raises(Refused, match="与数据库不符"):
        sealed(three)
    assert three.read_bytes() == before
    assert [row[0] for row in batches()] == [1, 2]


def test_a_sealer_killed_before_or_while_writing_its_root_is_made_good(three: Path) -> None:
    whole = three.read_bytes()
    first, second, _ = whole.splitlines(keepends=True)
    for left in (b"", first, first + second[:40]):
        three.write_bytes(left)
        assert sealed(three) == Sealed(0, 0, waiting=False)
        assert three.read_bytes() == whole


def test_roots_that_cannot_be_read_are_refused(three: Path) -> None:
    lines = three.read_text().splitlines()
    for text in ("no json\n", "{}\n", f"{lines[1]}\n{lines[0]}\n"):
        three.write_text(text)
        with pytest.raises(Refused, match="根文件里有一行无法读取"):
            checked(three)


def test_a_transaction_that_is_open_while_sealing_is_not_skipped_later(roots: Path) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as slow:
        slow.execute(SIGN_IN)
        write(3)
        assert sealed(roots) == Sealed(0, 0, waiting=True)
        assert roots.read_text() == ""
        slow.commit()

    assert sealed(roots) == Sealed(1, 4, waiting=False)
    assert batches()[0][1:4] == (1, 4, 4)
    assert checked(roots) == Verdict(4, 1, None)


def test_nothing_is_skipped_however_three_writers_and_the_sealer_take_turns(roots: Path) -> None:
    dice, kept, rows, busy = random.Random(15), 0, 0, 0
    with ExitStack() as stack:
        url = os.environ["DATABASE_URL"]
        writers = [stack.enter_context(psycopg.connect(url)) for _ in range(3)]
        open_rows = [0, 0, 0]
        for _ in range(400):
            one, step = dice.randrange(3), dice.choice(["write", "commit", "commit", "undo", "seal"])
            if step == "write":
                writers[one].execute(SIGN_IN)
                open_rows[one] += 1
            elif step == "seal":
                done = seal(system_actor(ENTITY, AT), roots, most=5, patience=0)
                rows, busy = rows + done.rows, busy + done.waiting
            else:
                writers[one].commit() if step == "commit" else writers[one].rollback()
                kept, open_rows[one] = kept + (step == "commit") * open_rows[one], 0

    kept += sum(open_rows)  # leaving a connection's block commits
    assert rows + sealed(roots).rows == kept
    assert checked(roots) == Verdict(kept, len(batches()), None)
    assert rows > 10
    assert busy > 10


def test_an_open_transaction_that_gives_up_leaves_a_number_free_and_nothing_else(roots: Path) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as slow:
        slow.execute(SIGN_IN)
        write(3)
        slow.rollback()

    assert sealed(roots) == Sealed(1, 3, waiting=False)
    assert batches()[0][1:4] == (2, 4, 3)
    assert checked(roots) == Verdict(3, 1, None)


def partition_of(admin_url: str, verb: str) -> str:
    with psycopg.connect(admin_url) as admin:
        return str(
            admin.execute(
                "select tableoid::regclass from kernel_auditentry where verb = %s", [verb]
            ).fetchone()[0]
        )  # fmt: skip


def test_sealing_makes_the_partitions_ahead_and_leaves_what_lies_in_the_rest(
    roots: Path, admin_url: str
) -> None:
    second, third = months()[1:]
    with psycopg.connect(admin_url) as admin:
        admin.execute(f"drop table {second}, {third}")
        admin.execute("set session_replication_role = replica")
        admin.execute(
            f"insert into kernel_auditentry (id, recorded_at, {COLUMNS}) values (900, date_trunc('month', now() at time zone 'UTC') "
            "at time zone 'UTC' + interval '1 month 3 days', 'JLB', now(), '', '', 'x.early', '', '', '', '')"
        )
        admin.commit()
        sealed(roots)
        made = admin.execute("select to_regclass(%s)::text, to_regclass(%s)::text", [second, third])
        assert made.fetchone() == (None, third)
        assert partition_of(admin_url, "x.early") == "kernel_auditentry_rest"
        admin.execute("delete from kernel_auditentry where id = 900")
        admin.commit()
        sealed(roots)
        shut = admin.execute(
            "select relforcerowsecurity, relacl::text from pg_class where oid = %s::regclass", [second]
        ).fetchone()
        assert shut[0] is True
        assert "jl_app" not in str(shut[1])


NEW_BATCH = (
    "insert into kernel_auditbatch (id, first_id, last_id, rows, root, previous, sealed_at, leaves) "
    "values (2, 11, 12, 1, '', '', now(), '')"
)
NEW_CHANGE = (
    "insert into kernel_rowchange (public_id, table_name, row_id, op, at, xact, entity) "
    "values (gen_random_uuid(), 'kernel_person', '1', 'U', now(), 1, 'JLB')"
)


@pytest.mark.parametrize(
    "statement",
    [
        NEW_BATCH,
        "update kernel_auditbatch set root = ''",
        "delete from kernel_auditbatch",
        NEW_CHANGE,
        "update kernel_rowchange set old = null",
        "delete from kernel_rowchange",
    ],
)
def test_nobody_writes_batches_or_history_by_hand(
    roots: Path, admin_url: str, owner_url: str, statement: str
) -> None:
    write(1)
    sealed(roots)
    people = [an_actor(a_person("", role)) for role in ("auditor", "dept_head", "system_admin", "compliance")]
    if statement != NEW_BATCH:
        people.append(system_actor(ENTITY, AT))
    before = state(admin_url)

    for actor in people:
        with pytest.raises(Error), scoped(actor, write=True), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement)
    with psycopg.connect(owner_url) as owner:
        if statement.startswith("insert"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)
        else:
            assert owner.execute(statement).rowcount == 0
    assert state(admin_url) == before


def state(admin_url: str) -> dict[str, object]:
    with psycopg.connect(admin_url) as admin:
        return {
            "batches": admin.execute("select id, root, leaves from kernel_auditbatch order by id").fetchall(),
            "changes": admin.execute("select id, old, new from kernel_rowchange order by id").fetchall(),
        }


@pytest.mark.parametrize("table", ["kernel_auditbatch", "kernel_rowchange"])
def test_the_owner_cannot_empty_them_either(owner_url: str, table: str) -> None:
    with (
        psycopg.connect(owner_url) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot be changed"),
    ):
        owner.execute(f"truncate {table}")


@pytest.mark.parametrize("role", ["dept_head", "risk", "system_admin"])
def test_who_may_not_read_the_audit_may_not_read_its_hashes(role: str) -> None:
    actor = an_actor(a_person("", role))
    with (
        pytest.raises(ProgrammingError, match=r"not a scope|permission denied"),
        scoped(actor),
        connection.cursor() as cursor,
    ):
        cursor.execute("select * from sec.audit_hashes(0, now(), 9, 9, true)")
