select sec.protect_matter('work_approval');
select sec.allow_writing('work_approval', array['team', 'branch', 'domain', 'all', 'compliance', 'own']);

-- A decision is in sight when its approval is; its maker is the approval's, so that the check of four eyes cannot be fooled.
alter table work_decision add constraint decision_of_maker
  foreign key (approval_id, maker_id) references work_approval (id, maker_id);
alter table work_decision enable row level security;
alter table work_decision force row level security;
create policy to_system on work_decision for select to jl_system
  using (exists (select from work_approval a where a.id = approval_id));
create policy to_reader on work_decision for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (exists (select from work_approval a where a.id = approval_id));
create policy add_own on work_decision for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  with check (person_id = (select sec.t_person()) and exists (select from work_approval a where a.id = approval_id));
grant select on work_decision to jl_system;
grant select, insert on work_decision to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;
