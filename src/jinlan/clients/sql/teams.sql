-- Teams as they were delivered are the system's own; what holds of them is clients_coverage.
select sec.protect('clients_assignment', 'system');

-- What was decided of another role is read and withdrawn as a lead is (lead_changes.sql).

-- One lead of a unit on any day. Of leads that overlap from before, the one who came first stays, the other assists; the next
-- publication works it out exactly. The owner is bound by policies, too, so they rest for this.
alter table clients_coverage no force row level security;
create temporary table second_leads on commit drop as
  select c.id, exists (select from clients_coverage a where a.entity = c.entity and a.unit_id = c.unit_id and a.employee_id = c.employee_id
           and a.role = 'ASSIST' and a.valid_from = c.valid_from) as assists
    from clients_coverage c
    where c.role = 'LEAD' and c.unit_id is not null and exists (
      select from clients_coverage e where e.unit_id = c.unit_id and e.role = 'LEAD' and (e.valid_from, e.id) < (c.valid_from, c.id)
        and daterange(e.valid_from, e.valid_to) && daterange(c.valid_from, c.valid_to));
delete from clients_coverage c using second_leads s where s.id = c.id and s.assists;
update clients_coverage c set role = 'ASSIST' from second_leads s where s.id = c.id;
drop table second_leads;
set constraints all immediate;  -- a table with checks that wait is not altered
set constraints all deferred;
alter table clients_coverage force row level security;
alter table clients_coverage add constraint coverage_one_lead exclude using gist
  (int8range(unit_id, unit_id, '[]') with &&, daterange(valid_from, valid_to) with &&)
  where (role = 'LEAD' and unit_id is not null) deferrable initially deferred;
create index coverage_unit on clients_coverage (unit_id) where unit_id is not null;

-- Shares of a unit's credit add to 1 on every day on which one is named; looked at when the transaction ends, whoever wrote.
set local role jl_scope;
create function sec.shares_whole() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  about bigint := case when tg_op = 'DELETE' then old.unit_id else new.unit_id end;
begin
  -- Two teams of one unit at once would not see each other: one waits for the other's end.
  perform pg_advisory_xact_lock(hashtextextended('jinlan shares', about));
  if exists (
      select from (select valid_from as day from public.clients_coverage where unit_id = about
                   union select valid_to from public.clients_coverage where unit_id = about and valid_to is not null) as cuts
        where (select sum(c.credit_share) from public.clients_coverage c
                 where c.unit_id = about and c.valid_from <= day and (c.valid_to is null or day < c.valid_to)) <> 1) then
    raise exception 'the shares of unit % do not add to 1', about using errcode = '23514', constraint = 'coverage_shares_whole';
  end if;
  return null;
end $$;
revoke execute on function sec.shares_whole() from public;
grant execute on function sec.shares_whole() to session_user;
reset role;
create constraint trigger shares_whole_written after insert or update of unit_id, credit_share, valid_from, valid_to on clients_coverage
  deferrable initially deferred for each row when (new.unit_id is not null and new.credit_share is not null)
  execute function sec.shares_whole();
create constraint trigger shares_whole_gone after delete on clients_coverage
  deferrable initially deferred for each row when (old.unit_id is not null and old.credit_share is not null)
  execute function sec.shares_whole();
