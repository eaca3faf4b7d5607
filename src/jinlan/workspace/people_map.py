"""The drawn map of a client's people: who stands where, sized by influence, coloured and signed by attitude, and who knows whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jinlan.domains.engagement import words
from jinlan.domains.engagement.rules.strength import REGULAR
from jinlan.domains.engagement.selectors.people import Relations

Context = dict[str, Any]
PER_ROW = 12  # of one row, before a level takes another
AREA = 1000  # places are thousandths of the map, as people draw them
ROW_HEIGHT, LEAST_HEIGHT, PLACE_WIDTH = (
    76,
    320,
    72,
)  # pixels; the map is as wide as its box, and at least so wide
FEW = 40  # people up to whom everybody's name is written
LOUD = 4  # influence from which on a name is written in any case
_SIZES = {None: 14, 1: 14, 2: 18, 3: 22, 4: 28, 5: 34}
_OURS = "us"


def drawing(found: Relations, lines: Mapping[int, Context], *, may_draw: bool) -> Context:
    """Return what the browser draws: bands by level from top to bottom with ours at the foot, nodes in thousandths, edges."""
    bands = _bands(found)
    rows = sum(len(one["rows"]) for one in bands)
    nodes: list[Context] = []
    marks: list[Context] = []
    at = 0
    for band in bands:
        marks.append({"name": str(band["name"]), "y": round(AREA * at / rows)})
        for row in band["rows"]:
            nodes += _row(found, lines, row, round(AREA * (at + 0.5) / rows))
            at += 1
    return {
        "nodes": nodes, "edges": _edges(found), "bands": marks, "height": max(LEAST_HEIGHT, ROW_HEIGHT * rows), "area": AREA,
        "width": PLACE_WIDTH * max((len(row) for one in bands for row in one["rows"]), default=1),
        "draws": may_draw, "crowded": _crowded(found),
    }  # fmt: skip


def _crowded(found: Relations) -> bool:
    """Tell whether there are so many that only some names and the better ties are drawn."""
    return len(found.people) > FEW


def _bands(found: Relations) -> list[Context]:
    levels: dict[int | None, list[Any]] = {}
    for one in found.people:
        levels.setdefault(one.level, []).append(one)
    order = [level for level in (*words.LEVELS, None) if level in levels]
    bands = [{"name": words.LEVELS.get(level or 0, words.NO_LEVEL), "rows": _rows(levels[level])} for level in order]  # fmt: skip
    ours = sorted({tie.employee for tie in found.ties}, key=lambda code: found.names.get(code, code))
    return bands + ([{"name": _("我行"), "rows": _rows(ours)}] if ours else [])


def _rows(things: Sequence[Any]) -> list[Sequence[Any]]:
    """Split a level into rows of about the same length."""
    many = -(-len(things) // PER_ROW)
    length = -(-len(things) // many)
    return [things[place : place + length] for place in range(0, len(things), length)]


def _row(found: Relations, lines: Mapping[int, Context], row: Sequence[Any], y: int) -> list[Context]:
    many = len(row)
    spots = [round(AREA * (place + 0.5) / many) for place in range(many)]
    named = not _crowded(found)
    return [
        _colleague(found, one, x, y) if isinstance(one, str) else _person(one, lines[one.pk], x, y, named=named)
        for one, x in zip(row, spots, strict=True)
    ]  # fmt: skip


def _colleague(found: Relations, code: str, x: int, y: int) -> Context:
    name = found.names.get(code, code)
    return {"id": f"{_OURS}-{code}", "name": name, "x": x, "y": y, "size": 20, "tone": _OURS, "label": name, "tip": f"{name}\n{_('我行')} {code}"}  # fmt: skip


def _person(one: Any, line: Context, x: int, y: int, *, named: bool) -> Context:
    placed = one.place_x is not None
    sign = words.SIGNS[one.attitude]
    written = f"{sign} {one.name}" if named or (one.influence or 0) >= LOUD else sign
    return {
        "id": str(one.pk), "key": str(one.public_id), "name": one.name, "label": written, "x": one.place_x if placed else x,
        "y": one.place_y if placed else y, "size": _SIZES[one.influence], "tone": _tone(one.attitude), "tip": "\n".join(_tip(one, line)),
        "url": reverse("contact-people-one", kwargs={"public_id": one.public_id}),
    }  # fmt: skip


def _tone(attitude: int | None) -> str:
    if attitude is None:
        return "unknown"
    return "for" if attitude > 0 else "against" if attitude < 0 else "neutral"


def _tip(one: Any, line: Context) -> list[str]:
    """Return the lines that stand beside a node: the same words as in the table."""
    influence = _("影响力 %(n)s / 5") % {"n": one.influence} if one.influence else _("影响力未知")
    attitude = words.ATTITUDES[one.attitude].word if one.attitude is not None else _("态度未知")
    role = words.ROLES[one.decision_role].word if one.decision_role else _("决策角色未知")
    access = _("我行往来：%(word)s") % {"word": words.ACCESS[line["access"]].word}
    last = _("最近联系 %(day)s") % {"day": line["last"].isoformat()} if line["last"] else _("没有联系记录")
    return [f"{one.name}  {line['title']}", line["company"], f"{role} · {influence} · {attitude}", f"{access} · {last}"]  # fmt: skip


def _edges(found: Relations) -> list[Context]:
    here = {one.pk for one in found.people}
    lines: list[Context] = [
        {"source": str(one.reports_to_id), "target": str(one.pk), "kind": "line", "width": 1.5}
        for one in found.people
        if one.reports_to_id in here
    ]
    ties: list[Context] = [
        {
            "source": f"{_OURS}-{tie.employee}",
            "target": str(tie.person_id),
            "kind": "tie",
            "width": tie.access,
        }
        for tie in found.ties
        if tie.access >= (REGULAR if _crowded(found) else 1)
    ]
    return lines + ties
