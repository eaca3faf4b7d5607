"""Every test begins with a database as fresh as a new one, whatever the test before wrote or rolled back."""

from __future__ import annotations

import psycopg
import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.models import Person
from jinlan.kernel.testing import a_person, writing
from jinlan.kernel.testing_database import Between

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
def test_what_was_written_is_gone_with_its_pages_and_its_numbers(between: Between, admin_url: str) -> None:
    the_cast()
    tables, full, _known, out = _state(admin_url)
    assert tables > 80
    assert full >= 10 <= out
    between.empty()
    assert _state(admin_url) == (tables, 0, 0, 0)
    assert [a_person("first").pk, Person.objects.count()] == [2, 2]  # the system is the first


@pytest.mark.usefixtures("database")
def test_what_was_rolled_back_leaves_no_page_and_no_number(between: Between, admin_url: str) -> None:
    with pytest.raises(KeyError), writing():
        a_person("nobody")
        raise KeyError
    assert not Person.objects.filter(username="nobody").exists()
    tables, full, _known, out = _state(admin_url)
    assert full > 0 < out
    between.empty()
    assert _state(admin_url) == (tables, 0, 0, 0)


@pytest.mark.usefixtures("database")
def test_a_table_that_somebody_still_reads_is_emptied_all_the_same(between: Between, admin_url: str) -> None:
    a_person("first")
    with psycopg.connect(admin_url) as reader:  # an open snapshot: nothing that it could see may be vacuumed
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select 1").fetchone()
        between.empty()
        assert _state(admin_url)[1] == 0


@pytest.mark.usefixtures("database")
def test_a_world_laid_back_is_the_one_that_was_built(between: Between) -> None:
    def built() -> Cast:
        return the_cast()

    cast = between.remembered(built)
    rows, numbers = between.rows(), between.numbers()
    between.empty()
    assert between.rows() == []
    again = between.remembered(built)

    assert (between.rows(), between.numbers()) == (rows, numbers)
    assert sum(lines.count(b"\n") for _, lines in rows) > 60
    assert again == cast
    assert again.group is not cast.group
    assert a_person("next").pk == max(person.pk for person in cast.people.values()) + 1


@pytest.mark.usefixtures("database")
def test_where_something_stands_already_a_world_is_built(between: Between) -> None:
    def built() -> Cast:
        return the_cast()

    between.remembered(built)
    between.empty()
    first = a_person("first")
    cast = between.remembered(built)

    assert Person.objects.get(pk=first.pk).username == "first"
    assert min(person.pk for person in cast.people.values()) == first.pk + 1
