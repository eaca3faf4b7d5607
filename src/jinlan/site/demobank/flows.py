"""The monthly engine of deposit accounts: bookings and day-end balances that agree to the cent.

Every month the flows of all accounts are drawn at once. What they would leave behind is compared with the
balance an account aims at, and one steering transfer closes the gap; interest is posted on top. The balance
of a day is the balance of the day before plus that day's bookings: nothing else ever moves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from jinlan.lake.extracts.schema import TXN_TYPES
from jinlan.site.demobank.arrow import E8
from jinlan.site.demobank.book import Bank, Planned
from jinlan.site.demobank.entries import INTERNAL, LATE, Entries, Pile
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.streams import Streams, day_weights
from jinlan.site.demobank.timeline import Month

Ints: TypeAlias = "npt.NDArray[np.int64]"
KIND = {name: number for number, name in enumerate(TXN_TYPES)}


@dataclass(frozen=True, slots=True)
class Result:
    """One month: balances and accrued interest [accounts, days] in cents, who is open, the bookings."""

    month: Month
    balance: Ints
    accrued: Ints
    open: npt.NDArray[np.bool_]
    entries: Entries


class Engine:
    """Keeps the balances between months; `month` must be called in order of time."""

    def __init__(self, bank: Bank, intensity: float) -> None:
        self.bank, self.time = bank, bank.time
        cash = bank.cash
        self.size = len(cash)
        self.streams = Streams(bank, intensity)
        self.opened = np.array([one.account.open_date for one in cash], dtype=np.int64)
        self.closed = np.array([one.closes or 10**6 for one in cash], dtype=np.int64)
        self.steer = np.array([one.steer for one in cash], dtype=np.bool_)
        self.rate = np.array([one.account.interest_rate or 0 for one in cash], dtype=np.float64) / E8
        self.term = np.array([one.term for one in cash], dtype=np.bool_)
        self.tenor = np.array([one.tenor or 10**6 for one in cash], dtype=np.int64)
        self.plans = _by_month(bank)
        self._place = {one.account.number: place for place, one in enumerate(cash)}
        self._noise = np.zeros(self.size)
        self._free: Ints = np.zeros(self.size, dtype=np.int64)
        self._accrued = np.zeros(self.size)
        self.balance = np.where(self.opened < self.time.first, self.target(-1), 0)

    def target(self, month: int) -> Ints:
        """Balance aimed at for the end of a month (-1 = the opening balance)."""
        return self.streams.target(month, self._noise)

    def month(self, month: Month) -> Result:
        """Draw one month."""
        rng = stream(self.bank.seed, "flows", month.key)
        self._noise = 0.85 * self._noise + 0.53 * rng.normal(0.0, 1.0, self.size)
        pile = Pile()
        live = (self.opened < month.first) & (self.closed > month.last)
        self.streams.draw(pile, month, rng, live)
        self._planned(pile, month)
        self._openings(pile, month)
        net = pile.net(self.size, month.size)
        self._steer(pile, net, month, rng)
        self._closings(pile, net, month)
        self._guard(pile, net, month)
        path = self.balance[:, None] + np.cumsum(net, axis=1)
        accrued = self._interest(pile, path, month)
        self.balance = path[:, -1].copy()
        days = np.arange(month.first, month.last + 1)
        is_open = (self.opened[:, None] <= days) & (days <= self.closed[:, None])
        return Result(month, path, accrued, is_open, pile.entries())

    def _planned(self, pile: Pile, month: Month) -> None:
        """Bookings decided in advance: loans, stories. Free ones shift what the account aims at."""
        rows = self.plans.get(month.index, [])
        if not rows:
            return
        place = np.array([self._place[row.account] for row in rows], dtype=np.int64)
        amount = np.array([row.cents for row in rows], dtype=np.int64)
        flags = [row.internal * INTERNAL + (row.late << LATE) for row in rows]
        pile.add(
            place, np.array([row.day - month.first for row in rows]), amount,
            np.array([KIND[row.kind] for row in rows]), other=np.array([row.other for row in rows]),
            flags=np.array(flags), channel=3, text=np.array([self.streams.text(row.text) for row in rows]),
        )  # fmt: skip
        free = np.array([row.free for row in rows], dtype=np.bool_)
        np.add.at(self._free, place[free], amount[free])

    def _openings(self, pile: Pile, month: Month) -> None:
        """An account opened this month receives its first money on the day it opens."""
        new = np.flatnonzero(
            (self.opened >= month.first) & (self.opened <= month.last) & (self.opened >= self.time.first)
        )
        if len(new):
            amount = np.maximum(self.target(month.index)[new], 1)
            flags = np.where(self.term[new], INTERNAL, 0)
            pile.add(
                new,
                self.opened[new] - month.first,
                amount,
                KIND["TRANSFER"],
                other=-2,
                flags=flags,
                channel=0,
            )

    def _steer(self, pile: Pile, net: Ints, month: Month, rng: np.random.Generator) -> None:
        """One transfer per account closes the gap to the aim: money comes early and goes late."""
        aim = self.target(month.index)
        gap = aim + self._free - self.balance - net.sum(axis=1)
        worth = np.maximum(aim // 50, 10_000)
        who = np.flatnonzero(
            self.steer & (np.abs(gap) > worth) & (self.opened < month.first) & (self.closed > month.last)
        )
        work = day_weights(self.time, month, person=False) > 0.5
        early, late = np.flatnonzero(work)[:6], np.flatnonzero(work)[-7:-2]
        chance = rng.random(len(who))
        day = np.where(
            gap[who] > 0, early[(chance * len(early)).astype(int)], late[(chance * len(late)).astype(int)]
        )
        pile.add(who, day, gap[who], KIND["TRANSFER"], other=-2, channel=1, text=self.streams.text("往来款"))
        np.add.at(net, (who, day), gap[who])

    def _closings(self, pile: Pile, net: Ints, month: Month) -> None:
        """An account that closes this month pays out what it holds."""
        who = np.flatnonzero((self.closed >= month.first) & (self.closed <= month.last))
        for place in who:
            day = int(self.closed[place] - month.first)
            rest = int(self.balance[place] + net[place, : day + 1].sum())
            pile.add(
                np.array([place]), np.array([day]), np.array([-rest]), KIND["TRANSFER"], other=-2, channel=0
            )
            net[place, day] -= rest

    def _guard(self, pile: Pile, net: Ints, month: Month) -> None:
        """No deposit is overdrawn: what would be missing is paid in before and taken out after."""
        low = (self.balance[:, None] + np.cumsum(net, axis=1)).min(axis=1)
        who = np.flatnonzero((low < 0) & (self.closed > month.last))
        first = np.maximum(self.opened[who] - month.first, 0)
        last = np.full(len(who), month.size - 1)
        for day, sign in ((first, 1), (last, -1)):
            pile.add(
                who,
                day,
                -sign * low[who],
                KIND["TRANSFER"],
                other=-2,
                channel=1,
                text=self.streams.text("往来款"),
            )
            np.add.at(net, (who, day), -sign * low[who])

    def _interest(self, pile: Pile, path: Ints, month: Month) -> Ints:
        """Accrue daily; post on the 21st of a quarter's end, or at maturity. Changes `path`."""
        daily = path * (self.rate / 365)[:, None]
        total = self._accrued[:, None] + np.cumsum(daily, axis=1)
        post = np.full(self.size, -1)
        if month.number % 3 == 0:
            post[~self.term & (self.opened < month.first) & (self.closed > month.last)] = 20
        age = month.first - self.opened
        due = np.where(self.term, -age % self.tenor, -1)
        ripe = self.term & (due < month.size) & (due + age > 0)
        post[ripe] = due[ripe]
        who = np.flatnonzero(post >= 0)
        paid = np.where(post[who] > 0, total[who, post[who] - 1], self._accrued[who])
        whole = np.floor(np.maximum(paid, 0)).astype(np.int64)
        after = np.arange(month.size) >= post[who][:, None]
        path[who] += np.where(after, whole[:, None], 0)
        total[who] -= np.where(after, paid[:, None], 0.0)
        some = whole > 0
        pile.add(
            who[some],
            post[who][some],
            whole[some],
            KIND["INTEREST"],
            channel=4,
            text=self.streams.text("利息"),
        )
        self._accrued = total[:, -1].copy()
        return np.floor(np.maximum(total, 0)).astype(np.int64)


def _by_month(bank: Bank) -> dict[int, list[Planned]]:
    rows: dict[int, list[Planned]] = {}
    for row in bank.planned:
        if bank.time.first < row.day <= bank.time.end:
            rows.setdefault(bank.time.month_of(row.day), []).append(row)
    return rows
