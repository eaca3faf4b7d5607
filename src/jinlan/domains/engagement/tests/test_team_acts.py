"""A team changes: proposed, answered by the one who joins, decided by a head; scope follows the dates at once; the database holds the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.models import Coverage, TeamChange, TeamProposal
from jinlan.clients.selectors import unit_of
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.engagement.services.deciding import decide_team, refuse_team
from jinlan.domains.engagement.services.team import (
    agree_to_join,
    decline_to_join,
    propose_team,
    withdraw_team,
)
from jinlan.domains.strategy.services.assignments import assign_lead
from jinlan.kernel import working
from jinlan.kernel.models import Notice
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import ENTITY, TODAY, writing
from jinlan.kernel.testing_database import Remembered

pytestmark = pytest.mark.usefixtures("database")
LATER = TODAY + timedelta(days=10)


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def proposed(cast: Cast, username: str = "lihua", **other: Any) -> UUID:
    body: dict[str, Any] = {
        "unit": cast.group.public_id,
        "role": "ASSIST",
        "after": "E1002",
        "effective_on": TODAY,
        "reason": "上海项目由她跟进",
    }
    return UUID(propose_team(actor=cast.actor(username), **body | other))


def agreed(
    cast: Cast, key: UUID, username: str = "wangmin", conflict: str = "NONE", answer: str = ""
) -> UUID:
    agree_to_join(actor=cast.actor(username), public_id=key, conflict=conflict, answer=answer)
    return key


def decided(cast: Cast, key: UUID, username: str = "chenwei", note: str = "") -> None:
    decide_team(actor=cast.actor(username), public_id=key, note=note)
    applied()


def applied() -> None:
    """Let the jobs run that were asked for."""
    while running := working.take(now_utc()):
        assert working.run(running) == "done"


def team(cast: Cast, day: date = TODAY) -> list[tuple[str, str, str | None]]:
    with scoped(cast.actor("chenwei")):
        rows = Coverage.objects.filter(unit=cast.group, valid_from__lte=day).exclude(valid_to__lte=day)
        return [
            (code, role, None if share is None else str(share.normalize()))
            for code, role, share in rows.order_by("role", "employee__code").values_list(
                "employee__code", "role", "credit_share"
            )
        ]


def state(cast: Cast, key: UUID) -> str:
    with scoped(cast.actor("chenwei")):
        return str(TeamProposal.objects.get(public_id=key).state)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def test_somebody_joins_after_he_agreed_and_a_head_decided_and_sees_the_client_from_that_day(
    cast: Cast,
) -> None:
    actor = cast.actor("zhaoyan")
    key = proposed(cast, after="E1003", share=Decimal("0.3"), effective_on=LATER)
    assert (state(cast, key), team(cast)) == ("asked", [("E1001", "LEAD", None)])
    with scoped(actor):
        (row,) = TeamProposal.objects.all()  # what he is asked, though the client is not in his sight
        assert (row.called, unit_of(actor, public_id=cast.group.public_id)) == ("甲集团", None)

    agreed(cast, key, "zhaoyan")
    assert (state(cast, key), team(cast, LATER)) == ("agreed", [("E1001", "LEAD", None)])
    decided(cast, key)

    assert state(cast, key) == "decided"
    assert team(cast) == [("E1001", "LEAD", None)]
    assert team(cast, LATER) == [("E1003", "ASSIST", "0.3"), ("E1001", "LEAD", "0.7")]
    with writing():
        first = Notice.objects.filter(kind="engagement.team_asked").values_list("person_id", flat=True)
        assert list(first) == [cast.people["zhaoyan"].pk]
        last = Notice.objects.filter(kind="engagement.team_outcome").values_list("person_id", flat=True)
        assert sorted(last) == sorted([cast.people["lihua"].pk, cast.people["zhaoyan"].pk])


def test_a_new_lead_holds_the_same_day_and_the_old_one_is_out_at_once(cast: Cast) -> None:
    lihua, wangmin = cast.actor("lihua"), cast.actor("wangmin")
    key = agreed(cast, proposed(cast, "sunjie", role="LEAD"))
    decided(cast, key)

    assert team(cast) == [("E1002", "LEAD", None)]
    with scoped(lihua):
        assert unit_of(lihua, public_id=cast.group.public_id) is None
    with scoped(wangmin):
        assert unit_of(wangmin, public_id=cast.group.public_id) is not None
    assert team(cast, TODAY - timedelta(days=1)) == [
        ("E1001", "LEAD", None)
    ]  # nothing of the past is touched


def test_who_leaves_leaves_his_share_to_the_lead_and_nobody_is_asked(cast: Cast) -> None:
    decided(cast, agreed(cast, proposed(cast, share=Decimal("0.4"))))
    assert team(cast) == [("E1002", "ASSIST", "0.4"), ("E1001", "LEAD", "0.6")]

    key = proposed(cast, before="E1002", after="", effective_on=LATER)
    assert state(cast, key) == "agreed"
    decided(cast, key)

    assert team(cast) == [("E1002", "ASSIST", "0.4"), ("E1001", "LEAD", "0.6")]
    assert team(cast, LATER) == [("E1001", "LEAD", None)]  # all of it: nobody's share is named


def test_only_the_one_who_is_asked_answers_and_only_another_decides(cast: Cast) -> None:
    key = proposed(cast)
    for username in ("lihua", "chenwei", "zhaoyan"):
        with pytest.raises(ScopeDenied):
            agree_to_join(actor=cast.actor(username), public_id=key, conflict="NONE")
    with refused("TEAM_WAITS"):
        decide_team(actor=cast.actor("chenwei"), public_id=key)
    with refused("TEAM_DECLARE"):
        agree_to_join(actor=cast.actor("wangmin"), public_id=key, conflict="MAYBE")
    agreed(cast, key)
    with refused("TEAM_ANSWERED"):
        decline_to_join(actor=cast.actor("wangmin"), public_id=key, answer="手头太满，不能加入")
    with pytest.raises(ScopeDenied):
        decide_team(actor=cast.actor("lihua"), public_id=key)
    own = proposed(cast, "chenwei", role="LEAD", after="E1003")
    agreed(cast, own, "zhaoyan")
    with refused("TEAM_OWN"):
        decide_team(actor=cast.actor("chenwei"), public_id=own)
    assert (state(cast, key), state(cast, own), team(cast)) == ("agreed", "agreed", [("E1001", "LEAD", None)])
    with writing():
        assert TeamChange.objects.count() == 0


def test_a_conflict_of_interest_is_decided_by_a_head_of_department_and_remembered(cast: Cast) -> None:
    key = agreed(cast, proposed(cast), conflict="FAMILY", answer="配偶在该集团财务部任职")
    with refused("TEAM_CONFLICT"):
        decide_team(actor=cast.actor("sunjie"), public_id=key, note="不参与该户定价与授信审批")
    with refused("TEAM_MEASURE"):
        decide_team(actor=cast.actor("chenwei"), public_id=key)
    refuse_team(actor=cast.actor("sunjie"), public_id=key, note="请另选一位同事")
    assert state(cast, key) == "refused"

    again = agreed(cast, proposed(cast), conflict="NONE")
    with refused("TEAM_CONFLICT"):
        decide_team(actor=cast.actor("sunjie"), public_id=again)
    decided(cast, again, note="不参与该户定价与授信审批，由孙杰复核")
    assert team(cast) == [("E1002", "ASSIST", None), ("E1001", "LEAD", None)]


def test_what_was_proposed_once_waits_once_and_can_be_taken_back(cast: Cast) -> None:
    key = proposed(cast)
    with refused("TEAM_OPEN"):
        proposed(cast)
    with refused("TEAM_NOT_YOURS"):
        withdraw_team(actor=cast.actor("chenwei"), public_id=key)
    withdraw_team(actor=cast.actor("lihua"), public_id=key)
    with refused("TEAM_CLOSED"):
        withdraw_team(actor=cast.actor("lihua"), public_id=key)
    with pytest.raises((Refused, ScopeDenied)):
        agree_to_join(actor=cast.actor("wangmin"), public_id=key, conflict="NONE")
    assert (state(cast, key), state(cast, proposed(cast))) == ("withdrawn", "asked")


def test_a_proposal_is_looked_at_again_when_it_is_decided(cast: Cast) -> None:
    key = agreed(cast, proposed(cast, role="LEAD", after="E1002"))
    assign_lead(
        actor=cast.actor("sunjie"), unit=cast.group.public_id, after="E1003", effective_on=TODAY + timedelta(days=1), reason="负荷均衡后调整"
    )  # fmt: skip
    applied()
    with writing():
        cast.employees["E1002"].active = False
        cast.employees["E1002"].save()
    with refused("TEAM_GONE"):
        decide_team(actor=cast.actor("chenwei"), public_id=key)
    assert team(cast, TODAY + timedelta(days=1)) == [("E1003", "LEAD", None)]


def test_by_sql_nobody_answers_for_another_or_decides_as_a_manager(cast: Cast) -> None:
    key = proposed(cast)
    statements: list[tuple[str, str, bool]] = [
        ("zhaoyan", "update clients_teamproposal set state = 'agreed', conflict = 'NONE'", False),
        ("wangmin", "update clients_teamproposal set state = 'decided', decided_id = 1, decided_at = now(), conflict = 'NONE'", True),
        ("lihua", "update clients_teamproposal set state = 'decided', decided_id = 1, decided_at = now(), conflict = 'NONE'", True),
        ("lihua", "update clients_teamproposal set after = 'E1003'", True),
        ("sunjie", "delete from clients_teamproposal", True),
    ]  # fmt: skip
    for username, statement, fails in statements:
        try:
            with scoped(cast.actor(username), write=True), connection.cursor() as cursor:
                cursor.execute(statement)
                assert (cursor.rowcount, fails) == (0, False)
        except DatabaseError:
            assert fails, statement
    assert state(cast, key) == "asked"


def sixteen(write: Callable[[int], None]) -> list[str]:
    """Let sixteen threads write at once; return what failed."""
    failed: list[str] = []

    def one(number: int) -> None:
        try:
            write(number)
        except IntegrityError as error:
            failed.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _row(cast: Cast, employee: str, role: str, share: str | None, since: date) -> None:
    with writing():
        Coverage.objects.create(
            entity=ENTITY, unit=cast.other, domain=cast.other.domain, branch=cast.other.branch, employee=cast.employees[employee],
            role=role, credit_share=None if share is None else Decimal(share), valid_from=since,
        )  # fmt: skip


def test_the_database_holds_one_lead_a_day_under_sixteen_writers(cast: Cast) -> None:
    failed = sixteen(
        lambda number: _row(cast, f"E100{number % 3 + 1}", "LEAD", None, TODAY + timedelta(days=number))
    )
    with writing():
        assert Coverage.objects.filter(unit=cast.other, role="LEAD").count() == 1
    assert len(failed) == 15
    assert all("coverage_one_lead" in text for text in failed)


def test_the_database_holds_whole_shares_under_sixteen_writers(cast: Cast) -> None:
    failed = sixteen(
        lambda number: _row(cast, f"E100{number % 3 + 1}", "ASSIST", "1", TODAY + timedelta(days=number))
    )
    with writing():
        assert Coverage.objects.filter(unit=cast.other).count() == 1
    assert len(failed) == 15
    assert all("do not add to 1" in text for text in failed)
    with pytest.raises(IntegrityError, match="do not add to 1"), writing(), transaction.atomic():
        Coverage.objects.filter(unit=cast.other).update(credit_share=Decimal("0.9"))
