"""A hand-over from the day it begins to the end of the dispute window: signed by three, carried over at once, the old manager out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from jinlan.clients.models import Coverage, TeamChange
from jinlan.clients.testing import Cast, covers
from jinlan.domains.engagement.models import (
    AccountPlan,
    Interaction,
    Opportunity,
    OpportunityStep,
    PlanAction,
    Promise,
    PromiseStep,
)
from jinlan.domains.engagement.services.carrying import (
    carry_over,
)
from jinlan.domains.engagement.services.handing import (
    sign_for_absent,
    sign_hand_over,
)
from jinlan.domains.engagement.services.handover import (
    assign_complaint,
    refresh_hand_over,
)
from jinlan.domains.engagement.services.pipeline import open_opportunity
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.domains.engagement.tests.handing_over import (
    DUE,
    a_complaint,
    a_promise,
    applied,
    begun,
    place,
    refused,
    row_of,
    sees,
    sign,
    ticked,
)
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.work.models import Task


def test_three_sign_then_the_client_its_promises_meetings_pairs_and_tasks_are_the_takers_at_once(
    cast: Cast,
) -> None:
    promise = a_promise(cast)
    open_opportunity(
        actor=cast.actor("lihua"), unit=cast.group.public_id, title="扩建项目贷款", product="LOAN", amount=Decimal(1_000_000), margin=Decimal("0.02"),
        closes_on=DUE, source="VISIT",
    )  # fmt: skip
    with writing():
        about = {name: place(cast)[name] for name in ("entity", "unit_id", "domain", "branch_id")}
        plan = AccountPlan.objects.create(
            **about, number=1, state="in_force", starts_on=TODAY, ends_on=DUE, content="", made_by="lihua", made_name="李华", made_at=AT, changed_at=AT,
            checked_by=["sunjie", "chenwei"], approved_at=AT,
        )  # fmt: skip
        PlanAction.objects.create(
            **about,
            plan=plan,
            entry=uuid4(),
            side="bank",
            text="上线资金归集",
            owner="E1001",
            since=TODAY,
            due_on=DUE,
        )
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
        "signed", "sunjie", {"promises": 1, "meetings": 1, "pairs": 0, "opportunities": 1, "actions": 1, "tasks": 1},
    )  # fmt: skip
    assert (row.introduce_by, row.dispute_until) == (date(2026, 11, 24), date(2026, 12, 10))
    with writing():
        assert Promise.objects.get(public_id=promise).owner == "E1002"
        steps = PromiseStep.objects.filter(promise__public_id=promise).order_by("id")
        assert list(steps.values_list("act", "owner")) == [("made", "E1001"), ("handed", "E1002")]
        assert Interaction.objects.get().staff == ["E1002", "E2001"]
        assert Opportunity.objects.get().owner == "E1002"
        assert PlanAction.objects.get().owner == "E1002"
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
