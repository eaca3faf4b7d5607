-- 300 people of one client, each known to one of ours. Run by an administrator.
set session_replication_role = replica;
with made as (
  insert into engagement_contactperson (public_id, entity, unit_id, domain, branch_id, unit_branch_id, party_id, source, code, name, grams, search_text,
      pinyin_key, decision_role, influence, attitude, level, made_by, made_at)
    select gen_random_uuid(), 'BNK', u.id, u.domain, u.branch_id, u.branch_id, u.root_party_id, 'person', '', 'person ' || n, '{}', '', '',
           (array['DECIDER', 'INFLUENCER', 'USER', 'GATEKEEPER', 'CHAMPION', 'OPPONENT'])[1 + n % 6], 1 + n % 5, n % 5 - 2, 1 + n % 4, 'bench', now()
    from clients_unit u cross join generate_series(1, 300) as n where u.public_id = ':unit'
    returning id, entity, unit_id, domain, branch_id, unit_branch_id, party_id)
insert into engagement_tie (public_id, entity, unit_id, domain, branch_id, unit_branch_id, party_id, person_id, employee, access, since)
  select gen_random_uuid(), entity, unit_id, domain, branch_id, unit_branch_id, party_id, id, 'E' || 4 + id % 12, 1 + id % 4, current_date - 300 from made;
set session_replication_role = origin;
