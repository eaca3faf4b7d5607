"""Standing in: asked for, checked by another, one deputy at a time, access by the days alone."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from jinlan.basics.errors import Refused
from jinlan.clients.models import Delegation
from jinlan.clients.selectors import unit_of
from jinlan.clients.testing import Cast, stands_in, the_cast
from jinlan.domains.engagement.services.absence import end_absence
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.kernel.testing_database import Remembered
from jinlan.work.models import Approval
from jinlan.work.services import decide, propose

pytestmark = pytest.mark.usefixtures("database")
BACK = date(2026, 11, 20)


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def body(**other: Any) -> dict[str, Any]:
    return {"absent": "E1001", "deputy": "E1002", "since": TODAY, "until": BACK, "reason": "年休假"} | other


def asked(cast: Cast, username: str = "lihua", **other: Any) -> Approval:
    return propose(
        actor=cast.actor(username), act="engagement.stand_in", payload=body(**other), reason="离岗需要代理"
    )


def rows(cast: Cast) -> list[tuple[str, str, date, date]]:
    with scoped(cast.actor("chenwei")):
        return list(
            Delegation.objects.order_by("id").values_list(
                "absent__code", "deputy__code", "valid_from", "valid_to"
            )
        )


def sees(cast: Cast, username: str, day: date) -> bool:
    actor = an_actor(cast.people[username], AT + (day - TODAY))
    with scoped(actor):
        return unit_of(actor, public_id=cast.group.public_id) is not None


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_the_deputy_sees_the_book_from_the_first_day_until_the_return_and_not_before_it_is_checked(
    cast: Cast,
) -> None:
    request = asked(cast, deputy="E1003")
    assert rows(cast) == []
    assert not sees(cast, "zhaoyan", TODAY)

    decide(actor=cast.actor("chenwei"), approval=request.public_id, approves=True, reason="同意")

    assert rows(cast) == [("E1001", "E1003", TODAY, BACK)]
    days = [TODAY, BACK - timedelta(days=1), BACK]
    assert [sees(cast, "zhaoyan", day) for day in days] == [True, True, False]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"deputy": "E1001"}, "ABSENCE_SELF"),
        ({"deputy": "E9999"}, "ABSENCE_GONE"),
        ({"deputy": "E3001"}, "ABSENCE_ROLE"),
        ({"since": date(2026, 11, 9)}, "ABSENCE_DAYS"),
        ({"until": TODAY}, "ABSENCE_DAYS"),
        ({"until": TODAY + timedelta(days=61)}, "ABSENCE_LONG"),
        ({"reason": " "}, "ABSENCE_REASON"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_and_nothing_changes(
    cast: Cast, other: dict[str, Any], code: str
) -> None:
    with refused(code):
        asked(cast, **other)
    assert rows(cast) == []
    with scoped(cast.actor("chenwei")):
        assert Approval.objects.count() == 0


def test_who_is_away_himself_stands_in_for_nobody_and_nobody_has_two_deputies(cast: Cast) -> None:
    stands_in(cast.employees["E1003"], cast.employees["E1002"], date(2026, 11, 15), date(2026, 11, 18))
    with refused("ABSENCE_AWAY"):
        asked(cast)
    assert asked(cast, until=date(2026, 11, 15)).state == "open"  # he is back before
    stands_in(cast.employees["E1003"], cast.employees["E1001"], TODAY, BACK)
    with refused("ABSENCE_TAKEN"):
        asked(cast, since=date(2026, 11, 19), until=date(2026, 11, 25), deputy="E1002")


def test_the_deputy_may_not_check_it_and_the_asker_may_not_either(cast: Cast) -> None:
    request = asked(cast, username="chenwei")
    for username, code in (("chenwei", "SELF"), ("wangmin", "")):
        with pytest.raises((Refused, ScopeDenied)) as caught:
            decide(actor=cast.actor(username), approval=request.public_id, approves=True, reason="同意")
        assert code in caught.value.code
    assert rows(cast) == []


def test_the_database_holds_one_deputy_at_a_time_under_sixteen_writers(cast: Cast) -> None:
    absent, deputies = cast.employees["E1001"].pk, [cast.employees["E1002"].pk, cast.employees["E1003"].pk]
    failed: list[str] = []

    def write(number: int) -> None:
        since = TODAY + timedelta(days=number % 4)
        try:
            with writing():
                Delegation.objects.create(
                    entity=ENTITY, absent_id=absent, deputy_id=deputies[number % 2], valid_from=since, valid_to=since + timedelta(days=4)
                )  # fmt: skip
        except IntegrityError as error:
            failed.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(rows(cast)) == 1
    assert len(failed) == 15
    assert all("delegation_one_deputy" in text for text in failed)


def test_an_early_return_locks_the_deputy_out_at_once(cast: Cast) -> None:
    made = stands_in(cast.employees["E1003"], cast.employees["E1001"], date(2026, 11, 2), BACK)
    with scoped(cast.actor("chenwei")):
        key = Delegation.objects.get(pk=made.pk).public_id
    with pytest.raises(ScopeDenied):
        end_absence(actor=cast.actor("lihua"), public_id=key, reason="已返岗")
    assert sees(cast, "zhaoyan", TODAY)

    end_absence(actor=cast.actor("sunjie"), public_id=key, reason="已返岗")

    assert rows(cast) == [("E1001", "E1003", date(2026, 11, 2), TODAY)]
    assert not sees(cast, "zhaoyan", TODAY)
    with refused("ABSENCE_OVER"):
        end_absence(actor=cast.actor("sunjie"), public_id=key, reason="已返岗")
