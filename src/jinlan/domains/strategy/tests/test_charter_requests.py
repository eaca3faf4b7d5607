"""Answers that the charter owes: targets by the working hour, kept or missed, beside the contacts and never among them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI
from jinlan.basics.worktime import WorkingHours
from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import Obligation
from jinlan.domains.strategy.rules.charter_plan import InForce, TierSpan
from jinlan.domains.strategy.rules.charter_requests import Request, answers
from jinlan.domains.strategy.rules.charter_text import parse_charter, shipped
from jinlan.domains.strategy.selectors import compliance as reading
from jinlan.domains.strategy.tests.conftest import Bank
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import ENTITY, TODAY, writing
from jinlan.serving.models import UnitRequest, UnitResult
from jinlan.work.models import Task

HOURS = WorkingHours(china())
CHARTER = InForce(parse_charter(shipped()), date(2020, 1, 1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ask(bank: Bank, unit: Unit, code: str, received: str, answered: str = "", settled: str = "", kind: str = "COMPLAINT") -> None:  # fmt: skip
    with writing():
        UnitRequest.objects.create(
            entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code=code, kind=kind,
            received_at=at(received), answered_at=at(answered) if answered else None, settled_at=at(settled) if settled else None,
        )  # fmt: skip


def owed(bank: Bank, unit: Unit) -> list[tuple[str, str, datetime, date | None]]:
    with scoped(bank.cast.actor("chenwei")):
        rows = Obligation.objects.filter(unit_id=unit.pk).exclude(ref="").order_by("ref", "-kind")
        return [(row.ref, row.kind, row.due_at.astimezone(SHANGHAI), row.kept_on) for row in rows]


def four(bank: Bank) -> None:
    ask(bank, bank.cast.group, "K1", "2026-10-12 10:00", "2026-10-12 11:30", "2026-10-14 11:00")
    ask(bank, bank.cast.group, "K2", "2026-09-30 16:00", "2026-10-08 09:30", "2026-10-09 15:59", "REQUEST")
    ask(bank, bank.cast.group, "K3", "2026-11-09 16:30", kind="SUGGESTION")
    ask(bank, bank.cast.group, "K4", "2026-05-20 10:00")  # of a day of which no tier is known


def test_targets_are_those_of_tier_and_version_on_the_day_of_the_request() -> None:
    tiers = [TierSpan("HQ", 1, date(2026, 1, 1), date(2026, 10, 13)), TierSpan("KEY", 1, date(2026, 10, 13))]
    asked = [
        Request("A", "COMPLAINT", at("2026-10-12 16:00"), None, None),
        Request("B", "SUGGESTION", at("2026-10-13 09:00"), at("2026-10-13 17:00"), None),
        Request("C", "REQUEST", at("2025-12-31 10:00"), None, None),
    ]

    found = [
        (one.ref, one.kind, one.tier, one.due_at, one.kept_on)
        for one in answers(asked, "GROUP", tiers, [CHARTER], HOURS)
    ]

    assert found == [
        ("A", "RESPOND", "HQ", at("2026-10-13 10:00"), None),  # 2 working hours
        ("A", "RESOLVE", "HQ", at("2026-10-14 16:00"), None),  # 16 of them: 1 + 8 + 7
        ("B", "RESPOND", "KEY", at("2026-10-13 17:00"), date(2026, 10, 13)),  # 8, kept on the stroke
    ]


def test_an_answer_on_a_day_off_is_in_time_and_one_that_was_settled_at_once_was_answered(bank: Bank) -> None:
    tiers = [TierSpan("HQ", 1, date(2026, 1, 1))]
    asked = [
        Request("W", "SUGGESTION", at("2026-09-26 10:00"), at("2026-09-27 10:00"), None),  # Saturday, answered on Sunday
        Request("S", "REQUEST", at("2026-10-12 10:00"), None, at("2026-10-12 10:30")),
    ]  # fmt: skip

    assert [(one.ref, one.kind, one.kept_on) for one in answers(asked, "GROUP", tiers, [CHARTER], HOURS)] == [
        ("W", "RESPOND", date(2026, 9, 27)),
        ("S", "RESPOND", date(2026, 10, 12)),
        ("S", "RESOLVE", date(2026, 10, 12)),
    ]


def test_answers_are_owed_by_the_working_hour_and_kept_when_they_came_in_time(bank: Bank) -> None:
    four(bank)
    bank.refresh()

    assert owed(bank, bank.cast.group) == [
        ("K1", "RESPOND", at("2026-10-12 12:00"), date(2026, 10, 12)),
        ("K1", "RESOLVE", at("2026-10-14 10:00"), None),  # settled an hour later
        ("K2", "RESPOND", at("2026-10-08 10:00"), date(2026, 10, 8)),
        ("K2", "RESOLVE", at("2026-10-09 16:00"), date(2026, 10, 9)),
        ("K3", "RESPOND", at("2026-11-10 10:30"), None),
    ]


def test_attainment_stands_beside_compliance_and_leaves_it_alone(bank: Bank) -> None:
    bank.refresh()
    with scoped(bank.cast.actor("chenwei")) as scope:
        about = reading.measured(scope.actor)
        assert about
        before = reading.compliance_of(scope.actor, about)
    four(bank)
    bank.refresh()

    with scoped(bank.cast.actor("chenwei")) as scope:
        said = {
            (row.ref, row.kind): reading.state_of(row, TODAY) for row in Obligation.objects.exclude(ref="")
        }
        assert said == {
            ("K1", "RESPOND"): "kept", ("K1", "RESOLVE"): "late", ("K2", "RESPOND"): "kept", ("K2", "RESOLVE"): "kept", ("K3", "RESPOND"): "due",
        }  # fmt: skip
        found = reading.attainment_of(scope.actor, about)
        assert [(kind, one.kept, one.owed, one.share) for kind, one in found.items()] == [
            ("RESPOND", 2, 2, Decimal(1)),  # K3 has the rest of the day
            ("RESOLVE", 1, 2, Decimal("0.5")),
        ]
        assert reading.compliance_of(scope.actor, about) == before
        (branch,) = reading.compliance_by_branch(scope.actor, about)
        assert (branch.answers.kept, branch.answers.owed, branch.figure) == (3, 4, before)
        missed = [
            one.ref for one in reading.misses(scope.actor, about, unit_id=bank.cast.group.pk) if one.ref
        ]
        assert missed == ["K1"]


def test_a_target_that_runs_is_not_changed_by_a_later_tier(bank: Bank) -> None:
    four(bank)
    bank.refresh()
    before = owed(bank, bank.cast.group)
    with writing():
        UnitResult.objects.filter(unit_id=bank.cast.group.pk).update(effective_tier="KEY")
        UnitRequest.objects.filter(code="K3").update(answered_at=at("2026-11-10 10:30"))

    bank.refresh()

    assert owed(bank, bank.cast.group) == [*before[:4], (*before[4][:3], date(2026, 11, 10))]


def test_what_waits_is_a_task_until_it_came(bank: Bank) -> None:
    four(bank)
    assert bank.refresh()["answers_opened"] == 1
    assert bank.refresh()["answers_opened"] == 0
    with scoped(bank.cast.actor("lihua")):
        (task,) = Task.objects.filter(kind="request")
        assert (task.subject, task.due_on, task.closed_at) == ("request:G-JIA:RESPOND:K3", TODAY, None)
    with writing():
        UnitRequest.objects.filter(code="K3").update(answered_at=at("2026-11-10 10:31"))

    assert bank.refresh()["answers_closed"] == 1
    with scoped(bank.cast.actor("lihua")):
        assert Task.objects.get(kind="request").outcome == "late"


def test_a_case_that_the_bank_takes_back_is_owed_no_more_and_others_see_nothing(bank: Bank) -> None:
    four(bank)
    bank.refresh()
    with writing():
        UnitRequest.objects.filter(code="K1").delete()
    bank.refresh()

    assert sorted({row[0] for row in owed(bank, bank.cast.group)}) == ["K2", "K3"]
    with scoped(bank.cast.actor("wangmin")):
        assert Obligation.objects.exclude(ref="").count() == 0
        assert UnitRequest.objects.count() == 0


def test_a_contact_has_no_hour_and_an_answer_has_one(bank: Bank) -> None:
    from django.db import IntegrityError

    bank.refresh()
    with pytest.raises(IntegrityError, match="obligation_answer_by_the_hour"), writing():
        Obligation.objects.filter(ref="").update(ref="K9")
