-- Interactions and promises are in sight as the member, or the whole client, is whom they are about. What holds inside information is
-- beside that in sight of its readers and of compliance alone. Neither is tracked: the history of rows knows no such wall; promises
-- have their steps, interactions their edition and the audit.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['interaction', 'promise', 'promisestep'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'member');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    execute format('create policy wall on %s as restrictive to jl_team, jl_branch, jl_alld, jl_all '
      'using (not inside or (select sec.t_person()) = any(readers)) '
      'with check (not inside or (select sec.t_person()) = any(readers))', one);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
-- A step is said once.
revoke update on engagement_promisestep from jl_team, jl_branch, jl_alld, jl_all;
