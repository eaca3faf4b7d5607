-- Targets name branches and staff, no client: every signed-in person of the entity reads the tables, selectors say whose. The
-- head of department writes anywhere, a branch head below his own branch.
select sec.protect('strategy_target', 'entity');
select sec.allow_writing('strategy_target', array['house'], array['dept_head', 'branch_head']);
-- Who is no head of department writes only what hangs below a branch that he heads.
do $$
declare
  below constant text := '(select sec.t_role(''dept_head'')) or (parent_kind = ''BRANCH'' and exists (select from public.clients_branch b '
    'where b.entity = strategy_target.entity and b.code = strategy_target.parent '
    'and ((b.id << 1) = any((select sec.t_bd())::bigint[]) or ((b.id << 1) | 1) = any((select sec.t_bd())::bigint[]))))';
begin
  execute format('create policy below_add on strategy_target as restrictive for insert to jl_team, jl_branch, jl_alld, jl_all, jl_comp '
    'with check (%s)', below);
  execute format('create policy below_change on strategy_target as restrictive for update to jl_team, jl_branch, jl_alld, jl_all, jl_comp '
    'using (%1$s) with check (%1$s)', below);
end $$;
select sec.track('strategy_target');
-- A target is changed, never taken away: what was asked of somebody stays on record.
revoke delete on strategy_target from jl_system;

alter table strategy_target add constraint target_months_known check (array_position(months, null) is null);

-- In every month the children of an owner add up to it. Looked at when the transaction ends, so that an owner and his children
-- may change together, whoever writes.
create function strategy_check_target(p_entity text, p_year smallint, p_metric text, p_kind text, p_owner text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  children numeric[];
  own numeric[];
begin
  if p_kind = '' then
    return;  -- nothing is above the bank
  end if;
  -- Two transactions that each see half of it would both agree: one waits for the other's end. Acts take the same lock first.
  perform pg_advisory_xact_lock(hashtextextended(format('jinlan targets|%s|%s|%s', p_entity, p_year, p_metric), 0));
  select array_agg(c.amount order by c.month) into children from (
    select m.month, sum(m.amount) as amount
      from public.strategy_target t, unnest(t.months) with ordinality m(amount, month)
      where t.entity = p_entity and t.year = p_year and t.metric = p_metric and t.parent_kind = p_kind and t.parent = p_owner
      group by m.month) c;
  if children is null then
    return;
  end if;
  select t.months into own from public.strategy_target t
    where t.entity = p_entity and t.year = p_year and t.metric = p_metric and t.owner_kind = p_kind and t.owner = p_owner;
  if own is distinct from children then
    raise exception 'the targets below % % do not add up to its own', p_kind, p_owner
      using errcode = 'check_violation', constraint = 'target_sums';
  end if;
end $$;
create function strategy_target_sums() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    perform public.strategy_check_target(old.entity, old.year, old.metric, old.parent_kind, old.parent);
    perform public.strategy_check_target(old.entity, old.year, old.metric, old.owner_kind, old.owner);
  end if;
  if tg_op <> 'DELETE' then
    perform public.strategy_check_target(new.entity, new.year, new.metric, new.parent_kind, new.parent);
    perform public.strategy_check_target(new.entity, new.year, new.metric, new.owner_kind, new.owner);
  end if;
  return null;
end $$;
revoke execute on function strategy_check_target(text, smallint, text, text, text), strategy_target_sums() from public;
-- The trigger runs as who writes, and so does what it calls.
grant execute on function strategy_check_target(text, smallint, text, text, text)
  to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system;
create constraint trigger target_sums after insert or update or delete on strategy_target
  deferrable initially deferred for each row execute function strategy_target_sums();

select sec.protect('strategy_credit', 'unit');
select sec.protect('strategy_achieved', 'entity');
-- What is asked of whom, and what he achieved, is no matter of operations.
drop policy to_duty on strategy_target;
drop policy to_duty on strategy_achieved;
revoke select on strategy_target, strategy_achieved from jl_ops;
create index credit_unit_key on strategy_credit (((unit_id << 1) | domain), month);
create index credit_branch_key on strategy_credit (((branch_id << 1) | domain), month);
