"""What the bank's own opportunities say of the future: how long stages take, every day; the chance of each stage, every half-year.

Both append rows and change none. New chances hold from the day on which a head of department takes them over; until then, and where he
does not, those before them do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.models import Opportunity, OpportunityStep, PipelineMeasure
from jinlan.domains.engagement.rules import pipeline_odds as rules
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.rules.pipeline import OPEN, defaults_on
from jinlan.domains.engagement.rules.pipeline_odds import Ended, Move
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.locks import hold
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of

CHANCE, PACE = "CHANCE", "PACE"
MOVES = ("opened", "advanced", "back", "won", "lost")  # steps that lead into a stage, or out of the last one
ENDS = ("won", "lost")
Figures = dict[str, dict[str, Any]]


def learn_pace(*, actor: Actor) -> int:
    """Work out how long each stage takes and append it where it says something new; return how many stays it knows."""
    today = business_date(actor.at)
    numbers = defaults_on(today)
    with scoped(actor, write=True):
        hold(f"jinlan pipeline|{actor.entity}")
        times = [one for moves in _moves(actor, today) for one in rules.stage_times(moves)]
        found = rules.paces(times, numbers.medians, numbers.stays)
        figures: Figures = {
            str(stage): {"days": str(one.days), "n": one.n, "own": one.own} for stage, one in found.items()
        }
        rows = visible(actor, PipelineMeasure).filter(entity=actor.entity, kind=PACE)
        last = rows.order_by("-as_of").first()
        if (last is None or last.as_of < today) and rules.differs(last.figures if last else None, figures):
            inputs = {"stays": len(times), "rules": _named(numbers.versions, "DAYS", "STAYS")}
            row = _made(actor, PACE, today, figures, inputs)
            audit(actor, "engagement.pace_learnt", "pipeline", row.public_id, after={"stays": len(times)})
        return len(times)


def propose_chances(*, actor: Actor) -> str:
    """Propose the chances of the last half-year, once; return its public id, "" where it stands already or another one waits."""
    as_of = rules.half_year_end(business_date(actor.at))
    numbers = defaults_on(as_of)
    with scoped(actor, write=True):
        hold(f"jinlan pipeline|{actor.entity}")
        rows = visible(actor, PipelineMeasure).filter(entity=actor.entity, kind=CHANCE)
        if rows.filter(as_of__gte=as_of).exists() or rows.filter(state="proposed").exists():
            return ""
        ended = _ended(actor, as_of)
        if not ended:
            return ""
        figures: Figures = {
            str(stage): {
                "chance": str(one.chance), "won": one.won, "n": one.n, "share": _text(one.share), "low": _text(one.low), "high": _text(one.high),
                "shrunk": one.shrunk, "default": str(numbers.chances[stage]),
            }
            for stage, one in rules.odds(ended, numbers.chances, numbers.least, numbers.z).items()
        }  # fmt: skip
        won, told = rules.win_rate(ended)
        inputs = {
            "won": won,
            "lost": told - won,
            "cancelled": len(ended) - told,
            "least": numbers.least,
            "rules": _named(numbers.versions, "CHANCE", "LEAST", "Z"),
        }
        row = _made(actor, CHANCE, as_of, figures, inputs)
        audit(actor, "engagement.chances_proposed", "pipeline", row.public_id, after={"as_of": as_of, "won": won, "lost": told - won})  # fmt: skip
        return str(row.public_id)


@act("engagement.hold_chances", title=_("采用新的赢率"), roles=("dept_head",))
def hold_chances(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Let proposed chances hold from today on; what was weighed before stays as it was.

    Raises:
        Refused: CHANCES_DECIDED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: there are none.
    """
    return _decided(actor, public_id, "held", reason, business_date(actor.at))


@act("engagement.drop_chances", title=_("不采用新的赢率"), roles=("dept_head",))
def drop_chances(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Leave proposed chances alone; those before them go on to hold.

    Raises:
        Refused: CHANCES_DECIDED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: there are none.
    """
    return _decided(actor, public_id, "dropped", reason, None)


def _decided(actor: Actor, public_id: UUID, state: str, reason: str, valid_from: date | None) -> str:
    check_reason(reason)
    refuse_terms_in(reason=reason)
    hold(f"jinlan pipeline|{actor.entity}")
    row = visible(actor, PipelineMeasure).filter(public_id=public_id, kind=CHANCE).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这组赢率。", "")
    if row.state != "proposed":
        raise Refused(
            "CHANCES_DECIDED", "%(who)s 已于 %(day)s 作出决定。", "请刷新页面查看结果。", who=row.decided_name, day=business_date(row.decided_at or actor.at)
        )  # fmt: skip
    row.state, row.valid_from, row.reason = state, valid_from, reason.strip()[:500]
    row.decided_by, row.decided_name, row.decided_at = actor.username, name_of(actor), actor.at
    row.save(
        update_fields=["state", "valid_from", "reason", "decided_by", "decided_name", "decided_at"],
        force_update=True,
    )
    audit(
        actor, f"engagement.chances_{state}", "pipeline", row.public_id, before={"state": "proposed"}, after={"state": state, "valid_from": valid_from},
        reason=reason.strip()[:500],
    )  # fmt: skip
    return str(row.public_id)


def _made(
    actor: Actor, kind: str, as_of: date, figures: Mapping[str, Any], inputs: Mapping[str, Any]
) -> PipelineMeasure:
    """Append a row; the pace holds at once, chances wait for a person."""
    holds = kind == PACE
    return PipelineMeasure.objects.create(
        entity=actor.entity, kind=kind, state="held" if holds else "proposed", as_of=as_of, run=uuid7(), valid_from=as_of if holds else None,
        figures=dict(figures), inputs=dict(inputs), made_at=actor.at,
    )  # fmt: skip


def _moves(actor: Actor, until: date) -> Iterator[list[Move]]:
    """Yield the moves of each opportunity of the bank up to a day, in order."""
    steps = visible(actor, OpportunityStep).filter(entity=actor.entity, act__in=MOVES, day__lte=until)
    rows = steps.order_by("opportunity_id", "day", "at", "id").values_list("opportunity_id", "day", "stage", "act")  # fmt: skip
    for _key, some in groupby(rows.iterator(chunk_size=20_000), key=lambda one: one[0]):
        yield [Move(day, stage, name in ENDS) for _one, day, stage, name in some]


def _ended(actor: Actor, until: date) -> list[Ended]:
    rows = visible(actor, Opportunity).filter(entity=actor.entity, closed_on__lte=until).exclude(state=OPEN)
    return [Ended(*one) for one in rows.values_list("state", "furthest", "loss")]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _named(versions: Sequence[str], *names: str) -> list[str]:
    """Return the versions of the rules that a figure follows from."""
    return [one for one in versions if one.startswith(tuple(f"PIPELINE.{name}" for name in names))]
