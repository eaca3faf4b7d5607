"""What a check is, and the register of them: rooms add theirs in `AppConfig.ready`, `work.preflight` asks them.

A check looks at one undertaking (a message, a proposal, an export, an assignment …) in the asker's own scope and answers with a
verdict in words. It changes nothing, and it never says what the asker may not see: what only some may know stands in
`Verdict.in_confidence`, which is shown to them at once and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients.models import Party, Unit

Colour = Literal["green", "amber", "red"]
WORSE: Mapping[str, int] = {"green": 0, "amber": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is undertaken, with whom.

    Args:
        unit: the client, None when it is about no client.
        party: the one party that it goes to or is about.
        channel: how the party is reached: SMS, CALL, EMAIL, APP or WECHAT; "" when nobody is contacted.
        purpose: why, e.g. MARKETING or SERVICE (`domains.compliance`).
        at: when it is to happen; None for now.
        facts: plain JSON that single checks need beside, e.g. ``offer`` (it carries an offer), ``recipient``, ``measures``; ``what``
            it is about in a line tells who checks an exception what he lets pass.
    """

    unit: Unit | None = None
    party: Party | None = None
    channel: str = ""
    purpose: str = ""
    at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says; `code` is the check's.

    Args:
        code: of the check.
        colour: green (may), amber (may when somebody takes it on himself), red (may not).
        text: the finding in a sentence, in the asker's language.
        rule_text: the rule in words; "" for the check's own.
        source: where the rule or the finding comes from.
        data: figures behind it, plain JSON.
        way_out: what the asker can do about it.
        version: which version of the rules was used; an override holds for this one only.
        in_confidence: the reason, for those who may know it; never kept.
    """

    code: str
    colour: Colour
    text: str
    rule_text: str = ""
    source: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    way_out: str = ""
    version: str = ""
    in_confidence: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check that a room registers.

    Args:
        code: unique, upper case.
        kinds: the undertakings that it looks at.
        title: what it is called on pages (translated).
        rule: the rule in words (translated).
        run: the verdict on a subject, None where it has nothing to say; reads in the running scope and changes nothing.
        override: the roles that let a red one pass, one stage after the other, each another person; () for never.
    """

    code: str
    kinds: tuple[str, ...]
    title: Any
    rule: Any
    run: Callable[[Actor, Subject], Verdict | None]
    override: tuple[str, ...] = ("compliance",)


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict as it stands in a preflight; `cleared` says who took an amber one on himself or let a red one pass."""

    check: Check
    verdict: Verdict
    cleared: str = ""

    @property
    def rule_text(self) -> str:
        """Return the rule in words."""
        return self.verdict.rule_text or str(self.check.rule)

    @property
    def open(self) -> bool:
        """Tell whether it still stands in the way."""
        return self.verdict.colour != "green" and not self.cleared


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was asked and answered: `id` names the record, `root` the first asking that a recheck repeats."""

    id: UUID
    root: UUID
    kind: str
    subject: Subject
    asked_at: datetime
    answers: Sequence[Answer]

    @property
    def colour(self) -> Colour:
        """Return the worst colour."""
        return worst(answer.verdict for answer in self.answers)

    @property
    def stops(self) -> list[Answer]:
        """Return the red ones that nobody let pass."""
        return [answer for answer in self.answers if answer.open and answer.verdict.colour == "red"]

    @property
    def waits(self) -> list[Answer]:
        """Return the amber ones that nobody took on himself."""
        return [answer for answer in self.answers if answer.open and answer.verdict.colour == "amber"]

    @property
    def clear(self) -> bool:
        """Tell whether it may go ahead at this moment."""
        return not any(answer.open for answer in self.answers)


def worst(verdicts: Any) -> Colour:
    """Return the worst colour of verdicts, green for none."""
    found: Colour = max((one.colour for one in verdicts), key=WORSE.__getitem__, default="green")
    return found


CHECKS: dict[str, Check] = {}


def checks_of(kind: str) -> list[Check]:
    """Return the checks of a kind of undertaking, by code.

    Raises:
        LookupError: nobody checks this kind: a mistyped kind must not let everything through.
    """
    found = sorted((one for one in CHECKS.values() if kind in one.kinds), key=lambda one: one.code)
    if not found:
        raise LookupError(f"no check is registered for {kind!r}")
    return found
