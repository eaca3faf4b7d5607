"""P8 itself, small: the product bears odd requests, and a planted hole is found."""

from __future__ import annotations

import random

from jinlan.site.trust import hostile, odd
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture


def test_odd_requests_are_borne_and_a_planted_hole_is_found(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    with filled(arena, name) as bank, connected(name):
        honest = hostile.prove(bank, requests=300, seed=3)
        with hostile.trusting():
            blind = hostile.prove(bank, requests=4_000, seed=4, stop_early=True)

    assert honest.wrong == []
    assert honest.requests == 300
    assert honest.operations >= 16
    assert min(honest.answers[code] for code in (200, 302, 404, 405)) > 10
    assert "ValueError" in blind.wrong[0]


def test_the_fields_of_a_page_are_read_with_values_that_a_person_could_send() -> None:
    page = """<form><input name="csrfmiddlewaretoken" value="x"><input type="date" name="on"><input type="checkbox" name="yes">
    <input type="hidden" name="key" value="k"><textarea name="why"></textarea><button name="say" value="no">
    <select name="kind"><option value="">—<option value="TEA" selected>茶</select><select><option value="lost"></select>"""

    assert odd.fields_of(page) == {
        "on": ["2027-01-31"], "yes": ["on"], "key": ["k"], "why": [odd.REASON], "say": ["no"], "kind": ["", "TEA"],
    }  # fmt: skip


def test_odd_values_can_be_sent() -> None:
    dice = random.Random(1)
    pairs = [(text, text) for text in odd.TEXTS]

    assert odd.encoded(pairs).isascii()
    assert odd.multipart(pairs).count(b"--x") == len(pairs) + 1
    assert all(isinstance(odd.odd_body(dice, b"{}"), bytes) for _ in range(100))
