"""Hostile text: names that are markup, values that were encoded twice, parameters that come twice, names of files."""

from __future__ import annotations

import re

import pytest

from jinlan.clients.models import Party, Unit
from jinlan.kernel.models import Person
from jinlan.kernel.testing import TODAY, writing
from jinlan.work.models import Task

MARKUP = (
    "<script>alert(1)</script>'\"><img src=x onerror=alert(1)><svg/onload=alert(1)>{{7*7}}</textarea></title>"
)
PIECES = ("<script>alert", "<img src=x", "<svg/onload", "'\"><", "</textarea></title>", ">49<")
GIVEN = {"kind": "csv", "purpose": "REPORT", "reason": "十一月客户分析会"}


@pytest.fixture
def hostile(world):
    """Let every name that people see be markup."""
    with writing():
        Unit.objects.update(name=MARKUP[:100])
        Party.objects.update(name=MARKUP[:100])
        Person.objects.filter(username="lihua").update(display_name=MARKUP[:60])
        Task.objects.update(title=MARKUP[:60])
    return world


@pytest.mark.parametrize("user", ["chenwei", "lihua", "wuhan"])
def test_names_that_are_markup_stand_on_pages_as_text(hostile, as_person, user):
    client, unit = as_person(user), hostile.address(hostile.cast.group)
    pages = ["/clients", "/clients?view=all&as=matrix", "/clients/filters", "/department", "/approvals", "/find?q=x", "/audit", unit, f"{unit}?as_of=2026-10-31",
             *[f"{unit}{tail}" for tail in ("/peek", "/members", "/identity", "/trend/aum", "/figure/score", "/figure/aum", "/override")]]  # fmt: skip
    shown = 0
    for page in pages:
        for more in ({}, {"hx-request": "true"}):
            answer = client.get(page, headers=more)
            body = answer.content.decode()
            assert answer.status_code in (200, 404), page
            assert [piece for piece in PIECES if piece in body] == [], page
            shown += "&lt;script&gt;alert(1)" in body

    assert shown >= 6


@pytest.mark.parametrize(
    "address", ["/clients?q={}", "/find?q={}", "/clients/filters?q={}", "/audit?person={0}&about={0}&verb={0}", "/signin?next={0}&why={0}", "/clients?view={0}&sort={0}&as_of={0}&cursor={0}&lead={0}"]
)  # fmt: skip
def test_what_an_address_says_comes_back_as_text(world, as_person, address):
    from urllib.parse import quote

    body = as_person("wuhan").get(address.format(quote(MARKUP)), follow=True).content.decode()

    assert [piece for piece in PIECES if piece in body] == []


def test_what_was_encoded_twice_is_decoded_once(world, as_person):
    client = as_person("chenwei")

    page = client.get("/clients?view=all&q=%25E7%2594%25B2").content.decode()  # 甲, encoded twice

    assert 'value="%E7%94%B2"' in page
    assert "甲集团" not in page
    assert "甲集团" in client.get("/clients?view=all&q=%E7%94%B2").content.decode()
    assert client.get("/%2563lients").status_code == 404


def test_a_form_is_read_from_its_body_and_the_last_word_counts(world, as_person):
    client = as_person("lihua")
    without = {name: value for name, value in GIVEN.items() if name != "reason"}

    in_the_address = client.post(
        "/clients/file?reason=%E5%8D%81%E4%B8%80%E6%9C%88%E5%AE%A2%E6%88%B7%E5%88%86%E6%9E%90%E4%BC%9A",
        without,
    )
    twice = client.post("/clients/file", GIVEN | {"purpose": ["REPORT", "FUN"]})
    right = client.post("/clients/file", GIVEN | {"purpose": ["FUN", "REPORT"]})

    assert [one.status_code for one in (in_the_address, twice, right)] == [422, 422, 200]
    assert client.get("/clients?q=%E7%94%B2&q=zzz").content.decode().count("甲集团") == 0


def test_files_have_names_that_the_program_chose(world, as_person):
    client, unit = as_person("lihua"), world.address(world.cast.group)
    answers = [
        client.post(
            "/clients/file?q=%E7%94%B2&filename=evil.exe",
            GIVEN | {"filename": "../evil.html", "name": "evil"},
        ),
        client.post("/clients/file?view=all%22%3Bx", GIVEN | {"kind": "xlsx"}),
        client.get(f"{unit}/trend/aum?format=csv&filename=evil.html"),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert re.fullmatch(
            r'attachment; filename="[a-z0-9_-]+\.(csv|xlsx)"', answer["Content-Disposition"]
        ), answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{unit}/trend/aum%22%0d%0aX: 1?format=csv").status_code == 404
    assert TODAY.isoformat() in answers[2]["Content-Disposition"]
