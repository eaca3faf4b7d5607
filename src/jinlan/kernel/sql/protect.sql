-- sec.protect(table, shape) puts a table behind the policies of its shape; used by the migrations of every room.
--
--   unit     a row about a whole unit: entity, unit_id, domain, branch_id
--   member   a row about one member: as unit, with party_id and unit_branch_id (the unit's home branch)
--   header   the unit itself: id, entity, domain, branch_id
--   party    a row about a party: entity, domain, branch_id and the party's key (p_key, "id" or "party_id")
--   team     who looks after a unit or a party: entity, unit_id, party_id, domain, branch_id
--   whole    whole-bank kinds only (head of department, risk, auditor, compliance)
--   secret   compliance only
--   system   the system only
--   entity   no client data: every signed-in person of the entity
--
-- Never a literal true: an injected set_config('role', …) is legal SQL, only the sealed book stops it.
create function sec.protect(p_table regclass, p_shape text, p_key text default 'id') returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  house constant text := 'entity = (select sec.t_whole(%L))';
  in_units constant text := '%1$I = any((select sec.t_units())::bigint[])';
  whole_unit constant text := '((%1$I << 1) | domain) = any((select sec.t_ud())::bigint[])';
  one_member constant text := '((%1$I << 32) | (party_id << 1) | domain) = any((select sec.t_upd())::bigint[])';
  in_party constant text := '((%1$I << 1) | domain) = any((select sec.t_pd())::bigint[])';
  in_branch constant text := '(%1$I = any((select sec.t_branches())::bigint[])
    and ((%1$I << 1) | domain) = any((select sec.t_bd())::bigint[]))';
  in_domain constant text := 'entity = (select sec.t_house()) and domain = any((select sec.t_doms())::smallint[])';
  team text;
  branch text;
  domain text;
  serial text := pg_get_serial_sequence(p_table::text, 'id');
begin
  case p_shape
    when 'unit' then
      team := format(in_units, 'unit_id') || ' and ' || format(whole_unit, 'unit_id');
      branch := format(in_branch, 'branch_id');
      domain := in_domain;
    when 'member' then
      team := format(in_units, 'unit_id') || ' and (' || format(whole_unit, 'unit_id') || ' or '
        || format(one_member, 'unit_id') || ')';
      branch := format(in_branch, 'branch_id') || ' or ' || format(in_branch, 'unit_branch_id');
      domain := in_domain;
    when 'header' then
      team := format(in_units, 'id');
      branch := format(in_branch, 'branch_id') || ' or ' || format(in_units, 'id');
      domain := in_domain;
    when 'party' then
      team := format(in_party, p_key);
      branch := format(in_branch, 'branch_id') || ' or ' || format(in_party, p_key);
      domain := in_domain;
    when 'team' then
      team := format(in_units, 'unit_id') || ' or ' || format(in_party, 'party_id');
      branch := format(in_branch, 'branch_id') || ' or ' || format(in_units, 'unit_id') || ' or '
        || format(in_party, 'party_id');
      domain := in_domain;
    when 'whole', 'secret', 'system', 'entity' then
      null;
    else
      raise exception 'unknown shape %', p_shape;
  end case;

  execute format('alter table %s enable row level security', p_table);
  execute format('alter table %s force row level security', p_table);
  execute format('create policy to_system on %s to jl_system using (%s) with check (%2$s)', p_table, format(house, 'S'));
  execute format('grant select, insert, update, delete on %s to jl_system', p_table);
  if serial is not null then
    execute format('grant usage on sequence %s to jl_system', serial);
  end if;

  if team is not null then
    execute format('create policy to_team on %s for select to jl_team using (%s)', p_table, team);
    execute format('create policy to_branch on %s for select to jl_branch using (%s)', p_table, branch);
    execute format('create policy to_domain on %s for select to jl_alld using (%s)', p_table, domain);
    execute format('grant select on %s to jl_team, jl_branch, jl_alld, jl_mixed', p_table);
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
    execute format('create policy to_house on %s for select to jl_team, jl_branch, jl_alld, jl_mixed, jl_all, jl_comp, '
      'jl_ops using (entity = (select sec.t_house()))', p_table);
    execute format('grant select on %s to jl_team, jl_branch, jl_alld, jl_mixed, jl_all, jl_comp, jl_ops', p_table);
  end if;
end $$;
revoke execute on function sec.protect(regclass, text, text) from public;
