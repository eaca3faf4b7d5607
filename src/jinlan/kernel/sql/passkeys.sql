-- Passkeys are kept as the other second factors are: at the door only; the security administrator takes a lost one away.
alter table kernel_passkey enable row level security;
alter table kernel_passkey force row level security;
select sec.factor_of_the_house('kernel_passkey', 'id, person_id');

-- Run after every migration, by the owner, like sec.serve: the application's role has the name that the bank chose.
create function sec.serve_passkeys(p_app name) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  drop policy if exists at_the_door on public.kernel_passkey;
  execute format('create policy at_the_door on public.kernel_passkey to %I using ((select sec.t_kind()) is null) '
    'with check ((select sec.t_kind()) is null)', p_app);
  execute format('grant select, insert, update, delete on public.kernel_passkey to %I', p_app);
end $$;
revoke execute on function sec.serve_passkeys(name) from public;
