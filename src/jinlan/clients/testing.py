"""Makers of branches, parties and units for tests, and the fixed cast that every room's tests share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.clients.models import (
    CORPORATE,
    PERSONAL,
    Assignment,
    Branch,
    Coverage,
    Delegation,
    Employee,
    Party,
    Unit,
    UnitMember,
)
from jinlan.kernel.models import Person
from jinlan.kernel.testing import ENTITY, START, a_person, an_actor, number, writing


def a_branch(
    code: str = "", parent: Branch | None = None, *, name: str = "", level: int = 2, entity: str = ENTITY
) -> Branch:
    """Make a branch under `parent`."""
    code = code or f"B{number()}"
    with writing(entity):
        return Branch.objects.create(entity=entity, code=code, parent=parent, level=level, name=name or code)


def an_employee(code: str, branch: Branch, *, name: str = "", active: bool = True) -> Employee:
    """Make a member of staff at a branch."""
    with writing(branch.entity):
        return Employee.objects.create(
            entity=branch.entity, code=code, name=name or code, branch=branch, active=active
        )


def a_party(
    branch: Branch, name: str = "", *, kind: str = "ORG", code: str = "", status: str = "ACTIVE"
) -> Party:
    """Make a party; a PERSON or TRUST is on the personal side of the wall, everything else on the corporate side."""
    code = code or f"P{number()}"
    with writing(branch.entity):
        return Party.objects.create(
            entity=branch.entity, code=code, party_type=kind, status=status, branch=branch, name=name or code,
            domain=PERSONAL if kind in {"PERSON", "TRUST"} else CORPORATE,
        )  # fmt: skip


def a_unit(
    root: Party, *members: Party, kind: str = "GROUP", code: str = "", name: str = "", since: date = START
) -> Unit:
    """Make a unit of `root` and further members, all members since `since`."""
    with writing(root.entity):
        unit = Unit.objects.create(
            entity=root.entity, code=code or f"{kind}-{root.code}", kind=kind, root_party=root, branch=root.branch,
            domain=PERSONAL if kind == "HNW" else CORPORATE, name=name or root.name,
        )  # fmt: skip
        for party in (root, *members):
            UnitMember.objects.create(
                entity=root.entity, unit=unit, party=party, domain=party.domain, branch=party.branch, unit_branch=root.branch,
                source="DELIVERED", valid_from=since, parent_party=None if party == root else root,
            )  # fmt: skip
    return unit


def covers(
    employee: Employee,
    thing: Unit | Party,
    *,
    role: str = "",
    since: date = START,
    until: date | None = None,
    share: Decimal | None = None,
) -> Coverage:
    """Put an employee on a unit's or a party's team: as its lead, or beside one who leads then."""
    unit, party = (thing, None) if isinstance(thing, Unit) else (None, thing)
    with writing(employee.entity):
        leads = Coverage.objects.filter(unit=unit, role="LEAD").exclude(valid_to__lte=since)
        leads = leads if until is None else leads.filter(valid_from__lt=until)
        role = role or ("ASSIST" if unit and leads.exists() else "LEAD")
        said: dict[str, Any] = {
            "entity": employee.entity, "unit": unit, "party": party, "domain": thing.domain, "branch": thing.branch,
            "employee": employee, "role": role, "valid_from": since, "valid_to": until, "credit_share": share,
        }  # fmt: skip
        Assignment.objects.create(**said)  # as the bank delivered it
        return Coverage.objects.create(**said)


def stands_in(deputy: Employee, absent: Employee, since: date, until: date) -> Delegation:
    """Let `deputy` use the book of `absent`."""
    with writing(deputy.entity):
        return Delegation.objects.create(
            entity=deputy.entity, absent=absent, deputy=deputy, valid_from=since, valid_to=until
        )


@dataclass(frozen=True, slots=True)
class Cast:
    """The fixed cast. `people` are by user name, as in the demo bank."""

    branches: dict[str, Branch]  # HQ > BJ > BJ-CY; HQ > SH
    employees: dict[str, Employee]  # by code
    people: dict[str, Person]
    group: Unit  # 甲集团 at BJ: root and a member at BJ, one member at SH; lead 李华, 王敏 covers the member at SH
    household: Unit  # 张家 at BJ: 张三 (who controls 甲集团) and 张太; 赵岩
    other: Unit  # 乙集团 at SH, nobody of the cast
    parties: dict[str, Party]

    def actor(self, username: str) -> Actor:
        """Return the actor of one of the cast, at `kernel.testing.AT`."""
        return an_actor(self.people[username])


SIGN_INS = (
    ("lihua", "李华", "E1001", "BJ", "manager"),
    ("wangmin", "王敏", "E1002", "SH", "manager"),
    ("zhaoyan", "赵岩", "E1003", "BJ", "private_banker"),
    ("sunjie", "孙杰", "E2001", "BJ", "branch_head"),
    ("chenwei", "陈伟", "E3001", "HQ", "dept_head"),
    ("zhoulin", "周琳", "E3101", "HQ", "risk"),
    ("wuhan", "吴菡", "E3201", "HQ", "compliance"),
    ("zhengyu", "郑宇", "E3301", "HQ", "auditor"),
    ("hejun", "何军", "E3901", "HQ", "system_admin"),
    ("xulan", "许岚", "E3902", "HQ", "security_admin"),
    ("gaofeng", "高峰", "E3903", "HQ", "audit_admin"),
)


def the_cast(entity: str = ENTITY) -> Cast:
    """Make the fixed cast in an entity (once per test)."""
    with writing(entity):
        hq = a_branch("HQ", name="总行", level=1, entity=entity)
        bj = a_branch("BJ", hq, name="北京分行", entity=entity)
        sh = a_branch("SH", hq, name="上海分行", entity=entity)
        branches = {
            "HQ": hq,
            "BJ": bj,
            "SH": sh,
            "BJ-CY": a_branch("BJ-CY", bj, name="朝阳支行", level=3, entity=entity),
        }
        employees = {code: an_employee(code, branches[at], name=name) for _, name, code, at, _ in SIGN_INS}
        people = {
            user: a_person(user, role, entity=entity, employee=code, name=name)
            for user, name, code, _, role in SIGN_INS
        }
        parties = {
            "jia": a_party(bj, "甲控股集团有限公司"),
            "jia-2": a_party(branches["BJ-CY"], "甲科技有限公司"),
            "jia-3": a_party(sh, "甲物流有限公司"),
            "zhang": a_party(bj, "张三", kind="PERSON"),
            "zhang-2": a_party(bj, "李四", kind="PERSON"),
            "yi": a_party(sh, "乙实业集团有限公司"),
            "yi-2": a_party(sh, "乙贸易有限公司"),
        }
        group = a_unit(parties["jia"], parties["jia-2"], parties["jia-3"], code="G-JIA", name="甲集团")
        household = a_unit(parties["zhang"], parties["zhang-2"], kind="HNW", code="H-ZHANG", name="张三家庭")
        other = a_unit(parties["yi"], parties["yi-2"], code="G-YI", name="乙集团")
        covers(employees["E1001"], group)
        covers(employees["E1002"], parties["jia-3"])
        covers(employees["E1003"], household)
    return Cast(branches, employees, people, group, household, other, parties)
