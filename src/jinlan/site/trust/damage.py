"""P14's other half: everything that must be refused. A fault is planted in a backup, then taken back."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.site.backup.files import Seen, same
from jinlan.site.backup.keys import Keys, read_bundle, write_bundle
from jinlan.site.backup.restore import HALF, Same, restore

PARTS = ("base", "wal", "lake", "audit", "manifest.json", "manifest.hmac")
PASSPHRASE = "a long enough passphrase"  # noqa: S105  of a bundle that is thrown away


@dataclass
class Refusals:
    """What was planted, and what was not refused as it should."""

    planted: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Damager:
    """Plants faults in one backup and asks for it to be restored; `compare` is what looks at the files."""

    def __init__(
        self, backup: Path, scratch: Path, keys: Keys, dice: random.Random, compare: Same = same
    ) -> None:
        self.backup, self.scratch, self.keys, self.dice, self.compare = backup, scratch, keys, dice, compare
        self.found = Refusals()

    def expect(self, what: str, *codes: str, keys: Keys | None = None, into: Path | None = None) -> None:
        """Ask for a restore that must be refused with one of the codes, and leave nothing behind."""
        place, before = into or self.scratch / "refused", set(self.scratch.iterdir())
        self.found.planted += 1
        try:
            restore(self.backup, place, keys=keys or self.keys, compare=self.compare)
        except Refused as refusal:
            self.found.codes[refusal.code] = self.found.codes.get(refusal.code, 0) + 1
            if refusal.code not in codes:
                self.found.wrong.append(f"{what}: refused with {refusal.code}: {refusal}")
        else:
            self.found.wrong.append(f"{what}: not refused")
        left = set(self.scratch.iterdir()) - before
        if any(HALF in path.name for path in left):
            self.found.wrong.append(f"{what}: something was left behind")

    def flips(self, times: int) -> None:
        """Change a byte of a random file of each part, `times` times."""
        for part in PARTS:
            for _ in range(times):
                path = self.dice.choice(self._files(part))
                with flipped(path, self.dice):
                    self.expect(
                        f"a byte of {path.relative_to(self.backup)} changed",
                        "BACKUP_DAMAGED",
                        "BACKUP_NEWER",
                        "BACKUP_FOREIGN",
                    )

    def losses(self) -> None:
        """Take a file away, cut one short, add one, in each part."""
        for part in PARTS:
            path = self.dice.choice(self._files(part))
            name, kept = path.relative_to(self.backup), path.read_bytes()
            path.unlink()
            self.expect(f"{name} taken away", "BACKUP_DAMAGED", "BACKUP_ABSENT")
            path.write_bytes(kept[: len(kept) // 2])
            self.expect(f"{name} cut in half", "BACKUP_DAMAGED")
            path.write_bytes(kept)
        strange = self.backup / "base" / "strange"
        strange.write_text("x")
        self.expect("a file too many", "BACKUP_DAMAGED")
        strange.unlink()

    def others(self, occupied: Path) -> None:
        """Foreign keys, a rewritten manifest, a newer format, a home that holds a database, a wrong passphrase."""
        foreign = {name: secrets.token_bytes(32) for name in self.keys}
        self.expect("another installation's keys", "BACKUP_FOREIGN", keys=foreign)
        file = self.backup / "manifest.json"
        kept = file.read_bytes()
        body = json.loads(kept)
        for what, change, codes in (
            ("a count rewritten", {"counts": {}}, ("BACKUP_DAMAGED",)),
            ("its hashes rewritten", {"files": {}}, ("BACKUP_DAMAGED",)),
            ("a newer format", {"format": 99}, ("BACKUP_NEWER",)),
        ):
            file.write_text(json.dumps(body | change))
            self.expect(what, *codes)
        file.write_bytes(kept)
        self.expect("over a home that holds a database", "RESTORE_OVER", into=occupied)
        self._passphrase()

    def _passphrase(self) -> None:
        bundle = self.scratch / "bundle"
        write_bundle(bundle, self.keys, PASSPHRASE)
        self.found.planted += 1
        if read_bundle(bundle, PASSPHRASE) != self.keys:
            self.found.wrong.append("the bundle does not open with its own passphrase")
        try:
            read_bundle(bundle, PASSPHRASE + " ")
        except Refused as refusal:
            self.found.codes[refusal.code] = 1
        else:
            self.found.wrong.append("a wrong passphrase: not refused")

    def _files(self, part: str) -> list[Path]:
        root = self.backup / part
        there = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        return [path for path in there if path.stat().st_size]


@contextmanager
def flipped(path: Path, dice: random.Random) -> Iterator[None]:
    """Change one bit of a file, and back afterwards."""
    at, bit = dice.randrange(path.stat().st_size), 1 << dice.randrange(8)
    _flip(path, at, bit)
    try:
        yield
    finally:
        _flip(path, at, bit)


def _flip(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bit]))


def blind(_name: str, _wanted: Seen, _found: Seen) -> None:
    """Stand for a restore that does not compare: the planted hole."""
