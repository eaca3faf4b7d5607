"""The PKDD'99 files as they were published: ``;``-separated, dates YYMMDD of 1993-98, women's birth month + 50."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from jinlan.basics.errors import Refused

FIRST, LAST = date(1993, 1, 1), date(1994, 3, 31)
# The excerpt of the window, or the whole published file, of which the window is taken.
TRANSACTIONS, ALL_TRANSACTIONS = "trans_1993-01_1994-03.asc.gz", "trans.asc"
WHERE_FROM = 'the PKDD\'99 Discovery Challenge, set "financial" (Petr Berka, Marta Sochorova)'


def read_rows(src: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one file, every value as text.

    Raises:
        Refused: `berka.missing` when the file is not there, saying where the set comes from.
    """
    path = src / name
    if not path.is_file():
        raise Refused(
            "berka.missing",
            "%(src)s 中没有文件 %(file)s。",
            "请指定 PKDD'99 数据所在的目录(来源:%(where)s)。",
            src=src,
            where=WHERE_FROM,
            file=name,
        )
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="ascii", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def day_of(text: str) -> date:
    """Read YYMMDD (a time after it is dropped); every year is in the 1900s."""
    return date(1900 + int(text[0:2]), int(text[2:4]), int(text[4:6]))


def birth_of(number: str) -> tuple[date, str]:
    """Read a Czech birth number YYMMDD: birth date and gender; women have 50 added to the month."""
    month = int(number[2:4])
    female = month > 50
    return date(1900 + int(number[0:2]), month - 50 * female, int(number[4:6])), "F" if female else "M"


@dataclass(frozen=True, slots=True)
class Holder:
    """A person's right over one account (file disp): `owner`, or else a disponent, who may only dispose."""

    client: int
    account: int
    owner: bool


@dataclass(frozen=True, slots=True)
class Client:
    """A person (file client)."""

    client: int
    born: date
    gender: str


@dataclass(frozen=True, slots=True)
class Account:
    """A current account (file account); `frequency` says when statements are issued."""

    account: int
    district: int
    frequency: str
    opened: date


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan (file loan) without its status, which tells the future; `payment` CZK a month."""

    loan: int
    account: int
    granted: date
    amount: Decimal
    months: int
    payment: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of file trans; `amount` is positive, `balance` is the bank's figure after the entry."""

    txn: int
    account: int
    day: date
    credit: bool
    operation: str
    symbol: str
    amount: Decimal
    balance: Decimal
    bank: str
    partner: str

    @property
    def signed(self) -> Decimal:
        """Return the amount with the sign it has for the account."""
        return self.amount if self.credit else -self.amount


def read_districts(src: Path) -> list[tuple[int, str, str]]:
    """Return (number, name, region) of every district; the statistics in the file are of 1995-96 and stay out."""
    return [(int(row["A1"]), row["A2"], row["A3"]) for row in read_rows(src, "district.asc")]


def read_accounts(src: Path) -> list[Account]:
    """Return all accounts of the file."""
    return [
        Account(int(row["account_id"]), int(row["district_id"]), row["frequency"], day_of(row["date"]))
        for row in read_rows(src, "account.asc")
    ]


def read_clients(src: Path) -> dict[int, Client]:
    """Return all persons by number."""
    found = {}
    for row in read_rows(src, "client.asc"):
        born, gender = birth_of(row["birth_number"])
        found[int(row["client_id"])] = Client(int(row["client_id"]), born, gender)
    return found


def read_holders(src: Path) -> list[Holder]:
    """Return all rights over accounts."""
    return [
        Holder(int(row["client_id"]), int(row["account_id"]), row["type"] == "OWNER")
        for row in read_rows(src, "disp.asc")
    ]


def read_loans(src: Path) -> list[Loan]:
    """Return all loans; the column `status` is not read."""
    return [
        Loan(
            int(row["loan_id"]), int(row["account_id"]), day_of(row["date"]),
            Decimal(row["amount"]), int(row["duration"]), Decimal(row["payments"]),
        )
        for row in read_rows(src, "loan.asc")
    ]  # fmt: skip


def _entry(row: Mapping[str, str]) -> Entry:
    if row["type"] not in ("PRIJEM", "VYDAJ", "VYBER"):
        raise Refused(
            "berka.type",
            "交易 %(entry)s 的类型 %(type)s 未知。",
            "请核对 trans 文件。",
            entry=row["trans_id"],
            type=row["type"],
        )
    return Entry(
        txn=int(row["trans_id"]),
        account=int(row["account_id"]),
        day=day_of(row["date"]),
        credit=row["type"] == "PRIJEM",
        operation=row["operation"],
        symbol=row["k_symbol"].strip(),
        amount=Decimal(row["amount"]),
        balance=Decimal(row["balance"]),
        bank=row["bank"] or "",
        partner="" if row["account"] in ("", "0", None) else row["account"],
    )


def transactions_file(src: Path) -> str:
    """Return which file of transactions `src` has: the excerpt, else the whole one."""
    whole = (src / ALL_TRANSACTIONS).is_file() and not (src / TRANSACTIONS).is_file()
    return ALL_TRANSACTIONS if whole else TRANSACTIONS


def read_entries(src: Path) -> tuple[list[Entry], int]:
    """Return the transactions up to `LAST` in the order of the file, and how many rows the file has."""
    entries, rows = [], 0
    for row in read_rows(src, transactions_file(src)):
        rows += 1
        if day_of(row["date"]) <= LAST:
            entries.append(_entry(row))
    return entries, rows
