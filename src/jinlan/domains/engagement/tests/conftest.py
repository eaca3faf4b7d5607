"""The room of engagement on the fixed cast."""

from __future__ import annotations

import pytest

from jinlan.domains.engagement.tests.worlds import Room, a_room


@pytest.fixture
def room(database: None) -> Room:
    return a_room()
