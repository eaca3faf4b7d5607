-- People write where they read: the rule for a write is the rule for reading, taken from the policy word for word.
-- p_kinds names read policies of the table without "to_": team, branch, domain, all, compliance, own. p_roles: only people who
-- hold one of these roles, beside that (a kind may hold an auditor too, who only reads).
create function sec.allow_writing(p_table regclass, p_kinds text[], p_roles text[] default null) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  kind text;
  rule text;
  roles text;
  held text := (select string_agg(format('(select sec.t_role(%L))', one), ' or ') from unnest(p_roles) one);
begin
  foreach kind in array p_kinds loop
    select pg_get_expr(p.polqual, p.polrelid),
           (select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) from pg_roles r where r.oid = any(p.polroles))
      into strict rule, roles from pg_policy p where p.polrelid = p_table and p.polname = 'to_' || kind;
    if held is not null then
      rule := format('(%s) and (%s)', rule, held);
    end if;
    execute format('create policy %I on %s for insert to %s with check (%s)', 'add_' || kind, p_table, roles, rule);
    execute format('create policy %I on %s for update to %s using (%s) with check (%s)', 'change_' || kind, p_table, roles, rule, rule);
    execute format('grant insert, update on %s to %s', p_table, roles);
  end loop;
end $$;

-- A matter may be about a unit (then the unit's rule holds) or about no client (unit_id is null): such a one is seen by
-- who made it (maker_id) and by the kinds that see the whole bank.
create function sec.protect_matter(p_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sec.protect(p_table, 'unit');
  execute format('create policy to_own on %s for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops using '
    '(unit_id is null and maker_id = (select sec.t_person()) and entity = (select sec.t_house()))', p_table);
  execute format('grant select on %s to jl_ops', p_table);
end $$;
revoke execute on function sec.allow_writing(regclass, text[], text[]), sec.protect_matter(regclass) from public;

-- Receipts belong to the person who acted.
alter table kernel_receipt enable row level security;
alter table kernel_receipt force row level security;
create policy to_own on kernel_receipt for select
  to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
grant select on kernel_receipt to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_system, jl_ops;
select sec.allow_writing('kernel_receipt', array['own']);
