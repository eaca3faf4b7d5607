-- Of a task people change who does it and when it comes up again; the system opens and closes it.
select sec.allow_writing('work_task', array['team', 'branch', 'domain', 'all'],
  array['manager', 'private_banker', 'branch_head', 'dept_head']);
drop policy add_team on work_task;
drop policy add_branch on work_task;
drop policy add_domain on work_task;
drop policy add_all on work_task;
revoke insert, update on work_task from jl_team, jl_branch, jl_alld, jl_all;
grant update (assignee, snoozed_until) on work_task to jl_team, jl_branch, jl_alld, jl_all;
