select sec.protect('serving_unitcontact', 'unit');

create index contact_unit_key on serving_unitcontact (((unit_id << 1) | domain));
create index contact_branch_key on serving_unitcontact (((branch_id << 1) | domain));
