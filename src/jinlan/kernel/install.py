"""What the owner leaves in the database after every migration: our seal's key and the application's few rights."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from jinlan.basics.errors import Refused

_BLOCK = 64
# Each migration that opens something to the application before any scope leaves a function of this name for it.
_ROOMS = "select proname from pg_proc where pronamespace = 'sec'::regnamespace and proname like 'serve\\_%' order by 1"
WRITABLE = ("django_session", "axes_", "account_", "mfa_")


def _pad(key: bytes, byte: int) -> bytes:
    return bytes(each ^ byte for each in key.ljust(_BLOCK, b"\0"))


def _own_pad() -> bytes:
    key: bytes = settings.JINLAN_SEAL_KEY
    if not 32 <= len(key) <= _BLOCK:
        raise ValueError("the seal's key has 32 to 64 bytes")
    return _pad(key, 0x36)


def refuse_other_keys(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that was set up with other keys.

    Taking it over would lock out the installation that it belongs to, and its vault could not be read with our keys.

    Raises:
        Refused: OTHER_KEYS.
    """
    with connection.cursor() as cursor:
        cursor.execute("select inner_pad from sec.key")
        held = cursor.fetchone()
    if held is not None and bytes(held[0]) != _own_pad():
        raise Refused(
            "OTHER_KEYS", "这个数据库是用另一套密钥建立的。",
            "请把原安装目录的 keys 文件夹复制到本机的 JINLAN_HOME,或换一个空的数据库。",
        )  # fmt: skip


def install_seal(connection: BaseDatabaseWrapper) -> None:
    """Store the two padded halves of the seal's key (HMAC from core `sha256`), and the bank's time zone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into sec.key (id, inner_pad, outer_pad, zone) values (1, %s, %s, %s) on conflict (id) do update "
            "set zone = excluded.zone",
            [_own_pad(), _pad(settings.JINLAN_SEAL_KEY, 0x5C), settings.TIME_ZONE],
        )


def app_role() -> str:
    """Return the application's login role, from `DATABASE_URL`."""
    return unquote(urlsplit(os.environ.get("DATABASE_URL", "")).username or "") or "jl_app"


def serve(connection: BaseDatabaseWrapper, role: str) -> None:
    """Grant the application's role what it needs without a scope: signing in, sessions, entering a scope."""
    existing = set(connection.introspection.table_names())
    framework = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if not config.name.startswith("jinlan.")
        for model in config.get_models(include_auto_created=True)
    } & existing
    writable = sorted(table for table in framework if table.startswith(WRITABLE))
    readable = sorted(framework | {"django_migrations"} & existing)
    with connection.cursor() as cursor:
        cursor.execute("select sec.serve(%s, %s::text[], %s::text[])", [role, writable, readable])
        cursor.execute(_ROOMS)
        for (name,) in cursor.fetchall():
            cursor.execute(f"select sec.{connection.ops.quote_name(name)}(%s)", [role])


def installed(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the kernel's migrations stand."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regproc('sec.serve') is not null")
        return bool(cursor.fetchone()[0])
