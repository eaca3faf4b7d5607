-- Jobs belong to who asked for them; the worker takes them at the door, before it has a scope, and runs each in the scope of its
-- person. Who asked, what for and with which arguments is fixed when the row is made: nobody holds a right to change it.
alter table kernel_job enable row level security;
alter table kernel_job force row level security;
create policy to_own on kernel_job for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy to_operations on kernel_job for select to jl_ops
  using (entity = (select sec.t_house()) and (select sec.t_role('system_admin')));
create policy to_system on kernel_job for select to jl_system using (entity = (select sec.t_whole('S')));
create policy add_own on kernel_job for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops
  with check (person_id = (select sec.t_person()) and entity = (select sec.t_house()) and state = 'waiting' and attempts = 0 and taken_by is null);
create policy change_own on kernel_job for update to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()) and state in ('waiting', 'running', 'refused', 'dead'))
  with check (person_id = (select sec.t_person()) and entity = (select sec.t_house()) and state in ('waiting', 'cancelled', 'done'));
create policy change_operations on kernel_job for update to jl_ops
  using (entity = (select sec.t_house()) and (select sec.t_role('system_admin')) and state in ('waiting', 'dead'))
  with check (entity = (select sec.t_house()) and (select sec.t_role('system_admin')) and state in ('waiting', 'cancelled'));
create policy drop_old on kernel_job for delete to jl_system
  using (entity = (select sec.t_whole('S')) and ended_at < now() - interval '1 day');
grant select, insert on kernel_job to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system;
grant select (id, public_id, entity, person_id, name, key, state, made_at, due_at, attempts, taken_by, lease_until, started_at, ended_at,
  done, total, error), insert on kernel_job to jl_ops;
grant update (state, due_at, attempts, ended_at, done, total, result, error) on kernel_job
  to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops;
grant delete on kernel_job to jl_system;

-- A notice is written by who caused it, in his own name, and read by its person only. The system hands it to the mail.
alter table kernel_notice enable row level security;
alter table kernel_notice force row level security;
create policy to_own on kernel_notice for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy to_system on kernel_notice for select to jl_system using (entity = (select sec.t_whole('S')));
create policy add_house on kernel_notice for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops
  with check (by_id = (select sec.t_person()) and entity = (select sec.t_house()) and read_at is null);
create policy change_own on kernel_notice for update to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()))
  with check (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy change_system on kernel_notice for update to jl_system
  using (entity = (select sec.t_whole('S'))) with check (entity = (select sec.t_whole('S')));
create policy drop_old on kernel_notice for delete to jl_system
  using (entity = (select sec.t_whole('S')) and at < now() - interval '7 days');
grant select, insert on kernel_notice to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops;
grant update (read_at) on kernel_notice to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;
grant update (mailed_at) on kernel_notice to jl_system;
grant delete on kernel_notice to jl_system;

-- Where events go is the system administrator's business; the system tells.
alter table kernel_webhook enable row level security;
alter table kernel_webhook force row level security;
create policy to_operations on kernel_webhook for select to jl_ops
  using (entity = (select sec.t_house()) and (select sec.t_role('system_admin')));
create policy to_system on kernel_webhook for select to jl_system using (entity = (select sec.t_whole('S')));
create policy change_system on kernel_webhook for update to jl_system
  using (entity = (select sec.t_whole('S'))) with check (entity = (select sec.t_whole('S')));
grant select on kernel_webhook to jl_ops, jl_system;
grant update (xact, entry, told_at, failures, error) on kernel_webhook to jl_system;
select sec.allow_writing('kernel_webhook', array['operations']);

-- What happened after a point, for the system only: entries of transactions that are all over, so that none comes in behind
-- the point later. What changed, and who did it, stays inside.
create function sec.events_after(p_xact bigint, p_entry bigint, p_limit int)
  returns table (xact bigint, id bigint, at timestamptz, verb text, object_type text, object_id text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select a.xact, a.id, a.at, a.verb::text, a.object_type::text, a.object_id::text from public.kernel_auditentry a
    where a.entity = (select sec.t_whole('S')) and a.xact >= p_xact and (a.xact, a.id) > (p_xact, p_entry)
      and a.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    order by a.xact, a.id limit p_limit;
end $$;
revoke execute on function sec.events_after(bigint, bigint, int) from public;
grant execute on function sec.events_after(bigint, bigint, int) to jl_system;
alter function sec.events_after(bigint, bigint, int) owner to jl_scope;

-- The security administrator ends a person's keys with his password and his lost factor; never sees what they are.
create policy end_admin on kernel_apitoken for update to jl_ops
  using (entity = (select sec.t_house()) and (select sec.t_role('security_admin')))
  with check (entity = (select sec.t_house()) and (select sec.t_role('security_admin')) and ended_at is not null);
create policy to_admin on kernel_apitoken for select to jl_ops
  using (entity = (select sec.t_house()) and (select sec.t_role('security_admin')));
grant select (id, person_id, entity, ended_at), update (ended_at) on kernel_apitoken to jl_ops;

-- Where a person's notices are mailed to, besides the page.
grant update (email) on kernel_person to jl_system;
grant select (email), insert (email) on kernel_person to jl_ops;

-- Run after every migration, by the owner, like sec.serve: the application's role has the name that the bank chose.
create function sec.serve_jobs(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  drop policy if exists at_the_door on public.kernel_job;
  execute format('create policy at_the_door on public.kernel_job to %I using ((select sec.t_kind()) is null) '
    'with check ((select sec.t_kind()) is null)', p_app);
  execute format('grant select, update (state, due_at, attempts, taken_by, lease_until, started_at, ended_at, done, total, error) '
    'on public.kernel_job to %I', p_app);
  execute format('grant update (email) on public.kernel_person to %I', p_app);
end $$;
revoke execute on function sec.serve_jobs(name) from public;
