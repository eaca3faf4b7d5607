"""Where state lives: `$JINLAN_HOME` or `var/` of the checkout; keys are made on first use and never leave it."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from jinlan.basics.errors import Refused

SAMPLE = "jinlan.domains.tests.gifts"  # a room as a bank would add one: tests and proofs look at it too
ROOT = Path(__file__).resolve().parents[3]
KEYS = ("seal", "vault", "hash", "django", "pg-owner", "pg-app", "pg-admin")


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation."""

    path: Path

    @property
    def lake(self) -> Path:
        """Delta tables and results."""
        return self.path / "lake"

    @property
    def pg(self) -> Path:
        """The embedded PostgreSQL's data."""
        return self.path / "pg"

    @property
    def wal(self) -> Path:
        """The archive of the embedded PostgreSQL's log; the first backup makes it."""
        return self.path / "wal"

    @property
    def roots(self) -> Path:
        """The roots of the audit's chain, outside the database."""
        return self.path / "audit" / "roots.jsonl"

    @property
    def keys(self) -> Path:
        """The files of the keys."""
        return self.path / "keys"

    @property
    def demo(self) -> Path:
        """The demo bank's extracts."""
        return self.path / "demo"

    @property
    def holds_own_data(self) -> bool:
        """Tell whether a bank's own deliveries stand here; the demo bank is never mixed into them."""
        return not self.demo.exists() and any(path.is_dir() for path in self.lake.iterdir())

    @property
    def run(self) -> Path:
        """Locks, progress and process notes of the running product."""
        return self.path / "run"

    @property
    def log(self) -> Path:
        """Log files of the child processes."""
        return self.path / "log"

    @property
    def filled(self) -> Path:
        """The note that the demo bank is complete."""
        return self.path / "demo.filled"

    @property
    def reader_socket(self) -> Path:
        """Where the lake reader listens."""
        return socket_folder(self.run) / "reader.sock"

    def make(self) -> Home:
        """Create the folders (idempotent), readable by this user only."""
        for folder in (self.path, self.lake, self.run, self.log, self.keys):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise Refused(
                    "HOME", "不能建立目录 %(folder)s(%(why)s)。", "请把 JINLAN_HOME 指向本用户可写的目录。",
                    folder=folder, why=error.strerror,
                ) from None  # fmt: skip
        return self

    def key(self, name: str) -> bytes:
        """Return a key of 32 bytes, made on first use; two first uses at once agree on one."""
        path = self.keys / f"{name}.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_suffix(f".{os.getpid()}.new")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
        return bytes.fromhex(path.read_text().strip())


def home() -> Home:
    """Return this installation's home without creating anything."""
    return Home(Path(os.environ.get("JINLAN_HOME") or ROOT / "var").resolve())


def socket_folder(path: Path) -> Path:
    """Return a folder for Unix sockets: `path`, or a short stand-in when the kernel's limit (107) would be passed."""
    if len(str(path)) < 80:
        return path
    import hashlib

    short = Path("/tmp") / f"jinlan-{os.getuid()}-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"  # noqa: S108
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid():
        raise PermissionError(13, "socket folder belongs to somebody else", str(short))
    return short
