"""What rows of one table must know of others: known keys, newest rows, tokens; built once per load when asked for."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from jinlan.lake import engines
from jinlan.lake.engines import quoted
from jinlan.lake.extracts.layout import lake_key
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.tokens import tokens

_TOKEN_BATCH = 50_000


def known_keys(bench: Bench, name: str) -> str | None:
    """Return a table ``(key)`` of all keys of `name` in the lake and among the good rows; None if it is nowhere."""
    if not bench.has(name):
        return None
    relation = f"k_{name}"
    if relation not in bench.made:
        key = TABLES[name].key[0]
        parts = [f"SELECT {quoted(key)} AS key FROM {bench.lake(name)}"] if name in bench.versions else []
        if name in bench.staged:
            parts.append(f"SELECT {quoted(key)} AS key FROM {bench.staged[name].good}")
        bench.make(relation, f"SELECT DISTINCT key FROM ({' UNION ALL '.join(parts)}) WHERE key IS NOT NULL")
    return relation


def newest(bench: Bench, name: str, *columns: str) -> str:
    """Return a table with the newest row of each key (lake and good rows together), deletions left out.

    `columns` are wanted besides the key; ``_row`` is the staged row, null when it comes from the lake.
    """
    relation = f"n_{name}"
    if relation not in bench.made:
        keys = TABLES[name].key
        wanted = ", ".join(
            quoted(column) for column in dict.fromkeys((*keys, *columns, "as_of_date", "change_type"))
        )
        parts = [f"SELECT {wanted}, CAST(NULL AS BIGINT) AS _row FROM {bench.kept(name)}"]
        if name in bench.staged:
            parts.append(f"SELECT {wanted}, _row FROM {bench.staged[name].good}")
        partition = ", ".join(quoted(key) for key in keys)
        bench.make(
            relation,
            f"SELECT * FROM ({' UNION ALL '.join(parts)})"
            f" QUALIFY row_number() OVER (PARTITION BY {partition} ORDER BY as_of_date DESC, _row DESC NULLS LAST) = 1",
        )
        bench.run(f"DELETE FROM {relation} WHERE change_type = 'D'")
    return relation


def accounts(bench: Bench) -> str:
    """Return a table (id, account_id, currency, open_date, close_date, family) of every known account.

    `id` is a number of this load only: joins of tens of millions of balances by text would be several times slower.
    """
    if "l_account" not in bench.made:
        rows = newest(bench, "account", "currency", "open_date", "close_date", "product_code")
        products = newest(bench, "product", "family") if bench.has("product") else None
        family, join = "CAST(NULL AS VARCHAR)", ""
        if products:
            family, join = "p.family", f"LEFT JOIN {products} p ON p.product_code = a.product_code"
        bench.make(
            "l_account",
            "SELECT CAST(row_number() OVER () AS INTEGER) AS id, a.account_id, a.currency, a.open_date, a.close_date,"
            f" {family} AS family FROM {rows} a {join}",
        )
    return "l_account"


def token_table(bench: Bench, staged: Staged, column: str) -> str:
    """Return a table (value, hash) with the token of every distinct value of a hashed column."""
    relation = f"t_{staged.table.name}_{column}"
    if relation not in bench.made:
        bench.make(
            relation, "SELECT CAST(NULL AS VARCHAR) AS value, CAST(NULL AS VARCHAR) AS hash WHERE false"
        )
        query = f"SELECT DISTINCT {quoted(column)} AS value FROM {staged.name} WHERE {quoted(column)} <> ''"
        for batch in engines.batches(bench.con, query, _TOKEN_BATCH):
            values = batch.column(0)
            made = pa.table(
                {"value": values, "hash": pa.array(tokens(bench.secret, values.to_pylist()), pa.string())}
            )
            engines.append(bench.con, relation, made)
    return relation


def with_tokens(bench: Bench, staged: Staged, source: str) -> str:
    """Return `source` (rows of `staged`) with ``<column>_hash`` beside every hashed column, as a relation."""
    own_columns = ", ".join(quoted(f"{column}_hash") for column in sorted(staged.tokens))
    select, joins = [f"s.* EXCLUDE ({own_columns})" if own_columns else "s.*"], []
    for index, column in enumerate(_hashed(staged)):
        own = f"s.{quoted(column + '_hash')}" if column in staged.tokens else None
        alias = f"h{index}"
        if column in staged.delivered:
            joins.append(
                f"LEFT JOIN {token_table(bench, staged, column)} {alias} ON {alias}.value = s.{quoted(column)}"
            )
            value = f"coalesce({own}, {alias}.hash)" if own else f"{alias}.hash"
        else:
            value = own or "CAST(NULL AS VARCHAR)"
        select.append(f"{value} AS {quoted(column + '_hash')}")
    return f"(SELECT {', '.join(select)} FROM {source} s {' '.join(joins)})"


def _hashed(staged: Staged) -> Iterator[str]:
    return (column.name for column in staged.table.columns if column.keep == "hash")


def keyed(bench: Bench, staged: Staged, source: str) -> str:
    """Return rows of `source` whose key columns also stand under their lake names (tokens where hashed)."""
    hashed = any(staged.table.by_name[name].keep == "hash" for name in staged.table.key)
    return with_tokens(bench, staged, source) if hashed else source


def same_key(staged: Staged, left: str, right: str) -> str:
    """Return the SQL condition that two rows have the same lake key."""
    return " AND ".join(f"{left}.{quoted(key)} = {right}.{quoted(key)}" for key in lake_key(staged.table))
