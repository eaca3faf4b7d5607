-- The history of rows: who changed what and when, whichever way the statement came. See docs/decisions/0006-audit.md.
--
-- sec.track(table, leave out) is called by the migrations of every room for tables that are worth it.
alter table kernel_rowchange enable row level security;
alter table kernel_rowchange force row level security;
-- As the shape `unit` of sec.protect for rows about a unit; the others are seen by whole-bank kinds and the system.
create policy to_system on kernel_rowchange for select to jl_system using (entity = (select sec.t_whole('S')));
create policy to_team on kernel_rowchange for select to jl_team
  using (((unit_id << 1) | domain) = any((select sec.t_ud())::bigint[]));
create policy to_branch on kernel_rowchange for select to jl_branch
  using (unit_id is not null and ((branch_id << 1) | domain) = any((select sec.t_bd())::bigint[]));
create policy to_domain on kernel_rowchange for select to jl_alld
  using (unit_id is not null and entity = (select sec.t_house()) and domain = any((select sec.t_doms())::smallint[]));
create policy to_all on kernel_rowchange for select to jl_all using (entity = (select sec.t_whole('A')));
create policy to_compliance on kernel_rowchange for select to jl_comp using (entity = (select sec.t_whole('C')));
create policy by_trigger on kernel_rowchange to jl_scope using (true) with check (true);
grant select on kernel_rowchange to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_scope;
grant insert on kernel_rowchange to jl_scope;
create trigger keep before update or delete on kernel_rowchange for each row execute function sec.audit_refuse();
select sec.audit_refuse_on('kernel_rowchange');

set local role jl_scope;

-- Arguments of the trigger: the key's column, columns to leave out, whether the row's scope may be copied.
create function sec.row_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  key constant text := tg_argv[0];
  left_out constant text[] := tg_argv[1];
  about_unit constant boolean := tg_argv[2];
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  whole constant jsonb := coalesce(after, before);
  id constant text := coalesce(before, after) ->> key;
begin
  before := before - left_out;
  after := after - left_out;
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(n.key, before -> n.key), jsonb_object_agg(n.key, n.value) into before, after
      from jsonb_each(after) n where before -> n.key is distinct from n.value;
    if after is null then
      return null;
    end if;
  end if;
  insert into public.kernel_rowchange (public_id, table_name, row_id, op, at, person, xact, old, new, entity, unit_id, domain, branch_id)
    values (gen_random_uuid(), tg_table_name, id, left(tg_op, 1), clock_timestamp(), sec.t_person(),
            pg_current_xact_id()::text::bigint, before, after,
            coalesce(whole ->> 'entity',
                     (select p.entity from public.kernel_person p where p.id = (whole ->> 'person_id')::bigint),
                     sec.t_house(), ''),
            case when about_unit then (whole ->> 'unit_id')::bigint end,
            case when about_unit then (whole ->> 'domain')::smallint end,
            case when about_unit then (whole ->> 'branch_id')::bigint end);
  return null;
end $$;

-- Why a change was made: verb and reason of the entry that followed it in its transaction, by the same person (an act
-- writes, then records), else of the last one before it. Who may see a change knows its public id, and nobody else does:
-- that id is the right to ask. Transaction ids start anew on another server, so the moment must fit as well.
create function sec.change_reasons(p_changes uuid[]) returns table (change uuid, verb text, reason text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select c.public_id, e.verb, e.reason from public.kernel_rowchange c cross join lateral (
      select a.verb::text, a.reason::text from public.kernel_auditentry a
        where a.xact = c.xact and a.person = c.person and a.entity = c.entity
          and a.recorded_at between c.at - interval '1 day' and c.at + interval '1 day'
        order by a.recorded_at < c.at, abs(extract(epoch from a.recorded_at - c.at)), a.id limit 1) e
      where c.public_id = any(p_changes) and c.entity = sec.t_house();
end $$;
revoke execute on function sec.row_changed(), sec.change_reasons(uuid[]) from public;
grant execute on function sec.row_changed() to session_user;
grant execute on function sec.change_reasons(uuid[])
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system;

reset role;

-- p_leave_out names columns of which history must know nothing: secrets, and what changes without meaning anything.
-- History must not show more than the table does: a table that whole-bank kinds may not read is refused, and units'
-- teams see changes only where they see the rows.
create function sec.track(p_table regclass, p_leave_out text[] default '{}') returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  open_policies constant name[] := array['to_all', 'to_house'];
  key name;
  unknown text;
begin
  select string_agg(c, ', ') into unknown from unnest(p_leave_out) c
    where not exists (select from pg_attribute a where a.attrelid = p_table and a.attname = c and not a.attisdropped);
  if unknown is not null then
    raise exception 'no such column of %: %', p_table, unknown;
  end if;
  select a.attname into key from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = p_table and i.indisprimary and i.indnkeyatts = 1;
  if key is null then
    raise exception '% has no primary key of one column', p_table;
  end if;
  if (select c.relrowsecurity from pg_class c where c.oid = p_table)
     and not exists (select from pg_policy p where p.polrelid = p_table and p.polname = any(open_policies)) then
    raise exception '% is not for whole-bank kinds, its history would be', p_table;
  end if;
  execute format('create trigger history after insert or update or delete on %s for each row '
    'execute function sec.row_changed(%L, %L, %L)', p_table, key, p_leave_out,
    exists (select from pg_policy p where p.polrelid = p_table and p.polname = 'to_team')
    and exists (select from pg_attribute a where a.attrelid = p_table and a.attname = 'unit_id' and not a.attisdropped));
end $$;
revoke execute on function sec.track(regclass, text[]) from public;

select sec.track('kernel_person', array['password', 'last_login']);
select sec.track('kernel_rolegrant');
