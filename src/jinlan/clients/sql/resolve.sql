-- Who sees what: coverage + delegation + role grants + branch tree, each with its dates, on the actor's business day.
-- Replaces the kernel's empty functions of the same names. Decisions and figures: docs/decisions/0003-scope.md.
set local role jl_scope;

-- Branches under p_root on a day. A branch that was merged belongs to the branch it went into; one that was
-- closed without a successor stays under its parent, so that somebody answers for its clients.
create function sec.subtree(p_root bigint, p_day date) returns bigint[]
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (
    with recursive tree(id) as (
      select b.id from public.clients_branch b
        where b.id = p_root and not (b.merged_into_id is not null and b.valid_to <= p_day)
      union
      (with level as (select id from tree)
       select b.id from level join public.clients_branch b on b.parent_id = level.id
         where not (b.merged_into_id is not null and b.valid_to <= p_day)
       union all
       select b.id from level join public.clients_branch b on b.merged_into_id = level.id and b.valid_to <= p_day)
    )
    select array_agg(id) from tree);
end $$;

-- A team's part of the book: what p_me covers himself, and what those cover who are away and handed their books to him.
create function sec.team_part(b sec.book, p_me bigint, p_domains smallint[]) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  books bigint[] := array(
    select d.absent_id from public.clients_delegation d
      where d.deputy_id = p_me and d.valid_from <= b.day and b.day < d.valid_to) || p_me;
begin
  select array_agg(distinct c.unit_id) filter (where c.unit_id is not null),
         array_agg(distinct c.unit_id << 1 | c.domain) filter (where c.unit_id is not null),
         array_agg(distinct c.party_id << 1 | c.domain) filter (where c.party_id is not null)
    into b.units, b.ud, b.pd
    from public.clients_coverage c
    where c.employee_id = any(books) and c.domain = any(p_domains)
      and c.valid_from <= b.day and (c.valid_to is null or b.day < c.valid_to);
  if b.pd is null then
    return b;
  end if;
  -- The units of which a covered party is a member. A unit of one member has no figure that its member's manager could
  -- not work out himself: he sees it whole.
  select coalesce(b.units, '{}') || coalesce(array_agg(distinct m.unit_id), '{}'),
         array_agg(distinct (m.unit_id << 32) | (m.party_id << 1) | m.domain),
         coalesce(b.ud, '{}') || coalesce(array_agg(distinct m.unit_id << 1 | m.domain) filter (where not exists (
           select from public.clients_unitmember o
             where o.unit_id = m.unit_id and o.current and o.party_id <> m.party_id)), '{}')
    into b.units, b.upd, b.ud
    from public.clients_unitmember m
    where m.party_id = any(array(select k >> 1 from unnest(b.pd) as k)) and (m.party_id << 1 | m.domain) = any(b.pd)
      and m.current;
  return b;
end $$;

create function sec.branch_part(b sec.book, p_person bigint, p_home bigint) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  select array_agg(distinct branch << 1 | d) into b.bd
    from public.kernel_rolegrant g
    cross join lateral unnest(sec.subtree(
      case when g.branch_code = '' then p_home
           else (select id from public.clients_branch where entity = b.entity and code = g.branch_code) end, b.day)) as branch
    cross join unnest(array[0, 1]) as d
    where g.person_id = p_person and g.role = 'branch_head' and (g.domain is null or g.domain = d)
      and g.valid_from <= b.day and (g.valid_to is null or b.day < g.valid_to);
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
         array_remove(array[
           case when bool_or(g.role in ('manager', 'private_banker', 'branch_head', 'dept_head', 'risk')
                             and coalesce(g.domain, 0) = 0) then 0 end,
           case when bool_or(g.role in ('manager', 'private_banker', 'branch_head', 'dept_head', 'risk')
                             and coalesce(g.domain, 1) = 1) then 1 end]::smallint[], null)
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
  if me is not null and team_domains <> '{}' then
    b := sec.team_part(b, me, team_domains);
  end if;
  if 'branch_head' = any(b.roles) then
    b := sec.branch_part(b, p_person, home);
  end if;
  b.kind := case
    when b.doms is not null then case when b.units is null and b.pd is null and b.bd is null then 'D' else 'N' end
    when b.bd is not null then case when b.units is null and b.pd is null then 'B' else 'M' end
    when b.roles <@ array['system_admin'] then 'O' else 'T' end;
  return b;
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
                       where u.id = any(array(select k >> 1 from unnest(b.ud) as k)) and (u.id << 1 | u.domain) = any(b.ud)), '[]'),
    'headers', coalesce((select jsonb_agg(u.code) from public.clients_unit u where u.id = any(b.units)), '[]'),
    'parties', coalesce((select jsonb_agg(jsonb_build_array(p.code, p.domain)) from public.clients_party p
                         where p.unit_keys operator(sec.&&&) b.ud or p.unit_branch_keys operator(sec.&&&) b.bd or (p.id << 1 | p.domain) = any(b.pd)), '[]'),
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
