"""Acts: the role, the record, once per key, and nobody alone where four eyes are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.acts import ACTS, Act, Matter, NotRecorded, act, approval, content_hash
from jinlan.kernel.audit import audit
from jinlan.kernel.models import AuditEntry, Receipt
from jinlan.kernel.payload import decode
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.tests.threads import at_once

pytestmark = pytest.mark.usefixtures("database")


def about(*, actor: Actor, amount: Decimal, on: date | None = None) -> Matter:
    return Matter("金额", {"amount": "0"}, {"amount": str(amount)}, version="1")


def book(*, actor: Actor, amount: Decimal, on: date | None = None) -> dict[str, str]:
    audit(actor, "test.booked", "test", "1", after={"amount": amount, "on": on})
    return {"amount": str(amount)}


def silent(*, actor: Actor) -> None:
    Receipt.objects.create(
        entity=actor.entity, person_id=actor.person_id, act="x", key="x", payload_hash="x", at=actor.at
    )


@pytest.fixture
def declared() -> Iterator[dict[str, Act]]:
    made = {
        "book": act("test.book", title="记账", roles=("dept_head",))(book),
        "silent": act("test.silent", title="无声", roles=("dept_head",))(silent),
        "two": act("test.two", title="两人", roles=("dept_head",), stages=(("risk",),), matter=about)(book),
    }
    yield made
    for one in made.values():
        del ACTS[one.name]


def entries(cast) -> list[str]:
    with scoped(cast.actor("zhengyu")):
        return list(AuditEntry.objects.filter(verb="test.booked").values_list("username", flat=True))


def test_an_act_is_done_by_its_roles_only_and_recorded(declared) -> None:
    cast = the_cast()

    assert declared["book"](actor=cast.actor("chenwei"), amount=Decimal("1.50")) == {"amount": "1.50"}
    with pytest.raises(ScopeDenied):
        declared["book"](actor=cast.actor("lihua"), amount=Decimal(2))
    assert entries(cast) == ["chenwei"]


def test_an_act_without_a_record_is_taken_back(declared) -> None:
    cast = the_cast()

    with pytest.raises(NotRecorded):
        declared["silent"](actor=cast.actor("chenwei"))
    with scoped(cast.actor("chenwei")):
        assert Receipt.objects.count() == 0


def test_the_same_key_does_it_once_and_another_content_under_it_is_refused(declared) -> None:
    cast = the_cast()
    actor = cast.actor("chenwei")

    first = declared["book"].once("k1", actor=actor, amount=Decimal("1.50"))
    again = declared["book"].once("k1", actor=actor, amount=Decimal("1.50"))
    with pytest.raises(Refused, match="同一个提交编号"):
        declared["book"].once("k1", actor=actor, amount=Decimal("2.50"))

    assert first == again == {"amount": "1.50"}
    assert entries(cast) == ["chenwei"]
    with scoped(cast.actor("zhoulin")):
        assert Receipt.objects.count() == 0  # a receipt is its person's own


def test_an_act_of_four_eyes_is_never_done_alone(declared) -> None:
    cast = the_cast()

    with pytest.raises(Refused, match="需要他人复核"):
        declared["two"](actor=cast.actor("chenwei"), amount=Decimal(1))
    with pytest.raises(RuntimeError):
        approval()
    assert entries(cast) == []


def test_a_payload_comes_back_from_json_as_its_types() -> None:
    assert decode(book, {"amount": "1.50", "on": "2026-11-10"}) == {
        "amount": Decimal("1.50"),
        "on": date(2026, 11, 10),
    }
    assert decode(book, {"amount": "1", "on": None}) == {"amount": Decimal(1), "on": None}
    for wrong in ({}, {"amount": "x"}, {"amount": "1", "on": "tomorrow"}, {"amount": "1", "who": "me"}):
        with pytest.raises(Refused):
            decode(book, wrong)


def test_a_content_hash_knows_no_order_of_names() -> None:
    assert content_hash({"a": 1, "b": Decimal("2.0")}) == content_hash({"b": "2.0", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
    with pytest.raises(Refused) as caught:
        content_hash({"a": "\udcff"})
    assert caught.value.code == "TEXT_BROKEN"


def test_the_same_key_at_one_moment_does_it_once_and_everybody_gets_the_one_answer(declared) -> None:
    cast = the_cast()
    actor = cast.actor("chenwei")

    said = at_once(*[lambda: declared["book"].once("k2", actor=actor, amount=Decimal("1.50"))] * 4)

    assert said == [{"amount": "1.50"}] * 4
    assert entries(cast) == ["chenwei"]


def test_a_name_is_declared_once(declared) -> None:
    with pytest.raises(ValueError, match=r"test\.book"):
        act("test.book", title="", roles=())(book)
    with pytest.raises(ValueError, match="without a matter"):
        act("test.other", title="", roles=(), stages=(("risk",),))(book)


def test_two_at_once_under_one_key_do_it_once(declared) -> None:
    """Both are held at the same place first: without the lock the second would break on the receipt."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    cast = the_cast()
    actor = cast.actor("chenwei")

    def go(_number: int) -> object:
        try:
            return declared["book"].once("race", actor=actor, amount=Decimal("1.50"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as crew:
        answers = list(crew.map(go, range(24)))

    assert answers == [{"amount": "1.50"}] * 24
    assert entries(cast) == ["chenwei"]
