-- Undo of scope.sql, protect.sql and people.sql.
do $$
declare
  f record;
begin
  for f in select p.oid::regprocedure as name, p.proowner = 'jl_scope'::regrole as scope from pg_proc p
      where p.pronamespace = 'sec'::regnamespace and p.proname not in ('holds', 'meets') loop
    if f.scope then
      set local role jl_scope;
    end if;
    execute format('drop function %s cascade', f.name);
    reset role;
  end loop;
end $$;
drop table sec.ctx;
drop table sec.key;
drop type sec.book;
