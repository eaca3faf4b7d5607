"""The cast signed in, with gifts to two clients on either side of the wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from jinlan.clients.models import Unit
from jinlan.clients.resources import about
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.tests.gifts.models import Gift
from jinlan.kernel.search import findable
from jinlan.kernel.testing import prove, writing
from jinlan.kernel.testing_database import Remembered


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(findable_cast)


def findable_cast() -> Cast:
    made = the_cast()
    with writing():
        for unit in (made.group, made.household, made.other):
            Unit.objects.filter(pk=unit.pk).update(**findable(unit.name))
    return made


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[str], Client]:

    def signed(username: str) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(cast.people[username], backend="django.contrib.auth.backends.ModelBackend")
        prove(client)
        return client

    return signed


@pytest.fixture
def gifts(cast: Cast) -> dict[str, Gift]:
    rows = (
        ("tea", cast.group, "龙井茶", "TEA", "300.00", date(2026, 11, 2)),
        ("book", cast.group, "敦煌画册", "BOOK", "120.50", date(2026, 10, 8)),
        ("pu", cast.household, "普洱茶", "TEA", "800.00", date(2026, 9, 1)),
    )
    with writing():
        return {
            name: Gift.objects.create(
                **about(unit), **findable(what), what=what, kind=kind, value=Decimal(value), given_on=day, phone="13812341234"
            )
            for name, unit, what, kind, value, day in rows
        }  # fmt: skip
