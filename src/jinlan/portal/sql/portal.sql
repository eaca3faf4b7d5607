-- The clients' own people: a kind of scope (P) and a role of their own. See docs/decisions/0017-portal.md.
do $$
begin
  if not exists (select from pg_roles where rolname = 'jl_portal') then
    raise exception 'The role jl_portal is missing: let a database administrator run the SQL of `./jinlan db roles` again.';
  end if;
end $$;

-- Staff see who acts for a party where they see the party, never a password. Who covers it lets somebody in and ends him, for
-- good; that it is the lead manager is the act's rule.
select sec.protect('portal_portalprincipal', 'detail');
revoke select on portal_portalprincipal from jl_team, jl_branch, jl_alld, jl_all, jl_comp;
grant select (id, public_id, entity, party_id, name, email, match_hash, is_active, one_time_until, made_at, last_sign_in, ended_at)
  on portal_portalprincipal to jl_team, jl_branch, jl_alld, jl_all, jl_comp;
grant insert (public_id, entity, party_id, name, email, match_hash, password, used, is_active, one_time_until, password_at, made_at,
    last_sign_in, ended_at), update (is_active, ended_at)
  on portal_portalprincipal to jl_team;
create policy add_team on portal_portalprincipal for insert to jl_team
  with check (entity = (select sec.t_house()) and ((select sec.t_role('manager')) or (select sec.t_role('private_banker')))
    and exists (select from clients_party p where p.id = party_id and p.entity = portal_portalprincipal.entity));
create policy end_team on portal_portalprincipal for update to jl_team
  using (entity = (select sec.t_house()) and ((select sec.t_role('manager')) or (select sec.t_role('private_banker')))
    and exists (select from clients_party p where p.id = party_id))
  with check (entity = (select sec.t_house()) and not is_active and exists (select from clients_party p where p.id = party_id));

-- Sessions are read and written at the door only.
alter table portal_portalsession enable row level security;
alter table portal_portalsession force row level security;

-- The resolver looks at both.
create policy to_scope on portal_portalprincipal for select to jl_scope using (true);
grant select (id, party_id, is_active, ended_at) on portal_portalprincipal to jl_scope;

set local role jl_scope;

-- As sec.enter, with a message that no seal of the bank's people fits. The context has no entity, no roles and no book: every
-- policy of the bank's people compares with one of these, so a role that is injected here shows nothing. Its person is the
-- principal's key below zero.
create function sec.enter_portal(p_principal bigint, p_instant bigint, p_issued bigint, p_mac bytea) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  mac bytea := sec.sealed('portal|' || p_principal || '|' || p_instant || '|' || pg_backend_pid() || '|' || p_issued);
begin
  if p_mac is null or sha256(mac) <> sha256(p_mac)
     or abs(extract(epoch from clock_timestamp()) * 1000000 - p_issued) > 60000000 then
    raise exception 'scope refused' using errcode = '42501';
  end if;
  if not exists (select from public.portal_portalprincipal p where p.id = p_principal and p.is_active) then
    raise exception 'no scope for principal %', p_principal using errcode = '42501';
  end if;
  insert into sec.ctx as c (pid, xid, person, issued, kind, day)
    values (pg_backend_pid(), pg_current_xact_id(), -p_principal, p_issued, 'P',
            (to_timestamp(p_instant / 1000000) at time zone (select zone from sec.key))::date)
    on conflict (pid) do update set
      (xid, person, issued, kind, entity, roles, day, units, ud, upd, pd, bd, doms) =
      (excluded.xid, excluded.person, excluded.issued, excluded.kind, excluded.entity, excluded.roles, excluded.day,
       excluded.units, excluded.ud, excluded.upd, excluded.pd, excluded.bd, excluded.doms)
      where c.xid <> excluded.xid and c.issued < excluded.issued;
  if not found then
    raise exception 'scope refused' using errcode = '42501';
  end if;
  return 'jl_portal';
end $$;

-- The party that the principal of this very transaction acts for; null in any other scope.
create function sec.t_portal_party() returns bigint
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select p.party_id from sec.ctx c join public.portal_portalprincipal p on p.id = -c.person and p.is_active
    where c.pid = pg_backend_pid() and c.xid = pg_current_xact_id_if_assigned() and c.kind = 'P');
end $$;

-- The names of that party's lead managers on the day: its own, or else those of the units to which it belongs on its own side
-- of the wall between personal and corporate.
create function sec.portal_leads() returns text[]
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  party constant bigint := sec.t_portal_party();
  today constant date := (select c.day from sec.ctx c where c.pid = pg_backend_pid() and c.xid = pg_current_xact_id_if_assigned());
begin
  return (
    with leads as (
      select e.name, e.code, c.party_id is not null as own from public.clients_party p
        join public.clients_coverage c on c.domain = p.domain and c.role = 'LEAD'
          and c.valid_from <= today and (c.valid_to is null or today < c.valid_to)
          and (c.party_id = p.id or c.unit_id in (select m.unit_id from public.clients_unitmember m
                                                  where m.party_id = p.id and m.domain = p.domain and m.current))
        join public.clients_employee e on e.id = c.employee_id and e.active
        where p.id = party)
    select coalesce(array_agg(distinct l.name::text), '{}') from leads l where l.own or not exists (select from leads o where o.own));
end $$;
revoke execute on function sec.enter_portal(bigint, bigint, bigint, bytea), sec.t_portal_party(), sec.portal_leads() from public;
grant execute on function sec.t_portal_party(), sec.portal_leads() to jl_portal;
grant execute on function sec.enter_portal(bigint, bigint, bigint, bytea) to session_user with grant option;
reset role;

-- A client who is erased leaves no name behind and lets nobody in any more.
grant update (name, email, match_hash, password, used, is_active, ended_at, one_time_until) on portal_portalprincipal to jl_scope;
create policy forget_scope on portal_portalprincipal for update to jl_scope using (true) with check (not is_active);
set local role jl_scope;
create function sec.portal_erased() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update public.portal_portalprincipal p set name = new.name, email = '', match_hash = p.id::text, password = '!', used = '{}',
      is_active = false, ended_at = coalesce(p.ended_at, clock_timestamp()), one_time_until = null
    where p.party_id = new.id;
  return null;
end $$;
revoke execute on function sec.portal_erased() from public;
grant execute on function sec.portal_erased() to session_user;
reset role;
create trigger portal_erased after update of erased on clients_party
  for each row when (new.erased and not old.erased) execute function sec.portal_erased();

create policy to_portal on clients_party for select to jl_portal using (id = (select sec.t_portal_party()));
grant select (id, name, name_en) on clients_party to jl_portal;

-- Run after every migration, by the owner, like sec.serve: the application's role has the name that the bank chose.
create function sec.serve_portal(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t text;
begin
  foreach t in array array['portal_portalprincipal', 'portal_portalsession'] loop
    execute format('drop policy if exists at_the_door on public.%I', t);
    execute format('create policy at_the_door on public.%I to %I using ((select sec.t_kind()) is null) '
      'with check ((select sec.t_kind()) is null)', t, p_app);
    execute format('grant select on public.%I to %I', t, p_app);
  end loop;
  execute format('grant update (email, password, used, password_at, one_time_until, last_sign_in) on public.portal_portalprincipal to %I', p_app);
  execute format('grant insert, update on public.portal_portalsession to %I', p_app);
  execute format('grant execute on function sec.enter_portal(bigint, bigint, bigint, bytea) to %I', p_app);
end $$;
revoke execute on function sec.serve_portal(name) from public;
