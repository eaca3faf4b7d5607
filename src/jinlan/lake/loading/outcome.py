"""What a load brings besides rows: identities for the vault, erasures, the earliest day whose figures may change."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from datetime import date

import pyarrow as pa

from jinlan.lake import engines
from jinlan.lake.engines import quoted
from jinlan.lake.extracts.schema import Table
from jinlan.lake.loading import lookups
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.loading.rules import alive

# Events that measures look at, by the day on which they count.
_DATED = ("transaction", "fee", "partner_volume", "party_merge")
_COUNTERPARTY = ("counterparty_account_masked", "counterparty_name")


def identities(bench: Bench) -> dict[str, pa.Table]:
    """Return the direct identifiers of a delivery per table, the newest good row of each key, in clear.

    Columns: key, references to party, vault and hash columns, ``<column>_hash`` beside hashed ones, as_of_date.
    ``counterparty`` holds each distinct pair of account token and name: ``counterparty_account_masked_hash``,
    ``counterparty_account_masked``, ``counterparty_name``.
    """
    found: dict[str, pa.Table] = {}
    for name, staged in bench.staged.items():
        if name == "transaction":
            if not staged.delivered.isdisjoint(_COUNTERPARTY):
                found["counterparty"] = _counterparties(bench, staged)
        elif any(column.keep in ("vault", "hash") for column in staged.table.columns):
            found[name] = _newest(bench, staged)
    return found


def _newest(bench: Bench, staged: Staged) -> pa.Table:
    table = staged.table
    names = [*table.key]
    names += [column.name for column in table.columns if column.references == "party"]
    names += [column.name for column in table.columns if column.keep in ("vault", "hash")]
    names += [f"{column.name}_hash" for column in table.columns if column.keep == "hash"]
    select = ", ".join(quoted(name) for name in dict.fromkeys([*names, "as_of_date"]))
    keys = ", ".join(quoted(key) for key in table.key)
    newest = (
        f"(SELECT * FROM {staged.good} WHERE {alive(table)}"
        f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY as_of_date DESC) = 1)"
    )
    rows = lookups.with_tokens(bench, staged, newest)
    return engines.fetch(bench.con, f"SELECT {select} FROM {rows} ORDER BY {keys}")


def _counterparties(bench: Bench, staged: Staged) -> pa.Table:
    """A name without an account number cannot be reached from the lake and is not kept."""
    account, name = _COUNTERPARTY
    pairs = f"(SELECT DISTINCT {account}, {name}, {_own_token(staged, account)} FROM {staged.good})"
    rows = lookups.with_tokens(bench, staged, pairs)
    query = f"SELECT DISTINCT {account}_hash, {account}, {name} FROM {rows} WHERE {account}_hash IS NOT NULL ORDER BY ALL"
    return engines.fetch(bench.con, query)


def _own_token(staged: Staged, column: str) -> str:
    return quoted(f"{column}_hash") if column in staged.tokens else "1 AS _one"


def erasures(bench: Bench) -> list[tuple[str, str]]:
    """Return (party_id, RESTRICT or ERASE) of the delivery's good erasure rows, in order of request."""
    if "erasure" not in bench.staged:
        return []
    rows = bench.run(f"SELECT party_id, action FROM {bench.staged['erasure'].good} ORDER BY ts, party_id")
    return [(str(party), str(action)) for party, action in rows]


def touched_from(bench: Bench) -> date:
    """Return the earliest business date whose figures this delivery may change.

    Late events count on their own day, and so do the events of a day that a correction replaces. Master data never
    reaches back: the state on a date is made of rows delivered up to that date.
    """
    earliest = bench.first
    for name in _DATED:
        if name not in bench.staged:
            continue
        table = bench.staged[name].table
        sources = [bench.staged[name].good]
        if name in bench.versions:
            sources.append(bench.lake(name, bench.first, bench.last))
        for source in sources:
            day = _earliest(bench, table, source)
            earliest = min(earliest, day) if day else earliest
    return earliest


def _earliest(bench: Bench, table: Table, source: str) -> date | None:
    day = bench.one(f"SELECT min({quoted(table.event_date)}) FROM {source}")[0]
    return day if isinstance(day, date) else None
