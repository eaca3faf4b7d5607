-- Three administrators with disjoint duties (三员分立) in one kind of scope, O. See docs/decisions/0011-three-administrators.md.
--   system_admin    operations: loads, runs, definitions
--   security_admin  people: sign-ins, roles, sessions, lost second factors
--   audit_admin     the record of acts and its chain, without what it says about clients

-- What everybody of the house reads, of the administrators only operations do: in tables that stand, and in those to come.
create function sec.leave_to_operations(p_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- The kind is asked for too: an injected set_config('role', ...) is legal SQL.
  execute format('alter policy to_house on %s to jl_team, jl_branch, jl_alld, jl_all, jl_comp '
    'using (entity = (select sec.t_house()) and (select sec.t_kind()) <> ''O'')', p_table);
  execute format('create policy to_duty on %s for select to jl_ops '
    'using (entity = (select sec.t_whole(''O'')) and (select sec.t_role(''system_admin'')))', p_table);
end $$;
select sec.leave_to_operations(p.polrelid::regclass)
  from pg_policy p where p.polname = 'to_house' and 'jl_ops'::regrole = any(p.polroles);

alter function sec.protect(regclass, text) rename to protect_for_all;
create function sec.protect(p_table regclass, p_shape text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sec.protect_for_all(p_table, p_shape);
  if p_shape = 'entity' then
    perform sec.leave_to_operations(p_table);
  end if;
end $$;
revoke execute on function sec.leave_to_operations(regclass), sec.protect(regclass, text) from public;

-- No two duties in one person at one time, nor a duty beside business, whoever writes the grant.
set local role jl_scope;
create function sec.duty(p_role text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_role in ('system', 'system_admin', 'security_admin', 'audit_admin') then p_role else 'business' end
$$;
create function sec.duties_apart() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Two grants at once would not see each other: one waits for the other's end.
  perform pg_advisory_xact_lock(hashtextextended('jinlan duty', new.person_id));
  if exists (select from public.kernel_rolegrant g
      where g.person_id = new.person_id and g.id <> new.id and sec.duty(g.role) <> sec.duty(new.role)
        and daterange(g.valid_from, g.valid_to) && daterange(new.valid_from, new.valid_to)) then
    raise exception 'duties are kept apart: % cannot be joined', new.role
      using errcode = '23514', constraint = 'rolegrant_duties_apart';
  end if;
  return new;
end $$;
revoke execute on function sec.duty(text), sec.duties_apart() from public;
grant execute on function sec.duties_apart() to session_user;
reset role;
create trigger duties_apart before insert or update on kernel_rolegrant
  for each row execute function sec.duties_apart();

-- The security administrator makes people of the own entity, switches them, gives one-time passwords, grants and ends roles: never
-- his own, never a technical person's, never the system's. kernel_person and kernel_rolegrant have no policies (they are
-- read before any scope), so triggers hold the line.
drop trigger switched on kernel_person;
drop function sec.person_switched();
grant insert (public_id, password, entity, username, display_name, employee_code, locale, theme, is_active, technical, last_login, one_time_until),
  update (is_active, password, one_time_until) on kernel_person to jl_ops;
create function sec.person_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_user <> 'jl_ops' then  -- others may not even call the functions below
    return new;
  end if;
  if new.technical or new.entity is distinct from sec.t_whole('O') or new.id = sec.t_person()
     or not sec.t_role('security_admin') then
    raise exception 'not a person that this administrator may make or change' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger kept before insert or update on kernel_person for each row execute function sec.person_kept();

grant insert (person_id, role, branch_code, domain, valid_from, valid_to), update (valid_to) on kernel_rolegrant to jl_ops;
create function sec.grant_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_user <> 'jl_ops' then
    return new;
  end if;
  if not sec.t_role('security_admin') or new.role = 'system' or new.person_id = sec.t_person()
     or not exists (select from public.kernel_person p
                    where p.id = new.person_id and not p.technical and p.entity = sec.t_whole('O')) then
    raise exception 'not a role that this administrator may grant or end' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger kept before insert or update on kernel_rolegrant for each row execute function sec.grant_kept();
revoke execute on function sec.person_kept(), sec.grant_kept() from public;

alter policy to_admin on kernel_staffsession
  using (entity = (select sec.t_whole('O')) and (select sec.t_role('security_admin')));
alter policy end_admin on kernel_staffsession
  using (entity = (select sec.t_whole('O')) and (select sec.t_role('security_admin')))
  with check (entity = (select sec.t_whole('O')) and (select sec.t_role('security_admin')));

-- A lost second factor: he sees that there is one and takes it away; never the key or a code's hash.
create function sec.factor_of_the_house(p_table regclass, p_columns text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rule constant text := '(select sec.t_role(''security_admin'')) and exists (select from public.kernel_person p '
    'where p.id = person_id and p.entity = (select sec.t_whole(''O'')) and p.id <> (select sec.t_person()))';
begin
  execute format('create policy to_admin on %s for select to jl_ops using (%s)', p_table, rule);
  execute format('create policy forget_admin on %s for delete to jl_ops using (%s)', p_table, rule);
  execute format('grant select (%s), delete on %s to jl_ops', p_columns, p_table);
end $$;
revoke execute on function sec.factor_of_the_house(regclass, text) from public;
select sec.factor_of_the_house('kernel_secondfactor', 'id, person_id, confirmed_at');
select sec.factor_of_the_house('kernel_recoverycode', 'id, person_id, used_at');

-- The audit administrator reads who did what kind of thing when, and the hashes; which client it was about, the values and the
-- reason are columns that no administrator has. Entries about people he reads whole, by sec.audit_values.
create policy read_audit_admin on kernel_auditentry for select to jl_ops
  using (entity = (select sec.t_whole('O')) and (select sec.t_role('audit_admin')));
grant select (id, entity, at, recorded_at, person, username, purpose, verb, object_type, row_hash, xact) on kernel_auditentry to jl_ops;
create policy read_audit_admin on kernel_auditbatch for select to jl_ops
  using ((select sec.t_kind()) = 'O' and (select sec.t_role('audit_admin')));
grant select on kernel_auditbatch to jl_ops;

set local role jl_scope;
create function sec.audit_values(p_ids bigint[]) returns table (entry bigint, object_id text, before jsonb, after jsonb, reason text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select a.id, a.object_id::text, a.before, a.after, a.reason::text from public.kernel_auditentry a
      where a.id = any(p_ids) and a.entity = sec.t_whole('O') and sec.t_role('audit_admin')
        and a.object_type in ('person', 'role', 'session', 'setting', 'audit')
        and (a.verb like 'kernel.%' or a.verb like 'signin.%');
end $$;
create or replace function sec.audit_hashes(p_after bigint, p_after_at timestamptz, p_upto bigint, p_limit int, p_compute boolean)
  returns table (id bigint, recorded_at timestamptz, stored text, computed text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(sec.t_kind() not in ('S', 'A', 'C', 'O') or (sec.t_kind() = 'A' and not sec.t_role('auditor'))
              or (sec.t_kind() = 'O' and not sec.t_role('audit_admin')), true) then
    raise exception 'not a scope that checks the audit' using errcode = '42501';
  end if;
  return query
    select a.id, a.recorded_at, a.row_hash::text,
           case when p_compute then encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex') end
      from public.kernel_auditentry a
      where (a.id, a.recorded_at) > (p_after, p_after_at) and a.id <= p_upto
      order by a.id, a.recorded_at limit p_limit;
end $$;
revoke execute on function sec.audit_values(bigint[]) from public;
grant execute on function sec.audit_values(bigint[]), sec.audit_hashes(bigint, timestamptz, bigint, int, boolean) to jl_ops;
reset role;

-- Run after every migration, by the owner, like sec.serve: who chose a password of his own ends the one-time one.
create function sec.serve_duties(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant update (one_time_until) on public.kernel_person to %I', p_app);
end $$;
revoke execute on function sec.serve_duties(name) from public;
