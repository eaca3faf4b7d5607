"""What was done for each client in a month, and what one such activity costs at practical capacity (作业成本)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jinlan.site.demobank import arrow
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.market import common
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.timeline import Month
from jinlan.site.demobank.writer import Sink

_USED = 0.8  # share of the practical capacity that clients use


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity: cents for one, and how many a month a person and an organisation need on average."""

    code: str
    cents: int
    person: float
    organisation: float


ACTIVITIES = (
    Activity("COUNTER", 1250, 0.4, 40.0),
    Activity("DIGITAL", 35, 18.0, 600.0),
    Activity("STATEMENT", 120, 1.0, 2.0),
    Activity("RM_HOUR", 42000, 0.3, 8.0),
    Activity("CREDIT_REVIEW", 680000, 0.0, 0.4),
)


class Costs:
    """Counts activities month by month."""

    def __init__(self, bank: Bank) -> None:
        self.seed, self.time = bank.seed, bank.time
        accounts = [one.account for one in bank.cash] + [one.account for one in bank.positions]
        owners = {one.owner.party_id: one.owner for one in accounts}
        self.parties = [party for party in owners.values() if party.onboard_date is not None]
        self.ids = pa.array([party.party_id for party in self.parties])
        self.since: Ints = np.array([party.onboard_date or 0 for party in self.parties], dtype=np.int64)
        organisation = np.array([party.party_type != "PERSON" for party in self.parties])
        self.mean = {one.code: np.where(organisation, one.organisation, one.person) for one in ACTIVITIES}

    def write(self, sink: Sink, month: Month) -> int:
        """Write the counts and costs of a month that is over, known on its second working day after; return the pools' cents."""
        known = self.time.next_work(self.time.next_work(month.last + 1) + 1)
        if month.last > self.time.end:
            return 0
        pools = 0
        for activity, counts in self._counted(month):
            place = np.flatnonzero(counts)
            capacity = int(np.ceil(counts.sum() / _USED))
            pools += capacity * activity.cents
            if known <= self.time.end:
                self._deliver(sink, month, known, activity, place, counts[place], capacity)
        return pools

    def _counted(self, month: Month) -> Iterator[tuple[Activity, Ints]]:
        rng = stream(self.seed, "activities", month.key)
        for activity in ACTIVITIES:
            counts: Ints = rng.poisson(self.mean[activity.code])
            yield activity, np.where(self.since <= month.first, counts, 0)

    def _deliver(self, sink: Sink, month: Month, known: int, activity: Activity, place: Ints, counts: Ints, capacity: int) -> None:  # fmt: skip
        size = len(place)
        when: Ints = np.full(size, known)
        columns = {
            "party_id": arrow.words(place, self.ids), "period": pa.array([month.key] * size),
            "activity_code": pa.array([activity.code] * size), "count": pa.array(counts, pa.int64()),
            "change_type": pa.array(["I"] * size),
        }  # fmt: skip
        sink.write("activity_count", common("activity_count", columns, when, "ABC"), when)
        one: Ints = np.array([known])
        cost = {
            "period": pa.array([month.key]), "activity_code": pa.array([activity.code]),
            "unit_cost": arrow.decimals(np.array([activity.cents * arrow.E8 // 100]), arrow.RATE), "ccy": pa.array(["CNY"]),
            "pool_cost": arrow.decimals(np.array([capacity * activity.cents])), "capacity": pa.array([capacity], pa.int64()),
            "change_type": pa.array(["I"]),
        }  # fmt: skip
        sink.write("unit_cost", common("unit_cost", cost, one, "ABC"), one)
