from __future__ import annotations

from datetime import date

import pytest
from psycopg import sql

from jinlan.clients.models import Branch
from jinlan.kernel.bulk import insert, upsert
from jinlan.kernel.testing import writing

pytestmark = pytest.mark.usefixtures("database")
COLUMNS = {"entity": "text", "code": "text", "level": "smallint", "name": "text", "valid_to": "date"}
ROWS = [("JLB", "A", 1, "一", None), ("JLB", "B", 2, "二\t\\N", date(2026, 1, 1))]


def rows() -> list[tuple]:
    return list(Branch.objects.order_by("code").values_list("entity", "code", "level", "name", "valid_to"))


def test_rows_go_in_as_they_are() -> None:
    with writing():
        assert insert("clients_branch", COLUMNS, iter(ROWS)) == 2
        assert rows() == ROWS
        assert insert("clients_branch", COLUMNS, []) == 0


def test_upsert_writes_what_is_new_and_what_differs_and_nothing_else() -> None:
    with writing():
        assert upsert("clients_branch", COLUMNS, ROWS, key=("entity", "code")) == (2, 0)
        keys = dict(Branch.objects.values_list("code", "pk"))
        assert upsert("clients_branch", COLUMNS, ROWS, key=("entity", "code")) == (0, 0)
        changed = [("JLB", "A", 1, "新", None), *ROWS[1:], ("JLB", "C", 3, "三", None)]
        assert upsert("clients_branch", COLUMNS, changed, key=("entity", "code")) == (1, 1)

        assert rows() == changed
        assert dict(Branch.objects.values_list("code", "pk")) == keys | {"C": max(keys.values()) + 1}


def test_what_is_set_at_birth_stays() -> None:
    with writing():
        upsert("clients_branch", COLUMNS, ROWS, key=("entity", "code"), at_birth=("name",))
        upsert(
            "clients_branch",
            COLUMNS,
            [("JLB", "A", 9, "新", None)],
            key=("entity", "code"),
            at_birth=("name",),
        )

        assert rows()[0] == ("JLB", "A", 9, "一", None)


def test_rows_that_are_not_said_again_go_when_asked() -> None:
    with writing():
        upsert("clients_branch", COLUMNS, ROWS, key=("entity", "code"))
        upsert(
            "clients_branch",
            COLUMNS,
            ROWS[:1],
            key=("entity", "code"),
            delete=sql.SQL("t.entity = {}").format("OTHER"),
        )
        assert len(rows()) == 2
        upsert(
            "clients_branch",
            COLUMNS,
            ROWS[:1],
            key=("entity", "code"),
            delete=sql.SQL("t.entity = {}").format("JLB"),
        )
        assert rows() == ROWS[:1]


def test_a_row_of_another_entity_is_refused() -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="row-level security"), writing():
        insert("clients_branch", COLUMNS, [("OTHER", "A", 1, "一", None)])
