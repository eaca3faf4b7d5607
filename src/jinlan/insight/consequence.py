"""What a definition would do to a bank, in figures: who moves, where the lines lie, what is covered, how it is spread (01 §1.5, §1.8).

Everything is JSON: the answer of a dry run, kept with it. Points are text of two places, money text in base currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jinlan.insight.assess import needed
from jinlan.insight.definition import POINT, Definition
from jinlan.insight.dryrun import Judged, Move, Stock, Sway, moves
from jinlan.insight.ranking import concentration, places_on, topsis
from jinlan.insight.score import OK, Column
from jinlan.insight.wire import fixed
from jinlan.lake.features.catalog import places_of

BIN = 200  # width of a bar of the distribution, in 1e-2 points
BINS = 10_000 // BIN
MOVED, NEAR, LISTED, CURVE = 300, 40, 60, 40  # rows shown at most
COVERED = ("revenue_12m", "aum", "loan")
SPREAD = "revenue_12m"


def consequence(
    before: Judged, after: Judged, stock: Stock, margin: int, about: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return what `after` does beside `before`.

    Args:
        before: the version in force, judged.
        after: the definition that is tried, judged on the same stock.
        stock: the clients.
        margin: how near to a line is borderline, in 1e-2 points.
        about: names of ways to divide clients ("industry", "region") -> root party -> code.
    """
    found = moves(before, after, stock)
    return {
        "units": len(stock.subjects),
        "scored": sum(score is not None for score in after.card.scores),
        "stopped": _stopped(stock),
        "tiers": _tiers(before, after),
        "moves": dict(Counter(move.kind for move in found)),
        "moved": _moved(found, stock, after.definition),
        "holders": [
            [stock.subjects[place].unit_id, old, new]
            for place, (old, new) in enumerate(zip(before.tiers, after.tiers, strict=True))
            if old or new
        ],
        "bins": {"before": _bins(before.card.scores), "after": _bins(after.card.scores)},
        "lines": _lines(before, after),
        "near": _near(after, stock, margin),
        "covered": [_covered(code, before, after, stock) for code in COVERED if code in stock.columns],
        "parts": _parts(before, after, stock, about),
        "spread": _spread(stock, after),
        "list": _list(after, stock),
    }  # fmt: skip


def _stopped(stock: Stock) -> dict[str, int]:
    """Return how many clients each gate stops, and how many ended; secret gates only together."""
    found: Counter[str] = Counter()
    for subject in stock.subjects:
        if subject.ended:
            found["ENDED"] += 1
        for gate in subject.gates:
            if gate.passed is False:
                found["RESTRICTED" if gate.secret else gate.code] += 1
    return dict(found)


def _ladder(before: Definition, after: Definition) -> list[str]:
    new = [line.tier for line in after.lines]
    return [*new, *(line.tier for line in before.lines if line.tier not in new), ""]


def _tiers(before: Judged, after: Judged) -> list[dict[str, Any]]:
    old, new = Counter(before.tiers), Counter(after.tiers)
    return [
        {"tier": tier, "before": old[tier], "after": new[tier]}
        for tier in _ladder(before.definition, after.definition)
    ]


def _moved(found: Sequence[Move], stock: Stock, definition: Definition) -> list[dict[str, Any]]:
    """Return the moves that matter most first: who leaves, falls, rises, enters; the highest tiers first."""
    order = {"leaves": 0, "down": 1, "up": 2, "enters": 3}
    roots = {subject.unit_id: subject for subject in stock.subjects} if found else {}
    ranked = sorted(
        found,
        key=lambda move: (
            order[move.kind],
            -definition.level(move.before or move.after),
            -(move.score_after or 0),
        ),
    )
    shown: list[Move] = []
    for kind in order:  # every kind of move gets its share of the room
        shown += [move for move in ranked if move.kind == kind][: MOVED // len(order)]
    return [
        {
            "unit": move.unit_id, "root": roots[move.unit_id].root, "branch": roots[move.unit_id].branch or "", "kind": move.kind,
            "before": move.before, "after": move.after, "score_before": _points(move.score_before),
            "score_after": _points(move.score_after), "why": list(move.why),
        }
        for move in shown
    ]  # fmt: skip


def _points(value: int | None) -> str | None:
    return None if value is None else fixed(value, 2)


def _bins(scores: Iterable[int | None]) -> list[int]:
    found = [0] * BINS
    for score in scores:
        if score is not None:
            found[min(BINS - 1, max(0, score) // BIN)] += 1
    return found


def _lines(before: Judged, after: Judged) -> list[dict[str, Any]]:
    old = {line.tier: line for line in before.definition.lines}
    return [
        {
            "tier": line.tier, "on": line.on, "entry": str(line.entry), "exit": str(line.exit),
            "entry_before": str(old[line.tier].entry) if line.tier in old else None,
        }
        for line in after.definition.lines
    ]  # fmt: skip


def _near(after: Judged, stock: Stock, margin: int) -> list[dict[str, Any]]:
    """Return per line how many stand within the margin of it, and the nearest of them."""
    levels = {tier: after.definition.level(tier) for tier in set(stock.held)}
    held = [levels[tier] for tier in stock.held]
    found = []
    for line in after.definition.lines:
        level, rows = after.definition.level(line.tier), []
        for place, value in enumerate(after.values[line.tier]):
            if value is None or value + margin < line.leaves or stock.blocked[place]:
                continue
            distance = value - (line.leaves if held[place] >= level else line.enters)
            if abs(distance) <= margin:
                rows.append((abs(distance), place, distance))
        rows.sort()
        found.append({
            "tier": line.tier, "units": len(rows),
            "rows": [
                {"unit": stock.subjects[place].unit_id, "root": stock.subjects[place].root, "held": stock.held[place],
                 "distance": fixed(distance, 2), "tier": after.tiers[place]}
                for _near, place, distance in rows[:NEAR]
            ],
        })  # fmt: skip
    return found


def _covered(code: str, before: Judged, after: Judged, stock: Stock) -> dict[str, Any]:
    """Return how much of a measure the bank's clients have, and how much those with a tier have before and after."""
    column = stock.columns[code]
    whole = old = new = unknown = 0
    for place, (value, state) in enumerate(zip(column.values, column.states, strict=True)):
        if state != OK:
            unknown += 1
        elif value is not None:
            whole += value
            old += value if before.tiers[place] else 0
            new += value if after.tiers[place] else 0
    places = places_of(code)
    return {
        "measure": code, "all": fixed(whole, places), "before": fixed(old, places), "after": fixed(new, places), "unknown": unknown,
    }  # fmt: skip


def _parts(
    before: Judged, after: Judged, stock: Stock, about: Mapping[str, Mapping[str, str]]
) -> dict[str, list[list[Any]]]:
    """Return per way to divide clients: [code, clients, with a tier before, after], the most after first."""
    ways = {"branch": {subject.root: subject.branch or "" for subject in stock.subjects}, **about}
    found = {}
    for way, codes in ways.items():
        counts: dict[str, list[int]] = {}
        for place, subject in enumerate(stock.subjects):
            row = counts.setdefault(codes.get(subject.root, ""), [0, 0, 0])
            row[0] += 1
            row[1] += bool(before.tiers[place])
            row[2] += bool(after.tiers[place])
        held: list[list[Any]] = [[code, *row] for code, row in counts.items() if row[1] or row[2]]
        found[way] = sorted(held, key=lambda row: (-row[3], -row[2], row[0]))
    return found


def _spread(stock: Stock, after: Judged) -> dict[str, Any]:
    """Return how unequally revenue is spread over all clients, and how much of it those with a tier bring."""
    if SPREAD not in stock.columns:
        return {}
    column = stock.columns[SPREAD]
    values = [
        value
        for value, state in zip(column.values, column.states, strict=True)
        if state == OK and value is not None
    ]
    found = concentration(values, points=CURVE)
    places = places_on(len(values), CURVE) if found.whale else []
    curve = [[0, "0"], *([place + 1, str(share)] for place, share in zip(places, found.whale, strict=True))]
    return {
        "measure": SPREAD, "units": len(values), "top": _text(found.top), "gini": _text(found.gini), "curve": curve,
        "tiered": sum(map(bool, after.tiers)),
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _list(after: Judged, stock: Stock) -> list[dict[str, Any]]:
    """Return the list that a committee reads: the best by score of those with a tier, with their place by TOPSIS on the points."""
    ranked = [
        place for place, tier in enumerate(after.tiers) if tier and after.card.scores[place] is not None
    ]
    ranked.sort(key=lambda place: (-(after.card.scores[place] or 0), stock.subjects[place].unit_id))
    shown = ranked[:LISTED]
    rows = [[Decimal(points[place] or 0) / POINT for points in after.card.points] for place in shown]
    near = topsis(rows, [one.weight for one in after.definition.criteria])
    order = sorted(range(len(shown)), key=lambda at: (-near[at], at))
    places = {at: number for number, at in enumerate(order, start=1)}
    return [
        {
            "unit": stock.subjects[place].unit_id, "root": stock.subjects[place].root, "tier": after.tiers[place],
            "score": _points(after.card.scores[place]), "rank": at + 1, "topsis": str(near[at]), "place": places[at],
        }
        for at, place in enumerate(shown)
    ]  # fmt: skip


def swayed(found: Iterable[Sway]) -> list[dict[str, Any]]:
    """Return a sensitivity as JSON: the part that moves most clients first."""
    rows: list[dict[str, Any]] = [
        {"about": one.about, "code": one.code, "factor": str(one.factor), "moved": one.moved, "entering": one.entering, "leaving": one.leaving}
        for one in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row["moved"])


def absent(definition: Definition, columns: Mapping[str, Column]) -> list[str]:
    """Return the measures of a definition that a stock does not hold: they must be computed first."""
    return [code for code in needed(definition) if code not in columns]
