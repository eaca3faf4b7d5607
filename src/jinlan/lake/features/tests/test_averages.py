"""Daily averages of 01 §1.2: worked example, carrying forward, incomplete against zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from jinlan.lake.features import windows
from jinlan.lake.features.measures import by_date, party_measures
from jinlan.lake.features.tests.memory import PRODUCTS, MemoryView, account, balances, one, party, span

JAN = span(date(2025, 1, 1), date(2025, 1, 31))
WORKED = {day: 100 if day.day <= 10 else 200 for day in JAN}


def view_of(values, *, opened=date(2025, 1, 1), others=(), last=date(2025, 1, 31), **more):
    rows = {
        "party": [party("P1"), party("P2")],
        "product": PRODUCTS,
        "account": [account("A1", "P1", opened=opened, **{"on": opened, **more}), account("A2", "P2")],
        "balance_daily": [*balances("A1", values), *others],
    }
    return MemoryView(rows, last)


def heartbeat(days):
    """Rows of another client, so that the bank delivered these days."""
    return balances("A2", dict.fromkeys(days, 1))


def test_the_worked_example_of_the_reference_gives_167_74():
    view = view_of(WORKED)
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"]) == (Decimal("167.74"), 0)
    assert (row["aum_avg_ytd"], row["aum"]) == (Decimal("167.74"), Decimal("200.00"))


def test_a_day_the_bank_did_not_deliver_is_carried_forward():
    values = {day: value for day, value in WORKED.items() if day.day not in (10, 20)}
    values[date(2025, 1, 9)] = 100
    view = view_of(values)
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"], row["lack_month"]) == (Decimal("167.74"), 0, 2)


def test_a_gap_of_one_account_is_carried_forward():
    values = {day: value for day, value in WORKED.items() if day.day not in (10, 31)}
    view = view_of(values, others=heartbeat(JAN))
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["lack_month"], row["aum"]) == (Decimal("167.74"), 2, Decimal("200.00"))


def test_three_missing_days_are_borne_and_four_make_the_average_incomplete_not_zero():
    for gone, state in ((3, 0), (4, 1)):
        values = {day: value for day, value in WORKED.items() if day.day > 25 or day.day <= 25 - gone}
        view = view_of(values, others=heartbeat(JAN))
        row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
        assert (row["aum_avg_month_state"], row["lack_month"]) == (state, gone)
        assert row["aum_avg_month"] == (None if state else Decimal("167.74"))


def test_four_days_the_bank_did_not_deliver_make_everybody_incomplete():
    values = {day: value for day, value in WORKED.items() if day.day not in (3, 4, 5, 6)}
    view = view_of(values)
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"], row["lack_month"]) == (None, 1, 4)


def test_before_the_opening_day_the_balance_is_zero_and_not_missing():
    values = {day: 310 for day in JAN if day.day >= 11}
    view = view_of(
        values, opened=date(2025, 1, 11), others=heartbeat(span(date(2024, 2, 1), date(2025, 1, 31)))
    )
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"]) == (Decimal("210.00"), 0)
    assert (row["aum_avg_12m"], row["aum_avg_12m_state"]) == (Decimal("17.79"), 0)  # 310 * 21 / 366


def test_an_account_older_than_the_lake_has_an_incomplete_year():
    view = view_of(WORKED, opened=date(2020, 1, 1), on=date(2025, 1, 1))
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_12m"], row["aum_avg_12m_state"], row["lack_12m"]) == (None, 1, 335)
    assert row["aum_growth_12m_state"] == 1


def test_a_closed_account_ends_its_window_without_missing_days():
    values = {day: 100 for day in JAN if day.day < 11}
    view = view_of(values, others=heartbeat(JAN), close_date=date(2025, 1, 11), status="CLOSED")
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"]) == (Decimal("32.26"), 0)  # 1000 / 31
    assert row["aum"] == Decimal("0.00")


def test_a_sunday_carries_fridays_balance_where_the_bank_delivers_working_days_only():
    working = [day for day in JAN if windows.working(day)]
    working.insert(0, date(2024, 12, 31))
    view = view_of(dict.fromkeys(working, 100), opened=date(2024, 12, 31), others=heartbeat(working))
    row = one(party_measures(view, date(2025, 1, 31)), view, "P1")
    assert (row["aum_avg_month"], row["aum_avg_month_state"], row["lack_month"]) == (Decimal("100.00"), 0, 0)


def test_the_middle_of_a_month_uses_the_part_of_the_month_so_far():
    view = view_of(WORKED)
    row = one(party_measures(view, date(2025, 1, 15)), view, "P1")
    assert row["aum_avg_month"] == Decimal("133.33")  # (10 * 100 + 5 * 200) / 15


def test_many_dates_in_one_pass_equal_each_date_alone():
    first, last = date(2024, 1, 1), date(2025, 3, 31)
    values = {day: 100 + day.toordinal() % 17 for day in span(first, last) if day.day != 7}
    dates = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 17), date(2025, 3, 31)]
    together = view_of(values, opened=first, last=last)
    many = together.connect().to_pyarrow(by_date(together, dates)).to_pylist()
    found = {(row["as_of"], row["party_id"]): row for row in many}
    for day in dates:
        alone = view_of(values, opened=first, last=last)
        assert one(party_measures(alone, day), alone, "P1") == found[day, "P1"]


def test_growth_compares_with_the_same_month_a_year_before():
    first, last = date(2024, 1, 1), date(2025, 1, 31)
    values = {day: 100 if day < date(2025, 1, 1) else 160 for day in span(first, last)}
    view = view_of(values, opened=first, last=last)
    row = one(party_measures(view, last), view, "P1")
    assert (row["aum_growth_12m"], row["aum_growth_12m_state"]) == (Decimal("0.60000000"), 0)
    assert row["aum_avg_12m"] == Decimal("105.08")  # (335 * 100 + 31 * 160) / 366


def test_negative_balances_round_half_away_from_zero():
    values = {date(2025, 1, 1): "-0.01", date(2025, 1, 2): "0.00"}
    view = view_of(values, last=date(2025, 1, 2))
    assert one(party_measures(view, date(2025, 1, 2)), view, "P1")["aum_avg_month"] == Decimal("-0.01")


def test_a_merged_party_number_keeps_its_history_under_the_new_one():
    rows = {
        "party": [party("P1"), party("P2")],
        "product": PRODUCTS,
        "account": [account("A1", "P1"), account("A2", "P2")],
        "balance_daily": [*balances("A1", dict.fromkeys(JAN, 100)), *balances("A2", dict.fromkeys(JAN, 50))],
        "party_merge": [{"old_party_id": "P1", "new_party_id": "P2", "effective_date": date(2025, 1, 20),
                         "as_of_date": date(2025, 1, 20)}],
    }  # fmt: skip
    view = MemoryView(rows, date(2025, 1, 31))
    found = {(row["as_of"], row["party_id"]): row["aum"] for row in view.connect().to_pyarrow(
        by_date(view, [date(2025, 1, 19), date(2025, 1, 20)])).to_pylist()}  # fmt: skip
    assert found == {
        (date(2025, 1, 19), "P1"): Decimal(100), (date(2025, 1, 19), "P2"): Decimal(50),
        (date(2025, 1, 20), "P2"): Decimal(150),
    }  # fmt: skip


def test_a_point_figure_is_incomplete_when_the_last_balance_is_older_than_three_days():
    values = dict.fromkeys(span(date(2025, 1, 1), date(2025, 1, 20)), 100)
    for offset, state in ((3, 0), (4, 1)):
        view = view_of(values)
        row = one(party_measures(view, date(2025, 1, 20) + timedelta(days=offset)), view, "P1")
        assert (row["aum"], row["aum_state"]) == (None if state else Decimal(100), state)
