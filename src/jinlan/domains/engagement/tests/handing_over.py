"""A hand-over of 甲集团 as tests begin, tick and sign it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.selectors import unit_of
from jinlan.clients.testing import Cast
from jinlan.domains.engagement.models import (
    HandOver,
    Promise,
)
from jinlan.domains.engagement.rules.handover import ITEMS
from jinlan.domains.engagement.services.handing import (
    number_of,
    sign_hand_over,
)
from jinlan.domains.engagement.services.handover import (
    begin_hand_over,
    check_hand_over_item,
)
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel import working
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.serving.models import UnitRequest

DUE = date(2026, 11, 30)


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
