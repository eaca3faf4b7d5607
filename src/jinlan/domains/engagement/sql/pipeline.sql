-- Opportunities and their steps are in sight as the member, or the whole client, is whom they are about. Steps are the history, and say
-- who did what; the row itself is tracked beside that.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['opportunity', 'opportunitystep'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'member');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
select sec.track('engagement_opportunity');
-- What was opened stands: about whom, by whom, when, and what was expected first.
revoke update on engagement_opportunity from jl_team, jl_branch, jl_alld, jl_all;
grant update (title, product, amount, currency, margin, closes_on, pushes, pushed_days, owner, source, rival, objective, state, stage, furthest,
  stage_since, criteria, closed_on, won_amount, loss, edition) on engagement_opportunity to jl_team, jl_branch, jl_alld, jl_all;
-- A step is said once.
revoke update on engagement_opportunitystep from jl_team, jl_branch, jl_alld, jl_all;
revoke update, delete on engagement_opportunitystep from jl_system;

-- What the own history says is about no client: everybody of the house reads it. A run proposes, the head of department decides once.
select sec.protect('engagement_pipelinemeasure', 'entity');
drop policy to_duty on engagement_pipelinemeasure;
revoke select on engagement_pipelinemeasure from jl_ops;
create policy decide on engagement_pipelinemeasure for update to jl_alld, jl_all
  using (entity = (select sec.t_house()) and (select sec.t_role('dept_head')) and state = 'proposed')
  with check (entity = (select sec.t_house()) and (select sec.t_role('dept_head')) and state in ('held', 'dropped'));
grant update (state, valid_from, decided_by, decided_name, decided_at, reason) on engagement_pipelinemeasure to jl_alld, jl_all;
revoke update, delete on engagement_pipelinemeasure from jl_system;
