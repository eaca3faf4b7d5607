"""Who asks: one of every role and of every awkward case. Plain data; days are counted from the run's business day."""

from __future__ import annotations

from dataclasses import dataclass

# role, branch, domain, since, until
GrantOf = tuple[str, str, int | None, int, int | None]
# what (unit, group, household, party, sole), how many, since, until, role
CoverOf = tuple[str, int, int, int | None, str]
LONG = -900


def holds(
    role: str, branch: str = "", domain: int | None = None, *, since: int = LONG, until: int | None = None
) -> GrantOf:
    """Return a grant."""
    return (role, branch, domain, since, until)


def covers(
    what: str, count: int, *, since: int = LONG, until: int | None = None, role: str = "LEAD"
) -> CoverOf:
    """Return a wish for coverage."""
    return (what, count, since, until, role)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast."""

    name: str
    grants: tuple[GrantOf, ...] = ()
    home: str = "BJ"
    covers: tuple[CoverOf, ...] = ()
    stands_in: tuple[tuple[str, int, int], ...] = ()  # absent employee, since, until
    employed: bool = True
    signs_in: bool = True
    entity: str = "JLB"

    @property
    def employee(self) -> str:
        """Return the employee's code; people of another entity have none here."""
        return f"E-{self.name}" if self.entity == "JLB" else ""


MANAGER, BANKER = holds("manager"), holds("private_banker")
CAST = (
    Part("lead", (MANAGER,), "BJ", (covers("unit", 7), covers("party", 2))),
    Part("assist", (MANAGER,), "BJ-1", (covers("unit", 4, role="ASSIST"),)),
    Part("member", (MANAGER,), "SH", (covers("party", 5), covers("sole", 1))),
    Part("corporate", (holds("manager", domain=1),), "SH-1", (covers("unit", 8), covers("party", 4))),
    Part("banker", (BANKER,), "GZ", (covers("household", 6),)),
    Part("banker0", (holds("private_banker", domain=0),), "GZ-1", (covers("unit", 8), covers("party", 6))),
    Part(
        "handed",
        (MANAGER,),
        "BJ",
        (covers("unit", 6, until=-4), covers("unit", 3), covers("party", 4, until=0)),
    ),
    Part("coming", (MANAGER,), "SH", (covers("unit", 6, since=4), covers("party", 4, since=3))),
    Part("head_bj", (holds("branch_head"),), "BJ"),
    Part("head_sh", (holds("branch_head", "SH"),), "GZ"),
    Part("head_gz1", (holds("branch_head", "GZ", 1),), "GZ"),
    Part("dept", (holds("dept_head"),), "HQ"),
    Part("dept_corp", (holds("dept_head", domain=1),), "HQ"),
    Part("risk", (holds("risk"),), "HQ"),
    Part("risk_priv", (holds("risk", domain=0),), "HQ"),
    Part("compliance", (holds("compliance"),), "HQ"),
    Part("auditor", (holds("auditor"),), "HQ"),
    Part("auditor_corp", (holds("auditor", domain=1),), "HQ"),
    Part("admin", (holds("system_admin"),), "HQ", (covers("unit", 3),)),
    Part("security", (holds("security_admin"),), "HQ", (covers("unit", 2),)),
    Part("audits", (holds("audit_admin"),), "HQ", (covers("unit", 2),)),
    Part("deputy", (MANAGER,), "BJ", (covers("unit", 1),), (("E-lead", 0, 5),)),
    Part("was_deputy", (MANAGER,), "BJ", (covers("unit", 1),), (("E-lead", -9, 0), ("E-banker", 3, 9))),
    Part("onward", (MANAGER,), "BJ", (), (("E-deputy", -2, 5),)),
    Part(
        "two_hats", (MANAGER, holds("branch_head", "GZ-1")), "GZ-1", (covers("unit", 4), covers("party", 3))
    ),
    Part("wide", (MANAGER, holds("auditor", domain=0)), "SH", (covers("group", 4), covers("party", 3))),
    Part("expired", (holds("manager", until=-1), holds("dept_head", since=3)), "BJ", (covers("unit", 4),)),
    Part("was_head", (MANAGER, holds("branch_head", "SH", until=0)), "SH", (covers("unit", 2),)),
    Part("moved_head", (holds("branch_head", "GZ-2"), holds("branch_head", "SH", until=0)), "GZ"),
    Part("disabled", (MANAGER,), "BJ", (covers("unit", 5),), signs_in=False),
    Part("left", (MANAGER,), "BJ", (covers("unit", 5),), employed=False),
    Part("roleless", (), "BJ", (covers("unit", 5),)),
    Part("stranger", (holds("dept_head"),), "HQ", entity="OTH"),
)
