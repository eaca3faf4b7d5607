"""Days and hours as people write them, in Chinese and English: read against today, backward for what was, ahead for what is promised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.promises import due_after

_DIGITS = {one: place for place, one in enumerate("零一二三四五六七八九")} | {"两": 2}
_WORDS = {
    one: place
    for place, one in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
} | {"a": 1, "an": 1}
_N = r"[0-9]{1,3}|[一二两三四五六七八九十]{1,3}"
_EN_N = r"[0-9]{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR = {
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "大前天": -3, "明天": 1, "明日": 1, "后天": 2,
    "大后天": 3, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "yesterday": -1, "the day before yesterday": -2,
    "tomorrow": 1, "the day after tomorrow": 2,
}  # fmt: skip
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_LEAD = r"(?:不晚于|最迟|截止|在|于|\bno later than\s+|\bby\s+|\bbefore\s+|\buntil\s+|\bon\s+|\bthe\s+)*"
_TAIL = r"(?:之前|以前|之内|以内|前|内)?"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names, and the span that says so; `end` and `start` hold words such as "by" and 之前 too."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What days are read against; `ahead`: a day without a year or week is the next one, else the last one."""

    today: date
    calendar: WorkingCalendar
    ahead: bool


Read = Callable[[re.Match[str], Reading], date | None]


def number(text: str) -> int:
    """Return a small number written in digits, Chinese or English."""
    text = text.lower()
    if text.isdigit():
        return int(text)
    if text in _WORDS:
        return _WORDS[text]
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text[-1:], 0)
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def days_in(text: str, today: date, calendar: WorkingCalendar, *, ahead: bool) -> list[Day]:
    """Return the days that a text names, in its order; of overlapping ones the longer."""
    about = Reading(today, calendar, ahead)
    found = sorted(_all(text, about), key=lambda one: (one.start, -one.end))
    kept: list[Day] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _all(text: str, about: Reading) -> Iterator[Day]:
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            try:
                day = read(match, about)
            except (
                ValueError,
                LookupError,
                OverflowError,
                Refused,
            ):  # no such day, or no calendar so far away
                continue
            if day is not None:
                yield Day(day, match.start(), match.end())


def _near(match: re.Match[str], about: Reading) -> date:
    return about.today + timedelta(days=_NEAR[match["near"].lower()])


def _week(match: re.Match[str], about: Reading) -> date:
    place = "一二三四五六".find(match["day"])
    place = 6 if place < 0 else place
    if match["week"]:
        return _monday(about.today) + timedelta(days=7 * _WEEKS[match["week"]] + place)
    return _bare(place, about)


def _bare(place: int, about: Reading) -> date:
    """Return the next such weekday from today on, or the last one up to today."""
    days = (place - about.today.weekday()) % 7
    return about.today + timedelta(days=days if about.ahead or not days else days - 7)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _english_week(match: re.Match[str], about: Reading) -> date | None:
    word, which = match["weekday"], (match["which"] or "").lower()
    if len(word) <= 4 and word[0].islower() and not which:
        return None  # "sat down" is no day
    place = _WEEKDAYS.index(word.lower()[:3])
    if which == "last":
        return about.today - timedelta(days=(about.today.weekday() - place - 1) % 7 + 1)
    if which in {"next", "this"}:
        return _monday(about.today) + timedelta(days=7 * (which == "next") + place)
    return _bare(place, about)


def _dated(match: re.Match[str], about: Reading) -> date:
    given = match.groupdict()
    month, day = number(given["month"]), number(given["day"])
    return _in_year(given.get("year"), month, day, about)


def _english_date(match: re.Match[str], about: Reading) -> date:
    month = _MONTHS.index(match["month"].lower()[:3]) + 1
    return _in_year(match["year"], month, int(match["day"]), about)


def _in_year(year: str | None, month: int, day: int, about: Reading) -> date:
    if year:
        return date(int(year), month, day)
    near = [date(about.today.year + step, month, day) for step in (-1, 0, 1) if (month, day) != (2, 29)]
    if about.ahead:
        return next(one for one in [*near, near[-1]] if one >= about.today)
    return min(near, key=lambda one: abs((one - about.today).days))


def _of_month(match: re.Match[str], about: Reading) -> date:
    day, first = number(match["day"]), about.today.replace(day=1)
    this = first.replace(day=day)
    if about.ahead and this < about.today:
        return _next_month(first).replace(day=day)
    if not about.ahead and this > about.today:
        return (first - timedelta(days=1)).replace(day=day)
    return this


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _month_end(match: re.Match[str], about: Reading) -> date:
    first = about.today.replace(day=1)
    if (match["next"] or "").lower() in {"下", "下个", "next"}:
        first = _next_month(first)
    return _next_month(first) - timedelta(days=1)


def _year_end(_match: re.Match[str], about: Reading) -> date:
    return date(about.today.year, 12, 31)


def _working(match: re.Match[str], about: Reading) -> date:
    return due_after(about.today, number(match["n"]), about.calendar)


def _natural(match: re.Match[str], about: Reading) -> date:
    return about.today + timedelta(days=number(match["n"]) * (7 if match.groupdict().get("weeks") else 1))


def _ago(match: re.Match[str], about: Reading) -> date:
    return about.today - timedelta(days=number(match["n"]) * (7 if match.groupdict().get("weeks") else 1))


def _pattern(body: str) -> re.Pattern[str]:
    return re.compile(f"{_LEAD}{body}{_TAIL}", re.IGNORECASE)


_NEARS = "|".join(
    sorted((re.escape(one) if not one.isascii() else rf"\b{one}\b" for one in _NEAR), key=len, reverse=True)
)
_YEAR = r"(?:(?P<year>20\d\d)年)?"
_PATTERNS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (_pattern(rf"(?P<n>{_N})\s*个?工作日(?:之内|以内|内)"), _working),
    (_pattern(rf"\b(?:with)?in\s+(?P<n>{_EN_N})\s+(?:working|business)\s+days?\b"), _working),
    (_pattern(rf"(?P<n>{_N})\s*(?:天|日|(?P<weeks>周|个?星期))(?:之内|以内|内|后|之后)"), _natural),
    (_pattern(rf"\b(?:with)?in\s+(?P<n>{_EN_N})\s+(?:days?|(?P<weeks>weeks?))\b"), _natural),
    (_pattern(rf"(?P<n>{_N})\s*(?:天|(?P<weeks>周|个?星期))(?:之)?前(?!后)"), _ago),
    (_pattern(rf"\b(?P<n>{_EN_N})\s+(?:days?|(?P<weeks>weeks?))\s+ago\b"), _ago),
    (_pattern(rf"(?P<near>{_NEARS})"), _near),
    (_pattern(r"(?:(?P<week>上上|下下|上|下|这|本)个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"), _week),
    (_pattern(
        r"(?:\b(?P<which>last|this|next|coming)\s+)?\b(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
        r"|sat(?:urday)?|sun(?:day)?)\b"
    ), _english_week),
    (_pattern(rf"{_YEAR}(?P<month>[0-9]{{1,2}}|十[一二]?|[一二三四五六七八九])月(?P<day>[0-9]{{1,2}}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]?"), _dated),
    (_pattern(r"(?<![\d.])(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d.])"), _dated),
    (_pattern(r"(?<![\d.\-/:：])(?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?![\d\-/%:：])(?!\s*(?:个|天|年|月|周|万|亿|家|次|人|成|days?|weeks?|months?|years?))"), _dated),
    (_pattern(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\b\.?(?:,?\s+(?P<year>20\d\d)\b)?"), _english_date),
    (_pattern(rf"\b{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>20\d\d)\b)?"), _english_date),
    (_pattern(r"(?<![\d月.])(?P<day>[0-9]{1,2})号(?!楼|线|院|厅|会议|文|令|库|机)"), _of_month),
    (_pattern(r"(?P<next>下个?|本|这个?)?月(?:底|末)"), _month_end),
    (_pattern(r"\bend\s+of\s+(?:(?P<next>next|this|the)\s+)?month\b"), _month_end),
    (_pattern(r"年(?:底|末)"), _year_end),
    (_pattern(r"\bend\s+of\s+(?:the\s+)?year\b"), _year_end),
)  # fmt: skip

_HOUR = re.compile(
    r"(?P<part>上午|早上|早|中午|下午|傍晚|晚上|晚)\s*(?P<h>[0-9]{1,2}|[一二两三四五六七八九十]{1,2})[点时](?:(?P<half>半)|(?P<m>[0-9]{1,2})分?)?"
    r"|(?<![\d.])(?P<h2>[0-9]{1,2})点(?!\d*%)(?:(?P<half2>半)|(?P<m2>[0-9]{1,2})分)?"
    r"|(?<![\d:])(?P<h3>[0-9]{1,2})[:：](?P<m3>[0-9]{2})(?![\d:])\s*(?P<ap3>[ap]m\b)?"
    r"|(?<![\d.])(?P<h4>[0-9]{1,2})\s*(?P<ap4>[ap]m)\b",
    re.IGNORECASE,
)
_AFTER = frozenset(("下午", "傍晚", "晚上", "晚", "pm"))
NOON = 12


def hour_in(text: str) -> tuple[time, int, int] | None:
    """Return the first hour that a text names, and its span."""
    for match in _HOUR.finditer(text):
        given = match.groupdict()
        hour = number(next(given[name] for name in ("h", "h2", "h3", "h4") if given[name]))
        minute = 30 if given["half"] or given["half2"] else int(given["m"] or given["m2"] or given["m3"] or 0)
        part = (given["part"] or given["ap3"] or given["ap4"] or "").lower()
        if (part in _AFTER and hour < NOON) or (part == "中午" and hour < NOON - 1):
            hour += NOON
        elif part == "am" and hour == NOON:
            hour = 0
        if hour < 24 and minute < 60:
            return time(hour, minute), match.start(), match.end()
    return None
