"""The life of a tier from what was published about it: which step happened, what is proposed, who is told how (01 §1.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

UP, DOWN, RETAINED, SUSPENDED, REINSTATED, CLOSED = (
    "up",
    "down",
    "retained",
    "suspended",
    "reinstated",
    "closed",
)
WATCH = "watch"
LETTER, TALK = "letter", "talk"
SECRET = "RESTRICTED"  # noqa: S105  how a secret gate reads in what is published
PROPOSED = {
    "proposed_up": UP, "proposed_down": DOWN, "watch": WATCH, "retained": RETAINED, "suspended": SUSPENDED, "closed": CLOSED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What was published about a unit on a date; `level` is the height of its tier, 0 = none."""

    as_of: date
    tier: str
    level: int
    state: str
    since: date | None
    source: str
    proposed: str | None
    gates: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the life of a tier that happened between two dates."""

    step: str
    before: str
    after: str
    since: date
    source: str


NOTHING = Standing(date.min, "", 0, "none", None, "", None, "")


def happened(before: Standing, now: Standing, decided: Collection[tuple[date, str]] = ()) -> Step | None:
    """Return the step between two month-ends that nobody wrote down yet, None for none.

    Args:
        before: the month-end before, `NOTHING` for the first one.
        now: the month-end.
        decided: what committees decided about the unit, as (since, tier): those steps are written down already.
    """
    if now.state in {SUSPENDED, CLOSED}:
        return _ended(before, now)
    if before.state == SUSPENDED:
        # It came back with what it held; what changed meanwhile has its own source and its own step.
        return Step(REINSTATED, "", now.tier, now.as_of, "GATE") if now.level else None
    known = any(before.as_of < since <= now.as_of and tier == now.tier for since, tier in decided)
    return None if before.tier == now.tier or known else _moved(before, now)


def _ended(before: Standing, now: Standing) -> Step | None:
    """Return the suspension or closure that is new."""
    if before.state == now.state:
        return None
    since = now.since or now.as_of
    if now.state == SUSPENDED:
        return Step(SUSPENDED, before.tier, "", since, "GATE")
    had = before.level or before.state == SUSPENDED
    return Step(CLOSED, before.tier, "", since, "AUTOMATIC") if had else None


def _moved(before: Standing, now: Standing) -> Step:
    step = UP if now.level > before.level else DOWN
    if before.source == "OVERRIDE" and now.source != "OVERRIDE":  # it ran out, and the computed tier returned
        return Step(step, before.tier, now.tier, now.as_of, "OVERRIDE")
    source = now.source or before.source
    # The list's own day may lie years before the first published date.
    return Step(
        step,
        before.tier,
        now.tier,
        now.since or now.as_of,
        "AUTOMATIC" if source in {"", "COMMITTEE"} else source,
    )


def proposal_of(now: Standing) -> str:
    """Return what the review of a month-end puts on the worklist about a unit, "" for nothing."""
    found = PROPOSED.get(now.state, "")
    return UP if not found and now.proposed else found


def secret(gates: str) -> bool:
    """Tell whether something that must stay unsaid stands behind a state."""
    return SECRET in gates.split(",")


def letter_for(step: str, gates: str) -> str:
    """Return how the client is told: by letter, in talk, or not at all; a secret gate tells nobody anything."""
    if secret(gates) or step == CLOSED:
        return ""
    return LETTER if step in {UP, REINSTATED} else TALK


def evidence_of(
    detail: Mapping[str, Any], *, score: Decimal | None, rank: int | None, rank_n: int | None, gates: str, step: str
) -> dict[str, Any]:  # fmt: skip
    """Return the reasons that a step rests on, from published detail; nothing at all where the reason is secret."""
    if step in {SUSPENDED, REINSTATED, CLOSED}:
        failed = [code for code in gates.split(",") if code and code != "ok"]
        return {} if secret(gates) or step != SUSPENDED else {"gates": failed}
    lines = [
        {name: one.get(name) for name in ("tier", "on", "value", "entry", "exit", "up", "down", "in")}
        for one in detail.get("lines", ())
    ]
    return {
        "score": None if score is None else str(score), "rank": rank, "rank_n": rank_n, "for": list(detail.get("for", ())),
        "against": list(detail.get("against", ())), "lines": lines, "definition": detail.get("definition") or {},
    }  # fmt: skip
