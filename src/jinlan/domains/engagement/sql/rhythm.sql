-- The nightly refresh writes them; people read them where they read the client's figures, and write nothing.
select sec.protect('engagement_rhythm', 'unit');
create index on engagement_rhythm (((unit_id << 1) | domain));
create index on engagement_rhythm (((branch_id << 1) | domain));
