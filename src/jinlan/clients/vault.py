"""The identity vault: what a load brings of direct identifiers, sealed, masked and hashed; and erasing a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinlan.clients.models import CounterpartyIdentity, Party, PartyIdentity
from jinlan.kernel.crypto import encrypt, match_hash
from jinlan.kernel.masking import mask_account, mask_address, mask_email, mask_hidden, mask_id, mask_person, mask_phone

BATCH = 2_000
TABLE = "clients_partyidentity"
MASKS = {
    "ID_NO": mask_id, "MOBILE": mask_phone, "EMAIL": mask_email, "ADDR": mask_address, "BIRTH": mask_hidden,
    "GENDER": mask_hidden, "ACCOUNT": mask_account, "CONTACT": mask_person,
}  # fmt: skip
ERASED = "已删除"


@dataclass(frozen=True, slots=True)
class Fact:
    """One direct identifier of a party; `ref` is the account's or contact person's code."""

    party: str
    kind: str
    value: str
    ref: str = ""
    token: str = ""  # the lake's hash; made here when the lake keeps none


def facts_of(identities: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Fact]:
    """Return the identifiers that a load brought, per party."""
    found: list[Fact] = []
    for row in identities.get("party", ()):
        found += [
            Fact(row["party_id"], kind, str(row[column]), token=row.get(f"{column}_hash") or "")
            for column, kind in (("id_no", "ID_NO"), ("birth_or_incorp_date", "BIRTH"), ("gender", "GENDER"))
            if row.get(column)
        ]
    for row in identities.get("party_contact_point", ()):
        found.append(Fact(row["party_id"], row["type"], row["value"], token=row.get("value_hash") or ""))
    for row in identities.get("account", ()):
        if row.get("account_no_masked"):
            token = row.get("account_no_masked_hash") or ""
            found.append(Fact(row["party_id"], "ACCOUNT", row["account_no_masked"], row["account_id"], token))
    for row in identities.get("contact_person", ()):
        found.append(Fact(row["org_party_id"], "CONTACT", row["name"], row["contact_id"]))
    return found


def store(entity: str, facts: Sequence[Fact]) -> None:
    """Seal and keep identifiers; one that is there already stays as it is."""
    for start in range(0, len(facts), BATCH):
        part = facts[start : start + BATCH]
        codes = {fact.party for fact in part}
        parties = {
            row.code: row for row in Party.objects.filter(entity=entity, code__in=codes).only("id", "code", "domain", "branch_id")
        }
        rows = [_row(entity, parties[fact.party], fact) for fact in part if fact.party in parties]
        PartyIdentity.objects.bulk_create(rows, ignore_conflicts=True)


def _row(entity: str, party: Party, fact: Fact) -> PartyIdentity:
    token = fact.token or match_hash(fact.value)
    place = f"{party.pk}|{fact.kind}|{fact.ref}|{token}"
    return PartyIdentity(
        entity=entity, party=party, domain=party.domain, branch_id=party.branch_id, kind=fact.kind, ref=fact.ref,
        value=encrypt(fact.value, table=TABLE, column="value", row=place), masked=MASKS[fact.kind](fact.value)[:200],
        match_hash=token,
    )  # fmt: skip


def store_counterparties(entity: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep the names behind account hashes of other banks."""
    names = {
        row["counterparty_account_masked_hash"]: row["counterparty_name"] for row in rows if row.get("counterparty_name")
    }
    found = [
        CounterpartyIdentity(
            entity=entity, match_hash=token, value=encrypt(name, table="clients_counterpartyidentity", column="value", row=token)
        )
        for token, name in names.items()
    ]
    CounterpartyIdentity.objects.bulk_create(found, ignore_conflicts=True, batch_size=BATCH)


def erase(entity: str, requests: Iterable[tuple[str, str]]) -> None:
    """Apply erasure requests (party, ERASE or RESTRICT): an erased party keeps its figures, but no name and no identifier."""
    for code, action in requests:
        parties = Party.objects.filter(entity=entity, code=code)
        if action == "RESTRICT":
            parties.update(restricted=True)
            continue
        PartyIdentity.objects.filter(party__in=parties).delete()
        parties.update(
            name=ERASED, name_en="", former_name="", uscc="", pinyin_key="", grams=[], search_text="", restricted=True
        )
