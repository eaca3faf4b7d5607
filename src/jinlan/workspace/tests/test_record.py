"""审计: the auditor and compliance read the record, nobody else; filters and older entries."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import psycopg

import jinlan
from jinlan.basics.clock import now_utc
from jinlan.clients.testing import SIGN_INS
from jinlan.kernel.audit import audit
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.resource.declare import verb_words
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.sealing import seal
from jinlan.kernel.sessions import switch_person
from jinlan.kernel.testing import writing
from jinlan.kernel.trail import roots_file
from jinlan.workspace.words import VERBS


def verbs_in(page: str) -> list[str]:
    return re.findall(r'<span class="sub latin">([^<]+)</span>', page)


def note(world, user: str, verb: str, about: str, **more) -> None:
    actor = world.cast.actor(user)
    with scoped(actor):
        audit(actor, verb, "unit", about, **more)


def test_the_record_opens_for_auditor_compliance_and_the_audit_administrator_only(world, as_person):
    assert {name for name, *_ in SIGN_INS if as_person(name).get("/audit").status_code == 200} == {
        "wuhan",
        "zhengyu",
        "gaofeng",
    }


def test_the_audit_administrator_reads_who_did_what_but_nothing_of_clients(world, as_person):
    note(
        world,
        "chenwei",
        "strategy.tier_overridden",
        "G-JIA",
        before={"tier": "KEY"},
        after={"tier": "HQ"},
        reason="集团协同",
    )
    xulan = world.cast.actor("xulan")
    switch_person(actor=xulan, person=world.cast.people["lihua"].public_id, active=False)

    page = as_person("gaofeng").get("/audit").content.decode()
    filtered = as_person("gaofeng").get("/audit?about=G-JIA").content.decode()
    only = verbs_in(as_person("gaofeng").get("/audit?by=administrators").content.decode())

    assert {"strategy.tier_overridden", "kernel.person_disabled"} <= set(verbs_in(page))
    assert [word in page for word in ("chenwei", "xulan", "active true", "lihua")] == [True, True, True, True]
    assert [word in page for word in ("G-JIA", "集团协同", "tier KEY", "tier HQ")] == [False] * 4
    assert verbs_in(filtered) == verbs_in(page)  # he cannot ask which entries are about a client
    assert only == ["kernel.sessions_ended", "kernel.person_disabled"]


def test_the_chain_is_checked_from_the_page_and_the_check_is_recorded(
    world, as_person, settings, tmp_path, admin_url
):
    settings.JINLAN_ROOTS = tmp_path / "roots.jsonl"
    note(world, "lihua", "strategy.unit_explained", "G-JIA")
    seal(system_actor("JLB", now_utc()), roots_file())
    gaofeng = as_person("gaofeng")

    good = gaofeng.post("/audit/verify", follow=True).content.decode()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update kernel_auditentry set reason = 'x' where verb = 'strategy.unit_explained'")
    bad = gaofeng.post("/audit/verify", follow=True).content.decode()

    assert "没有发现改动" in good
    assert "核对不通过：记录" in bad
    assert verbs_in(bad)[:2] == ["kernel.audit_verified"] * 2
    assert [as_person(name).post("/audit/verify").status_code for name in ("hejun", "xulan", "lihua")] == [
        404
    ] * 3


def test_the_newest_entries_come_first_with_reason_and_values_and_filters_hold(world, as_person):
    note(world, "lihua", "strategy.unit_explained", "G-JIA", after={"as_of": "2026-11-10"})
    note(
        world,
        "chenwei",
        "strategy.tier_overridden",
        "G-JIA",
        before={"tier": "KEY"},
        after={"tier": "HQ"},
        reason="集团协同",
    )
    client = as_person("zhengyu")

    page = client.get("/audit").content.decode()
    assert verbs_in(page)[:2] == ["strategy.tier_overridden", "strategy.unit_explained"]
    assert "集团协同" in page
    assert "tier KEY" in page
    assert verbs_in(client.get("/audit?person=lihua").content.decode()) == ["strategy.unit_explained"]
    assert verbs_in(client.get("/audit?verb=strategy.tier_overridden&about=G-JIA").content.decode()) == [
        "strategy.tier_overridden"
    ]
    assert verbs_in(client.get("/audit?verb=strategy&person=nobody").content.decode()) == []


def test_older_entries_follow_without_a_gap_and_bad_places_are_no_error(world, as_person):
    for number in range(70):
        note(world, "lihua", "strategy.unit_explained", f"U{number}")
    client = as_person("zhengyu")

    first = client.get("/audit?person=lihua").content.decode()
    older = re.search(r'href="([^"]*before=[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get(older).content.decode()

    shown = re.findall(r">U(\d+)<", first + second)
    assert [int(one) for one in shown] == list(range(69, -1, -1))
    for bad in ("x", "-1", "9" * 30, "1%27"):
        assert client.get(f"/audit?before={bad}").status_code == 200


def test_every_verb_of_the_sources_has_words():
    found = set()
    for path in Path(jinlan.__file__).parent.rglob("*.py"):
        if "tests" in path.parts or "trust" in path.parts:
            continue
        for call in (
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
        ):
            if (
                getattr(call.func, "id", "") == "audit"
                and len(call.args) > 1
                and isinstance(call.args[1], ast.Constant)
            ):
                found.add(call.args[1].value)

    assert {"clients.identity_unmasked", "work.approval_asked"} <= found
    assert found - set(VERBS | verb_words()) == set()


def test_an_auditor_of_one_side_has_no_record(world, as_person):
    with writing():
        RoleGrant.objects.filter(person=world.cast.people["zhengyu"]).update(domain=1)

    assert as_person("zhengyu").get("/audit").status_code == 404
