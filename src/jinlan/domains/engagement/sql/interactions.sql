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
    -- Compliance lets further readers in (跨墙), and changes nothing else.
    execute format('create policy admit on %s for update to jl_comp using (entity = (select sec.t_whole(''C'')) and inside) '
      'with check (entity = (select sec.t_whole(''C'')) and inside)', one);
    execute format('grant update (readers) on %s to jl_comp', one);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
-- A step is said once; who may read it follows its promise.
revoke update on engagement_promisestep from jl_team, jl_branch, jl_alld, jl_all;
grant update (readers) on engagement_promisestep to jl_team, jl_branch, jl_alld, jl_all;
