"""White space: which member has which product, from the plan, else from the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.domains.engagement import plan_words as words
from jinlan.domains.engagement.rules.document import PRODUCTS, Entry
from jinlan.domains.engagement.rules.plan import CELL
from jinlan.domains.engagement.selectors.plans import value_in
from jinlan.serving import selectors as serving

Context = dict[str, Any]
SHOWN = 12  # members of a grid
# A product that figures of a member show: it has it where the figure is above zero.
SHOWN_BY: Mapping[str, str] = {
    "DEPOSIT": "deposit_avg_12m",
    "LOAN": "loan",
    "SETTLE": "settlement_12m",
    "WEALTH": "aum",
}


def members_seen(actor: Actor, unit: Any, as_of: date) -> list[tuple[str, str, int]]:
    """Return the members of a unit in sight: public id, name, key."""
    members = clients.members_of(actor, unit=unit, as_of=as_of)
    return [
        (str(one.party.public_id), one.party.name, one.party.pk) for one in members if one.party is not None
    ]


def grid(actor: Actor, unit: Any, entries: Sequence[Entry], result: Any, *, as_of: date) -> Context:
    """Return the products, and a row for the whole client and each member: what is written, else what the figures show."""
    written = {(one.member, one.product): one for one in entries if one.kind == CELL}
    members = members_seen(actor, unit, as_of)
    own = serving.member_results(actor, unit_id=unit.pk, as_of=as_of)
    lines = [("", _("整户"), result), *((key, name, own.get(party)) for key, name, party in members[:SHOWN])]
    rows = [
        {"name": name, "cells": [_cell(key, code, written.get((key, code)), found) for code in PRODUCTS]} for key, name, found in lines
    ]  # fmt: skip
    return {
        "products": [words.PRODUCTS[code] for code in PRODUCTS],
        "rows": rows,
        "hidden": max(0, len(members) - SHOWN),
    }


def _cell(member: str, product: str, one: Entry | None, result: Any) -> Context:
    code = SHOWN_BY.get(product)
    value = value_in(result, code) if one is None and code and result is not None else None
    standing = one.standing if one else "HAVE" if value is not None and value > 0 else ""
    return {
        "member": member, "product": product, "word": words.PRODUCTS[product], "entry": one, "look": words.STANDINGS.get(standing),
        "by_data": one is None and bool(standing),
    }  # fmt: skip
