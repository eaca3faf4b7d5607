"""记一笔: one field, read offline into a draft of an interaction. Everything read carries its span; nothing is lost: the minutes are the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Generic, TypeVar

from jinlan.basics.calendar import WorkingCalendar
from jinlan.domains.engagement.rules.quick_dates import days_in, hour_in
from jinlan.domains.engagement.rules.quick_names import Known, Named, names_in

T = TypeVar("T")
LONGEST = 5_000  # characters that are read; the rest stays minutes
BANK, CLIENT = "bank", "client"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """A value, and the span of the text that says so."""

    value: T
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """A promise: whose, what, until when (None: not said)."""

    side: str
    what: str
    due_on: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read; what was not understood stands in `minutes` only."""

    minutes: str
    kind: Piece[str] | None = None
    on: Piece[date] | None = None
    at: Piece[time] | None = None
    begun_by: Piece[str] | None = None
    people: tuple[Named, ...] = ()
    staff: tuple[Named, ...] = ()
    unclear: tuple[Named, ...] = ()  # several people answer to the name
    promises: tuple[Said, ...] = ()
    needs: tuple[Piece[str], ...] = ()
    next_on: Piece[date] | None = None
    inside: Piece[str] | None = None


_KINDS = (
    ("VIDEO", re.compile(r"视频|腾讯会议|线上会议|\bzoom\b|\bteams\b|\bvideo\b", re.IGNORECASE)),
    ("CALL", re.compile(r"电话|致电|通话|来电|\b(?:called|phoned|rang|call|phone)\b", re.IGNORECASE)),
    ("MAIL", re.compile(r"邮件|来函|\be-?mail(?:ed)?\b|\bmailed\b", re.IGNORECASE)),
    ("EVENT", re.compile(r"活动|论坛|沙龙|峰会|答谢会|\b(?:event|forum|seminar|summit)\b", re.IGNORECASE)),
    (
        "VISIT",
        re.compile(
            r"拜访|走访|登门|上门|面谈|会面|见面|见了|面访|来访|到访|会见|座谈|\b(?:visited|visit|met|meeting|saw)\b",
            re.IGNORECASE,
        ),
    ),
)
_BEGUN = re.compile(
    r"来电|来访|到访|来函|客户(?:主动|约)|\b(?:they|client|customer)\s+(?:called|visited|mailed|emailed)\b",
    re.IGNORECASE,
)
_SIDE_BANK = r"我行|我们|我方|本行|\bwe\b|\bI\b|\bthe bank\b|\bour side\b"
_SIDE_CLIENT = r"客户方?|对方|他们|她们|他|她|企业|公司|\bthey\b|\bhe\b|\bshe\b|\b(?:the )?client\b|\b(?:the )?customer\b"
_WORD = r"承诺(?![函书])|答应|同意(?=在|于|\d|[一二三四五六七八九十本下今明周星月])|允诺|将(?!近)|会(?![议面见谈所计员客])"
_EN_WORD = r"\s*(?:will|'ll|shall|promised(?:\s+to)?|agreed\s+to|undertook\s+to)\b(?!\s+(?:meet|see)\b)"
_PROMISE = re.compile(
    rf"(?P<bank>{_SIDE_BANK})(?:(?:{_WORD})|{_EN_WORD})|(?P<client>{_SIDE_CLIENT})(?:(?:{_WORD})|{_EN_WORD})"
    r"|(?:(?<=^)|(?<=[，,。；;！!\n]))\s*(?P<bare>承诺(?![函书])|答应|will\b(?!\s+(?:meet|see)\b)|promised\s+to\b)"
    r"|(?P<named>(?:承诺(?![函书])|答应|同意(?=在|于))|\b(?:will|promised\s+to|agreed\s+to)\b(?!\s+(?:meet|see)\b))",
    re.IGNORECASE,
)
_NEED = re.compile(
    rf"(?P<who>{_SIDE_CLIENT})?(?P<us>(?:{_SIDE_BANK})\s*)?(?P<verb>需要|想要|希望|有意|打算|想(?=做|了解|用|把|开|办|发)"
    r"|(?:\b(?:needs?|wants?|would\s+like|(?:is\s+|are\s+)?looking\s+for|(?:is\s+|are\s+)?interested\s+in)\b(?:\s+to\b)?))",
    re.IGNORECASE,
)
_LIKES = re.compile(r"对(?P<what>[^，,。；;！!\n]{2,40}?)(?:很|非常|比较|表示)?(?:感兴趣|有兴趣)")
_NEXT = re.compile(
    r"下次(?:见面|会面|拜访|沟通|会议|联系|走访)?|下一次(?:见面|会面|拜访|沟通|会议)?|约(?:好|定|了)|再约|\bnext\s+(?:meeting|visit|call|review|one)\b|\bmeet\s+again\b|\bfollow(?:ing)?\s+up\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"内幕|未公开|(?:尚未|还没|未)(?:正式)?(?:公告|披露|公布)|(?:并购|重组|收购|定增|借壳)[^。；;\n]{0,8}保密|保密[^。；;\n]{0,8}(?:并购|重组|收购|定增|借壳)"
    r"|\binside\s+information\b|\bnot\s+(?:yet\s+)?(?:public|announced|disclosed)\b|\bundisclosed\b|\bconfidential\s+(?:merger|acquisition|takeover|deal)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[。；;！!？?\n]|(?<!\d)\.(?=\s|$)|(?<=\d)\.(?=\s|$)")
_COMMA = re.compile(
    r"[，,。；;！!？?\n]|\.(?=\s|$)|\s+and\s+(?=(?:we|they|he|she|the client)\b)", re.IGNORECASE
)
_STRIP = " \t\r\n，,。；;：:！!？?、."
_LEAST = 2  # characters of what is promised or needed


def parse(
    text: str,
    *,
    today: date,
    calendar: WorkingCalendar,
    people: Sequence[Known],
    staff: Sequence[Known],
    me: str,
) -> Draft:
    """Read one field in Chinese or English into a draft.

    Args:
        text: as typed.
        today: the day it is typed on.
        calendar: for working days.
        people: contact persons of the client.
        staff: colleagues who may have taken part.
        me: key of the one who types; never named as a colleague.
    """
    read = text[:LONGEST]
    taken: list[Span] = []
    next_on = _next(read, today, calendar, taken)
    promises = _promises(read, today, calendar, people, taken)
    needs = _needs(read, taken)
    rest = _masked(read, taken)
    days = days_in(rest, today, calendar, ahead=False)
    on = Piece(days[0].day, days[0].start, days[0].end) if days else None
    found = names_in(rest, people)
    mates = [one for one in staff if one.key != me]
    theirs = {spot for one in found for spot in range(one.start, one.end)}
    ours = [
        one for one in names_in(rest, mates, prefixes="小老") if not theirs & set(range(one.start, one.end))
    ]
    return Draft(
        minutes=text, kind=_kind(rest), on=on, at=_hour(rest), begun_by=_begun(rest), people=_sure(found), staff=_sure(ours),
        unclear=tuple(one for one in (*found, *ours) if len(one.keys) > 1), promises=promises, needs=needs, next_on=next_on,
        inside=_inside(read),
    )  # fmt: skip


def _sure(found: Sequence[Named]) -> tuple[Named, ...]:
    return tuple(one for one in found if len(one.keys) == 1)


def _masked(text: str, taken: Sequence[Span]) -> str:
    """Return the text with blanks where something was read already; spans stay as they are."""
    letters = list(text)
    for start, end in taken:
        letters[start:end] = "\x00" * (end - start)
    return "".join(letters)


def _kind(text: str) -> Piece[str] | None:
    """Return how they met: by video where that is said, else what is said first."""
    found = [Piece(kind, one.start(), one.end()) for kind, pattern in _KINDS if (one := pattern.search(text))]
    video = [one for one in found if one.value == "VIDEO"]
    return min(video or found, key=lambda one: one.start, default=None)


def _hour(text: str) -> Piece[time] | None:
    found = hour_in(text)
    return Piece(*found) if found else None


def _begun(text: str) -> Piece[str] | None:
    found = _BEGUN.search(text)
    return Piece(CLIENT, found.start(), found.end()) if found else None


def _inside(text: str) -> Piece[str] | None:
    found = _INSIDE.search(text)
    return Piece(found.group(), found.start(), found.end()) if found else None


def _next(text: str, today: date, calendar: WorkingCalendar, taken: list[Span]) -> Piece[date] | None:
    """Return when one meets again: the first day of the clause that says so."""
    for found in _NEXT.finditer(text):
        end = _end(text, found.end(), _COMMA)
        days = days_in(text[found.start() : end], today, calendar, ahead=True)
        before = (
            days_in(text[_begin(text, found.start()) : found.start()], today, calendar, ahead=True)
            if found.group() == "再约"
            else []
        )
        if days:
            taken.append((found.start(), end))
            start = found.start()
            return Piece(days[0].day, start + days[0].start, start + days[0].end)
        if before:
            start = _begin(text, found.start())
            taken.append((start, found.end()))
            return Piece(before[-1].day, start + before[-1].start, start + before[-1].end)
    return None


def _promises(
    text: str, today: date, calendar: WorkingCalendar, people: Sequence[Known], taken: list[Span]
) -> tuple[Said, ...]:
    found: list[Said] = []
    for match in _PROMISE.finditer(_masked(text, taken)):
        if found and match.start() < found[-1].end:
            continue
        side = _side(match, text, people)
        made = _promise(text, match, side, today, calendar) if side else None
        if made is not None:
            found.append(made)
            taken.append((match.start(), made.end))
    return tuple(found)


def _side(match: re.Match[str], text: str, people: Sequence[Known]) -> str:
    """Return whose word it is, "" where nobody says so."""
    if match["bank"] or match["bare"]:
        return BANK
    if match["client"]:
        return CLIENT
    before = text[_begin(text, match.start()) : match.start()].rstrip()
    return CLIENT if any(one.end == len(before) for one in names_in(before, people)) else ""


def _promise(
    text: str, match: re.Match[str], side: str, today: date, calendar: WorkingCalendar
) -> Said | None:
    """Return what is promised up to the next comma; beyond it where the clause names a day only."""
    end = _end(text, match.end(), _COMMA)
    for _clause in range(2):
        clause = text[match.end() : end]
        days = days_in(clause, today, calendar, ahead=True)
        what = clause[: days[0].start] + clause[days[0].end :] if days else clause
        if len(what := " ".join(what.split()).strip(_STRIP)) >= _LEAST:
            return Said(side, what, days[0].day if days else None, match.start(), end)
        if end >= len(text) or _STOP.match(text, end):
            return None
        end = _end(text, end + 1, _COMMA)
    return None


def _needs(text: str, taken: list[Span]) -> tuple[Piece[str], ...]:
    found: list[Piece[str]] = []
    masked = _masked(text, taken)
    for start, value, first, last in sorted((*_verbs(masked), *_likes(masked))):
        if len(value) >= _LEAST and not (found and start < found[-1].end):
            found.append(Piece(value, first, last))
    taken.extend((one.start, one.end) for one in found)
    return tuple(found)


def _verbs(text: str) -> Iterator[tuple[int, str, int, int]]:
    for match in _NEED.finditer(text):
        end = _end(text, match.end(), _COMMA)
        if not match["us"]:
            yield match.start(), text[match.end() : end].replace("\x00", "").strip(_STRIP), match.start(), end


def _likes(text: str) -> Iterator[tuple[int, str, int, int]]:
    for match in _LIKES.finditer(text):
        yield match.start(), match["what"].replace("\x00", "").strip(_STRIP), match.start(), match.end()


def _end(text: str, start: int, stop: re.Pattern[str]) -> int:
    found = stop.search(text, start)
    return found.start() if found else len(text)


def _begin(text: str, end: int) -> int:
    """Return where the clause before a place begins."""
    return max((one.end() for one in _COMMA.finditer(text, 0, end)), default=0)
