"""Duties that nobody joins with another: the three administrators (三员分立) and the system itself.

The database holds the same line (`sec.duty` in sql/duties.sql); tests compare the two over every set of roles.
"""

from __future__ import annotations

from collections.abc import Iterable

from jinlan.basics.errors import Refused

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
BUSINESS = ("manager", "private_banker", "branch_head", "dept_head", "risk", "compliance", "auditor")
ALONE = frozenset({*ADMINISTRATORS, "system"})


def duty(role: str) -> str:
    """Return the duty that a role belongs to; all roles of business are one."""
    return role if role in ALONE else "business"


def joins_duties(roles: Iterable[str]) -> bool:
    """Tell whether roles held at one time would join what must stay apart."""
    return len({duty(role) for role in roles}) > 1


def separate_duties() -> Refused:
    """Return the refusal of roles that would join duties."""
    return Refused(
        "ROLE_SEPARATION",
        "三种管理员职责彼此分开，也不能与业务角色由同一人担任。",
        "请为其中一项职责另设人员。",
    )
