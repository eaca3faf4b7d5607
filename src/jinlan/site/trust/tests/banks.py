"""A small bank in a database of its own, for tests of the harness."""

from __future__ import annotations

import copy
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


_made: dict[str, Bank] = {}  # by the database that holds it; built once by a worker, copied for each test


def _template(arena: Arena, name: str) -> str:
    """Return a database with the bank, which nobody else works on."""
    kept = f"{name}_kept"
    if kept not in _made:
        arena.clone(kept)
        with connected(kept):
            bank = banks.build(3, UNITS)
            rls.strangers_rows()
        _made[kept] = bank
    return kept


@contextmanager
def filled(arena: Arena, name: str) -> Iterator[Bank]:
    template = _template(arena, name)
    arena.clone(name, template)
    try:
        yield copy.deepcopy(_made[template])
    finally:
        arena.drop(name)
