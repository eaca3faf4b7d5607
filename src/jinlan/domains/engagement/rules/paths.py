"""How do we reach somebody (怎样找到)? The shortest ways over colleagues, their ties, reporting lines and shared boards."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Node = tuple[str, str]  # ("us", employee code) or ("them", key of a person)
US, THEM = "us", "them"
COLLEAGUE, TIE, CHIEF, REPORT, BOARD = "colleague", "tie", "chief", "report", "board"
BEST = 4  # of the scale of access
MOST = 3
_WEIGHTS = {COLLEAGUE: 1, CHIEF: 2, REPORT: 2, BOARD: 2}


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step: asks a colleague, a tie of some access, up or down a reporting line, or across a board."""

    kind: str
    source: Node
    target: Node
    access: int = 0

    @property
    def weight(self) -> int:
        """Return how far it is: a tie of the best access is 1, each grade below it one more."""
        return BEST + 1 - self.access if self.kind == TIE else _WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True)
class Path:
    """A way to somebody, step by step."""

    steps: tuple[Step, ...]

    @property
    def weight(self) -> int:
        """Return how far it is."""
        return sum(one.weight for one in self.steps)


@dataclass(frozen=True, slots=True)
class Found:
    """Up to three ways, the shortest first; without any, `missing` says what there is not and `near` who stands close to him.

    `missing`: "ties" when none of ours knows anybody of the client, "alone" when nothing leads to him, "apart" when what leads
    to him starts with people whom none of ours knows.
    """

    paths: tuple[Path, ...]
    missing: str = ""
    near: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom it is about: ties as (employee, person, access), reporting lines as person -> chief, and boards."""

    ties: Sequence[tuple[str, int, int]]
    chiefs: Mapping[int, int]
    boards: Collection[Collection[int]] = ()


def paths_to(circle: Circle, asking: str, person: int, most: int = MOST) -> Found:
    """Return how an employee of ours reaches a person of the client.

    Args:
        circle: who knows whom.
        asking: the employee's code.
        person: the key of whom he wants to reach.
        most: of how many ways.
    """
    graph = _graph(circle, asking)
    start, target = (US, asking), _them(person)
    found = _ways(graph, start, target, most)
    if found:
        return Found(tuple(found))
    near = _around(circle, person)
    if not any(access for _employee, _person, access in circle.ties):
        return Found((), "ties", near)
    return Found((), "apart" if near else "alone", near)


def _them(person: int) -> Node:
    return THEM, str(person)


def _graph(circle: Circle, asking: str) -> dict[Node, list[Step]]:
    graph: dict[Node, list[Step]] = {}
    for one in _steps(circle, asking):
        graph.setdefault(one.source, []).append(one)
    return graph


def _steps(circle: Circle, asking: str) -> Iterable[Step]:
    me = (US, asking)
    known = [(employee, person, access) for employee, person, access in circle.ties if access > 0]
    for employee in sorted({employee for employee, _person, _access in known} - {asking}):
        yield Step(COLLEAGUE, me, (US, employee))
    for employee, person, access in known:
        yield Step(TIE, (US, employee), _them(person), access)
    for person, chief in circle.chiefs.items():
        yield Step(CHIEF, _them(person), _them(chief))
        yield Step(REPORT, _them(chief), _them(person))
    for board in circle.boards:
        for one, other in combinations(sorted(board), 2):
            yield Step(BOARD, _them(one), _them(other))
            yield Step(BOARD, _them(other), _them(one))


def _ways(graph: Mapping[Node, list[Step]], start: Node, target: Node, most: int) -> list[Path]:
    """Return the shortest ways without a circle, by Yen: each next one leaves an earlier one at some place."""
    first = _shortest(graph, start, target, (), frozenset())
    found = [first] if first else []
    waiting: list[tuple[int, int, tuple[Step, ...]]] = []
    while found and len(found) < most:
        last = found[-1].steps
        for place, left in enumerate(last):
            begun = last[:place]
            taken = {
                one.steps[place] for one in found if one.steps[:place] == begun and len(one.steps) > place
            }
            rest = _shortest(graph, left.source, target, [one.source for one in begun], taken)
            if rest:
                whole = Path((*begun, *rest.steps))
                entry = (whole.weight, len(whole.steps), whole.steps)
                if entry not in waiting:
                    heapq.heappush(waiting, entry)
        if not waiting:
            break
        found.append(Path(heapq.heappop(waiting)[2]))
    return found


def _shortest(
    graph: Mapping[Node, list[Step]], start: Node, target: Node, closed: Collection[Node], taken: Collection[Step]
) -> Path | None:  # fmt: skip
    """Return the shortest way (Dijkstra) that enters no closed place and takes no taken step; fewer steps, then codes, decide."""
    waiting: list[tuple[int, int, Node, tuple[Step, ...]]] = [(0, 0, start, ())]
    seen = set(closed)
    while waiting:
        far, many, here, steps = heapq.heappop(waiting)
        if here == target:
            return Path(steps)
        if here in seen:
            continue
        seen.add(here)
        for one in graph.get(here, ()):
            if one.target not in seen and one not in taken:
                heapq.heappush(waiting, (far + one.weight, many + 1, one.target, (*steps, one)))
    return None


def _around(circle: Circle, person: int) -> tuple[int, ...]:
    """Return who is one step from somebody at the client itself: to know one of them is to reach him."""
    near = {chief for one, chief in circle.chiefs.items() if one == person}
    near |= {one for one, chief in circle.chiefs.items() if chief == person}
    for board in circle.boards:
        near |= set(board) if person in board else set()
    return tuple(sorted(near - {person}))
