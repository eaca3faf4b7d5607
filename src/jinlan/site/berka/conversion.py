"""`./jinlan berka SRC OUT`: the published files in, one history delivery of canonical extracts out."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.site.berka import lending, masters, source
from jinlan.site.berka.delivery import HistoryDelivery
from jinlan.site.berka.ledger import (
    Break,
    Row,
    account_key,
    by_account,
    carried_forward,
    fee_row,
    roll,
    transaction_row,
)
from jinlan.site.berka.masters import ENTITY, Book
from jinlan.site.berka.source import FIRST, LAST, Entry

BREAKS_FILE, REPORT_FILE = "roll_forward_breaks.csv", "report.json"
_LATER, _BOOKED = f"begins after {LAST}", f"booked after {LAST}"


@dataclass(frozen=True, slots=True)
class FileCount:
    """Rows of one published file: how many came in, how many are used, and why the others are not."""

    file: str
    rows: int
    used: int
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a conversion did: rows in, rows out by table, breaks, households, accounts, persons."""

    files: tuple[FileCount, ...]
    tables: Mapping[str, int]
    breaks: tuple[Break, ...]
    households: int
    accounts: int
    persons: int
    account_days: int

    def breaks_by_kind(self) -> dict[str, int]:
        """Return the number of roll-forward breaks by kind."""
        return dict(sorted(Counter(found.kind for found in self.breaks).items()))

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values, for JSON."""
        return {
            "window": [FIRST.isoformat(), LAST.isoformat()],
            "files": [
                {"file": each.file, "rows": each.rows, "used": each.used, "left_out": each.left_out}
                for each in self.files
            ],
            "tables": dict(self.tables),
            "accounts": self.accounts,
            "persons": self.persons,
            "households": self.households,
            "account_days": self.account_days,
            "roll_forward_breaks": self.breaks_by_kind(),
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the report for a terminal."""
        for each in self.files:
            reason = f"  ({each.left_out})" if each.left_out else ""
            yield f"{each.file:32} {each.rows:>8,} in {each.used:>8,} used{reason}"
        for table, rows in self.tables.items():
            yield f"  -> {table:29} {rows:>8,} rows"
        breaks = ", ".join(f"{kind} {count:,}" for kind, count in self.breaks_by_kind().items()) or "none"
        yield f"roll-forward breaks on {self.account_days:,} account-days with entries: {breaks}"
        yield f"accounts {self.accounts:,}, persons {self.persons:,}, households {self.households:,}"


def convert(src: Path, out: Path) -> Report:
    """Convert the PKDD'99 files in `src` into one history delivery under `out`, and list its faults there.

    Raises:
        Refused: when a file is missing (`berka.missing`) or `out` already holds the delivery (`berka.exists`).
    """
    if (out / ENTITY).exists():
        raise Refused(
            "berka.exists", "%(path)s 已存在。", "请换一个空目录,或先移走旧的供数文件。", path=out / ENTITY
        )
    districts, accounts = source.read_districts(src), source.read_accounts(src)
    clients, holders, loans = source.read_clients(src), source.read_holders(src), source.read_loans(src)
    entries, rows = source.read_entries(src)
    book = masters.book_of(accounts, clients, holders, loans, LAST)
    delivery = HistoryDelivery(out, ENTITY, FIRST, LAST)
    tables = _write_masters(delivery, book, districts)
    breaks: list[Break] = []
    tables |= _write_ledger(delivery, book, entries, breaks)
    delivery.close()
    held = len(book.owner) + len(book.disponent)
    files = (
        FileCount("district.asc", len(districts), len(districts)),
        FileCount("account.asc", len(accounts), len(book.accounts), _LATER),
        FileCount("client.asc", len(clients), held, f"their account {_LATER}"),
        FileCount("disp.asc", len(holders), held, f"their account {_LATER}"),
        FileCount("loan.asc", len(loans), len(book.loans), f"{_LATER}; the column status is never read"),
        FileCount(source.transactions_file(src), rows, len(entries), _BOOKED if rows > len(entries) else ""),
        FileCount(
            "order.asc",
            _count(src, "order.asc"),
            0,
            "standing orders carry no date: they would tell the future",
        ),
        FileCount("card.asc", _count(src, "card.asc"), 0, "the card is the answer, never a measure"),
    )
    days = len({(entry.account, entry.day) for entry in entries})
    report = Report(files, tables, tuple(breaks), len(book.disponent), len(book.accounts), held, days)
    _write_report(out, report)
    return report


def _count(src: Path, name: str) -> int:
    return sum(1 for _ in source.read_rows(src, name)) if (src / name).is_file() else 0


def _write_masters(
    delivery: HistoryDelivery, book: Book, districts: list[tuple[int, str, str]]
) -> dict[str, int]:
    units, members, consents = masters.household_rows(book)
    rows = {
        "branch": masters.branch_rows(districts),
        "product": masters.product_rows(),
        "party": masters.party_rows(book),
        "account": masters.account_rows(book),
        "party_role": masters.role_rows(book),
        "client_unit": units,
        "client_unit_member": members,
        "consent": consents,
    }
    return {name: delivery.write(name, each) for name, each in rows.items()}


def _write_ledger(
    delivery: HistoryDelivery, book: Book, entries: list[Entry], breaks: list[Break]
) -> dict[str, int]:
    owner = {number: masters.party_key(client) for number, client in book.owner.items()}
    grouped = by_account(entries)
    ordered = sorted(entries, key=lambda entry: entry.day)
    fees = (fee_row(entry, owner[entry.account]) for entry in ordered if entry.symbol == "SLUZBY")
    return {
        "transaction": delivery.write("transaction", map(transaction_row, ordered)),
        "fee": delivery.write("fee", fees),
        "loan": delivery.write("loan", _loan_rows(book, entries, owner)),
        "balance_daily": delivery.write("balance_daily", _balance_rows(grouped, breaks)),
    }


def _loan_rows(book: Book, entries: list[Entry], owner: Mapping[int, str]) -> Iterator[Row]:
    for loan in book.loans:
        paid = [entry for entry in entries if entry.account == loan.account and entry.symbol == "UVER"]
        yield from lending.loan_rows(loan, owner[loan.account], paid, LAST)


def _balance_rows(grouped: Mapping[int, dict[date, list[Entry]]], breaks: list[Break]) -> Iterator[Row]:
    for account, days in grouped.items():
        for day, closing in carried_forward(roll(account, days, breaks), LAST):
            yield {
                "account_id": account_key(account),
                "closing_balance": closing,
                "balance_base": closing,
                "as_of_date": day,
            }


def _write_report(out: Path, report: Report) -> None:
    (out / REPORT_FILE).write_text(
        json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    with (out / BREAKS_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account_id", "day", "opening", "movement", "closing", "gap", "entries", "kind"])
        for each in report.breaks:
            writer.writerow([each.account_id, each.day, each.opening, each.movement, each.closing, each.gap,
                             each.entries, each.kind])  # fmt: skip
