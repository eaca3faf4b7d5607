-- Who sees what: coverage + delegation + role grants + branch tree, each with its dates, on the actor's business day.
-- Replaces the kernel's empty functions of the same names. Decisions and figures: docs/decisions/0003-scope.md.
set local role jl_scope;

-- Branches under p_root on a day. A branch that was merged belongs to the branch it went into; one that was
-- closed without a successor stays under its parent, so that somebody answers for its clients.
create function sec.subtree(p_root bigint, p_day date) returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with recursive tree(id) as (
    select b.id from public.clients_branch b
      where b.id = p_root and not (b.merged_into_id is not null and b.valid_to <= p_day)
    union
    select b.id from tree join public.clients_branch b
      on case when b.merged_into_id is not null and b.valid_to <= p_day then b.merged_into_id else b.parent_id end = tree.id
  )
  select array_agg(id) from tree
$$;

-- Employees whose coverage counts for p_me: himself and whoever is away and handed his book to him.
create function sec.books(p_me bigint, p_day date) returns bigint[]
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select array_agg(e) from (
    select p_me as e where p_me is not null
    union
    select d.absent_id from public.clients_delegation d
      where d.deputy_id = p_me and d.valid_from <= p_day and p_day < d.valid_to) as t
$$;

create function sec.team_part(b sec.book, p_books bigint[], p_domains smallint[]) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  with own as (
    select c.unit_id, c.party_id, c.domain from public.clients_coverage c
      where c.employee_id = any(p_books) and c.valid_from <= b.day and (c.valid_to is null or b.day < c.valid_to)
        and c.domain = any(p_domains)
  ), through_member as (  -- the units in which a covered party is a member today
    select m.unit_id, u.domain as unit_domain,
           not exists (select from public.clients_unitmember o where o.unit_id = m.unit_id and o.party_id <> m.party_id
                       and o.valid_from <= b.day and (o.valid_to is null or b.day < o.valid_to)) as alone
      from public.clients_unitmember m join own on own.party_id = m.party_id and own.domain = m.domain
      join public.clients_unit u on u.id = m.unit_id
      where m.valid_from <= b.day and (m.valid_to is null or b.day < m.valid_to)
  )
  select array_agg(distinct u.unit_id), array_agg(distinct u.ud) filter (where u.ud is not null)
    into b.units, b.ud
    from (select unit_id, unit_id << 1 | domain as ud from own where unit_id is not null
          union all
          -- A unit of one member has no figure that the member's manager could not work out himself.
          select unit_id, case when alone then unit_id << 1 | unit_domain end from through_member) as u;

  select array_agg(distinct party_id << 1 | domain) into b.pd from public.clients_coverage c
    where c.party_id is not null and c.employee_id = any(p_books) and c.valid_from <= b.day
      and (c.valid_to is null or b.day < c.valid_to) and c.domain = any(p_domains);
  if b.pd is not null then
    select array_agg(distinct m.unit_id << 32 | m.party_id << 1 | m.domain) into b.upd
      from public.clients_unitmember m
      where (m.party_id << 1 | m.domain) = any(b.pd) and m.party_id = any(array(select k >> 1 from unnest(b.pd) as k))
        and m.valid_from <= b.day and (m.valid_to is null or b.day < m.valid_to);
  end if;
  return b;
end $$;

create function sec.branch_part(b sec.book, p_person bigint, p_home bigint) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  foreign_units bigint[];
begin
  select array_agg(distinct branch), array_agg(distinct branch << 1 | d) into b.branches, b.bd
    from public.kernel_rolegrant g
    cross join lateral unnest(sec.subtree(
      case when g.branch_code = '' then p_home
           else (select id from public.clients_branch where entity = b.entity and code = g.branch_code) end, b.day)) as branch
    cross join unnest(array[0, 1]) as d
    where g.person_id = p_person and g.role = 'branch_head' and (g.domain is null or g.domain = d)
      and g.valid_from <= b.day and (g.valid_to is null or b.day < g.valid_to);
  if b.branches is not null then
    -- Units at home elsewhere that have a member here: their header is in sight, and that member.
    select array_agg(distinct m.unit_id) into foreign_units from public.clients_unitmember m
      where m.branch_id <> m.unit_branch_id and m.branch_id = any(b.branches) and (m.branch_id << 1 | m.domain) = any(b.bd)
        and m.unit_branch_id <> all(b.branches)
        and m.valid_from <= b.day and (m.valid_to is null or b.day < m.valid_to);
    b.units := nullif(coalesce(b.units, '{}') || coalesce(foreign_units, '{}'), '{}');
  end if;
  return b;
end $$;

create or replace function sec.resolve(p_person bigint, p_day date) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  b sec.book;
  staff_code text;
  me bigint;
  home bigint;
  team_domains smallint[];
  hats int;
begin
  select p.entity, p.employee_code into b.entity, staff_code from public.kernel_person p
    where p.id = p_person and p.is_active;
  if not found then
    return null;
  end if;
  b.day := p_day;
  select array_agg(distinct g.role::text),
         array_agg(distinct g.domain) filter (where g.role in ('dept_head', 'risk', 'auditor') and g.domain is not null),
         case when bool_or(g.role = 'system') then 'S' when bool_or(g.role = 'compliance') then 'C'
              when bool_or(g.role in ('dept_head', 'risk', 'auditor') and g.domain is null) then 'A' end,
         array(select d from unnest(array[0, 1]::smallint[]) as d
               where bool_or(g.role in ('manager', 'private_banker', 'branch_head', 'dept_head', 'risk')
                             and (g.domain is null or g.domain = d)))
    into b.roles, b.doms, b.kind, team_domains
    from public.kernel_rolegrant g
    where g.person_id = p_person and g.valid_from <= p_day and (g.valid_to is null or p_day < g.valid_to);
  if b.roles is null then
    return null;
  end if;
  if b.kind is not null then  -- a whole-bank kind contains every narrower one
    b.doms := null;
    return b;
  end if;

  select e.id, e.branch_id into me, home from public.clients_employee e
    where e.entity = b.entity and e.code = staff_code and staff_code <> '' and e.active;
  b := sec.team_part(b, sec.books(me, p_day), team_domains);
  hats := (b.units is not null or b.pd is not null)::int;
  b := sec.branch_part(b, p_person, home);
  hats := hats + (b.branches is not null)::int + (b.doms is not null)::int;
  b.kind := case when hats > 1 then 'M' when b.doms is not null then 'D' when b.branches is not null then 'B'
    when b.roles <@ array['system_admin'] then 'O' else 'T' end;
  return b;
end $$;

-- Parties in sight: those granted directly; every member of a unit granted whole; for a branch head the members,
-- booked elsewhere, of units at home in the branch. Worked out when a query asks, so that entering costs nothing for groups
-- of hundreds.
create or replace function sec.t_pd() returns bigint[]
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
declare
  b sec.book := sec.book();
begin
  if b.kind is null or b.kind not in ('T', 'B', 'M') then
    return null;
  end if;
  return array(
    select k from unnest(b.pd) as k
    union
    select m.party_id << 1 | m.domain from public.clients_unitmember m
      where m.unit_id = any(b.units) and (m.unit_id << 1 | m.domain) = any(b.ud)
        and m.valid_from <= b.day and (m.valid_to is null or b.day < m.valid_to)
    union
    select m.party_id << 1 | m.domain from public.clients_unitmember m
      where b.branches is not null and m.branch_id <> m.unit_branch_id and m.unit_branch_id = any(b.branches)
        and (m.unit_branch_id << 1 | m.domain) = any(b.bd) and m.branch_id <> all(b.branches)
        and m.valid_from <= b.day and (m.valid_to is null or b.day < m.valid_to));
end $$;

-- The book in the bank's own codes, for the lake's reader and the command line, which know no row of ours.
create or replace function sec.lake_book() returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  b sec.book := sec.book();
begin
  if b.kind is null then
    return null;
  end if;
  return jsonb_build_object(
    'kind', b.kind, 'entity', b.entity, 'roles', to_jsonb(b.roles), 'domains', to_jsonb(b.doms),
    'units', coalesce((select jsonb_agg(u.code) from public.clients_unit u
                       where u.id = any(b.units) and (u.id << 1 | u.domain) = any(b.ud)), '[]'),
    'headers', coalesce((select jsonb_agg(u.code) from public.clients_unit u where u.id = any(b.units)), '[]'),
    'parties', coalesce((select jsonb_agg(jsonb_build_array(p.code, p.domain))
                         from unnest(sec.t_pd()) as k join public.clients_party p on p.id = k >> 1 and p.domain = k & 1), '[]'),
    'branches', coalesce((select jsonb_agg(jsonb_build_array(r.code, k & 1))
                          from unnest(b.bd) as k join public.clients_branch r on r.id = k >> 1), '[]'));
end $$;

do $$
declare
  f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'sec'::regnamespace and proowner = 'jl_scope'::regrole loop
    execute format('revoke execute on function %s from public', f);
  end loop;
end $$;
reset role;
