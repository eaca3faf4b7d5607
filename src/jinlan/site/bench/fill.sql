-- A bank of 200,000 units, 318,000 parties, 1,000,000 results. Run by an administrator in a database
-- of its own; no word of it is ever run by the product.
set session_replication_role = replica;
set synchronous_commit = off;
insert into clients_branch (id, entity, code, parent_id, level, name)
  select b, 'BNK', 'B' || b, case when b = 1 then null when b <= 41 then 1 else 2 + (b % 40) end,
         case when b = 1 then 1 when b <= 41 then 2 else 3 end, 'branch ' || b
  from generate_series(1, 500) as b;
insert into clients_employee (id, entity, code, name, branch_id, position, active)
  select e, 'BNK', 'E' || e, 'employee ' || e, 1 + e % 500, '', true from generate_series(1, 2000) as e;
insert into clients_party (id, public_id, entity, code, party_type, domain, branch_id, status, name, name_en, former_name,
                           uscc, region_code, industry_code, org_size, pinyin_key, search_text, grams, restricted, erased,
                           unit_keys, unit_branch_keys)
  select p, gen_random_uuid(), 'BNK', 'P' || p, case when d = 0 then 'PERSON' else 'ORG' end, d, 1 + p % 500, 'ACTIVE',
         n, '', '', '', '', '', '', md5(p::text), n, array(select substr(n, i, 2) from generate_series(1, length(n) - 1) as i), false, false,
         array[u << 1 | d], array[(1 + u % 500) << 1 | d]
  from generate_series(1, 318000) as p
  cross join lateral (select (case when p <= 200000 then p % 2 else 1 end) as d) as x
  cross join lateral (select string_agg(chr(19968 + abs(hashint4(p * 7 + i)) % 500), '') || '有限公司' as n
                      from generate_series(1, 5) as i) as y
  cross join lateral (select case when p <= 200000 then p when p <= 218000 then 2 * ((p - 200001) / 300) + 1
                             else 2 * ((p - 218000) % 99000) + 999 end::bigint as u) as z;
insert into clients_unit (id, public_id, entity, code, kind, domain, root_party_id, branch_id, name, controller_label,
                          pinyin_key, search_text, grams, member_branch_keys)
  select id, public_id, 'BNK', 'U' || id, case domain when 0 then 'HNW' else 'GROUP' end, domain, id, branch_id, name, '',
         pinyin_key, search_text, grams, '{}'
  from clients_party where id <= 200000;
-- Sixty corporate groups of 300 members, the rest spread over the other groups by ones and twos.
insert into clients_unitmember (id, entity, unit_id, party_id, domain, branch_id, unit_branch_id, source, valid_from, current, claims)
  select p.id, 'BNK', u.id, p.id, p.domain, p.branch_id, u.branch_id, 'DELIVERED', '2020-01-01', true, '[]'
  from clients_party p join clients_unit u on u.id = p.unit_keys[1] >> 1;
update clients_unit u set member_branch_keys = k.keys from (
  select unit_id, array_agg(distinct branch_id << 1 | domain) as keys from clients_unitmember group by unit_id) as k
  where k.unit_id = u.id;
-- Everybody covers 100 units; employee 1 twenty units, employee 2 ten groups of 300, employee 3 sixty of them.
insert into clients_coverage (entity, unit_id, party_id, domain, branch_id, employee_id, role, valid_from)
  select 'BNK', u.id, null::bigint, u.domain, u.branch_id, 4 + u.id % 1997, 'LEAD', date '2020-01-01' from clients_unit u
  union all select 'BNK', u.id, null, u.domain, u.branch_id, 1, 'ASSIST', '2020-01-01' from clients_unit u where u.id between 1001 and 1020
  union all select 'BNK', u.id, null, u.domain, u.branch_id, 2, 'ASSIST', '2020-01-01' from clients_unit u where u.id <= 20 and u.id % 2 = 1
  union all select 'BNK', u.id, null, u.domain, u.branch_id, 3, 'ASSIST', '2020-01-01' from clients_unit u where u.id <= 120 and u.id % 2 = 1;
insert into serving_load (id, entity, as_of, delivery, load_version, digest, source, status, reason, versions, tables, base_currency, started_at)
  values (1, 'BNK', '2026-10-31', 1, 1, '', '', 'loaded', '', '{}', '[]', 'CNY', now());
insert into serving_run (id, entity, as_of, load_id, definitions, status, steps, counts, changes, files, note, started_at)
  values (1, 'BNK', '2026-10-31', 1, '{}', 'published', '[]', '{}', '{}', '{}', '', now());
insert into serving_unitresult (entity, run_id, as_of, unit_id, domain, branch_id, kind, pinyin_key, score, computed_tier,
    effective_tier, tier_level, tier_state, tier_source, gates, aum, measures, detail)
  select 'BNK', 1, d.as_of, u.id, u.domain, u.branch_id, u.kind, u.pinyin_key, abs(hashint8(u.id)) % 10001 / 100.0, '', '',
         abs(hashint8(u.id * 3)) % 5, 'active', '', '', u.id * 1000, '{}', '{}'
  from (select (date '2026-11-01' - make_interval(months => m))::date - 1 as as_of from generate_series(0, 4) as m) as d
  cross join clients_unit u order by d.as_of, u.id;
insert into serving_memberresult (entity, run_id, as_of, unit_id, party_id, domain, branch_id, unit_branch_id, aum, measures)
  select 'BNK', 1, '2026-10-31', unit_id, party_id, domain, branch_id, unit_branch_id, party_id, '{}' from clients_unitmember;
insert into kernel_person (id, public_id, password, entity, username, display_name, employee_code, locale, theme, is_active, technical)
  select p, gen_random_uuid(), '!', 'BNK', 'bench' || p, '', 'E' || p, 'zh-hans', 'auto', true, false from generate_series(1, 20) as p;
insert into kernel_rolegrant (person_id, role, branch_code, domain, valid_from)
  values (1, 'manager', '', null, '2020-01-01'), (2, 'manager', '', null, '2020-01-01'), (3, 'manager', '', null, '2020-01-01'),
         (4, 'branch_head', 'B5', null, '2020-01-01'), (5, 'dept_head', '', 1, '2020-01-01'),
         (6, 'dept_head', '', null, '2020-01-01'), (7, 'manager', '', null, '2020-01-01'),
         (7, 'branch_head', 'B6', null, '2020-01-01'), (8, 'manager', '', null, '2020-01-01');
-- Persons 4, 5 and 6 cover nobody: two hats are person 7's.
delete from clients_coverage where employee_id in (4, 5, 6);
set session_replication_role = origin;
