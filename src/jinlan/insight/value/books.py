"""From the lines of accounts (`lake.features.statement`) to statements of parties and units, and the bridge between two periods.

Source: 02 §2.1 (the statement), §2.8 (the bridge: effects that add up to the change exactly).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinlan.basics.numbers import half_up
from jinlan.insight.value.profit import ZERO, Statement, Terms, total
from jinlan.lake.features.lines import DEPOSIT, FLAGS, LOAN

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of a party over a period, in base currency; account "" is what belongs to no account.

    `volume` is Σ of day-end balances over the days, `interest` what the client paid or was paid. `lacks` names what was not known (`FLAGS`): the lines are then incomplete.
    """

    party: str
    account: str
    product: str
    side: str
    volume: Decimal
    statement: Statement
    interest: Decimal = ZERO
    lacks: frozenset[str] = frozenset()

    @property
    def margin(self) -> Decimal:
        """Return the FTP margin of whichever side of the books it stands on."""
        return self.statement.assets + self.statement.liabilities


def entry(row: Mapping[str, Any]) -> Entry:
    """Read one row of account lines in cents."""
    side = row["side"]
    earned = row["interest"] - row["transfer"]
    statement = Statement(
        assets=_yuan(earned if side == LOAN else 0),
        liabilities=_yuan(-earned if side == DEPOSIT else 0),
        fees=_yuan(row["fees"] - row["fee_expense"]),
        other=_yuan(row["other"]),
        vat=_yuan(row["vat"]),
        cost=_yuan(row["cost"]),
        expected_loss=_yuan(row["expected_loss"]),
        capital=_yuan(row["capital"]),
    )
    lacks = frozenset(name for name in FLAGS if row[name])
    interest = _yuan(row["interest"])
    return Entry(row["party_id"], row["account_id"], row["product_code"], side, _yuan(row["balance_days"]), statement, interest, lacks)  # fmt: skip


def _yuan(cents: int) -> Decimal:
    return Decimal(cents) * CENT


def statement_of(entries: Iterable[Entry]) -> Statement:
    """Return the statement of some entries together."""
    return total(one.statement for one in entries)


def by_party(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return party -> its entries, in the order in which they come."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        found[one.party].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Bridge:
    """Why the value of one period is not that of the one before: effects on EVA that add up to the change exactly.

    A line that costs has its effect with the sign that it has on value: more cost is below zero.
    """

    before: Decimal
    effects: tuple[tuple[str, Decimal], ...]
    after: Decimal


def bridge(before: Iterable[Entry], after: Iterable[Entry], terms: Terms) -> Bridge:
    """Explain the change of EVA account by account.

    Volume is what the account's margin would have moved by at the old price; margin the rest. An account that is new, or gone, is volume.
    """
    old, new = list(before), list(after)
    was, now = statement_of(old), statement_of(new)
    effects = {
        **_margins("assets", LOAN, old, new),
        **_margins("liabilities", DEPOSIT, old, new),
        "fees": now.fees - was.fees,
        "other": now.other - was.other,
        "vat": was.vat - now.vat,
        "cost": was.cost - now.cost,
        "expected_loss": was.expected_loss - now.expected_loss,
        "tax": was.tax(terms) - now.tax(terms),
        "capital": terms.hurdle * (was.capital - now.capital),
    }
    return Bridge(was.eva(terms), tuple(effects.items()), now.eva(terms))


def _margins(line: str, side: str, old: list[Entry], new: list[Entry]) -> dict[str, Decimal]:
    """Split the change of a margin into volume and price."""
    before, after = _accounts(side, old), _accounts(side, new)
    volume = sum((_volume(before.get(key), after.get(key)) for key in {*before, *after}), ZERO)
    change = _sum(after.values(), lambda one: one.margin) - _sum(before.values(), lambda one: one.margin)
    return {f"{line}_volume": volume, f"{line}_margin": change - volume}


def _accounts(side: str, entries: list[Entry]) -> dict[str, Entry]:
    """Return account -> its entry; an account that changed hands within the period is one."""
    found: dict[str, Entry] = {}
    for one in entries:
        if one.side == side:
            there = found.get(one.account)
            found[one.account] = one if there is None else _together(there, one)
    return found


def _together(left: Entry, right: Entry) -> Entry:
    return Entry(left.party, left.account, left.product, left.side, left.volume + right.volume,
                 total((left.statement, right.statement)), left.interest + right.interest, left.lacks | right.lacks)  # fmt: skip


def _volume(before: Entry | None, after: Entry | None) -> Decimal:
    """Return the part of a margin's change that comes from volume, to the cent."""
    if before is None or not before.volume:
        return (after.margin if after else ZERO) - (before.margin if before else ZERO)
    if after is None or not after.volume:
        return (after.margin if after else ZERO) - before.margin
    return half_up((after.volume - before.volume) * before.margin / before.volume, 2)


def _sum(entries: Iterable[Entry], value: Callable[[Entry], Decimal]) -> Decimal:
    return sum((value(one) for one in entries), ZERO)
