"""The fixed cast."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import Cast, the_cast


@pytest.fixture
def cast(database: None) -> Cast:
    return the_cast()
