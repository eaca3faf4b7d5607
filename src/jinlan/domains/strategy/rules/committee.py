"""How a committee decides (01 §1.8, 06 §6.9): who may sit, who must abstain, when it is quorate, what a vote comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jinlan.basics.errors import Refused, Words

FOR, AGAINST, ABSTAIN = "FOR", "AGAINST", "ABSTAIN"
CHOICES = (FOR, AGAINST, ABSTAIN)
TEAM, PROPOSER, BENEFICIARY, DECLARED = "TEAM", "PROPOSER", "BENEFICIARY", "DECLARED"
VOTERS = frozenset({"dept_head", "risk", "compliance"})
CHAIRS = frozenset({"dept_head", "risk"})  # who may put a version of the definition in force
SEATS = 3  # at least: fewer are no committee


@dataclass(frozen=True, slots=True)
class Member:
    """A person who is to sit, or sits; `whole`: he sees the whole bank."""

    name: str
    username: str
    employee: str
    roles: frozenset[str]
    whole: bool


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who is too near to an item: employee codes, of proposers user names as well."""

    team: frozenset[str] = frozenset()
    proposers: frozenset[str] = frozenset()
    beneficiaries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vote:
    """One ballot."""

    choice: str
    conflicted: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """What the ballots on an item come to."""

    seats: int
    present: int
    votes_for: int
    votes_against: int
    abstained: int  # by free will
    conflicted: int
    quorate: bool
    passes: bool

    @property
    def cast(self) -> int:
        """The votes that count."""
        return self.votes_for + self.votes_against


def check_seats(members: Sequence[Member], chair: str) -> None:
    """Refuse a committee of too few, of one person twice, of somebody who does not see the whole bank, or without its chair.

    Raises:
        Refused: SEATS_FEW, SEAT_TWICE, SEAT_SIGHT, CHAIR_ABSENT, CHAIR_ROLE.
    """
    if len(members) < SEATS:
        raise Refused(
            "SEATS_FEW", "委员会至少需要 %(least)s 个席位。", "请增加委员。", least=SEATS, field="members"
        )
    known: set[str] = set()
    for one in members:
        marks = {f"u:{one.username}"} | ({f"e:{one.employee}"} if one.employee else set())
        if marks & known:
            raise Refused(
                "SEAT_TWICE", "%(name)s 只能有一个席位,即使有多个账号。", "请去掉重复的一项。",
                name=one.name, field="members",
            )  # fmt: skip
        known |= marks
        if not one.whole or not one.roles & VOTERS:
            raise Refused(
                "SEAT_SIGHT", "%(name)s 看不到全行客户,不能担任委员。",
                "席位只给看得到全行的部门负责人、风险经理或合规人员。", name=one.name, field="members",
            )  # fmt: skip
    seated = next((one for one in members if one.username == chair), None)
    if seated is None:
        raise Refused("CHAIR_ABSENT", "主持人必须是委员之一。", "请把主持人加入委员。", field="chair")
    if not seated.roles & CHAIRS:
        raise Refused(
            "CHAIR_ROLE", "%(name)s 不能主持:主持人须为部门负责人或风险经理。", "请另选主持人。",
            name=seated.name, field="chair",
        )  # fmt: skip


def conflict(username: str, employee: str, concerned: Concerned) -> str:
    """Return why somebody must abstain, "" when he may vote; it follows the person, whichever account he uses."""
    own = {username} | ({employee} if employee else set())
    if own & concerned.team:
        return TEAM
    if own & concerned.proposers:
        return PROPOSER
    return BENEFICIARY if own & concerned.beneficiaries else ""


def check_ballot(choice: str, found: str, declared: bool, reason: str, least: int = 5) -> None:
    """Refuse a ballot that is none, a voice of who is in conflict, and a declared conflict without its reason.

    Raises:
        Refused: BALLOT_CHOICE, BALLOT_CONFLICT, BALLOT_REASON.
    """
    if choice not in CHOICES:
        raise Refused("BALLOT_CHOICE", "请选择同意、反对或弃权。", "", field="choice")
    if (found or declared) and choice != ABSTAIN:
        raise Refused(
            "BALLOT_CONFLICT", "您与本议题有利益关系(%(why)s),只能弃权。", "请选择弃权。",
            why=CONFLICTS[found or DECLARED], field="choice",
        )  # fmt: skip
    if declared and not found and len(reason.strip()) < least:
        raise Refused(
            "BALLOT_REASON", "回避理由至少 %(least)s 个字。", "请写明关系,会议记录会载明。", least=least, field="reason"
        )  # fmt: skip


CONFLICTS = {
    TEAM: Words("您在该客户的服务团队中"),
    PROPOSER: Words("您是提出人"),
    BENEFICIARY: Words("您因此受益"),
    DECLARED: Words("您自行申报"),
}


def count(seats: int, votes: Iterable[Vote], *, quorum: Decimal, majority: Decimal) -> Count:
    """Count the ballots on one item.

    Whoever abstains because of a conflict is present and casts no vote; a tie fails, nobody has a second vote.

    Args:
        seats: of the meeting.
        votes: one per seat at most.
        quorum: least share of the seats that has to be present.
        majority: share of the votes cast that has to be exceeded.
    """
    found = list(votes)
    chosen = [one.choice for one in found]
    yes, no = chosen.count(FOR), chosen.count(AGAINST)
    conflicted = sum(one.conflicted for one in found)
    return Count(
        seats=seats, present=len(found), votes_for=yes, votes_against=no,
        abstained=len(found) - yes - no - conflicted, conflicted=conflicted,
        quorate=bool(found) and len(found) >= quorum * seats, passes=yes > majority * (yes + no),
    )  # fmt: skip


def check_count(found: Count, quorum: Decimal) -> None:
    """Refuse to close an item that too few voted on.

    Raises:
        Refused: COMMITTEE_QUORUM, COMMITTEE_SILENT when nobody cast a vote.
    """
    if not found.quorate:
        raise Refused(
            "COMMITTEE_QUORUM", "到会 %(present)s 人,不足 %(seats)s 席的 %(quorum)s,不能表决。",
            "请等待其他委员投票(因回避而弃权也计入到会)。",
            present=found.present, seats=found.seats, quorum=f"{quorum:.0%}",
        )  # fmt: skip
    if not found.cast:
        raise Refused(
            "COMMITTEE_SILENT", "没有有效票,议题不能形成决定。", "请等待未投票的委员,或留到下次会议。"
        )
