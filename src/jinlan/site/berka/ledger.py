"""Transactions and day-end balances; roll-forward breaks are found and listed, never repaired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from jinlan.site.berka.source import Entry

CURRENCY = "CZK"
# Amounts and balances of the published set are rounded to 0.10 CZK each.
GRAIN = Decimal("0.10")
_TYPES_BY_SYMBOL = {"UROK": "INTEREST", "SANKC. UROK": "INTEREST", "SLUZBY": "FEE", "UVER": "LOAN_REPAY"}
# VYBER KARTOU is cash drawn with a card: it counts as cash, so that nothing about cards enters.
_CASH = {"VKLAD", "VYBER", "VYBER KARTOU"}
# Entries that the bank books itself: interest, sanction interest, service fee.
_BY_THE_BANK = {"UROK", "SANKC. UROK", "SLUZBY"}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Break:
    """A day on which yesterday's balance plus the entries is not today's balance, in CZK.

    `kind` is ROUNDING when the gap is explained by rounding each figure to 0.10, else GAP.
    """

    account_id: str
    day: date
    opening: Decimal
    movement: Decimal
    closing: Decimal
    entries: int
    kind: Literal["ROUNDING", "GAP"]

    @property
    def gap(self) -> Decimal:
        """Return what the bank's closing balance has beyond opening + movement."""
        return self.closing - self.opening - self.movement


def account_key(account: int) -> str:
    """Return the extract's account_id of a current account."""
    return f"A{account}"


def txn_type(entry: Entry) -> str:
    """Return the canonical type: the symbol speaks first, then cash or transfer."""
    found = _TYPES_BY_SYMBOL.get(entry.symbol)
    if found is not None:
        return found
    return "CASH" if entry.operation in _CASH else "TRANSFER"


def _bank_code(entry: Entry) -> str:
    operation = "VYBER" if entry.operation == "VYBER KARTOU" else entry.operation
    words = (operation, entry.symbol)
    return ".".join(word.replace(". ", "_").replace(" ", "_") for word in words if word)


def transaction_row(entry: Entry) -> Row:
    """Return the extract row of an entry; it is delivered on its booking date."""
    return {
        "txn_id": f"T{entry.txn}",
        "account_id": account_key(entry.account),
        "booking_date": entry.day,
        "value_date": entry.day,
        "amount": entry.amount,
        "currency": CURRENCY,
        "credit_debit_ind": "CRDT" if entry.credit else "DBIT",
        "bank_txn_code": _bank_code(entry),
        "txn_type": txn_type(entry),
        "status": "BOOK",
        "counterparty_account_masked": f"{entry.bank}-{entry.partner}" if entry.partner else None,
        "counterparty_bank_code": entry.bank or None,
        "is_internal": entry.symbol in _BY_THE_BANK,
        "is_reversal": False,
        "cash_flag": entry.operation in _CASH and txn_type(entry) == "CASH",
        "cross_border_flag": False,
        "as_of_date": entry.day,
        "source_key": str(entry.txn),
    }


def fee_row(entry: Entry, party_id: str) -> Row:
    """Return the bank's income from a service fee (SLUZBY)."""
    return {
        "fee_id": f"F{entry.txn}",
        "party_id": party_id,
        "account_id": account_key(entry.account),
        "booking_date": entry.day,
        "amount": entry.amount,
        "ccy": CURRENCY,
        "as_of_date": entry.day,
        "source_key": str(entry.txn),
    }


def by_account(entries: Iterable[Entry]) -> dict[int, dict[date, list[Entry]]]:
    """Group entries by account and day, both in rising order of days; inside a day the order of the file."""
    found: dict[int, dict[date, list[Entry]]] = {}
    for entry in sorted(entries, key=lambda each: each.day):
        found.setdefault(entry.account, {}).setdefault(entry.day, []).append(entry)
    return found


def closing_of(opening: Decimal, entries: Sequence[Entry]) -> tuple[Decimal, Decimal]:
    """Return (day-end balance as the bank stated it, movement of the day).

    The file does not order the entries of a day, so the day-end figure is the stated balance that closes the
    roll-forward, or else the one nearest to it.
    """
    movement = sum((entry.signed for entry in entries), Decimal(0))
    wanted = opening + movement
    return min((entry.balance for entry in entries), key=lambda stated: abs(stated - wanted)), movement


def roll(account: int, days: dict[date, list[Entry]], breaks: list[Break]) -> Iterator[tuple[date, Decimal]]:
    """Yield (day, closing balance) of every day with entries, starting from zero; breaks are added to `breaks`."""
    opening = Decimal(0)
    for day, entries in days.items():
        closing, movement = closing_of(opening, entries)
        gap = closing - opening - movement
        if gap:
            kind: Literal["ROUNDING", "GAP"] = "ROUNDING" if abs(gap) <= GRAIN * len(entries) else "GAP"
            breaks.append(Break(account_key(account), day, opening, movement, closing, len(entries), kind))
        yield day, closing
        opening = closing


def carried_forward(closings: Iterable[tuple[date, Decimal]], last: date) -> Iterator[tuple[date, Decimal]]:
    """Yield the balance of every calendar day from the first entry to `last`: a quiet day keeps yesterday's."""
    current: tuple[date, Decimal] | None = None
    for day, closing in closings:
        if current is not None:
            yield from _days(current[0], day - timedelta(days=1), current[1])
        current = (day, closing)
    if current is not None:
        yield from _days(current[0], last, current[1])


def _days(first: date, last: date, balance: Decimal) -> Iterator[tuple[date, Decimal]]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset), balance
