from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import covers
from jinlan.domains.strategy.models import LeaveAlone, Obligation
from jinlan.domains.strategy.selectors import compliance as reading
from jinlan.domains.strategy.services.charter_acts import excuse_obligation, leave_alone
from jinlan.domains.strategy.tests.conftest import Bank
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import TODAY, a_person, an_actor, writing
from jinlan.work.services import decide, propose

SAID = {"reason_code": "CLIENT_ABSENT", "evidence": "董事长 10 月在海外出差，来函说明"}


def a_miss(bank: Bank, kind: str = "FACE") -> Obligation:
    """Refresh, and return the newest obligation of the group that was missed."""
    bank.refresh()
    with scoped(bank.cast.actor("lihua")):
        rows = Obligation.objects.filter(unit_id=bank.cast.group.pk, kind=kind, due_on__lt=TODAY)
        found = rows.order_by("due_on").last()
        assert found is not None
        return found


def state(row: Obligation) -> dict[str, Any]:
    with writing():
        return Obligation.objects.filter(pk=row.pk).values().get()


def asked(bank: Bank, row: Obligation, username: str = "lihua", **other: str) -> UUID:
    payload = {"public_id": str(row.public_id), **SAID, **other}
    made: UUID = propose(
        actor=bank.cast.actor(username),
        act=excuse_obligation.name,
        payload=payload,
        reason="客户来函，请批准",
    ).public_id
    return made


def test_a_manager_asks_and_the_branchs_head_excuses(bank: Bank) -> None:
    row = a_miss(bank)
    before = None
    with scoped(bank.cast.actor("lihua")) as scope:
        about = reading.measured(scope.actor)
        assert about
        before = reading.compliance_of(scope.actor, about, unit_id=bank.cast.group.pk)

    decide(actor=bank.cast.actor("sunjie"), approval=asked(bank, row), approves=True, reason="情况属实")

    found = state(row)
    assert (found["excuse_code"], found["excuse_asked_by"], found["excused_by"]) == (
        "CLIENT_ABSENT",
        "lihua",
        "sunjie",
    )
    assert found["excuse_evidence"] == SAID["evidence"]
    with scoped(bank.cast.actor("lihua")) as scope:
        after = reading.compliance_of(scope.actor, about, unit_id=bank.cast.group.pk)
        assert (after.kept, after.owed, after.excused) == (before.kept, before.owed - 1, before.excused + 1)
    with scoped(bank.cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="strategy.obligation_excused")
        assert (entry.username, entry.after["asked_by"]) == ("sunjie", "lihua")


def test_the_night_leaves_an_excuse_alone_and_closes_its_task(bank: Bank) -> None:
    row = a_miss(bank)
    decide(actor=bank.cast.actor("chenwei"), approval=asked(bank, row), approves=True)
    excused = state(row)

    counts = bank.refresh()

    assert state(row) == excused
    assert counts["closed"] == 1


def test_nobody_excuses_alone_and_who_is_measured_does_not_decide(bank: Bank) -> None:
    row = a_miss(bank)
    before = state(row)

    with pytest.raises(Refused) as refused:
        excuse_obligation(actor=bank.cast.actor("lihua"), public_id=row.public_id, **SAID)
    assert refused.value.code == "FOUR_EYES"
    # a head who led the client on the due date gains by the excuse
    with writing():
        Obligation.objects.filter(pk=row.pk).update(lead="E2001")
    request = asked(bank, row)
    with pytest.raises(Refused) as refused:
        decide(actor=bank.cast.actor("sunjie"), approval=request, approves=True)
    assert refused.value.code == "BENEFICIARY"
    assert state(row) == before | {"lead": "E2001"}


def test_a_no_changes_nothing(bank: Bank) -> None:
    row = a_miss(bank)
    before = state(row)

    decide(
        actor=bank.cast.actor("sunjie"), approval=asked(bank, row), approves=False, reason="依据不足，请补"
    )

    assert state(row) == before


@pytest.mark.parametrize(
    ("changes", "said", "code"),
    [
        ({"kept_on": "due"}, {}, "EXCUSE_KEPT"),
        ({}, {"reason_code": "BUSY"}, "EXCUSE_REASON"),
        ({}, {"evidence": "没时间"}, "EXCUSE_EVIDENCE"),
        ({"long ago": True}, {}, "EXCUSE_LATE"),
    ],
    ids=str,
)
def test_an_excuse_without_ground_is_refused(
    bank: Bank, changes: dict[str, Any], said: dict[str, str], code: str
) -> None:
    row = a_miss(bank)
    with writing():
        if "kept_on" in changes:
            Obligation.objects.filter(pk=row.pk).update(kept_on=row.due_on)
        if "long ago" in changes:
            old = Obligation.objects.filter(unit_id=row.unit_id, due_on__lt=TODAY - timedelta(61))
            found = old.order_by("due_on").last()
            assert found is not None
            row = found
    before = state(row)

    with pytest.raises(Refused) as refused:
        asked(bank, row, **said)

    assert refused.value.code == code
    assert state(row) == before


def test_what_is_not_the_own_book_cannot_be_excused(bank: Bank) -> None:
    row = a_miss(bank)
    before = state(row)

    for username in ("wangmin", "zhaoyan", "wuhan"):
        with pytest.raises(ScopeDenied):
            asked(bank, row, username)
    stranger = a_person("strange", "branch_head", branch="SH")
    with pytest.raises(ScopeDenied):
        decide(actor=an_actor(stranger), approval=asked(bank, row), approves=True)
    assert state(row) == before


def test_a_client_is_left_alone_until_the_day_and_what_was_due_stays(bank: Bank) -> None:
    group = bank.cast.group
    bank.met(group, date(2026, 10, 20))
    bank.refresh()
    before = [row for row in bank.rows(group, "CALL") if row[1] < TODAY]
    key = leave_alone(
        actor=bank.cast.actor("lihua"), unit=group.public_id, not_before=date(2026, 12, 15), reason="客户年底封账，请勿打扰"
    )  # fmt: skip
    bank.refresh()

    assert bank.rows(group)[-1] == (date(2026, 10, 20), date(2026, 12, 15), None, "HQ")
    assert bank.rows(group, "CALL")[: len(before)] == before
    assert bank.rows(group, "CALL")[-1][1] == date(2026, 12, 15)
    with scoped(bank.cast.actor("sunjie")) as scope:
        row = reading.left_alone(scope.actor, unit_id=group.pk, on=TODAY)
        assert row is not None
        assert (str(row.public_id), row.until, row.person_name) == (key, date(2026, 12, 15), "李华")
        assert reading.left_alone(scope.actor, unit_id=group.pk, on=date(2026, 12, 15)) is None
    with scoped(bank.cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="strategy.client_left_alone")
        assert entry.reason == "客户年底封账，请勿打扰"


def test_a_later_word_replaces_an_earlier_one(bank: Bank) -> None:
    group, lihua = bank.cast.group, bank.cast.actor("lihua")
    bank.met(group, date(2026, 10, 20))
    for day in (date(2026, 12, 15), date(2026, 11, 25)):
        leave_alone(actor=lihua, unit=group.public_id, not_before=day, reason="客户来电要求")
    bank.refresh()

    assert bank.rows(group)[-1][1] == date(2026, 11, 25)
    with scoped(lihua):
        ends = LeaveAlone.objects.order_by("id").values_list("until", "ended_on")
        assert list(ends) == [(date(2026, 12, 15), TODAY), (date(2026, 11, 25), None)]


@pytest.mark.parametrize(
    ("day", "reason", "code"),
    [
        (TODAY, "客户来电要求", "QUIET_TERM"),
        (TODAY + timedelta(181), "客户来电要求", "QUIET_TERM"),
        (TODAY + timedelta(30), "忙", "QUIET_REASON"),
    ],
)
def test_quiet_has_a_term_and_a_reason(bank: Bank, day: date, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        leave_alone(
            actor=bank.cast.actor("lihua"), unit=bank.cast.group.public_id, not_before=day, reason=reason
        )

    assert refused.value.code == code
    with writing():
        assert not LeaveAlone.objects.exists()


def test_only_who_answers_for_the_client_may_ask_for_quiet(bank: Bank) -> None:
    covers(bank.cast.employees["E1002"], bank.cast.other)
    for username in ("wangmin", "zhaoyan", "wuhan", "zhengyu"):
        with pytest.raises(ScopeDenied):
            leave_alone(
                actor=bank.cast.actor(username), unit=bank.cast.group.public_id, not_before=TODAY + timedelta(30), reason="客户来电要求",
            )  # fmt: skip
    with writing():
        assert not LeaveAlone.objects.exists()
