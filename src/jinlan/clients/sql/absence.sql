-- Absences that overlap end where the next one begins: whoever was named last stands in. The owner is bound by policies, too, so they
-- rest for this one statement.
alter table clients_delegation no force row level security;
with following as (
  select id, lead(valid_from) over (partition by absent_id order by valid_from, id) as since from clients_delegation where valid_to > valid_from
)
update clients_delegation d set valid_to = greatest(d.valid_from, f.since) from following f where f.id = d.id and f.since < d.valid_to;
set constraints all immediate;  -- a table with checks that wait is not altered
set constraints all deferred;
alter table clients_delegation force row level security;
-- One deputy at a time for whoever is away; an absence that was cut to nothing takes no day.
alter table clients_delegation add constraint delegation_one_deputy exclude using gist
  (int8range(absent_id, absent_id, '[]') with &&, daterange(valid_from, valid_to) with &&) where (valid_to > valid_from);
-- Heads let somebody stand in, and end it early; what was decided stands otherwise.
select sec.allow_writing('clients_delegation', array['house'], array['branch_head', 'dept_head']);
revoke update on clients_delegation from jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;
revoke insert on clients_delegation from jl_comp, jl_ops;
grant update (valid_to) on clients_delegation to jl_team, jl_branch, jl_alld, jl_all;
select sec.track('clients_delegation');
