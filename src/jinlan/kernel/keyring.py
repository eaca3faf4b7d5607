"""The vault's keys: ``vault.key`` seals, ``vault-NAME.key`` are earlier ones that still open what they sealed.

They are files that a running process looks at again, so that a new key needs no restart. `site.commands.vault` makes,
keeps and forgets them; the home makes the first one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from jinlan.basics.errors import Refused

KEY_BYTES = 32


def key_id(key: bytes) -> bytes:
    """Return the four bytes that name a key in a sealed value."""
    return hashlib.sha256(b"jinlan vault key id" + key).digest()[:4]


class Keyring:
    """The keys of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[int, int] | None = None
        self._current = b""
        self._named: dict[bytes, bytes] = {}

    def current(self) -> bytes:
        """Return the key that seals, as the file says it now.

        Raises:
            Refused: VAULT_KEY when there is none.
        """
        try:
            found = (self.folder / "vault.key").stat()
            if (found.st_ino, found.st_mtime_ns) != self._seen:
                self._current = _read(self.folder / "vault.key")
                self._seen = found.st_ino, found.st_mtime_ns
        except OSError:
            raise Refused("VAULT_KEY", "缺少保险库的密钥。", "请联系系统管理员。") from None
        return self._current

    def find(self, name: bytes) -> bytes | None:
        """Return the key of a name, None when this installation has it not."""
        if name not in self._named:
            self._named = self.all()
        return self._named.get(name)

    def all(self) -> dict[bytes, bytes]:
        """Return every key by its name, the one that seals first."""
        keys = [self.current(), *(_read(path) for path in self._earlier())]
        return {key_id(key): key for key in keys}

    def renew(self) -> bytes:
        """Make a new key the one that seals and keep the one before; return its name. A kill in between leaves the old state."""
        before = self.current()
        kept, fresh = self._file(key_id(before)), self.folder / f"vault.{os.getpid()}.new"
        with contextlib.suppress(FileExistsError):
            os.link(self.folder / "vault.key", kept)
        key = secrets.token_bytes(KEY_BYTES)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key.hex())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / "vault.key")
        # What is sealed from now on must not outlive its key: the folder is on the disk before anything is sealed.
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return key_id(key)

    def forget(self, name: bytes) -> None:
        """Destroy an earlier key: what it alone opens is gone for good, in every backup too."""
        self._file(name).unlink()
        self._named = {}

    def since(self) -> float:
        """Return when the key that seals was made, in seconds of the epoch."""
        return (self.folder / "vault.key").stat().st_mtime

    def _file(self, name: bytes) -> Path:
        return self.folder / f"vault-{name.hex()}.key"

    def _earlier(self) -> list[Path]:
        return sorted(self.folder.glob("vault-*.key"))


def _read(path: Path) -> bytes:
    return bytes.fromhex(path.read_text().strip())


@lru_cache(maxsize=8)
def _ring(folder: Path) -> Keyring:
    return Keyring(folder)


def keyring() -> Keyring:
    """Return this installation's keys."""
    return _ring(settings.JINLAN_KEYS)
