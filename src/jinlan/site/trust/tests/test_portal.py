"""P1 on the clients' host, small: every address has its row and its answer, and a planted hole is found."""

from __future__ import annotations

from unittest.mock import patch

from jinlan.portal import door
from jinlan.site.trust import portal
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture


def test_the_clients_host_answers_as_its_matrix_says(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin:
        found = portal.prove(bank, admin)

    assert found.wrong == []
    assert found.probes > 500


def test_a_session_that_forgets_who_was_ended_is_found(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin, portal.forgetful():
        found = portal.prove(bank, admin)

    assert "portal: ended GET /password: answered 200 instead of 302" in found.wrong
    assert {one.split()[1] for one in found.wrong} == {"ended"}


def test_a_page_that_is_open_to_strangers_and_an_address_without_a_row_are_found(
    arena: Arena, database_name: str
) -> None:
    name, rows = (
        f"{database_name}_trust",
        {key: row for key, row in portal.MATRIX.items() if key != "password"},
    )
    with (
        filled(arena, name) as bank,
        connected(name),
        arena.planting(name) as admin,
        patch.object(door, "OPEN", door.OPEN | {"home"}),
        patch.object(portal, "MATRIX", rows),
    ):
        found = portal.prove(bank, admin)

    assert found.wrong[0] == "address without a row in the portal's matrix: password"
    assert "portal: anonymous GET /: answered 404 instead of 302" in found.wrong
