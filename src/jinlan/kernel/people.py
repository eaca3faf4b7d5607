"""What the security administrator does about people: making them, one-time passwords, roles, lost second factors.

He never acts on himself, on a technical person or on one of another entity; the database holds the same line (sql/duties.sql).
Delicate verbs are asked for by pages after step-up only.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.kernel import tokens
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import joins_duties, separate_duties
from jinlan.kernel.locks import hold
from jinlan.kernel.models import Passkey, Person, RecoveryCode, RoleGrant, SecondFactor, StaffSession
from jinlan.kernel.sessions import end_all_of, person_of

SECURITY = ("security_admin",)
GRANTABLE = tuple(role for role, _name in RoleGrant.ROLES if role != "system")
ONE_TIME_HOURS = 72
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


@dataclass(frozen=True, slots=True)
class Made:
    """A person and the password that is shown this one time."""

    person: UUID
    username: str
    password: str


def one_time_password() -> str:
    """Return 20 letters in groups of four, about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(4)) for _group in range(5))


@act("kernel.make_person", title=_("新建人员"), roles=SECURITY)
def make_person(*, actor: Actor, username: str, name: str, employee: str = "") -> Made:
    """Make somebody of the entity without any role; he chooses a password of his own when he first signs in."""
    if Person.objects.filter(username=username).exists():
        raise Refused("USERNAME_TAKEN", "这个用户名已被使用。", "请换一个用户名。")
    if employee and Person.objects.filter(entity=actor.entity, employee_code=employee).exists():
        raise Refused("EMPLOYEE_TAKEN", "这个员工编号已有账号。", "请核对员工编号。")
    password = one_time_password()
    person = Person(
        entity=actor.entity, username=username, display_name=name, employee_code=employee,
        password=make_password(password), one_time_until=actor.at + timedelta(hours=ONE_TIME_HOURS),
    )  # fmt: skip
    Person.objects.bulk_create([person])
    audit(actor, "kernel.person_created", "person", username, after={"roles": [], "one_time_password": True})
    return Made(person.public_id, username, password)


@act("kernel.renew_password", title=_("发一次性密码"), roles=SECURITY)
def renew_password(*, actor: Actor, person: UUID) -> Made:
    """Give somebody a one-time password and end his sessions."""
    other = person_of(actor, person)
    password = one_time_password()
    Person.objects.filter(pk=other.pk).update(
        password=make_password(password), one_time_until=actor.at + timedelta(hours=ONE_TIME_HOURS)
    )
    audit(actor, "kernel.password_renewed", "person", other.username, after={"hours": ONE_TIME_HOURS})
    end_all_of(actor, other, "password")
    tokens.end_all_of(actor, other)
    return Made(other.public_id, other.username, password)


@act("kernel.forget_second_factor", title=_("移除丢失的两步验证"), roles=SECURITY)
def forget_second_factor(*, actor: Actor, person: UUID) -> int:
    """Take a lost second factor away and end the person's sessions; return how many factors there were."""
    other = person_of(actor, person)
    count = sum(
        kind.objects.filter(person_id=other.pk).only("id", "person_id").delete()[0] for kind in _FACTORS
    )
    if not count:
        raise Refused("NO_FACTOR", "该人员没有启用两步验证。", "请刷新页面。")
    RecoveryCode.objects.filter(person_id=other.pk).delete()
    audit(actor, "kernel.second_factor_forgotten", "person", other.username, after={"factors": count})
    end_all_of(actor, other, "admin")
    tokens.end_all_of(actor, other)
    return count


_FACTORS: tuple[type[SecondFactor | Passkey], ...] = (SecondFactor, Passkey)


def factors_of(actor: Actor, person: Person) -> int:  # noqa: ARG001 - the scope is his
    """Return how many second factors somebody has; inside the security administrator's scope."""
    return sum(kind.objects.filter(person_id=person.pk).count() for kind in _FACTORS)


def grants_of(actor: Actor, person: Person) -> list[RoleGrant]:
    """Return the grants of somebody that are in force or still to come on the actor's day."""
    day = business_date(actor.at)
    rows = _lasting(day).filter(person_id=person.pk)
    return list(rows.order_by("valid_from", "id"))


def _lasting(day: date) -> QuerySet[RoleGrant]:
    """Return grants that hold after a day or on it; one that was ended before it began never holds."""
    return RoleGrant.objects.filter(Q(valid_to=None) | Q(valid_to__gt=Greatest(F("valid_from"), day)))


@act("kernel.grant_role", title=_("授予角色"), roles=SECURITY)
def grant_role(
    *,
    actor: Actor,
    person: UUID,
    role: str,
    since: date,
    until: date | None = None,
    branch: str = "",
    domain: int | None = None,
) -> int:
    """Grant a role from a day up to (not including) another; return the grant's key.

    Raises:
        Refused: ROLE_UNKNOWN, ROLE_HELD, ROLE_PERIOD, ROLE_SEPARATION.
    """
    other = person_of(actor, person)
    if role not in GRANTABLE:
        raise Refused("ROLE_UNKNOWN", "没有这个角色。", "请从列表中选择。")
    if since < business_date(actor.at) or (until is not None and until <= since):
        raise Refused("ROLE_PERIOD", "角色不能从过去开始，结束日须晚于开始日。", "请检查日期。")
    hold("jinlan duty", other.pk)
    overlapping = _lasting(since).filter(person_id=other.pk)
    if until is not None:
        overlapping = overlapping.filter(valid_from__lt=until)
    held = list(overlapping.values_list("role", "branch_code", "domain"))
    if joins_duties([role, *(one for one, *_rest in held)]):
        raise separate_duties()
    branch = branch if role == "branch_head" else ""
    if any(one == role and at == branch and side in (None, domain) for one, at, side in held):
        raise Refused("ROLE_HELD", "该人员在这段时间已有这个角色。", "请先结束原有的授权。")
    made = RoleGrant(
        person_id=other.pk, role=role, branch_code=branch, domain=domain, valid_from=since, valid_to=until
    )
    RoleGrant.objects.bulk_create([made])
    after = {"role": role, "since": since, "until": until, "branch": branch, "domain": domain}
    audit(actor, "kernel.role_granted", "person", other.username, after=after)
    return made.pk


@act("kernel.end_role", title=_("结束角色"), roles=SECURITY)
def end_role(*, actor: Actor, person: UUID, grant: int) -> date:
    """End a grant today: it holds no more from the next request on; one that has not begun never will."""
    other = person_of(actor, person)
    found = next((one for one in grants_of(actor, other) if one.pk == grant), None)
    if found is None:
        raise Refused("GRANT_ABSENT", "没有这项授权，或它已结束。", "请刷新页面。")
    last = max(business_date(actor.at), found.valid_from)
    RoleGrant.objects.filter(pk=found.pk).update(valid_to=last)
    audit(actor, "kernel.role_ended", "person", other.username, before={"until": found.valid_to}, after={"role": found.role, "until": last})  # fmt: skip
    return last


def live_sessions(actor: Actor, person: Person) -> int:  # noqa: ARG001 - the scope is his
    """Return how many sessions of somebody have not been ended."""
    return StaffSession.objects.filter(person_id=person.pk, ended_at=None).count()
