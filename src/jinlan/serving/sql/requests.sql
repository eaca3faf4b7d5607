select sec.protect('serving_unitrequest', 'unit');

create index request_unit_key on serving_unitrequest (((unit_id << 1) | domain));
create index request_branch_key on serving_unitrequest (((branch_id << 1) | domain));
