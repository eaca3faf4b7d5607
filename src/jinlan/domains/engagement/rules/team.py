"""How a client's team may change: who may take which role from when with what share, and what a conflict of interest asks for (06 §6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from jinlan.basics.errors import Refused

LEAD, ASSIST, RISK = "LEAD", "ASSIST", "RISK"
ROLES = (LEAD, ASSIST, "PRODUCT", RISK, "SERVICE", "SPONSOR")
# The iron triangle (铁三角): a relationship manager, a product manager, and a risk or a service manager.
TRIANGLE = (frozenset({LEAD}), frozenset({"PRODUCT"}), frozenset({RISK, "SERVICE"}))
# What a person must sign in as to take a role; the others are open to everybody of the bank.
SIGNS_IN: Mapping[str, frozenset[str]] = {
    LEAD: frozenset({"manager", "private_banker"}), ASSIST: frozenset({"manager", "private_banker"}), RISK: frozenset({"risk"}),
    "SPONSOR": frozenset({"branch_head", "dept_head"}),
}  # fmt: skip
# The first and the second line are apart: nobody judges the risk of a client whose income he shares.
APART = (frozenset({LEAD, ASSIST}), frozenset({RISK}))
WORD, LONG, MEASURE = (
    5,
    500,
    10,
)  # characters of a reason at least and at most; of what is done about a conflict
NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a role on the day of a change, with his share of the credit."""

    employee: str
    role: str
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of a team that is wished for: `before` leaves the role, `after` takes it from the day on; "" for nobody."""

    role: str
    before: str
    after: str
    share: Decimal | None
    effective_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when it is looked at: the team of that day, whether `after` is with the bank, and what he signs in as."""

    team: Sequence[Held]
    active: bool
    signs_in: frozenset[str]
    today: date
    ahead: int  # days


def check_change(wanted: Wanted, known: Known) -> None:
    """Refuse a change that changes nothing, names whom it cannot, takes more credit than there is, or has no day or reason."""
    _check_who(wanted, known)
    _check_share(wanted, known)
    last = known.today + timedelta(days=known.ahead)
    if not known.today <= wanted.effective_on <= last:
        raise Refused(
            "TEAM_DAY", "生效日应在 %(today)s 与 %(last)s 之间。", "团队从生效日起变更,之前的记录不变。", today=known.today, last=last,
            field="effective_on",
        )  # fmt: skip
    check_words(wanted.reason, WORD, "reason")


def _check_who(wanted: Wanted, known: Known) -> None:
    held = {one.employee for one in known.team if one.role == wanted.role}
    if wanted.role not in ROLES:
        raise Refused("TEAM_ROLE", "没有这个角色。", "请在名单中选择。", field="role")
    if wanted.after == wanted.before or wanted.after in held - {""}:
        raise Refused(
            "TEAM_SAME",
            "这样不改变团队:他已经担任这个角色。",
            "请选择另一位同事,或另一个角色。",
            field="after",
        )
    if wanted.role == LEAD and not wanted.after:
        raise Refused(
            "TEAM_LEADERLESS",
            "主办不能空缺。",
            "请写明由谁接任。",
            field="after",
        )
    if wanted.before and wanted.before not in held:
        raise Refused(
            "TEAM_NOT_HELD",
            "%(employee)s 在生效日不担任这个角色。",
            "请核对工号与生效日。",
            employee=wanted.before,
            field="before",
        )
    if wanted.after:
        _check_joining(wanted, known)


def _check_joining(wanted: Wanted, known: Known) -> None:
    if not known.active:
        raise Refused(
            "TEAM_GONE", "没有在职的员工 %(employee)s。", "请核对工号。", employee=wanted.after, field="after"
        )
    if not known.signs_in:
        raise Refused(
            "TEAM_SILENT", "%(employee)s 没有登录账号,无法本人确认。", "请先由安全管理员为他开通账号。", employee=wanted.after, field="after"
        )  # fmt: skip
    if not known.signs_in & SIGNS_IN.get(wanted.role, known.signs_in):
        raise Refused(
            "TEAM_POST", "%(employee)s 的岗位不能担任这个角色。", "主办与协办须是客户经理或私人银行家,风险须是风险经理,分管领导须是负责人。",
            employee=wanted.after, field="after",
        )  # fmt: skip
    others = {one.role for one in known.team if one.employee == wanted.after}
    for mine, theirs in (APART, APART[::-1]):
        if wanted.role in mine and others & theirs:
            raise Refused(
                "TEAM_APART",
                "同一人不能既营销又判断同一户的风险。",
                "请选择另一位同事。",
                field="after",
            )


def _check_share(wanted: Wanted, known: Known) -> None:
    if wanted.share is None:
        return
    if wanted.role != ASSIST or not wanted.after:
        raise Refused("TEAM_SHARE_ROLE", "只有协办写明业绩占比;主办得其余部分。", "请留空。", field="share")
    others = [
        one.share or Decimal(0)
        for one in known.team
        if one.role != LEAD and one.employee not in (wanted.before, wanted.after)
    ]
    left = Decimal(1) - sum(others, Decimal(0))
    if not 0 < wanted.share <= left:
        raise Refused(
            "TEAM_SHARE", "占比应大于 0,且不超过还没有分给协办的 %(left)s。", "请改小,或先调整其他协办。", left=left.normalize(), field="share"
        )  # fmt: skip


def check_words(text: str, least: int, field: str) -> None:
    """Refuse a text that says too little or too much."""
    if not least <= len(text.strip()) <= LONG:
        raise Refused(
            "TEAM_WORDS",
            "请写 %(least)s 到 %(most)s 个字。",
            "写明缘由;审计会看到。",
            least=least,
            most=LONG,
            field=field,
        )


def check_conflict(*, declared: str, earlier: str, heads: bool, note: str) -> None:
    """Refuse to decide about somebody with a conflict of interest, unless a head of department says what is done about it.

    Args:
        declared: the kind of conflict that he declared with this proposal, `NONE` for none.
        earlier: what he declared about the same client before, "" for nothing.
        heads: whether the decider heads a department.
        note: what is done about it (回避安排).
    """
    if declared in ("", NONE) and earlier in ("", NONE):
        return
    if not heads:
        raise Refused(
            "TEAM_CONFLICT",
            "他申报了与这户客户的利益冲突,须由部门负责人决定。",
            "请转部门负责人,或另选一位同事。",
        )
    if len(note.strip()) < MEASURE:
        raise Refused(
            "TEAM_MEASURE", "请用至少 %(least)s 个字写明回避安排。", "例如:不参与该户定价与授信审批,由谁复核。", least=MEASURE, field="note"
        )  # fmt: skip


def missing_corners(roles: Iterable[str]) -> list[frozenset[str]]:
    """Return the corners of the iron triangle that nobody holds, each as the roles of which one would do."""
    held = set(roles)
    return [corner for corner in TRIANGLE if not corner & held]


def rotates_on(since: date, years: int) -> date:
    """Return the day by which somebody who leads a client since a day gives it to another (强制轮岗); 29 February moves to the 28th."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return since.replace(year=since.year + years, day=28)
