-- The resolver knows three administrators: whoever has nothing but such a duty gets the kind O. (The rest of sec.resolve
-- stays as resolve.sql wrote it.)
set local role jl_scope;
do $$
declare
  said constant text := pg_get_functiondef('sec.resolve(bigint, date)'::regprocedure);
  says constant text := replace(said, 'array[''system_admin'']', 'array[''system_admin'', ''security_admin'', ''audit_admin'']');
begin
  if said = says then
    raise exception 'sec.resolve is not as resolve.sql wrote it';
  end if;
  execute says;
end $$;
reset role;

-- Branches, employees and who stands in for whom are no matter of operations.
drop policy if exists to_duty on clients_branch;
drop policy if exists to_duty on clients_employee;
drop policy if exists to_duty on clients_delegation;
revoke select on clients_branch, clients_employee, clients_delegation from jl_ops;
