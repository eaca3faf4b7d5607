select sec.protect('serving_unittie', 'unit');
-- Beside that the other party must be in sight. Those who see the whole bank, and the system, see it by their own policies.
create policy other_side on serving_unittie as restrictive for select to jl_team, jl_branch, jl_alld
  using (exists (select from public.clients_party p where p.id = party_id));

create index tie_unit_key on serving_unittie (((unit_id << 1) | domain), as_of);
create index tie_branch_key on serving_unittie (((branch_id << 1) | domain), as_of);
