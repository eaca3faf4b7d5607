"""P1 asks the calendar's door and its page as every person and stranger: without the secret nobody gets in, by no method."""

from __future__ import annotations

from jinlan.site.trust import probing
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.matrix import MATRIX, UNPROVED
from jinlan.site.trust.tests.banks import arena, filled

__all__ = ["arena"]
DOORS = frozenset({"calendar-feed", "account-calendars", "day-beside"})


def test_the_calendars_door_answers_as_the_matrix_says(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_calendar"
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin:
        found = probing.prove(bank, admin, seed=3, only=DOORS, people=frozenset())

    assert [one for one in found.wrong if not one.startswith("address without a row")] == []
    assert (found.people > 10, found.words) == (True, 0)
    assert set(found.answers) == {200, 302, 404, 405}


def test_the_matrix_knows_a_door_that_opens_by_its_secret_alone() -> None:
    assert MATRIX["calendar-feed"].public == {"GET": (404, 404), "HEAD": (404, 404)}
    assert UNPROVED["account-calendars"].answers == {"GET": 302, "HEAD": 302, "POST": 302}
