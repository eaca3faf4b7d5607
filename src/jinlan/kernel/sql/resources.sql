-- Kept views are their owner's; those who hold the role that one was given to see it too. Dropping one is deleting it: it holds
-- nothing that the list does not say.
alter table kernel_savedview enable row level security;
alter table kernel_savedview force row level security;
create policy to_own on kernel_savedview for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
create policy to_role on kernel_savedview for select to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (role <> '' and entity = (select sec.t_house()) and sec.t_role(role));
create policy drop_own on kernel_savedview for delete to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops
  using (person_id = (select sec.t_person()) and entity = (select sec.t_house()));
grant select, delete on kernel_savedview to jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops;
select sec.allow_writing('kernel_savedview', array['own']);

-- Keys of programs are looked up before any scope, as sessions and passkeys are.
alter table kernel_apitoken enable row level security;
alter table kernel_apitoken force row level security;

-- Run after every migration, by the owner, like sec.serve: the application's role has the name that the bank chose.
create function sec.serve_tokens(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  drop policy if exists at_the_door on public.kernel_apitoken;
  execute format('create policy at_the_door on public.kernel_apitoken to %I using ((select sec.t_kind()) is null) '
    'with check ((select sec.t_kind()) is null)', p_app);
  execute format('grant select, insert, update on public.kernel_apitoken to %I', p_app);
end $$;
revoke execute on function sec.serve_tokens(name) from public;
