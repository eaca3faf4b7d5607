"""What would bring a client to a tier's line? The smallest change of each criterion alone, the others as they are (01 §1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinlan.insight.assess import Subject, line_values
from jinlan.insight.definition import Criterion, Definition, Line
from jinlan.insight.score import OK, Column, Scorecard
from jinlan.lake.features.catalog import MEASURES


@dataclass(frozen=True, slots=True)
class Change:
    """One way to the line: raw values times the measure's scale, points in 1e-4; `now` is None where there is nothing to measure."""

    code: str
    measure: str
    now: int | None
    needed: int
    points_now: int
    points_needed: int


def changeable(measure: str) -> bool:
    """Tell whether a client can change a measure by what he does: time that has passed he cannot."""
    return MEASURES[measure].unit != "years"


def smallest_changes(
    definition: Definition, line: Line, subject: Subject, figures: Mapping[str, Column], place: int
) -> list[Change] | None:
    """Return the smallest change of each criterion that alone lifts a client to a line's entry, the least points first.

    Args:
        definition: the definition in force.
        line: one of its lines.
        subject: the client.
        figures: every measure of the definition, over any number of clients.
        place: the client's position in them.

    Returns:
        [] when no single change is enough, or the client may not hold the tier; None when he is at the line already or his value
        there is not known.
    """
    columns = {code: Column([one.values[place]], [one.states[place]]) for code, one in figures.items()}
    value = _value(definition, line, subject, columns)
    if value is None or value >= line.enters:
        return None
    wanted = [
        one for one in definition.criteria if line.on in ("score", one.family) and changeable(one.measure)
    ]
    found = [
        _change(definition, line, subject, columns, one)
        for one in wanted
        if columns[one.measure].states[0] == OK
    ]
    return sorted(filter(None, found), key=lambda one: (one.points_needed - one.points_now, one.code))


def _value(definition: Definition, line: Line, subject: Subject, columns: Mapping[str, Column]) -> int | None:
    return line_values(line, Scorecard(definition, columns), [subject])[0]


def _change(
    definition: Definition, line: Line, subject: Subject, columns: Mapping[str, Column], criterion: Criterion
) -> Change | None:
    """Halve the way from where the client stands to the end of the table, as long as the line is still met."""
    rising = criterion.points[-1][1] >= criterion.points[0][1]
    now = columns[criterion.measure].values[0]
    first, last = criterion.ends
    worst, best = (first, last) if rising else (last, first)

    def meets(raw: int) -> bool:
        tried = {**columns, criterion.measure: Column([raw], [OK])}
        value = _value(definition, line, subject, tried)
        return value is not None and value >= line.enters

    if (now is not None and (best <= now if rising else best >= now)) or not meets(best):
        return None
    start = now if now is not None else worst
    low, high = sorted((start, best))
    while high - low > 1:
        middle = (low + high) // 2
        if meets(middle) == rising:
            high = middle
        else:
            low = middle
    needed = high if rising else low
    needed = start if now is None and meets(start) else needed
    return Change(
        criterion.code, criterion.measure, now, needed, criterion.points_of(now), criterion.points_of(needed)
    )
