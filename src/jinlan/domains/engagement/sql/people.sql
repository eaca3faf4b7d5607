-- People of a client are in sight as the company that they act for is; its team and heads write where they read.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['contactperson', 'post', 'tie', 'pair'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'member');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    perform sec.track(one);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
