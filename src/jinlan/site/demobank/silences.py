"""Clients that fall silent against their own rhythm, and others that only look like it.

Units that no other story is about get contacts in a rhythm of their own instead of the drawn ones, after everything else is planted: no
number, name or figure of anything else moves. A bank with too few clients gets none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jinlan.site.demobank.book import Unit
from jinlan.site.demobank.org import LIHUA
from jinlan.site.demobank.rand import Dice
from jinlan.site.demobank.service import contact
from jinlan.site.demobank.stage import Stage
from jinlan.site.demobank.timeline import day, iso

CLASSES = ("HQ", "BRANCH", "KEY", "ULTRA", "PRIVATE")
SHARE = 2  # of so many clients one is taken at most
STEP = 7
FESTIVAL = day(2026, 2, 24)  # the first working day after Spring Festival
BEFORE = day(
    2026, 1, 22
)  # the last contact before it: eighteen working days, a third more than a calendar month
PAST = (day(2025, 11, 24), day(2026, 4, 1))  # silent at least from the first to the second
PACES = (5, 7, 10, 15, 20)  # working days between two contacts


@dataclass(frozen=True, slots=True)
class Plot:
    """One kind of client: how many of them, working days between contacts of each, how far a gap strays, and what ends or stops them."""

    code: str
    zh: str
    en: str
    count: int
    paces: Sequence[int]
    stray: float
    silent_at: tuple[str, ...] = ()  # days on which a right answer is "silent"


PLOTS = (
    Plot("silence", "久未往来:按自己的节奏已经沉默", "Silent against its own rhythm", 8, PACES, 0.3, ("2026-11-10",)),
    Plot("silence_past", "去年底沉默、开春恢复往来", "Silent over a winter, then back", 4, PACES, 0.3, ("2026-02-24",)),
    Plot("silence_slow", "间隔一向很长", "Naturally long gaps", 3, (40, 45, 50), 0.25),
    Plot("silence_festival", "春节前后没有往来", "No contact around Spring Festival", 3, (13, 14, 15), 0.15),
    Plot("silence_not_before", "客户要求暂不联系", "Asked to be left alone", 2, (5, 10), 0.3),
    Plot("silence_quarterly", "按章程每季联系", "A quarterly rhythm by the charter", 3, (62, 62, 62), 0.05),
)  # fmt: skip


def plant(stage: Stage) -> None:
    """Plant all of them."""
    bank = stage.kit.bank
    told = {code for story in stage.stories for code in story.unit_ids}
    free = [
        unit for unit in bank.units
        if unit.named and unit.klass in CLASSES and unit.unit_id not in told and not (unit.silent or unit.quiet)
        and bank.since(unit.root.onboard_date) < bank.time.ago(24).first
    ]  # fmt: skip
    wanted = sum(plot.count for plot in PLOTS)
    if not wanted or len(free) < SHARE * wanted:
        return
    dice = bank.dice("silences")
    spread = free[:: len(free) // wanted][:wanted]
    chosen = [spread[place * STEP % wanted] for place in range(wanted)]  # households and groups in turn
    chosen.sort(key=lambda unit: unit.lead != LIHUA)  # a client of the demo's first manager falls silent
    kept = {unit.root.party_id for unit in chosen}
    rows = bank.state.rows["interaction"]
    bank.state.rows["interaction"] = [row for row in rows if row[2]["party_id"] not in kept]
    units = iter(chosen)
    for plot in PLOTS:
        _plot(stage, plot, [next(units) for _ in range(plot.count)], dice)


def _plot(stage: Stage, plot: Plot, units: Sequence[Unit], dice: Dice) -> None:
    wished = stage.kit.bank.time.previous_work(stage.kit.bank.time.end - 75)
    for unit, pace in zip(units, (*plot.paces, *plot.paces), strict=False):
        for when in _days(stage, plot, pace, wished, dice):
            contact(
                stage.kit,
                unit,
                when,
                dice.whole(32_400, 61_200),
                dice.pick(("VISIT", "CALL", "VIDEO")),
                out=dice.chance(0.7),
            )
    more = (
        {"not_before": iso(stage.kit.bank.time.end + 30), "asked_on": iso(wished)}
        if plot.code.endswith("not_before")
        else {}
    )
    stage.tell(
        plot.code, plot.zh, plot.en, units, [unit.root for unit in units], plot.silent_at, paces=list(plot.paces[: len(units)]),
        silent=bool(plot.silent_at), **more,
    )  # fmt: skip


def _days(stage: Stage, plot: Plot, pace: int, wished: int, dice: Dice) -> Iterator[int]:
    """Yield the days of contacts of one client over the last two years."""
    time = stage.kit.bank.time
    worked = [number for number in range(time.ago(24).first, time.end + 1) if time.is_work(number)]
    longer = dice.between(2.2, 4)
    stops: dict[str, Callable[[int], bool]] = {
        "silence": lambda number: number > worked[-1 - max(15, round(longer * pace))],
        "silence_past": lambda number: PAST[0] <= number < PAST[1],
        "silence_festival": lambda number: BEFORE <= number <= FESTIVAL,
        "silence_not_before": lambda number: number >= wished,
    }
    stopped = stops.get(plot.code)
    if plot.code == "silence_festival":
        yield time.next_work(BEFORE)
    place = dice.whole(0, pace)
    while place < len(worked):
        if stopped is None or not stopped(worked[place]):
            yield worked[place]
        place += max(1, round(pace * dice.between(1 - plot.stray, 1 + plot.stray)))
