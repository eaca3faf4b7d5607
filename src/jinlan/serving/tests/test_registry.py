from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.lake.registry import Check, LoadRecord, Outcome, Rejected, TableCount
from jinlan.serving.models import Load, LoadCheck, Quarantine
from jinlan.serving.registry import DatabaseRegistry

pytestmark = pytest.mark.usefixtures("database")
DAY = date(2026, 11, 1)


def record(load_id: int, **other: Any) -> LoadRecord:
    values: dict[str, Any] = {
        "load_id": load_id, "entity": "JLB", "as_of": DAY, "from_date": None, "delivery": 1, "load_version": 1, "digest": "d" * 64,
        "touched_from": DAY, "versions": {"party": 3, "account": 4}, "base_currency": "CZK",
    }  # fmt: skip
    return LoadRecord(**values | other)


def outcome(load_id: int, status: str = "loaded", **other: Any) -> Outcome:
    return Outcome(
        record(load_id, **other),
        identities={},
        checks=[Check("party", "W", "BIRTHDAY_1900", 3, "detail", "hint")],
        rejected=[Rejected("account", 7, "A1", "currency", "RMB", "CURRENCY", "不是 ISO 货币", "CNY")],
        counts=[TableCount("party", 10, 10, 0), TableCount("account", 4, 3, 1)],
        status=status,
        source="/in/JLB",
    )


def test_a_load_is_pinned_after_it_is_finished_and_not_before() -> None:
    registry = DatabaseRegistry()
    assert registry.latest("JLB") is None
    first = registry.begin("JLB", source="/in/JLB", as_of=DAY)
    with pytest.raises(Refused, match="没有完成的供数批次"):
        registry.pinned("JLB", first)

    registry.finish(outcome(first))

    assert registry.latest("JLB") == registry.pinned("JLB", first) == record(first)
    second = registry.begin("JLB", source="/in/JLB", as_of=DAY)
    assert second > first
    registry.finish(outcome(second, as_of=date(2026, 11, 2), from_date=DAY))
    assert [one.load_id for one in registry.loads("JLB")] == [first, second]
    assert registry.loads("OTHER") == []
    with pytest.raises(Refused):
        registry.pinned("OTHER", first)


@pytest.mark.parametrize("status", ["held", "rejected"])
def test_a_load_that_was_not_taken_is_shown_and_never_read(status: str) -> None:
    registry = DatabaseRegistry(intake=lambda _: pytest.fail("a load that was not taken brings nothing"))
    load = registry.begin("JLB", source="", as_of=DAY)
    registry.finish(outcome(load, status))

    assert registry.latest("JLB") is None
    with scoped(the_cast().actor("zhengyu")):
        assert Load.objects.get().status == status
        assert (LoadCheck.objects.count(), Quarantine.objects.count()) == (1, 1)


def test_a_load_that_a_kill_left_running_is_abandoned_by_the_next() -> None:
    registry = DatabaseRegistry()
    killed = registry.begin("JLB", source="", as_of=DAY)
    registry.begin("JLB", source="", as_of=DAY)
    registry.begin("OTHER", source="", as_of=DAY)

    with scoped(the_cast().actor("chenwei")):
        assert dict(Load.objects.values_list("id", "status")) == {killed: "abandoned", killed + 1: "running"}


def test_flip_checks_quarantine_and_intake_are_one_transaction() -> None:
    def fail(found: Outcome) -> None:
        assert Load.objects.get().status == "loaded"
        raise ZeroDivisionError

    load = DatabaseRegistry().begin("JLB", source="", as_of=DAY)
    with pytest.raises(ZeroDivisionError):
        DatabaseRegistry(intake=fail).finish(outcome(load))

    cast = the_cast()
    with scoped(cast.actor("zhengyu")):
        assert Load.objects.get().status == "running"
        assert (LoadCheck.objects.count(), Quarantine.objects.count()) == (0, 0)
        assert not AuditEntry.objects.filter(verb="lake.delivery_loaded").exists()
    DatabaseRegistry(intake=lambda _: None).finish(outcome(load))
    with scoped(cast.actor("zhengyu")):
        row = Load.objects.get()
        assert row.status == "loaded"
        assert row.tables[1] == {
            "table": "account",
            "rows": 4,
            "loaded": 3,
            "quarantined": 1,
            "score": "0.750000",
        }
        assert Quarantine.objects.get().hint == "CNY"
        assert AuditEntry.objects.filter(verb="lake.delivery_loaded", object_id=str(load)).count() == 1


def test_quarantine_is_for_whole_bank_eyes() -> None:
    from django.db import ProgrammingError

    load = DatabaseRegistry().begin("JLB", source="", as_of=DAY)
    DatabaseRegistry().finish(outcome(load))
    cast = the_cast()

    for username in ("chenwei", "zhoulin", "zhengyu", "wuhan"):
        with scoped(cast.actor(username)):
            assert Quarantine.objects.count() == 1
    for username in ("lihua", "sunjie", "hejun"):
        with scoped(cast.actor(username)):
            assert LoadCheck.objects.count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), scoped(cast.actor(username)):
            Quarantine.objects.count()
