-- The day of a manager: of 1,000 clients of ten managers, from :first on, 200,000 interactions, 50,000 promises and as many tasks as clients.
set session_replication_role = replica;
set synchronous_commit = off;
insert into engagement_interaction (public_id, entity, unit_id, domain, branch_id, unit_branch_id, kind, state, begun_by, starts_at, place,
    subject, staff, minutes, minutes_at, minutes_by, made_by, made_name, made_at, edition)
  select gen_random_uuid(), 'BNK', u.id, u.domain, u.branch_id, u.branch_id, (array['VISIT', 'CALL', 'VIDEO'])[1 + n % 3],
         case when n <= 1 then 'planned' else 'held' end, 'bank', now() + interval '2 days' - n * interval '4 days', '', 'subject ' || n,
         array['E' || 4 + u.id % 1997], case when n <= 1 then '' else 'minutes' end, case when n > 1 then now() - n * interval '4 days' end,
         case when n <= 1 then '' else 'bench' end, 'bench', 'bench', now() - interval '900 days', 1
  from clients_unit u cross join generate_series(0, 199) as n where u.id % 1997 between :first and :first + 9;
insert into engagement_promise (public_id, entity, unit_id, domain, branch_id, unit_branch_id, side, what, owner, made_on, due_on, first_due_on,
    state, closed_on, closed_at, evidence, internal, made_by, made_at, edition)
  select gen_random_uuid(), 'BNK', u.id, u.domain, u.branch_id, u.branch_id, (array['bank', 'client'])[1 + n % 2], 'promise ' || n,
         'E' || 4 + u.id % 1997, current_date - n * 10, current_date - n * 10 + 5, current_date - n * 10 + 5,
         case when n <= 2 then 'made' else 'kept' end, case when n > 2 then current_date - n * 10 + 1 end,
         case when n > 2 then now() - n * interval '9 days' end, '', false, 'bench', now() - interval '900 days', 1
  from clients_unit u cross join generate_series(0, 49) as n where u.id % 1997 between :first and :first + 9;
insert into work_task (entity, subject, kind, unit_id, domain, branch_id, role, title, detail, opened_on, due_on, outcome)
  select 'BNK', 'charter:' || u.id, 'charter', u.id, u.domain, u.branch_id, 'manager', 'contact', '{"contact": "FACE"}', current_date,
         current_date + (u.id % 40)::int - 20, ''
  from clients_unit u where u.id % 1997 between :first and :first + 9;
set session_replication_role = origin;
