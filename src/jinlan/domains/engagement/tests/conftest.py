"""The room of engagement on the fixed cast."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.engagement.tests.worlds import Room, a_room


@pytest.fixture
def room(database: None) -> Room:
    return a_room()


@pytest.fixture
def cast(database: None) -> Cast:
    return the_cast()
