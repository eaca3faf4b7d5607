-- People and their roles hold no client data. The application itself may read them (it must, to sign somebody in) and
-- write what a person may change about himself; it may not grant roles: only the system scope writes those.
-- (The grants to the application's own role are in sec.serve below: its name is the bank's choice.)
grant select on kernel_person, kernel_rolegrant to jl_scope, jl_system;
-- Inside a scope nobody needs a password's hash.
grant select (id, public_id, entity, username, display_name, employee_code, locale, theme, is_active, technical, last_login)
  on kernel_person to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_ops;
grant select on kernel_rolegrant to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_ops;
grant insert, update on kernel_person, kernel_rolegrant to jl_system;

-- Audit: everybody may add a row about himself, nobody may change one; who reads them is decided by role.
alter table kernel_auditentry enable row level security;
alter table kernel_auditentry force row level security;
create policy add_own on kernel_auditentry for insert
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops
  with check (person = (select sec.t_person()) and entity = (select sec.t_house()));
create policy read_auditor on kernel_auditentry for select to jl_all
  using (entity = (select sec.t_whole('A')) and (select sec.t_role('auditor')));
create policy read_compliance on kernel_auditentry for select to jl_comp using (entity = (select sec.t_whole('C')));
grant insert on kernel_auditentry
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;
grant select on kernel_auditentry to jl_all, jl_comp;

-- The hash covers every column but itself, in a fixed order, each value with its length: no two rows share a text.
create function sec.audit_text(r kernel_auditentry) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select string_agg(length(v) || ':' || v, '|' order by n) from unnest(array[
    r.id::text, r.entity, (extract(epoch from r.at) * 1000000)::bigint::text,
    (extract(epoch from r.recorded_at) * 1000000)::bigint::text, coalesce(r.person::text, ''), r.username,
    r.purpose, r.verb, r.object_type, r.object_id, coalesce(r.before::text, ''), coalesce(r.after::text, ''),
    r.reason]) with ordinality as t(v, n)
$$;

create function sec.audit_seal() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.recorded_at := clock_timestamp();
  new.row_hash := encode(sha256(convert_to(sec.audit_text(new), 'UTF8')), 'hex');
  return new;
end $$;

create function sec.audit_refuse() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit entries cannot be changed' using errcode = '42501';
end $$;

create trigger seal before insert on kernel_auditentry for each row execute function sec.audit_seal();
create trigger keep before update or delete on kernel_auditentry for each row execute function sec.audit_refuse();
create trigger keep_all before truncate on kernel_auditentry for each statement execute function sec.audit_refuse();
revoke execute on function sec.audit_text(kernel_auditentry), sec.audit_seal(), sec.audit_refuse() from public;
grant execute on function sec.audit_text(kernel_auditentry)
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;

-- Technical persons of an entity: its system (the only writer) and the machine's own console (an auditor). They have
-- no usable password, and entering as them needs the seal like for anybody.
create function sec.technical(p_entity text, p_what text) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  name text := p_what || '@' || p_entity;
  found_id bigint;
begin
  if p_what not in ('system', 'console') or p_entity is null or p_entity !~ '^[A-Za-z0-9_-]{1,16}$' then
    raise exception 'no such technical person' using errcode = '42501';
  end if;
  select id into found_id from public.kernel_person where username = name and technical;
  if found_id is null then
    insert into public.kernel_person (public_id, password, entity, username, display_name, employee_code, locale,
                                      theme, is_active, technical)
      values (gen_random_uuid(), '!', p_entity, name,
              case p_what when 'system' then '系统' else '本机控制台' end, '', 'zh-hans', 'auto', true, true)
      on conflict (username) do nothing;
    select id into strict found_id from public.kernel_person where username = name and technical;
    insert into public.kernel_rolegrant (person_id, role, branch_code, domain, valid_from)
      select found_id, case p_what when 'system' then 'system' else 'auditor' end, '', null, date '2000-01-01'
      where not exists (select from public.kernel_rolegrant where person_id = found_id);
  end if;
  return found_id;
end $$;

-- What the application's own role may do without a scope: sign people in, keep sessions, enter a scope.
-- Run after every migration, by the owner. Identity columns need no right on their sequence.
create function sec.serve(p_app name, p_write text[], p_read text[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t text;
begin
  execute format('grant execute on function sec.enter(bigint, bigint, bigint, bytea), sec.technical(text, text) to %I',
                 p_app);
  execute format('grant select on public.kernel_person, public.kernel_rolegrant to %I', p_app);
  -- Signing in happens before any scope: such entries, and only such, may be written without one.
  execute format('grant execute on function sec.t_kind(), sec.audit_text(public.kernel_auditentry) to %I', p_app);
  execute format('grant insert on public.kernel_auditentry to %I', p_app);
  execute 'drop policy if exists add_signin on public.kernel_auditentry';
  execute format('create policy add_signin on public.kernel_auditentry for insert to %I '
    'with check ((select sec.t_kind()) is null and verb like ''signin.%%'')', p_app);
  execute format('grant update (password, last_login, locale, theme) on public.kernel_person to %I', p_app);
  foreach t in array p_read loop
    execute format('grant select on public.%I to %I', t, p_app);
  end loop;
  foreach t in array p_write loop
    execute format('grant select, insert, update, delete on public.%I to %I', t, p_app);
  end loop;
end $$;
revoke execute on function sec.technical(text, text), sec.serve(name, text[], text[]) from public;
