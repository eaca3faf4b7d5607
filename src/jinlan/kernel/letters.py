"""Letters that a browser seals for one person and this installation alone opens: HPKE (RFC 9180), base mode.

The browser gets the public half only. What it seals without a network it cannot read again, nor can whoever holds the
phone: the private half never leaves the server, which opens a letter for the person who is signed in and nobody else.
Both halves follow from the vault's key and the person, so there is no table to keep, and who signs in again has the
same key. A letter names the vault's key, so one that was sealed before a change of keys opens while that key is kept.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.crypto import blind_hash
from jinlan.kernel.keyring import key_id, keyring

PURPOSE = "jinlan letter v1"
LONGEST = 200_000  # characters of a sealed letter
_CURVE = SECP256R1()
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_BYTES = (
    48  # of which a scalar is made: 128 bits more than it needs, so no value is likelier (FIPS 186-5 A.2.1)
)


@dataclass(frozen=True, slots=True)
class LetterKey:
    """What a browser seals with: the name of the vault's key (8 hex digits) and a point of P-256 (65 bytes, Base64)."""

    name: str
    point: str


def letter_key(actor: Actor) -> LetterKey:
    """Return the public key of a person.

    Raises:
        Refused: VAULT_KEY when the installation has no key.
    """
    current = keyring().current()
    point = _private(current, actor).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return LetterKey(key_id(current).hex(), base64.b64encode(raw).decode())


def owner_mark(actor: Actor) -> str:
    """Return 16 hex digits by which a browser tells whose letters it keeps; nobody's name follows from them."""
    return blind_hash(_person(actor), "letters")[:16]


def open_letter(actor: Actor, *, name: str, sealed: str, about: str) -> str:
    """Open a letter of the actor's own.

    Args:
        actor: who is signed in.
        name: the name of the vault's key, as `letter_key` gave it.
        sealed: encapsulated key, ciphertext and tag, in Base64.
        about: what the letter was sealed under: one that was copied to another place does not open there.

    Raises:
        Refused: LETTER_KEY (its key is not here any more), LETTER_SHUT (another person's, changed, or moved).
    """
    found = _named(name)
    if found is None:
        raise Refused(
            "LETTER_KEY", "打开这封暂存内容的密钥已不在。", "内容已无法读出，请重新写一份后删除这一份。"
        )
    try:
        if len(sealed) > LONGEST:
            raise ValueError("too long")
        raw = base64.b64decode(sealed, validate=True)
        return _SUITE.decrypt(raw, _private(found, actor), f"{PURPOSE}|{about}".encode()).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise Refused(
            "LETTER_SHUT", "这封暂存内容打不开。", "它属于另一位同事，或已损坏；请由写下它的人登录后发送。"
        ) from None


def _named(name: str) -> bytes | None:
    try:
        return keyring().find(bytes.fromhex(name))
    except ValueError:
        return None


def _private(key: bytes, actor: Actor) -> EllipticCurvePrivateKey:
    info = f"{PURPOSE}|{_person(actor)}".encode()
    made = HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=info).derive(key)
    return derive_private_key(int.from_bytes(made, "big") % (_CURVE.group_order - 1) + 1, _CURVE)


def _person(actor: Actor) -> str:
    return f"{actor.entity}|{actor.person_id}"
