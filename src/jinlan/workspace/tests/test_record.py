"""审计: the auditor and compliance read the record, nobody else; filters and older entries."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinlan
from jinlan.clients.testing import SIGN_INS
from jinlan.kernel.audit import audit
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.workspace.words import VERBS


def verbs_in(page: str) -> list[str]:
    return re.findall(r'<span class="sub latin">([^<]+)</span>', page)


def note(world, user: str, verb: str, about: str, **more) -> None:
    actor = world.cast.actor(user)
    with scoped(actor):
        audit(actor, verb, "unit", about, **more)


def test_the_record_opens_for_auditor_and_compliance_only(world, as_person):
    assert {name for name, *_ in SIGN_INS if as_person(name).get("/audit").status_code == 200} == {
        "wuhan",
        "zhengyu",
    }


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
    assert found - set(VERBS) == set()


def test_an_auditor_of_one_side_has_no_record(world, as_person):
    with writing():
        RoleGrant.objects.filter(person=world.cast.people["zhengyu"]).update(domain=1)

    assert as_person("zhengyu").get("/audit").status_code == 404
