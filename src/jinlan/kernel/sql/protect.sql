-- sec.protect(table, shape) puts a table behind the policies of its shape; used by the migrations of every room.
--
--   unit     a row about a whole unit: entity, unit_id, domain, branch_id (the unit's home)
--   member   a row about one member: entity, unit_id, party_id, domain, branch_id (the member's), unit_branch_id
--   header   clients_unit: entity, domain, branch_id, member_branch_keys
--   party    clients_party: entity, domain, branch_id, unit_keys, unit_branch_keys
--   detail   a row that is in sight when its party is: entity, party_id
--   team     who looks after a unit or a party: entity, unit_id, party_id, domain, branch_id
--   whole    whole-bank kinds only (head of department, risk, auditor, compliance)
--   secret   compliance only
--   system   the system only
--   entity   no client data: every signed-in person of the entity
--
-- Keys are packed (unit << 1 | domain, branch << 1 | domain), so that one comparison holds both and one index on
-- the same expression serves it. Never a literal true: an injected set_config('role', …) is legal SQL, only the
-- sealed book stops it.
create function sec.protect(p_table regclass, p_shape text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  house constant text := 'entity = (select sec.t_whole(%L))';
  whole_unit constant text := '((unit_id << 1) | domain) = any((select sec.t_ud())::bigint[])';
  one_member constant text := '((unit_id << 32) | (party_id << 1) | domain) = any((select sec.t_upd())::bigint[])';
  in_branch constant text := '((%I << 1) | domain) = any((select sec.t_bd())::bigint[])';
  see_unit constant text := 'exists (select from public.clients_unit u where u.id = unit_id)';
  see_party constant text := 'exists (select from public.clients_party p where p.id = party_id)';
  team text;
  branch text;
  domain text := 'entity = (select sec.t_house()) and domain = any((select sec.t_doms())::smallint[])';
begin
  case p_shape
    when 'unit' then
      team := whole_unit;
      branch := format(in_branch, 'branch_id');
    when 'member' then
      team := whole_unit || ' or ' || one_member;
      branch := format(in_branch, 'branch_id') || ' or ' || format(in_branch, 'unit_branch_id');
    when 'header' then
      team := 'id = any((select sec.t_units())::bigint[])';
      branch := format(in_branch, 'branch_id') || ' or member_branch_keys operator(sec.&&&) (select sec.t_bd())::bigint[]';
    when 'party' then
      team := 'unit_keys operator(sec.&&&) (select sec.t_ud())::bigint[] or ((id << 1) | domain) = any((select sec.t_pd())::bigint[])';
      branch := format(in_branch, 'branch_id') || ' or unit_branch_keys operator(sec.&&&) (select sec.t_bd())::bigint[]';
    when 'detail' then
      team := see_party;
      branch := see_party;
      domain := see_party;
    when 'team' then
      team := 'unit_id = any((select sec.t_units())::bigint[]) or ' || see_party;
      branch := format(in_branch, 'branch_id') || ' or ' || see_unit || ' or ' || see_party;
    when 'whole', 'secret', 'system', 'entity' then
      null;
    else
      raise exception 'unknown shape %', p_shape;
  end case;

  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format('create policy to_system on %s to jl_system using (%s) with check (%2$s)', p_table, format(house, 'S'));
  execute format('grant select, insert, update, delete on %s to jl_system', p_table);
  if team is not null then
    execute format('create policy to_team on %s for select to jl_team using (%s)', p_table, team);
    execute format('create policy to_branch on %s for select to jl_branch using (%s)', p_table, branch);
    execute format('create policy to_domain on %s for select to jl_alld using (%s)', p_table, domain);
    execute format('grant select on %s to jl_team, jl_branch, jl_alld', p_table);
  end if;
  if team is not null or p_shape = 'whole' then
    execute format('create policy to_all on %s for select to jl_all using (%s)', p_table, format(house, 'A'));
    execute format('grant select on %s to jl_all', p_table);
  end if;
  if team is not null or p_shape in ('whole', 'secret') then
    execute format('create policy to_compliance on %s for select to jl_comp using (%s)', p_table, format(house, 'C'));
    execute format('grant select on %s to jl_comp', p_table);
  end if;
  if p_shape = 'entity' then
    execute format('create policy to_house on %s for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops '
      'using (entity = (select sec.t_house()))', p_table);
    execute format('grant select on %s to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops', p_table);
  end if;
end $$;
revoke execute on function sec.protect(regclass, text) from public;
