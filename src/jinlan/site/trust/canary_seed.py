"""Plants a word of its own into every classified (C2) text of every row of the bank, and remembers who may read it.

Who may read a row is what P2 says of its table; a field with a mask of its own is read in plain by nobody. Identifiers go into the
vault by the way that loads take.
"""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.apps import apps
from django.db import models

from jinlan.clients import vault
from jinlan.kernel.fields import Classified
from jinlan.kernel.testing import ENTITY, writing
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.facts import Sight
from jinlan.site.trust.lists import LISTS_OF_UNITS
from jinlan.site.trust.tables import TABLES, UNIT_ID, Keys, Table

WORD = re.compile(r"jlk[a-z2-7]{9}", re.IGNORECASE)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
SHORT = 12  # a word is so long; shorter fields hold codes
# Codes, keys and hashes in longer fields; what holds the mask itself, made by the vault.
CODES = {"entity", "kind", "purpose", "tier_state", "tier_source", "text_version", "act", "payload_hash", "unit_code", "gates", "check_code", "source_key", "text_sha256", "masked", "match_hash", "grams", "proposer", "checker", "approver", "excuse_code", "excuse_asked_by", "excused_by"}  # fmt: skip
NEVER = {"id", "phone", "address", "account"}  # masks that nobody's sight lifts
KINDS = ("ID_NO", "MOBILE", "EMAIL", "ADDR", "ACCOUNT", "CONTACT", "BIRTH")


@dataclass(frozen=True, slots=True)
class Secret:
    """What a word stands for: a field of a row, and whom the row is about; `sealed`: of the vault."""

    table: str
    field: str
    keys: Keys
    mask: str
    sealed: bool = False


@dataclass
class Seeds:
    """The words, and how many of them by field."""

    dice: random.Random
    words: dict[str, Secret] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)  # fields of tables without a row here

    def word(self, secret: Secret) -> str:
        """Return a new word for a field."""
        made = "jlk" + "".join(self.dice.choices(LETTERS, k=SHORT - 3))
        self.words[made] = secret
        self.fields[f"{secret.table}.{secret.field}"] += 1
        return made

    def sealed(self) -> frozenset[str]:
        """Return the words of the vault."""
        return frozenset(word for word, secret in self.words.items() if secret.sealed)


def table_of(name: str) -> Table | None:
    """Return what P2 says of a table; lists of rooms are about units."""
    lists = {name.replace("-", "_") for name in LISTS_OF_UNITS}
    return TABLES.get(name) or (
        Table(lambda seen, keys: keys[0] in seen.figures, UNIT_ID)
        if name.partition("_")[0] in lists
        else None
    )


def may_read(secret: Secret, who: str, seen: Sight, entity: str) -> bool:
    """Tell whether somebody may read a word in plain, without asking for more."""
    table = table_of(secret.table)
    if secret.sealed or secret.mask in NEVER or table is None or entity != ENTITY:
        return False
    if secret.table == "kernel_auditentry":  # the audit administrator reads what is said about people only
        return seen.secret or (seen.whole and "auditor" in seen.roles)
    unit, party, house, person = secret.keys
    return table.see(seen, (unit, party, house, "me" if person == who else person))


def classified(model: type[models.Model]) -> Iterator[tuple[Any, Classified]]:
    """Yield the fields of a model that hold a text of class C2."""
    classes: dict[str, Classified] = getattr(model, "CLASSES", {})
    for one in model._meta.concrete_fields:
        told = classes.get(one.name) or classes.get("*")
        text = one.get_internal_type() in ("CharField", "TextField", "JSONField", "BinaryField")
        long = (one.max_length or 1000) > SHORT and not one.choices
        if told and told.c_class == "C2" and text and long and one.name not in CODES and not one.is_relation:
            yield one, told


def plant(bank: Bank, admin: Admin, seed: int) -> Seeds:
    """Fill the connected bank with words."""
    seeds = Seeds(random.Random(seed))  # noqa: S311  a test's dice
    admin.execute("delete from clients_partyidentity")  # those of the bank are made up and open nowhere
    _identities(bank, seeds)
    tracked = {
        row[0]
        for row in admin.execute(
            "select tgrelid::regclass::text from pg_trigger where tgfoid = 'sec.row_changed'::regproc"
        ).fetchall()
    }
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        table = model._meta.db_table
        found = [(one, told) for one, told in classified(model) if one.get_internal_type() != "BinaryField"]
        if not found or table == "kernel_rowchange":  # which keeps what is changed below
            continue
        if table_of(table) is None:
            seeds.empty += [f"{table}.{one.name}" for one, _told in found]
            continue
        # Where changes are tracked the history is to know the words; everywhere else, and by other triggers, nothing may stop them.
        admin.execute("set session_replication_role = " + ("origin" if table in tracked else "replica"))
        if table in tracked:
            _guards(admin, table, "disable")
        rows = _rows(admin, table)
        seeds.empty += [] if rows else [f"{table}.{one.name}" for one, _told in found]
        for key, keys in rows.items():
            _row(
                admin,
                seeds,
                table,
                key,
                [(one, Secret(table, one.name, keys, told.mask)) for one, told in found],
            )
        if table in tracked:
            _guards(admin, table, "enable")
    admin.execute("set session_replication_role = origin")
    return seeds


def _guards(admin: Admin, table: str, what: str) -> None:
    """Switch the triggers of a table that hold rules; the one that keeps its history works on."""
    names = admin.execute(
        "select quote_ident(tgname) from pg_trigger where tgrelid = %s::regclass and not tgisinternal and tgfoid <> 'sec.row_changed'::regproc",
        [table],
    ).fetchall()
    for (name,) in names:
        admin.execute(statement(f"alter table {table} {what} trigger {name}"))


def _rows(admin: Admin, table: str) -> dict[int, Keys]:
    one = table_of(table) or Table(lambda _seen, _keys: False)
    entity = "t.entity" if _has(admin, table, "entity") else f"'{ENTITY}'"
    only = (
        "where t.object_type not in ('person', 'role', 'session', 'setting', 'audit')"
        if table == "kernel_auditentry"
        else ""
    )
    sql = f"select t.id, coalesce({one.unit}, ''), coalesce({one.party}, ''), {entity}, coalesce({one.person}, '') from {table} t {only}"
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in admin.execute(statement(sql)).fetchall()}


def _has(admin: Admin, table: str, column: str) -> bool:
    sql = "select 1 from pg_attribute where attrelid = %s::regclass and attname = %s and not attisdropped"
    return admin.execute(sql, [table, column]).fetchone() is not None


def _row(admin: Admin, seeds: Seeds, table: str, key: int, fields: list[tuple[Any, Secret]]) -> None:
    """Write the words of one row: a text is replaced, an object gets one value more."""
    parts, values = [], []
    for one, secret in fields:
        word = seeds.word(secret)
        if one.name == "payload":  # an act's own arguments: one of those that people write
            parts.append(
                "payload = jsonb_set(jsonb_set(payload, '{reason}', %s::jsonb, false), '{evidence}', %s::jsonb, false)"
            )
            values += [json.dumps(word)] * 2
        elif one.get_internal_type() == "JSONField":
            inner: Any = {"v": None, "s": "missing", "note": word} if one.name == "measures" else word
            parts.append(
                f'"{one.column}" = case jsonb_typeof("{one.column}") when \'object\' then "{one.column}" || %s::jsonb when \'array\' then "{one.column}" else %s::jsonb end'
            )
            values += [json.dumps({"canary": inner}), json.dumps({"canary": inner})]
        else:
            parts.append(f'"{one.column}" = %s')
            values.append(f"{word}有限公司" if one.name == "name" else word)
    admin.execute(statement(f"update {table} set {', '.join(parts)} where id = %s"), [*values, key])


def _identities(bank: Bank, seeds: Seeds) -> None:
    """Bring identifiers as a load does: sealed, masked and hashed by the vault."""
    facts = []
    for code in sorted(bank.facts.parties):
        for kind in KINDS:
            secret = Secret("clients_partyidentity", "value", ("", code, ENTITY, ""), "phone", sealed=True)
            word = seeds.word(secret)
            facts.append(
                vault.Fact(
                    code,
                    kind,
                    f"{word}@example.com" if kind == "EMAIL" else word,
                    "1" if kind in ("ACCOUNT", "CONTACT") else "",
                )
            )
    other = replace(secret, table="clients_counterpartyidentity", keys=("", "", ENTITY, ""))
    names = [
        {"counterparty_name": seeds.word(other), "counterparty_account_masked_hash": f"h{number}"}
        for number in range(20)
    ]
    with writing():
        vault.store(ENTITY, facts)
        vault.store_counterparties(ENTITY, names)
