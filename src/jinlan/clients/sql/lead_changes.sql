select sec.protect('clients_leadchange', 'unit');
select sec.allow_writing('clients_leadchange', array['branch', 'domain', 'all'], array['branch_head', 'dept_head']);
-- What was decided stands; it can only be withdrawn.
revoke update on clients_leadchange from jl_branch, jl_alld, jl_all;
grant update (withdrawn_by, withdrawn_at) on clients_leadchange to jl_branch, jl_alld, jl_all;
select sec.track('clients_leadchange');

create index lead_change_unit_key on clients_leadchange (((unit_id << 1) | domain));
create index lead_change_branch_key on clients_leadchange (((branch_id << 1) | domain));
