"""One tiny demo bank per session, and DuckDB over all its deliveries but the corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from jinlan.lake.extracts.schema import TABLES
from jinlan.site.demobank import Story, load_stories, write_demo_bank
from jinlan.site.demobank.tests.lens import Lens

SEED = 7


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny bank."""
    out = tmp_path_factory.mktemp("demobank") / "bank"
    write_demo_bank(out, size="tiny", seed=SEED)
    return out


@pytest.fixture(scope="session")
def lens(tiny: Path) -> Iterator[Lens]:
    """Open all deliveries as one view per table."""
    with duckdb.connect() as connection:
        for name in TABLES:
            files = [str(path) for path in tiny.rglob(f"delivery=1/{name}.parquet")]
            if files:
                connection.read_parquet(files).create_view(name)
        yield Lens(connection)


@pytest.fixture(scope="session")
def stories(tiny: Path) -> dict[str, Story]:
    """Read the planted stories."""
    return load_stories(tiny)
