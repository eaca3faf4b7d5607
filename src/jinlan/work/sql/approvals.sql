select sec.protect_matter('work_approval');
select sec.allow_writing('work_approval', array['team', 'branch', 'domain', 'all', 'compliance', 'own']);

-- A decision is in sight when its approval is; its maker is the approval's, so that the check of four eyes cannot be fooled.
alter table work_decision add constraint decision_of_maker
  foreign key (approval_id, maker_id) references work_approval (id, maker_id);
alter table work_decision enable row level security;
alter table work_decision force row level security;
create policy to_system on work_decision for select to jl_system
  using (exists (select from work_approval a where a.id = approval_id));
create policy to_reader on work_decision for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (exists (select from work_approval a where a.id = approval_id));
create policy add_own on work_decision for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  with check (person_id = (select sec.t_person()) and exists (select from work_approval a where a.id = approval_id));
grant select on work_decision to jl_system;
grant select, insert on work_decision to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;

-- Four eyes do not hang on the application's good will: what is asked for never changes, nobody asks in another's name, and the
-- state follows from the decisions.
create function sec.approval_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  agreed int;
begin
  if tg_op = 'INSERT' then
    if new.maker_id is distinct from sec.t_person() or new.state <> 'open' or new.stage <> 0 or new.closed_at is not null then
      raise exception 'a request is made in one''s own name and starts open' using errcode = '42501';
    end if;
    return new;
  end if;
  if (to_jsonb(old) - '{state,stage,note,closed_at}'::text[]) <> (to_jsonb(new) - '{state,stage,note,closed_at}'::text[])
     or old.state <> 'open' then
    raise exception 'a request does not change' using errcode = '42501';
  end if;
  select count(*) into agreed from public.work_decision d where d.approval_id = new.id and d.approves;
  if (new.stage <> old.stage and (new.stage <> old.stage + 1 or agreed < new.stage))
     or (new.state = 'done' and agreed < jsonb_array_length(new.stages))
     or (new.state = 'refused' and not exists (select from public.work_decision d where d.approval_id = new.id and not d.approves))
     or (new.state = 'expired' and new.closed_at < new.expires_at) then
    raise exception 'the state of a request follows from what people decided' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger kept before insert or update on work_approval for each row execute function sec.approval_kept();
revoke execute on function sec.approval_kept() from public;
