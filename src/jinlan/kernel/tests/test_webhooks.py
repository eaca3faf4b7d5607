"""Webhooks: told in order what happened, signed, again until taken; never what a client is called; only where the deployer allows."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import webhooks, working
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import defer
from jinlan.kernel.models import Job, Person, Webhook
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import ENTITY, a_person, an_actor
from jinlan.kernel.webhooks import add_webhook, change_webhook

pytestmark = pytest.mark.usefixtures("database")
SECRET = "s" * 40


class Receiver(BaseHTTPRequestHandler):
    got: list[tuple[str, bytes]] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Jinlan-Signature"], body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def url(settings: Any) -> Iterator[str]:
    Receiver.got.clear()
    Receiver.answers.clear()
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.JINLAN_OUTGOING_HOSTS = frozenset({f"127.0.0.1:{server.server_port}"})
    yield f"http://127.0.0.1:{server.server_port}/in"
    server.shutdown()
    server.server_close()


def happen(person: Person, verb: str, key: str) -> None:
    with scoped(an_actor(person), write=True):
        audit(an_actor(person), verb, "unit", key, after={"name": "客户甲"})


def settle(admin_url: str) -> None:
    """Wait until what was written is over for everybody: transactions of other databases of the server count too."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        while admin.execute(
            "select coalesce(max(xact), 0) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint from kernel_auditentry"
        ).fetchone() == (True,):
            pass


@pytest.fixture
def tell(admin_url: str) -> Callable[[], dict[str, Any]]:
    def settled() -> dict[str, Any]:
        settle(admin_url)
        return told()

    return settled


def told() -> dict[str, Any]:
    """Let the worker do the job that the schedule asks for every minute."""
    made = defer("kernel.tell", actor=system_actor(ENTITY, now_utc()))
    running = working.take(now_utc())
    assert running is not None
    assert working.run(running) == "done"
    with scoped(system_actor(ENTITY, now_utc())):
        found: dict[str, Any] = Job.objects.values_list("result", flat=True).get(public_id=made)
    return found


def events() -> list[list[str]]:
    return [[one["object_id"] for one in json.loads(body)["events"]] for _signature, body in Receiver.got]


def hook() -> Webhook:
    with scoped(system_actor(ENTITY, now_utc())):
        return Webhook.objects.get()


def test_what_happens_from_now_on_is_told_once_in_order_and_signed(url: str, tell) -> None:
    manager, operator = a_person("", "manager"), a_person("", "system_admin")
    happen(manager, "work.before", "0")
    add_webhook(actor=an_actor(operator), name="数据平台", url=url, verbs="work., test.one", secret=SECRET)
    for verb, key in (("work.a", "1"), ("test.one", "2"), ("test.two", "3"), ("work.b", "4")):
        happen(manager, verb, key)

    assert tell() == {"told": 3, "addresses": 1}
    assert tell() == {"told": 0, "addresses": 1}
    happen(manager, "work.c", "5")
    tell()
    assert events() == [["1", "2", "4"], ["5"]]
    signature, body = Receiver.got[0]
    stamp, mac = (part.partition("=")[2] for part in signature.split(","))
    assert mac == hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert "客户" not in body.decode()
    assert set(json.loads(body)["events"][0]) == {"id", "at", "verb", "object_type", "object_id"}


def test_what_was_not_taken_is_told_again_and_rests_after_many_failures(url: str, tell, monkeypatch) -> None:
    monkeypatch.setattr(webhooks, "REST_AFTER", 2)
    manager, operator = a_person("", "manager"), a_person("", "system_admin")
    key = add_webhook(actor=an_actor(operator), name="x", url=url, verbs="work.", secret=SECRET)
    happen(manager, "work.a", "1")
    Receiver.answers += [500, 302]
    tell()
    assert (hook().failures, hook().error[:10]) == (1, "OUT_STATUS")
    tell()
    tell()
    assert events() == [["1"], ["1"]]
    change_webhook(
        actor=an_actor(operator), public_id=key, url=url, verbs="work.", active=True, reason="修好了"
    )
    happen(manager, "work.b", "2")
    tell()
    assert events() == [["1"], ["1"], ["1", "2"]]
    assert (hook().failures, hook().error) == (0, "")


def test_an_entry_whose_transaction_is_still_open_is_not_overtaken(url: str, tell, admin_url: str) -> None:
    manager, operator = a_person("", "manager"), a_person("", "system_admin")
    add_webhook(actor=an_actor(operator), name="x", url=url, verbs="work.", secret=SECRET)
    with psycopg.connect(admin_url) as slow:
        slow.execute("select pg_current_xact_id()")  # older than what follows, and not over
        happen(manager, "work.later", "2")
        assert told()["told"] == 0
    assert tell()["told"] == 1
    assert events() == [["2"]]


def test_an_address_that_was_taken_from_the_list_is_not_asked_any_more(url: str, tell, settings: Any) -> None:
    manager, operator = a_person("", "manager"), a_person("", "system_admin")
    add_webhook(actor=an_actor(operator), name="x", url=url, verbs="work.", secret=SECRET)
    happen(manager, "work.a", "1")
    settings.JINLAN_OUTGOING_HOSTS = frozenset()
    tell()

    assert Receiver.got == []
    assert hook().error.startswith("OUT_HOST")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "https://elsewhere.example/"}, "OUT_HOST"), ({"url": "javascript:alert(1)"}, "OUT_ADDRESS"), ({"verbs": " , "}, "WEBHOOK_VERBS"),
        ({"verbs": "work.%"}, "WEBHOOK_VERBS"), ({"secret": "short"}, "WEBHOOK_SECRET"), ({"name": "  "}, "WEBHOOK_NAME"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_with_nothing_kept(url: str, wrong: dict[str, str], code: str) -> None:
    operator = a_person("", "system_admin")
    given = {"name": "x", "url": url, "verbs": "work.", "secret": SECRET} | wrong
    with pytest.raises(Refused) as caught:
        add_webhook(actor=an_actor(operator), **given)

    assert caught.value.code in {code, "OUT_HOST"}
    with scoped(an_actor(operator)):
        assert Webhook.objects.count() == 0


def test_addresses_are_the_system_administrators_only(url: str) -> None:
    operator, security, manager = (
        a_person("", "system_admin"),
        a_person("", "security_admin"),
        a_person("", "manager"),
    )
    key = add_webhook(actor=an_actor(operator), name="x", url=url, verbs="work.", secret=SECRET)
    for who in (security, manager):
        with pytest.raises(ScopeDenied):
            change_webhook(actor=an_actor(who), public_id=key, url=url, verbs="x", active=False, reason="r")
    with scoped(an_actor(security)):
        assert Webhook.objects.count() == 0
    with scoped(an_actor(operator)):
        row = Webhook.objects.get()
        assert SECRET.encode() not in bytes(row.secret)
    assert (row.verbs, row.active) == ("work.", True)
