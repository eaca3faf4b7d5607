"""A committee decides on a real lake, and the next night makes it effective: no earlier date changes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import AgendaItem, TierDecision
from jinlan.domains.strategy.services import committee
from jinlan.domains.strategy.services.review import review_month
from jinlan.kernel.outbox import Job
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import a_person, an_actor, writing
from jinlan.lake.tests import tiny_bank
from jinlan.serving.models import UnitResult
from jinlan.site import jobs, listing, twodays

JAN, FEB, DAY = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def quiet(_text: str) -> None:
    """Say nothing."""


def night(as_of: date) -> str:
    return jobs.evaluate_and_publish(as_of, progress=quiet)


@pytest.fixture
def bank(database: None, tmp_path: Path, settings: Any) -> dict[str, Any]:
    """Three days of a tiny bank with one client of the approved list, and three people for a committee."""
    settings.JINLAN_ENTITY, settings.LAKE_DIR = tiny_bank.ENTITY, tmp_path / "lake"
    settings.JINLAN_ROOTS = tmp_path / "roots.jsonl"
    settings.LAKE_DIR.mkdir()
    entry = {
        "entry_id": "E1",
        "root_party_id": "P1",
        "unit_kind": "GROUP",
        "tier": "HQ",
        "since": date(2020, 1, 1),
    }
    days = (
        (tiny_bank.FIRST, tiny_bank.first_day() | {"approved_list": [entry]}),
        (JAN, tiny_bank.next_day(JAN)),
        (DAY, tiny_bank.next_day(DAY, amount="120.00")),
    )
    for day, tables in days:
        tiny_bank.write(tmp_path / "in", tables, day=day)
    jobs.load(tmp_path / "in", progress=quiet)
    night(DAY)
    roles = {"head": "dept_head", "risk": "risk", "comp": "compliance"}
    return {
        name: an_actor(a_person(name, role, entity=tiny_bank.ENTITY, employee=name), AT)
        for name, role in roles.items()
    }


def tiers(bank: dict[str, Any]) -> list[tuple[str, str, str, date | None]]:
    with scoped(bank["head"]):
        unit = Unit.objects.get(code="GROUP-P1")
        rows = UnitResult.objects.filter(unit_id=unit.pk).order_by("as_of")
        return [(one.effective_tier, one.tier_source, one.tier_state, one.tier_since) for one in rows]


def decided(bank: dict[str, Any], proposed: str, *, choice: str) -> str:
    """Let a committee vote on a proposal that the published result is given."""
    with writing(tiny_bank.ENTITY):
        UnitResult.objects.filter(as_of=DAY, effective_tier="HQ").update(
            proposed_tier=proposed, tier_state="proposed_down"
        )
    people = {"members": list(bank), "chair": "risk", "day": DAY}
    meeting = UUID(committee.call_meeting(actor=bank["head"], **people))
    assert committee.build_agenda(actor=bank["head"], meeting=meeting) == 1
    committee.open_meeting(actor=bank["risk"], meeting=meeting)
    with scoped(bank["comp"]):
        item = AgendaItem.objects.get(meeting__public_id=meeting).public_id
    for one in ("head", "comp"):
        committee.cast_ballot(actor=bank[one], item=item, choice=choice)
    return str(committee.close_item(actor=bank["risk"], item=item, note="按会议材料决定"))


def tiny_bank_before() -> date:
    """Return the month-end before the day."""
    return date(DAY.year, DAY.month, 1) - timedelta(days=1)


LISTED = ("HQ", "APPROVED_LIST", "active", date(2020, 1, 1))


def test_the_next_night_makes_a_decision_effective_and_leaves_earlier_dates(bank):
    assert tiers(bank) == [LISTED] * 3

    assert decided(bank, "KEY", choice="FOR") == "passed"
    assert "1 个日期" in night(DAY)

    assert tiers(bank) == [LISTED, LISTED, ("KEY", "COMMITTEE", "active", DAY)]
    assert "已是最新" in night(DAY)
    found, _ = listing.why(actor=bank["head"], entity=tiny_bank.ENTITY, unit="GROUP-P1", as_of=DAY)
    assert (found.effective_tier, found.tier_source) == ("KEY", "COMMITTEE")
    told = twodays.compare(bank["head"], tiny_bank.ENTITY, "GROUP-P1", DAY, tiny_bank_before(), form="zh")
    assert f"GROUP-P1: {tiny_bank_before()} 与 {DAY} 之间" in told
    assert "层级 HQ → KEY" in told
    as_json = json.loads(
        twodays.compare(bank["head"], tiny_bank.ENTITY, "GROUP-P1", tiny_bank_before(), DAY, form="json")
    )
    assert ([one["effective_tier"] for one in as_json["days"]], as_json["goal"]) == (["HQ", "KEY"], "HQ")


def test_a_tier_that_was_retained_says_so_from_the_next_night_on(bank):
    assert decided(bank, "KEY", choice="AGAINST") == "rejected"
    night(DAY)
    assert tiers(bank)[-1] == ("HQ", "APPROVED_LIST", "retained", date(2020, 1, 1))


def test_each_publication_asks_for_the_review_and_it_writes_the_life_down(bank):
    system = system_actor(tiny_bank.ENTITY, AT)
    with scoped(system):
        assert Job.objects.filter(name="strategy.review_month").count() == 1
        assert Job.objects.filter(name="strategy.refresh_targets").count() == 1
    review_month(actor=system)
    assert review_month(actor=system) == {"steps": 0, "proposals": 0}
    decided(bank, "KEY", choice="FOR")
    night(DAY)
    review_month(actor=system)
    with scoped(bank["head"]):
        assert [(one.step, one.after, one.source) for one in TierDecision.objects.order_by("since")] == [
            ("up", "HQ", "APPROVED_LIST"),
            ("down", "KEY", "COMMITTEE"),
        ]
