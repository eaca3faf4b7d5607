"""The app on a phone: what is installed, what its worker may keep, and logs that were written without a network."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.contrib.staticfiles import finders
from django.test import Client

from jinlan.basics.clock import SHANGHAI, now_utc
from jinlan.domains.engagement.models import Interaction, Promise
from jinlan.kernel.testing import writing
from jinlan.workspace import phone

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
TOKENS = Path(__file__).parents[4] / "assets" / "src" / "css" / "tokens.css"


def rows() -> list[dict[str, Any]]:
    with writing():
        return list(
            Interaction.objects.order_by("id").values(
                "kind", "minutes", "staff", "state", "party_id", "starts_at"
            )
        )


def sealed(client: Client, note: dict[str, Any], log: str = "", about: str = "") -> dict[str, str]:
    """Seal a note as the browser does."""
    log = log or str(uuid4())
    mine = client.get("/offline/key").json()
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(mine["point"]))
    letter = SUITE.encrypt(json.dumps(note).encode(), point, f"jinlan letter v1|log {about or log}".encode())
    return {"id": log, "name": mine["name"], "sealed": base64.b64encode(letter).decode()}


def a_note(client: str, **said: str) -> dict[str, str]:
    at = (now_utc() - timedelta(hours=1)).astimezone(SHANGHAI)
    return {
        "client": client,
        "unit": "",
        "kind": "CALL",
        "at": at.strftime("%Y-%m-%dT%H:%M"),
        "text": "谈了利率",
    } | said


def test_a_phone_can_install_it_in_both_languages_with_marks_of_the_sizes_they_claim(world):
    answer = Client().get("/manifest.webmanifest", headers={"accept-language": "zh-hans"})
    told = answer.json()

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "application/manifest+json", "no-cache, no-store",
    )  # fmt: skip
    assert (told["short_name"], told["start_url"], told["scope"], told["display"]) == (
        "金兰",
        "/",
        "/",
        "standalone",
    )
    english = Client().get("/manifest.webmanifest", headers={"accept-language": "en"}).json()
    assert (english["short_name"], english["lang"]) == ("Jinlan", "en")
    for one in told["icons"][:3]:
        file = Path(str(finders.find(one["src"].removeprefix("/static/")))).read_bytes()
        width, height = int.from_bytes(file[16:20]), int.from_bytes(file[20:24])
        assert (file[:8], f"{width}x{height}") == (b"\x89PNG\r\n\x1a\n", one["sizes"])


def test_the_start_leads_a_manager_to_today(world, as_person):
    assert as_person("lihua").get("/")["Location"] == "/today"


def test_its_colours_are_the_tokens(world):
    page = re.search(r"--page: light-dark\((#\w+), (#\w+)\)", TOKENS.read_text())
    assert page is not None
    assert page[1] == phone.PAGE == Client().get("/manifest.webmanifest").json()["theme_color"]
    signin = Client().get("/signin").content.decode()
    assert re.findall(r'name="theme-color" content="(#\w+)"', signin) == [page[1], page[2]]


def test_the_worker_may_keep_files_and_the_page_of_kept_logs_only(world):
    answer = Client().get("/worker.js")
    shell = json.loads(re.match(r"self\.jlShell = (\{.*\});", answer.content.decode())[1])

    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "text/javascript; charset=utf-8",
        "no-cache, no-store",
    )
    assert [one for one in shell["files"] if not one.startswith("/static/")] == []
    assert shell["pages"] == {"zh-Hans": "/offline/zh", "en": "/offline/en"}
    assert ".put(" not in answer.content.decode().replace("objectStore", "").partition("addAll")[2]


def test_the_policy_gains_the_worker_and_the_manifest_and_nothing_else(world):
    policy = Client().get("/signin")["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "font-src": "'self'",
        "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "manifest-src": "'self'",
        "worker-src": "'self'",
    }  # fmt: skip


@pytest.mark.parametrize(("tail", "word"), [("zh", "离线记录"), ("en", "Offline logs")])
def test_the_page_of_kept_logs_is_the_same_bytes_to_everybody(world, as_person, tail, word):
    pages = [one.get(f"/offline/{tail}") for one in (Client(), as_person("lihua"), as_person("wuhan"))]
    assert {one.content for one in pages} == {pages[0].content}
    text = pages[0].content.decode()
    assert (word in text, "csrf" in text, "李华" in text) == (True, False, False)
    assert [dict(one.cookies) for one in pages] == [{}, {}, {}]


def test_a_key_is_given_to_its_own_person_and_is_the_same_again(world, as_person):
    lihua, again, other = (as_person(name).get("/offline/key") for name in ("lihua", "lihua", "sunjie"))
    assert [one["Cache-Control"] for one in (lihua, other)] == ["private, no-store"] * 2
    given = [{**one.json(), "token": ""} for one in (lihua, again, other)]
    assert given[0] == given[1]
    assert (given[0]["point"] == given[2]["point"], given[0]["owner"] == given[2]["owner"]) == (False, False)
    raw = base64.b64decode(given[0]["point"])
    assert (len(raw), raw[0], sorted(given[0])) == (65, 4, ["name", "owner", "point", "token"])


@pytest.mark.parametrize("tail", ["key", "send", "open"])
def test_strangers_are_led_to_sign_in_and_who_may_not_log_finds_nothing(world, as_person, tail):
    ask = (
        (lambda one: one.get("/offline/key")) if tail == "key" else (lambda one: one.post(f"/offline/{tail}"))
    )
    assert (ask(Client()).status_code, ask(as_person("wuhan")).status_code, rows()) == (302, 404, [])


def test_a_log_that_says_all_is_written_down_once_however_often_it_is_sent(world, as_person):
    client = as_person("lihua")
    letter = sealed(client, a_note(world.cast.group.name))

    answers = [client.post("/offline/send", letter) for _time in range(3)]

    assert [(one.status_code, one.json(), one["Cache-Control"]) for one in answers] == [
        (200, {"state": "logged"}, "private, no-store")
    ] * 3
    (row,) = rows()
    assert (row["kind"], row["minutes"], row["staff"], row["state"]) == (
        "CALL",
        "谈了利率",
        ["E1001"],
        "held",
    )


def test_a_client_is_found_by_code_too_and_the_same_note_under_another_id_is_another_log(world, as_person):
    client = as_person("lihua")
    for _time in range(2):
        assert client.post("/offline/send", sealed(client, a_note(world.cast.group.code))).json() == {
            "state": "logged"
        }
    assert len(rows()) == 2


@pytest.mark.parametrize(
    "said",
    [{"kind": ""}, {"at": ""}, {"text": "我行承诺三个工作日内给出授信方案"}, {"text": "昨天下午3点拜访"}, {"at": "2099-01-01T10:00"}, {"text": "客户需要代发工资"}],
)  # fmt: skip
def test_what_has_to_be_understood_is_confirmed_by_the_person_first(world, as_person, said):
    client = as_person("lihua")
    home = world.address(world.cast.group)
    letter = sealed(client, a_note(world.cast.group.name, **said))

    told = client.post("/offline/send", letter).json()

    assert (told, rows()) == ({"state": "confirm", "draft": f"{home}/log"}, [])


def test_a_draft_that_was_confirmed_is_known_as_logged_and_is_not_offered_again(world, as_person):
    client, home = as_person("lihua"), world.address(world.cast.group)
    letter = sealed(client, a_note(world.cast.group.name, text="我行承诺三个工作日内给出授信方案"))
    opened = client.post("/offline/open", letter).json()
    note = opened["note"]
    begin = {
        "step": "read",
        "minutes": note["text"],
        "key": letter["id"],
        "kept_kind": note["kind"],
        "kept_at": note["at"],
    }
    draft = client.post(opened["draft"], begin)
    form = draft.context["form"]
    assert (form["key"].value(), form["kind"].value(), f"{form['starts_at'].value():%Y-%m-%dT%H:%M}") == (
        letter["id"],
        "CALL",
        note["at"],
    )

    sent = {name: form[name].value() for name in ("key", "minutes", "kind", "subject")} | {
        "starts_at": note["at"],
        "step": "keep",
    }
    sent |= {"p0-side": "bank", "p0-what": "给出授信方案", "p0-due_on": "2099-01-05"}
    assert client.post(f"{home}/log", sent).status_code == 302

    assert (client.post("/offline/send", letter).json(), client.post("/offline/open", letter).json()) == (
        {"state": "logged"},
        {"state": "logged"},
    )
    assert client.post(f"{home}/log", begin)["Location"] == f"{home}/interactions"
    with writing():
        assert (len(rows()), Promise.objects.count()) == (1, 1)


def test_another_person_neither_reads_nor_sends_it(world, as_person):
    letter = sealed(as_person("lihua"), a_note(world.cast.group.name))
    for tail in ("send", "open"):
        answer = as_person("sunjie").post(f"/offline/{tail}", letter)
        assert (answer.status_code, answer.json()["code"]) == (422, "LETTER_SHUT")
        assert "谈了利率" not in answer.content.decode()
    assert rows() == []


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [({"id": str(uuid4())}, "LETTER_SHUT"), ({"id": "x"}, "LETTER_SHUT"), ({"sealed": "%"}, "LETTER_SHUT"), ({"sealed": ""}, "LETTER_SHUT"), ({"name": "00000000"}, "LETTER_KEY"), ({"name": "x"}, "LETTER_KEY")],
)  # fmt: skip
def test_a_letter_that_was_changed_moved_or_is_none_opens_to_nobody(world, as_person, spoiled, code):
    client = as_person("lihua")
    letter = sealed(client, a_note(world.cast.group.name)) | spoiled
    for tail in ("send", "open"):
        answer = client.post(f"/offline/{tail}", letter)
        assert (answer.status_code, answer.json()["code"], rows()) == (422, code, [])


def test_what_the_bank_does_not_write_down_is_refused_in_words_and_can_be_read_back(world, as_person):
    client = as_person("lihua")
    letter = sealed(client, a_note(world.cast.group.name, text="他离婚了"))
    answer = client.post("/offline/send", letter)
    assert (answer.status_code, answer.json()["code"], rows()) == (422, "TEXT_TERMS", [])
    assert "离婚" in answer.json()["words"]
    assert client.post("/offline/open", letter).json()["note"]["text"] == "他离婚了"


def test_a_client_out_of_sight_is_as_good_as_none(world, as_person):
    client = as_person("lihua")
    for note in (
        a_note(world.cast.household.name),
        a_note("", unit=str(world.cast.household.public_id)),
        a_note(""),
    ):
        answer = client.post("/offline/send", sealed(client, note))
        assert (answer.status_code, answer.json()["code"], rows()) == (422, "LOG_CLIENT", [])


def test_part_of_a_name_offers_the_clients_that_it_may_be(world, as_person):
    client = as_person("lihua")
    part = world.cast.group.name[:2]
    told = client.post("/offline/send", sealed(client, a_note(part))).json()
    assert told["state"] == "confirm"
    assert {"name": world.cast.group.name, "draft": f"{world.address(world.cast.group)}/log"} in told["units"]
    assert rows() == []


def test_signing_out_clears_the_cache_of_pages_and_leaves_what_is_not_sent(world, as_person):
    assert as_person("lihua").post("/signout")["Clear-Site-Data"] == '"cache"'
