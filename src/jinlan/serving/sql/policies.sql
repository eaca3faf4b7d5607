select sec.protect('serving_load', 'entity');
select sec.protect('serving_loadcheck', 'entity');
select sec.protect('serving_quarantine', 'whole');
select sec.protect('serving_run', 'entity');
select sec.protect('serving_publisheddate', 'entity');
select sec.protect('serving_unitresult', 'unit');
select sec.protect('serving_memberresult', 'member');
select sec.protect('serving_restrictedgate', 'secret');

-- One index per packed key of a policy; the branch head's list is read in its usual order.
create index result_unit_key on serving_unitresult (((unit_id << 1) | domain), as_of);
create index result_branch_key on serving_unitresult (((branch_id << 1) | domain), as_of, tier_level desc,
  score desc nulls last, id desc);
