-- A file is in sight exactly as its interaction is, the wall of inside information among it: the rule asks the interaction's own policies,
-- so that a reader who is let in sees its files at once and nothing has to be copied. What it holds is in sight as the file is.
do $$
declare
  name text;
  of constant jsonb := '{"attachment": ["engagement_interaction", "interaction_id"], "attachmentcontent": ["engagement_attachment", "attachment_id"]}';
  one regclass;
  rule text;
begin
  foreach name in array array['attachment', 'attachmentcontent'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'member');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    rule := format('exists (select from public.%I o where o.id = %I)', of -> name ->> 0, of -> name ->> 1);
    execute format('create policy as_its_own on %s as restrictive to jl_team, jl_branch, jl_alld, jl_all, jl_comp using (%s) with check (%2$s)',
      one, rule);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
-- What was handed in stands; it can be withdrawn, and then its content goes.
revoke update on engagement_attachment, engagement_attachmentcontent from jl_team, jl_branch, jl_alld, jl_all;
grant update (withdrawn_at, withdrawn_by, reason) on engagement_attachment to jl_team, jl_branch, jl_alld, jl_all;
grant update (key, content) on engagement_attachmentcontent to jl_team, jl_branch, jl_alld, jl_all;
-- Sealed bytes do not pack: the server need not try.
alter table engagement_attachmentcontent alter column content set storage external;
