"""The SQL that a database administrator runs once: roles, schema, the leakproof operator class."""

from __future__ import annotations

from pathlib import Path

from jinlan.basics.errors import Refused

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
)
_SQL = Path(__file__).parent / "sql"


def _identifier(name: str) -> str:
    if not name.replace("_", "").isalnum() or not name.isascii() or name in {*SCOPE_ROLES, "jl_scope"}:
        raise Refused(
            "ROLE_NAME", f"角色名 {name} 不能用。", "请用字母、数字与下划线,且不与金兰自己的角色同名。"
        )
    return name


def roles_sql(app_role: str = "jl_app", owner_role: str = "jl_owner") -> str:
    """Return the idempotent SQL that a superuser runs in Jinlan's database (what `./jinlan db roles` prints)."""
    app, owner = _identifier(app_role), _identifier(owner_role)
    return (_SQL / "roles.sql").read_text().replace("{app}", app).replace("{owner}", owner)
