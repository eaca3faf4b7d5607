"""The room of engagement on the fixed cast."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.engagement.tests.worlds import Room, a_room
from jinlan.kernel.testing_database import Remembered


@pytest.fixture
def room(database: None, remembered: Remembered) -> Room:
    return remembered(a_room)


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)
