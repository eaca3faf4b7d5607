-- What was asked and answered. Verdicts speak of the whole unit, so the record is in sight where the unit's figures are, and to
-- its asker as long as he sees what it is about. Nothing here is ever changed or taken away, by nobody.
select sec.protect('work_preflightrecord', 'unit');
create policy to_own on work_preflightrecord for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp using (
  person_id = (select sec.t_person()) and entity = (select sec.t_house())
  and (unit_id is null or exists (select from public.clients_unit u where u.id = work_preflightrecord.unit_id
    and u.domain = work_preflightrecord.domain and u.branch_id = work_preflightrecord.branch_id))
  and (party_id is null or exists (select from public.clients_party p where p.id = work_preflightrecord.party_id)));

-- Who sees a preflight sees what was cleared of it.
alter table work_clearance enable row level security;
alter table work_clearance force row level security;
create policy to_system on work_clearance for select to jl_system using (entity = (select sec.t_whole('S')));
create policy to_own on work_clearance for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp using (
  entity = (select sec.t_house()) and exists (select from public.work_preflightrecord r where r.id = preflight_id));
grant select on work_clearance to jl_system, jl_team, jl_branch, jl_alld, jl_all, jl_comp;

-- That a party was contacted is seen by whoever sees the party: the cap on contacts counts them.
select sec.protect('work_release', 'detail');
create policy to_own on work_release for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp using (
  person_id = (select sec.t_person()) and entity = (select sec.t_house())
  and exists (select from public.work_preflightrecord r where r.id = preflight_id));

-- People add in their own name, where they read; the rules for reading, word for word.
do $$
declare
  one regclass;
  rule text;
begin
  foreach one in array array['work_preflightrecord', 'work_clearance', 'work_release']::regclass[] loop
    select pg_get_expr(p.polqual, p.polrelid) into strict rule from pg_policy p where p.polrelid = one and p.polname = 'to_own';
    if one = 'work_clearance'::regclass then
      rule := format('(%s) and person_id = (select sec.t_person())', rule);
    end if;
    execute format('create policy add_own on %s for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp with check (%s)', one, rule);
    execute format('grant insert on %s to jl_team, jl_branch, jl_alld, jl_all, jl_comp', one);
    execute format('revoke update, delete on %s from jl_system', one);
  end loop;
end $$;

-- An override rests on what people decided: its request is about this check of this preflight, and every stage said yes. What went
-- ahead is what its preflight was about, and was asked again at that very moment with nothing in the way.
create function sec.clearance_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.kind = 'override' and not exists (
      select from public.work_approval a join public.work_preflightrecord r on r.id = new.preflight_id
        where a.id = new.approval_id and a.act = 'work.override_' || lower(new.check_code)
          and a.payload ->> 'preflight' = r.public_id::text
          and (select count(*) from public.work_decision d where d.approval_id = a.id and d.approves)
              >= jsonb_array_length(a.stages)) then
    raise exception 'a red verdict passes only when every stage said yes' using errcode = '42501';
  end if;
  return new;
end $$;
create function sec.release_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
      select from public.work_preflightrecord r where r.id = new.preflight_id and r.root_id is null and r.kind = new.kind
        and (r.party_id, r.channel, r.purpose) is not distinct from (new.party_id, new.channel, new.purpose)
        and exists (select from public.work_preflightrecord again where again.root_id = r.id and again.moment = 'release'
          and again.clear and again.asked_at = new.at and again.person_id = new.person_id)) then
    raise exception 'nothing goes ahead that was not asked again' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger kept before insert on work_clearance for each row execute function sec.clearance_kept();
create trigger kept before insert on work_release for each row execute function sec.release_kept();
revoke execute on function sec.clearance_kept(), sec.release_kept() from public;
