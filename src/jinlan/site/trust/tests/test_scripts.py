"""P6 itself, small: payloads stay texts, and a filter that believes its text is found."""

from __future__ import annotations

import random

import pytest

from jinlan.clients.models import Unit
from jinlan.kernel.models import Person
from jinlan.site.trust import markup, scripts
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture


@pytest.mark.skipif(not scripts.browser_path(), reason="no Chromium")
def test_payloads_stay_texts_and_a_filter_that_believes_its_text_is_found(
    arena: Arena, database_name: str
) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank:
        arena.clone(f"{name}_m", name)
        with connected(f"{name}_m"), arena.planting(f"{name}_m") as admin:
            honest = scripts.prove(bank, admin, seed=3, each=6)
        arena.clone(f"{name}_m", name)
        with connected(f"{name}_m"), arena.planting(f"{name}_m") as admin:
            blind = scripts.blind(bank, admin, seed=3)
        arena.drop(f"{name}_m")

    assert honest.wrong == []
    assert honest.pages == 18
    assert honest.texts > 500
    assert any("a script ran" in one for one in blind.wrong)


def test_every_text_that_somebody_wrote_gets_a_payload_and_no_key_does() -> None:
    assert {one.name for one in markup.texts(Unit)} == {
        "name",
        "controller_label",
        "pinyin_key",
        "search_text",
    }
    assert {one.name for one in markup.texts(Person)} == {"display_name"}
    assert len(markup.PAYLOADS) >= 300
    assert len(set(markup.PAYLOADS)) == len(markup.PAYLOADS)


def test_a_payload_fits_its_field() -> None:
    dice = random.Random(1)
    field = Unit._meta.get_field("name")

    assert all(len(markup._part(field, dice)[1]) <= 200 for _ in range(200))
