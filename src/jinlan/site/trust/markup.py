"""Texts that are a script in some place of a page, and a bank whose every text field holds one."""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from django.db import models

from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.canary_seed import CODES

RUN = "window.jlHole=1"
BEFORE = ("", '"', "'", '">', "'>", "</script>", "</style>", "</textarea>", "</title>", "-->", "]]>", "`", "\u2028", "＜", "%3C", "&quot;>", '" x="')  # fmt: skip
AFTER = (
    "<jl-hole>", f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<details open ontoggle={RUN}>",
    '<iframe srcdoc="<script>parent.jlHole=1</script>">', f"<input autofocus onfocus={RUN}>", f"<a href=javascript:{RUN}>x</a>", f"javascript:{RUN}",
    f"<math><mtext><script>{RUN}</script>", f"<style onload={RUN}></style>", "<base href=//x>", f"<object data=javascript:{RUN}>", f"<video><source onerror={RUN}>",
    f"<jl-hole hx-get=/ hx-trigger=load hx-on::load={RUN}>", f"';{RUN}//", f"${{{RUN}}}", f"{{{{{RUN}}}}}", f"\\u003cscript\\u003e{RUN}", f" onmouseover={RUN} ", f" autofocus onfocus={RUN} x=",
)  # fmt: skip
PAYLOADS = tuple(before + after for before, after in itertools.product(BEFORE, AFTER))
# Tables of the framework and of what is signed or parsed; columns that are keys, hashes or words of the product.
LEFT = ("django_", "auth_", "axes_", "kernel_passwordrecord", "kernel_auditbatch", "kernel_receipt", "strategy_definitionversion", "compliance_consenttext")  # fmt: skip
KEYS = CODES - {"proposer", "checker", "approver", "masked", "gates"} | {"code", "username", "password", "employee_code", "branch_code", "currency", "table_name", "row_id", "agent_hash", "status", "party_type", "op", "resource", "payload", "credential_id", "excused_by", "minutes_by", "withdrawn_by", "after", "why", "parent"}  # fmt: skip
OBJECTS = {"before", "after", "old", "new"}  # of which pages show every name and value
LEAST = 16  # shorter fields hold codes


def texts(model: type[models.Model]) -> Iterator[Any]:
    """Yield the fields of a model that hold a text which somebody wrote."""
    unique = {
        name
        for one in model._meta.constraints
        if isinstance(one, models.UniqueConstraint)
        for name in one.fields
    }
    for one in model._meta.concrete_fields:
        text = one.get_internal_type() in ("CharField", "TextField") and (one.max_length or 1000) >= LEAST
        known = (
            one.choices
            or one.unique
            or one.primary_key
            or one.name in KEYS | unique
            or one.name.endswith("_hash")
        )
        if (text and not known) or (one.get_internal_type() == "JSONField" and one.name in OBJECTS):
            yield one


def plant(admin: Admin, dice: random.Random) -> Counter[str]:
    """Write a payload into every text of every row; return how many by field."""
    planted: Counter[str] = Counter()
    admin.execute("set session_replication_role = replica")
    for model in sorted(apps.get_models(), key=lambda one: one._meta.db_table):
        table, key = model._meta.db_table, model._meta.pk.column
        fields = [] if table.startswith(LEFT) else list(texts(model))
        for (row,) in admin.execute(statement(f'select "{key}" from {table}')).fetchall() if fields else ():
            fields = _written(admin, table, key, row, fields, dice)
            planted.update(f"{table}.{one.name}" for one in fields)
    admin.execute("set session_replication_role = origin")
    return planted


def _written(admin: Admin, table: str, key: str | None, row: Any, fields: list[Any], dice: random.Random) -> list[Any]:  # fmt: skip
    """Write payloads into the fields of a row; return those that took one: what a rule of the table speaks of is left as it is."""
    while fields:
        parts, values = zip(*(_part(one, dice) for one in fields), strict=True)
        try:
            admin.execute(
                statement(f'update {table} set {", ".join(parts)} where "{key}" = %s'), [*values, row]
            )
        except psycopg.errors.CheckViolation as error:
            held = _columns_of(admin, table, str(error.diag.constraint_name))
            if not held & {one.column for one in fields}:
                raise
            fields = [one for one in fields if one.column not in held]
        else:
            break
    return fields


def _columns_of(admin: Admin, table: str, rule: str) -> set[str]:
    found = admin.execute(
        "select a.attname from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) "
        "where c.conrelid = %s::regclass and c.conname = %s", [table, rule]
    ).fetchall()  # fmt: skip
    return {str(one[0]) for one in found}


def _part(one: Any, dice: random.Random) -> tuple[str, str]:
    fits = [text for text in PAYLOADS if len(text) <= (one.max_length or 1000)]
    text = dice.choice(fits)
    if one.get_internal_type() == "JSONField":
        return f'"{one.column}" = case when jsonb_typeof("{one.column}") = \'object\' then "{one.column}" || %s::jsonb else "{one.column}" end', json.dumps({text: text, "note": text})  # fmt: skip
    return f'"{one.column}" = %s', text
