"""What a backup says of itself, signed with a key that follows from the installation's keys."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from jinlan.basics.errors import Refused
from jinlan.site.backup.files import Damaged, Seen, inside, settle
from jinlan.site.backup.keys import Keys, installation, signing

FORMAT = 1
FILE, SIGNATURE = "manifest.json", "manifest.hmac"
OWN = frozenset({FILE, SIGNATURE})
Kind = Literal["embedded", "external"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup: `made` is the instant to which it restores, `counts` what every table held then."""

    kind: Kind
    made: str
    installation: str
    system: str  # the database's own identifier
    server: int
    wal: str  # the server's position in its log at that instant
    point: str  # name of the restore point in the log, "" for a bank's own server
    first: str  # the first WAL segment that recovery needs
    counts: Mapping[str, int]
    root: Mapping[str, Any] | None  # the newest sealed batch of the audit
    loads: list[dict[str, Any]]  # finished loads: entity, load, versions
    results: list[str]  # folders of published results
    files: Mapping[str, Seen]
    folders: list[str]
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        """The instant as an aware datetime."""
        return datetime.fromisoformat(self.made)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())


def write(folder: Path, manifest: Manifest, keys: Keys) -> None:
    """Write manifest and signature, settled on disk."""
    body = json.dumps(asdict(manifest), ensure_ascii=False, indent=0).encode()
    (folder / FILE).write_bytes(body)
    (folder / SIGNATURE).write_bytes(_signature(body, keys))
    for name in OWN:
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
    settle(folder)


def looks_like(folder: Path) -> bool:
    """Tell whether a folder is a finished backup (an unfinished one has another name and no manifest)."""
    return (folder / FILE).is_file()


def read(folder: Path, keys: Keys | None) -> Manifest:
    """Return a backup's manifest; `keys` None leaves its origin unproven.

    Raises:
        Refused: BACKUP_ABSENT, BACKUP_NEWER, BACKUP_FOREIGN, BACKUP_DAMAGED.
    """
    if not looks_like(folder):
        raise Refused(
            "BACKUP_ABSENT",
            "%(folder)s 不是完成的备份(没有清单)。",
            "请给出 `./jinlan backup` 打印的目录。",
            folder=folder,
        )
    body = (folder / FILE).read_bytes()
    raw = _parsed(body)
    if keys is not None:
        if raw["installation"] != installation(keys):
            raise Refused(
                "BACKUP_FOREIGN",
                "这份备份属于另一个安装:它的清单不是用这套密钥签的。",
                "请用该安装的密钥包:`--keys FILE`。",
            )
        # Bytes with bytes: a damaged signature need not be text.
        given = (folder / SIGNATURE).read_bytes() if (folder / SIGNATURE).is_file() else b""
        if not hmac.compare_digest(_signature(body, keys), given):
            raise Damaged("BACKUP_DAMAGED", "备份的清单与签名不符:它被改动或损坏。")
    try:
        found = Manifest(
            **{**raw, "files": {name: (int(a), str(b)) for name, (a, b) in raw["files"].items()}}
        )
        _ = found.at
    except (TypeError, ValueError, AttributeError):
        raise _unreadable() from None
    for name in (*found.files, *found.folders):
        inside(name)
    return found


def _signature(body: bytes, keys: Keys) -> bytes:
    return hmac.digest(signing(keys), body, "sha256").hex().encode() + b"\n"


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        raw: dict[str, Any] = json.loads(body)
        number = int(raw["format"])
        _ = raw["installation"], raw["files"], raw["folders"]
    except (ValueError, KeyError, TypeError):
        raise _unreadable() from None
    if number > FORMAT:
        raise Refused(
            "BACKUP_NEWER",
            "备份的格式(%(number)s)比本版本认识的(%(known)s)新。",
            "请用写出它的版本或更新的版本来恢复。",
            number=number,
            known=FORMAT,
        )
    return raw


def _unreadable() -> Refused:
    return Damaged("BACKUP_DAMAGED", "备份的清单无法读取:它被截断或损坏。")
