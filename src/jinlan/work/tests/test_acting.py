"""What people do with a task: put it off, hand it on; the order in which tasks come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.clients.teams import own_units, team_on
from jinlan.clients.testing import Cast, covers, stands_in, the_cast
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.notices import own
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, TODAY
from jinlan.kernel.testing_database import Remembered
from jinlan.work.acting import delegate_task, snooze_task
from jinlan.work.models import Task
from jinlan.work.rules import LATER, OVERDUE, WEEK, band, check_snooze, order_of
from jinlan.work.rules import TODAY as NOW
from jinlan.work.selectors import own_tasks
from jinlan.work.services import close_tasks
from jinlan.work.tests.test_tasks import opened

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def a_task(cast: Cast, **other: Any) -> Task:
    return opened(cast, **{"subject": "charter:G-JIA:FACE", "kind": "charter", "role": "manager"} | other)


def state(cast: Cast) -> list[tuple[str, date | None]]:
    with scoped(cast.actor("chenwei")):
        return list(Task.objects.order_by("id").values_list("assignee", "snoozed_until"))


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_bands_and_the_order_of_tasks() -> None:
    days = [date(2026, 11, 9), TODAY, date(2026, 11, 11), date(2026, 11, 17), date(2026, 11, 18), None]

    assert [band(day, TODAY) for day in days] == [OVERDUE, NOW, WEEK, WEEK, LATER, LATER]
    rich_late = order_of(days[0], TODAY, 1, Decimal(900))
    assert sorted(
        [order_of(TODAY, TODAY, 4, Decimal(999)), order_of(days[0], TODAY, 1, None), rich_late, order_of(days[0], TODAY, 4, Decimal(1))]
    ) == [  # late before today; then the tier, then the revenue
        order_of(days[0], TODAY, 4, Decimal(1)), rich_late, order_of(days[0], TODAY, 1, None), order_of(TODAY, TODAY, 4, Decimal(999)),
    ]  # fmt: skip


@given(st.integers(-400, 400), st.integers(0, 60))
def test_a_task_comes_up_again_on_a_later_day_within_the_limit_alone(ahead: int, most: int) -> None:
    until = date.fromordinal(TODAY.toordinal() + ahead)
    try:
        check_snooze(until, TODAY, most)
        allowed = True
    except Refused:
        allowed = False

    assert allowed == (0 < ahead <= most)


def test_a_task_is_put_off_and_said_so(cast: Cast) -> None:
    task = a_task(cast)
    snooze_task(actor=cast.actor("lihua"), public_id=task.public_id, until=date(2026, 11, 16))

    assert state(cast) == [("", date(2026, 11, 16))]
    with scoped(cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="work.task_snoozed")
        assert (entry.before, entry.after) == ({"until": None}, {"until": "2026-11-16"})


@pytest.mark.parametrize("until", [TODAY, date(2026, 11, 9), date(2026, 12, 11)])
def test_a_day_that_is_none_is_refused(cast: Cast, until: date) -> None:
    task = a_task(cast)
    with refused("SNOOZE_DAY"):
        snooze_task(actor=cast.actor("lihua"), public_id=task.public_id, until=until)
    assert state(cast) == [("", None)]


def test_a_task_goes_to_somebody_of_the_team_who_is_told(cast: Cast) -> None:
    covers(cast.employees["E1002"], cast.group, role="ASSIST")
    task = a_task(cast)
    with refused("TASK_TEAM"):
        delegate_task(actor=cast.actor("lihua"), public_id=task.public_id, to="E1003", reason="出差两周")
    with refused("TASK_REASON"):
        delegate_task(actor=cast.actor("lihua"), public_id=task.public_id, to="E1002", reason=" ")
    assert state(cast) == [("", None)]

    delegate_task(actor=cast.actor("lihua"), public_id=task.public_id, to="E1002", reason="出差两周")

    assert state(cast) == [("E1002", None)]
    with scoped(actor := cast.actor("wangmin")):
        assert [one.public_id for one in own_tasks(actor, units=own_units(actor, day=TODAY))] == [
            task.public_id
        ]
        (told,) = own(actor).filter(kind="work.task_given")
    assert told.values == {"who": "李华"}
    with scoped(actor := cast.actor("lihua")):
        assert own_tasks(actor, units=own_units(actor, day=TODAY)) == []


def test_who_stands_in_for_the_lead_has_his_tasks_and_is_of_the_team(cast: Cast) -> None:
    task = a_task(cast)
    stands_in(cast.employees["E1002"], cast.employees["E1001"], TODAY, date(2026, 11, 20))

    with scoped(actor := cast.actor("wangmin")):
        assert team_on(actor, unit_id=cast.group.pk, day=TODAY)["E1002"] == "王敏"
        assert [one.pk for one in own_tasks(actor, units=own_units(actor, day=TODAY))] == [task.pk]
        assert own_units(actor, day=date(2026, 11, 20)) == set()  # back from leave


@pytest.mark.parametrize("username", ["wangmin", "zhaoyan", "zhengyu", "zhoulin"])
def test_nobody_else_touches_a_task(cast: Cast, username: str) -> None:
    task = a_task(cast)
    with pytest.raises(ScopeDenied):
        snooze_task(actor=cast.actor(username), public_id=task.public_id, until=date(2026, 11, 16))
    assert state(cast) == [("", None)]


def test_a_task_that_is_done_is_left_alone_and_nobody_closes_one_himself(cast: Cast) -> None:
    task = a_task(cast)
    with pytest.raises(ProgrammingError, match="permission denied"), scoped(cast.actor("lihua"), write=True):
        Task.objects.filter(pk=task.pk).update(outcome="kept")
    system = system_actor("JLB", AT)
    with scoped(system, write=True):
        close_tasks(actor=system, outcomes={task.subject: "kept"})
    with refused("TASK_CLOSED"):
        snooze_task(actor=cast.actor("lihua"), public_id=task.public_id, until=date(2026, 11, 16))
    assert state(cast) == [("", None)]
