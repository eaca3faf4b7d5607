"""P10 itself, small: nothing foreign is reached, kept or taken over, and planted holes are found."""

from __future__ import annotations

from jinlan.site.trust import foreign, intake, unasked
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.handed_in import hostile
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture
from jinlan.site.trust.ways_out import NAMES, bodies, files, forbidden, notations, ways, wrapped

WAYS, FIELDS = frozenset(("ways", "redirects")), frozenset(("fields",))


def test_a_file_in_a_form_is_seen_where_it_lands(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin, foreign.welcomed():
        found = foreign.prove(
            bank, admin, each=3, seed=3, parts=frozenset({"files"}), only=frozenset({"gifts-new"})
        )

    assert (found.files, found.forms) == (3, 1)
    assert any("reached" in one for one in found.wrong)


def test_hostile_files_are_refused_where_files_come_in(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin:
        found = intake.prove(bank, admin, share=25)
        with intake.unlooked():
            blind = intake.prove(bank, admin, share=250, own=6)

    assert found.wrong == []
    assert (found.handed, found.good, found.denied, found.harmless) == (len(hostile()) + 20, 8, 6, 12)
    assert len([one for one in blind.wrong if "taken, expected" in one]) > 5


def test_the_list_of_what_is_forbidden_reads_every_wrapping() -> None:
    assert [one for one in wrapped("169.254.169.254") if not forbidden(one)] == []
    assert not forbidden("10.2.0.7")
    assert not forbidden("2001:db8::1")
    assert {"127.0.0.1", "2130706433", "0x7f000001", "0177.00.00.01", "127.1"} <= set(notations("127.0.0.1"))
    assert len(ways()) >= 400
    assert len(files()) == len(NAMES) * len(bodies()) == 500


def test_what_a_column_holds_is_compared_with_what_was_sent() -> None:
    assert unasked.took(7777.0, "7777")
    assert unasked.took(True, "true")
    assert unasked.took("2001-02-03T04:05:06+00:00", "2001-02-03T04:05:06Z")
    assert not unasked.took(None, "forged")
    assert not unasked.took("TEA", "CASH")
