-- What signing in keeps. Before a scope (nobody is known yet) the application itself reads and writes these rows; inside a
-- scope it has no part in them. A person sees and ends his own sessions, the system administrator those of the entity.
alter table kernel_staffsession enable row level security;
alter table kernel_staffsession force row level security;
create policy to_own on kernel_staffsession for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy end_own on kernel_staffsession for update to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()))
  with check (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy to_admin on kernel_staffsession for select to jl_ops
  using (entity = (select sec.t_whole('O')) and (select sec.t_role('system_admin')));
create policy end_admin on kernel_staffsession for update to jl_ops
  using (entity = (select sec.t_whole('O')) and (select sec.t_role('system_admin')))
  with check (entity = (select sec.t_whole('O')) and (select sec.t_role('system_admin')));
grant select (id, public_id, entity, person_id, created_at, last_seen, address, agent, ended_at, ended_why),
  update (ended_at, ended_why) on kernel_staffsession to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;

-- Second factors, recovery codes and old passwords: at the door only, no scope reads them.
alter table kernel_secondfactor enable row level security;
alter table kernel_secondfactor force row level security;
alter table kernel_recoverycode enable row level security;
alter table kernel_recoverycode force row level security;
alter table kernel_passwordrecord enable row level security;
alter table kernel_passwordrecord force row level security;

-- The system administrator disables and enables people of the own entity. kernel_person has no policies (it is read before
-- any scope), so a trigger holds the line.
grant update (is_active) on kernel_person to jl_ops;
create function sec.person_switched() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'jl_ops' and (new.technical or new.entity is distinct from sec.t_whole('O')
                                  or new.id = sec.t_person() or not sec.t_role('system_admin')) then
    raise exception 'not a person that this administrator may switch' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger switched before update of is_active on kernel_person
  for each row when (old.is_active is distinct from new.is_active) execute function sec.person_switched();

-- Run after every migration, by the owner, like sec.serve: the application's role has the name that the bank chose.
create function sec.serve_sign_in(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t text;
begin
  foreach t in array array['kernel_staffsession', 'kernel_secondfactor', 'kernel_recoverycode', 'kernel_passwordrecord'] loop
    execute format('drop policy if exists at_the_door on public.%I', t);
    execute format('create policy at_the_door on public.%I to %I using ((select sec.t_kind()) is null) '
      'with check ((select sec.t_kind()) is null)', t, p_app);
    execute format('grant select, insert, update, delete on public.%I to %I', t, p_app);
  end loop;
  execute format('revoke delete on public.kernel_staffsession from %I', p_app);
end $$;
revoke execute on function sec.person_switched(), sec.serve_sign_in(name) from public;
