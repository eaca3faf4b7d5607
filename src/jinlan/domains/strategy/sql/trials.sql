select sec.protect('strategy_trial', 'whole');
select sec.allow_writing('strategy_trial', array['all', 'compliance'], array['dept_head', 'risk']);
select sec.track('strategy_trial', array['figures', 'steadiness', 'body', 'base_body']);

-- What was tried and what came out stands; only the part that is computed later is filled, once.
create function strategy_guard_trial() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (new.public_id, new.entity, new.kind, new.name, new.version, new.body, new.sha256, new.base_version, new.base_body, new.as_of, new.run_id,
      new.figures::text, new.made_by, new.made_at)
     is distinct from (old.public_id, old.entity, old.kind, old.name, old.version, old.body, old.sha256, old.base_version, old.base_body,
      old.as_of, old.run_id, old.figures::text, old.made_by, old.made_at) or old.state = 'done' then
    raise exception 'a kept trial never changes' using errcode = 'check_violation', constraint = 'trial_stands';
  end if;
  return new;
end $$;
revoke execute on function strategy_guard_trial() from public;
create trigger trial_stands before update on strategy_trial for each row execute function strategy_guard_trial();
