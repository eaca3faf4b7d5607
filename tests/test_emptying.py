"""Every test begins with a database as fresh as a new one, whatever the test before wrote or rolled back."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from jinlan.clients.testing import the_cast
from jinlan.kernel.models import Person
from jinlan.kernel.testing import a_person, writing

KEPT = "'django_migrations', 'django_content_type', 'auth_permission', 'key'"


def _state(admin_url: str) -> tuple[int, int, int, int]:
    """Return how many tables there are, how many have a page, how many the planner knows, how many numbers are out."""
    ours = f"schemaname in ('public', 'sec') and tablename not in ({KEPT})"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        row = admin.execute(
            f"select count(*), count(*) filter (where pg_relation_size(c.oid) > 0), count(*) filter (where c.reltuples <> -1) "
            f"from pg_tables t join pg_class c on c.oid = format('%I.%I', schemaname, tablename)::regclass where {ours} and relkind = 'r'"
        ).fetchone()
        out = admin.execute(
            "select count(*) from pg_sequences where schemaname in ('public', 'sec') and last_value is not null "
            "and sequencename not like 'django_migrations%' and sequencename not like 'django_content_type%' and sequencename not like 'auth_permission%'"
        ).fetchone()
    assert row
    assert out
    return row[0], row[1], row[2], out[0]


@pytest.mark.usefixtures("database")
def test_what_was_written_is_gone_with_its_pages_and_its_numbers(
    emptying: Callable[[], None], admin_url: str
) -> None:
    the_cast()
    tables, full, _known, out = _state(admin_url)
    assert tables > 80
    assert full >= 10 <= out
    emptying()
    assert _state(admin_url) == (tables, 0, 0, 0)
    assert [a_person("first").pk, Person.objects.count()] == [2, 2]  # the system is the first


@pytest.mark.usefixtures("database")
def test_what_was_rolled_back_leaves_no_page_and_no_number(
    emptying: Callable[[], None], admin_url: str
) -> None:
    with pytest.raises(KeyError), writing():
        a_person("nobody")
        raise KeyError
    assert not Person.objects.filter(username="nobody").exists()
    tables, full, _known, out = _state(admin_url)
    assert full > 0 < out
    emptying()
    assert _state(admin_url) == (tables, 0, 0, 0)


@pytest.mark.usefixtures("database")
def test_a_table_that_somebody_still_reads_is_emptied_all_the_same(
    emptying: Callable[[], None], admin_url: str
) -> None:
    a_person("first")
    with psycopg.connect(admin_url) as reader:  # an open snapshot: nothing that it could see may be vacuumed
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select 1").fetchone()
        emptying()
        assert _state(admin_url)[1] == 0
