-- The audit in monthly partitions, and the chain of sealed batches over it. See docs/decisions/0006-audit.md.
--
-- The table is made anew, because PostgreSQL cannot partition one in place; its rows come along with their hashes. A
-- text of a row without xact is what it was before, so the hashes of older rows stay right.
alter table kernel_auditentry rename to kernel_auditentry_old;
alter table kernel_auditentry_old no force row level security;
drop function sec.audit_text(kernel_auditentry_old);
create table kernel_auditentry (
  like kernel_auditentry_old,
  primary key (id, recorded_at)
) partition by range (recorded_at);
-- The column's default is what sends a row to its month; the trigger below fires in the partition, too late for that.
alter table kernel_auditentry alter recorded_at set default clock_timestamp(), alter row_hash set default '';

create function sec.audit_refuse_on(p_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create trigger keep_all before truncate on %s for each statement execute function sec.audit_refuse()', p_table);
end $$;

-- A partition is a table of the owner's: no role has rights on it, and it has no policy for anybody.
create function sec.audit_partition(p_name text, p_bounds text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create table public.%I (like public.kernel_auditentry including defaults)', p_name);
  execute format('alter table public.%I enable row level security', p_name);
  execute format('alter table public.%I force row level security', p_name);
  perform sec.audit_refuse_on(format('public.%I', p_name)::regclass);
  execute format('alter table public.kernel_auditentry attach partition public.%I %s', p_name, p_bounds);
end $$;

-- Months are those of UTC. A month of which rows already lie in the rest stays there: an entry is never moved.
create function sec.audit_month(p_month timestamp) returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  month constant timestamp := date_trunc('month', p_month);
  name constant text := 'kernel_auditentry_' || to_char(month, 'YYYYMM');
begin
  if to_regclass('public.' || name) is not null then
    return false;
  end if;
  perform sec.audit_partition(name, format('for values from (%L) to (%L)',
    month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC'));
  return true;
exception
  when check_violation or lock_not_available or duplicate_table then
    return false;
end $$;

-- This month's partition and the next two; returns how many were made. Waiting for a lock is cut short, because who asks
-- for the audit meanwhile waits behind us; the next call makes what is missing, and until then rows go to the rest.
create function sec.audit_partitions() returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
declare
  made int := 0;
  ahead int;
begin
  for ahead in 0..2 loop
    if sec.audit_month(clock_timestamp() at time zone 'UTC' + make_interval(months => ahead)) then
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

select sec.audit_partition('kernel_auditentry_rest', 'default');
select sec.audit_month(month) from (select distinct date_trunc('month', recorded_at at time zone 'UTC') as month
  from kernel_auditentry_old) as months;
select sec.audit_partitions();
insert into kernel_auditentry select * from kernel_auditentry_old;
drop table kernel_auditentry_old;
create index audit_object on kernel_auditentry (object_type, object_id, id desc);
create index audit_at on kernel_auditentry (entity, at desc);
create index audit_xact on kernel_auditentry (xact);
create sequence kernel_auditentry_id_seq owned by kernel_auditentry.id;
select setval('kernel_auditentry_id_seq', coalesce(max(id), 0) + 1, false) from kernel_auditentry;

-- The hash covers every column but itself, in a fixed order, each value with its length: no two rows share a text.
create function sec.audit_text(r kernel_auditentry) returns text
  language sql immutable set search_path = pg_catalog, pg_temp as $$
  select string_agg(length(v) || ':' || v, '|' order by n) from unnest(array[
    r.id::text, r.entity, (extract(epoch from r.at) * 1000000)::bigint::text,
    (extract(epoch from r.recorded_at) * 1000000)::bigint::text, coalesce(r.person::text, ''), r.username,
    r.purpose, r.verb, r.object_type, r.object_id, coalesce(r.before::text, ''), coalesce(r.after::text, ''),
    r.reason] || case when r.xact is null then '{}' else array[r.xact::text] end) with ordinality as t(v, n)
$$;

-- Id, transaction and hash are the database's alone, whatever the statement says. The moment may be the column's default
-- of just now; anything else becomes the clock's, or is refused by PostgreSQL when it was sent to another month.
create or replace function sec.audit_seal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.id := nextval('public.kernel_auditentry_id_seq');
  new.xact := pg_current_xact_id()::text::bigint;
  if not coalesce(clock_timestamp() - new.recorded_at between interval '0' and interval '1 second', false) then
    new.recorded_at := clock_timestamp();
  end if;
  new.row_hash := encode(sha256(convert_to(sec.audit_text(new), 'UTF8')), 'hex');
  return new;
end $$;

create trigger seal before insert on kernel_auditentry for each row execute function sec.audit_seal();
create trigger keep before update or delete on kernel_auditentry for each row execute function sec.audit_refuse();
select sec.audit_refuse_on('kernel_auditentry');

alter table kernel_auditentry enable row level security;
alter table kernel_auditentry force row level security;
create policy add_own on kernel_auditentry for insert
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops
  with check (person = (select sec.t_person()) and entity = (select sec.t_house()));
create policy read_auditor on kernel_auditentry for select to jl_all
  using (entity = (select sec.t_whole('A')) and (select sec.t_role('auditor')));
create policy read_compliance on kernel_auditentry for select to jl_comp using (entity = (select sec.t_whole('C')));
create policy read_definer on kernel_auditentry for select to jl_scope using (true);
grant insert on kernel_auditentry
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;
grant select on kernel_auditentry to jl_all, jl_comp, jl_scope;

-- Batches speak of all entities and hold no content: ids and hashes. The system adds them, nobody changes them.
alter table kernel_auditbatch enable row level security;
alter table kernel_auditbatch force row level security;
create policy add_system on kernel_auditbatch for insert to jl_system with check ((select sec.t_kind()) = 'S');
create policy read_system on kernel_auditbatch for select to jl_system using ((select sec.t_kind()) = 'S');
create policy read_auditor on kernel_auditbatch for select to jl_all
  using ((select sec.t_kind()) = 'A' and (select sec.t_role('auditor')));
create policy read_compliance on kernel_auditbatch for select to jl_comp using ((select sec.t_kind()) = 'C');
grant insert, select on kernel_auditbatch to jl_system;
grant select on kernel_auditbatch to jl_all, jl_comp;
create trigger keep before update or delete on kernel_auditbatch for each row execute function sec.audit_refuse();
select sec.audit_refuse_on('kernel_auditbatch');

revoke execute on function sec.audit_text(kernel_auditentry), sec.audit_seal(), sec.audit_refuse_on(regclass),
  sec.audit_partition(text, text), sec.audit_month(timestamp), sec.audit_partitions() from public;
grant execute on function sec.audit_text(kernel_auditentry) to jl_scope,
  jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;
grant execute on function sec.audit_partitions() to jl_system;

set local role jl_scope;

-- Up to which id every entry is decided: committed or gone for good; null when that takes longer than p_seconds to know.
-- Ids are given out inside transactions that hold a writer's lock on the table until they end. So: look how far ids have
-- come, then who holds such a lock; when all of those have ended, nothing at or below that id can still appear. Nobody
-- is made to wait for us. (A comparison of stored transaction ids would not outlive a dump into another server.)
create function sec.audit_settled(p_seconds numeric) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  until constant timestamptz := clock_timestamp() + make_interval(secs => p_seconds::double precision);
  newest bigint;
  writers text[];
begin
  select max(id) into newest from public.kernel_auditentry;
  select coalesce(array_agg(l.virtualtransaction), '{}') into writers from pg_locks l
    where l.relation = 'public.kernel_auditentry'::regclass and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and l.pid is distinct from pg_backend_pid();
  while exists (select from pg_locks l where l.relation = 'public.kernel_auditentry'::regclass
      and l.mode = 'RowExclusiveLock' and l.virtualtransaction = any(writers)) loop
    if clock_timestamp() > until then
      return null;
    end if;
    perform pg_sleep(0.01);
  end loop;
  return newest;
end $$;

-- Ids and hashes of entries of every entity, a page at a time, for sealing and checking; the hash over the content only when asked.
create function sec.audit_hashes(p_after bigint, p_after_at timestamptz, p_upto bigint, p_limit int, p_compute boolean)
  returns table (id bigint, recorded_at timestamptz, stored text, computed text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(sec.t_kind() not in ('S', 'A', 'C') or (sec.t_kind() = 'A' and not sec.t_role('auditor')), true) then
    raise exception 'not a scope that checks the audit' using errcode = '42501';
  end if;
  return query
    select a.id, a.recorded_at, a.row_hash::text,
           case when p_compute then encode(sha256(convert_to(sec.audit_text(a), 'UTF8')), 'hex') end
      from public.kernel_auditentry a
      where (a.id, a.recorded_at) > (p_after, p_after_at) and a.id <= p_upto
      order by a.id, a.recorded_at limit p_limit;
end $$;
revoke execute on function sec.audit_settled(numeric),
  sec.audit_hashes(bigint, timestamptz, bigint, int, boolean) from public;
grant execute on function sec.audit_settled(numeric) to jl_system;
grant execute on function sec.audit_hashes(bigint, timestamptz, bigint, int, boolean) to jl_system, jl_all, jl_comp;

reset role;
