"""The other side of a booking: outside firms and persons, shops, or another account of the bank itself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jinlan.site.demobank import ids
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.names import MEMBER_WORDS, PLACES, Names

OUTSIDE, SHOPS = 2400, 300
_SHOPS = ("超市", "餐厅", "加油站", "书店", "药房", "咖啡馆", "百货", "酒店", "影院", "健身房")
_BANKS = tuple(
    f"{code}{place:04d}00012"
    for code in ("902", "903", "905")
    for place in (1000, 2900, 3310, 5840, 6510, 5210)
)
_COUNTRIES = ("HK", "US", "DE", "SG", "JP", "VN")


class Counterparties:
    """Names, masked accounts and banks by code: outside ones, then shops, then the bank's own."""

    def __init__(self, bank: Bank) -> None:
        names, dice = Names(bank.seed + 1), bank.dice("counterparties")
        titles = [
            names.person(female=dice.chance(0.5)) if dice.chance(0.25)
            else f"{dice.pick(PLACES)}{names.brand()[0]}{dice.pick(MEMBER_WORDS)}有限公司"
            for _ in range(OUTSIDE)
        ]  # fmt: skip
        titles += [f"{dice.pick(PLACES)}{names.brand()[0]}{dice.pick(_SHOPS)}" for _ in range(SHOPS)]
        masks: list[str | None] = [ids.foreign_mask(1_000_000 + number * 37) for number in range(OUTSIDE)]
        masks += [None] * SHOPS
        titles += [account.owner.name_zh for account in bank.accounts]
        masks += [account.account_no_masked for account in bank.accounts]
        self.names, self.masks = pa.array(titles), pa.array(masks)
        self.banks = pa.array(_BANKS)
        self.countries = pa.array((*_COUNTRIES, "CN"))

    @staticmethod
    def own(number: int) -> int:
        """Return the code of one of the bank's own accounts."""
        return OUTSIDE + SHOPS + number

    def resolve(self, other: Ints, rng: np.random.Generator) -> Ints:
        """Turn -2 (anyone outside) and -3 (a shop) into codes; a few partners come up far more often."""
        out = other.astype(np.int64)
        skewed = (rng.random(len(out)) ** 2.5 * OUTSIDE).astype(np.int64)
        out = np.where(out == -2, skewed, out)
        return np.where(out == -3, OUTSIDE + rng.integers(0, SHOPS, len(out)), out)

    def bank_of(self, other: Ints) -> Ints:
        """Return the code of the counterparty's bank in `banks`; meaningful for outside ones only."""
        return other % len(_BANKS)

    def country_of(self, other: Ints, cross: Ints) -> Ints:
        """Return the code in `countries`: abroad for cross-border bookings, else China."""
        return np.where(cross > 0, other % len(_COUNTRIES), len(_COUNTRIES))
