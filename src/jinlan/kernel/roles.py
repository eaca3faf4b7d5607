"""The SQL that a database administrator runs once: roles, schema, the leakproof operator class."""

from __future__ import annotations

from pathlib import Path

from jinlan.basics.errors import Refused, Words

SCOPE_ROLES = (
    "jl_team",
    "jl_branch",
    "jl_alld",
    "jl_mixed",
    "jl_wide",
    "jl_all",
    "jl_comp",
    "jl_system",
    "jl_ops",
    "jl_portal",
)
TRAITS = (
    "select r.rolsuper or r.rolbypassrls or r.rolcreaterole, "
    "exists (select from pg_class c where c.relowner = r.oid), "
    "pg_has_role(r.oid, 'jl_scope', 'MEMBER') and not r.rolsuper, r.rolinherit "
    "from pg_roles r where r.rolname = session_user"
)
_SQL = Path(__file__).parent / "sql"


def _identifier(name: str) -> str:
    if not name.replace("_", "").isalnum() or not name.isascii() or name in {*SCOPE_ROLES, "jl_scope"}:
        raise Refused(
            "ROLE_NAME",
            "角色名 %(name)s 不能用。",
            "请用字母、数字与下划线,且不与金兰自己的角色同名。",
            name=name,
        )
    return name


def roles_sql(app_role: str = "jl_app", owner_role: str = "jl_owner") -> str:
    """Return the idempotent SQL that a superuser runs in Jinlan's database (what `./jinlan db roles` prints)."""
    app, owner = _identifier(app_role), _identifier(owner_role)
    return (_SQL / "roles.sql").read_text().replace("{app}", app).replace("{owner}", owner)


def unsafe_traits(strong: bool, owns: bool, scope: bool, inherits: bool) -> list[Words]:
    """Say what makes a database role unfit to serve; empty when nothing does."""
    traits = (
        (strong, Words("它是超级用户、能绕过行级安全或能建角色")),
        (owns, Words("它拥有数据表")),
        (scope, Words("它能变成 jl_scope")),
        (inherits, Words("它会继承其他角色的权限(需要 NOINHERIT)")),
    )
    return [text for bad, text in traits if bad]


def unsafe(traits: list[Words]) -> Refused:
    """Return the refusal of a role with these traits."""
    return Refused(
        "DB_UNSAFE", "应用的数据库角色权限过大:%(traits)s。", "请改用 `./jinlan db roles` 建立的应用角色。", traits=traits
    )  # fmt: skip
