"""Who may check a request (domain reference 06 §6.9): maker, checkers and beneficiaries are different persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused, Words

CLOSED = {
    "done": Words("这项申请已执行。"),
    "refused": Words("这项申请已拒绝。"),
    "void": Words("这项申请已作废。"),
    "expired": Words("这项申请已过期。"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request at its present stage; `decided` are the persons who spoke at earlier stages."""

    state: str
    maker: int
    beneficiaries: frozenset[str]
    roles: Sequence[str]
    decided: frozenset[int]


def why_not(actor: Actor, request: Waiting) -> Refused | None:
    """Return why the actor may not decide now, None when he may. Persons are compared, not accounts or delegations."""
    if request.state != "open":
        return closed(request.state)
    if request.maker == actor.person_id:
        return Refused("SELF", "不能复核自己的申请。", "请由另一位有权的同事复核。")
    if actor.employee and actor.employee in request.beneficiaries:
        return Refused("BENEFICIARY", "您是这项变更的受益人,需要回避。", "请由与该客户无关的同事复核。")
    if actor.person_id in request.decided:
        return Refused("TWICE", "您已在前一环节复核过。", "请由另一位有权的同事复核。")
    if not actor.has(*request.roles):
        return Refused("STAGE_ROLE", "这一环节不由您的角色复核。", "请看「复核」页上当前环节的角色。")
    return None


def closed(state: str) -> Refused:
    """Return the refusal of a request that is open no more."""
    return Refused("CLOSED", "%(ended)s", "需要时请重新申请。", ended=CLOSED[state])
