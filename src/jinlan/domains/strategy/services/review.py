"""The monthly review: what was published is written down as the life of each tier, and what waits as a worklist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.models import TierDecision, TierProposal
from jinlan.domains.strategy.rules import life
from jinlan.domains.strategy.rules.life import Standing, Step
from jinlan.domains.strategy.services.telling import tell_leads
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving

Row = Mapping[str, Any]
REVIEW = "review"  # who proposes


def review_month(*, actor: Actor) -> dict[str, int]:
    """Write down the steps up to the newest published month-end, and what that month-end proposes; returns how many are new.

    Done again it adds nothing. What the history said before a correction stays on record.
    """
    with scoped(actor, write=True):
        shown = serving.published(actor)
        if shown is None or not shown.month_ends:
            return {"steps": 0, "proposals": 0}
        rows = serving.standings(actor, dates=shown.month_ends)
        places = clients.places_of(actor, unit_ids={row["unit_id"] for row in rows})
        found = [one for one in _steps(actor, rows) if one[0]["unit_id"] in places]
        latest = [row for row in rows if row["as_of"] == shown.month_ends[0] and row["unit_id"] in places]
        details = serving.details(actor, keys={(row["unit_id"], row["as_of"]) for row, _ in found} | {
            (row["unit_id"], row["as_of"]) for row in latest if _proposed(row)
        })  # fmt: skip
        steps = [
            _decision(actor, row, step, places[row["unit_id"]], details, told=row["as_of"] == shown.month_ends[0])
            for row, step in found
        ]  # fmt: skip
        asked = [_proposal(actor, row, places[row["unit_id"]], details) for row in latest if _proposed(row)]
        counts = {
            "steps": _kept(TierDecision, steps, actor.entity),
            "proposals": _kept(TierProposal, asked, actor.entity),
        }
        told = [one for one in steps if one.as_of == shown.month_ends[0]]
        tell_leads(actor, told, since=shown.month_ends[1] if len(shown.month_ends) > 1 else None)
        if any(counts.values()):
            audit(
                actor, "strategy.month_reviewed", "review", shown.month_ends[0].isoformat(), after=counts
            )  # fmt: skip
        return counts


def _kept(model: Any, rows: list[Any], entity: str) -> int:
    """Write what is not there yet and return how many that were."""
    before: int = model.objects.filter(entity=entity).count()
    model.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    return int(model.objects.filter(entity=entity).count()) - before


def _steps(actor: Actor, rows: Sequence[Row]) -> Iterator[tuple[Row, Step]]:
    """Yield every step of every unit with the published row that shows it, and in its `gates` those of before as well."""
    decided: dict[int, list[tuple[date, str]]] = {}
    own = TierDecision.objects.filter(entity=actor.entity, source=TierDecision.COMMITTEE)
    for unit, since, tier in own.values_list("unit_id", "since", "after"):
        decided.setdefault(unit, []).append((since, tier))
    for unit, group in groupby(rows, key=lambda row: row["unit_id"]):
        history = [(None, life.NOTHING), *((row, _standing(row)) for row in group)]
        for (_, before), (row, now) in pairwise(history):
            step = life.happened(before, now, decided.get(unit, ()))
            if step is not None and row is not None:
                # A tier that comes back after a secret suspension must not tell that there was one.
                yield {**row, "gates": f"{before.gates},{row['gates']}"}, step


def _standing(row: Row) -> Standing:
    return Standing(
        as_of=row["as_of"], tier=row["effective_tier"], level=row["tier_level"], state=row["tier_state"], since=row["tier_since"],
        source=row["tier_source"], proposed=row["proposed_tier"], gates=row["gates"],
    )  # fmt: skip


def _proposed(row: Row) -> str:
    return life.proposal_of(_standing(row))


def _about(actor: Actor, row: Row, place: clients.Place) -> dict[str, Any]:
    return {
        "entity": actor.entity, "unit_id": row["unit_id"], "domain": place.domain, "branch_id": place.branch, "unit_code": place.code,
        "kind": row["kind"], "as_of": row["as_of"], "made_at": actor.at,
    }  # fmt: skip


def _evidence(row: Row, step: str, detail: Row) -> dict[str, Any]:
    return life.evidence_of(
        detail, score=row["score"], rank=row["rank"], rank_n=row["rank_n"], gates=row["gates"], step=step
    )


def _decision(
    actor: Actor,
    row: Row,
    step: Step,
    place: clients.Place,
    details: Mapping[tuple[int, date], Row],
    *,
    told: bool,
) -> TierDecision:
    """Return the row of a step; `told`: it is new, so the client may hear of it."""
    detail = details.get((row["unit_id"], row["as_of"]), {})
    override = detail.get("override") if step.source == "OVERRIDE" else None
    people = [override[name] for name in ("checker", "approver")] if override else []
    evidence = _evidence(row, step.step, detail)
    if override:
        evidence |= {name: override.get(name, "") for name in ("reason_code", "evidence", "expires")}
    return TierDecision(
        **_about(actor, row, place), step=step.step, before=step.before, after=step.after, since=step.since, source=step.source,
        evidence=evidence, proposer=override["proposer"] if override else REVIEW, approvers=people,
        letter=life.letter_for(step.step, row["gates"]) if told else "",
    )  # fmt: skip


def _proposal(
    actor: Actor, row: Row, place: clients.Place, details: Mapping[tuple[int, date], Row]
) -> TierProposal:
    step = _proposed(row)
    after = row["proposed_tier"] if row["proposed_tier"] is not None else row["effective_tier"]
    detail = details.get((row["unit_id"], row["as_of"]), {})
    return TierProposal(
        **_about(actor, row, place),
        step=step,
        before=row["effective_tier"],
        after=after,
        evidence=_evidence(row, step, detail),
    )
