"""Small drawings made on the server: they are there without a script, and print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT = 600, 150


def bars(before: Sequence[int], after: Sequence[int], lines: Sequence[tuple[str, Decimal]]) -> dict[str, Any]:
    """Return a distribution over 0–100: one bar per bin (after), a step line (before), and lines by name.

    A square root of the counts is drawn: a handful of strategic clients must be seen beside thousands of others.
    """
    most = max([*before, *after, 1])
    width = WIDTH / max(1, len(after))

    def height(count: int) -> float:
        return round(HEIGHT * (count / most) ** 0.5, 1)

    step = 100 / max(1, len(after))
    drawn = [
        {
            "x": round(place * width + 0.5, 1),
            "width": round(width - 1, 1),
            "y": HEIGHT - height(count),
            "height": height(count),
            "from": round(place * step),
            "to": round((place + 1) * step),
            "after": count,
            "before": before[place],
        }
        for place, count in enumerate(after)
    ]
    points = []
    for place, count in enumerate(before):
        y = HEIGHT - height(count)
        points += [f"{place * width:.1f},{y:.1f}", f"{(place + 1) * width:.1f},{y:.1f}"]
    marks = [
        {"name": name, "value": value, "x": round(float(value) / 100 * WIDTH, 1), "row": row % 3}
        for row, (name, value) in enumerate(lines)
    ]
    return {"bars": drawn, "before": " ".join(points), "marks": marks, "width": WIDTH, "height": HEIGHT}


def curve(rows: Sequence[tuple[int, Decimal]], mark: int) -> dict[str, Any]:
    """Return a whale curve: cumulated share over the best so many clients; `mark` is where those with a tier end."""
    most = max([Decimal(1), *(share for _count, share in rows)])
    last = max([1, *(count for count, _share in rows)])
    points = [
        f"{count / last * WIDTH:.1f},{HEIGHT - float(share / most) * HEIGHT:.1f}" for count, share in rows
    ]
    return {
        "points": " ".join(points), "width": WIDTH, "height": HEIGHT, "mark": round(mark / last * WIDTH, 1),
        "whole": round(HEIGHT - float(1 / most) * HEIGHT, 1), "rows": rows,
    }  # fmt: skip


GAPS = 24  # of a rhythm, the newest


def gaps(before: Sequence[int], now: int, median: Decimal, limit: int) -> dict[str, Any]:
    """Return the newest gaps between contacts as bars, the present one last, with lines of the median and the limit."""
    shown = [*before[-GAPS:], now]
    most = max(*shown, limit, 1)
    width = WIDTH / len(shown)

    def y(days: float) -> float:
        return round(HEIGHT - HEIGHT * days / most, 1)

    drawn = [
        {
            "x": round(place * width + 1, 1),
            "width": round(width - 2, 1),
            "y": y(days),
            "height": round(HEIGHT - y(days), 1),
            "days": days,
            "now": place == len(shown) - 1,
        }
        for place, days in enumerate(shown)
    ]
    return {
        "bars": drawn, "median": y(float(median)), "limit": y(limit), "width": WIDTH, "height": HEIGHT,
        "hidden": max(0, len(before) - GAPS),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A thing that lasts from a day to a day."""

    since: date
    until: date


def gantt(rows: Sequence[Bar], since: date, until: date, today: date) -> dict[str, Any]:
    """Return each row as a stretch of [since, until] in percent, the first days of the quarters in it, and where today is.

    What begins before or ends after is cut off; the shortest stretch can still be seen.
    """
    first, last = (
        min([since, *(one.since for one in rows)]),
        max([until, *(one.until for one in rows), since + timedelta(days=1)]),
    )
    whole = (last - first).days

    def place(day: date) -> float:
        return round(100 * (min(max(day, first), last) - first).days / whole, 2)

    marks = []
    for year in range(first.year, last.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            if first <= day < last:
                marks.append({"day": day, "x": place(day)})
    bars = [
        {"x": place(one.since), "width": max(0.8, round(place(one.until) - place(one.since), 2))}
        for one in rows
    ]
    return {"bars": bars, "marks": marks, "today": place(today) if first <= today <= last else None}


def waterfall(steps: Sequence[tuple[Decimal, bool]]) -> list[dict[str, Any]]:
    """Return each step as a stretch in percent of the whole height of the fall, and where nought is.

    A step is (amount, whether it stands from nought): sums stand, what leads to them hangs between the sums.
    """
    ends, level = [], Decimal(0)
    for amount, stands in steps:
        start = Decimal(0) if stands else level
        level = start + amount
        ends.append((min(start, level), max(start, level)))
    low = min([Decimal(0), *(one for one, _ in ends)])
    high = max([Decimal(0), *(one for _, one in ends)])
    whole = high - low or Decimal(1)

    def place(value: Decimal) -> float:
        return round(float(100 * (value - low) / whole), 2)

    return [
        {"x": place(start), "width": max(0.4, round(place(end) - place(start), 2)), "zero": place(Decimal(0))}
        for start, end in ends
    ]
