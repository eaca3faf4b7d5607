"""Branches, products, persons, accounts, roles, households: one row each, known from the day it began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from jinlan.basics.periods import add_months
from jinlan.site.berka.ledger import CURRENCY, Row, account_key
from jinlan.site.berka.source import FIRST, Account, Client, Holder, Loan

ENTITY = "BERKA"
# When the bank issues statements is a plan with its own fee: one product each.
PLANS = {
    "POPLATEK MESICNE": ("CUR-M", "活期账户(按月对账单)", "Current account, monthly statement"),
    "POPLATEK TYDNE": ("CUR-W", "活期账户(按周对账单)", "Current account, weekly statement"),
    "POPLATEK PO OBRATU": ("CUR-T", "活期账户(逐笔对账单)", "Current account, statement after each entry"),
}


@dataclass(frozen=True, slots=True)
class Book:
    """The bank as it stood on the last day of the window: accounts opened by then and who holds them."""

    accounts: Sequence[Account]
    owner: Mapping[int, Client]
    disponent: Mapping[int, Client]  # accounts with a second person
    loans: Sequence[Loan]


def party_key(client: Client) -> str:
    """Return the extract's party_id of a person."""
    return f"C{client.client}"


def unit_key(account: int) -> str:
    """Return the unit_id of the household of an account."""
    return f"HH-{account}"


def book_of(
    accounts: Sequence[Account], clients: Mapping[int, Client], holders: Sequence[Holder], loans: Sequence[Loan],
    last: date,
) -> Book:  # fmt: skip
    """Return what existed on `last`: nothing that begins later may be known."""
    open_accounts = [account for account in accounts if account.opened <= last]
    numbers = {account.account for account in open_accounts}
    held = [holder for holder in holders if holder.account in numbers]
    return Book(
        accounts=open_accounts,
        owner={holder.account: clients[holder.client] for holder in held if holder.owner},
        disponent={holder.account: clients[holder.client] for holder in held if not holder.owner},
        loans=[loan for loan in loans if loan.granted <= last and loan.account in numbers],
    )


def branch_rows(districts: Sequence[tuple[int, str, str]]) -> Iterator[Row]:
    """Yield the tree: bank, region, district."""
    yield _branch(ENTITY, None, 1, "Berka")
    regions = dict.fromkeys(region for _, _, region in districts)
    for region in regions:
        yield _branch(_region_key(region), ENTITY, 2, region)
    for number, name, region in districts:
        yield _branch(f"D{number}", _region_key(region), 3, name)


def _region_key(region: str) -> str:
    return f"R-{region.replace(' ', '-').upper()}"


def _branch(key: str, parent: str | None, level: int, name: str) -> Row:
    return {
        "branch_id": key,
        "parent_id": parent,
        "level": level,
        "name": name,
        "entity_code": ENTITY,
        "valid_from": FIRST,
        "as_of_date": FIRST,
        "change_type": "I",
        "source_key": key,
    }


def product_rows() -> Iterator[Row]:
    """Yield the three account plans and the loan."""
    plans = [(code, "DEPOSIT", zh, en) for code, zh, en in PLANS.values()]
    for code, family, zh, en in [*plans, ("LOAN", "LOAN", "贷款", "Loan")]:
        yield {
            "product_code": code,
            "family": family,
            "name_zh": zh,
            "name_en": en,
            "status": "ACTIVE",
            "as_of_date": FIRST,
            "change_type": "I",
            "source_key": code,
        }


def _holders(book: Book) -> Iterator[tuple[Account, Client, bool]]:
    for account in book.accounts:
        yield account, book.owner[account.account], True
        if account.account in book.disponent:
            yield account, book.disponent[account.account], False


def party_rows(book: Book) -> Iterator[Row]:
    """Yield one person per right over an account (nobody has two); the set has no names and no documents."""
    for account, client, _ in _holders(book):
        yield {
            "party_id": party_key(client),
            "party_type": "PERSON",
            "name_en": f"Client {client.client}",
            "birth_or_incorp_date": client.born,
            "gender": client.gender,
            "country_of_residence": "CZ",
            "party_status": "ACTIVE",
            "onboard_date": account.opened,
            "home_branch_id": f"D{account.district}",
            "as_of_date": account.opened,
            "change_type": "I",
            "source_key": str(client.client),
        }


def account_rows(book: Book) -> Iterator[Row]:
    """Yield the current accounts, and one loan account for each loan."""
    by_number = {account.account: account for account in book.accounts}
    for account in book.accounts:
        yield {
            "account_id": account_key(account.account),
            "product_code": PLANS[account.frequency][0],
            "joint_flag": account.account in book.disponent,
            "source_key": str(account.account),
            **_account(book, account, account.opened),
        }
    for loan in book.loans:
        yield {
            "account_id": f"L{loan.loan}",
            "product_code": "LOAN",
            "maturity_date": add_months(loan.granted, loan.months),
            "source_key": str(loan.loan),
            **_account(book, by_number[loan.account], loan.granted),
        }


def _account(book: Book, account: Account, opened: date) -> Row:
    return {
        "party_id": party_key(book.owner[account.account]),
        "currency": CURRENCY,
        "open_date": opened,
        "status": "ACTIVE",
        "branch_id": f"D{account.district}",
        "as_of_date": opened,
        "change_type": "I",
    }


def role_rows(book: Book) -> Iterator[Row]:
    """Yield CLIENT for an owner and AGENT for a disponent: the right to dispose is all that the set says."""
    for account, client, owner in _holders(book):
        yield {
            "party_id": party_key(client),
            "role_code": "CLIENT" if owner else "AGENT",
            "object_type": "ACCOUNT",
            "object_id": account_key(account.account),
            "valid_from": account.opened,
            "as_of_date": account.opened,
            "change_type": "I",
        }


def household_rows(book: Book) -> tuple[list[Row], list[Row], list[Row]]:
    """Return (client_unit, client_unit_member, consent): one household per account with owner and disponent.

    That the two share a household is our reading of the mandate over the account; the consent says so.
    """
    units: list[Row] = []
    members: list[Row] = []
    consents: list[Row] = []
    for account in book.accounts:
        second = book.disponent.get(account.account)
        if second is None:
            continue
        since: Row = {"valid_from": account.opened, "as_of_date": account.opened, "change_type": "I"}
        unit: Row = {"unit_id": unit_key(account.account)}
        root = book.owner[account.account]
        units.append({**unit, "unit_kind": "HNW", "root_party_id": party_key(root), **since})
        for client in (root, second):
            members.append({**unit, "party_id": party_key(client), **since})
            consents.append(_consent(client, account))
    return units, members, consents


def _consent(client: Client, account: Account) -> Row:
    return {
        "consent_id": f"HOUSEHOLD-{client.client}",
        "party_id": party_key(client),
        "purpose": "HOUSEHOLD",
        "entity": ENTITY,
        "legal_basis": "MANDATE",
        "given_ts": datetime.combine(account.opened, time(), UTC),
        "proof_ref": f"disp {account.account}",
        "as_of_date": account.opened,
        "change_type": "I",
    }
