"""Hand-overs after the signatures and at the edges: defects, a whole book, what cannot be, two at once, a lead decided meanwhile."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from jinlan.basics.errors import Refused
from jinlan.clients.models import TeamChange
from jinlan.clients.testing import Cast
from jinlan.domains.engagement.models import (
    HandOver,
    Interaction,
    Pair,
    Promise,
)
from jinlan.domains.engagement.services.carrying import (
    carry_over,
    raise_hand_over_issue,
    settle_hand_over_issue,
)
from jinlan.domains.engagement.services.handing import (
    withdraw_hand_over,
)
from jinlan.domains.engagement.services.handover import (
    begin_book_hand_over,
)
from jinlan.domains.engagement.tests.handing_over import (
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
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.work.models import Task


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
