"""What the promises of one run share: how much is tried, the server, and a bank from a seed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinlan.site.backup.wal import ARCHIVE_SECONDS
from jinlan.site.trust import arena as arenas

if TYPE_CHECKING:
    from jinlan.site.trust.bank import Bank

BANK = "trust_bank"
FULL_PROBES = 200_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a run tries."""

    probes: int
    loader_kills: int
    night_kills: int
    server_kills: int
    tamperings: int
    worker_kills: int
    archive_seconds: int
    flips: int
    revocations: int
    guesses: int
    cells: int
    payloads: int
    hostile: int
    eyes: int
    racers: int
    pages: int
    files: int
    stops: int
    side_by_side: float  # seconds that two versions serve at once


QUICK = Sizes(
    probes=1,
    loader_kills=30,
    night_kills=3,
    server_kills=4,
    tamperings=80,
    worker_kills=40,
    archive_seconds=5,
    flips=2,
    revocations=150,
    guesses=80,
    cells=3_000,
    payloads=3,
    hostile=1_500,
    eyes=500,
    racers=4,
    pages=24,
    files=4,
    stops=5,
    side_by_side=2,
)
FULL = Sizes(
    probes=FULL_PROBES,
    loader_kills=10_000,
    night_kills=200,
    server_kills=1000,
    tamperings=10_000,
    worker_kills=10_000,
    archive_seconds=ARCHIVE_SECONDS,
    flips=100,
    revocations=5_000,
    guesses=10_000,
    cells=100_000,
    payloads=0,
    hostile=500_000,
    eyes=100_000,
    racers=16,
    pages=0,
    files=0,
    stops=200,
    side_by_side=60,
)


def say(text: str) -> None:
    """Tell who waits."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


class Stage:
    """Holds what the promises of a run share."""

    def __init__(self, arena: arenas.Arena, folder: Path, *, full: bool, seed: int) -> None:
        self.arena, self.folder, self.full, self.seed = arena, folder, full, seed
        self.sizes = FULL if full else QUICK
        self.bank = self.filled(BANK, seed)

    def filled(self, name: str, seed: int) -> Bank:
        """Make a database with the bank of a seed and return its facts."""
        from jinlan.site.trust import bank, rls

        self.arena.clone(name)
        with arenas.connected(name):
            made = bank.build(seed)
            rls.strangers_rows()
        return made

    @contextmanager
    def cloned(self, name: str) -> Iterator[arenas.Admin]:
        """Work on a fresh copy of the bank."""
        self.arena.clone(name, BANK)
        with arenas.connected(name), self.arena.planting(name) as admin:
            yield admin
