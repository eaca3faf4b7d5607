"""Snapshots of this room's indicators: idempotent, back over the month-ends, in sight of whole-bank eyes alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError

from jinlan.domains.strategy.tests.conftest import ENDS, Bank
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import BankTotal, PublishedDate, Run, UnitResult
from jinlan.work.indicators import INDICATORS, Indicator, register
from jinlan.work.models import IndicatorValue
from jinlan.work.selectors import indicator_values
from jinlan.work.snapshots import NAME, snapshot_indicators

OCT = ENDS[-1]
EVERY = len(INDICATORS)


def snapshot() -> dict[str, int]:
    return snapshot_indicators(actor=system_actor(ENTITY, AT))


def rows() -> list[dict[str, Any]]:
    with writing():
        return list(IndicatorValue.objects.order_by("code", "as_of").values())


def one(code: str, as_of: date) -> IndicatorValue:
    with writing():
        found: IndicatorValue = IndicatorValue.objects.get(code=code, as_of=as_of)
        return found


def by_hand(bank: Bank, as_of: date) -> None:
    with writing():
        UnitResult.objects.filter(unit_id=bank.cast.group.pk, as_of=as_of).update(tier_source="OVERRIDE")


def test_the_first_time_looks_back_over_every_month_end(bank: Bank) -> None:
    by_hand(bank, ENDS[2])

    assert snapshot() == {"made": EVERY * 7, "changed": 0, "gone": 0}

    assert {row["as_of"] for row in rows()} == {*ENDS, TODAY}
    july, newest = one("OVERRIDES", ENDS[2]), one("OVERRIDES", TODAY)
    assert (july.value, july.top, july.bottom, july.met, july.why) == (Decimal("0.5"), 1, 2, False, "")
    assert july.inputs == {
        "rule": "OVERRIDE.SHARE@1900-01-01",
        "cases": [["unit", str(bank.cast.group.pk), "HQ"]],
        "behind": 1,
    }
    assert (newest.value, newest.target, newest.met, newest.run_id) == (0, Decimal("0.1"), True, bank.run.pk)
    flaps = one("FLAPS", TODAY)
    assert (flaps.value, flaps.met, flaps.why) == (None, None, "NOT_KNOWN_THEN")


def test_doing_it_twice_writes_nothing(bank: Bank) -> None:
    snapshot()
    before = rows()

    assert snapshot() == {"made": 0, "changed": 0, "gone": 0}
    assert rows() == before
    with scoped(bank.cast.actor("zhengyu")):
        assert AuditEntry.objects.filter(verb="work.indicators_kept").count() == 1


def test_the_newest_date_follows_the_facts_and_an_older_one_its_run(bank: Bank) -> None:
    snapshot()
    by_hand(bank, OCT)
    by_hand(bank, TODAY)

    assert snapshot() == {"made": 0, "changed": 1, "gone": 0}
    assert (one("OVERRIDES", TODAY).value, one("OVERRIDES", OCT).value) == (Decimal("0.5"), 0)

    with writing():  # another run speaks for October
        again = Run.objects.create(
            entity=ENTITY, as_of=OCT, load=bank.run.load, status="published", started_at=AT
        )
        PublishedDate.objects.filter(as_of=OCT).update(run=again)
    assert snapshot() == {"made": 0, "changed": EVERY, "gone": 0}
    assert (one("OVERRIDES", OCT).value, one("OVERRIDES", OCT).run_id) == (Decimal("0.5"), again.pk)


def test_what_was_missing_for_a_month_end_may_still_come(bank: Bank) -> None:
    snapshot()
    with writing():  # the totals of an earlier release's date come with the next publication
        BankTotal.objects.create(
            entity=ENTITY, run=bank.run, as_of=OCT, kind="GROUP", units=2, tiered=1, unknown=0, unknown_tiered=0, revenue=10,
            revenue_tiered=4,
        )  # fmt: skip

    assert one("COVERED", OCT).why == "NOT_KNOWN_THEN"
    assert snapshot() == {"made": 0, "changed": 1, "gone": 0}
    assert (one("COVERED", OCT).value, one("COVERED", OCT).met, one("COVERED", OCT).why) == (
        Decimal("0.4"),
        False,
        "",
    )


def test_a_look_inside_a_month_goes_with_its_date(bank: Bank) -> None:
    snapshot()
    with writing():
        PublishedDate.objects.filter(as_of=TODAY).delete()
    bank.day(date(2026, 11, 11), latest=True)

    assert snapshot() == {"made": EVERY, "changed": 0, "gone": EVERY}
    assert TODAY not in {row["as_of"] for row in rows()}


def test_nothing_is_kept_while_nothing_is_published(bank: Bank) -> None:
    with writing():
        PublishedDate.objects.all().delete()

    assert snapshot() == {}
    assert rows() == []


def test_two_years_are_looked_back_on(bank: Bank) -> None:
    for as_of in (date(2024, 10, 31), date(2024, 11, 30)):
        bank.day(as_of)
    snapshot()

    assert min(row["as_of"] for row in rows()) == date(2024, 11, 30)


@pytest.mark.parametrize("username", ["chenwei", "zhoulin", "wuhan", "zhengyu"])
def test_who_sees_the_whole_bank_reads_them_and_changes_none(bank: Bank, username: str) -> None:
    snapshot()
    before = rows()

    with scoped(bank.cast.actor(username)) as scope:
        assert len(indicator_values(scope.actor, until=TODAY)) == EVERY * 7
        assert [row.as_of for row in indicator_values(scope.actor, until=ENDS[1], code="LOAD")] == list(
            ENDS[:2]
        )
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        scoped(bank.cast.actor(username), write=True),
    ):
        IndicatorValue.objects.update(met=True)
    assert rows() == before


@pytest.mark.parametrize("username", ["lihua", "zhaoyan", "sunjie", "hejun"])
def test_nobody_else_reads_them(bank: Bank, username: str) -> None:
    snapshot()

    with scoped(bank.cast.actor(username)) as scope:
        try:
            found = indicator_values(scope.actor, until=TODAY)
        except ProgrammingError as error:
            assert "permission denied" in str(error)
        else:
            assert found == []
    assert len(rows()) == EVERY * 7


def test_the_job_runs_by_itself_after_the_charter_s(bank: Bank) -> None:
    assert TASKS[NAME].schedule
    assert TASKS["strategy.refresh_charter"].schedule
    assert TASKS["strategy.refresh_charter"].schedule.slot(AT) < TASKS[NAME].schedule.slot(AT)
    assert TASKS[NAME].run(actor=system_actor(ENTITY, AT))["made"] == EVERY * 7


def test_an_indicator_is_registered_once_and_with_a_target_that_asks_for_what_is_better() -> None:
    known = INDICATORS["LOAD"]

    with pytest.raises(ValueError, match="LOAD"):
        register(known)
    with pytest.raises(ValueError, match="NEW"):
        register(Indicator("NEW", "1.2", "x", "ratio", "down", known.selector, "x", target="INDICATOR.LOAD"))
    assert "NEW" not in INDICATORS
