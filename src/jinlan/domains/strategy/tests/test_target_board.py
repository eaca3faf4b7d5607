"""Reading targets: what rolls up where after mergers and moves, and that every figure is the sum of what is shown below it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jinlan.clients.models import Branch, Coverage, Employee
from jinlan.domains.strategy.models import Achieved, Credit
from jinlan.domains.strategy.rules.targets import BRANCH, EMPLOYEE, THE_BANK, Owner, total
from jinlan.domains.strategy.selectors.places import Places
from jinlan.domains.strategy.selectors.targets import Board, Year, behind
from jinlan.domains.strategy.tests.test_target_refresh import Books, books
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.serving.models import PublishedDate, UnitResult

__all__ = ["books"]  # the fixture

D = Decimal
BJ, SH, HQ = (Owner(BRANCH, code) for code in ("BJ", "SH", "HQ"))
LIHUA = Owner(EMPLOYEE, "E1001")


def board(books: Books, owner: Owner, who: str = "chenwei", on: date = date(2026, 8, 1)) -> Board:
    with scoped(books.cast.actor(who)) as scope:
        return Year(scope.actor, Places(scope.actor, on), 2026, "aum").board(owner)


def done(found: Board) -> Mapping[str, Decimal]:
    return {one.owner.code: one.done for one in found.below}


@pytest.fixture
def moved(books: Books) -> Books:
    """甲集团 brings 1,000 a month; BJ is merged into SH on 1 June, 李华 and the client go along."""
    for month in (1, 2, 3, 4, 5):
        books.publish(month, group=f"{month}000.00", household="10.00")
    books.refresh()
    with writing():
        Branch.objects.filter(code="BJ").update(
            merged_into=books.cast.branches["SH"], valid_to=date(2026, 6, 1)
        )
        Employee.objects.filter(code="E1001").update(branch=books.cast.branches["SH"])
    books.publish(6, group="6000.00", household="17.00")
    books.refresh()
    return books


def test_a_merged_branch_keeps_its_line_and_rolls_up_to_where_it_was_merged_into(moved: Books) -> None:
    bank, sh, bj = (board(moved, owner) for owner in (THE_BANK, SH, BJ))

    assert bank.line.done == D("5007.00")
    assert bj.line.done == D("4007.00")  # 赵岩 still works there, so June's 7 are credited there
    assert sh.line.done == D("5007.00")
    assert done(sh) == {"BJ": D("4007.00"), "E1001": D("5000.00")}
    assert sum(sh.rest) == D("-4000.00")  # what 李华 was credited in BJ stands in its line and in his own
    assert bj.above == [THE_BANK, SH]


def test_a_merger_to_come_changes_nothing_yet(moved: Books) -> None:
    before = date(2026, 5, 31)

    assert board(moved, SH, on=before).line.done == D("1000.00")
    assert board(moved, BJ, on=before).above == [THE_BANK]


def test_a_person_has_all_that_was_credited_to_him_wherever_he_worked(moved: Books) -> None:
    found = board(moved, LIHUA)

    assert found.line.actual[:6] == (D(0), D(1000), D(1000), D(1000), D(1000), D(1000))
    assert found.line.closed == (2, 3, 4, 5, 6)  # January has no month-end before it


def test_head_office_counts_for_itself_alone(moved: Books) -> None:
    assert board(moved, HQ).line.done == D(0)
    assert {one.owner.code for one in board(moved, THE_BANK).below} == {"SH"}  # BJ hangs below SH now


def test_rows_below_and_the_rest_are_the_owners_own_figure_in_every_month(moved: Books) -> None:
    for who in ("chenwei", "sunjie", "lihua", "zhaoyan", "wangmin"):
        with scoped(moved.cast.actor(who)) as scope:
            year = Year(scope.actor, Places(scope.actor, date(2026, 5, 1)), 2026, "aum")
            for owner in (THE_BANK, BJ, SH):
                if year.sees(owner):
                    found = year.board(owner)
                    assert total([found.rest, *(one.actual for one in found.below)]) == found.line.actual, (
                        who,
                        owner,
                    )


def test_what_somebody_no_longer_sees_is_told_as_a_sum(moved: Books) -> None:
    with scoped(moved.cast.actor("lihua")) as scope:
        year = Year(scope.actor, Places(scope.actor, date(2026, 8, 1)), 2026, "aum")
        own = behind(scope.actor, year, employee="E1001")
        assert ([sum(months) for _unit, months in own.units], own.hides) == ([D("5000.00")], False)
    with writing():
        Coverage.objects.filter(employee__code="E1001").update(valid_to=date(2026, 7, 1))
    with scoped(moved.cast.actor("lihua")) as scope:
        year = Year(scope.actor, Places(scope.actor, date(2026, 8, 1)), 2026, "aum")
        gone = behind(scope.actor, year, employee="E1001")
        assert (list(gone.units), sum(gone.hidden), gone.hidden_units, gone.hides) == (
            [],
            D("5000.00"),
            1,
            True,
        )


def test_five_thousand_units_take_seconds_and_no_statement_each(books: Books) -> None:
    units, group = 5_000, books.cast.group
    for month in (1, 2):
        books.publish(month, group=f"{month}000.00")
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "insert into clients_unit (public_id, entity, code, kind, root_party_id, domain, branch_id, name, controller_label, "
            "member_branch_keys, grams, search_text, pinyin_key) select gen_random_uuid(), entity, 'U' || n, kind, root_party_id, domain, "
            "branch_id, 'U' || n, '', '{}', grams, '', '' from clients_unit, generate_series(1, %s) n where id = %s",
            [units, group.pk],
        )
        cursor.execute(
            "insert into serving_unitresult (entity, run_id, as_of, unit_id, domain, branch_id, kind, pinyin_key, computed_tier, "
            "effective_tier, tier_level, tier_state, tier_source, gates, measures, detail) select r.entity, run_id, as_of, u.id, r.domain, "
            "r.branch_id, r.kind, '', '', '', 0, 'active', '', '', r.measures, '{}' from serving_unitresult r, clients_unit u "
            "where r.unit_id = %s and u.code like 'U%%'",
            [group.pk],
        )
        cursor.execute(
            "insert into clients_coverage (entity, unit_id, domain, branch_id, employee_id, role, credit_share, valid_from) "
            "select c.entity, u.id, c.domain, c.branch_id, e.id, v.role, v.share, '2020-01-01' from clients_coverage c, clients_unit u, "
            "(values ('E1001', 'LEAD', 0.33333333), ('E1002', 'ASSIST', 0.66666667)) v (code, role, share) join clients_employee e "
            "on e.code = v.code where c.unit_id = %s and u.code like 'U%%'",
            [group.pk],
        )
        assert UnitResult.objects.count() == 2 * (units + 1)
        assert PublishedDate.objects.count() == 2
    began = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        books.refresh()
    took = time.monotonic() - began

    with writing():
        assert (
            Credit.objects.filter(metric="aum").count() == 2 * units + 1
        )  # a third is the lead's, the rest the assistant's
        assert sum(Achieved.objects.filter(metric="aum").values_list("amount", flat=True)) == (units + 1) * D(
            "1000.00"
        )
    assert len(asked) < 40
    assert took < 30
