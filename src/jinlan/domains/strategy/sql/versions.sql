-- Whoever sees the whole bank and is head of department or risk officer writes versions; the rest reads them.
select sec.allow_writing('strategy_definitionversion', array['house'], array['dept_head', 'risk']);
select sec.track('strategy_definitionversion');
grant update (valid_to) on strategy_definitionversion to jl_system;

-- The life of a version: draft -> review -> committee -> approved; back to draft from review and committee; withdrawn from
-- anything that is not approved. Its text and date change in a draft only. People begin with a draft; the system may bring what
-- is shipped.
create function strategy_guard_version() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a version is never deleted' using errcode = 'check_violation', constraint = 'version_life';
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'draft' and current_user <> 'jl_system' then
      raise exception 'a version begins as a draft' using errcode = 'check_violation', constraint = 'version_life';
    end if;
    return new;
  end if;
  if (new.id, new.public_id, new.entity, new.kind, new.author) is distinct from (old.id, old.public_id, old.entity, old.kind, old.author) then
    raise exception 'a version keeps what it is' using errcode = 'check_violation', constraint = 'version_life';
  end if;
  if old.state <> 'draft' and (new.version, new.valid_from, new.body, new.sha256, new.based_on, new.purpose)
     is distinct from (old.version, old.valid_from, old.body, old.sha256, old.based_on, old.purpose) then
    raise exception 'the text of a version changes in a draft only' using errcode = 'check_violation', constraint = 'version_life';
  end if;
  if old.state = 'approved' and (new.state, new.reviewer, new.approved_by) is distinct from (old.state, old.reviewer, old.approved_by) then
    raise exception 'what is approved never changes' using errcode = 'check_violation', constraint = 'version_life';
  end if;
  if new.state <> old.state and old.state || '>' || new.state <> all (array['draft>review', 'review>draft', 'review>committee',
       'committee>draft', 'committee>approved', 'draft>withdrawn', 'review>withdrawn', 'committee>withdrawn']) then
    raise exception 'a version does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'version_life';
  end if;
  if new.state in ('committee', 'approved') and old.state <> 'approved' and new.reviewer = '' then
    raise exception 'a version is reviewed before it is decided' using errcode = 'check_violation', constraint = 'version_life';
  end if;
  return new;
end $$;
revoke execute on function strategy_guard_version() from public;
create trigger version_life before insert or update or delete on strategy_definitionversion
  for each row execute function strategy_guard_version();
