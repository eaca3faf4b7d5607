-- Texts are no client data. A version never changes.
select sec.protect('compliance_consenttext', 'entity');
revoke update, delete on compliance_consenttext from jl_system;

-- Whoever sees the party sees its consents. Managers and private bankers add for their parties, compliance for all, in their own
-- name; the rule for adding is the rule for reading, word for word. Nobody changes an entry or takes one away.
select sec.protect('compliance_consententry', 'detail');
revoke update, delete on compliance_consententry from jl_system;
do $$
declare
  kind text;
  rule text;
  own constant text := 'person_id = (select sec.t_person()) and entity = (select sec.t_house()) and source = ''person''';
begin
  foreach kind in array array['team', 'compliance'] loop
    select pg_get_expr(p.polqual, p.polrelid) into strict rule
      from pg_policy p where p.polrelid = 'compliance_consententry'::regclass and p.polname = 'to_' || kind;
    execute format('create policy %I on compliance_consententry for insert to %I with check ((%s) and %s and (%s))', 'add_' || kind,
      case kind when 'team' then 'jl_team' else 'jl_comp' end, rule, own,
      case kind when 'team' then '(select sec.t_role(''manager'')) or (select sec.t_role(''private_banker''))'
                else '(select sec.t_role(''compliance''))' end);
  end loop;
end $$;
grant insert on compliance_consententry to jl_team, jl_comp;
