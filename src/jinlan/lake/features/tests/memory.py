"""A lake view over in-memory rows, with the interface of `jinlan.lake.view.LakeView`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from jinlan.lake import engines
from jinlan.lake.extracts.layout import lake_schema
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.registry import LoadRecord
from jinlan.lake.view import LakeView

Rows = Mapping[str, Iterable[Mapping[str, Any]]]
_FILL = {"state": {"change_type": "I"}, "snapshot": {}, "event": {}}


class MemoryView(LakeView):
    """All reading is LakeView's own; only where the rows come from differs."""

    def __init__(self, rows: Rows, as_of: date) -> None:
        """`rows`: table name -> rows with `as_of_date`; columns left out are null."""
        versions = dict.fromkeys(rows, 0)
        record = LoadRecord(1, "T", as_of, None, 1, 1, "", as_of, versions)
        super().__init__(None, record)  # type: ignore[arg-type]
        self._rows = rows

    def table(self, name: str) -> engines.Table:
        if name not in self._tables:
            self._tables[name] = self.connect().create_table(name, arrow(name, self._rows[name]))
        return self._tables[name]


def arrow(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Build the lake table of some rows."""
    schema = lake_schema(TABLES[name])
    full = []
    for row in rows:
        unknown = set(row) - set(schema.names)
        assert not unknown, f"{name}: {unknown}"
        full.append({**_FILL[TABLES[name].kind], "month": f"{row['as_of_date']:%Y-%m}", **row})
    return pa.Table.from_pylist(full, schema=schema)


def yuan(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


START = date(2024, 1, 1)


def party(party_id: str, kind: str = "ORG", *, on: date = START, **more: Any) -> dict[str, Any]:
    row = {"party_id": party_id, "party_type": kind, "party_status": "ACTIVE", "home_branch_id": "B1",
           "source_key": f"S{party_id}", "cdd_status": "CURRENT", "cdd_due_date": date(2099, 1, 1)}  # fmt: skip
    return {**row, "as_of_date": on, **more}


def account(
    account_id: str, party_id: str, *, opened: date = START, on: date = START, **more: Any
) -> dict[str, Any]:
    row = {"account_id": account_id, "party_id": party_id, "product_code": "DEP", "currency": "CNY",
           "open_date": opened, "status": "ACTIVE", "branch_id": "B1", "interest_rate": Decimal("0.01"),
           "ftp_rate": Decimal("0.02"), "account_no_masked_hash": f"h{account_id}"}  # fmt: skip
    return {**row, "as_of_date": on, **more}


def balances(account_id: str, values: Mapping[date, object]) -> list[dict[str, Any]]:
    return [
        {
            "account_id": account_id,
            "as_of_date": day,
            "closing_balance": yuan(value),
            "balance_base": yuan(value),
        }
        for day, value in values.items()
    ]


def product(code: str, family: str) -> dict[str, Any]:
    return {"product_code": code, "family": family, "name_zh": code, "as_of_date": START}


def txn(
    txn_id: str, account_id: str, day: date, amount: object, sign: str = "CRDT", **more: Any
) -> dict[str, Any]:
    row = {"txn_id": txn_id, "account_id": account_id, "booking_date": day, "amount": yuan(amount),
           "currency": "CNY", "credit_debit_ind": sign, "txn_type": "TRANSFER", "status": "BOOK",
           "is_internal": False, "is_reversal": False, "as_of_date": day}  # fmt: skip
    return {**row, **more}


PRODUCTS = (product("DEP", "DEPOSIT"), product("WEA", "WEALTH"), product("LOA", "LOAN"))


def one(table: engines.Table, view: LakeView, party_id: str) -> dict[str, Any]:
    """Return the only row of a party."""
    found = view.connect().to_pyarrow(table.filter(table.party_id == party_id)).to_pylist()
    assert len(found) == 1, found
    return found[0]
