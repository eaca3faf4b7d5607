"""P20 itself, small: a neighbour that fails is told in words, and a page that keeps silent about it is found."""

from __future__ import annotations

import pytest

from jinlan.site.trust import degrade
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture


def test_what_is_missing_is_said_and_a_page_that_keeps_silent_is_found(
    arena: Arena, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{database_name}_trust"
    for faults, kept in (
        ("LAKE_FAULTS", ("absent", "null")),
        ("WEB_FAULTS", ("absent", "odd")),
        ("MAIL_FAULTS", ("absent", "busy")),
    ):
        monkeypatch.setattr(degrade, faults, {one: getattr(degrade, faults)[one] for one in kept})
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin:
        honest = degrade.prove(bank, admin)
        with degrade.glossed_over():
            blind = degrade.prove(bank, admin, parts=("lake",))

    assert honest.wrong == []
    assert (honest.faults, honest.mails) == (6, 2)
    assert honest.said >= 7
    assert any("does not say what is missing" in one for one in blind.wrong)
