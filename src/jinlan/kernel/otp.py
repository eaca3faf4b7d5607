"""The second factor: an authenticator's six digits (TOTP, RFC 6238), and recovery codes for the day it is lost.

The key is sealed as the vault's values are; a code is good for its own time step and the one on each side, once.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from jinlan.kernel.models import Person, RecoveryCode, SecondFactor
from jinlan.kernel.sealed import sealed_field

STEP, DIGITS, DRIFT = 30, 6, (0, -1, 1)
KEY_BYTES, CODES = 20, 10
SECRET = sealed_field(SecondFactor, "secret")


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303 - what authenticators speak; HMAC does not need more


def code_at(secret: str, at: datetime) -> str:
    """Return the code that an authenticator with this key shows at an instant."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def enrolled(person: Person) -> bool:
    """Tell whether signing in asks this person for a code."""
    return SecondFactor.door.filter(person=person, confirmed_at__isnull=False).exists()


def begin(person: Person, at: datetime) -> None:
    """Make a new key that waits for its first code; an enrolled authenticator is left as it is."""
    sealed = SECRET.seal(base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode(), str(person.pk))
    with transaction.atomic():
        SecondFactor.door.filter(person=person, confirmed_at=None).delete()
        waiting = SecondFactor(person=person, secret=sealed, created_at=at)
        SecondFactor.door.bulk_create([waiting], ignore_conflicts=True)


def waiting_key(person: Person) -> str:
    """Return the key that waits for its first code, "" when none does."""
    row = SecondFactor.door.filter(person=person, confirmed_at=None).first()
    return SECRET.open(row) if row else ""


def address_of(person: Person, secret: str) -> str:
    """Return the otpauth address that authenticators open."""
    issuer = quote(f"Jinlan {settings.JINLAN_ENTITY}".strip())
    return f"otpauth://totp/{issuer}:{quote(person.username)}?secret={secret}&issuer={issuer}"


def confirm(person: Person, typed: str, at: datetime) -> list[str]:
    """Enrol with the first code and return the recovery codes, for this one time; empty when the code is wrong."""
    with transaction.atomic():
        row = SecondFactor.door.select_for_update().filter(person=person, confirmed_at=None).first()
        if row is None or not _accept(row, typed, at):
            return []
        SecondFactor.door.filter(pk=row.pk).update(confirmed_at=at)
        RecoveryCode.door.filter(person=person).delete()
        codes = [_code() for _ in range(CODES)]
        RecoveryCode.door.bulk_create(
            [RecoveryCode(person=person, code_hash=_hashed(person, code)) for code in codes]
        )
        return codes


def _code() -> str:
    text = secrets.token_hex(6)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _hashed(person: Person, code: str) -> str:
    """Return the keyed hash of a recovery code: the database alone cannot be searched for it."""
    plain = "".join(filter(str.isalnum, code.lower()))
    return salted_hmac("jinlan.recovery", f"{person.pk}|{plain}", algorithm="sha256").hexdigest()


def _steps(at: datetime) -> Iterator[int]:
    return (int(at.timestamp()) // STEP + drift for drift in DRIFT)


def _accept(row: SecondFactor, typed: str, at: datetime) -> bool:
    """Tell whether a code is right and of a later step than the last one; then its step is used up."""
    totp = _totp(SECRET.open(row))
    digits = "".join(typed.split())
    for step in _steps(at):
        if constant_time_compare(totp.generate(step * STEP).decode(), digits) and step > row.last_step:
            SecondFactor.door.filter(pk=row.pk).update(last_step=step)
            return True
    return False


def use(person: Person, typed: str, at: datetime) -> str:
    """Use up a code: "totp" or "recovery" says which kind it was, "" that it is not good."""
    with transaction.atomic():
        row = SecondFactor.door.select_for_update().filter(person=person, confirmed_at__isnull=False).first()
        if row is None:
            return ""
        if _accept(row, typed, at):
            return "totp"
        spare = RecoveryCode.door.filter(person=person, code_hash=_hashed(person, typed), used_at=None)
        return "recovery" if spare.update(used_at=at) else ""


def codes_left(person: Person) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.door.filter(person=person, used_at=None).count()


def remove(person: Person) -> bool:
    """Forget a person's authenticator and codes; tell whether there was one."""
    with transaction.atomic():
        RecoveryCode.door.filter(person=person).delete()
        return bool(SecondFactor.door.filter(person=person).delete()[0])
