"""The vault's cipher and the match hash. Keys come from settings (files of the installation) and never reach SQL.

A sealed value is ``b"J" | algorithm | key id (4) | nonce (12) | ciphertext and tag``. The associated data names
table, column and row, so that a value copied to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from jinlan.basics.errors import Refused
from jinlan.basics.identifiers import normalise

MAGIC = b"J"
AES_256_GCM = b"\x01"
_NONCE = 12
_HEADER = 1 + 1 + 4 + _NONCE


def key_id(key: bytes) -> bytes:
    """Return the four bytes that name a key in a sealed value."""
    return hashlib.sha256(b"jinlan vault key id" + key).digest()[:4]


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    if len(key) != 32:
        raise ValueError("the vault's key has 32 bytes")
    return AESGCM(key)


def _context(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()


def encrypt(value: str, *, table: str, column: str, row: str) -> bytes:
    """Seal a text for one place; `row` is the row's natural key."""
    key: bytes = settings.JINLAN_VAULT_KEY
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(key).encrypt(nonce, value.encode(), _context(table, column, row))
    return MAGIC + AES_256_GCM + key_id(key) + nonce + sealed


def decrypt(sealed: bytes, *, table: str, column: str, row: str) -> str:
    """Open a sealed text at its place.

    Raises:
        Refused: VAULT_KEY (sealed with a key that this installation has not), VAULT_DAMAGED (changed or moved).
    """
    keys = {
        key_id(key): key
        for key in (settings.JINLAN_VAULT_KEY, *getattr(settings, "JINLAN_VAULT_OLD_KEYS", ()))
    }
    sealed = bytes(sealed)
    if sealed[:2] != MAGIC + AES_256_GCM or len(sealed) < _HEADER:
        raise Refused("VAULT_DAMAGED", "保险库中的值已损坏。", "请联系系统管理员。")
    key = keys.get(sealed[2:6])
    if key is None:
        raise Refused("VAULT_KEY", "缺少打开该值的密钥。", "请联系系统管理员。")
    try:
        return (
            _cipher(key).decrypt(sealed[6:_HEADER], sealed[_HEADER:], _context(table, column, row)).decode()
        )
    except InvalidTag:
        raise Refused("VAULT_DAMAGED", "保险库中的值已损坏或被移动。", "请联系系统管理员。") from None


def match_hash(value: str) -> str:
    """Return the keyed hash by which equal numbers meet, the same as the lake's tokens (`lake.tokens.token`)."""
    return hmac.digest(settings.JINLAN_HASH_KEY, normalise(value).encode(), "sha256").hex()


def match_hashes(values: Iterable[str]) -> list[str]:
    """Return the keyed hashes of many values."""
    return [match_hash(value) for value in values]


def veil(text: str, purpose: str) -> str:
    """Seal a text for an address: nobody reads it there or changes it, and the same text always gives the same one."""
    key = _veil_key(purpose)
    nonce = hmac.digest(key, text.encode(), "sha256")[:_NONCE]  # of the text: two texts never share one
    return (
        base64.urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, text.encode(), None))
        .decode()
        .rstrip("=")
    )


def unveil(veiled: str, purpose: str) -> str | None:
    """Open what `veil` made; None for anything else."""
    try:
        sealed = base64.urlsafe_b64decode(veiled + "=" * (-len(veiled) % 4))
        return _cipher(_veil_key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
    except (ValueError, InvalidTag):
        return None


def _veil_key(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"jinlan {purpose}".encode(), "sha256")
