"""Every page for every role: who gets it, and that a refusal looks like nothing at all."""

from __future__ import annotations

import pytest

from jinlan.clients.testing import SIGN_INS
from jinlan.domains.strategy.services.definitions import install_definitions
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT

PAGES = {
    "/clients": {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/clients/filters": {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/clients?as=matrix": {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/department": {"sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/quality": {"chenwei", "zhoulin", "wuhan", "zhengyu", "hejun"},
    "/runs": {"chenwei", "zhoulin", "wuhan", "zhengyu", "hejun"},
    "/indicators": {"chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/indicators/LOAD": {"chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/committee": {"chenwei", "zhoulin", "wuhan", "zhengyu"},
    "/committee/new": {"chenwei", "zhoulin"},
    "/approvals": {name for name, *_ in SIGN_INS} - {"xulan", "gaofeng"},
    "/admin/people": {"xulan"},
    "/audit": {"zhengyu", "wuhan", "gaofeng"},
    "/design": {name for name, *_ in SIGN_INS},
    "/find?q=jia": {name for name, *_ in SIGN_INS},
}
WHOLE_GROUP = {"lihua", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_for_its_roles_and_is_not_there_for_the_others(as_person, address):
    seen = {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}

    assert seen == PAGES[address]


@pytest.mark.parametrize("tail", ["/peek", "/members", "/trend/aum", "/figure/score", "/figure/aum"])
def test_whole_unit_figures_open_only_for_those_who_see_the_whole_unit(world, as_person, tail):
    address = world.address(world.cast.group, tail)

    seen = {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}

    assert seen == WHOLE_GROUP


def test_a_tier_by_hand_is_asked_for_by_those_who_answer_for_the_client(world, as_person):
    install_definitions("JLB", actor=system_actor("JLB", AT))
    address = world.address(world.cast.group, "/override")

    seen = {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}

    assert seen == {"lihua", "sunjie", "chenwei"}


def test_what_is_denied_reads_like_what_does_not_exist(world, as_person):
    client = as_person("lihua")

    denied = client.get(world.address(world.cast.other))
    absent = client.get("/clients/01920000-0000-7000-8000-000000000000")

    assert (denied.status_code, absent.status_code) == (404, 404)
    assert denied.content == absent.content


def test_nobody_reads_a_page_without_signing_in(world, client):
    for address in [*PAGES, world.address(world.cast.group)]:
        answer = client.get(address)

        assert (answer.status_code, answer["Location"].startswith("/signin")) == (302, True), address


def test_the_rail_shows_what_a_person_may_open(as_person):
    page = as_person("hejun").get("/runs").content.decode()

    assert 'href="/runs"' in page
    assert 'href="/department"' not in page
    assert 'data-go="c"' not in page


def test_home_leads_to_the_first_page_of_a_role(as_person):
    homes = {
        name: as_person(name).get("/")["Location"]
        for name in ("lihua", "chenwei", "hejun", "xulan", "gaofeng")
    }

    assert homes == {
        "lihua": "/today", "chenwei": "/department", "hejun": "/quality", "xulan": "/admin/people", "gaofeng": "/audit"
    }  # fmt: skip


def test_answers_with_client_data_stay_out_of_shared_caches_and_obey_the_strict_policy(world, as_person):
    answer = as_person("lihua").get(world.address(world.cast.group))

    assert answer["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
