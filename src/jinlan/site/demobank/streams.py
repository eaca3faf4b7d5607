"""What moves money in a month: receipts and payments, pay days, taxes, cards, fees. All accounts at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jinlan.lake.extracts.schema import TXN_TYPES
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.entries import CASHED, CROSS, PENDING, REVERSAL, Ints, Pile
from jinlan.site.demobank.names import REMITTANCE
from jinlan.site.demobank.timeline import Month, Timeline

_KIND = {name: number for number, name in enumerate(TXN_TYPES)}
# month 1..12: companies collect before the year ends and rest around Spring Festival
_SEASON = np.array([0.93, 0.78, 1.06, 0.96, 0.97, 1.08, 0.95, 0.96, 1.07, 0.97, 1.02, 1.25])
_STOCK = np.array([1.0, 0.97, 1.03, 0.99, 1.0, 1.03, 0.99, 1.0, 1.03, 0.99, 1.0, 1.05])
_SPEND = np.array([1.25, 1.1, 0.93, 0.95, 1.02, 1.0, 0.98, 0.98, 1.0, 1.06, 1.1, 1.0])
_STAFF_SHARE, _TAX_SHARE = 0.08, 0.04


def day_weights(time: Timeline, month: Month, *, person: bool) -> npt.NDArray[np.float64]:
    """Return how likely a booking falls on each day of the month."""
    start = month.first - time.first
    work = time.work[start : start + month.size]
    if person:
        return np.where(work, 1.0, 1.15)
    weights = np.where(work, 1.0, 0.03)
    last = np.flatnonzero(work)[-4:]
    weights[last] *= 2.6 if month.number % 3 == 0 else 1.6
    if month.number == 12:
        weights[np.flatnonzero(work)[-8:]] *= 1.5
    return weights


class Streams:
    """The parameters of all deposit accounts as arrays."""

    def __init__(self, bank: Bank, intensity: float) -> None:
        self.time, cash = bank.time, bank.cash
        self._text = {word: number for number, word in enumerate(REMITTANCE)}
        self.person = np.array([one.person for one in cash], dtype=np.bool_)
        self.level = np.array([one.level for one in cash], dtype=np.float64)
        self.growth = np.array([one.growth for one in cash], dtype=np.float64)
        self.vol = np.array([one.vol for one in cash], dtype=np.float64)
        self.settle = np.array([one.settle for one in cash], dtype=np.float64)
        self.credits = np.array([one.credits for one in cash], dtype=np.float64) * intensity
        self.debits = np.array([one.debits for one in cash], dtype=np.float64) * intensity
        self.salary = np.array([one.salary for one in cash], dtype=np.float64)
        self.pay_day = np.array([one.pay_day for one in cash], dtype=np.int64)
        self.staff = np.array([one.staff for one in cash], dtype=np.bool_)
        self.fee = np.array([one.fee for one in cash], dtype=np.int64)
        paths = [(place, one.path) for place, one in enumerate(cash) if one.path is not None]
        self._path_of = np.array([place for place, _ in paths], dtype=np.int64)
        self._paths = np.stack([path for _, path in paths]) if paths else np.empty((0, 0), dtype=np.int64)

    def text(self, word: str) -> int:
        """Return the code of a remittance text, -1 for none."""
        return self._text.get(word, -1)

    def target(self, month: int, noise: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return the balance aimed at for the end of a month, in cents."""
        years = (month - (self.time.history - 1)) / 12
        trend = (1 + self.growth) ** years
        stock = np.where(self.person | (self.vol == 0), 1.0, _STOCK[self.time.months[month].number - 1])
        aim = self.level * trend * stock * np.maximum(0.2, 1 + self.vol * noise)
        out = np.rint(aim).astype(np.int64)
        if len(self._path_of):
            out[self._path_of] = self._paths[:, month + 1]
        return out

    def draw(self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]) -> None:
        """Draw the bookings of one month of all accounts that are `live` all through it."""
        self._salaries(pile, month, rng, live)
        self._turnover(pile, month, rng, live)
        self._spending(pile, month, rng, live)
        self._duties(pile, month, rng, live)
        self._fees(pile, month, rng, live)

    def _pay(self, month: Month, day: int) -> int:
        return self.time.previous_work(month.first + day - 1) - month.first

    def _salaries(
        self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]
    ) -> None:
        bonus = {1: 1.9, 12: 1.3}.get(month.number, 1.0)
        for day in (10, 15):
            who = np.flatnonzero(live & (self.salary > 0) & (self.pay_day == day) & self.person)
            pay = np.rint(self.salary[who] * bonus * rng.normal(1.0, 0.02, len(who))).astype(np.int64)
            pile.add(who, np.full(len(who), self._pay(month, day)), np.maximum(pay, 100), _KIND["PAYROLL"],
                     other=-2, channel=4, text=self.text("工资"))  # fmt: skip

    def _turnover(
        self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]
    ) -> None:
        """Receipts, and payments that follow each by days, so the balance keeps above its path."""
        who = np.flatnonzero(live & (self.settle > 0))
        if not len(who):
            return
        calm = self.vol[who] == 0
        years = (month.index - (self.time.history - 1)) / 12
        season = np.where(self.person[who] | calm, 1.0, _SEASON[month.number - 1])
        noise = np.where(calm, 1.0, np.exp(rng.normal(0.0, 0.12, len(who))))
        total = self.settle[who] * season * noise * (1 + np.where(calm, 0.0, self.growth[who])) ** years
        count: Ints = 1 + rng.poisson(self.credits[who])
        skip = self.person[who] & (rng.random(len(who)) < 0.35)
        who, total, count = who[~skip], total[~skip], count[~skip]
        owner: Ints = np.repeat(np.arange(len(who)), count)
        amount = _split(rng, owner, total, len(who))
        day = self._days(month, rng, self.person[who][owner])
        flags = np.where(rng.random(len(owner)) < 0.012, CROSS, 0)
        pile.add(who[owner], day, amount, _KIND["TRANSFER"], other=-2, flags=flags,
                 channel=np.where(self.person[who][owner], 2, 1),
                 text=rng.integers(0, 8, len(owner)))  # fmt: skip
        self._payments(pile, month, rng, who, owner, count, amount, day)

    def _payments(self, pile: Pile, month: Month, rng: np.random.Generator, who: Ints, owner: Ints,
                  count: Ints,
                  amount: Ints, day: Ints) -> None:  # fmt: skip
        start = np.cumsum(count) - count
        extra: Ints = np.repeat(
            np.arange(len(who)), rng.poisson(self.debits[who] * np.where(self.person[who], 0.1, 1.0))
        )
        linked = start[extra] + (rng.random(len(extra)) * count[extra]).astype(np.int64)
        source = np.concatenate([np.arange(len(owner)), linked])
        keep = 1.0 - np.where(self.staff[who], _STAFF_SHARE + _TAX_SHARE, 0.0)
        payer = np.concatenate([owner, extra])
        paid = _split(rng, source, amount * keep[owner], len(owner))
        later = np.minimum(day[source] + rng.integers(0, 5, len(source)), month.size - 1)
        move = np.array(
            [min(self.time.next_work(month.first + d), month.last) - month.first for d in range(month.size)]
        )
        later = np.where(self.person[who][payer], later, move[later])
        cash = rng.random(len(source)) < 0.02
        kind = np.where(cash, _KIND["CASH"], _KIND["TRANSFER"])
        pile.add(who[payer], later, -paid, kind, other=np.where(cash, -1, -2),
                 flags=np.where(cash, CASHED, 0),
                 channel=np.where(cash, 0, 1),
                 text=np.where(cash, self.text("提现"), rng.integers(0, 8, len(source))))  # fmt: skip

    def _spending(
        self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]
    ) -> None:
        """Cards and small payments of persons: most of the salary, more around the festivals."""
        who = np.flatnonzero(live & self.person & (self.salary > 0))
        count: Ints = rng.poisson(self.debits[who])
        owner: Ints = np.repeat(np.arange(len(who)), count)
        amount = _split(rng, owner, self.salary[who] * 0.8 * _SPEND[month.number - 1], len(who))
        day = self._days(month, rng, np.ones(len(owner), dtype=np.bool_))
        dice = rng.random(len(owner))
        card = dice < 0.78
        cash = dice > 0.95
        kind = np.where(card, _KIND["CARD"], np.where(cash, _KIND["CASH"], _KIND["TRANSFER"]))
        flags = np.where(cash, CASHED, np.where(card & (rng.random(len(owner)) < 0.0006), PENDING, 0))
        text = np.where(card, self.text("消费"), np.where(cash, self.text("提现"), self.text("转账")))
        other = np.where(card, -3, np.where(cash, -1, -2))
        pile.add(who[owner], day, -amount, kind, other=other, flags=flags,
                 channel=np.where(card, 5, np.where(cash, 6, 2)), text=text)  # fmt: skip
        self._undo(pile, rng, who[owner], day, amount, card & (flags == 0))

    def _undo(self, pile: Pile, rng: np.random.Generator, place: Ints, day: Ints, amount: Ints,
              may: npt.NDArray[np.bool_]) -> None:  # fmt: skip
        """A few card payments are reversed the same day: same amount, opposite sign."""
        rows = np.flatnonzero(may & (rng.random(len(place)) < 0.0008))
        first = len(pile) - len(place)
        pile.add(place[rows], day[rows], amount[rows], _KIND["CARD"], other=-3, flags=REVERSAL, channel=5,
                 text=self.text("消费"), back=first + rows)  # fmt: skip

    def _duties(
        self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]
    ) -> None:
        """Companies pay wages on pay day and taxes around the 15th."""
        who = np.flatnonzero(live & self.staff & (self.settle > 0))
        years = (month.index - (self.time.history - 1)) / 12
        base = self.settle[who] * (1 + self.growth[who]) ** years
        pay = np.array([self._pay(month, day) for day in (10, 15)])
        wages = np.rint(base * _STAFF_SHARE * rng.normal(1, 0.03, len(who))).astype(np.int64)
        pile.add(who, pay[(self.pay_day[who] == 15).astype(int)], -np.maximum(wages, 100), _KIND["PAYROLL"],
                 channel=4, text=self.text("工资"))  # fmt: skip
        size = 1.6 if month.number % 3 == 1 else 0.7
        tax = np.rint(base * _TAX_SHARE * size * rng.normal(1, 0.05, len(who))).astype(np.int64)
        pile.add(
            who,
            np.full(len(who), pay[1]),
            -np.maximum(tax, 100),
            _KIND["TAX"],
            channel=1,
            text=self.text("税款"),
        )

    def _fees(self, pile: Pile, month: Month, rng: np.random.Generator, live: npt.NDArray[np.bool_]) -> None:
        who = np.flatnonzero(live & (self.fee > 0))
        noise = np.where(self.vol[who] == 0, 1.0, rng.uniform(0.75, 1.25, len(who)))
        amount = np.maximum(np.rint(self.fee[who] * noise).astype(np.int64), 100)
        day = self.time.next_work(month.first + 19) - month.first
        pile.add(
            who,
            np.full(len(who), min(day, month.size - 1)),
            -amount,
            _KIND["FEE"],
            channel=4,
            text=self.text("手续费"),
        )

    def _days(self, month: Month, rng: np.random.Generator, person: npt.NDArray[np.bool_]) -> Ints:
        out: Ints = np.empty(len(person), dtype=np.int64)
        for flag in (True, False):
            some = person == flag
            steps = np.cumsum(day_weights(self.time, month, person=flag))
            out[some] = np.searchsorted(steps, rng.random(int(some.sum())) * steps[-1])
        return np.minimum(out, month.size - 1)


def _split(rng: np.random.Generator, owner: Ints, total: npt.NDArray[np.float64] | Ints, owners: int) -> Ints:
    """Split each owner's total over its rows by random weights; every row at least 1 yuan."""
    weight = rng.gamma(1.3, 1.0, len(owner)) + 0.02
    whole = np.bincount(owner, weight, minlength=owners)
    return np.maximum(np.floor(total[owner] * weight / whole[owner]).astype(np.int64), 100)
