"""What the planted stories need: steady companies and households whose figures are exactly as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jinlan.site.demobank import companies, credit
from jinlan.site.demobank.arrow import cents
from jinlan.site.demobank.book import Cash, Party, Path64, Planned, Position, Unit
from jinlan.site.demobank.companies import Borrower, Figures
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.products import BY_PRODUCT, CASH_LIKE
from jinlan.site.demobank.stories import Story
from jinlan.site.demobank.timeline import day

CAME = day(2016, 4, 12)


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong price delivered for a position from `first` to `last`: value and price times `factor`."""

    position: Position
    first: int
    last: int
    factor: int


@dataclass(slots=True)
class Stage:
    """Where stories are planted: the kit, the credit books, the stories told so far."""

    kit: Kit
    credit: credit.Credit
    stories: list[Story] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    missing: set[int] = field(default_factory=set)

    def tell(self, code: str, zh: str, en: str, units: Sequence[Unit], parties: Sequence[Party],
             dates: Sequence[str],
             **expected: Any) -> None:  # fmt: skip
        """Record a story."""
        self.stories.append(Story(code, zh, en, tuple(unit.unit_id for unit in units),
                                  tuple(party.party_id for party in parties), tuple(dates),
                                  expected))  # fmt: skip

    def company(
        self, klass: str, *, branch: str = "", brand: str = "", head: bool = False, came: int = CAME
    ) -> Party:
        """Create a client company that came in 2016, in Hangzhou unless told otherwise."""
        kit = self.kit
        home = branch or kit.org.into
        city = kit.org.city[home]
        if head:
            name, english, industry, brand = kit.names.head(city)
            return kit.company(
                name, branch=home, english=english, industry=industry, klass=klass, onboard=came
            )
        if brand:
            return kit.company(kit.names.member(city, brand), branch=home, klass=klass, onboard=came)
        return kit.firm(branch=home, klass=klass, onboard=came)

    def families(self, party: Party, *products: str) -> None:
        """Give a client products of more families, with no balance of their own."""
        for product in products:
            self.kit.account(party, product)

    def steady(
        self, party: Party, plan: Figures, *, unit: Unit | None = None, path: Path64 | None = None
    ) -> Cash:
        """Open one current account with exactly these figures, no noise; a loan that never moves."""
        turns = max(1.0, min(40.0, plan.settle / 4e6))
        cash = self.kit.cash(party, "DCUR-C", plan.deposits, growth=0.0, vol=0.0,
                             settle=cents(plan.settle / 12), credits=turns,
                             debits=turns, fee=cents(plan.fees / 12), path=path)  # fmt: skip
        if plan.settle > 5e6:
            self.kit.account(party, "PAYS")
        if plan.loans:
            credit.company(self.credit, Borrower(party, plan.loans, unit), quiet=True)
        return cash

    def worth(self, party: Party, yuan: float, *, path: Path64 | None = None, busy: bool = False) -> Position:
        """Give a person (or trust) assets of exactly `yuan`: 5 % on current account, the rest invested."""
        kit = self.kit
        if party.party_type == "TRUST":
            return kit.hold(party, "TFAM", yuan, instrument=BY_PRODUCT["TFAM"][0], growth=0.0, vol=0.0)
        kit.cash(party, "DCUR-P", yuan * 0.05 if path is None else 50_000, growth=0.0, vol=0.0,
                 settle=cents(20_000), credits=16.0 if busy else 0.5, debits=60 if busy else 2)  # fmt: skip
        return kit.hold(party, "WCASH", yuan * 0.95, instrument=CASH_LIKE, growth=0.0, vol=0.0, path=path)

    def path(self, value: Callable[[int], float]) -> Path64:
        """Build a path from a function of months ago (0 = 2026-10, 12 = a year before)."""
        last = self.kit.bank.time.history - 1
        months = range(-1, self.kit.bank.time.history + 1)
        return np.array([cents(value(last - month)) for month in months], dtype=np.int64)

    def book(self, cash: Cash, when: int, yuan: float, **options: Any) -> None:
        """Plan a booking that moves the balance for good."""
        options.setdefault("other", -2)
        self.kit.bank.planned.append(
            Planned(when, cash.account.number, cents(yuan), "TRANSFER", free=True, **options)
        )

    def diligence(self, party: Party, due: int) -> None:
        """Set the next review date of a party and forget any review that was drawn for it."""
        bank = self.kit.bank
        bank.edits = [edit for edit in bank.edits if edit[1] is not party]
        party.cdd_due_date = due

    def group(self, klass: str, members: list[Party], source: str, *, lead: str = "",
              owned: float = 0.8) -> Unit:  # fmt: skip
        """Register a story's group: the first member owns the others."""
        for member in members[1:]:
            companies.owns(self.kit.bank, members[0], member, owned)
        unit = companies.register(
            self.kit, self.kit.bank.next_id("G"), klass, members[0], members, source, quiet=True
        )
        unit.lead = lead
        return unit
