"""部门一屏, 数据质量, 运行, sign-in, preferences, filling, error pages, catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.test import Client

from jinlan.kernel.catalogue import compile_catalogue, read_catalogue
from jinlan.kernel.management.commands.catalogue import CATALOGUE, ROOT
from jinlan.kernel.messages import messages
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.testing import PASSWORD, writing
from jinlan.serving.models import PublishedDate


def test_the_department_shows_what_is_there_moved_is_due_and_waits(as_person):
    page = as_person("chenwei").get("/department").content.decode()

    waiting = page[page.index("等待决定") :]
    assert waiting.index("重点") < waiting.index("→") < waiting.index("分行级战略")
    assert "1.09 <span" in page  # AUM of all three
    assert "较 2026-10-31" in page


def test_pages_speak_in_the_base_currency_of_the_bank(as_person):
    client = as_person("chenwei")
    assert "CZK" not in client.get("/department").content.decode()
    with writing():
        PublishedDate.objects.update(base_currency="CZK")

    assert '1.09 <span class="unit">亿 CZK' in client.get("/department").content.decode()
    assert "万 CZK" in client.get("/clients").content.decode()


def test_quality_shows_tables_and_gaps_and_runs_their_steps(as_person):
    client = as_person("zhengyu")

    assert "90.00%" in client.get("/quality").content.decode()
    assert "计算指标" in client.get("/runs").content.decode()


def test_a_head_of_one_side_reads_quality_without_the_rows_that_were_kept_back(world, as_person):
    with writing():
        RoleGrant.objects.filter(person=world.cast.people["chenwei"]).update(domain=1)

    page = as_person("chenwei").get("/quality")

    assert page.status_code == 200
    assert "隔离区" not in page.content.decode()


def test_english_pages_hold_no_chinese_interface_words(as_person):
    client = as_person("chenwei")
    client.cookies["jl_lang"] = "en"

    page = client.get("/department").content.decode()

    assert "Waiting for a decision" in page
    for word in ("等待决定", "部门一屏", "综合收入", "客户经理名下"):
        assert word not in page


def test_a_wrong_password_keeps_the_name_and_is_recorded(world):
    client = Client()

    answer = client.post("/signin", {"username": "lihua", "password": "wrong"})

    assert answer.status_code == 200
    assert "用户名或密码不对" in answer.content.decode()
    assert 'value="lihua"' in answer.content.decode()
    assert "wrong" not in answer.content.decode()


def test_signing_in_and_out_works_with_the_password(world):
    with writing():
        person = Person.objects.get(username="lihua")
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    client = Client()

    came_in = client.post("/signin", {"username": "lihua", "password": PASSWORD})
    went_out = client.post("/signout")

    assert (came_in.status_code, came_in["Location"]) == (302, "/")
    assert went_out["Location"] == "/signin"
    assert client.get("/clients").status_code == 302


def test_preferences_are_kept_and_never_lead_to_another_site(as_person):
    client = as_person("lihua")

    answer = client.post("/preferences", {"theme": "dark", "language": "en", "next": "https://evil.example/"})

    assert answer["Location"] == "/"
    assert client.cookies["jl_theme"].value == "dark"
    assert (Person.objects.get(username="lihua").theme, Person.objects.get(username="lihua").locale) == (
        "dark",
        "en",
    )
    assert 'data-bs-theme="dark"' in client.get("/clients").content.decode()


def test_the_filling_page_shows_steps_and_leads_on_when_ready(settings, tmp_path, client):
    settings.JINLAN_HOME = tmp_path
    (tmp_path / "run").mkdir()
    note = tmp_path / "run" / "progress.json"
    steps = [{"name": "装入数据湖", "state": "running", "seconds": None, "detail": "2026-03"}]
    note.write_text(json.dumps({"steps": steps, "ready": False}), "utf-8")

    page = client.get("/filling").content.decode()
    note.write_text(json.dumps({"steps": steps, "ready": True}), "utf-8")
    ready = client.get("/filling", headers={"hx-request": "true"})

    assert "装入数据湖" in page
    assert "2026-03" in page
    assert ready["HX-Redirect"] == "/signin"


def test_a_failure_says_what_was_kept_and_gives_the_reference(as_person, monkeypatch):
    client = as_person("chenwei")
    client.raise_request_exception = False
    monkeypatch.setattr("jinlan.workspace.cockpit.open_tasks", lambda actor, limit: 1 / 0)

    answer = client.get("/department")

    assert answer.status_code == 500
    assert "已有的数据没有受影响" in answer.content.decode()
    assert answer["X-Reference"] in answer.content.decode()


def test_the_english_catalogue_is_complete():
    known = {entry.key: entry for entry in read_catalogue(CATALOGUE)}

    missing = [
        key
        for key in messages(ROOT)
        if key not in known or not known[key].text.strip("\0") or known[key].fuzzy
    ]

    assert missing == []


def test_named_places_of_a_message_are_the_same_in_english():
    import re

    for entry in read_catalogue(CATALOGUE):
        if entry.key and "\0" not in entry.key:
            assert set(re.findall(r"%\((\w+)\)", entry.key)) == set(re.findall(r"%\((\w+)\)", entry.text)), (
                entry.key
            )


def test_a_compiled_catalogue_reads_back(tmp_path):
    import gettext

    target = tmp_path / "django.mo"
    count = compile_catalogue(CATALOGUE, target)
    with target.open("rb") as file:
        found = gettext.GNUTranslations(file)

    assert count > 400
    assert found.gettext("名册") == "Clients"
    assert found.pgettext("strip", "总") == "H"
    assert found.ngettext(
        "%(first)s 以来层级变过 %(n)s 次。", "%(first)s 以来层级变过 %(n)s 次。", 1
    ).startswith("The tier has changed once")


TEMPLATES = sorted((ROOT / "workspace").rglob("*.html")) + sorted((ROOT / "kernel").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: Path(p).name)
def test_every_template_compiles(path):
    assert get_template(path.as_posix().partition("/templates/")[2])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: Path(p).name)
def test_templates_hold_no_inline_style_script_or_handler(path):
    source = path.read_text("utf-8")

    assert " style=" not in source
    assert "<style" not in source
    assert " onclick" not in source
    assert "hx-on" not in source
