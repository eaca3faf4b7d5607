"""A calendar as text: folded, escaped, with its zone, and the same when it is read again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from jinlan.basics.clock import SHANGHAI
from jinlan.workspace.ical import Entry, calendar_text

CHANGED = datetime(2026, 11, 10, 2, tzinfo=UTC)
MEETING = Entry(
    "interaction-1@jinlan", "拜访 G-JIA", datetime(2026, 11, 12, 2, tzinfo=UTC), datetime(2026, 11, 12, 3, 30, tzinfo=UTC),
    "https://jinlan.example/interactions/1", CHANGED, 2,
)  # fmt: skip
TEXTS = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200
)


def test_a_meeting_is_written_exactly() -> None:
    text = calendar_text([MEETING], name="金兰日程").decode()

    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Jinlan//Jinlan//ZH", "CALSCALE:GREGORIAN", "NAME:金兰日程",
        "X-WR-CALNAME:金兰日程", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "X-WR-TIMEZONE:Asia/Shanghai",
        "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19910915T020000", "TZNAME:CST", "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0800", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "SUMMARY:拜访 G-JIA", "DTSTART;TZID=Asia/Shanghai:20261112T100000", "DTEND;TZID=Asia/Shanghai:20261112T113000",
        "DTSTAMP:20261110T020000Z", "UID:interaction-1@jinlan", "SEQUENCE:2", "CLASS:PRIVATE",
        "DESCRIPTION:https://jinlan.example/interactions/1", "LAST-MODIFIED:20261110T020000Z", "STATUS:CONFIRMED", "TRANSP:OPAQUE",
        "URL:https://jinlan.example/interactions/1", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_a_whole_day_and_what_was_called_off() -> None:
    day = Entry("task-1@jinlan", "待办 G-JIA", date(2026, 12, 31), None, "https://x.example", CHANGED)
    off = Entry(
        "interaction-2@jinlan", "电话 G-JIA", CHANGED, CHANGED + timedelta(hours=1), "https://x.example", CHANGED, 1, called_off=True
    )  # fmt: skip
    whole, called = Calendar.from_ical(calendar_text([day, off], name="x")).walk("VEVENT")

    assert (whole.decoded("dtstart"), whole.decoded("dtend")) == (date(2026, 12, 31), date(2027, 1, 1))
    assert (str(whole["status"]), str(whole["transp"])) == ("CONFIRMED", "TRANSPARENT")
    assert (str(called["status"]), str(called["transp"]), called["sequence"]) == (
        "CANCELLED",
        "TRANSPARENT",
        1,
    )
    assert "DTSTART;VALUE=DATE:20261231" in calendar_text([day], name="x").decode()


def test_nothing_but_the_calendar_is_in_an_empty_one() -> None:
    assert Calendar.from_ical(calendar_text([], name="x")).walk("VEVENT") == []


@given(TEXTS, st.integers(0, 100 * 366 * 24 * 60))
def test_any_text_comes_back_and_no_line_is_longer_than_75_bytes(title: str, minutes: int) -> None:
    starts = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    entry = Entry("a@jinlan", title, starts, starts + timedelta(hours=1), "https://x.example", CHANGED)
    text = calendar_text([entry], name=title)
    (event,) = Calendar.from_ical(text).walk("VEVENT")

    assert str(event["summary"]) == title
    assert event.decoded("dtstart") == starts
    assert event.decoded("dtstart").utcoffset() == starts.astimezone(SHANGHAI).utcoffset()
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert text.count(b"BEGIN:VEVENT") == text.count(b"END:VCALENDAR") == 1
