select sec.protect('strategy_obligation', 'unit');
-- The nightly refresh writes them; of people only those who decide about excuses, and of the row only the excuse.
select sec.allow_writing('strategy_obligation', array['branch', 'domain', 'all'], array['branch_head', 'dept_head']);
drop policy add_branch on strategy_obligation;
drop policy add_domain on strategy_obligation;
drop policy add_all on strategy_obligation;
revoke insert, update on strategy_obligation from jl_branch, jl_alld, jl_all;
grant update (excuse_code, excuse_evidence, excuse_asked_by, excused_by, excused_at) on strategy_obligation to jl_branch, jl_alld, jl_all;

select sec.protect('strategy_leavealone', 'unit');
select sec.allow_writing('strategy_leavealone', array['team', 'branch', 'domain', 'all'],
  array['manager', 'private_banker', 'branch_head', 'dept_head']);
select sec.track('strategy_leavealone');

select sec.protect('strategy_charterrefresh', 'entity');

create index obligation_unit_key on strategy_obligation (((unit_id << 1) | domain), due_on);
create index obligation_branch_key on strategy_obligation (((branch_id << 1) | domain), due_on);
