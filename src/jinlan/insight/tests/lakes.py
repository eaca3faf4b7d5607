"""A tiny bank for identification: a household, a group, single clients, a partner, over fifteen months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from jinlan.lake.features.tests.memory import MemoryView, account, balances, party, product, span, txn

FIRST, LAST = date(2024, 1, 1), date(2025, 4, 10)
ENDS = [date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]
WEALTH = {"P1": 9_000_000, "P2": 7_000_000, "P3": 100_000, "P9": 3_000_000}
DEPOSITS = {"C1": 1_400_000_000, "C2": 600_000_000, "C3": 40_000_000, "C4": 2_000_000, "X1": 1_000}


def tiny(**replaced: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables; keyword arguments replace whole tables, an empty list removes one."""
    days = span(FIRST, date(2025, 4, 10))
    names = [*WEALTH, *DEPOSITS]
    parties = [party(name, "PERSON" if name[0] == "P" else "ORG", on=FIRST) for name in names]
    parties += [party("T1", "TRUST", on=FIRST), party("K1", "PERSON", on=FIRST)]
    for row in parties:
        row["org_size"] = "SMALL" if row["party_id"] == "C4" else "LARGE"
        row["registered_capital"] = Decimal(100)
        row["ml_risk_level"] = "1"
    worth = {**WEALTH, **DEPOSITS}
    accounts = [account(f"A{name}", name, opened=FIRST, on=FIRST) for name in names]
    ends = [row for name in names for row in balances(f"A{name}", dict.fromkeys(days, worth[name]))]
    txns = [txn(f"T{name}{i}", f"A{name}", date(2024, 1 + i, 15), worth[name], counterparty_account_masked_hash="out")
            for name in names for i in range(12)]  # fmt: skip
    txns += [txn(f"I{i}", "AC2", date(2024, 1 + i, 20), 50_000_000, counterparty_account_masked_hash="hAC1")
             for i in range(12)]  # fmt: skip
    given = datetime(2024, 1, 2, 3, tzinfo=UTC)
    tables = {
        "party": parties, "account": accounts, "balance_daily": ends, "transaction": txns,
        "product": [product("DEP", "DEPOSIT")],
        "fee": [{"fee_id": "F1", "party_id": "C1", "booking_date": date(2024, 6, 1), "amount": Decimal("106.00"),
                 "vat_amount": Decimal("6.00"), "ccy": "CNY", "as_of_date": date(2024, 6, 1)}],
        "loan": [{"loan_id": "L1", "account_id": "AC1", "party_id": "C2", "currency": "CNY", "principal": Decimal(2 * 10**9),
                  "outstanding": Decimal(2 * 10**9), "start_date": FIRST, "maturity_date": date(2027, 1, 1), "dpd": 0,
                  "five_tier": "1", "interest_rate": Decimal("0.04"), "ftp_rate": Decimal("0.03"), "as_of_date": FIRST}],
        "off_balance": [],
        "ownership": [_owns("C1", "C2", "0.7"), _owns("C1", "C3", "0.3"), _owns("P9", "T1", "1")],
        "party_relation": [_kin("P1", "P2", "SPOUSE"), _kin("P1", "K1", "CHILD")],
        "consent": [{"consent_id": f"S{who}", "party_id": who, "purpose": "HOUSEHOLD", "given_ts": given,
                     "as_of_date": FIRST} for who in ("P1", "P2")],
        "client_unit": [_unit("H1", "HNW", "P1"), _unit("X1", "PARTNER", "X1")],
        "client_unit_member": [], "party_group": [],
        "approved_list": [_listed("E1", "GROUP", "C1", "BRANCH"), _listed("E2", "HNW", "P9", "PRIVATE")],
        "partner_volume": [{"volume_id": f"V{i}", "party_id": "X1", "booking_date": date(2024, 1 + i, 3),
                            "joint_volume": Decimal(20_000_000), "revenue_share": Decimal(100_000), "referrals": 6,
                            "ccy": "CNY", "as_of_date": date(2024, 1 + i, 3)} for i in range(12)],
        "screening_hit": [{"hit_id": "Z1", "party_id": "P3", "list_code": "UN", "status": "CLEARED",
                           "as_of_date": FIRST}],
    }  # fmt: skip
    tables |= replaced
    return {name: rows for name, rows in tables.items() if rows or name == "off_balance"}


def view(rows: dict[str, list[dict[str, Any]]], as_of: date = LAST) -> MemoryView:
    return MemoryView(rows, as_of)


def _owns(owner: str, owned: str, share: str) -> dict[str, Any]:
    return {"owner_party_id": owner, "owned_party_id": owned, "interest_type": "EQUITY", "share": Decimal(share),
            "valid_from": FIRST, "as_of_date": FIRST}  # fmt: skip


def _kin(one: str, other: str, kind: str) -> dict[str, Any]:
    return {
        "from_party_id": one,
        "to_party_id": other,
        "type": kind,
        "valid_from": FIRST,
        "as_of_date": FIRST,
    }


def _unit(unit_id: str, kind: str, root: str) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "unit_kind": kind,
        "root_party_id": root,
        "valid_from": FIRST,
        "as_of_date": FIRST,
    }


def _listed(entry: str, kind: str, root: str, tier: str) -> dict[str, Any]:
    return {"entry_id": entry, "root_party_id": root, "unit_kind": kind, "tier": tier, "since": date(2020, 5, 1),
            "as_of_date": FIRST}  # fmt: skip
