-- What the pages read beyond fill.sql: published dates, figures, reasons. Run by an administrator.
set session_replication_role = replica;
set synchronous_commit = off;
insert into serving_publisheddate (entity, as_of, run_id, month_end, latest, base_currency)
  select 'BNK', as_of, 1, true, as_of = date '2026-10-31', 'CNY' from serving_unitresult group by as_of;
update serving_unitresult set
  aum_avg_12m = unit_id * 990, deposit_avg_12m = unit_id * 700, loan = unit_id * 400, revenue_12m = unit_id * 9,
  settlement_12m = unit_id * 5000, "limit" = unit_id * 800, limit_used = unit_id * 400, overdue = 0, rank = unit_id, rank_n = 100000,
  potential = unit_id % 101, growth = 0.1, five_tier_worst = 1 + unit_id % 2, next_maturity = date '2026-12-01' + (unit_id % 300)::int,
  effective_tier = case kind when 'HNW' then (array['', 'PRIVATE', 'ULTRA'])[1 + least(tier_level, 2)]
                   else (array['', 'POTENTIAL', 'KEY', 'BRANCH', 'HQ'])[1 + tier_level] end,
  measures = (select jsonb_object_agg(code, jsonb_build_object('v', (unit_id * 1000 + length(code))::text || '.00', 's', 'ok'))
              from unnest(array['aum', 'aum_avg_month', 'aum_avg_ytd', 'aum_avg_12m', 'deposit_avg_12m', 'loan', 'revenue_12m',
                                'settlement_12m', 'net_financial_assets', 'fpa', 'limit', 'limit_used', 'overdue']) as code),
  detail = jsonb_build_object(
    'criteria', (select jsonb_agg(jsonb_build_object('code', code, 'family', 'SCALE', 'measure', code, 'weight', '0.2',
        'raw', '50000000.00', 'points', '70.0', 'contribution', '14.00', 'peer_points', '50.0', 'peer_raw', '20000000.00',
        'reason', case n % 2 when 0 then '4.00' else '-4.00' end))
      from unnest(array['aum_avg_12m', 'deposit_avg_12m', 'loan', 'settlement_12m', 'revenue_12m']) with ordinality as x (code, n)),
    'for', jsonb_build_array('deposit_avg_12m'), 'against', jsonb_build_array('loan'),
    'gates', '[{"code": "CDD_CURRENT", "passed": true, "secret": false, "value": "", "limit": "", "detail": ""}]'::jsonb,
    'lines', '[{"tier": "HQ", "on": "score", "value": "70", "entry": "75", "exit": "68", "up": "", "down": "", "in": false}]'::jsonb,
    'override', null, 'definition', jsonb_build_object('version', '2026.1', 'sha256', repeat('ab', 32)), 'rules', '{}'::jsonb,
    'peers', 12)
  where as_of = '2026-10-31';
update serving_memberresult set loan = party_id, revenue_12m = party_id;
set session_replication_role = origin;
