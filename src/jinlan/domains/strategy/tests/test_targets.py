from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError

from jinlan.basics.errors import Refused
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.strategy.models import Target
from jinlan.domains.strategy.rules.targets import BANK, BRANCH, EMPLOYEE, THE_BANK, Owner
from jinlan.domains.strategy.services.targets import Wanted, set_target, split_target
from jinlan.kernel.history import changes_of
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import writing
from jinlan.kernel.testing_database import Remembered

D = Decimal
BJ, SH, HQ, CY = (Owner(BRANCH, code) for code in ("BJ", "SH", "HQ", "BJ-CY"))
LIHUA, ZHAOYAN, SUNJIE = (Owner(EMPLOYEE, code) for code in ("E1001", "E1003", "E2001"))
WHY = "年中调整经营计划"


@pytest.fixture
def cast(database: None, remembered: Remembered) -> Cast:
    return remembered(the_cast)


def flat(amount: str | int) -> tuple[Decimal, ...]:
    return (D(amount),) * 12


def set_bank(
    cast: Cast, months: Sequence[Decimal], *, edition: int = 0, who: str = "chenwei", **more: Any
) -> int:
    wanted = {"year": 2026, "metric": "aum", "reason": WHY} | more
    return set_target(actor=cast.actor(who), months=months, edition=edition, **wanted)


def split(
    cast: Cast, owner: Owner, below: dict[Owner, Sequence[Decimal]], *, who: str = "chenwei", **more: Any
) -> None:
    editions = seen()
    wanted = [Wanted(one, months, editions.get(one, 0)) for one, months in below.items()]
    given = {
        "year": 2026,
        "metric": "aum",
        "reason": WHY,
        "edition": editions.get(owner, 0),
        "children": wanted,
    } | more
    split_target(actor=cast.actor(who), owner=owner, **given)


def seen() -> dict[Owner, int]:
    with writing():
        return {
            Owner(row.owner_kind, row.owner): row.edition
            for row in Target.objects.filter(year=2026, metric="aum")
        }


def months() -> dict[Owner, tuple[Decimal, ...]]:
    with writing():
        return {Owner(row.owner_kind, row.owner): tuple(row.months) for row in Target.objects.all()}


def refused(act: Any) -> Refused:
    before = months()
    with pytest.raises(Refused) as found:
        act()
    assert months() == before
    return found.value


def test_the_bank_is_set_and_split_down_to_people(cast: Cast) -> None:
    assert set_bank(cast, flat(100)) == 1
    split(cast, THE_BANK, {BJ: flat(60), SH: flat("39.99"), HQ: flat("0.01")})
    split(cast, BJ, {LIHUA: flat(45), ZHAOYAN: flat(10), CY: flat(5)})

    assert months() == {
        THE_BANK: flat(100), BJ: flat(60), SH: flat("39.99"), HQ: flat("0.01"), LIHUA: flat(45), ZHAOYAN: flat(10), CY: flat(5),
    }  # fmt: skip
    with scoped(cast.actor("zhengyu")) as scope:
        entry = AuditEntry.objects.filter(verb="strategy.target_split").last()
        assert entry is not None
        assert (entry.object_id, entry.reason) == ("2026 aum BRANCH BJ", WHY)
        assert (entry.before, entry.after["EMPLOYEE E1001"]) == ({}, ["45.00"] * 12)
        row = Target.objects.get(owner="BJ")
        assert [one.op for one in changes_of(scope.actor, table="strategy_target", row_id=str(row.pk))] == [
            "I"
        ]


def test_children_that_do_not_add_up_are_refused_with_month_and_difference(cast: Cast) -> None:
    set_bank(cast, flat(100))

    found = refused(
        lambda: split(cast, THE_BANK, {BJ: flat(60), SH: (*flat(40)[:6], D("39.99"), *flat(40)[:5])})
    )

    assert (found.code, found.params["month"], found.params["off"], found.params["field"]) == (
        "TARGET_SUM",
        7,
        D("-0.01"),
        "m7",
    )


@pytest.mark.parametrize("months_below", [flat(59), (*flat(60)[:11], D("60.01"))])
def test_the_database_holds_the_sums_when_the_transaction_ends(
    cast: Cast, months_below: tuple[Decimal, ...]
) -> None:
    set_bank(cast, flat(100))
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})
    split(cast, BJ, {LIHUA: flat(60)})
    before = months()

    for who, owner in (("chenwei", "BJ"), ("sunjie", "E1001")):
        with pytest.raises(IntegrityError, match="do not add up"), scoped(cast.actor(who), write=True):
            rows = Target.objects.filter(owner=owner)
            assert rows.update(months=list(months_below)) == 1  # written, until the end
    with pytest.raises(IntegrityError, match="do not add up"), writing():
        Target.objects.filter(owner_kind=BANK).update(months=[D(1)] * 12)
    assert months() == before

    with scoped(cast.actor("chenwei"), write=True):  # together they may change
        Target.objects.filter(owner__in=["BJ", "E1001"]).update(months=[D(50)] * 12)
        Target.objects.filter(owner="SH").update(months=[D(50)] * 12)
    assert months()[BJ] == flat(50)


def test_the_database_takes_no_child_without_its_owner_and_no_half_year(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="do not add up"), writing():
        raw(Target(owner_kind=BRANCH, owner="BJ", parent_kind=BANK, months=[D(1)] * 12))
    with pytest.raises(IntegrityError, match="target_twelve_months"), writing():
        raw(Target(owner_kind=BANK, months=[D(1)] * 11))
    with pytest.raises(IntegrityError, match="target_tree"), writing():
        raw(Target(owner_kind=EMPLOYEE, owner="E1001", parent_kind=BANK, months=[D(1)] * 12))
    assert months() == {}


def raw(row: Target) -> None:
    row.entity, row.year, row.metric, row.changed_at, row.changed_by = (
        "JLB",
        2026,
        "aum",
        "2026-01-01T00:00Z",
        "x",
    )
    row.save()


def test_a_change_that_breaks_what_is_below_is_refused_or_spread_in_proportion(cast: Cast) -> None:
    set_bank(cast, flat(100))
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})
    split(cast, BJ, {LIHUA: flat(45), ZHAOYAN: flat(15)})

    assert refused(lambda: set_bank(cast, flat(110), edition=1)).code == "TARGET_BELOW"
    assert refused(lambda: split(cast, THE_BANK, {BJ: flat(50), SH: flat(50)})).code == "TARGET_BELOW"

    set_bank(cast, flat(110), edition=1, spread=True)
    assert months() == {
        THE_BANK: flat(110),
        BJ: flat(66),
        SH: flat(44),
        LIHUA: flat("49.5"),
        ZHAOYAN: flat("16.5"),
    }
    split(cast, THE_BANK, {BJ: flat(70), SH: flat(40)}, spread=True)
    assert months() == {
        THE_BANK: flat(110),
        BJ: flat(70),
        SH: flat(40),
        LIHUA: flat("52.5"),
        ZHAOYAN: flat("17.5"),
    }


def test_clients_are_spread_in_whole_ones(cast: Cast) -> None:
    set_bank(cast, flat(3), metric="entered")
    with writing():
        assert Target.objects.get(metric="entered").currency == ""
    assert refused(lambda: set_bank(cast, flat("1.5"), metric="entered", edition=1)).code == "TARGET_MONTHS"


def test_the_second_of_two_tabs_is_refused(cast: Cast) -> None:
    set_bank(cast, flat(100))
    assert refused(lambda: set_bank(cast, flat(90))).code == "TARGET_MOVED"
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})

    stale = [Wanted(BJ, flat(50), 0), Wanted(SH, flat(50), 0)]
    assert refused(lambda: split(cast, THE_BANK, {}, children=stale)).code == "TARGET_MOVED"
    one_less = [Wanted(BJ, flat(100), 1)]  # the other tab added a child that this one never saw
    assert refused(lambda: split(cast, THE_BANK, {}, children=one_less)).code == "TARGET_MOVED"
    assert (
        refused(lambda: split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)}, edition=7)).code == "TARGET_MOVED"
    )


def test_a_branch_head_splits_below_his_own_branch_only(cast: Cast) -> None:
    set_bank(cast, flat(100))
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})

    for owner in (THE_BANK, SH, HQ, LIHUA):
        assert refused(lambda at=owner: split(cast, at, {LIHUA: flat(40)}, who="sunjie")).code == "ABSENT"
    with pytest.raises(ScopeDenied):
        set_bank(cast, flat(1), edition=1, who="sunjie")
    split(cast, BJ, {LIHUA: flat(50), CY: flat(10)}, who="sunjie")
    assert months()[LIHUA] == flat(50)

    for who in ("lihua", "zhoulin", "zhengyu", "wuhan"):
        with pytest.raises(ScopeDenied):
            split(cast, BJ, {LIHUA: flat(60), CY: flat(0)}, who=who)
        with (
            pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
            scoped(cast.actor(who), write=True),
        ):
            raw(Target(owner_kind=BANK, months=[D(1)] * 12))
    assert months()[LIHUA] == flat(50)


@pytest.mark.parametrize(
    ("owner", "child", "code"),
    [(THE_BANK, CY, "TARGET_CHILD"), (THE_BANK, LIHUA, "TARGET_CHILD"), (BJ, SH, "TARGET_ELSEWHERE"), (BJ, Owner(EMPLOYEE, "E1002"), "TARGET_CHILD"), (BJ, Owner(BRANCH, "X"), "TARGET_CHILD")],
)  # fmt: skip
def test_only_what_hangs_below_an_owner_gets_its_target_there(
    cast: Cast, owner: Owner, child: Owner, code: str
) -> None:
    set_bank(cast, flat(100))
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})
    wanted: dict[Owner, Sequence[Decimal]] = {BJ: flat(60), SH: flat(40)} if owner == THE_BANK else {}

    assert refused(lambda: split(cast, owner, wanted | {child: flat(0)})).code == code


def test_reason_year_and_metric_are_looked_at(cast: Cast) -> None:
    assert refused(lambda: set_bank(cast, flat(1), reason="改")).code == "TARGET_REASON"
    assert refused(lambda: set_bank(cast, flat(1), year=2028)).code == "TARGET_YEAR"
    assert refused(lambda: set_bank(cast, flat(1), year=2024)).code == "TARGET_YEAR"
    assert refused(lambda: set_bank(cast, flat(1), metric="profit")).code == "TARGET_METRIC"
    assert refused(lambda: split(cast, BJ, {LIHUA: flat(1)})).code == "TARGET_NONE"

    assert set_bank(cast, flat(1), year=2027, reason="") == 1  # that year has not begun
    early = replace(cast.actor("chenwei"), at=cast.actor("chenwei").at - timedelta(days=365))
    assert set_target(actor=early, year=2026, metric="loan", months=flat(1)) == 1


def test_the_database_too_lets_a_branch_head_write_below_his_own_branch_only(cast: Cast) -> None:
    set_bank(cast, flat(100))
    split(cast, THE_BANK, {BJ: flat(60), SH: flat(40)})
    split(cast, BJ, {LIHUA: flat(60)})
    split(cast, SH, {Owner(EMPLOYEE, "E1002"): flat(40)})
    before = months()

    with scoped(cast.actor("sunjie"), write=True):
        for kind, owner in (("BANK", ""), ("BRANCH", "BJ"), ("BRANCH", "SH"), ("EMPLOYEE", "E1002")):
            assert Target.objects.filter(owner_kind=kind, owner=owner).update(changed_by="x") == 0
        assert Target.objects.filter(owner="E1001").update(changed_by="x") == 1
    for row in (
        Target(owner_kind=BRANCH, owner="GZ", parent_kind=BANK, months=[D(0)] * 12),
        Target(owner_kind=EMPLOYEE, owner="E9", parent_kind=BRANCH, parent="SH", months=[D(0)] * 12),
    ):
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            scoped(cast.actor("sunjie"), write=True),
        ):
            raw(row)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        scoped(cast.actor("sunjie"), write=True),
    ):
        Target.objects.filter(owner="E1001").update(parent="SH")
    assert months() == before


def test_every_act_of_the_room_is_declared_when_the_product_starts() -> None:
    said = "import django; django.setup(); from jinlan.kernel.acts import ACTS; print(*sorted(ACTS))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)

    assert {
        "strategy.set_target", "strategy.split_target", "strategy.override_tier", "strategy.draft_version", "strategy.cast_ballot",
        "strategy.excuse_obligation", "strategy.keep_trial",
    } <= set(done.stdout.split())  # fmt: skip
