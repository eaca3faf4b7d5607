-- The directory behind its policies. jl_scope resolves books and is the only role that reads these tables freely; the
-- application cannot become it.
grant select on clients_unit, clients_unitmember, clients_coverage, clients_party, clients_branch, clients_employee,
  clients_delegation to jl_scope;
create policy to_scope on clients_unit for select to jl_scope using (true);
create policy to_scope on clients_unitmember for select to jl_scope using (true);
create policy to_scope on clients_coverage for select to jl_scope using (true);
create policy to_scope on clients_party for select to jl_scope using (true);
create policy to_scope on clients_branch for select to jl_scope using (true);
create policy to_scope on clients_employee for select to jl_scope using (true);
create policy to_scope on clients_delegation for select to jl_scope using (true);

select sec.protect('clients_party', 'party');
select sec.protect('clients_partyidentity', 'detail');
select sec.protect('clients_counterpartyidentity', 'system');
select sec.protect('clients_unit', 'header');
select sec.protect('clients_unitmember', 'member');
select sec.protect('clients_coverage', 'team');
-- The bank's organisation: no client data.
select sec.protect('clients_branch', 'entity');
select sec.protect('clients_employee', 'entity');
select sec.protect('clients_delegation', 'entity');

-- One index per packed key of a policy.
create index party_key on clients_party (((id << 1) | domain));
create index party_branch_key on clients_party (((branch_id << 1) | domain), pinyin_key, id);
create index unit_branch_key on clients_unit (((branch_id << 1) | domain), pinyin_key, id);

-- What a party and a unit are about changes with membership; kept on their own rows by the database, whoever writes, so that
-- nobody's book has to list hundreds of members.
create function sec.member_keys() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  parties bigint[];
  units bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct party_id), array_agg(distinct unit_id) into parties, units from fresh;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct party_id), array_agg(distinct unit_id) into parties, units from stale;
  else
    select array_agg(distinct party_id), array_agg(distinct unit_id) into parties, units
      from (select party_id, unit_id from fresh union all select party_id, unit_id from stale) as both_sides;
  end if;
  with keys as (
    select p.id, coalesce(array_agg(distinct m.unit_id << 1 | m.domain) filter (where m.id is not null), '{}') as units,
           coalesce(array_agg(distinct m.unit_branch_id << 1 | m.domain) filter (where m.id is not null), '{}') as branches
      from unnest(parties) as p(id) left join public.clients_unitmember m on m.party_id = p.id and m.current
      group by p.id)
  update public.clients_party p set unit_keys = k.units, unit_branch_keys = k.branches
    from keys k where p.id = k.id and (p.unit_keys, p.unit_branch_keys) is distinct from (k.units, k.branches);
  with keys as (
    select u.id, coalesce(array_agg(distinct m.branch_id << 1 | m.domain) filter (where m.id is not null), '{}') as branches
      from unnest(units) as u(id) left join public.clients_unitmember m on m.unit_id = u.id and m.current
      group by u.id)
  update public.clients_unit u set member_branch_keys = k.branches
    from keys k where u.id = k.id and u.member_branch_keys is distinct from k.branches;
  return null;
end $$;
revoke execute on function sec.member_keys() from public;
create trigger keys_added after insert on clients_unitmember
  referencing new table as fresh for each statement execute function sec.member_keys();
create trigger keys_changed after update on clients_unitmember
  referencing old table as stale new table as fresh for each statement execute function sec.member_keys();
create trigger keys_removed after delete on clients_unitmember
  referencing old table as stale for each statement execute function sec.member_keys();
