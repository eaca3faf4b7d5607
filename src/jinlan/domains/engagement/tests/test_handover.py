"""A hand-over from the day it begins to the end of the dispute window: signed by three, carried over at once, the old manager out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.models import Coverage, TeamChange
from jinlan.clients.selectors import unit_of
from jinlan.clients.testing import Cast, covers, the_cast
from jinlan.domains.engagement.models import (
    HandOver,
    Interaction,
    Opportunity,
    OpportunityStep,
    Pair,
    Promise,
    PromiseStep,
)
from jinlan.domains.engagement.rules.handover import ITEMS
from jinlan.domains.engagement.services.carrying import (
    carry_over,
    raise_hand_over_issue,
    settle_hand_over_issue,
)
from jinlan.domains.engagement.services.handing import (
    number_of,
    sign_for_absent,
    sign_hand_over,
    withdraw_hand_over,
)
from jinlan.domains.engagement.services.handover import (
    assign_complaint,
    begin_book_hand_over,
    begin_hand_over,
    check_hand_over_item,
    refresh_hand_over,
)
from jinlan.domains.engagement.services.pipeline import open_opportunity
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel import working
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.kernel.testing_database import Remembered
from jinlan.serving.models import UnitRequest
from jinlan.work.models import Task

pytestmark = pytest.mark.usefixtures("database")
DUE = date(2026, 11, 30)


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def begun(cast: Cast, username: str = "lihua", **other: Any) -> UUID:
    body: dict[str, Any] = {
        "unit": cast.group.public_id,
        "giver": "E1001",
        "taker": "E1002",
        "trigger": "RESIGN",
        "effective_on": TODAY,
        "reason": "个人原因离职",
    }
    return UUID(begin_hand_over(actor=cast.actor(username), **body | other))


def ticked(cast: Cast, key: UUID, username: str = "lihua") -> UUID:
    for item in ITEMS:
        check_hand_over_item(actor=cast.actor(username), public_id=key, item=item)
    return key


def row_of(key: UUID) -> HandOver:
    with writing():
        return HandOver.objects.get(public_id=key)


def sign(cast: Cast, key: UUID, *usernames: str) -> None:
    for username in usernames:
        sign_hand_over(actor=cast.actor(username), public_id=key, pack=number_of(row_of(key)))


def applied() -> None:
    while running := working.take(now_utc()):
        assert working.run(running) == "done"


def sees(cast: Cast, username: str, at: datetime = AT) -> bool:
    actor = an_actor(cast.people[username], at)
    with scoped(actor):
        seen = unit_of(actor, public_id=cast.group.public_id) is not None
        rows = Promise.objects.filter(unit_id=cast.group.pk, party_id=None).exists()
    return seen and rows


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def place(cast: Cast) -> dict[str, Any]:
    unit = cast.group
    return {
        "entity": ENTITY, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id, "unit_branch_id": unit.branch_id,
        "party_id": None,
    }  # fmt: skip


def a_promise(cast: Cast, what: str = "给出利率方案", **other: Any) -> UUID:
    said = {"unit": cast.group.public_id, "side": "bank", "what": what, "due_on": DUE} | other
    return UUID(make_promise(actor=cast.actor("lihua"), **said))


def a_complaint(cast: Cast, code: str = "K-1", settled: datetime | None = None) -> None:
    unit = cast.group
    with writing():
        UnitRequest.objects.create(
            entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code=code, kind="COMPLAINT",
            received_at=AT - timedelta(days=3), settled_at=settled,
        )  # fmt: skip


def test_three_sign_then_the_client_its_promises_meetings_pairs_and_tasks_are_the_takers_at_once(
    cast: Cast,
) -> None:
    promise = a_promise(cast)
    open_opportunity(
        actor=cast.actor("lihua"), unit=cast.group.public_id, title="扩建项目贷款", product="LOAN", amount=Decimal(1_000_000), margin=Decimal("0.02"),
        closes_on=DUE, source="VISIT",
    )  # fmt: skip
    with writing():
        Interaction.objects.create(
            **place(cast), kind="VISIT", state="planned", starts_at=AT + timedelta(days=3), subject="走访", staff=["E1001", "E2001"],
            made_by="lihua", made_name="李华", made_at=AT,
        )  # fmt: skip
        Task.objects.create(
            entity=ENTITY, subject="t", kind="charter", unit_id=cast.group.pk, domain=1, branch_id=cast.group.branch_id, role="manager", title="t",
            opened_on=TODAY, assignee="E1001",
        )  # fmt: skip
    key = ticked(cast, begun(cast))
    sign(cast, key, "lihua", "wangmin")
    assert (sees(cast, "lihua"), sees(cast, "wangmin")) == (True, False)

    sign(cast, key, "sunjie")
    applied()

    assert (sees(cast, "lihua"), sees(cast, "wangmin")) == (False, True)
    row = row_of(key)
    assert (row.state, row.supervisor, row.carried) == (
        "signed", "sunjie", {"promises": 1, "meetings": 1, "pairs": 0, "opportunities": 1, "tasks": 1},
    )  # fmt: skip
    assert (row.introduce_by, row.dispute_until) == (date(2026, 11, 24), date(2026, 12, 10))
    with writing():
        assert Promise.objects.get(public_id=promise).owner == "E1002"
        steps = PromiseStep.objects.filter(promise__public_id=promise).order_by("id")
        assert list(steps.values_list("act", "owner")) == [("made", "E1001"), ("handed", "E1002")]
        assert Interaction.objects.get().staff == ["E1002", "E2001"]
        assert Opportunity.objects.get().owner == "E1002"
        assert list(OpportunityStep.objects.order_by("id").values_list("act", "owner")) == [
            ("opened", "E1001"),
            ("handed", "E1002"),
        ]
        assert Task.objects.get(kind="charter").assignee == "E1002"
        assert Task.objects.get(kind="introduce").due_on == row.introduce_by
        history = Coverage.objects.filter(unit=cast.group, role="LEAD").order_by("valid_from")
        assert list(history.values_list("employee__code", "valid_to")) == [("E1001", TODAY), ("E1002", None)]
    with pytest.raises(ScopeDenied):
        make_promise(
            actor=cast.actor("lihua"), unit=cast.group.public_id, side="bank", what="再答应一件", due_on=DUE
        )


def test_one_that_begins_later_moves_nothing_before_its_day(cast: Cast) -> None:
    a_promise(cast)
    later = TODAY + timedelta(days=5)
    key = ticked(cast, begun(cast, effective_on=later))
    sign(cast, key, "lihua", "wangmin", "chenwei")
    applied()
    assert (sees(cast, "lihua"), sees(cast, "wangmin")) == (True, False)
    assert row_of(key).carried_at is None

    day = AT + timedelta(days=5)
    assert (sees(cast, "lihua", day), sees(cast, "wangmin", day)) == (False, True)  # by the dates alone
    with scoped(system_actor(ENTITY, day), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 1, "closed": 0}
    with scoped(system_actor(ENTITY, day), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 0, "closed": 0}
    with writing():
        assert Promise.objects.get().owner == "E1002"


def test_it_cannot_be_signed_with_a_complaint_that_nobody_takes_on(cast: Cast) -> None:
    a_complaint(cast)
    a_complaint(cast, "K-2", settled=AT)
    key = ticked(cast, begun(cast))
    assert row_of(key).complaints == {"K-1": ""}
    with refused("HANDOVER_COMPLAINT"):
        sign(cast, key, "lihua")
    for who, code in (("E1001", "HANDOVER_TO_GIVER"), ("E9999", "STAFF_UNKNOWN")):
        with refused(code):
            assign_complaint(actor=cast.actor("sunjie"), public_id=key, complaint="K-1", employee=who)
    with refused("HANDOVER_COMPLAINT_UNKNOWN"):
        assign_complaint(actor=cast.actor("sunjie"), public_id=key, complaint="K-2", employee="E1002")
    assert row_of(key).giver_signed_at is None

    assign_complaint(actor=cast.actor("sunjie"), public_id=key, complaint="K-1", employee="E1002")
    sign(cast, key, "lihua")
    assert row_of(key).giver_signed_at == AT


def test_signatures_are_for_one_pack_and_new_work_asks_for_another(cast: Cast) -> None:
    key = ticked(cast, begun(cast))
    with refused("HANDOVER_PACK"):
        sign_hand_over(actor=cast.actor("lihua"), public_id=key, pack="0" * 12)
    sign(cast, key, "lihua", "wangmin")
    a_promise(cast)
    with refused("HANDOVER_STALE"):
        sign(cast, key, "sunjie")
    refresh_hand_over(actor=cast.actor("sunjie"), public_id=key)
    row = row_of(key)
    assert (row.giver_signed_at, row.taker_signed_at, [one["what"] for one in row.pack["promises"]]) == (
        None, None, ["给出利率方案"],
    )  # fmt: skip
    sign(cast, key, "lihua", "wangmin", "sunjie")
    assert row_of(key).state == "signed"


def test_only_those_whom_it_concerns_sign_and_the_supervisor_is_another_head(cast: Cast) -> None:
    key = begun(cast)
    with refused("HANDOVER_ITEMS"):
        sign(cast, key, "lihua")
    ticked(cast, key)
    with refused("HANDOVER_TURN"):
        sign(cast, key, "sunjie")
    for username in ("zhaoyan", "wuhan", "zhoulin"):
        with pytest.raises(ScopeDenied):
            sign(cast, key, username)
    covers(cast.employees["E1003"], cast.group)
    with refused("HANDOVER_STRANGER"):
        sign(cast, key, "zhaoyan")
    with refused("HANDOVER_PRESENT"):
        sign_for_absent(actor=cast.actor("sunjie"), public_id=key, reason="已经离职")
    with writing():
        assert TeamChange.objects.count() == 0
    assert [row_of(key).giver_signed_at, row_of(key).supervisor_signed_at] == [None, None]


def test_for_one_who_left_a_head_signs_and_another_supervises(cast: Cast) -> None:
    key = ticked(cast, begun(cast, "sunjie"), "sunjie")
    with writing():
        cast.employees["E1001"].active = False
        cast.employees["E1001"].save()
    sign_for_absent(actor=cast.actor("sunjie"), public_id=key, reason="本人已于上周离职")
    sign(cast, key, "wangmin")
    with refused("HANDOVER_SIGNED"):
        sign(cast, key, "sunjie")
    sign(cast, key, "chenwei")
    row = row_of(key)
    assert (row.state, row.giver_absent, row.supervisor) == ("signed", "本人已于上周离职", "chenwei")


def test_defects_within_the_window_keep_it_open_and_then_it_is_closed(cast: Cast) -> None:
    key = ticked(cast, begun(cast))
    sign(cast, key, "lihua", "wangmin", "sunjie")
    applied()
    wangmin = cast.actor("wangmin")
    raise_hand_over_issue(actor=wangmin, public_id=key, what="授信档案缺少一份担保合同原件")
    with writing():
        Interaction.objects.create(
            **place(cast), kind="VISIT", state="held", starts_at=AT, subject="引见", staff=["E1002", "E1001"], made_by="wangmin",
            made_name="王敏", made_at=AT,
        )  # fmt: skip
    with scoped(system_actor(ENTITY, AT), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 0, "closed": 0}
    with writing():
        done = Task.objects.get(kind="introduce")
        assert (done.outcome, done.closed_at) == ("kept", AT)  # by the visit, not by a word of anybody's
    after = AT + timedelta(days=31)
    with refused("HANDOVER_WINDOW"):
        raise_hand_over_issue(
            actor=an_actor(cast.people["wangmin"], after), public_id=key, what="太迟才发现的问题"
        )
    with scoped(system_actor(ENTITY, after), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 0, "closed": 0}
    with refused("HANDOVER_NO_ISSUE"):
        settle_hand_over_issue(actor=cast.actor("sunjie"), public_id=key, number=2, note="没有这个问题")
    settle_hand_over_issue(actor=cast.actor("sunjie"), public_id=key, number=1, note="已由李华补齐合同原件")
    with scoped(system_actor(ENTITY, after), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 0, "closed": 1}
    assert (row_of(key).state, row_of(key).closed_on) == ("closed", TODAY + timedelta(days=31))


def test_a_book_goes_over_client_by_client_and_one_at_a_time(cast: Cast) -> None:
    body = {
        "giver": "E1001",
        "taker": "E1002",
        "trigger": "ROTATE",
        "effective_on": TODAY,
        "reason": "五年轮岗到期",
    }
    with pytest.raises(ScopeDenied):
        begin_book_hand_over(actor=cast.actor("lihua"), **body)
    found = begin_book_hand_over(actor=cast.actor("sunjie"), **body)
    assert found["clients"] == 1
    with refused("HANDOVER_OPEN"):
        begun(cast)
    with refused("HANDOVER_EMPTY"):
        begin_book_hand_over(actor=cast.actor("sunjie"), **body | {"giver": "E1002", "taker": "E1001"})
    with writing():
        (row,) = HandOver.objects.all()
    assert (str(row.batch), row.giver, row.called) == (found["batch"], "E1001", "甲集团")
    withdraw_hand_over(actor=cast.actor("sunjie"), public_id=row.public_id, reason="改由他人接任")
    assert row_of(row.public_id).state == "withdrawn"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"giver": "E1002", "taker": "E1001"}, "HANDOVER_GIVER"),
        ({"taker": "E1001"}, "TEAM_SAME"),
        ({"taker": "E3101"}, "TEAM_POST"),
        ({"taker": "E9999"}, "TEAM_GONE"),
        ({"trigger": "BORED"}, "HANDOVER_CAUSE"),
        ({"effective_on": date(2026, 11, 9)}, "TEAM_DAY"),
        ({"reason": "走"}, "TEAM_WORDS"),
        ({"sensitive": "客户的父亲患有癌症"}, "TEXT_TERMS"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused_and_nothing_is_written(
    cast: Cast, other: dict[str, Any], code: str
) -> None:
    with refused(code):
        begun(cast, **other)
    with writing():
        assert HandOver.objects.count() == 0


def test_by_sql_the_taker_reads_his_pack_and_supervises_nothing(cast: Cast) -> None:
    key = begun(cast)
    with scoped(cast.actor("wangmin"), write=True), connection.cursor() as cursor:
        cursor.execute("select called from engagement_handover")
        assert cursor.fetchall() == [("甲集团",)]
    with scoped(cast.actor("zhaoyan")):
        assert HandOver.objects.count() == 0
    for statement in (
        "update engagement_handover set state = 'signed'",
        "update engagement_handover set supervisor_id = sec.t_person()",
        "update engagement_handover set taker = 'E1003'",
        "delete from engagement_handover",
    ):
        with (
            pytest.raises(DatabaseError),
            scoped(cast.actor("wangmin"), write=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert (row_of(key).state, row_of(key).supervisor_id, row_of(key).taker) == ("open", None, "E1002")


def test_of_two_supervisors_at_once_one_signs(cast: Cast) -> None:
    key = ticked(cast, begun(cast))
    sign(cast, key, "lihua", "wangmin")
    said: list[str] = []

    def write(username: str) -> None:
        try:
            sign(cast, key, username)
            said.append("")
        except Refused as error:
            said.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(one,)) for one in ("sunjie", "chenwei") * 4]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["", *["HANDOVER_DONE"] * 7]
    with writing():
        assert TeamChange.objects.count() == 1
        assert Pair.objects.count() == 0


def test_where_another_lead_was_decided_meanwhile_nothing_is_carried_to_the_taker(cast: Cast) -> None:
    a_promise(cast)
    later = TODAY + timedelta(days=5)
    key = ticked(cast, begun(cast, effective_on=later))
    sign(cast, key, "lihua", "wangmin", "chenwei")
    applied()
    with writing():
        TeamChange.objects.update(withdrawn_by="chenwei", withdrawn_at=AT)
    day = AT + timedelta(days=5)
    with scoped(system_actor(ENTITY, day), write=True) as scope:
        assert carry_over(scope.actor) == {"carried": 0, "closed": 0}
    with writing():
        assert Promise.objects.get().owner == "E1001"
    assert (row_of(key).carried_at, sees(cast, "lihua", day), sees(cast, "wangmin", day)) == (
        None,
        True,
        False,
    )
