"""A bank of a few rows, and the means to write its deliveries as a bank would."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jinlan.lake.extracts.layout import arrow_type, extract_columns
from jinlan.lake.extracts.schema import TABLES

ENTITY = "TNY"
SECRET = b"a key of thirty-two bytes for us"
FIRST = date(2026, 1, 30)
Row = dict[str, Any]
Tables = dict[str, list[Row]]


def money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def branch(code: str = "B1", **more: Any) -> Row:
    return {"branch_id": code, "name": f"{code} 支行", "level": 2, "region_code": "110000", **more}


def product(code: str = "CUR", family: str = "DEPOSIT", **more: Any) -> Row:
    return {"product_code": code, "family": family, "name_zh": code, "status": "ON_SALE", **more}


def party(code: str = "P1", **more: Any) -> Row:
    return {
        "party_id": code, "party_type": "ORG", "name_zh": f"星河{code}有限公司", "party_status": "ACTIVE",
        "home_branch_id": "B1", "id_country": "CN", "source_system": "ECIF", "source_key": f"K-{code}", **more,
    }  # fmt: skip


def account(code: str = "A1", owner: str = "P1", **more: Any) -> Row:
    return {
        "account_id": code, "party_id": owner, "product_code": "CUR", "currency": "CNY", "open_date": date(2020, 1, 1),
        "status": "ACTIVE", "branch_id": "B1", "account_no_masked": f"6222 {code} 00** **** 0001", **more,
    }  # fmt: skip


def balance(code: str = "A1", amount: str = "100.00", **more: Any) -> Row:
    return {"account_id": code, "closing_balance": money(amount), "balance_base": money(amount), **more}


def txn(code: str, day: date, amount: str = "10.00", account_id: str = "A1", **more: Any) -> Row:
    return {
        "txn_id": code, "account_id": account_id, "booking_date": day, "amount": money(amount), "currency": "CNY",
        "credit_debit_ind": "CRDT", "txn_type": "TRANSFER", "status": "BOOK", "is_internal": False,
        "is_reversal": False, "booking_ts": datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC), **more,
    }  # fmt: skip


def loan(code: str = "L1", **more: Any) -> Row:
    return {
        "loan_id": code, "account_id": "A1", "party_id": "P1", "currency": "CNY", "principal": money("1000"),
        "outstanding": money("800"), "start_date": date(2025, 1, 1), "maturity_date": date(2027, 1, 1), "dpd": 0,
        "five_tier": "1", "ecl_stage": "1", **more,
    }  # fmt: skip


def first_day(count: int = 4) -> Tables:
    """A first delivery with all required tables: `count` companies with one account of 100 yuan each."""
    numbers = range(1, count + 1)
    return {
        "branch": [branch()],
        "product": [product()],
        "party": [party(f"P{n}") for n in numbers],
        "account": [account(f"A{n}", f"P{n}") for n in numbers],
        "balance_daily": [balance(f"A{n}") for n in numbers],
        "transaction": [txn(f"T{n}-0", FIRST, account_id=f"A{n}") for n in numbers],
    }


def next_day(day: date, count: int = 4, amount: str = "110.00") -> Tables:
    """A later day: each account receives 10 yuan."""
    numbers = range(1, count + 1)
    return {
        "balance_daily": [balance(f"A{n}", amount) for n in numbers],
        "transaction": [txn(f"T{n}-{day}", day, account_id=f"A{n}") for n in numbers],
    }


def write(
    out: Path, tables: Mapping[str, Sequence[Row]], *, day: date = FIRST, delivery: int = 1, last: date | None = None,
    modes: Mapping[str, str] | None = None, manifest: bool = True, claims: Mapping[str, Row] | None = None,
) -> Path:  # fmt: skip
    """Write one delivery (a history when `last` is given) and return its folder; `claims` overrides the manifest."""
    span = f"history={day}..{last}" if last else f"as_of_date={day}"
    folder = out / ENTITY / span / f"delivery={delivery}"
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, rows in tables.items():
        file = folder / f"{name}.parquet"
        pq.write_table(arrow(name, rows, day if last is None else None), file)
        mode = (modes or {}).get(name, "delta" if TABLES[name].kind == "event" else "full")
        entries.append(
            {"table": name, "file": file.name, "mode": mode, "rows": len(rows), "sha256": sha256(file), "control": {},
             **(claims or {}).get(name, {})}
        )  # fmt: skip
    when: Row = {"history": [str(day), str(last)]} if last else {"as_of_date": str(day)}
    body = {"entity": ENTITY, **when, "delivery": delivery, "schema_version": 1, "base_currency": "CNY",
            "produced_at": f"{day + timedelta(days=1)}T02:00:00+08:00", "tables": entries}  # fmt: skip
    if manifest:
        (folder / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    return folder


def arrow(name: str, rows: Sequence[Row], day: date | None) -> pa.Table:
    """Build the delivered table: every extract column, `as_of_date` filled with `day` where a row has none."""
    columns = [
        c
        for c in extract_columns(TABLES[name])
        if c.name != "change_type" or any("change_type" in r for r in rows)
    ]
    schema = pa.schema([(column.name, arrow_type(column)) for column in columns])
    return pa.Table.from_pylist([{"as_of_date": day, **row} for row in rows], schema=schema)


def write_csv(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], encoding: str, delimiter: str
) -> None:
    """Write delimited text as an old core system would."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
