"""The identity vault: what a load brings of direct identifiers, sealed, masked and hashed; and erasing a client."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from jinlan.clients.models import (
    CounterpartyIdentity,
    Party,
    PartyIdentity,
    PartyKey,
    Unit,
    UnitMember,
    data_keys,
    place_of,
)
from jinlan.kernel.bulk import insert, stage
from jinlan.kernel.crypto import match_hash
from jinlan.kernel.masking import (
    mask_account,
    mask_address,
    mask_email,
    mask_hidden,
    mask_id,
    mask_person,
    mask_phone,
)
from jinlan.kernel.sealed import sealed_field

BATCH = 20_000
VALUE, COUNTERPARTY = sealed_field(PartyIdentity, "value"), sealed_field(CounterpartyIdentity, "value")
MASKS = {
    "ID_NO": mask_id, "MOBILE": mask_phone, "EMAIL": mask_email, "ADDR": mask_address, "BIRTH": mask_hidden,
    "GENDER": mask_hidden, "ACCOUNT": mask_account, "CONTACT": mask_person,
}  # fmt: skip
SINGLE = (
    "ID_NO",
    "BIRTH",
    "GENDER",
    "ACCOUNT",
    "CONTACT",
)  # a new value replaces the old one of the same reference
ERASED = "已删除"
_COLUMNS = {
    "entity": "text", "party_id": "bigint", "domain": "smallint", "branch_id": "bigint", "kind": "text", "ref": "text",
    "value": "bytea", "masked": "text", "match_hash": "text",
}  # fmt: skip
_NEW = """
select s.place from pg_temp.facts s join clients_party p on p.entity = %s and p.code = s.party and not p.erased
 where not exists (select from clients_partyidentity i
                    where i.party_id = p.id and i.kind = s.kind and i.ref = s.ref and i.match_hash = s.token)
"""
_REPLACED = """
delete from clients_partyidentity i using pg_temp.facts s, clients_party p
 where p.entity = %s and p.code = s.party and i.party_id = p.id and i.kind = s.kind and i.ref = s.ref
   and i.match_hash <> s.token and s.kind = any(%s)
"""


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


def store(entity: str, facts: Sequence[Fact]) -> int:
    """Seal and keep identifiers that are not there yet and return how many; erased parties stay erased."""
    return sum(_store(entity, facts[start : start + BATCH]) for start in range(0, len(facts), BATCH))


def _store(entity: str, facts: Sequence[Fact]) -> int:
    """Only what is new is sealed: the same delivery again costs a comparison."""
    named = {(fact.party, fact.kind, fact.ref, token): fact for fact in facts for token in (_token(fact),)}
    keys = list(named)
    columns = {"place": "int", "party": "text", "kind": "text", "ref": "text", "token": "text"}
    stage(columns, ((place, *key) for place, key in enumerate(keys)), table="facts")
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [entity])
        fresh = [keys[place] for (place,) in cursor.fetchall()]
        cursor.execute(_REPLACED, [entity, list(SINGLE)])
    codes = {key[0] for key in fresh}
    parties = {
        code: place
        for code, *place in Party.objects.filter(entity=entity, code__in=codes).values_list(
            "code", "id", "domain", "branch_id"
        )
    }
    data = data_keys([place[0] for place in parties.values()], entity)
    rows = (_row(entity, parties[key[0]], named[key], key[3], data) for key in fresh)
    return insert(PartyIdentity._meta.db_table, _COLUMNS, rows)


def _token(fact: Fact) -> str:
    return fact.token or match_hash(fact.value)


def _row(
    entity: str, party: Sequence[int], fact: Fact, token: str, keys: Mapping[int, bytes]
) -> tuple[Any, ...]:
    place = place_of(party[0], fact.kind, fact.ref, token)
    sealed = VALUE.seal(fact.value, place, keys[party[0]])
    return (entity, *party, fact.kind, fact.ref, sealed, MASKS[fact.kind](fact.value)[:200], token)


def store_counterparties(entity: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Keep the names behind account hashes of other banks, the first one said of each; return how many are new."""
    names: dict[str, str] = {}
    for row in rows:
        if row.get("counterparty_name"):
            names.setdefault(row["counterparty_account_masked_hash"], row["counterparty_name"])
    stage({"match_hash": "text"}, ((token,) for token in names), table="facts")
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.match_hash from pg_temp.facts s where not exists (select from clients_counterpartyidentity c "
            "where c.entity = %s and c.match_hash = s.match_hash)",
            [entity],
        )
        fresh = [token for (token,) in cursor.fetchall()]
    return insert(
        CounterpartyIdentity._meta.db_table,
        {"entity": "text", "match_hash": "text", "value": "bytea"},
        _sealed(entity, names, fresh),
    )


def _sealed(entity: str, names: Mapping[str, str], tokens: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    for token in tokens:
        yield entity, token, COUNTERPARTY.seal(names[token], token)


Erase = Callable[[Collection[int]], None]
_erasing: list[Erase] = []


def register_erasing(also: Erase) -> None:
    """Say what else goes with parties that are erased, by their keys, in the same transaction of the system."""
    if also not in _erasing:
        _erasing.append(also)


def erase(entity: str, requests: Iterable[tuple[str, str]]) -> None:
    """Apply erasure requests (party, ERASE or RESTRICT): an erased party keeps its figures, but no name and no identifier."""
    for code, action in requests:
        parties = Party.objects.filter(entity=entity, code=code)
        if action == "RESTRICT":
            parties.update(restricted=True)
        else:
            _erase(entity, parties)


def _erase(entity: str, parties: Any) -> None:
    """Take the party's name out of its units too; they are found by their other members until the next publication."""
    identities = PartyIdentity.objects.filter(party__in=parties)
    tokens = list(identities.filter(kind="ACCOUNT").values_list("match_hash", flat=True))
    CounterpartyIdentity.objects.filter(entity=entity, match_hash__in=tokens).delete()
    identities.delete()
    keys = list(parties.values_list("id", flat=True))
    for also in _erasing:
        also(keys)
    # What a backup or a dead row still holds opens no more
    PartyKey.objects.filter(party__in=parties).delete()
    named = {"name": ERASED, "pinyin_key": "", "grams": [], "search_text": ""}
    parties.update(**named, name_en="", former_name="", uscc="", restricted=True, erased=True)
    Unit.objects.filter(root_party__in=parties).update(**named)
    for unit in Unit.objects.filter(pk__in=UnitMember.objects.filter(party__in=parties).values("unit_id")):
        left = Party.objects.filter(
            Q(pk=unit.root_party_id) | Q(pk__in=unit.members.values("party_id")), erased=False
        )
        lines = dict.fromkeys(line for party in left for line in party.search_text.split("\n") if line)
        unit.search_text, unit.grams = (
            "\n".join(lines),
            sorted({gram for party in left for gram in party.grams}),
        )
        unit.save(update_fields=["search_text", "grams"])
