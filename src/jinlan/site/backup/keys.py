"""The installation's keys as a bundle of its own, sealed under a passphrase; and the key that signs manifests.

Without its keys a backup opens no identity, so the two are kept apart: whoever has one of them has nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jinlan.basics.errors import Refused
from jinlan.site.home import KEYS, Home

FORMAT = "jinlan-keys-1"
N, R, P = 2**17, 8, 1  # 128 MB and half a second for each guess
LEAST = 12
Keys = Mapping[str, bytes]


def keys_of(place: Home) -> Keys:
    """Return every key of a home, made when it has none yet."""
    for name in KEYS:
        place.key(name)
    return {path.stem: bytes.fromhex(path.read_text().strip()) for path in sorted(place.keys.glob("*.key"))}


def held(place: Home) -> Keys | None:
    """Return the keys of a home, None when there are none: nothing is made."""
    return keys_of(place) if (place.keys / "hash.key").is_file() else None


def put(keys: Keys, place: Home) -> None:
    """Write keys into a new home."""
    for name, key in keys.items():
        path = place.keys / f"{name}.key"
        path.touch(mode=0o600)
        path.write_text(key.hex())


def installation(keys: Keys) -> str:
    """Return the name of an installation: it follows from the one key that never changes (the lake's tokens hang on it)."""
    return hashlib.sha256(b"jinlan installation" + keys["hash"]).hexdigest()[:16]


def signing(keys: Keys) -> bytes:
    """Return the key under which this installation's manifests are signed."""
    return HKDF(SHA256(), 32, salt=None, info=b"jinlan backup manifest").derive(keys["hash"])


def refuse_bundle(path: Path, passphrase: str) -> None:
    """Refuse a place or a passphrase that will not do.

    Raises:
        Refused: KEYS_EXIST, KEYS_FOLDER, KEYS_WEAK.
    """
    if path.exists():
        raise Refused(
            "KEYS_EXIST", "%(path)s 已经存在,密钥包不会覆盖任何文件。", "请换一个文件名。", path=path
        )
    if len(passphrase) < LEAST:
        raise Refused("KEYS_WEAK", "口令太短,至少 %(least)s 个字符。", "请换一个更长的口令。", least=LEAST)
    if not os.access(path.parent, os.W_OK):
        raise Refused(
            "KEYS_FOLDER", "不能写到 %(folder)s。", "请给一个已有的、可写的目录。", folder=path.parent
        )


def write_bundle(path: Path, keys: Keys, passphrase: str) -> None:
    """Seal the keys into a new file that only this user reads; raise what `refuse_bundle` raises."""
    refuse_bundle(path, passphrase)
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = {"format": FORMAT, "installation": installation(keys), "n": N, "r": R, "p": P, "salt": salt.hex()}
    body = json.dumps({name: key.hex() for name, key in keys.items()}).encode()
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, body, _associated(head))
    text = json.dumps(head | {"nonce": nonce.hex(), "sealed": sealed.hex()}, indent=1)
    half = path.with_name(f".{path.name}.half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def read_bundle(path: Path, passphrase: str) -> Keys:
    """Open a bundle.

    Raises:
        Refused: KEYS_UNREADABLE, KEYS_PASSPHRASE.
    """
    try:
        body: dict[str, Any] = json.loads(path.read_text("utf-8"))
        head = {name: body[name] for name in ("format", "installation", "n", "r", "p", "salt")}
        salt, nonce, sealed = (bytes.fromhex(body[name]) for name in ("salt", "nonce", "sealed"))
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(
            "KEYS_UNREADABLE", "%(path)s 不是可读的密钥包。", "请给出 `--keys` 写出的文件。", path=path
        ) from None
    if (head["format"], head["n"], head["r"], head["p"]) != (FORMAT, N, R, P):
        raise Refused(
            "KEYS_UNREADABLE",
            "密钥包 %(path)s 的格式是本版本不认识的。",
            "请用写出它的版本或更新的版本。",
            path=path,
        )
    try:
        opened = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, _associated(head))
    except (InvalidTag, ValueError):
        raise Refused(
            "KEYS_PASSPHRASE", "打不开密钥包 %(path)s:口令不对,或文件已损坏。", "请核对口令。", path=path
        ) from None
    return {name: bytes.fromhex(key) for name, key in json.loads(opened).items()}


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=N, r=R, p=P).derive(passphrase.encode())


def _associated(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()
