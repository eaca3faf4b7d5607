"""Passkeys (WebAuthn): a second factor that cannot be phished, and enough for step-up by itself.

The relying party is `JINLAN_BASE_URL` and nothing that a request says. A challenge lies in the session that asked for it, is
good for one purpose, five minutes and one answer, right or wrong. The authenticator must have verified its user (PIN, finger, face).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from jinlan.kernel import otp
from jinlan.kernel.models import Passkey, Person

Purpose = Literal["add", "signin", "confirm"]
Outcome = Literal["good", "bad", "cloned"]
CHALLENGE = "passkey_challenge"  # in the session's data
MINUTES = 5
MOST = 10  # passkeys of one person
LONGEST = 20_000  # characters of an answer
_UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError)


def available() -> bool:
    """Tell whether this installation knows its own address; without it there are no passkeys."""
    return bool(settings.JINLAN_BASE_URL)


def _party() -> tuple[str, str]:
    """Return (RP ID, origin)."""
    return urlsplit(settings.JINLAN_BASE_URL).hostname or "", settings.JINLAN_BASE_URL


def enrolled(person: Person) -> bool:
    """Tell whether a person has a passkey."""
    return Passkey.door.filter(person=person).exists()


def of(person: Person) -> list[Passkey]:
    """Return a person's passkeys, the oldest first."""
    return list(Passkey.door.filter(person=person).order_by("created_at", "pk"))


def _descriptors(person: Person) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(row.credential_id)) for row in of(person)]


def _new_challenge(session: SessionBase, person: Person, purpose: Purpose, at: datetime) -> bytes:
    challenge = secrets.token_bytes(32)
    session[CHALLENGE] = {
        "challenge": bytes_to_base64url(challenge), "purpose": purpose, "person": person.pk, "at": at.isoformat(),
    }  # fmt: skip
    return challenge


def _take_challenge(session: SessionBase, person: Person, purpose: Purpose, at: datetime) -> bytes | None:
    """Return the challenge that waits for this purpose, gone from now on; None when there is none."""
    kept: dict[str, Any] = session.pop(CHALLENGE, None) or {}
    session.save()  # gone before anything is verified
    if (kept.get("purpose"), kept.get("person")) != (purpose, person.pk):
        return None
    if at - datetime.fromisoformat(kept["at"]) >= timedelta(minutes=MINUTES):
        return None
    return base64url_to_bytes(kept["challenge"])


def options_to_add(session: SessionBase, person: Person, at: datetime) -> str:
    """Return what a browser needs to make a passkey, as JSON; the challenge waits in the session."""
    made = generate_registration_options(
        rp_id=_party()[0],
        rp_name=f"金兰 {settings.JINLAN_BANK_NAME}",
        user_name=person.username,
        user_id=person.public_id.bytes,
        user_display_name=person.display_name,
        challenge=_new_challenge(session, person, "add", at),
        exclude_credentials=_descriptors(person),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return str(options_to_json(made))


def options_to_use(session: SessionBase, person: Person, purpose: Purpose, at: datetime) -> str:
    """Return what a browser needs to answer with one of a person's passkeys, as JSON."""
    made = generate_authentication_options(
        rp_id=_party()[0],
        challenge=_new_challenge(session, person, purpose, at),
        allow_credentials=_descriptors(person),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return str(options_to_json(made))


def add(session: SessionBase, person: Person, answer: str, name: str, at: datetime) -> Passkey | None:
    """Keep a new passkey; None when the answer is not good."""
    challenge = _take_challenge(session, person, "add", at)
    if challenge is None or len(answer) > LONGEST or len(of(person)) >= MOST:
        return None
    rp_id, origin = _party()
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    row = Passkey(
        person=person, credential_id=found.credential_id, public_key=found.credential_public_key, sign_count=found.sign_count,
        name=name[:60], created_at=at,
    )  # fmt: skip
    # A credential that somebody has already is left alone.
    Passkey.door.bulk_create([row], ignore_conflicts=True)
    return Passkey.door.filter(person=person, credential_id=found.credential_id).first()


def use(session: SessionBase, person: Person, answer: str, purpose: Purpose, at: datetime) -> Outcome:
    """Use up the waiting challenge; "cloned" says that the signature was right but its counter did not rise."""
    challenge = _take_challenge(session, person, purpose, at)
    if challenge is None or len(answer) > LONGEST:
        return "bad"
    rp_id, origin = _party()
    try:
        answered = parse_authentication_credential_json(answer)
        with transaction.atomic():
            mine = Passkey.door.select_for_update().filter(person=person)
            row = mine.filter(credential_id=answered.raw_id).first()
            if row is None:
                return "bad"
            found = verify_authentication_response(
                credential=answered,
                expected_challenge=challenge,
                expected_rp_id=rp_id,
                expected_origin=origin,
                credential_public_key=bytes(row.public_key),
                credential_current_sign_count=0,  # looked at below, since a clone must be told from a forgery
                require_user_verification=True,
            )
            if (row.sign_count or found.new_sign_count) and found.new_sign_count <= row.sign_count:
                return "cloned"
            Passkey.door.filter(pk=row.pk).update(sign_count=found.new_sign_count, last_used=at)
    except _UNREADABLE:
        return "bad"
    return "good"


def remove(person: Person, public_id: UUID) -> bool:
    """Forget one passkey of a person; tell whether there was one."""
    return bool(Passkey.door.filter(person=person, public_id=public_id).delete()[0])


def has_factor(person: Person) -> bool:
    """Tell whether signing in asks this person for more than the password: a passkey or an authenticator."""
    return otp.enrolled(person) or enrolled(person)
