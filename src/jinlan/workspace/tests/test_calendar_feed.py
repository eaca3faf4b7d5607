"""The calendar that leaves the house: what it says, to whom, and that it says nothing the moment that a right ends."""

from __future__ import annotations

import logging.config
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from jinlan.basics.clock import SHANGHAI
from jinlan.clients.models import Coverage
from jinlan.clients.testing import stands_in
from jinlan.domains.engagement.services.interactions import (
    cancel_interaction,
    file_minutes,
    log_interaction,
    plan_interaction,
)
from jinlan.domains.engagement.services.promises import keep_promise, make_promise, move_promise
from jinlan.kernel import calendar_keys, tokens
from jinlan.kernel.models import ApiToken, AuditEntry, Person, RoleGrant
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.work.services import Wanted, open_tasks

SUBJECT, MINUTES = "谈并购融资", "客户想收购上游企业"
LATER = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def frozen(world):
    """Stop the clock on the day after the acts; the database's own stays where it is, so the world is made before."""
    cache.clear()
    with time_machine.travel(AT + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def lihua(world):
    return Desk(world, "lihua")


class Desk:
    """One person with an address of his calendar, and what he has arranged."""

    def __init__(self, world: Any, username: str) -> None:
        self.world, self.person = world, world.cast.people[username]
        self.key = calendar_keys.make(self.person, name="手机", days=30, at=AT)
        self.path = f"/calendar/{self.key.text}.ics"

    def plan(self, starts: datetime, at: datetime = AT, **said: Any) -> UUID:
        given = {"unit": self.world.cast.group.public_id, "kind": "VISIT", "subject": SUBJECT} | said
        return UUID(plan_interaction(actor=an_actor(self.person, at), starts_at=starts, **given))

    def log(self, starts: datetime, **said: Any) -> UUID:
        given = {
            "unit": self.world.cast.group.public_id, "kind": "CALL", "subject": SUBJECT, "minutes": MINUTES
        } | said  # fmt: skip
        return UUID(log_interaction(actor=an_actor(self.person), starts_at=starts, **given))

    def promise(self, due_on: date, **said: Any) -> UUID:
        given = {"unit": self.world.cast.group.public_id, "side": "bank", "what": "给出并购方案"} | said
        return UUID(make_promise(actor=an_actor(self.person), due_on=due_on, **given))

    def read(self) -> list[Any]:
        answer = Client().get(self.path)
        assert answer.status_code == 200
        return sorted(Calendar.from_ical(answer.content).walk("VEVENT"), key=lambda one: str(one["summary"]))

    def titles(self) -> list[str]:
        return [str(one["summary"]) for one in self.read()]


def tasks(world, *wanted: tuple[str, date | None], unit=None) -> None:
    unit = unit or world.cast.group
    rows = [
        Wanted(
            subject=f"test:{kind}:{due}", kind="charter", unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, role="manager",
            title="与甲集团的张总见面", detail={"contact": kind}, due_on=due,
        ) for kind, due in wanted
    ]  # fmt: skip
    system = system_actor(ENTITY, AT)
    with writing():
        open_tasks(actor=system, wanted=rows, opened_on=TODAY)


def test_the_calendar_says_kind_and_code_and_nothing_else(world, lihua):
    visit = lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI), place="客户总部")
    ended = lihua.log(AT - timedelta(days=1), ends_at=AT - timedelta(hours=23, minutes=30))
    due, theirs = lihua.promise(date(2026, 11, 13)), lihua.promise(date(2026, 11, 20), side="client")
    tasks(world, ("FACE", date(2026, 11, 18)), ("OTHER", date(2026, 11, 19)))
    answer = Client().get(lihua.path, headers={"host": "localhost"})
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    text = answer.content.decode().replace("\r\n ", "")

    assert sorted(str(one["summary"]) for one in events.values()) == [
        "客户承诺到期 G-JIA", "待办 G-JIA", "待办：面访 G-JIA", "我行承诺到期 G-JIA", "拜访 G-JIA", "电话 G-JIA",
    ]  # fmt: skip
    meeting, call = events[f"interaction-{visit}@jinlan"], events[f"interaction-{ended}@jinlan"]
    assert (meeting.decoded("dtstart"), meeting.decoded("dtend")) == (
        datetime(2026, 11, 12, 10, tzinfo=SHANGHAI), datetime(2026, 11, 12, 11, tzinfo=SHANGHAI),  # an hour, as the register says
    )  # fmt: skip
    assert (call.decoded("dtstart"), call.decoded("dtend")) == (AT - timedelta(days=1), AT - timedelta(hours=23, minutes=30))  # fmt: skip
    assert (str(meeting["url"]), str(meeting["description"])) == (
        f"http://localhost/interactions/{visit}",
    ) * 2
    assert [events[f"promise-{one}@jinlan"].decoded("dtstart") for one in (due, theirs)] == [date(2026, 11, 13), date(2026, 11, 20)]  # fmt: skip
    assert str(events[f"promise-{due}@jinlan"]["url"]) == f"http://localhost/promises/{due}"
    assert {str(one["class"]) for one in events.values()} == {"PRIVATE"}
    for word in (SUBJECT, MINUTES, "并购", "甲", "张", "李华", "lihua", "E1001", "客户总部"):
        assert word not in text
    assert (answer["Content-Type"], answer["Cache-Control"], answer["Content-Disposition"]) == (
        "text/calendar; charset=utf-8", "private, no-store", 'inline; filename="jinlan.ics"',
    )  # fmt: skip
    assert "set-cookie" not in {name.lower() for name in answer.headers}
    assert answer.cookies == {}


def test_it_speaks_the_language_of_its_person(lihua):
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    lihua.promise(date(2026, 11, 13))
    Person.objects.filter(pk=lihua.person.pk).update(locale="en")

    assert lihua.titles() == ["Our promise due: G-JIA", "Visit G-JIA"]


def test_what_is_behind_the_wall_is_left_out_wholly(lihua):
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI), inside=True)
    lihua.log(
        AT - timedelta(days=1),
        inside=True,
        promises=[{"side": "bank", "what": "保密", "due_on": "2026-11-13"}],
    )

    assert lihua.read() == []


def test_days_too_far_back_or_ahead_are_left_out(world, lihua):
    now = datetime(2026, 11, 11, 10, tzinfo=SHANGHAI)
    lihua.log(now - timedelta(days=31), kind="MAIL")
    lihua.log(datetime(2026, 10, 12, 0, 30, tzinfo=SHANGHAI))  # the 30th day back
    lihua.plan(now + timedelta(days=180), kind="EVENT")
    lihua.plan(now + timedelta(days=181), kind="VIDEO")
    lihua.promise(date(2027, 5, 10))
    lihua.promise(date(2027, 5, 11), side="client")
    tasks(world, ("FACE", None), ("CALL", date(2026, 10, 11)), ("REVIEW", date(2026, 10, 12)))

    assert lihua.titles() == ["待办：计划回顾 G-JIA", "我行承诺到期 G-JIA", "活动 G-JIA", "电话 G-JIA"]


def test_a_change_keeps_the_uid_and_counts_on(lihua):
    visit = lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    (first,) = lihua.read()
    cancel_interaction(actor=an_actor(lihua.person, LATER), public_id=visit, reason="客户要求改期")
    (second,) = lihua.read()

    assert str(first["uid"]) == str(second["uid"]) == f"interaction-{visit}@jinlan"
    assert (str(first["status"]), str(second["status"])) == ("CONFIRMED", "CANCELLED")
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert (first.decoded("last-modified"), second.decoded("last-modified")) == (AT, LATER)
    assert first.decoded("dtstamp") < second.decoded("dtstamp")


def test_minutes_and_a_moved_promise_count_on_and_a_kept_one_goes(lihua):
    visit = lihua.plan(AT + timedelta(hours=1))
    file_minutes(actor=an_actor(lihua.person, LATER), public_id=visit, minutes=MINUTES)
    due = lihua.promise(date(2026, 11, 13))
    move_promise(
        actor=an_actor(lihua.person, LATER), public_id=due, due_on=date(2026, 11, 16), reason="客户要求推后"
    )
    promise, meeting = lihua.read()

    assert (meeting["sequence"], meeting.decoded("last-modified")) == (1, LATER)
    assert (promise["sequence"], promise.decoded("last-modified"), promise.decoded("dtstart")) == (1, LATER, date(2026, 11, 16))  # fmt: skip
    keep_promise(actor=an_actor(lihua.person, LATER), public_id=due, evidence="已发送方案邮件")
    assert lihua.titles() == ["拜访 G-JIA"]


def test_another_lead_empties_it_at_once(world, lihua):
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    lihua.promise(date(2026, 11, 13))
    tasks(world, ("FACE", date(2026, 11, 18)))
    assert len(lihua.read()) == 3
    with writing():
        Coverage.objects.filter(unit=world.cast.group, employee__code="E1001").update(
            valid_to=date(2026, 11, 11)
        )

    assert lihua.read() == []


def test_two_people_see_their_own(world, lihua):
    wangmin = Desk(world, "wangmin")
    party = world.cast.parties["jia-3"].public_id
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    wangmin.plan(datetime(2026, 11, 12, 15, tzinfo=SHANGHAI), kind="EVENT", party=party)

    assert (lihua.titles(), wangmin.titles()) == (["拜访 G-JIA"], ["活动 G-JIA"])


def test_a_deputy_has_the_tasks_of_the_absent_and_not_his_meetings(world, lihua):
    deputy = Desk(world, "sunjie")
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    tasks(world, ("FACE", date(2026, 11, 18)))
    assert deputy.titles() == []
    stands_in(world.cast.employees["E2001"], world.cast.employees["E1001"], TODAY, date(2026, 11, 20))
    with writing():
        RoleGrant.objects.create(person=deputy.person, role="manager", branch_code="", valid_from=TODAY)

    assert deputy.titles() == ["待办：面访 G-JIA"]


def comparable(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    return (
        answer.status_code,
        answer.content,
        sorted((k, v) for k, v in answer.headers.items() if k != "X-Reference"),
    )


def test_every_wrong_secret_is_answered_as_an_address_that_is_not_there(world, lihua):
    nothing = comparable(Client().get("/clients/00000000-0000-7000-8000-000000000000/nothing"))
    program = tokens.make(lihua.person, name="月报", days=30, reads_only=True, at=AT)
    late = calendar_keys.make(lihua.person, name="旧", days=1, at=AT - timedelta(days=5))
    wrong = ["x", "jlc_x", program.text, late.text, lihua.key.text[:-1], lihua.key.text.upper(), "jlc_" + "x" * 200, "jlc_%00"]  # fmt: skip
    for secret in wrong:
        assert comparable(Client().get(f"/calendar/{secret}.ics")) == nothing
    assert nothing[0] == 404
    assert lihua.read() == []
    tokens.end(lihua.person, lihua.key.row.public_id, AT, tokens.CALENDAR)
    assert comparable(Client().get(lihua.path)) == nothing


@pytest.mark.parametrize("how", ["disabled", "roles ended", "an administrator", "password renewed"])
def test_who_has_no_rights_any_more_has_no_calendar(world, lihua, how):
    nothing = comparable(Client().get("/clients/00000000-0000-7000-8000-000000000000/nothing"))
    lihua.plan(datetime(2026, 11, 12, 10, tzinfo=SHANGHAI))
    with writing():
        if how == "disabled":
            Person.objects.filter(pk=lihua.person.pk).update(is_active=False)
        elif how != "password renewed":
            RoleGrant.objects.filter(person=lihua.person).update(valid_to=TODAY)
        if how == "an administrator":
            RoleGrant.objects.create(person=lihua.person, role="system_admin", valid_from=TODAY)
    if how == "password renewed":
        actor = an_actor(world.cast.people["xulan"])
        with scoped(actor, write=True):
            assert tokens.end_all_of(actor, lihua.person) == 1

    assert comparable(Client().get(lihua.path)) == nothing


def test_a_calendars_secret_opens_nothing_else(world, lihua):
    answer = Client().get("/api/v1/clients", headers={"authorization": f"Bearer {lihua.key.text}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "NOBODY")


def test_only_reading_is_answered_and_nothing_changes(lihua):
    head = Client().head(lihua.path)
    assert (head.status_code, head.content, head["Content-Type"]) == (
        200,
        b"",
        "text/calendar; charset=utf-8",
    )
    for method in ("post", "put", "patch", "delete", "options"):
        assert getattr(Client(), method)(lihua.path).status_code == 405
    assert ApiToken.door.get(pk=lihua.key.row.pk).last_used == AT + timedelta(days=1)


def test_an_ended_session_or_a_due_password_is_nothing_to_it(world, lihua, as_person):
    browser = as_person("wangmin")
    with writing():
        Person.objects.filter(username="wangmin").update(is_active=False)

    assert browser.get("/calendar/x.ics").status_code == 404
    assert browser.get(lihua.path).status_code == 200


def test_who_reads_or_guesses_too_often_waits(lihua):
    statuses = [Client().get(lihua.path).status_code for _time in range(61)]
    assert statuses == [200] * 60 + [429]
    answer = Client().get(lihua.path)
    assert (answer.status_code, answer.content, answer["Retry-After"]) == (429, b"", "900")
    with time_machine.travel(AT + timedelta(days=1, minutes=16), tick=False):
        assert Client().get(lihua.path).status_code == 200


def test_who_guesses_is_not_looked_at_any_more(lihua):
    guesses = {Client().get("/calendar/jlc_x.ics").status_code for _time in range(121)}

    assert guesses == {404}
    assert Client().get("/calendar/jlc_x.ics").status_code == 429
    assert Client().get(lihua.path).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.9").get(lihua.path).status_code == 200


def test_no_log_audit_or_error_page_holds_the_secret(world, lihua, capsys, settings, monkeypatch):
    logging.config.dictConfig(settings.LOGGING)  # pytest has handlers of its own; these are the product's
    secret = lihua.key.text
    pages = [
        Client().post(lihua.path),
        Client().get(f"/calendar/{secret}"),
        Client().get(f"/calendar/{secret}x.ics"),
    ]
    monkeypatch.setattr(calendar_keys, "reader_of", lambda *_given: 1 / 0)
    pages.append(Client(raise_request_exception=False).get(lihua.path))

    assert [page.status_code for page in pages] == [405, 404, 404, 500]
    said = capsys.readouterr().err
    assert said.count("/calendar/…") == 4
    for text in (said, *(page.content.decode() for page in pages)):
        assert secret not in text
        assert secret.removeprefix("jlc_")[:20] not in text
    with scoped(an_actor(world.cast.people["zhengyu"])):
        entries = list(AuditEntry.objects.values_list("verb", "username", "after"))
    assert ("signin.calendar_made", "lihua", {"where": "", "why": "手机"}) in entries
    assert secret not in str(entries)
    assert ApiToken.door.filter(token_hash__contains="jlc_").count() == 0
