-- A plan, what is done for it, its readings and reviews are in sight of whoever sees the client's figures.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['accountplan', 'planaction', 'planreading', 'planreview'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'unit');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
  end loop;
end $$;
-- What was read or minuted stands.
revoke update on engagement_planreading, engagement_planreview from jl_team, jl_branch, jl_alld, jl_all;

-- The life of a version: draft -> in force -> replaced or closed; a draft may be withdrawn. Its text changes in a draft only.
create function engagement_guard_plan() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'draft' and current_user in ('jl_team', 'jl_branch', 'jl_alld', 'jl_all') then
      raise exception 'a plan begins as a draft' using errcode = 'check_violation', constraint = 'plan_life';
    end if;
    return new;
  end if;
  if (new.id, new.public_id, new.entity, new.unit_id, new.number, new.made_by)
     is distinct from (old.id, old.public_id, old.entity, old.unit_id, old.number, old.made_by) then
    raise exception 'a plan keeps what it is' using errcode = 'check_violation', constraint = 'plan_life';
  end if;
  if old.state <> 'draft' and (new.starts_on, new.ends_on, new.entries, new.shared, new.content, new.checked_by, new.approved_at)
     is distinct from (old.starts_on, old.ends_on, old.entries, old.shared, old.content, old.checked_by, old.approved_at) then
    raise exception 'the text of a plan changes in a draft only' using errcode = 'check_violation', constraint = 'plan_life';
  end if;
  if new.state <> old.state and old.state || '>' || new.state
     <> all (array['draft>in_force', 'draft>withdrawn', 'in_force>replaced', 'in_force>closed']) then
    raise exception 'a plan does not go from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'plan_life';
  end if;
  return new;
end $$;
revoke execute on function engagement_guard_plan() from public;
create trigger plan_life before insert or update on engagement_accountplan for each row execute function engagement_guard_plan();
