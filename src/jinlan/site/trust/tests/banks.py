"""A small bank in a database of its own, for tests of the harness."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jinlan.site.trust import bank as banks
from jinlan.site.trust import rls
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.bank import Bank

UNITS = 24


@pytest.fixture
def arena(database: None) -> Arena:
    return Arena(os.environ["JINLAN_TEST_ADMIN_URL"], os.environ["JINLAN_TEST_TEMPLATE"])


@contextmanager
def filled(arena: Arena, name: str) -> Iterator[Bank]:
    arena.clone(name)
    try:
        with connected(name):
            bank = banks.build(3, UNITS)
            rls.strangers_rows()
        yield bank
    finally:
        arena.drop(name)
