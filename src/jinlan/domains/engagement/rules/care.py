"""Days on which somebody of a client is remembered (客户关怀): when they fall, until when one may greet, and what silences them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jinlan.basics.errors import Refused
from jinlan.basics.lunar import TERMS as SOLAR_TERMS
from jinlan.basics.lunar import festivals_of, solar_of, terms_of

BIRTHDAY, FOUNDED, LISTED, FESTIVALS, TERMS = KINDS = ("BIRTHDAY", "FOUNDED", "LISTED", "FESTIVALS", "TERMS")
ANNIVERSARIES = (FOUNDED, LISTED)
SOLAR, LUNAR = CALENDARS = ("SOLAR", "LUNAR")
# Festivals of joy alone: 清明, 中元 and 除夕 are left to the family.
FESTIVAL_CODES: Mapping[str, str] = {
    "元旦": "NEW_YEAR", "春节": "SPRING", "元宵节": "LANTERN", "端午节": "DRAGON", "中秋节": "MID_AUTUMN", "重阳节": "DOUBLE_NINTH",
    "国庆节": "NATIONAL",
}  # fmt: skip
# The eight that part the year: 立春, 春分, 立夏, 夏至, 立秋, 秋分, 立冬, 冬至. 清明 is none of them.
TERM_CODES: Mapping[str, str] = {
    SOLAR_TERMS[place].zh: f"TERM_{place + 1:02d}" for place in (2, 5, 8, 11, 14, 17, 20, 23)
}
LUNAR_YEARS = range(1901, 2100)
OLDEST = 1800  # a company's year

BEREAVEMENT, DISPUTE, LITIGATION, OPT_OUT, OFFICIAL = REASONS = (
    "BEREAVEMENT", "DISPUTE", "LITIGATION", "OPT_OUT", "OFFICIAL",
)  # fmt: skip
WISH, HIDDEN = "WISH", "HIDDEN"  # a "not before"; one that the reader may not see
OPEN, CLAIMED, STOPPED, DONE, GONE = STATES = ("open", "claimed", "stopped", "done", "gone")
TAKEN = (CLAIMED, STOPPED, DONE)


@dataclass(frozen=True, slots=True)
class Given:
    """A day as it was given. Month and day are empty for festivals and solar terms; `year` is that of a company's anniversary."""

    kind: str
    calendar: str = SOLAR
    month: int | None = None
    day: int | None = None
    leap: bool = False
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion: what it is, of which year (the lunar one where it follows the moon), on which day, and which time it is."""

    code: str
    year: int
    on: date
    ordinal: int | None = None


def check_given(given: Given, today: date) -> None:
    """Refuse a day that is none.

    Raises:
        Refused: CARE_KIND, CARE_DATE, CARE_YEAR.
    """
    if given.kind not in KINDS or given.calendar not in CALENDARS:
        raise Refused("CARE_KIND", "选项不在列表中。", "请从列表中选择。", field="kind")
    if given.kind in (FESTIVALS, TERMS):
        if given.month is not None or given.day is not None:
            raise Refused("CARE_DATE", "节日与节气不填月日。", "日期由历法推算。", field="month")
    elif not _is_day(given):
        raise Refused("CARE_DATE", "没有这个日期。", "请核对月、日，以及公历还是农历。", field="day")
    known = given.year is not None and OLDEST <= given.year <= today.year
    if (given.kind in ANNIVERSARIES) != known:
        raise Refused(
            "CARE_YEAR",
            "成立与上市须填年份，生日不填。",
            "出生年份无须登记；公司年份填四位数字。",
            field="year",
        )


def _is_day(given: Given) -> bool:
    if given.month is None or given.day is None:
        return False
    if given.calendar == LUNAR:
        return given.kind == BIRTHDAY and 1 <= given.month <= 12 and 1 <= given.day <= 30
    try:
        date(2000, given.month, given.day)  # a leap year: 29 February is a day
    except ValueError:
        return False
    return not given.leap


def occasions(given: Given, since: date, until: date) -> list[Occasion]:
    """Return the occasions of a day in [since, until], the earliest first."""
    makers = {FESTIVALS: _festivals, TERMS: _terms}
    found = makers[given.kind](since, until) if given.kind in makers else _yearly(given, since, until)
    return sorted((one for one in found if since <= one.on <= until), key=lambda one: (one.on, one.code))


def _yearly(given: Given, since: date, until: date) -> Iterator[Occasion]:
    """Yield the yearly return of a day, the year before too: the twelfth lunar month ends in the next solar year."""
    for year in range(since.year - 1, until.year + 1):
        on = _in_year(given, year)
        if on is None:
            continue
        if given.year is None:
            yield Occasion(given.kind, year, on)
        elif year > given.year:
            yield Occasion(given.kind, year, on, year - given.year)


def _in_year(given: Given, year: int) -> date | None:
    """Return when a day falls in a year.

    29 February is kept on the 28th where there is none. `basics.lunar` keeps a leap month that the year lacks in the ordinary month of
    its number, and the 30th of a short month on the 29th.
    """
    if given.month is None or given.day is None:
        return None
    if given.calendar == LUNAR:
        return solar_of(year, given.month, given.leap, given.day) if year in LUNAR_YEARS else None
    try:
        return date(year, given.month, given.day)
    except ValueError:
        return date(year, 2, 28)


def _festivals(since: date, until: date) -> Iterator[Occasion]:
    for number in range((until - since).days + 1):
        on = since + timedelta(days=number)
        for one in festivals_of(on):
            if one.zh in FESTIVAL_CODES:
                yield Occasion(FESTIVAL_CODES[one.zh], on.year, on)


def _terms(since: date, until: date) -> Iterator[Occasion]:
    for year in range(since.year, until.year + 1):
        if year in LUNAR_YEARS:
            yield from (
                Occasion(TERM_CODES[term.zh], year, on)
                for on, term in terms_of(year)
                if term.zh in TERM_CODES
            )


@dataclass(frozen=True, slots=True)
class Silence:
    """Why somebody is left alone in [since, until): one person, or everybody of the client where `person` is None."""

    unit: int
    person: int | None
    code: str
    since: date
    until: date | None = None

    def holds(self, person: int | None, day: date) -> bool:
        """Tell whether it silences a person, or the client as a whole, on a day."""
        about = self.person is None or self.person == person
        return about and self.since <= day and (self.until is None or day < self.until)


def silenced(rows: Iterable[Silence], unit: int, person: int | None, day: date) -> list[str]:
    """Return why somebody is left alone on a day, each reason once, in the order of the list; nothing for nobody.

    That somebody holds a public office silences no greeting: it forbids gifts.
    """
    found = {one.code for one in rows if one.unit == unit and one.holds(person, day)} - {OFFICIAL}
    return [code for code in (*REASONS, WISH, HIDDEN) if code in found]


def check_term(code: str, since: date, until: date | None) -> None:
    """Refuse a silence that is none.

    Raises:
        Refused: CARE_REASON, CARE_TERM.
    """
    if code not in REASONS:
        raise Refused("CARE_REASON", "选项不在列表中。", "请从列表中选择。", field="reason")
    if until is not None and until <= since:
        raise Refused("CARE_TERM", "恢复日须晚于静默起日。", "不知道何时恢复，就不填恢复日。", field="until")


def check_claim(on: date | None, today: date, ahead: int, late: int) -> None:
    """Refuse to claim what is too far away or too long ago.

    Raises:
        Refused: CARE_FAR, CARE_PAST.
    """
    if on is None or on + timedelta(days=late) < today:
        raise Refused("CARE_PAST", "这个日子已经过去。", "请留意下一次。")
    if on - timedelta(days=ahead) > today:
        raise Refused("CARE_FAR", "离这一天还早，最多提前 %(days)s 天认领。", "请到时再来。", days=ahead)


def check_moment(on: date | None, today: date, early: int) -> None:
    """Refuse to write down a greeting long before its day.

    Raises:
        Refused: CARE_EARLY.
    """
    if on is not None and today < on - timedelta(days=early):
        raise Refused(
            "CARE_EARLY", "最多提前 %(days)s 天问候。", "请在当天或临近时问候后再登记。", days=early
        )


def on_time(on: date, done: date, early: int) -> bool:
    """Tell whether a greeting came on its day or shortly before."""
    return on - timedelta(days=early) <= done <= on
