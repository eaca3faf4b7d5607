-- Meetings, seats, agendas and ballots name clients with their figures: whole-bank eyes only, and those who may sit write.
select sec.protect('strategy_meeting', 'whole');
select sec.protect('strategy_seat', 'whole');
select sec.protect('strategy_agendaitem', 'whole');
select sec.protect('strategy_ballot', 'whole');
-- The team of a unit reads what was proposed and decided about its client.
select sec.protect('strategy_tierproposal', 'unit');
select sec.protect('strategy_tierdecision', 'unit');

do $$
declare
  name text;
begin
  foreach name in array array['meeting', 'seat', 'agendaitem', 'ballot', 'tierdecision'] loop
    perform sec.allow_writing(('strategy_' || name)::regclass, array['all', 'compliance'], array['dept_head', 'risk', 'compliance']);
    perform sec.track(('strategy_' || name)::regclass);
  end loop;
end $$;
-- People decide; the system only writes down what it found.
revoke insert, update, delete on strategy_meeting, strategy_seat, strategy_agendaitem, strategy_ballot from jl_system;
revoke update, delete on strategy_tierproposal, strategy_tierdecision from jl_system;
revoke update on strategy_seat, strategy_ballot, strategy_tierdecision from jl_all, jl_comp;
create policy own_ballot on strategy_ballot as restrictive for insert to jl_all, jl_comp
  with check (person_id = (select sec.t_person()));

create function strategy_guard_meeting() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'called' then
      raise exception 'a meeting is called first' using errcode = 'check_violation', constraint = 'meeting_life';
    end if;
    return new;
  end if;
  if tg_op = 'DELETE' or old.state = 'closed' then
    raise exception 'nothing of a closed meeting changes, and none is deleted' using errcode = 'check_violation', constraint = 'meeting_life';
  end if;
  if (new.id, new.public_id, new.entity, new.code, new.called_at) is distinct from (old.id, old.public_id, old.entity, old.code, old.called_at)
     or (new.day, new.chair_id, new.quorum, new.majority) is distinct from (old.day, old.chair_id, old.quorum, old.majority) then
    raise exception 'a meeting keeps what it was called as' using errcode = 'check_violation', constraint = 'meeting_life';
  end if;
  if new.state <> old.state and old.state || '>' || new.state <> all (array['called>open', 'open>closed']) then
    raise exception 'a meeting does not go from % to %', old.state, new.state using errcode = 'check_violation', constraint = 'meeting_life';
  end if;
  return new;
end $$;

-- Seats and agenda stand when the meeting opens; afterwards an item only gets its result, once.
create function strategy_guard_agenda() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  now_in text := (select m.state from public.strategy_meeting m where m.id = coalesce(new.meeting_id, old.meeting_id));
begin
  if tg_op = 'UPDATE' and new is not distinct from old then
    return new;  -- nothing changes
  end if;
  if tg_op = 'DELETE' or now_in is null or now_in = 'closed' then
    raise exception 'nothing of a closed meeting changes, and nothing is deleted' using errcode = 'check_violation', constraint = 'meeting_closed';
  end if;
  if tg_op = 'INSERT' then
    if now_in <> 'called' then
      raise exception 'seats and agenda stand when the meeting opens' using errcode = 'check_violation', constraint = 'agenda_stands';
    end if;
    return new;
  end if;
  if tg_table_name = 'strategy_seat' then
    raise exception 'a seat never changes' using errcode = 'check_violation', constraint = 'agenda_stands';
  end if;
  if to_jsonb(new) - array['result', 'result_note', 'counts', 'decided_at'] <> to_jsonb(old) - array['result', 'result_note', 'counts', 'decided_at'] then
    raise exception 'what is voted on never changes' using errcode = 'check_violation', constraint = 'agenda_stands';
  end if;
  if old.result <> '' or now_in <> 'open' then
    raise exception 'an item is decided once, in an open meeting' using errcode = 'check_violation', constraint = 'agenda_decided_once';
  end if;
  return new;
end $$;

create function strategy_guard_ballot() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  about record;
  seat record;
begin
  if tg_op <> 'INSERT' then
    raise exception 'a ballot is cast once and never changes' using errcode = 'check_violation', constraint = 'ballot_stands';
  end if;
  select i.meeting_id, i.result, i.team, i.proposers, i.beneficiaries, m.state into about
    from public.strategy_agendaitem i join public.strategy_meeting m on m.id = i.meeting_id where i.id = new.item_id;
  if not found or about.state <> 'open' or about.result <> '' then
    raise exception 'ballots are cast on open items of an open meeting' using errcode = 'check_violation', constraint = 'ballot_open';
  end if;
  select s.username, s.employee into seat from public.strategy_seat s
    where s.id = new.seat_id and s.meeting_id = about.meeting_id and s.person_id = new.person_id;
  if not found then
    raise exception 'no ballot without a seat' using errcode = 'check_violation', constraint = 'ballot_seat';
  end if;
  if new.choice <> 'ABSTAIN' and (seat.username = any(about.proposers)
     or seat.employee <> '' and seat.employee = any(about.team || about.proposers || about.beneficiaries)) then
    raise exception 'a member in conflict abstains' using errcode = 'check_violation', constraint = 'ballot_conflict_abstains';
  end if;
  return new;
end $$;

-- The committee's steps come from an item about that unit in an open meeting; the others from the system alone.
create function strategy_guard_decision() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    raise exception 'a step of a tier''s life never changes' using errcode = 'check_violation', constraint = 'tier_decision_stands';
  end if;
  if (new.source = 'COMMITTEE') = (current_user = 'jl_system') then
    raise exception 'the committee decides in its meeting, the system writes down the rest'
      using errcode = 'check_violation', constraint = 'tier_decision_source';
  end if;
  if new.source = 'COMMITTEE' and not exists (
      select from public.strategy_agendaitem i join public.strategy_meeting m on m.id = i.meeting_id
      where i.id = new.item_id and i.unit_id = new.unit_id and i.result <> '' and m.state = 'open') then
    raise exception 'a decision needs its item, decided in an open meeting' using errcode = 'check_violation', constraint = 'tier_decision_source';
  end if;
  return new;
end $$;
revoke execute on function strategy_guard_meeting(), strategy_guard_agenda(), strategy_guard_ballot(), strategy_guard_decision() from public;

create trigger meeting_life before insert or update or delete on strategy_meeting for each row execute function strategy_guard_meeting();
-- What is added is looked at after the policies spoke: who may not write here is told nothing about meetings.
create trigger seat_life before update or delete on strategy_seat for each row execute function strategy_guard_agenda();
create trigger agenda_life before update or delete on strategy_agendaitem for each row execute function strategy_guard_agenda();
create trigger ballot_life before update or delete on strategy_ballot for each row execute function strategy_guard_ballot();
create trigger decision_life before update or delete on strategy_tierdecision for each row execute function strategy_guard_decision();
create trigger seat_made after insert on strategy_seat for each row execute function strategy_guard_agenda();
create trigger agenda_made after insert on strategy_agendaitem for each row execute function strategy_guard_agenda();
create trigger ballot_made after insert on strategy_ballot for each row execute function strategy_guard_ballot();
create trigger decision_made after insert on strategy_tierdecision for each row execute function strategy_guard_decision();
-- Versions likewise.
create or replace trigger version_life before update or delete on strategy_definitionversion
  for each row execute function strategy_guard_version();
create or replace trigger version_made after insert on strategy_definitionversion
  for each row execute function strategy_guard_version();
