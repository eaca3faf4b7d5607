-- Roles of Jinlan and the two things that only an administrator may create.
-- Run as a superuser, connected to Jinlan's database; it may be run again at any time.
-- {owner} owns the tables and runs migrations; {app} serves and owns nothing.

do $$
declare
  scope_roles constant text[] := array['jl_team', 'jl_branch', 'jl_alld', 'jl_mixed', 'jl_wide', 'jl_all', 'jl_comp',
                                       'jl_system', 'jl_ops', 'jl_portal'];
  name text;
begin
  foreach name in array array['{owner}', '{app}'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole', name);
      raise notice 'role % was created without a password: alter role % password ...', name, name;
    end if;
    execute format('alter role %I noinherit nosuperuser nobypassrls', name);
  end loop;
  foreach name in array scope_roles || array['jl_scope'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin nosuperuser nobypassrls', name);
    end if;
  end loop;
  -- jl_scope owns the functions that resolve who sees what; the application is never a member of it.
  execute format('grant jl_scope to %I', '{owner}');
  foreach name in array scope_roles loop
    execute format('grant %I to %I', name, '{app}');
  end loop;
  -- People with two hats: the policies of their kinds hold together. The common pair has a role of its own, because a
  -- third condition would cost it the index.
  grant jl_team, jl_branch to jl_mixed;
  grant jl_team, jl_branch, jl_alld to jl_wide;

  execute format('create schema if not exists sec authorization %I', '{owner}');
  execute format('grant usage on schema sec to %I', '{app}');
  grant usage, create on schema sec to jl_scope;
  grant usage on schema sec to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops, jl_portal;
  execute format('grant usage, create on schema public to %I', '{owner}');
  execute format('revoke temporary on database %I from public', current_database());
  execute format('grant temporary on database %I to jl_system, %I', current_database(), '{owner}');
end $$;

-- Arrays under row-level security: the built-in @> and && are not marked leakproof, so their GIN index would lie idle
-- behind a policy. They compare values and raise nothing, so ours may be. The estimators are chosen by measurement
-- (docs/decisions/0003-scope.md): a search for bigrams finds few rows, an actor's keys find more.
create or replace function sec.holds(anyarray, anyarray) returns boolean
  language internal immutable strict parallel safe leakproof as 'arraycontains';
create or replace function sec.meets(anyarray, anyarray) returns boolean
  language internal immutable strict parallel safe leakproof as 'arrayoverlap';

do $$
begin
  if not exists (select from pg_opclass where opcname = 'key_ops' and opcnamespace = 'sec'::regnamespace) then
    create operator sec.@>> (leftarg = anyarray, rightarg = anyarray, function = sec.holds,
                             restrict = eqsel, join = eqjoinsel);
    create operator sec.&&& (leftarg = anyarray, rightarg = anyarray, function = sec.meets,
                             restrict = contsel, join = contjoinsel);
    create operator class sec.key_ops for type anyarray using gin as
      operator 1 sec.&&& (anyarray, anyarray),
      operator 2 sec.@>> (anyarray, anyarray),
      function 2 ginarrayextract(anyarray, internal, internal),
      function 3 ginqueryarrayextract(anyarray, internal, int2, internal, internal, internal, internal),
      function 4 ginarrayconsistent(internal, int2, anyarray, int4, internal, internal, internal, internal),
      function 6 ginarraytriconsistent(internal, int2, anyarray, int4, internal, internal, internal),
      storage anyelement;
  end if;
  revoke execute on function sec.holds(anyarray, anyarray), sec.meets(anyarray, anyarray) from public;
  grant execute on function sec.holds(anyarray, anyarray), sec.meets(anyarray, anyarray)
    to jl_scope, jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;
  execute format('grant execute on function sec.holds(anyarray, anyarray), sec.meets(anyarray, anyarray) to %I', '{owner}');
end $$;
