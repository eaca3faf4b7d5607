"""Balances, prices, identifiers and shares of the demo bank are right to the last digit."""

from __future__ import annotations

import tomllib
from pathlib import Path

from stdnum import lei
from stdnum.cn import ric, uscc

from jinlan.site.demobank import ids
from jinlan.site.demobank.tests.lens import Lens


def test_balances_roll_forward_to_the_cent_on_every_account_and_day(lens: Lens) -> None:
    days, breaks, openings = lens.rows("""
        with deposit as (select account_id from acc where family = 'DEPOSIT'),
        held as (select account_id, as_of_date as day, closing_balance as closing,
            lag(closing_balance) over w as before, lag(as_of_date) over w as eve
            from balance_daily join deposit using (account_id)
            window w as (partition by account_id order by as_of_date)),
        moved as (select account_id, booking_date as day,
            sum(case credit_debit_ind when 'CRDT' then amount else -amount end) as net
            from transaction where status = 'BOOK' group by all)
        select count(*) filter (before is not null),
            count(*) filter (before is not null and (eve <> day - 1 or closing <> before + coalesce(net, 0))),
            count(*) filter (before is null and day > date '2025-09-01' and closing <> coalesce(net, 0))
        from held left join moved using (account_id, day)""")[0]  # fmt: skip
    assert days > 40_000
    assert (breaks, openings) == (0, 0)


def test_every_booking_belongs_to_a_day_with_a_balance(lens: Lens) -> None:
    assert (
        lens.one("""select count(*) from transaction t left join balance_daily b
        on b.account_id = t.account_id and b.as_of_date = t.booking_date where b.account_id is null""")
        == 0
    )


def test_no_deposit_is_overdrawn_and_amounts_are_positive(lens: Lens) -> None:
    assert lens.one("select min(closing_balance) from balance_daily") >= 0
    assert lens.one("select min(amount) from transaction") > 0


def test_base_balances_follow_the_rate_of_the_day(lens: Lens) -> None:
    foreign, wrong = lens.rows("""
        select count(*), count(*) filter (abs(balance_base - closing_balance * rate) > 0.005)
        from balance_daily b join (select distinct account_id, currency from account) using (account_id)
        join fx_rate r on r.from_ccy = currency and r.as_of_date = b.as_of_date""")[0]
    assert foreign > 0
    assert wrong == 0
    assert (
        lens.one("""select count(*) from balance_daily join (select distinct account_id, currency from
            account)
        using (account_id) where currency = 'CNY' and balance_base <> closing_balance""")
        == 0
    )


def test_holdings_agree_with_price_and_with_the_balance_of_their_account(lens: Lens) -> None:
    assert (
        lens.one("select count(*) from holding where abs(quantity * unit_price - market_value) > 0.01") == 0
    )
    assert (
        lens.one("""select count(*) from balance_daily b join acc using (account_id) left join
        (select account_id, as_of_date, sum(market_value) as value from holding group by all) h
        using (account_id, as_of_date) where family <> 'DEPOSIT' and closing_balance is distinct from
            value""")
        == 0
    )


def test_the_general_ledger_equals_the_deposits_of_every_day(lens: Lens) -> None:
    assert (
        lens.one("""
        with own as (select as_of_date, currency, sum(closing_balance) as total from balance_daily
            join (select distinct account_id, currency from account) using (account_id)
            join acc using (account_id) where family = 'DEPOSIT' group by all)
        select count(*) from gl_control g left join own o using (as_of_date, currency)
        where g.gl_class = 'DEPOSIT' and g.total <> coalesce(o.total, 0)""")
        == 0
    )


def test_the_general_ledger_holds_the_interest_of_every_month_account_by_account(lens: Lens) -> None:
    months, wrong = lens.rows("""
        with spells as (select *, coalesce(lead(as_of_date) over (partition by loan_id order by as_of_date), date '2027-01-01') as til
            from loan),
        months as (select distinct as_of_date as last, date_trunc('month', as_of_date)::date as first from gl_control
            where gl_class = 'ACCRUED_INCOME'),
        loans as (select last, loan_id, round(sum(outstanding * interest_rate * (least(til, last + 1) - greatest(as_of_date, first)))
            / 365, 2) as interest from months join spells on as_of_date <= last and til > first group by all),
        deposits as (select last, account_id, round(sum(balance_base * rate) / 365, 2) as interest from balance_daily b
            join acc using (account_id) join months on b.as_of_date between first and last where family = 'DEPOSIT' group by all),
        own as (select last, 'ACCRUED_INCOME' as gl_class, sum(interest) as total from loans group by all
            union all select last, 'ACCRUED_EXPENSE', sum(interest) from deposits group by all)
        select count(*), count(*) filter (abs(g.total - own.total) > 0.02) from gl_control g
        join own on own.last = g.as_of_date and own.gl_class = g.gl_class""")[0]  # fmt: skip
    assert (months, wrong) == (28, 0)


def test_the_general_ledger_holds_the_fees_of_every_day(lens: Lens) -> None:
    days, wrong = lens.rows("""
        with own as (select booking_date, ccy, 'FEE_INCOME' as gl_class, sum(amount) as total from fee group by all
            union all select booking_date, ccy, 'VAT', sum(vat_amount) from fee group by all)
        select count(*), count(*) filter (g.total is distinct from own.total) from own left join gl_control g
        on g.as_of_date = booking_date and g.currency = ccy and g.gl_class = own.gl_class""")[0]
    assert days == 58
    assert wrong == 0


def test_what_clients_used_and_what_nobody_used_is_the_operating_cost(lens: Lens) -> None:
    months, wrong, idle = lens.rows("""
        with pools as (select period, sum(pool_cost) as pool, sum(capacity * unit_cost) as priced from unit_cost group by 1),
        used as (select period, sum(count * unit_cost) as used from activity_count join unit_cost using (period, activity_code)
            group by 1)
        select count(*), count(*) filter (g.total <> pool or pool <> priced), min(pool - used) from gl_control g
        join pools on period = strftime(as_of_date, '%Y-%m') join used using (period)
        where gl_class = 'OPERATING_COST'""")[0]
    assert months == 14
    assert wrong == 0
    assert idle > 0


def test_reversals_undo_a_booking_of_the_same_amount(lens: Lens) -> None:
    assert (
        lens.one("""select count(*) from transaction r left join transaction t on t.txn_id = r.reversed_txn_id
        where r.is_reversal and (t.txn_id is null or t.amount <> r.amount or t.account_id <> r.account_id
            or t.credit_debit_ind = r.credit_debit_ind)""")
        == 0
    )


def test_loans_and_facilities_keep_their_rules(lens: Lens) -> None:
    assert (
        lens.one("""select count(*) from loan where outstanding > principal or (dpd > 90 and five_tier < '3')
        or (five_tier >= '3') <> (ecl_stage = '3') or overdue_principal > outstanding""")
        == 0
    )
    assert (
        lens.one("select count(*) from facility where used_amount < 0 or used_amount > approved_amount") == 0
    )
    wrong = lens.one("""
        with f as (select * from facility qualify row_number() over (partition by facility_id order by
        as_of_date desc) = 1),
        l as (select * from loan qualify row_number() over (partition by loan_id order by as_of_date desc)
            = 1)
        select count(*) from f join (select facility_id, sum(outstanding) as used from l group by 1) using
        (facility_id)
        where used <> used_amount""")  # fmt: skip
    assert wrong == 0


def test_identifiers_have_valid_check_digits(lens: Lens) -> None:
    people = lens.rows("""select id_no, gender, strftime(birth_or_incorp_date, '%Y%m%d') from party
        where party_type = 'PERSON' and id_no is not null""")
    for number, gender, born in people:
        assert ric.is_valid(number)
        assert number[2:6] == "0000"  # a whole province: never issued to anyone
        assert number[6:14] == born
        assert (int(number[16]) % 2 == 1) == (gender == "M")
    firms = [number for (number,) in lens.rows("select id_no from party where id_type = 'USCC'")]
    assert len(firms) > 50
    assert all(uscc.is_valid(number) for number in firms)
    assert all(lei.is_valid(number) for (number,) in lens.rows("select lei from party where lei is not null"))
    assert lens.one(
        "select count(distinct id_no) = count(distinct party_id) from party where id_no is not null"
    )


def test_leis_are_valid_for_many_numbers() -> None:
    assert all(lei.is_valid(ids.lei(number)) for number in range(0, 40_000, 997))
    assert all(uscc.is_valid(ids.uscc(number, "330100")) for number in range(0, 900_000, 9973))


def test_account_masks_are_unique_and_unlike_those_of_other_banks(lens: Lens) -> None:
    assert lens.one("select count(distinct account_no_masked) = count(distinct account_id) from account")
    assert lens.one("select count(*) from account where account_no_masked not like '6222 %'") == 0


def test_every_unit_has_one_lead_and_shares_of_one_at_any_time(lens: Lens) -> None:
    wrong = lens.rows("""
        with a as (select *, coalesce(unit_id, party_id) as whom from assignment
            qualify row_number() over (partition by assignment_id order by as_of_date desc) = 1),
        days as (select distinct whom, valid_from as day from a)
        select whom, day, count(*) filter (role = 'LEAD') as leads, sum(credit_share) as shares
        from days join a using (whom) where a.valid_from <= day and (valid_to is null or valid_to > day)
        group by all having leads <> 1 or shares <> 1""")  # fmt: skip
    assert wrong == []


def test_shares_of_one_company_never_add_to_more_than_all(lens: Lens) -> None:
    worst = lens.one("""
        with o as (select * from ownership qualify row_number() over (partition by owner_party_id,
        owned_party_id,
            interest_type, valid_from order by as_of_date desc) = 1)
        select max(total) from (select sum(share) as total from o where valid_to is null group by
        owned_party_id, interest_type)""")
    assert 0.9 < float(worst) <= 1.0001
    assert lens.one("select count(*) from ownership where owner_party_id = owned_party_id") == 0
    assert (
        lens.one("""select count(*) from ownership join party on party_id = owned_party_id
        where party_type = 'PERSON'""")
        == 0
    )


def test_ownership_holds_a_cycle_and_a_cross_holding(lens: Lens) -> None:
    loops = lens.one("""
        with recursive walk(start, owned, depth) as (select owner_party_id, owned_party_id, 1 from
        ownership where share > 0.5
            union select start, o.owned_party_id, depth + 1 from walk join ownership o on o.owner_party_id
                = owned
            where depth < 8 and share > 0.5) select count(distinct start) from walk where start = owned""")
    assert loops >= 2
    assert lens.one("select count(*) from ownership where share = 0.05") >= 1


def test_a_unit_of_one_kind_holds_a_party_only_once(lens: Lens) -> None:
    assert (
        lens.rows("""select party_id, unit_kind from client_unit_member join client_unit using (unit_id)
        group by all having count(distinct unit_id) > 1""")
        == []
    )


def test_the_branch_tree_has_one_root_and_a_merger(lens: Lens) -> None:
    newest = """(select * from branch
        qualify row_number() over (partition by branch_id order by as_of_date desc) = 1)"""
    assert lens.one(f"select count(*) from {newest} where parent_id is null") == 1
    closed = lens.rows(f"select branch_id, name, valid_to::text from {newest} where valid_to is not null")
    assert closed == [("B2010", "金澜银行杭州萧山支行", "2026-03-01")]
    assert lens.one(f"select count(*) from {newest} where parent_id = 'B2010'") == 0
    assert (
        lens.one("""select count(*) from (select * from party qualify row_number() over
        (partition by party_id order by as_of_date desc) = 1) where home_branch_id = 'B2010'""")
        == 0
    )


def test_the_staff_who_sign_in_are_employees_with_books(lens: Lens, tiny: Path) -> None:
    staff = tomllib.loads((tiny / "staff.toml").read_text(encoding="utf-8"))["staff"]
    assert [row["username"] for row in staff] == ["lihua", "wangmin", "zhaoyan", "sunjie", "chenwei",
                                            "zhoulin", "wuhan",
                                                  "zhengyu", "hejun", "xulan", "gaofeng"]  # fmt: skip
    for row in staff:
        assert (
            lens.one(
                "select count(*) from employee where employee_id = ? and name = ?",
                row["employee"],
                row["name"],
            )
            == 1
        )
    assert lens.rows("select role, unit_id from assignment where employee_id = 'E1002'") == [("LEAD", None)]
    member, branch = (
        lens.rows("""select party_id, p.home_branch_id from assignment join party p using (party_id)
        where employee_id = 'E1002' limit 1""")[0]
    )
    groups = lens.rows("select group_id from party_group where party_id = ?", member)
    assert lens.one("select count(*) from party_group where group_id = ?", groups[0][0]) == 24
    assert branch == lens.one("select branch_id from employee where employee_id = 'E1002'")
    assert lens.one("select branch_id from employee where employee_id = 'E2001'") == "B1003"
    assert (
        8 <= lens.one("select count(*) from assignment where employee_id = 'E1001' and role = 'LEAD'") <= 12
    )
    assert (
        7 <= lens.one("select count(*) from assignment where employee_id = 'E1003' and role = 'LEAD'") <= 15
    )
