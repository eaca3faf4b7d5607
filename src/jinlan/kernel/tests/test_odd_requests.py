"""Requests that no browser of ours sends, and that must not make a page fail."""

from __future__ import annotations

import pytest

from jinlan.kernel.models import Person
from jinlan.kernel.sessions import switch_person
from jinlan.kernel.testing import an_actor
from jinlan.kernel.tests.browsers import ana, signs_in, xulan  # noqa: F401

pytestmark = pytest.mark.usefixtures("database")


def test_somebody_signed_in_is_not_sent_round_by_the_sign_in_page(ana: Person) -> None:
    client = signs_in(ana)

    assert client.get("/signin?next=/signin")["Location"] == "/"
    assert client.get("/signin?next=/account")["Location"] == "/account"


def test_a_session_that_ended_is_shown_out_whatever_page_it_says_it_looks_at(
    ana: Person, xulan: Person
) -> None:
    client = signs_in(ana)
    switch_person(actor=an_actor(xulan), person=ana.public_id, active=False)

    answer = client.get("/clients", headers={"HX-Request": "true", "HX-Current-URL": "http://[x"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/signin?why=disabled")
