"""The measures of one date as a careful person would write them in DuckDB SQL: one pass over each big table.

The same rules as `lake.features` (01 §1.2), written apart from it, so that equal figures prove both. Parameters are set
as engine variables: d = the date, y = first day of its twelve months, bf..bl = the base month, ms and ys = first of
the month and of the year, rf = how far back balances are read, ff = how far back transactions are.
"""

from __future__ import annotations

SETUP = """
create temp table who as
  select p.party_id as party, p.party_type from (
    select *, row_number() over (partition by party_id order by as_of_date desc) as rn from party
    where as_of_date <= getvariable('d')) p
  where rn = 1 and coalesce(change_type, 'U') <> 'D' and party_id not in (select old from merged);
create temp table acc as
  select coalesce(m.new, a.party_id) as party, a.account_id, a.open_date, a.maturity_date, a.interest_rate, a.ftp_rate,
    a.account_no_masked_hash as number, coalesce(p.family, '') as family,
    coalesce(close_date, case when status = 'CLOSED' then as_of_date end, date '9999-12-31') as gone
  from (select *, row_number() over (partition by account_id order by as_of_date desc) as rn from account
        where as_of_date <= getvariable('d')) a
  left join (select product_code, arg_max(family, as_of_date) as family from product group by 1) p using (product_code)
  left join merged m on m.old = a.party_id
  where rn = 1 and coalesce(a.change_type, 'U') <> 'D' and open_date <= getvariable('d');
create temp table rates as
  select c.ccy, g.day, f.rate
  from (select distinct from_ccy as ccy from fx_rate where to_ccy = 'CNY' and from_ccy <> 'CNY') c
  cross join (select unnest(generate_series(getvariable('ff'), getvariable('d'), interval 1 day))::date as day) g
  asof join (select from_ccy as ccy, as_of_date, arg_min(rate, (rate_type <> 'MID', rate_type)) as rate from fx_rate
             where to_ccy = 'CNY' and as_of_date <= getvariable('d') group by all) f
    on f.ccy = c.ccy and f.as_of_date <= g.day;
insert into rates
  select 'CNY', unnest(generate_series(getvariable('ff'), getvariable('d'), interval 1 day))::date, 1;
create temp table delivered as
  select distinct as_of_date as day from balance_daily
  where month between strftime(getvariable('rf'), '%Y-%m') and strftime(getvariable('d'), '%Y-%m')
    and as_of_date between getvariable('rf') and getvariable('d');
create temp table weights as
  select s.day, count(*) filter (g.day >= getvariable('ms')) as w_month, count(*) filter (g.day >= getvariable('ys')) as w_ytd,
    count(*) filter (g.day >= getvariable('y')) as w_year, count(*) filter (g.day <= getvariable('bl')) as w_base,
    count(*) filter (g.day = s.day and g.day >= getvariable('ms')) as c_month,
    count(*) filter (g.day = s.day and g.day >= getvariable('ys')) as c_ytd,
    count(*) filter (g.day = s.day and g.day >= getvariable('y')) as c_year,
    count(*) filter (g.day = s.day and g.day <= getvariable('bl')) as c_base,
    count(*) filter (g.day = getvariable('d')) as now
  from (select unnest(generate_series(getvariable('bf'), getvariable('d'), interval 1 day))::date as day) g
  asof join delivered s on s.day <= g.day
  where g.day - s.day <= 31 group by all;
"""

BALANCES = """
create temp table sums as
  select account_id, sum(balance_base * w_month) as month, sum(balance_base * w_ytd) as ytd,
    sum(balance_base * w_year) as year, sum(balance_base * w_base) as base, sum(balance_base * now) as aum,
    sum(c_month)::bigint as c_month, sum(c_ytd)::bigint as c_ytd, sum(c_year)::bigint as c_year,
    sum(c_base)::bigint as c_base, max(b.as_of_date) as newest
  from balance_daily b join weights w on w.day = b.as_of_date
  where b.month between strftime(getvariable('rf'), '%Y-%m') and strftime(getvariable('d'), '%Y-%m')
  group by account_id;
create temp table balances as
  select party, sum(aum) as aum, sum(month) as month, sum(ytd) as ytd, sum(year) as year, sum(base) as base,
    sum(deposit) as deposit, sum(margin) as margin, max(l_month) as l_month, max(l_ytd) as l_ytd, max(l_year) as l_year,
    max(l_base) as l_base, max(l_deposit) as l_deposit, max(stale) as stale, sum(unpriced) as unpriced
  from (
    select party, case when gone > getvariable('d') then coalesce(aum, 0) else 0 end as aum, coalesce(month, 0) as month,
      coalesce(ytd, 0) as ytd, coalesce(year, 0) as year, coalesce(base, 0) as base,
      case when family = 'DEPOSIT' then coalesce(year, 0) else 0 end as deposit,
      case when family = 'DEPOSIT' then coalesce(year, 0) * (ftp_rate - interest_rate) end as margin,
      lack(open_date, gone, getvariable('ms'), getvariable('d'), c_month) as l_month,
      lack(open_date, gone, getvariable('ys'), getvariable('d'), c_ytd) as l_ytd,
      lack(open_date, gone, getvariable('y'), getvariable('d'), c_year) as l_year,
      lack(open_date, gone, getvariable('bf'), getvariable('bl'), c_base) as l_base,
      case when family = 'DEPOSIT' then lack(open_date, gone, getvariable('y'), getvariable('d'), c_year) else 0 end as l_deposit,
      case when gone > getvariable('d') then least(getvariable('d') - coalesce(newest, open_date),
        lack(open_date, gone, getvariable('y'), getvariable('d'), c_year)) else 0 end as stale,
      case when family = 'DEPOSIT' and (ftp_rate is null or interest_rate is null) and coalesce(year, 0) <> 0
        then 1 else 0 end as unpriced
    from acc left join sums using (account_id)
    where family in ('DEPOSIT', 'WEALTH', 'FUND', 'INSURANCE', 'TRUST', 'BOND', 'CUSTODY'))
  group by party;
"""

FLOWS = """
create temp table entries as
  select account_id, counterparty_account_masked_hash as other,
    sum(case when credit_debit_ind = 'CRDT' and not rev then amount when credit_debit_ind = 'DBIT' and rev then -amount
        else 0 end * rate) filter (booking_date >= getvariable('y')) as credit,
    count(*) filter (booking_date >= getvariable('y') and not rev) as n, max(booking_date) filter (not rev) as newest
  from (select *, coalesce(is_reversal, false) as rev from transaction
        where month >= strftime(getvariable('ff'), '%Y-%m') and booking_date between getvariable('ff') and getvariable('d')
          and status = 'BOOK' and not coalesce(is_internal, false) and txn_type not in ('FEE', 'INTEREST')) t
  left join rates r on r.ccy = t.currency and r.day = t.booking_date
  group by all;
create temp table flows as
  select a.party, sum(credit) filter (o.party is null or o.party <> a.party) as settlement, sum(n) as n,
    max(newest) as newest
  from entries e join acc a using (account_id) left join acc o on o.number = e.other group by 1;
"""

CREDIT = """
create temp table loans as
  select *, lead(as_of_date) over (partition by loan_id order by as_of_date) as til from loan
  where as_of_date <= getvariable('d');
create temp table owed as
  select coalesce(m.new, party_id) as party, sum(outstanding * rate) as loan,
    sum((coalesce(overdue_principal, 0) + coalesce(overdue_interest, 0)) * rate) as overdue,
    max(five_tier::int) filter (outstanding > 0) as worst,
    min(maturity_date) filter (outstanding > 0 and maturity_date >= getvariable('d')) as matures
  from loans l join rates r on r.ccy = l.currency and r.day = getvariable('d') left join merged m on m.old = party_id
  where til is null and coalesce(change_type, 'U') <> 'D' group by 1;
create temp table lent as
  select coalesce(m.new, party_id) as party, sum(outstanding * (interest_rate - ftp_rate) * rate
    * (least(coalesce(til, getvariable('d') + 1), getvariable('d') + 1) - greatest(as_of_date, getvariable('y')))) as margin
  from loans l join rates r on r.ccy = l.currency and r.day = getvariable('d') left join merged m on m.old = party_id
  where coalesce(til, date '9999-12-31') > getvariable('y') and coalesce(change_type, 'U') <> 'D' group by 1;
create temp table fees as
  select coalesce(m.new, f.party_id) as party, sum((amount - coalesce(vat_amount, 0)) * rate) as fee
  from fee f join rates r on r.ccy = f.ccy and r.day = f.booking_date left join merged m on m.old = f.party_id
  where month >= strftime(getvariable('y'), '%Y-%m') and booking_date between getvariable('y') and getvariable('d') group by 1;
create temp table limits as
  select coalesce(m.new, party_id) as party, sum(approved_amount * rate) as amount, sum(used_amount * rate) as used
  from (select *, row_number() over (partition by facility_id order by as_of_date desc) as rn from facility
        where as_of_date <= getvariable('d')) f
  join rates r on r.ccy = f.currency and r.day = getvariable('d') left join merged m on m.old = party_id
  where rn = 1 and coalesce(change_type, 'U') <> 'D' and status = 'ACTIVE' and parent_facility_id is null
    and coalesce(start_date <= getvariable('d'), true) and coalesce(expiry_date >= getvariable('d'), true) group by 1;
create temp table beside as
  select coalesce(m.new, party_id) as party, sum(amount * rate) as amount
  from (select *, row_number() over (partition by instrument_id order by as_of_date desc) as rn from off_balance
        where as_of_date <= getvariable('d')) o
  join rates r on r.ccy = o.currency and r.day = getvariable('d') left join merged m on m.old = party_id
  where rn = 1 and coalesce(change_type, 'U') <> 'D' and coalesce(expiry_date >= getvariable('d'), true) group by 1;
create temp table joint as
  select coalesce(m.new, v.party_id) as party, sum(joint_volume * rate) as volume, sum(revenue_share * rate) as share,
    sum(referrals) as referrals
  from partner_volume v join rates r on r.ccy = v.ccy and r.day = v.booking_date left join merged m on m.old = v.party_id
  where month >= strftime(getvariable('y'), '%Y-%m') and booking_date between getvariable('y') and getvariable('d') group by 1;
create temp table positions as
  select party, min(h.maturity_date) as matures from holding h join acc using (account_id)
  where h.month = strftime(getvariable('d'), '%Y-%m') and h.as_of_date = getvariable('d')
    and h.maturity_date >= getvariable('d') group by 1;
create temp table opened as
  select party, min(open_date) as opened, count(distinct nullif(family, '')) filter (gone > getvariable('d')) as families,
    min(maturity_date) filter (gone > getvariable('d') and maturity_date >= getvariable('d')) as matures
  from acc group by 1;
"""

FINAL = """
create temp table wide as
  select party, party_type, coalesce(aum, 0) as aum, stale, l_month, l_ytd, l_year, l_base, l_deposit,
    round(coalesce(month, 0) / (getvariable('d') - getvariable('ms') + 1), 2) as avg_month,
    round(coalesce(ytd, 0) / (getvariable('d') - getvariable('ys') + 1), 2) as avg_ytd,
    round(coalesce(year, 0) / (getvariable('d') - getvariable('y') + 1), 2) as avg_12m,
    round(coalesce(deposit, 0) / (getvariable('d') - getvariable('y') + 1), 2) as deposit_12m,
    round(base / (getvariable('bl') - getvariable('bf') + 1), 2) as avg_base,
    round(coalesce(settlement, 0), 2) as settlement, coalesce(n, 0)::bigint as n, getvariable('d') - newest as recency,
    round((coalesce(b.margin, 0) + coalesce(t.margin, 0)) / (getvariable('d') - getvariable('y') + 1) + coalesce(fee, 0), 2)
      as revenue,
    round(coalesce(loan, 0), 2) as loan, round(coalesce(overdue, 0), 2) as overdue, worst,
    round(coalesce(loan, 0) + coalesce(s.amount, 0), 2) as fpa, round(coalesce(m.amount, 0), 2) as lim,
    round(coalesce(used, 0), 2) as used, coalesce(families, 0) as families,
    round((getvariable('d') - opened) / 365.25, 4) as tenure, least(o.matures, w.matures, p.matures) as matures,
    round(coalesce(volume, 0), 2) as volume, round(coalesce(share, 0), 2) as share, coalesce(referrals, 0) as referrals,
    opened, coalesce(unpriced, 0) as unpriced
  from who left join opened o using (party) left join balances b using (party) left join flows using (party)
  left join owed w using (party) left join lent t using (party) left join fees using (party) left join limits m using (party)
  left join beside s using (party) left join joint using (party) left join positions p using (party);
create temp table scored as
  select *, opened is not null and coalesce(l_deposit, 0) <= 3 and unpriced = 0 as counts,
    rank() over (partition by party_type = 'PERSON', counts order by coalesce(recency, 1000000) desc) - 1 as r,
    rank() over (partition by party_type = 'PERSON', counts order by n) - 1 as f,
    rank() over (partition by party_type = 'PERSON', counts order by revenue) - 1 as m,
    count(*) over (partition by party_type = 'PERSON', counts) as size
  from wide;
create temp table answer as
  select *, case when counts then 100 * (5 * r // size + 1) + 10 * (5 * f // size + 1) + 5 * m // size + 1 end as rfm,
    case when avg_base > 0 then round((avg_month - avg_base) / avg_base, 8) end as growth, aum - loan as net
  from scored;
"""

MACROS = """
create temp macro lack(opened, gone, first, last, covered) as
  greatest(0, least(last + 1, gone) - greatest(first, opened) - coalesce(covered, 0));
create temp table merged as
  select old_party_id as old, new_party_id as new from party_merge where effective_date <= getvariable('d');
"""
PARTS = (MACROS, SETUP, BALANCES, FLOWS, CREDIT, FINAL)
STATEMENTS = [one for part in PARTS for one in part.strip().split(";\n")]
