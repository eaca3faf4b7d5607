"""Dates as a calendar program reads them (RFC 5545, RFC 7986). Knows no Django and no client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from jinlan.basics.clock import SHANGHAI

PRODUCT = "-//Jinlan//Jinlan//ZH"
REFRESH = timedelta(hours=1)
_SUMMER_ENDED = datetime(1991, 9, 15, 2)  # noqa: DTZ001  a wall clock: the last change of clocks in China


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a calendar. A `date` in `starts` makes it a whole day; `sequence` and `changed` tell which of two versions is newer."""

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | None  # None for a whole day
    url: str
    changed: datetime
    sequence: int = 0
    called_off: bool = False


def calendar_text(entries: Iterable[Entry], *, name: str) -> bytes:
    """Return a calendar as text: lines folded at 75 bytes, texts escaped, the time zone declared."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", SHANGHAI.key)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    made.add_component(_zone())
    for entry in entries:
        made.add_component(_event(entry))
    text: bytes = made.to_ical()
    return text


def _zone() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", SHANGHAI.key)
    standard.add("dtstart", _SUMMER_ENDED)
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry) -> Event:
    event, whole_day = Event(), not isinstance(entry.starts, datetime)
    event.add("uid", entry.uid)
    event.add("summary", entry.title)
    if isinstance(entry.starts, datetime):
        event.add("dtstart", entry.starts.astimezone(SHANGHAI))
        event.add("dtend", (entry.ends or entry.starts).astimezone(SHANGHAI))
    else:
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.starts + timedelta(days=1))
    event.add("dtstamp", entry.changed.astimezone(UTC))
    event.add("last-modified", entry.changed.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.called_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if whole_day or entry.called_off else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("url", entry.url)
    event.add("description", entry.url)
    return event
