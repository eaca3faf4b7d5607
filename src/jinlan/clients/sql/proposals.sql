-- Whoever is asked to join a team reads and answers what he is asked, though the client is not in his sight yet.
select sec.protect('clients_teamproposal', 'unit');
select sec.allow_writing('clients_teamproposal', array['team', 'branch', 'domain', 'all'],
  array['manager', 'private_banker', 'branch_head', 'dept_head']);
create policy to_asked on clients_teamproposal for select to jl_team, jl_branch, jl_alld, jl_all
  using (asked_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy change_asked on clients_teamproposal for update to jl_team, jl_branch, jl_alld, jl_all
  using (asked_id = (select sec.t_person()) and entity = (select sec.t_house()) and state = 'asked')
  with check (asked_id = (select sec.t_person()) and entity = (select sec.t_house()) and state in ('agreed', 'declined'));
-- What was proposed stands; only what came of it is written.
revoke update on clients_teamproposal from jl_team, jl_branch, jl_alld, jl_all;
grant update (state, conflict, answer, answered_at, decided_id, decided_by, decided_name, decided_at, note) on clients_teamproposal
  to jl_team, jl_branch, jl_alld, jl_all;
select sec.track('clients_teamproposal');
create index team_proposal_unit_key on clients_teamproposal (((unit_id << 1) | domain));
create index team_proposal_branch_key on clients_teamproposal (((branch_id << 1) | domain));
-- Heads alone decide.
create policy heads on clients_teamproposal as restrictive for update to jl_team, jl_branch, jl_alld, jl_all
  using (entity = (select sec.t_house()))
  with check (state not in ('decided', 'refused') or (select sec.t_role('branch_head')) or (select sec.t_role('dept_head')));
