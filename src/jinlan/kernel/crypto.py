"""The vault's ciphers and the match hash. Keys are files of the installation (`kernel.keyring`) and never reach SQL.

A sealed value is ``b"J" | cipher | key's name (4) | nonce (12) | ciphertext and tag``. The associated data names
table, column and row, so that a value copied to another row does not open.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from django.conf import settings

from jinlan.basics.errors import Refused
from jinlan.basics.identifiers import normalise
from jinlan.kernel.keyring import KEY_BYTES, key_id, keyring

MAGIC = b"J"
AES_256_GCM, SM4_GCM = b"\x01", b"\x02"
CIPHERS = {"aes-256-gcm": AES_256_GCM, "sm4-gcm": SM4_GCM}
_NONCE, _TAG = 12, 16
_NAME = slice(2, 6)
_HEADER = 1 + 1 + 4 + _NONCE


class Aead(Protocol):
    """A cipher that also says whether a value was changed or moved."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plain bytes; raise `InvalidTag` for anything that was not sealed so."""
        ...


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/counter mode, as RFC 8998 puts them together; a key of 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._sm4 = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""
        sealing = Cipher(self._sm4, GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data or b"")
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plain bytes; raise `InvalidTag`."""
        if len(data) < _TAG:
            raise InvalidTag
        opening = Cipher(self._sm4, GCM(nonce, data[-_TAG:])).decryptor()
        opening.authenticate_additional_data(associated_data or b"")
        return opening.update(data[:-_TAG]) + opening.finalize()


@lru_cache(maxsize=64)
def _cipher(key: bytes, cipher: bytes = AES_256_GCM) -> Aead:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of the vault has {KEY_BYTES} bytes")
    if cipher == AES_256_GCM:
        return AESGCM(key)
    return Sm4Gcm(hmac.digest(key, b"jinlan vault sm4", "sha256")[:16])


def _context(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()


def header(key: bytes | None = None) -> bytes:
    """Return what a value that is sealed now begins with: cipher and name of the key (the vault's own one by default)."""
    return CIPHERS[settings.JINLAN_VAULT_CIPHER] + key_id(key or keyring().current())


def encrypt(value: str, *, table: str, column: str, row: str, key: bytes | None = None) -> bytes:
    """Seal a text for one place; `row` is the row's natural key, `key` a data key instead of the vault's own."""
    return encrypt_bytes(value.encode(), table=table, column=column, row=row, key=key)


def encrypt_bytes(value: bytes, *, table: str, column: str, row: str, key: bytes | None = None) -> bytes:
    """Seal bytes for one place, as `encrypt` does a text."""
    key = key or keyring().current()
    begin, nonce = header(key), secrets.token_bytes(_NONCE)
    sealed = _cipher(key, begin[:1]).encrypt(nonce, value, _context(table, column, row))
    return MAGIC + begin + nonce + sealed


def decrypt(sealed: bytes, *, table: str, column: str, row: str, key: bytes | None = None) -> str:
    """Open a sealed text at its place, as `decrypt_bytes` does bytes."""
    return decrypt_bytes(sealed, table=table, column=column, row=row, key=key).decode()


def decrypt_bytes(sealed: bytes, *, table: str, column: str, row: str, key: bytes | None = None) -> bytes:
    """Open sealed bytes at their place, with the data key if they were sealed with that, else with a key of the ring.

    Raises:
        Refused: VAULT_KEY (sealed with a key that this installation has not), VAULT_DAMAGED (changed or moved).
    """
    sealed = bytes(sealed)
    if sealed[:1] != MAGIC or sealed[1:2] not in CIPHERS.values() or len(sealed) < _HEADER:
        raise Refused("VAULT_DAMAGED", "保险库中的值已损坏。", "请联系系统管理员。")
    name = sealed[_NAME]
    found = key if key and key_id(key) == name else keyring().find(name)
    if found is None and key is not None:  # its owner has a key, and it was not this one
        raise Refused("VAULT_DAMAGED", "保险库中的值已损坏或被移动。", "请联系系统管理员。")
    if found is None:
        raise Refused("VAULT_KEY", "缺少打开该值的密钥。", "请联系系统管理员。")
    opening = _cipher(found, sealed[1:2])
    try:
        return opening.decrypt(sealed[6:_HEADER], sealed[_HEADER:], _context(table, column, row))
    except InvalidTag:
        raise Refused("VAULT_DAMAGED", "保险库中的值已损坏或被移动。", "请联系系统管理员。") from None


def match_hash(value: str) -> str:
    """Return the keyed hash by which equal numbers meet, the same as the lake's tokens (`lake.tokens.token`)."""
    return hmac.digest(settings.JINLAN_HASH_KEY, normalise(value).encode(), "sha256").hex()


def blind_hash(value: str, purpose: str) -> str:
    """Return the keyed hash by which a value is found for one purpose: it meets no hash of another, and none of the lake's."""
    return hmac.digest(settings.JINLAN_HASH_KEY, f"jinlan {purpose}|{value}".encode(), "sha256").hex()


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
