"""Notices: to those concerned only, once, in their language, without a client's name; by mail to the bank's own domains."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel import mailing, notices, working
from jinlan.kernel.models import Notice, Person
from jinlan.kernel.notices import holders, notice_kind, notify
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import ENTITY, TODAY, a_grant, a_person, an_actor

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def kind() -> Iterator[notices.Kind]:
    yield notice_kind("test.asked", words=lambda said: f"{said['who']} 有一事", why="您有权")
    del notices.KINDS["test.asked"]


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_notice_is_its_persons_once_and_nobody_elses(kind) -> None:
    sender, reader, other = (a_person("", "manager") for _one in range(3))
    for _twice in range(2):
        with scoped(an_actor(sender), write=True):
            notify(
                kind, actor=an_actor(sender), people=[reader.pk, sender.pk], key="k", url="/clients", who="甲"
            )

    with scoped(an_actor(reader)):
        assert [notices.line(row)["words"] for row in notices.own(an_actor(reader))] == ["甲 有一事"]
    for who in (sender, other):
        with scoped(an_actor(who)):
            assert Notice.objects.count() == 0


def test_a_notice_in_another_ones_name_or_house_is_refused(kind) -> None:
    sender, reader = a_person("", "manager"), a_person("", "manager")
    for wrong in ({"by_id": reader.pk}, {"entity": "OTH"}):
        row = Notice(
            **(
                {
                    "entity": ENTITY,
                    "person_id": reader.pk,
                    "by_id": sender.pk,
                    "kind": "x",
                    "key": "k",
                    "at": now_utc(),
                }
                | wrong
            )
        )
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            scoped(an_actor(sender), write=True),
        ):
            Notice.objects.bulk_create([row], ignore_conflicts=True)
    with scoped(an_actor(reader)):
        assert Notice.objects.count() == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        connection.cursor().execute("select * from kernel_notice")


def test_the_inbox_counts_opens_and_marks(kind) -> None:
    sender, reader, other = a_person("", "manager"), a_person("", "manager"), a_person("", "manager")
    with scoped(an_actor(sender), write=True):
        for number in range(3):
            notify(
                kind,
                actor=an_actor(sender),
                people=[reader.pk],
                key=str(number),
                url="/account",
                who=f"同事{number}",
            )
    page, stranger = client_of(reader), client_of(other)
    with scoped(an_actor(reader)):
        key = notices.own(an_actor(reader)).last().public_id

    assert "3 条未读" in page.get("/notices/count").content.decode()
    text = page.get("/notices").content.decode()
    assert text.index("同事2 有一事") < text.index("同事0 有一事")
    assert stranger.post(f"/notices/{key}/open").status_code == 404
    assert "3 条未读" in page.get("/notices/count").content.decode()
    assert page.get(f"/notices/{key}/open").status_code == 405
    assert page.post(f"/notices/{key}/open")["Location"] == "/account"
    assert "2 条未读" in page.get("/notices/count").content.decode()
    page.post("/notices/read")
    assert page.get("/notices/count").content.decode().strip() == ""
    assert "还没有通知" in stranger.get("/notices").content.decode()


def test_holders_are_those_whose_role_is_in_force_on_the_day_and_this_side_of_the_wall() -> None:
    one, gone, personal = a_person("", "risk"), a_person(), a_person()
    a_grant(gone, "risk", until=TODAY)
    a_grant(personal, "risk", domain=0)
    a_person("", "risk", active=False)
    a_person("", "risk", entity="OTH")
    with scoped(an_actor(one)):
        assert holders(ENTITY, ("risk",), TODAY) == {one.pk, personal.pk}
        assert holders(ENTITY, ("risk",), TODAY, domain=1) == {one.pk}
        assert holders(ENTITY, ("compliance",), TODAY) == set()


class Post(socketserver.StreamRequestHandler):
    """So much of SMTP as a mail needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                data = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    data += part
                self.server.mails.append(data)  # type: ignore[attr-defined]
            self.wfile.write(b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def post(settings: Any) -> Iterator[list[bytes]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.mails = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = (
        "127.0.0.1",
        server.server_address[1],
        False,
    )
    settings.JINLAN_MAIL_FROM, settings.JINLAN_MAIL_DOMAINS = (
        "jinlan@bank.example",
        frozenset({"bank.example"}),
    )
    settings.JINLAN_BASE_URL = "https://jinlan.bank.example"
    yield server.mails  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def work() -> list[str]:
    ended = []
    while running := working.take(now_utc()):
        ended.append(f"{running.name} {working.run(running)}")
    return ended


def test_a_notice_is_mailed_once_in_the_readers_language_to_an_address_of_the_bank(kind, post) -> None:
    sender, reader, outside, none = (a_person("", "manager") for _one in range(4))
    Person.objects.filter(pk=reader.pk).update(email="reader@Bank.example", locale="en")
    Person.objects.filter(pk=outside.pk).update(email="reader@bank.example.evil.example")
    with scoped(an_actor(sender), write=True):
        notify(
            kind,
            actor=an_actor(sender, now_utc()),
            people=[reader.pk, outside.pk, none.pk],
            key="k",
            who="甲\r\nBcc: x@y",
        )
    system = system_actor(ENTITY, now_utc())
    for _twice in range(2):
        with scoped(system, write=True):
            mailing.post_notices(actor=system)
        work()

    assert len(post) == 1
    mail = message_from_bytes(post[0], policy=policy.default)
    assert mail["To"] == "reader@Bank.example"
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("[Jinlan] 甲")
    assert mail.get_content().splitlines()[-4:] == ["", "https://jinlan.bank.example/notices", "", "您有权"]
    assert mail["Message-ID"].endswith("@bank.example>")


def test_a_mail_server_that_is_away_is_tried_again_and_the_notice_stays(kind, post, settings) -> None:
    sender, reader = a_person("", "manager"), a_person("", "manager")
    Person.objects.filter(pk=reader.pk).update(email="reader@bank.example")
    with scoped(an_actor(sender), write=True):
        notify(kind, actor=an_actor(sender, now_utc()), people=[reader.pk], key="k", who="甲")
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    system = system_actor(ENTITY, now_utc())
    with scoped(system, write=True):
        mailing.post_notices(actor=system)

    assert work() == ["kernel.mail_notice waiting"]
    assert post == []
    settings.EMAIL_PORT = there
    running = working.take(now_utc() + working.LONGEST_WAIT)
    assert running is not None
    assert working.run(running) == "done"
    assert len(post) == 1


def test_without_a_mail_server_nothing_is_asked_for(kind, settings) -> None:
    settings.EMAIL_HOST = ""
    system = system_actor(ENTITY, now_utc())
    with scoped(system, write=True):
        assert mailing.post_notices(actor=system) == {"asked": 0}


def test_a_job_that_is_given_up_is_told_to_who_asked_and_to_the_system_administrator(monkeypatch) -> None:
    asker, operator, other = a_person("", "manager"), a_person("", "system_admin"), a_person("", "manager")
    task = working.Task("test.bad", "坏任务", lambda *, actor: 1 / 0, False, 1, None)
    monkeypatch.setitem(working.TASKS, "test.bad", task)
    from jinlan.kernel.jobs import defer

    defer("test.bad", actor=an_actor(asker))

    assert work() == ["test.bad dead"]
    for who, lines in (
        (asker, ["后台任务“坏任务”多次失败，已停止"]),
        (operator, ["后台任务“坏任务”多次失败，已停止"]),
        (other, []),
    ):
        with scoped(an_actor(who)):
            assert [notices.line(row)["words"] for row in notices.own(an_actor(who))] == lines
