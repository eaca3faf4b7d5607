"""A small random bank, different for each seed, with everything that makes measures hard."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jinlan.lake.features.tests.memory import account, party, product, span, txn, yuan

FIRST, LAST = date(2024, 1, 1), date(2025, 3, 31)
FAMILIES = {"DEP": "DEPOSIT", "WEA": "WEALTH", "CUS": "CUSTODY", "LOA": "LOAN", "CRD": "CARD"}
USD = Decimal("7.1")


class RandomBank:
    """Builds the rows of all tables; `rows` is what `MemoryView` takes."""

    def __init__(self, seed: int, parties: int = 14) -> None:
        self.random = random.Random(seed)
        self.days = [day for day in span(FIRST, LAST) if day not in self._undelivered()]
        self.rows: dict[str, list[dict[str, Any]]] = {
            "party": [party(f"P{i}", "PERSON" if i % 3 == 0 else "ORG", on=FIRST) for i in range(parties)],
            "product": [product(code, family) for code, family in FAMILIES.items()],
        }
        for name in ("account", "balance_daily", "transaction", "loan", "facility", "off_balance", "fee", "fx_rate",
                     "holding", "party_merge", "partner_volume"):  # fmt: skip
            self.rows[name] = []
        self.accounts = [self._account(i, parties) for i in range(3 * parties)]
        for row in self.accounts:
            self._balances(row)
        for i in range(90 * parties):
            self._transaction(i)
        for i in range(parties):
            self._credit(i, parties)
        for i in range(6 * parties):
            self._fee(i, parties)
        self._rates()
        self.rows["party_merge"].append(
            {"old_party_id": "P1", "new_party_id": "P4", "effective_date": date(2025, 2, 10),
             "as_of_date": date(2025, 2, 10)})  # fmt: skip

    def _undelivered(self) -> set[date]:
        return {date(2024, 5, 3), date(2025, 1, 31), date(2025, 2, 1)}

    def _day(self, first: date = FIRST, last: date = LAST) -> date:
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def _money(self, top: int) -> Decimal:
        return yuan(Decimal(self.random.randrange(1, top * 100)) / 100)

    def _account(self, i: int, parties: int) -> dict[str, Any]:
        opened = FIRST if self.random.random() < 0.5 else self._day(FIRST, date(2025, 1, 15))
        code = self.random.choice([*FAMILIES, "DEP", "DEP"])
        priced = code == "DEP" or self.random.random() < 0.9
        row = account(
            f"A{i}", f"P{self.random.randrange(parties)}", opened=opened, on=opened, product_code=code,
            currency=self.random.choice(["CNY", "CNY", "USD"]),
            interest_rate=Decimal(self.random.randrange(100, 300)) / 10000 if priced else None,
            ftp_rate=Decimal(self.random.randrange(200, 400)) / 10000 if priced else None,
            maturity_date=self.random.choice([None, self._day(date(2025, 1, 1), date(2025, 12, 31))]),
        )  # fmt: skip
        self.rows["account"].append(row)
        if self.random.random() < 0.3:
            changed = self._day(opened + timedelta(days=1), LAST)
            new = {
                **row,
                "as_of_date": changed,
                "ftp_rate": Decimal("0.025") if priced else None,
                "change_type": "U",
            }
            if self.random.random() < 0.4:
                new |= {"status": "CLOSED", "close_date": changed}
                row = {**row, "close": changed}
            self.rows["account"].append(new)
        return row

    def _balances(self, row: dict[str, Any]) -> None:
        if row["product_code"] in ("LOA", "CRD"):
            return
        value = self._money(100_000)
        gone = set()
        if self.random.random() < 0.35:
            start = self._day(FIRST + timedelta(days=60), LAST)
            gone = set(span(start, start + timedelta(days=self.random.choice([0, 1, 2, 4]))))
        for day in self.days:
            if day < row["open_date"] or day >= row.get("close", date.max) or day in gone:
                continue
            if self.random.random() < 0.2:
                value = self._money(100_000) if self.random.random() < 0.95 else -self._money(50)
            self.rows["balance_daily"].append(
                {
                    "account_id": row["account_id"],
                    "as_of_date": day,
                    "closing_balance": value,
                    "balance_base": value,
                }
            )
            if row["product_code"] == "WEA" and self.random.random() < 0.5:
                self.rows["holding"].append(
                    {"account_id": row["account_id"], "instrument_id": "I1", "as_of_date": day, "market_value": value,
                     "quantity": value, "ccy": "CNY", "maturity_date": self._day(FIRST, date(2025, 12, 31))})  # fmt: skip

    def _transaction(self, i: int) -> None:
        row = self.random.choice(self.accounts)
        day = self._day(row["open_date"], min(LAST, row.get("close", LAST)))
        other = self.random.choice(self.accounts)
        late = day + timedelta(days=self.random.choice([0, 0, 0, 6]))
        first = txn(
            f"T{i}", row["account_id"], day, self._money(5000), self.random.choice(["CRDT", "DBIT"]),
            currency=row["currency"], as_of_date=min(late, LAST),
            txn_type=self.random.choice(["TRANSFER", "TRANSFER", "CASH", "FEE", "INTEREST", "PAYROLL"]),
            status=self.random.choice(["BOOK"] * 9 + ["PDNG"]), is_internal=self.random.choice([False] * 9 + [True]),
            counterparty_account_masked_hash=self.random.choice(
                [None, "elsewhere", f"h{other['account_id']}", f"h{other['account_id']}"]
            ),
        )  # fmt: skip
        self.rows["transaction"].append(first)
        if self.random.random() < 0.08:
            back = min(LAST, day + timedelta(days=self.random.randrange(60)))
            self.rows["transaction"].append({
                **first, "txn_id": f"R{i}", "booking_date": back, "as_of_date": back, "is_reversal": True,
                "credit_debit_ind": "DBIT" if first["credit_debit_ind"] == "CRDT" else "CRDT",
                "reversed_txn_id": first["txn_id"],
            })  # fmt: skip

    def _credit(self, i: int, parties: int) -> None:
        who = f"P{self.random.randrange(parties)}"
        start = self._day(FIRST, date(2025, 2, 1))
        currency = self.random.choice(["CNY", "CNY", "USD"])
        base = {"loan_id": f"L{i}", "account_id": "A0", "party_id": who, "currency": currency,
                "interest_rate": Decimal("0.045"), "ftp_rate": Decimal("0.03"), "start_date": start,
                "maturity_date": self._day(date(2025, 1, 1), date(2026, 1, 1)), "dpd": 0, "five_tier": "1"}  # fmt: skip
        owed = self._money(50_000)
        for step in range(self.random.randrange(1, 4)):
            day = start + timedelta(days=20 * step)
            left = yuan(owed / (step + 1)) if step < 3 else yuan(0)
            self.rows["loan"].append({
                **base, "principal": owed, "outstanding": left, "as_of_date": day,
                "five_tier": self.random.choice("112345"), "overdue_principal": self._money(10),
                "overdue_interest": None if step else self._money(5),
                "change_type": self.random.choice("UUUD") if step == 2 else "U",
            })  # fmt: skip
        self.rows["facility"].append({
            "facility_id": f"F{i}", "party_id": who, "type": "LOAN", "currency": currency, "as_of_date": start,
            "approved_amount": owed, "used_amount": yuan(owed / 2), "status": self.random.choice(["ACTIVE", "FROZEN"]),
            "parent_facility_id": self.random.choice([None, None, "F0"]), "start_date": start,
            "expiry_date": self.random.choice([None, date(2025, 3, 1)]),
        })  # fmt: skip
        self.rows["off_balance"].append({
            "instrument_id": f"O{i}", "party_id": who, "type": "LC", "currency": currency, "amount": owed,
            "expiry_date": self._day(date(2025, 1, 1), date(2025, 12, 31)), "as_of_date": start,
        })  # fmt: skip

    def _fee(self, i: int, parties: int) -> None:
        day = self._day()
        who, ccy = f"P{self.random.randrange(parties)}", self.random.choice(["CNY", "USD"])
        self.rows["fee"].append({
            "fee_id": f"E{i}", "party_id": who, "booking_date": day, "amount": self._money(300), "ccy": ccy,
            "vat_amount": self.random.choice([None, yuan("1.11")]), "as_of_date": day,
        })  # fmt: skip
        self.rows["partner_volume"].append({
            "volume_id": f"V{i}", "party_id": who, "booking_date": day, "joint_volume": self._money(3000),
            "revenue_share": self._money(30), "referrals": self.random.randrange(4), "ccy": ccy, "as_of_date": day,
        })  # fmt: skip

    def _rates(self) -> None:
        for day in span(FIRST - timedelta(days=10), LAST):
            if day.weekday() < 5:
                rate = USD + Decimal(self.random.randrange(-2000, 2000)) / 10000
                self.rows["fx_rate"].append({"from_ccy": "USD", "to_ccy": "CNY", "rate_type": "MID", "rate": rate,
                                             "as_of_date": day})  # fmt: skip
