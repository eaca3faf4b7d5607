"""What a publication keeps beside the results: whom units influence, totals of the whole bank, and the work that it asks for."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.utils import ProgrammingError

from jinlan.clients.models import Unit
from jinlan.clients.testing import covers
from jinlan.insight.results import TIES
from jinlan.kernel.outbox import Job
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.serving.models import (
    BankTotal,
)
from jinlan.serving.ties import influence, influenced_revenue
from jinlan.site.tests.publishing import OCT, PREVIEW, SEP, Bank, bank, seen, unit

__all__ = ["bank"]  # the fixture of that module


def tie(code: str, role: str, party: Any, revenue: str | None, group: str | None = None) -> dict[str, Any]:
    return dict.fromkeys(TIES.names) | {
        "unit_id": code, "role": role, "party_id": party.code, "other_unit_id": group,
        "revenue_12m": None if revenue is None else Decimal(revenue),
    }  # fmt: skip


def _influence(bank: Bank, username: str, code: str) -> list[tuple[str, int, int, Decimal | None]]:
    with scoped(bank.cast.actor("chenwei")):
        key = Unit.objects.filter(code=code).values_list("pk", flat=True).get()
    with scoped(actor := bank.cast.actor(username)):
        return [
            (one.role, len(one.ties), one.clients, one.revenue_12m)
            for one in influence(actor, unit_id=key, as_of=OCT)
        ]


def test_whose_value_a_unit_moves_is_told_by_role_and_added_once_over_roles(bank: Bank) -> None:
    yi, yi_2, zhang = (bank.cast.parties[name] for name in ("yi", "yi-2", "zhang"))
    bank.ties = [
        tie("G-JIA", "GUARANTOR", yi, "100.25"), tie("G-JIA", "GUARANTOR", yi_2, None), tie("G-JIA", "CHAIN_CORE", yi, "100.25"),
        tie("G-NONE", "GUARANTOR", zhang, "9.00"),
    ]  # fmt: skip
    bank.publish(bank.evaluated(OCT, PREVIEW))

    assert _influence(bank, "chenwei", "G-JIA") == [
        ("CHAIN_CORE", 1, 1, Decimal("100.25")),
        ("GUARANTOR", 2, 1, Decimal("100.25")),
    ]
    with scoped(actor := bank.cast.actor("chenwei")):
        keys = dict(Unit.objects.values_list("code", "pk"))
        assert influenced_revenue(actor, unit_ids=keys.values(), as_of=OCT) == {
            keys["G-JIA"]: Decimal("100.25")
        }


def test_influence_is_no_way_around_the_wall_between_clients(bank: Bank) -> None:
    jia = bank.cast.parties["jia"]
    bank.ties = [
        tie("H-ZHANG", "CONTROLLER", jia, "500.00", "G-JIA"),
        tie("G-JIA", "GUARANTOR", bank.cast.parties["yi"], "7.00"),
    ]
    bank.publish(bank.evaluated(OCT, PREVIEW))
    with scoped(bank.cast.actor("chenwei")):
        household, group = (Unit.objects.get(code=code) for code in ("H-ZHANG", "G-JIA"))
    covers(bank.cast.employees["E1003"], household)
    covers(bank.cast.employees["E1001"], group)

    assert _influence(bank, "chenwei", "H-ZHANG") == [("CONTROLLER", 1, 1, Decimal("500.00"))]
    assert _influence(bank, "zhaoyan", "H-ZHANG") == []  # he leads the household; the group is not his
    assert (
        _influence(bank, "lihua", "G-JIA") == []
    )  # she leads the group; the guaranteed company is elsewhere
    assert _influence(bank, "sunjie", "H-ZHANG") == [
        ("CONTROLLER", 1, 1, Decimal("500.00"))
    ]  # both are at his branch


def totals(bank: Bank) -> dict[date, list[tuple[Any, ...]]]:
    """What is kept of the whole bank: date -> (run, kind, units, in a tier, unknown, revenue, of those in a tier)."""
    found: dict[date, list[tuple[Any, ...]]] = {}
    with scoped(bank.cast.actor("zhengyu")):
        for day, *row in BankTotal.objects.order_by("as_of", "kind").values_list(
            "as_of", "run_id", "kind", "units", "tiered", "unknown", "revenue", "revenue_tiered"
        ):
            found.setdefault(day, []).append(tuple(row))
    return found


def earns(value: str | None, state: str = "ok") -> str:
    return json.dumps({"revenue_12m": {"v": value, "s": state}})


def test_totals_are_of_all_units_and_follow_the_run_of_their_date(bank: Bank) -> None:
    bank.units[0] |= {"measures": earns("70.10")}
    bank.units[1] |= {"measures": earns(None, "incomplete")}
    place = bank.units[0]["root_party_id"], bank.units[0]["branch_id"]
    bank.units.append(unit("G-SMALL", *place, managed=False, effective_tier="", measures=earns("29.90")))
    both = bank.evaluated(SEP, OCT)
    bank.publish(both)

    first = bank.runs[-1].pk
    told = [
        (first, "GROUP", 2, 1, 0, Decimal("100.00"), Decimal("70.10")),
        (first, "HNW", 1, 1, 1, Decimal("0.00"), Decimal("0.00")),
    ]
    assert totals(bank) == {SEP: told, OCT: told}

    bank.units[2] |= {"measures": earns("129.90")}
    again = bank.evaluated(OCT, PREVIEW)
    bank.publish([both[0], *again])
    moved = (bank.runs[-1].pk, "GROUP", 2, 1, 0, Decimal("200.00"), Decimal("70.10"))
    assert totals(bank)[SEP] == told
    assert totals(bank)[OCT][0] == totals(bank)[PREVIEW][0] == moved

    bank.publish([both[0], again[0]])
    assert set(totals(bank)) == {SEP, OCT}  # a look inside a month goes with its date
    assert seen(bank).keys() == {SEP, OCT}


def test_totals_of_an_earlier_release_s_dates_come_with_the_next_publication(bank: Bank) -> None:
    dates = bank.evaluated(SEP, OCT)
    bank.publish(dates)
    with writing():
        BankTotal.objects.all().delete()

    bank.publish(dates)

    assert set(totals(bank)) == {SEP, OCT}


@pytest.mark.parametrize("username", ["lihua", "sunjie"])
def test_totals_of_the_bank_are_for_those_who_see_it(bank: Bank, username: str) -> None:
    bank.publish(bank.evaluated(OCT))

    with pytest.raises(ProgrammingError, match="permission denied"), scoped(bank.cast.actor(username)):
        list(BankTotal.objects.all())


def test_a_publication_asks_once_for_the_review_and_the_indicators(bank: Bank) -> None:
    bank.publish(bank.evaluated(OCT))

    with scoped(bank.cast.actor("hejun")):
        names = list(Job.objects.order_by("id").values_list("name", flat=True))
    assert names == ["strategy.review_month", "strategy.refresh_targets", "work.snapshot_indicators"]
