from __future__ import annotations

from typing import Any

import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, TODAY, writing
from jinlan.work.models import Task
from jinlan.work.services import open_task

pytestmark = pytest.mark.usefixtures("database")


def opened(cast: Cast, **other: Any) -> Task:
    values = {
        "actor": system_actor("JLB", AT), "entity": "JLB", "subject": "tier:G-JIA:HQ>BRANCH", "kind": "tier",
        "unit_id": cast.group.pk, "domain": 1, "branch_id": cast.group.branch_id, "role": "dept_head", "title": "待决定",
        "detail": {}, "opened_on": TODAY,
    }  # fmt: skip
    with scoped(values["actor"], write=True):
        return open_task(**values | other)


def test_a_matter_opens_one_task() -> None:
    cast = the_cast()

    assert opened(cast).pk == opened(cast, title="again").pk
    assert opened(cast, subject="tier:G-JIA:HQ>KEY").pk != opened(cast).pk


def test_a_task_is_in_sight_where_its_unit_is_whole() -> None:
    cast = the_cast()
    opened(cast)

    for username, seen in (
        ("lihua", 1),
        ("wangmin", 0),
        ("zhaoyan", 0),
        ("sunjie", 1),
        ("chenwei", 1),
        ("wuhan", 1),
    ):
        with scoped(cast.actor(username)):
            assert Task.objects.count() == seen, username


def test_nobody_but_the_system_writes_a_task() -> None:
    from django.db import ProgrammingError

    cast = the_cast()
    opened(cast)

    with pytest.raises(ProgrammingError, match="permission denied"), scoped(cast.actor("chenwei")):
        Task.objects.update(title="changed")
    with writing():
        assert Task.objects.get().title == "待决定"
