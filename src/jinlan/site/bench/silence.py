"""How well silences are found that were planted: the client's own rhythm against fixed numbers of days, in one run.

The plan of the small demo bank is made, not its files: contacts stand in it already. Most clients of it are spoken with by chance alone,
without any rhythm of their own, which is harder than clients are; whom chance alone leaves out for long counts as a false alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jinlan.basics.calendar import china
from jinlan.domains.engagement.rules.rhythm import UNKNOWN, Days, Rhythm, Span, measure_on, rhythm, working
from jinlan.insight.contacts import KINDS
from jinlan.site.bench.report import Report
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.generate import build
from jinlan.site.demobank.sizes import SIZES
from jinlan.site.demobank.stories import Story
from jinlan.site.demobank.timeline import timeline, to_date

SEEDS = (20261124, 20261031, 7)  # the first is the demo bank's own
DATES = (
    date(2026, 2, 24),
    date(2026, 11, 10),
)  # the first working day after Spring Festival, and the newest data
FIXED = (30, 60)
LEAST = 0.8  # of the planted silences that the own rhythm must find


@dataclass(frozen=True, slots=True)
class Case:
    """One client on one date: its days of contacts until then, whether it was planted as silent, and where it stands."""

    seed: int
    unit: str
    plot: str  # "" for a client that nothing was planted on
    silent: bool
    calendar_days: int  # since the last contact
    found: Rhythm


@dataclass(frozen=True, slots=True)
class Score:
    """How a rule did."""

    hits: int
    alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """Return the share of what was raised that was planted."""
        return self.hits / (self.hits + self.alarms) if self.hits + self.alarms else 0.0

    @property
    def recall(self) -> float:
        """Return the share of what was planted that was raised."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 0.0


def run(report: Report) -> None:
    """Measure and print."""
    report.say("\n== 沉默 silence · 演示银行(小) ==")
    cases = [case for seed in SEEDS for day in DATES for case in cases_of(seed, day)]
    known = [case for case in cases if case.found.state != UNKNOWN]
    report.say(f"种子 {len(SEEDS)} 个,日期 {', '.join(map(str, DATES))};客户 {len(cases)} 户次,其中看得出节奏的 {len(known)} 户次,"
               f"埋下的沉默 {sum(case.silent for case in cases)} 户次")  # fmt: skip
    for title, some in (
        ("全部", cases),
        ("看得出节奏的", known),
        ("只看埋下的(沉默与干扰)", [one for one in cases if one.plot]),
    ):
        report.say(f"-- {title}")
        for name, raised in RULES.items():
            report.say(f"{name}: {_line(score(some, raised))}")
    report.say("-- 干扰项上的误报")
    for plot in sorted({case.plot for case in cases if case.plot and not case.silent}):
        some = [case for case in cases if case.plot == plot and not case.silent]
        told = ", ".join(f"{name} {sum(raised(one) for one in some)}" for name, raised in RULES.items())
        report.say(f"{plot} ({len(some)}): {told}")
    own = score(cases, RULES["自己的节奏"])
    report.goal("自己的节奏漏掉的沉默", own.misses / (own.hits + own.misses), 1 - LEAST)
    for days in FIXED:
        fixed = score(cases, RULES[f"固定 {days} 天"])
        report.proof(f"精确率高于固定 {days} 天", own.precision > fixed.precision)


def _fixed(days: int) -> Callable[[Case], bool]:
    return lambda case: case.calendar_days > days


RULES: Mapping[str, Callable[[Case], bool]] = {
    "自己的节奏": lambda case: case.found.raised,
    **{f"固定 {days} 天": _fixed(days) for days in FIXED},
}


def score(cases: Iterable[Case], raised: Callable[[Case], bool]) -> Score:
    """Return how a rule did on some cases."""
    told = [(case.silent, raised(case)) for case in cases]
    return Score(
        sum(a and b for a, b in told), sum(b and not a for a, b in told), sum(a and not b for a, b in told)
    )


def _line(found: Score) -> str:
    return (
        f"精确率 {found.precision:.2f} 召回率 {found.recall:.2f}  (找到 {found.hits},误报 {found.alarms},漏掉 {found.misses})"
    )  # fmt: skip


def cases_of(seed: int, today: date) -> list[Case]:
    """Return every client of the small demo bank with a contact in the two years before a date."""
    bank = Bank(seed, timeline(SIZES["small"].months))
    stories = [one for one in build(bank, SIZES["small"]).stories if one.code.startswith("silence")]
    plots = {unit: one for one in stories for unit in one.unit_ids}
    measure = measure_on(today)
    worked = working(china(tuple(range(today.year - 3, today.year + 5))), today, measure)
    found = []
    for unit, days in contacts(bank, today, measure.window).items():
        story = plots.get(unit)
        stands = rhythm(days, today, Days(worked, _quiet(story, today)), measure)
        silent = story is not None and today.isoformat() in story.dates
        found.append(Case(seed, unit, story.code if story else "", silent, (today - max(days)).days, stands))
    return found


def contacts(bank: Bank, today: date, window: int) -> Mapping[str, Sequence[date]]:
    """Return the days of meetings and calls by unit."""
    units = {unit.root.party_id: unit.unit_id for unit in bank.units}
    found: dict[str, list[date]] = {}
    for number, _change, row in bank.state.rows["interaction"]:
        day = to_date(number)
        if (
            row["type"] in KINDS
            and day <= today
            and (today - day).days <= window
            and row["party_id"] in units
        ):
            found.setdefault(units[row["party_id"]], []).append(day)
    return found


def _quiet(story: Story | None, today: date) -> list[Span]:
    if story is None or "not_before" not in story.expected:
        return []
    asked = date.fromisoformat(story.expected["asked_on"])
    return [Span(asked, date.fromisoformat(story.expected["not_before"]))] if asked <= today else []
