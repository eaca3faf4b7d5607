"""Jobs: there with the act and not without it, once in effect, in the name and with the rights of who asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import jobs, working
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import Daily, Every, Task, defer
from jinlan.kernel.kept import read
from jinlan.kernel.models import Job
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, a_grant, a_person, an_actor, writing

pytestmark = pytest.mark.usefixtures("database")
CALLS: list[str] = []


def note(*, actor: Actor, what: str, on: datetime | None = None) -> dict[str, int]:
    CALLS.append(what)
    audit(actor, "jobs.noted", "note", what)
    if what == "refuse":
        raise Refused("NO", "不可以。", "")
    if what == "fail":
        raise ValueError("客户 13812345678")
    return {"length": len(what)}


def steps(*, actor: Actor, running: working.Running, upto: int) -> dict[str, int]:
    for step in range(upto):
        running.progress(step, upto)
        with scoped(actor, write=True):
            audit(actor, "jobs.stepped", "step", step)
    return {"steps": upto}


def _same(at: datetime) -> datetime:
    return at


@pytest.fixture(autouse=True)
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    declared = {
        "test.note": Task("test.note", "记一笔", note, False, 3, None),
        "test.steps": Task("test.steps", "分步", steps, True, 3, None),
    }
    monkeypatch.setattr(jobs, "TASKS", declared)
    monkeypatch.setattr(working, "TASKS", declared)


@pytest.fixture
def admin(admin_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(admin_url, autocommit=True) as connected:
        yield connected


def verbs(admin: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
    return [
        row[0]
        for row in admin.execute(
            "select object_id from kernel_auditentry where verb like 'jobs.%' order by id"
        )
    ]


def state(admin: psycopg.Connection[tuple[Any, ...]], job: UUID) -> tuple[Any, ...]:
    found = admin.execute("select state, attempts, error, result from kernel_job where public_id = %s", [job])
    return tuple(found.fetchone() or ())


def test_a_job_is_there_when_its_act_is_and_not_when_it_is_taken_back(admin) -> None:
    actor = an_actor(a_person("", "manager"))
    with pytest.raises(RuntimeError), scoped(actor, write=True):
        defer("test.note", actor=actor, what="gone")
        raise RuntimeError

    assert working.take(now_utc()) is None

    with scoped(actor, write=True):
        job = defer("test.note", actor=actor, what="kept")
    taken = working.take(now_utc())

    assert taken is not None
    assert taken.public_id == job
    assert working.run(taken) == "done"
    assert verbs(admin) == ["kept"]
    assert state(admin, job) == ("done", 1, "", {"length": 4})
    assert working.take(now_utc()) is None


def test_a_key_asks_for_one_job_and_another_person_for_his_own(admin) -> None:
    one, other = an_actor(a_person("", "manager")), an_actor(a_person("", "manager"))
    first = defer("test.note", actor=one, key="k", what="a")

    assert defer("test.note", actor=one, key="k", what="b") == first
    assert defer("test.note", actor=other, key="k", what="c") != first
    assert admin.execute("select args->>'what' from kernel_job order by id").fetchall() == [("a",), ("c",)]


def test_arguments_that_do_not_fit_are_refused_and_leave_nothing(admin) -> None:
    actor = an_actor(a_person("", "manager"))
    for args in ({}, {"what": "x", "other": 1}, {"what": "x", "on": "never"}):
        with pytest.raises(Refused):
            defer("test.note", actor=actor, **args)

    assert admin.execute("select count(*) from kernel_job").fetchone() == (0,)


def test_a_refusal_ends_it_and_takes_back_what_it_did(admin) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="refuse")
    taken = working.take(now_utc())
    assert taken is not None

    assert working.run(taken) == "refused"
    assert verbs(admin) == []
    ended, attempts, error, result = state(admin, job)
    assert (ended, attempts, read(error), result) == ("refused", 1, "NO 不可以。", None)


def test_a_failure_is_tried_later_and_later_and_is_dead_in_the_end(admin) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="fail")
    at, waits = now_utc(), []
    for _try in range(3):
        taken = working.take(at)
        assert taken is not None
        working.run(taken, partial(_same, at))
        (due,) = admin.execute("select due_at from kernel_job").fetchone()
        waits.append((due - at).total_seconds())
        at = due + timedelta(seconds=1)

    assert 9 <= waits[0] <= 11
    assert 36 <= waits[1] <= 44
    found = state(admin, job)
    assert found[:2] == ("dead", 3)
    assert found[2].startswith("ValueError ")
    assert "138" not in found[2]
    assert CALLS == ["fail"] * 3
    assert verbs(admin) == []
    assert working.take(at + timedelta(days=1)) is None


def test_what_kills_its_workers_is_dead_after_its_tries(admin) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="poison")
    at = now_utc()
    for _kill in range(3):
        assert working.take(at) is not None
        assert working.take(at + working.LEASE / 2) is None
        at += working.LEASE + timedelta(seconds=1)
    last = working.take(at)
    assert last is not None

    assert working.run(last) == "dead"
    assert state(admin, job)[2] == "WORKER_KILLED"
    assert CALLS == []


def test_an_attempt_that_was_overtaken_leaves_nothing(admin) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="slow")
    at = now_utc()
    slow = working.take(at)
    quick = working.take(at + working.LEASE + timedelta(seconds=1))
    assert slow is not None
    assert quick is not None

    assert working.run(quick) == "done"
    assert working.run(slow) == ""
    assert CALLS == ["slow", "slow"]
    assert verbs(admin) == ["slow"]
    assert state(admin, job) == ("done", 2, "", {"length": 4})


def test_a_beat_keeps_the_lease(admin) -> None:
    defer("test.note", actor=an_actor(a_person("", "manager")), what="long")
    at = now_utc()
    taken = working.take(at)
    assert taken is not None
    later = at + working.LEASE - timedelta(seconds=1)
    working.beat([taken.token], later)

    assert working.take(later + working.LEASE - timedelta(seconds=1)) is None
    assert working.take(later + working.LEASE + timedelta(seconds=1)) is not None


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(days=365)])
def test_a_clock_that_jumps_loses_and_doubles_nothing(admin, jump: timedelta) -> None:
    actor = an_actor(a_person("", "manager"))
    defer("test.note", actor=actor, what="one")
    held = working.take(now_utc())
    defer("test.note", actor=actor, what="two")
    assert held is not None
    at = now_utc() + jump
    found = set()
    while taken := working.take(at):
        found.add(taken.args["what"])
        assert working.run(taken, partial(_same, at)) == "done"

    assert found == {"one", "two"}
    assert working.run(held) == ""
    assert sorted(verbs(admin)) == ["one", "two"]


def test_a_job_has_the_rights_of_its_moment(admin) -> None:
    person = a_person()
    grant = a_grant(person, "manager")
    job = defer("test.note", actor=an_actor(person), what="late")
    with writing():
        grant.valid_to = AT.date()
        grant.save()
    taken = working.take(now_utc())
    assert taken is not None

    assert working.run(taken) == "refused"
    assert CALLS == []
    assert state(admin, job)[2].startswith("NO_SCOPE")


def test_a_job_of_steps_goes_on_elsewhere_when_its_worker_ends(admin) -> None:
    job = defer("test.steps", actor=an_actor(a_person("", "manager")), upto=3)
    taken = working.take(now_utc())
    assert taken is not None
    looks = iter([False, True])
    taken.stopping = lambda: next(looks)

    assert working.run(taken) == ""
    assert state(admin, job)[:2] == ("waiting", 0)
    again = working.take(now_utc())
    assert again is not None
    assert working.run(again) == "done"
    assert verbs(admin) == ["0", "0", "1", "2"]
    assert admin.execute("select done, total, result from kernel_job").fetchone() == (0, 3, {"steps": 3})


def test_a_job_that_no_room_declares_any_more_is_dead(admin, monkeypatch: pytest.MonkeyPatch) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="x")
    monkeypatch.delitem(working.TASKS, "test.note")
    taken = working.take(now_utc())
    assert taken is not None

    assert working.run(taken) == "dead"
    assert state(admin, job)[2] == "UNKNOWN_JOB test.note"


def test_two_workers_never_take_the_same_job(admin, admin_url: str) -> None:
    actor = an_actor(a_person("", "manager"))
    for number in range(3):
        defer("test.note", actor=actor, what=str(number))
    with psycopg.connect(admin_url) as other:
        other.execute("select 1 from kernel_job where args->>'what' = '0' for update")
        taken = [working.take(now_utc()) for _one in range(3)]

    assert [one.args["what"] if one else None for one in taken] == ["1", "2", None]


def test_nobody_sees_changes_or_forges_another_ones_job(admin) -> None:
    mine, other = a_person("", "manager"), an_actor(a_person("", "manager"))
    job = defer("test.note", actor=an_actor(mine), what="x")
    before = admin.execute("select * from kernel_job").fetchall()
    with scoped(other, write=True):
        assert not Job.objects.filter(public_id=job).exists()
        assert Job.objects.filter(public_id=job).update(state="cancelled") == 0
    forged = Job(entity=ENTITY, person_id=mine.pk, name="test.note", key="f", args={}, made_at=AT, due_at=AT)
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(other, write=True):
        Job.objects.bulk_create([forged], ignore_conflicts=True)
    for column in ("args = '{}'", "person_id = 1", "name = 'x'"):
        with pytest.raises(ProgrammingError, match="permission denied"), scoped(an_actor(mine), write=True):
            connection.cursor().execute(f"update kernel_job set {column}")
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.cursor().execute(f"update kernel_job set {column}")

    assert admin.execute("select * from kernel_job").fetchall() == before


def test_operations_sees_that_a_job_is_there_but_not_what_it_is_about(admin) -> None:
    job = defer("test.note", actor=an_actor(a_person("", "manager")), what="x")
    operator = an_actor(a_person("", "system_admin"))
    with scoped(operator):
        assert Job.objects.defer("args", "result").get().public_id == job
    with pytest.raises(ProgrammingError, match="permission denied"), scoped(operator):
        Job.objects.values_list("args").get()


def test_a_schedule_asks_once_for_every_moment_whatever_number_of_workers(admin, monkeypatch) -> None:
    a_person("", "manager")
    task = Task("test.note", "记一笔", lambda *, actor: None, False, 3, Every(15))
    monkeypatch.setitem(working.TASKS, "test.note", task)
    at, seen = datetime(2026, 11, 10, 9, 44, tzinfo=UTC), {}

    assert working.ask_for_due(at, seen) == 1
    assert working.ask_for_due(at + timedelta(seconds=59), seen) == 0
    assert working.ask_for_due(at, {}) == 1  # another worker: the same row
    assert working.ask_for_due(at + timedelta(minutes=1), seen) == 1
    keys = admin.execute("select key from kernel_job order by id").fetchall()
    assert keys == [("2026-11-10T09:30:00+00:00",), ("2026-11-10T09:45:00+00:00",)]


@pytest.mark.parametrize(
    ("schedule", "at", "slot"),
    [
        (Every(10), datetime(2026, 11, 10, 0, 9, 59, 5, UTC), datetime(2026, 11, 10, 0, 0, tzinfo=UTC)),
        (Every(60), datetime(2026, 11, 10, 23, 59, tzinfo=UTC), datetime(2026, 11, 10, 23, 0, tzinfo=UTC)),
        (
            Daily(time(6)),
            datetime(2026, 11, 10, 21, 59, tzinfo=UTC),
            datetime(2026, 11, 9, 22, 0, tzinfo=UTC),
        ),
        (
            Daily(time(6)),
            datetime(2026, 11, 10, 22, 0, tzinfo=UTC),
            datetime(2026, 11, 10, 22, 0, tzinfo=UTC),
        ),
    ],
)
def test_moments_of_schedules(schedule: Every | Daily, at: datetime, slot: datetime) -> None:
    assert schedule.slot(at) == slot


def test_the_system_drops_what_is_long_over_and_nothing_else(admin) -> None:
    actor = an_actor(a_person("", "manager"))
    ids = {what: defer("test.note", actor=actor, what=what) for what in ("old", "new", "open")}
    admin.execute(
        "update kernel_job set state='done', ended_at = now() - interval '8 days' where public_id = %s",
        [ids["old"]],
    )
    admin.execute("update kernel_job set state='done', ended_at = now() where public_id = %s", [ids["new"]])
    with scoped(system_actor(ENTITY, AT), write=True):
        Job.objects.all().delete()

    assert {row[0] for row in admin.execute("select public_id from kernel_job")} == {ids["new"], ids["open"]}
    assert uuid4() not in ids.values()
