-- An agreement and what it brought about are in sight of whoever sees the client's figures.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['agreement', 'agreementdeed'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'unit');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
  end loop;
end $$;
-- What was signed brought its promises about; which ones never changes.
revoke update on engagement_agreementdeed from jl_team, jl_branch, jl_alld, jl_all;

-- The life of an agreement: draft -> cleared -> in force -> replaced or ended. Its text changes in a draft only, its signatures never.
create function engagement_guard_agreement() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'draft' and current_user in ('jl_team', 'jl_branch', 'jl_alld', 'jl_all') then
      raise exception 'an agreement begins as a draft' using errcode = 'check_violation', constraint = 'agreement_life';
    end if;
    return new;
  end if;
  if (new.id, new.public_id, new.entity, new.unit_id, new.number, new.made_by)
     is distinct from (old.id, old.public_id, old.entity, old.unit_id, old.number, old.made_by) then
    raise exception 'an agreement keeps what it is' using errcode = 'check_violation', constraint = 'agreement_life';
  end if;
  if old.state <> 'draft' and (new.starts_on, new.ends_on, new.renew_on, new.entries, new.content, new.checked_by, new.approved_at)
     is distinct from (old.starts_on, old.ends_on, old.renew_on, old.entries, old.content, old.checked_by, old.approved_at) then
    raise exception 'the text of an agreement changes in a draft only' using errcode = 'check_violation', constraint = 'agreement_life';
  end if;
  if old.state not in ('draft', 'cleared') and (new.signed_on, new.signed_ours, new.signed_theirs, new.reference, new.signed_at)
     is distinct from (old.signed_on, old.signed_ours, old.signed_theirs, old.reference, old.signed_at) then
    raise exception 'signatures stand' using errcode = 'check_violation', constraint = 'agreement_life';
  end if;
  if new.state <> old.state and old.state || '>' || new.state <> all (array[
    'draft>cleared', 'draft>withdrawn', 'cleared>in_force', 'cleared>withdrawn', 'in_force>replaced', 'in_force>ended']) then
    raise exception 'an agreement does not go from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'agreement_life';
  end if;
  return new;
end $$;
revoke execute on function engagement_guard_agreement() from public;
create trigger agreement_life before insert or update on engagement_agreement for each row execute function engagement_guard_agreement();
