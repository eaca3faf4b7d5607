"""The cast, in a bank whose consent texts are in force."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.compliance.services import install_texts
from jinlan.kernel.testing import ENTITY, writing


@pytest.fixture
def cast(database: None) -> Cast:
    made = the_cast()
    with writing():
        install_texts(ENTITY)
    return made
