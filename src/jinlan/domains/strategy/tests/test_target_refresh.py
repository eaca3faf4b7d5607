from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError

from jinlan.clients.models import Branch, Coverage, Employee, Unit
from jinlan.clients.testing import Cast, covers, the_cast
from jinlan.domains.strategy.models import Achieved, Credit
from jinlan.domains.strategy.services.target_refresh import refresh_targets
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, writing
from jinlan.serving.models import Load, PublishedDate, Run, UnitResult

D = Decimal
ENDS = {number: date(2026, number + 1, 1) - timedelta(days=1) for number in range(1, 9)}


@dataclass
class Books:
    """The cast, and a maker of month-ends."""

    cast: Cast

    def run(self) -> Run:
        with writing():
            load = Load.objects.create(entity=ENTITY, as_of=ENDS[1], status="loaded", started_at=AT)
            return Run.objects.create(
                entity=ENTITY, as_of=ENDS[1], load=load, status="published", started_at=AT
            )

    def publish(self, month: int, **amounts: str | None) -> None:
        """Publish a month-end; amounts are the month's average AUM by unit, None for one that is not known."""
        run, day = self.run(), ENDS[month]
        with writing():
            PublishedDate.objects.update_or_create(
                entity=ENTITY, as_of=day, defaults={"run": run, "month_end": True}
            )
            UnitResult.objects.filter(as_of=day).delete()
            for name, amount in amounts.items():
                self.stands(getattr(self.cast, name), run, day, amount)

    def stands(self, unit: Unit, run: Run, day: date, amount: str | None, **more: Any) -> None:
        with writing():
            UnitResult.objects.create(
                entity=ENTITY, run=run, as_of=day, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind,
                tier_state="active", measures={"aum_avg_month": {"v": amount, "s": "ok" if amount else "incomplete"}}, **more,
            )  # fmt: skip

    def refresh(self) -> dict[str, int]:
        return refresh_targets(actor=system_actor(ENTITY, AT))

    def achieved(self, month: int, metric: str = "aum") -> dict[tuple[str, str], Decimal]:
        with writing():
            rows = Achieved.objects.filter(month=ENDS[month], metric=metric)
            return {(row.employee, row.branch): row.amount for row in rows}


@pytest.fixture
def books(database: None) -> Books:
    return Books(the_cast())


def everything() -> list[Any]:
    with writing():
        return [*Credit.objects.order_by("id").values(), *Achieved.objects.order_by("id").values()]


def test_a_month_is_what_changed_between_its_ends(books: Books) -> None:
    books.publish(1, group="1000.00", household="500.00", other="10.00")
    books.publish(2, group="1300.50", household="400.00", other=None)

    assert books.refresh()["months"] == 1

    assert books.achieved(2) == {
        ("E1001", "BJ"): D("300.50"),
        ("E1003", "BJ"): D("-100.00"),
        ("", "SH"): D("0.00"),
    }
    with writing():
        row = Achieved.objects.get(month=ENDS[2], metric="aum", employee="")
        assert (row.units, row.not_measured) == (0, 1)  # 乙集团 is nobody's, and its average is not complete
        loan = Achieved.objects.get(month=ENDS[2], metric="loan", employee="E1001")
        assert (loan.amount, loan.units, loan.not_measured) == (D(0), 0, 1)


def test_entering_counts_one_and_leaving_takes_one_away(books: Books) -> None:
    with writing():
        Coverage.objects.filter(unit=books.cast.group).update(valid_to=date(2026, 2, 11))
    covers(books.cast.employees["E1002"], books.cast.group, since=date(2026, 2, 11))
    books.publish(1)
    books.publish(2)
    for month, level in (
        (1, {"group": 0, "household": 1, "other": 2}),
        (2, {"group": 3, "household": 0, "other": 1}),
    ):
        with writing():
            run = PublishedDate.objects.get(as_of=ENDS[month]).run
        for name, tier in level.items():
            books.stands(getattr(books.cast, name), run, ENDS[month], "1.00", tier_level=tier)
    books.refresh()

    # 28 days: 10 and 18; 1 as 0.36 and 0.64. 乙集团 fell, but is still inside.
    assert books.achieved(2, "entered") == {
        ("E1001", "BJ"): D("0.36"),
        ("E1002", "SH"): D("0.64"),
        ("E1003", "BJ"): D("-1.00"),
    }


def test_a_client_who_changes_hands_on_the_11th_of_june(books: Books) -> None:
    with writing():
        Coverage.objects.filter(unit=books.cast.group).update(valid_to=date(2026, 6, 11))
    covers(books.cast.employees["E1002"], books.cast.group, since=date(2026, 6, 11))
    books.publish(5, group="1000.00")
    books.publish(6, group="1100.00")
    books.refresh()

    assert books.achieved(6) == {("E1001", "BJ"): D("33.33"), ("E1002", "SH"): D("66.67")}
    with writing():
        shares = (
            Credit.objects.filter(month=ENDS[6], metric="aum")
            .order_by("employee")
            .values_list("share", flat=True)
        )
        assert list(shares) == [D("0.33333333"), D("0.66666667")]


def test_a_shared_client_is_credited_by_the_agreed_shares(books: Books) -> None:
    with writing():
        Coverage.objects.filter(unit=books.cast.group).update(credit_share=D("0.6"))
        covers(books.cast.employees["E1002"], books.cast.group, role="ASSIST", share=D("0.4"))
    books.publish(5, group="1000.00")
    books.publish(6, group="1100.01")
    books.refresh()

    assert books.achieved(6) == {("E1001", "BJ"): D("60.01"), ("E1002", "SH"): D("40.00")}


def test_days_without_a_manager_are_nobodys_at_the_clients_branch(books: Books) -> None:
    with writing():
        Coverage.objects.filter(unit=books.cast.group).update(valid_to=date(2026, 6, 16))
    books.publish(5, group="1000.00")
    books.publish(6, group="1100.00")
    books.refresh()

    assert books.achieved(6) == {("E1001", "BJ"): D("50.00"), ("", "BJ"): D("50.00")}


def test_doing_it_twice_changes_nothing_and_says_nothing(books: Books) -> None:
    for month in (1, 2, 3):
        books.publish(month, group=f"{month}000.00", household="500.00")
    assert books.refresh()["months"] == 2
    before = everything()

    assert books.refresh() == {"months": 0, "added": 0, "changed": 0}

    assert everything() == before
    with scoped(books.cast.actor("zhengyu")):
        assert AuditEntry.objects.filter(verb="strategy.targets_credited").count() == 1


def test_a_month_without_the_one_before_is_not_closed(books: Books) -> None:
    books.publish(1, group="1000.00")
    books.publish(3, group="3000.00")

    assert books.refresh()["months"] == 0
    assert everything() == []


def test_a_manager_who_moves_takes_nothing_along(books: Books) -> None:
    for month in (1, 2, 3):
        books.publish(month, group=f"{month}000.00")
    books.refresh()
    with writing():
        Employee.objects.filter(code="E1001").update(branch=books.cast.branches["SH"])
    books.publish(4, group="4500.00")
    books.refresh()

    assert books.achieved(3) == {("E1001", "BJ"): D("1000.00")}
    assert books.achieved(4) == {("E1001", "SH"): D("1500.00")}

    books.publish(3, group="3200.00")  # a correction: March brought 200 more, April 200 less
    assert books.refresh()["months"] == 2
    assert books.achieved(3) == {("E1001", "BJ"): D("1200.00")}
    assert books.achieved(4) == {("E1001", "SH"): D("1300.00")}


def test_a_merged_branch_keeps_what_was_credited_there(books: Books) -> None:
    for month in (4, 5):
        books.publish(month, group=f"{month}000.00")
    books.refresh()
    with writing():
        Branch.objects.filter(code="BJ").update(
            merged_into=books.cast.branches["SH"], valid_to=date(2026, 6, 1)
        )
        Employee.objects.filter(code="E1001").update(branch=books.cast.branches["SH"])
        Unit.objects.filter(code="G-JIA").update(branch=books.cast.branches["SH"])
    books.publish(6, group="6500.00")
    books.refresh()

    assert books.achieved(5) == {("E1001", "BJ"): D("1000.00")}
    assert books.achieved(6) == {("E1001", "SH"): D("1500.00")}
    with writing():  # what it counts for stays, where it is in sight follows the client
        rows = Credit.objects.filter(metric="aum").order_by("month").values_list("branch", "branch_id")
        assert list(rows) == [("BJ", books.cast.branches["SH"].pk), ("SH", books.cast.branches["SH"].pk)]


def test_credits_are_in_sight_as_their_clients_are_and_sums_to_everybody(books: Books) -> None:
    books.publish(1, group="1000.00", household="500.00", other="10.00")
    books.publish(2, group="1300.00", household="600.00", other="20.00")
    books.refresh()

    seen = {}
    for username in ("lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhengyu"):
        with scoped(books.cast.actor(username)):
            seen[username] = sorted(Credit.objects.filter(metric="aum").values_list("amount", flat=True))
            assert Achieved.objects.filter(metric="aum").count() == 3
    assert seen == {
        "lihua": [D(300)], "wangmin": [], "zhaoyan": [D(100)], "sunjie": [D(100), D(300)],
        "chenwei": [D(10), D(100), D(300)], "zhengyu": [D(10), D(100), D(300)],
    }  # fmt: skip


def test_people_write_neither_credits_nor_sums(books: Books) -> None:
    books.publish(1, group="1000.00")
    books.publish(2, group="1300.00")
    books.refresh()
    before = everything()

    for username in ("lihua", "sunjie", "chenwei"):
        for model in (Credit, Achieved):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                scoped(books.cast.actor(username), write=True),
            ):
                model.objects.update(amount=1)
    assert everything() == before


def test_it_runs_as_a_job_and_does_nothing_before_a_publication(database: None) -> None:
    assert TASKS["strategy.refresh_targets"].run(actor=system_actor("NEW", AT)) == {
        "months": 0,
        "added": 0,
        "changed": 0,
    }
