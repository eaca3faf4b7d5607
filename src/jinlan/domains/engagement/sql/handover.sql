-- Whoever takes a client over reads the pack and signs it, though the client is not in his sight yet.
select sec.protect('engagement_handover', 'unit');
select sec.allow_writing('engagement_handover', array['team', 'branch', 'domain', 'all'],
  array['manager', 'private_banker', 'branch_head', 'dept_head']);
create policy to_taker on engagement_handover for select to jl_team, jl_branch, jl_alld, jl_all
  using (taker_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy change_taker on engagement_handover for update to jl_team, jl_branch, jl_alld, jl_all
  using (taker_id = (select sec.t_person()) and entity = (select sec.t_house()) and state = 'open')
  with check (taker_id = (select sec.t_person()) and entity = (select sec.t_house()) and state = 'open');
-- What was begun stands; how far it is, and what follows, is written.
revoke update on engagement_handover from jl_team, jl_branch, jl_alld, jl_all;
grant update (state, pack, pack_hash, packed_at, checklist, complaints, giver_id, giver_signed_at, giver_absent, taker_signed_at, supervisor_id,
  supervisor, supervisor_name, supervisor_signed_at, introduce_by, dispute_until, shadow_until, shadow_share, issues)
  on engagement_handover to jl_team, jl_branch, jl_alld, jl_all;
-- Heads alone supervise: whoever else changes a row leaves it as it is in that.
create policy heads on engagement_handover as restrictive for update to jl_team, jl_branch, jl_alld, jl_all
  using (entity = (select sec.t_house()))
  with check (supervisor_id is null or supervisor_id <> (select sec.t_person())
    or (select sec.t_role('branch_head')) or (select sec.t_role('dept_head')));
select sec.track('engagement_handover');
create index hand_over_unit_key on engagement_handover (((unit_id << 1) | domain));
create index hand_over_branch_key on engagement_handover (((branch_id << 1) | domain));
