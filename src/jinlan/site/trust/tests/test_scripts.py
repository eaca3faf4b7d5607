"""P6 itself, small: payloads stay texts, and a filter that believes its text is found."""

from __future__ import annotations

import random

from jinlan.clients.models import Unit
from jinlan.kernel.models import Person
from jinlan.site.trust import markup
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture


def test_every_text_that_somebody_wrote_gets_a_payload_and_no_key_does() -> None:
    assert {one.name for one in markup.texts(Unit)} == {
        "name",
        "controller_label",
        "pinyin_key",
        "search_text",
    }
    assert {one.name for one in markup.texts(Person)} == {"display_name", "email"}
    assert len(markup.PAYLOADS) >= 300
    assert len(set(markup.PAYLOADS)) == len(markup.PAYLOADS)


def test_a_payload_fits_its_field() -> None:
    dice = random.Random(1)
    field = Unit._meta.get_field("name")

    assert all(len(markup._part(field, dice)[1]) <= 200 for _ in range(200))
