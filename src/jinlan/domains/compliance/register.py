"""What a load brings of consents, into the ledger: entries that are not there yet; what is there stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.basics.ids import uuid7
from jinlan.clients.models import Party
from jinlan.domains.compliance.models import ConsentText
from jinlan.domains.compliance.words import CHANNELS
from jinlan.kernel.bulk import upsert

COLUMNS = {
    "entity": "text", "source": "text", "source_key": "text", "act": "text", "party_id": "bigint", "purpose": "text", "channel": "text",
    "legal_entity": "text", "legal_basis": "text", "recipient": "text", "text_version": "text", "text_sha256": "text",
    "at": "timestamptz", "way": "text", "proof": "text", "reason": "text", "person_id": "bigint", "person_name": "text",
    "recorded_at": "timestamptz", "public_id": "uuid",
}  # fmt: skip
KEY = ("entity", "source", "source_key", "act")
WANTED = ("consent_id", "party_id", "purpose", "channel", "entity", "legal_basis", "text_version", "given_ts", "withdrawn_ts", "proof_ref")  # fmt: skip


def sync_consents(rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> int:
    """Write down what the extract says of consents, as the system; return how many entries are new.

    A consent that comes with its withdrawal later gets one more entry; what the extract takes back (a withdrawal that is gone,
    another date) changes nothing: the ledger errs on the side of the client.

    Args:
        rows: of the extract's table ``consent``. Its ``channel`` is the channel of contact, or the way in which it was given
            for purposes without one. Rows of parties that the directory does not know are left out.
        actor: the system of the entity.
    """
    codes = {row["party_id"] for row in rows}
    parties = dict(Party.objects.filter(entity=actor.entity, code__in=codes).values_list("code", "pk"))
    texts = {
        (one.purpose, one.version): one.sha256 for one in ConsentText.objects.filter(entity=actor.entity)
    }
    lines = (line for row in rows if row["party_id"] in parties for line in _lines(row, parties[row["party_id"]], texts, actor))  # fmt: skip
    inserted, _updated = upsert(
        "compliance_consententry", COLUMNS, lines, key=KEY, at_birth=set(COLUMNS) - set(KEY)
    )
    return inserted


def _lines(
    row: Mapping[str, Any], party: int, texts: Mapping[tuple[str, str], str], actor: Actor
) -> Iterator[tuple[Any, ...]]:
    said, version = row["channel"] or "", row["text_version"] or ""
    channel, way = (said, "") if said in CHANNELS else ("", said)
    for what, instant in (("given", row["given_ts"]), ("withdrawn", row["withdrawn_ts"])):
        if instant is None or _aware(instant, actor) > actor.at:
            continue
        yield (
            actor.entity, "extract", row["consent_id"], what, party, row["purpose"], channel, row["entity"] or actor.entity,
            row["legal_basis"] or "CONSENT", "", version, texts.get((row["purpose"], version), ""), _aware(instant, actor), way[:12],
            row["proof_ref"] or "", "", actor.person_id, "", actor.at, uuid7(),
        )  # fmt: skip


def _aware(instant: datetime, actor: Actor) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=actor.at.tzinfo)
