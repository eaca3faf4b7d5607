"""The cast, in a bank whose consent texts are in force."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.compliance.services import install_texts
from jinlan.kernel.testing import ENTITY, writing
from jinlan.kernel.testing_database import Remembered


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(cast_with_texts)


def cast_with_texts() -> Cast:
    made = the_cast()
    with writing():
        install_texts(ENTITY)
    return made
