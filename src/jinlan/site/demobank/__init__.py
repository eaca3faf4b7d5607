"""The demo bank 金澜银行: fictional, deterministic by seed, with planted stories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from jinlan.site.demobank.generate import generate
from jinlan.site.demobank.stories import Story, load_stories
from jinlan.site.demobank.timeline import DAILY

__all__ = ["Story", "load_stories", "write_demo_bank"]


def write_demo_bank(
    out: Path,
    *,
    size: Literal["tiny", "small", "medium", "large"] = "small",
    seed: int = 20261031,
    daily: int = DAILY,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the demo bank's extracts (domain 10) and its stories.toml and staff.toml into `out`.

    `daily` are the days delivered after the history. `out` must not exist or be empty; it appears only when complete. `progress` receives Chinese one-liners.

    Raises:
        Refused: `out` exists and is not an empty folder.
    """
    generate(out, size, seed, progress or (lambda _: None), daily)
