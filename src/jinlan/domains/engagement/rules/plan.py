"""What an account plan (客户发展计划) consists of, when it is complete, and what of it a client may see (06 §6.5).

A plan is a document of entries (`rules.document`). Sections without a kind of their own are read from elsewhere: people, figures,
reviews.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.document import ACTION, OBJECTIVE, Document, Entry, Missing, Shape

SECTIONS = (
    "PROFILE", "PEOPLE", "BUSINESS", "STATEMENT", "SWOT", "NEEDS", "OBJECTIVES", "ACTIONS", "RESOURCES", "RISKS", "MUTUAL", "REVIEWS",
)  # fmt: skip
CELL = "CELL"
_SAID = ("text", "source")
_JUDGED = ("text", "source", "owner")
SHAPES: Mapping[str, Shape] = {
    "VISION": Shape("PROFILE", ("text",), (), 1, 1, ("text",)),
    "ROLE": Shape("PROFILE", ("text",), (), 1, 1, ("text",)),
    "AIM": Shape("PROFILE", _SAID, (), 1, 10, ("text",)),
    "CONTACT": Shape("PEOPLE", ("text", "owner"), ("person",)),
    "PRIORITY": Shape("BUSINESS", _SAID, (), 1, 10, ("text",)),
    "TREND": Shape("BUSINESS", _SAID, (), 0, 10),
    "CHALLENGE": Shape("BUSINESS", _SAID, (), 0, 10),
    "RIVAL": Shape("BUSINESS", _SAID, (), 0, 10),
    "POSITION": Shape("STATEMENT", _SAID, (), 1, 10),
    "STRENGTH": Shape("SWOT", _JUDGED, (), 1),
    "WEAKNESS": Shape("SWOT", _JUDGED, (), 1),
    "OPPORTUNITY": Shape("SWOT", _JUDGED, (), 1),
    "THREAT": Shape("SWOT", _JUDGED, (), 1),
    "NEED": Shape("NEEDS", _JUDGED, (), 1, 20, ("text",)),
    CELL: Shape("NEEDS", ("product", "standing"), ("member", "text"), 0, 200, once=("member", "product")),
    OBJECTIVE: Shape(
        "OBJECTIVES", ("text", "metric", "baseline", "target", "since", "due", "owner"), ("unit", "person"), 3, 5,
        ("text", "baseline", "target", "due", "owner", "person", "progress"),
    ),
    ACTION: Shape(
        "ACTIONS", ("text", "side", "owner", "since", "due"), ("objective", "person", "after", "mutual"), 1, 60,
        ("text", "side", "owner", "person", "since", "due", "state"),
    ),
    "HOURS": Shape("RESOURCES", ("amount", "text"), (), 1, 1),
    "PRICE": Shape("RESOURCES", ("text",)),
    "LIMIT": Shape("RESOURCES", ("amount", "text")),
    "CAPITAL": Shape("RESOURCES", ("amount", "text"), (), 0, 1),
    "RISK": Shape("RISKS", ("text", "answer", "owner"), ("source",), 1),
}  # fmt: skip
PLAN = Document(SECTIONS, SHAPES)


def missing_of(entries: Sequence[Entry]) -> list[Missing]:
    """Return what a plan lacks, in the order of its sections; an objective without any action counts as an action that is missing."""
    found = PLAN.missing_of(entries)
    if not any(one.kind == ACTION for one in found):
        deeds = [one for one in entries if one.kind == ACTION]
        served = {one.objective for one in deeds}
        idle = sum(one.kind == OBJECTIVE and str(one.key) not in served for one in entries)
        if idle:
            found.append(Missing(ACTION, len(deeds), len(deeds) + idle))
    return found


def shareable(entries: Iterable[Entry]) -> list[str]:
    """Return every field of a plan that a client may be shown, as ``key.field``."""
    return [f"{one.key}.{name}" for one in entries for name in SHAPES[one.kind].shown if _tells(one, name)]


def _tells(one: Entry, name: str) -> bool:
    return name in ("progress", "state") or getattr(one, name) not in (None, "", ())


def check_shared(entries: Sequence[Entry], shared: Collection[str]) -> list[str]:
    """Return the chosen fields in the order of the plan.

    Raises:
        Refused: PLAN_SHARED, one of them is not to be shown, or not there.
    """
    allowed = shareable(entries)
    if set(shared) - set(allowed):
        raise Refused("PLAN_SHARED", "有一项不能给客户看，或已不在计划里。", "请刷新页面后重新勾选。")
    return [one for one in allowed if one in set(shared)]


def shown_to_client(entries: Sequence[Entry], shared: Collection[str]) -> list[tuple[Entry, tuple[str, ...]]]:
    """Return the entries that a client sees, each with the fields that he sees of it; nothing that was not chosen."""
    found = []
    for one in entries:
        names = tuple(name for name in SHAPES[one.kind].shown if f"{one.key}.{name}" in shared)
        if names:
            found.append((one, names))
    return found
