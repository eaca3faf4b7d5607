"""How strong a relationship is (06 §6.3): coverage, recency, reciprocity, attitude and breadth, and the index of the five.

What is unknown is never a zero: such a part is named and left out, and the weights of the others are scaled up to add to one.
Everything decays with time, so it is computed when it is read and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

REGULAR = 2  # of the scale of access: regular, from which on a tie is active
LOWEST, HIGHEST = -2, 2  # the scale of attitude
COVERAGE, RECENCY, RECIPROCITY, ATTITUDE, BREADTH = PARTS = ("coverage", "recency", "reciprocity", "attitude", "breadth")  # fmt: skip
_DIGITS = 28
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the client: influence 1–5 and attitude −2…2 or unknown, our best access 0–4, when any of us last met him."""

    influence: int | None = None
    access: int = 0
    last: date | None = None
    attitude: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was held with the people of the client in the window: how often, how often the client began it, and the last day."""

    held: int = 0
    begun_by_client: int = 0
    last: date | None = None
    within: int = 0  # days of the window


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its value 0–1, None when unknown; its weight, its inputs by name, and why it is unknown."""

    name: str
    value: Fraction | None
    weight: Fraction = Fraction(0)
    inputs: Mapping[str, int | date] = field(default_factory=dict)
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the register says: weights by part, and the numbers behind the parts."""

    weights: Mapping[str, Fraction]
    half_life: int  # days after which a contact counts half
    within: int  # days in which a contact keeps a person covered
    ties: int  # active ties that are broad enough


@dataclass(frozen=True, slots=True)
class Strength:
    """The index 0–100, None when every part is unknown, and all five parts."""

    index: Fraction | None
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """Return a part by its name."""
        return next(one for one in self.parts if one.name == name)

    @property
    def left_out(self) -> tuple[Part, ...]:
        """Return the parts that are unknown, by which the index is not what it would be with them."""
        return tuple(one for one in self.parts if one.value is None)


def coverage(people: Sequence[Known], today: date, within_days: int) -> Part:
    """Return the influence of those whom we know well and met lately, of that of everybody whose influence is known.

    5, 4 and 3 with access 3, 1 and 2, all met: (5 + 3) / 12 = 66.7 %.
    """
    weighed = [(one, one.influence) for one in people if one.influence is not None]
    every = sum(influence for _one, influence in weighed)
    reached = sum(influence for one, influence in weighed if is_covered(one, today, within_days))
    inputs: dict[str, int | date] = {
        "reached": reached, "identified": every, "people": len(people), "unweighed": len(people) - len(weighed), "within": within_days,
    }  # fmt: skip
    if not every:
        return Part(COVERAGE, None, inputs=inputs, unknown="influence")
    return Part(COVERAGE, Fraction(reached, every), inputs=inputs)


def is_covered(one: Known, today: date, within_days: int) -> bool:
    """Tell whether we know somebody well enough and met him lately enough."""
    return one.access >= REGULAR and one.last is not None and (today - one.last).days <= within_days


def recency(last: date | None, today: date, half_life: int) -> Part:
    """Return 0.5 to the power of days since the last contact by half-life: 90 days give 0.5, 180 give 0.25."""
    if last is None:
        return Part(RECENCY, None, inputs={"half_life": half_life}, unknown="contact")
    days = max(0, (today - last).days)
    with localcontext() as context:
        context.prec = _DIGITS
        value = _HALF ** (Decimal(days) / Decimal(half_life))
    return Part(RECENCY, Fraction(value), inputs={"last": last, "days": days, "half_life": half_life})


def reciprocity(exchange: Exchange) -> Part:
    """Return the share of contacts that the client began."""
    inputs: dict[str, int | date] = {
        "begun": exchange.begun_by_client,
        "held": exchange.held,
        "within": exchange.within,
    }
    if not exchange.held:
        return Part(RECIPROCITY, None, inputs=inputs, unknown="contact")
    return Part(RECIPROCITY, Fraction(exchange.begun_by_client, exchange.held), inputs=inputs)


def attitude(people: Sequence[Known]) -> Part:
    """Return the mean attitude weighted by influence, −2…2 mapped to 0…1; people with either unknown are left out."""
    known = [(one.influence, one.attitude) for one in people if one.influence is not None and one.attitude is not None]  # fmt: skip
    inputs: dict[str, int | date] = {"people": len(known), "unknown": len(people) - len(known)}
    if not known:
        return Part(ATTITUDE, None, inputs=inputs, unknown="attitude")
    mean = Fraction(sum(weight * value for weight, value in known), sum(weight for weight, _ in known))
    return Part(ATTITUDE, (mean - LOWEST) / (HIGHEST - LOWEST), inputs=inputs)


def breadth(people: Sequence[Known], active: int, target: int) -> Part:
    """Return active ties ÷ how many are broad enough, 1 at most; unknown while nobody of the client is."""
    inputs: dict[str, int | date] = {"ties": active, "target": target}
    if not people:
        return Part(BREADTH, None, inputs=inputs, unknown="people")
    return Part(BREADTH, min(Fraction(1), Fraction(active, target)), inputs=inputs)


def strength(
    people: Sequence[Known], exchange: Exchange, active: int, today: date, measure: Measure
) -> Strength:
    """Return the index of a relationship and its parts.

    Args:
        people: those of the client who act for it today.
        exchange: what was held with them.
        active: ties of access regular or better, each of one of ours with one of theirs.
        today: the day of reading.
        measure: what the register says.
    """
    found = (
        coverage(people, today, measure.within), recency(exchange.last, today, measure.half_life), reciprocity(exchange),
        attitude(people), breadth(people, active, measure.ties),
    )  # fmt: skip
    parts = tuple(
        Part(one.name, one.value, measure.weights[one.name], one.inputs, one.unknown) for one in found
    )
    known = [(one.weight, one.value) for one in parts if one.value is not None]
    whole = sum((weight for weight, _value in known), Fraction(0))
    if not whole:
        return Strength(None, parts)
    return Strength(100 * sum((weight * value for weight, value in known), Fraction(0)) / whole, parts)


@dataclass(frozen=True, slots=True)
class Threading:
    """Which of ours have active ties to which of theirs: employee codes and keys of people, and the number of ties."""

    ours: frozenset[str]
    theirs: frozenset[int]
    ties: int

    @property
    def single(self) -> bool:
        """Tell whether everything hangs on one of ours."""
        return len(self.ours) == 1


def threading(ties: Sequence[tuple[str, int, int]]) -> Threading:
    """Return the threads of (employee, person, access): only access regular or better counts."""
    active = {(employee, person) for employee, person, access in ties if access >= REGULAR}
    ours = frozenset(employee for employee, _person in active)
    return Threading(ours, frozenset(person for _employee, person in active), len(active))
