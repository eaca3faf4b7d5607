-- Days, silences, occasions and gifts are in sight as the company (or person) whose they are; the client's team and heads write where
-- they read. Of the days themselves the history of rows knows nothing: a withdrawn one is gone.
do $$
declare
  name text;
  one regclass;
begin
  foreach name in array array['careday', 'caresilence', 'care', 'gift'] loop
    one := ('engagement_' || name)::regclass;
    perform sec.protect(one, 'member');
    perform sec.allow_writing(one, array['team', 'branch', 'domain', 'all'],
      array['manager', 'private_banker', 'branch_head', 'dept_head']);
    execute format('create index on %s (((unit_id << 1) | domain))', one);
    execute format('create index on %s (((branch_id << 1) | domain))', one);
    execute format('create index on %s (((unit_branch_id << 1) | domain))', one);
  end loop;
end $$;
select sec.track('engagement_careday', array['month', 'day', 'leap', 'year']);
select sec.track('engagement_caresilence');
select sec.track('engagement_care', array['falls_on', 'year', 'ordinal']);
select sec.track('engagement_gift');

-- Three questions go over all departments: who is left alone, by whom an occasion is taken, what a recipient has had in a year. The
-- answers are no rows: keys of who is silent, the name of a colleague, a sum.
create policy over_all on engagement_caresilence for select to jl_scope using (true);
create policy over_all on engagement_care for select to jl_scope using (true);
create policy over_all on engagement_gift for select to jl_scope using (true);
grant select on engagement_caresilence, engagement_care, engagement_gift to jl_scope;
set local role jl_scope;
create function sec.care_silent(p_units bigint[], p_day date) returns table (unit_id bigint, person_id bigint, official boolean)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct s.unit_id, s.person_id, s.reason = 'OFFICIAL' from public.engagement_caresilence s
    where s.entity = sec.t_house() and s.unit_id = any(p_units) and s.since <= p_day and (s.until is null or p_day < s.until)
$$;
create function sec.care_holder(p_whom text, p_occasion text, p_year int) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.claimed_name::text from public.engagement_care c
    where c.entity = sec.t_house() and c.whom = p_whom and c.occasion = p_occasion and c.year = p_year
      and c.state in ('claimed', 'stopped', 'done')
$$;
create function sec.gifts_had(p_whom text, p_since date, p_until date) returns numeric
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(g.value), 0) from public.engagement_gift g
    where g.entity = sec.t_house() and g.whom = p_whom and g.given_on >= p_since and g.given_on < p_until
      and g.direction <> 'DECLINED' and g.state <> 'returned'
$$;
revoke execute on function sec.care_silent(bigint[], date), sec.care_holder(text, text, int), sec.gifts_had(text, date, date) from public;
grant execute on function sec.care_silent(bigint[], date), sec.care_holder(text, text, int), sec.gifts_had(text, date, date)
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system;
reset role;
