-- The sealed scope of one transaction. See docs/decisions/0003-scope.md.
--
-- The application calls sec.enter() once per transaction with a message that it has sealed with a key that SQL
-- cannot read. sec.enter() resolves the person's book and keeps it for this backend and transaction in sec.ctx; the
-- policies read it through the sec.t_… functions. Everything here belongs to jl_scope, which nobody can become.

do $$
begin
  if not exists (select from pg_opclass where opcname = 'key_ops' and opcnamespace = to_regnamespace('sec')) then
    raise exception 'Roles are missing: let a database administrator run the SQL of `./jinlan db roles` first.';
  end if;
end $$;

create type sec.book as (
  kind "char",        -- T team, B branch head, D one domain, M both T and B, N one domain and more, A whole bank,
                      -- C compliance, S system (the only writer), O operations (no client rows)
  entity text,
  roles text[],
  day date,
  units bigint[],     -- any grant on the unit: its header
  ud bigint[],        -- unit << 1 | domain: the whole unit's figures
  upd bigint[],       -- unit << 32 | party << 1 | domain: one member's figures
  pd bigint[],        -- party << 1 | domain: granted directly
  bd bigint[],        -- branch << 1 | domain
  doms smallint[]
);

create table sec.key (
  id smallint primary key check (id = 1),
  inner_pad bytea not null check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64),
  zone text not null default 'Asia/Shanghai'
);
create unlogged table sec.ctx (
  pid int primary key,
  xid xid8 not null,
  person bigint not null,
  issued bigint not null,
  like sec.book
) with (fillfactor = 50);
revoke all on sec.key, sec.ctx from public;
grant select on sec.key to jl_scope;
grant select, insert, update on sec.ctx to jl_scope;
grant usage on type sec.book to jl_scope;

set local role jl_scope;

-- Replaced by the room that knows teams and branches; until then nobody has a book.
create function sec.resolve(p_person bigint, p_day date) returns sec.book
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'no book for person %', p_person using errcode = '42501';
end $$;

create function sec.sealed(p_message text) returns bytea
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  k record;
begin
  select inner_pad, outer_pad into strict k from sec.key where id = 1;
  return sha256(k.outer_pad || sha256(k.inner_pad || convert_to(p_message, 'UTF8')));
end $$;

-- Instants are microseconds since 1970. Returns the role that the transaction must take on.
create function sec.enter(p_person bigint, p_instant bigint, p_issued bigint, p_mac bytea) returns text
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  b sec.book;
  mac bytea := sec.sealed(p_person || '|' || p_instant || '|' || pg_backend_pid() || '|' || p_issued);
begin
  if p_mac is null or sha256(mac) <> sha256(p_mac)
     or abs(extract(epoch from clock_timestamp()) * 1000000 - p_issued) > 60000000 then
    raise exception 'scope refused' using errcode = '42501';
  end if;
  b := sec.resolve(p_person, (to_timestamp(p_instant / 1000000) at time zone (select zone from sec.key))::date);
  if b.kind is null then
    raise exception 'no book for person %', p_person using errcode = '42501';
  end if;
  insert into sec.ctx as c
    select pg_backend_pid(), pg_current_xact_id(), p_person, p_issued, (b).*
    on conflict (pid) do update set
      (xid, person, issued, kind, entity, roles, day, units, ud, upd, pd, bd, doms) =
      (excluded.xid, excluded.person, excluded.issued, excluded.kind, excluded.entity, excluded.roles, excluded.day,
       excluded.units, excluded.ud, excluded.upd, excluded.pd, excluded.bd, excluded.doms)
      where c.xid <> excluded.xid and c.issued < excluded.issued;
  if not found then
    raise exception 'scope refused' using errcode = '42501';
  end if;
  return case b.kind when 'T' then 'jl_team' when 'B' then 'jl_branch' when 'D' then 'jl_alld' when 'M' then 'jl_mixed' when 'N' then 'jl_wide'
    when 'A' then 'jl_all' when 'C' then 'jl_comp' when 'S' then 'jl_system' when 'O' then 'jl_ops' end;
end $$;

-- The book of this very transaction; no row (so null) in any other.
create function sec.book() returns sec.book
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
declare
  b sec.book;
begin
  select c.kind, c.entity, c.roles, c.day, c.units, c.ud, c.upd, c.pd, c.bd, c.doms into b from sec.ctx c
    where c.pid = pg_backend_pid() and c.xid = pg_current_xact_id_if_assigned();
  return b;
end $$;

create function sec.t_kind() returns "char"
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select c.kind from sec.ctx c where c.pid = pg_backend_pid() and c.xid = pg_current_xact_id_if_assigned());
end $$;

-- The entity, for a scope of kind p_kind only: what whole-bank policies compare with.
create function sec.t_whole(p_kind "char") returns text
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select c.entity from sec.ctx c where c.pid = pg_backend_pid()
    and c.xid = pg_current_xact_id_if_assigned() and c.kind = p_kind);
end $$;

-- The entity, for any scope: what holds no client data.
create function sec.t_house() returns text
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select c.entity from sec.ctx c where c.pid = pg_backend_pid()
    and c.xid = pg_current_xact_id_if_assigned());
end $$;

create function sec.t_person() returns bigint
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select c.person from sec.ctx c where c.pid = pg_backend_pid() and c.xid = pg_current_xact_id_if_assigned());
end $$;

create function sec.t_role(p_role text) returns boolean
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select p_role = any(c.roles) from sec.ctx c where c.pid = pg_backend_pid()
    and c.xid = pg_current_xact_id_if_assigned()), false);
end $$;

-- One function per array of the book.
do $$
declare
  part text[];
begin
  foreach part slice 1 in array array[['units', 'bigint[]'], ['ud', 'bigint[]'], ['upd', 'bigint[]'],
      ['pd', 'bigint[]'], ['bd', 'bigint[]'], ['doms', 'smallint[]']] loop
    execute format($f$
      create function sec.t_%1$s() returns %2$s
        language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $body$
      begin
        return (select c.%1$s from sec.ctx c where c.pid = pg_backend_pid()
          and c.xid = pg_current_xact_id_if_assigned());
      end $body$ $f$, part[1], part[2]);
  end loop;
end $$;

-- What the lake's reader must know of the book, in the bank's own codes; replaced likewise.
create function sec.lake_book() returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return null;
end $$;

do $$
declare
  f regprocedure;
begin
  for f in select oid from pg_proc where pronamespace = 'sec'::regnamespace and proowner = 'jl_scope'::regrole loop
    execute format('revoke execute on function %s from public', f);
  end loop;
end $$;
grant execute on function sec.t_kind(), sec.t_whole("char"), sec.t_house(), sec.t_person(), sec.t_role(text),
  sec.t_units(), sec.t_ud(), sec.t_upd(), sec.t_bd(), sec.t_doms(), sec.t_pd(), sec.lake_book()
  to jl_team, jl_branch, jl_alld, jl_mixed, jl_wide, jl_all, jl_comp, jl_system, jl_ops;
-- The owner passes these two on to the application's role (sec.serve).
grant execute on function sec.enter(bigint, bigint, bigint, bytea), sec.t_kind() to session_user with grant option;

reset role;
