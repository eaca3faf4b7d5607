-- The directory behind its policies. jl_scope resolves books and is the only role that reads these tables freely; the
-- application cannot become it.
create policy to_scope on clients_unit for select to jl_scope using (true);
create policy to_scope on clients_unitmember for select to jl_scope using (true);
create policy to_scope on clients_coverage for select to jl_scope using (true);
create policy to_scope on clients_party for select to jl_scope using (true);
grant select on clients_unit, clients_unitmember, clients_coverage, clients_party, clients_branch, clients_employee,
  clients_delegation to jl_scope;

select sec.protect('clients_party', 'party', 'id');
select sec.protect('clients_partyidentity', 'party', 'party_id');
select sec.protect('clients_counterpartyidentity', 'system');
select sec.protect('clients_unit', 'header');
select sec.protect('clients_unitmember', 'member');
select sec.protect('clients_coverage', 'team');
-- The bank's organisation: no client data.
select sec.protect('clients_branch', 'entity');
select sec.protect('clients_employee', 'entity');
select sec.protect('clients_delegation', 'entity');
create policy to_scope on clients_branch for select to jl_scope using (true);
create policy to_scope on clients_employee for select to jl_scope using (true);
create policy to_scope on clients_delegation for select to jl_scope using (true);

create index party_pd on clients_party (((id << 1) | domain));
create index unit_member_pd on clients_unitmember (((party_id << 1) | domain));
-- Members booked at another branch than their unit: few, and asked for whenever a branch head enters.
create index unit_member_away on clients_unitmember (branch_id) where branch_id <> unit_branch_id;
create index unit_member_home on clients_unitmember (unit_branch_id) where branch_id <> unit_branch_id;
