"""The measures against SQL written by hand for one date, on random lakes; equal to the cent."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

from jinlan.lake.features.measures import by_date
from jinlan.lake.features.tests.memory import MemoryView, arrow
from jinlan.lake.features.tests.randomlake import LAST, RandomBank

DATES = [date(2025, 1, 31), date(2025, 2, 9), date(2025, 2, 28), date(2025, 3, 17)]

# $d = the date. Every account-day by brute force; decimals are exact, division is left to Python.
SETUP = """
create or replace temp table acc as
  select coalesce(m.new_party_id, a.party_id) as party, a.* exclude (party_id), p.family,
    least(coalesce(close_date, date '9999-12-31'), date '9999-12-31') as gone
  from (select *, row_number() over (partition by account_id order by as_of_date desc) rn from account
        where as_of_date <= $d) a
  join product p using (product_code)
  left join party_merge m on m.old_party_id = a.party_id and m.effective_date <= $d
  where rn = 1 and a.change_type <> 'D' and open_date <= $d;
create or replace temp table ccy as
  select day, (select rate from fx_rate f where f.as_of_date <= day order by f.as_of_date desc limit 1) as usd
  from (select unnest(generate_series(date '2024-01-01', $d::date, interval 1 day))::date as day);
create or replace temp table who as
  select distinct coalesce(m.new_party_id, p.party_id) as party from party p
  left join party_merge m on m.old_party_id = p.party_id and m.effective_date <= $d;
create or replace temp table daily as
  select a.account_id, a.party, a.family, a.ftp_rate - a.interest_rate as margin, g.day,
    coalesce((select balance_base from balance_daily b where b.account_id = a.account_id and b.as_of_date <= g.day
       and b.as_of_date > g.day - 32 order by b.as_of_date desc limit 1), 0) as value,
    (select count(*) from balance_daily b where b.account_id = a.account_id and b.as_of_date = g.day) as has
  from acc a join ccy g on g.day >= a.open_date and g.day < a.gone
  where a.family in ('DEPOSIT', 'WEALTH', 'CUSTODY');
"""

BALANCES = """
select who.party,
  coalesce(sum(value) filter (day = $d), 0) as aum,
  coalesce(sum(value) filter (day >= date_trunc('month', $d::date)), 0) as month,
  coalesce(sum(value) filter (day >= date_trunc('year', $d::date)), 0) as ytd,
  coalesce(sum(value) filter (day between $y and $d), 0) as year,
  coalesce(sum(value) filter (day between $y and $d and family = 'DEPOSIT'), 0) as deposit,
  coalesce(sum(value) filter (day between $bf and $bl), 0) as base,
  coalesce(sum(value * margin) filter (day between $y and $d and family = 'DEPOSIT'), 0) as margin
from who left join daily using (party) group by all
"""

LACKS = """
select party, coalesce(max(month), 0) as month, coalesce(max(year), 0) as year, coalesce(max(ytd), 0) as ytd,
  coalesce(max(base), 0) as base, coalesce(max(deposit), 0) as deposit
from (select party, count(*) filter (has = 0 and day between date_trunc('month', $d::date) and $d) as month,
    count(*) filter (has = 0 and day between $y and $d) as year,
    count(*) filter (has = 0 and day between date_trunc('year', $d::date) and $d) as ytd,
    count(*) filter (has = 0 and day between $bf and $bl) as base,
    count(*) filter (has = 0 and day between $y and $d and family = 'DEPOSIT') as deposit
  from daily group by party, account_id) group by party
"""

FLOWS = """
select who.party, coalesce(sum(case
     when credit_debit_ind = 'CRDT' and not is_reversal then amount * case t.currency when 'USD' then usd else 1 end
     when credit_debit_ind = 'DBIT' and is_reversal then -amount * case t.currency when 'USD' then usd else 1 end
   end) filter (booking_date between $y and $d and coalesce(o.party, '') <> a.party), 0) as settlement,
  count(*) filter (booking_date between $y and $d and not is_reversal) as n,
  $d::date - max(booking_date) filter (not is_reversal) as recency
from who left join acc a using (party)
left join (select * from transaction where status = 'BOOK' and not is_internal and txn_type not in ('FEE', 'INTEREST')
   and booking_date between $d::date - 800 and $d) t using (account_id)
left join acc o on o.account_no_masked_hash = t.counterparty_account_masked_hash
left join ccy on ccy.day = t.booking_date
group by all
"""

FEES = """
select who.party, coalesce(sum((amount - coalesce(vat_amount, 0)) * case ccy when 'USD' then usd else 1 end), 0) as fee
from who left join (select coalesce(new_party_id, f.party_id) as party, f.* from fee f
   left join party_merge m on m.old_party_id = f.party_id and m.effective_date <= $d
   where booking_date between $y and $d) using (party)
left join ccy on day = booking_date group by all
"""

LOANS = """
with v as (select *, coalesce(lead(as_of_date) over (partition by loan_id order by as_of_date), date '9999-12-31') as til
   from loan where as_of_date <= $d),
 r as (select usd from ccy where day = $d),
 now as (select coalesce(new_party_id, party_id) as party, v.*, case currency when 'USD' then usd else 1 end as fx
   from v cross join r left join party_merge m on m.old_party_id = party_id and m.effective_date <= $d
   where til > $d and change_type <> 'D'),
 days as (select coalesce(new_party_id, party_id) as party, sum(outstanding * (interest_rate - ftp_rate)
     * (least(til, $d::date + 1) - greatest(v.as_of_date, $y::date))) * any_value(case currency when 'USD' then usd else 1 end) as m
   from v cross join r left join party_merge m on m.old_party_id = party_id and m.effective_date <= $d
   where til > $y and change_type <> 'D' group by 1, loan_id, currency)
select who.party, coalesce((select sum(outstanding * fx) from now where now.party = who.party), 0) as loan,
  coalesce((select sum((coalesce(overdue_principal, 0) + coalesce(overdue_interest, 0)) * fx) from now
     where now.party = who.party), 0) as overdue,
  (select max(five_tier::int) from now where now.party = who.party and outstanding > 0) as worst,
  (select min(maturity_date) from now where now.party = who.party and outstanding > 0 and maturity_date >= $d) as matures,
  coalesce((select sum(m) from days where days.party = who.party), 0) as margin
from who
"""

OTHERS = """
with m as (select old_party_id as old, new_party_id as new from party_merge where effective_date <= $d),
 r as (select usd from ccy where day = $d)
select who.party,
  coalesce((select sum(approved_amount * case currency when 'USD' then usd else 1 end) from facility f cross join r
    left join m on m.old = f.party_id where coalesce(m.new, f.party_id) = who.party and status = 'ACTIVE'
    and parent_facility_id is null and as_of_date <= $d and (expiry_date is null or expiry_date >= $d)), 0) as lim,
  coalesce((select sum(amount * case currency when 'USD' then usd else 1 end) from off_balance o cross join r
    left join m on m.old = o.party_id where coalesce(new, o.party_id) = who.party and as_of_date <= $d
    and expiry_date >= $d), 0) as off,
  (select count(distinct family) from acc where acc.party = who.party and gone > $d) as families,
  (select min(open_date) from acc where acc.party = who.party) as opened,
  least((select min(maturity_date) from acc where acc.party = who.party and gone > $d and maturity_date >= $d),
    (select min(h.maturity_date) from holding h join acc using (account_id) where acc.party = who.party
       and h.as_of_date = $d and h.maturity_date >= $d)) as matures,
  coalesce((select sum(joint_volume * case ccy when 'USD' then usd else 1 end) from partner_volume v
    left join m on m.old = v.party_id left join ccy on day = booking_date
    where coalesce(new, v.party_id) = who.party and booking_date between $y and $d), 0) as joint
from who
"""


def half_up(value: Decimal, places: int = 2) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def by_hand(bank: RandomBank, day: date) -> dict[str, dict[str, object]]:
    """Return the expected measures of every party, None where incomplete."""
    con = duckdb.connect()
    for name, rows in bank.rows.items():
        con.register(f"_{name}", arrow(name, rows))
        con.execute(f'create table "{name}" as select * from _{name}')
    year = {date(2025, 1, 31): date(2024, 2, 1), date(2025, 2, 9): date(2024, 2, 10),
            date(2025, 2, 28): date(2024, 3, 1), date(2025, 3, 17): date(2024, 3, 18)}[day]  # fmt: skip
    base_last = year.fromordinal(year.toordinal() - 1)
    args = {"d": day, "y": year, "bf": base_last.replace(day=1), "bl": base_last}
    for statement in SETUP.strip().split(";\n"):
        con.execute(statement, {"d": day} if "$d" in statement else {})

    def rows(sql: str) -> dict[str, dict[str, object]]:
        used = {name: value for name, value in args.items() if f"${name}" in sql}
        return {row["party"]: row for row in con.execute(sql, used).to_arrow_table().to_pylist()}

    found = {name: rows(sql) for name, sql in
             {"b": BALANCES, "l": LACKS, "f": FLOWS, "e": FEES, "n": LOANS, "o": OTHERS}.items()}  # fmt: skip
    undelivered = {date(2024, 5, 3), date(2025, 1, 31), date(2025, 2, 1)}
    bank_gap = sum(year <= gone <= day for gone in undelivered)
    assert bank_gap <= 3
    days = {
        "month": day.day,
        "ytd": day.timetuple().tm_yday,
        "year": (day - year).days + 1,
        "base": base_last.day,
    }
    return {party: _expected(party, found, days, day) for party in found["b"]}


def _expected(party, found, days, day):
    b, f, n, o = (found[name][party] for name in "bfno")
    lack = found["l"].get(party, dict.fromkeys(("month", "year", "ytd", "base", "deposit"), 0))
    average = {name: half_up(b[name] / days[name]) for name in days}
    ok = {name: lack[name] <= 3 for name in lack if name != "party"}
    growth = (
        half_up((average["month"] - average["base"]) / average["base"], 8) if average["base"] > 0 else None
    )
    revenue = (b["margin"] + n["margin"]) / days["year"] + found["e"][party]["fee"]
    coming = [value for value in (n["matures"], o["matures"]) if value is not None]
    return {
        "aum": b["aum"],
        "aum_avg_month": average["month"] if ok["month"] else None,
        "aum_avg_ytd": average["ytd"] if ok["ytd"] else None,
        "aum_avg_12m": average["year"] if ok["year"] else None,
        "deposit_avg_12m": half_up(b["deposit"] / days["year"]) if ok["deposit"] else None,
        "aum_growth_12m": growth if ok["month"] and ok["base"] else None,
        "settlement_12m": half_up(f["settlement"]),
        "txn_count_12m": f["n"],
        "recency_days": f["recency"],
        "revenue_12m": half_up(revenue) if ok["deposit"] else None,
        "loan": half_up(n["loan"]),
        "overdue": half_up(n["overdue"]),
        "five_tier_worst": n["worst"],
        "net_financial_assets": b["aum"] - half_up(n["loan"]),
        "fpa": half_up(n["loan"] + o["off"]),
        "limit": half_up(o["lim"]),
        "product_families": o["families"],
        "tenure_years": half_up(Decimal((day - o["opened"]).days) * 4 / 1461, 4) if o["opened"] else None,
        "next_maturity": min(coming) if coming else None,
        "joint_volume_12m": half_up(o["joint"]),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_measure_equals_sql_written_by_hand(seed):
    bank = RandomBank(seed)
    view = MemoryView(bank.rows, LAST)
    table = by_date(view, DATES)
    found = {(row["as_of"], row["party_id"]): row for row in view.connect().to_pyarrow(table).to_pylist()}
    told = {"known": 0, "incomplete": 0}
    for day in DATES:
        expected = by_hand(bank, day)
        assert {party for when, party in found if when == day} == set(expected)
        for party, values in expected.items():
            got = {name: found[day, party][name] for name in values}
            if found[day, party]["aum_state"]:
                values["aum"] = values["net_financial_assets"] = None
            assert got == values, (seed, day, party)
            told["known"] += sum(bool(value) for value in values.values())
            told["incomplete"] += values["aum_avg_12m"] is None
    assert told["known"] > 400
    assert told["incomplete"] > 0
