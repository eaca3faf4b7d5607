select sec.protect('strategy_definitionversion', 'entity');
-- Overrides are named by the bank's unit code and may speak of units that nobody manages yet: whole-bank kinds only. The team
-- of a unit sees its override inside the published result.
select sec.protect('strategy_override', 'whole');

-- A version never changes; it can only be closed.
revoke update, delete on strategy_definitionversion from jl_system;
grant update (valid_to) on strategy_definitionversion to jl_system;
