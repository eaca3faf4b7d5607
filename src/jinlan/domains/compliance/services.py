"""What clients say about being contacted, written down: giving, taking back (as easy), not to be contacted at all."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import unmask as clients
from jinlan.clients.models import Party
from jinlan.domains.compliance import words
from jinlan.domains.compliance.models import ConsentEntry, ConsentText
from jinlan.domains.compliance.rules import CONSENT, check_giving
from jinlan.domains.compliance.selectors import standing, text_in_force
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

ROLES = ("manager", "private_banker", "compliance")
TEXTS = Path(__file__).with_name("texts.toml")
REASON = 5  # characters of a reason, at least


def may_record(actor: Actor) -> bool:
    """Tell whether a person's roles ever write down what clients say."""
    return actor.has(*ROLES)


def install_texts(entity: str) -> int:
    """Store the shipped texts for purposes that the entity has none of yet, as the system, and return how many."""
    have = set(ConsentText.objects.filter(entity=entity).values_list("purpose", flat=True))
    fresh = [one for one in tomllib.loads(TEXTS.read_text("utf-8"))["text"] if one["purpose"] not in have]
    for one in fresh:
        ConsentText.objects.create(entity=entity, sha256=text_hash(one["zh"], one["en"]), **one)
    return len(fresh)


def text_hash(zh: str, en: str) -> str:
    """Return the SHA-256 that proves which wording was agreed to."""
    return hashlib.sha256(f"{zh}\n{en}".encode()).hexdigest()


@act("compliance.record_consent", title=_("登记授权"), roles=ROLES)
def record_consent(
    *, actor: Actor, party: UUID, purpose: str, channels: list[str], way: str, proof: str = "", recipient: str = "",
    given_at: datetime | None = None, basis: str = CONSENT,
) -> list[str]:  # fmt: skip
    """Write down that a client agreed, to the text that was in force when he did; one entry per channel.

    Args:
        actor: who writes it down.
        party: public id.
        purpose: for what.
        channels: by which he may be contacted; [""] for a purpose without channels.
        way: how he said it.
        proof: reference of the signed form, recording or screen.
        recipient: for SHARING, the other handler by name.
        given_at: when he said it, now by default; never in the future.
        basis: consent, or the other legal basis that the purpose rests on.

    Raises:
        Refused: CONSENT_CHANNEL, CONSENT_BUNDLED, CONSENT_RECIPIENT (see `rules.check_giving`), CONSENT_CODE, CONSENT_AHEAD,
            CONSENT_TEXT (no text in force then), PARTY_RESTRICTED.
        ScopeDenied: no such party in sight.
    """
    about = party_in_sight(actor, party)
    if about.restricted or about.erased:
        raise Refused("PARTY_RESTRICTED", "该客户已限制使用其个人信息。", "请联系合规部门。")
    known(
        purpose in words.PURPOSES and purpose != words.SERVICE and way in words.WAYS and basis in words.BASES
    )
    check_giving(purpose=purpose, channels=channels, basis=basis, recipient=recipient,
                 contact_purposes=words.CONTACT, known_channels=words.CHANNELS)  # fmt: skip
    at = given_at or actor.at
    if at > actor.at:
        raise Refused(
            "CONSENT_AHEAD", "授权时间不能晚于现在。", "请填写客户实际同意的时间。", field="given_at"
        )
    text = text_in_force(actor, purpose=purpose, on=business_date(at))
    if text is None:
        raise Refused("CONSENT_TEXT", "当时没有生效的授权文本。", "请先由合规部门发布文本。", field="purpose")
    fields = {"purpose": purpose, "legal_basis": basis, "recipient": recipient.strip()[:200], "text_version": text.version,
              "text_sha256": text.sha256, "way": way, "proof": proof.strip()[:200]}  # fmt: skip
    made = [_entry(actor, about, "given", at=at, channel=channel, **fields) for channel in _once(channels)]
    audit(actor, "compliance.consent_given", "party", about.code,
          after={"purpose": purpose, "channels": _once(channels), "text": text.version, "at": at, "proof": fields["proof"]})  # fmt: skip
    return made


@act("compliance.withdraw_consent", title=_("撤回授权"), roles=ROLES)
def withdraw_consent(
    *,
    actor: Actor,
    party: UUID,
    purpose: str,
    channels: list[str],
    way: str,
    recipient: str = "",
    reason: str = "",
) -> list[str]:
    """Write down that a client takes his consent back: one step, no reason needed, in force at this instant.

    Channels for which nothing holds are passed over.

    Raises:
        Refused: CONSENT_NOT_GIVEN when nothing holds for any of the channels; CONSENT_BASIS when it rests on no consent (what
            law or contract demands is not undone by a withdrawal).
        ScopeDenied: no such party in sight.
    """
    about = party_in_sight(actor, party)
    known(way in words.WAYS)
    now = standing(actor, party=about, at=actor.at)
    held = [entry for channel in _once(channels)
            if (state := now.of(purpose, channel, recipient.strip())).given and (entry := state.entry)]  # fmt: skip
    if not held:
        raise Refused("CONSENT_NOT_GIVEN", "没有可撤回的授权。", "请查看下方的记录。")
    if any(one.legal_basis not in {"", CONSENT} for one in held):
        raise Refused(
            "CONSENT_BASIS",
            "这项处理不以个人同意为依据,不能撤回。",
            "可以改为登记「请勿联系」,或联系合规部门。",
        )
    made = [
        _entry(actor, about, "withdrawn", at=actor.at, purpose=purpose, channel=one.channel, recipient=one.recipient, way=way,
               legal_basis=one.legal_basis, text_version=one.text_version, text_sha256=one.text_sha256, reason=reason.strip()[:500])
        for one in held
    ]  # fmt: skip
    audit(actor, "compliance.consent_withdrawn", "party", about.code,
          after={"purpose": purpose, "channels": [one.channel for one in held]}, reason=reason.strip()[:500])  # fmt: skip
    return made


@act("compliance.suppress", title=_("登记请勿联系"), roles=ROLES)
def suppress(*, actor: Actor, party: UUID, way: str, reason: str = "") -> str:
    """Write down that a client is not to be contacted, for whatever purpose; consents stay as they are and do not count.

    Raises:
        Refused: SUPPRESSED when it is so already.
        ScopeDenied: no such party in sight.
    """
    about = party_in_sight(actor, party)
    known(way in words.WAYS)
    if standing(actor, party=about, at=actor.at).suppressed is not None:
        raise Refused("SUPPRESSED", "已登记为请勿联系。")
    made = _entry(actor, about, "suppressed", at=actor.at, way=way, reason=reason.strip()[:500])
    audit(actor, "compliance.contact_suppressed", "party", about.code, reason=reason.strip()[:500])
    return made


@act("compliance.unsuppress", title=_("恢复联系"), roles=ROLES)
def unsuppress(*, actor: Actor, party: UUID, way: str, reason: str) -> str:
    """Write down that a client may be contacted again, with the reason: what he said, and where it is proved.

    Raises:
        Refused: NOT_SUPPRESSED; REASON_SHORT.
        ScopeDenied: no such party in sight.
    """
    about = party_in_sight(actor, party)
    known(way in words.WAYS)
    if len(reason.strip()) < REASON:
        raise Refused(
            "REASON_SHORT",
            "理由至少 %(least)s 个字。",
            "请写明客户如何表示、凭据在哪里。",
            least=REASON,
            field="reason",
        )
    if standing(actor, party=about, at=actor.at).suppressed is None:
        raise Refused("NOT_SUPPRESSED", "没有登记过请勿联系。")
    made = _entry(actor, about, "unsuppressed", at=actor.at, way=way, reason=reason.strip()[:500])
    audit(actor, "compliance.contact_restored", "party", about.code, reason=reason.strip()[:500])
    return made


def party_in_sight(actor: Actor, public_id: UUID) -> Party:
    """Return a party; raise `ScopeDenied` when there is none for this actor."""
    found = clients.party_of(actor, public_id=public_id)
    if found is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    return found


def known(codes: bool) -> None:
    """Raise `Refused` (CONSENT_CODE) for a code that is in no list."""
    if not codes:
        raise Refused("CONSENT_CODE", "选项不在列表中。", "请从列表中选择。")


def _once(channels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(channels))


def _entry(actor: Actor, party: Party, what: str, *, at: datetime, **fields: Any) -> str:
    key = uuid7()
    ConsentEntry.objects.create(
        public_id=key, entity=party.entity, party=party, act=what, legal_entity=party.entity, at=at, source="person",
        source_key=str(key), person_id=actor.person_id, person_name=name_of(actor), recorded_at=actor.at, **fields,
    )  # fmt: skip
    return str(key)
