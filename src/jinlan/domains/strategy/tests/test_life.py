"""The life of a tier: which step happened, what is proposed, and who is told nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from jinlan.domains.strategy.models import TierDecision, TierProposal
from jinlan.domains.strategy.rules.life import (
    NOTHING,
    Standing,
    Step,
    evidence_of,
    happened,
    letter_for,
    proposal_of,
)
from jinlan.domains.strategy.services.review import review_month
from jinlan.domains.strategy.tests.worlds import OCT, SEP, detail, line, publish, published
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.notices import own
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing

KEY = Standing(SEP, "KEY", 2, "active", SEP, "AUTOMATIC", None, "ok")


def later(**other):
    return replace(KEY, as_of=OCT, **other)


@pytest.mark.parametrize(
    ("before", "now", "step"),
    [
        (KEY, later(), None),
        (NOTHING, KEY, Step("up", "", "KEY", SEP, "AUTOMATIC")),
        (NOTHING, replace(KEY, tier="", level=0, state="none"), None),
        (KEY, later(tier="BRANCH", level=3, since=date(2026, 10, 5), source="APPROVED_LIST"),
         Step("up", "KEY", "BRANCH", date(2026, 10, 5), "APPROVED_LIST")),
        (KEY, later(tier="", level=0, state="none", since=None, source=""), Step("down", "KEY", "", OCT, "AUTOMATIC")),
        (KEY, later(tier="HQ", level=4, since=date(2026, 10, 8), source="OVERRIDE"),
         Step("up", "KEY", "HQ", date(2026, 10, 8), "OVERRIDE")),
        (replace(KEY, tier="HQ", level=4, source="OVERRIDE"), later(), Step("down", "HQ", "KEY", OCT, "OVERRIDE")),
        (KEY, later(tier="", level=0, state="suspended", since=date(2026, 10, 9), source="GATE", gates="RESTRICTED"),
         Step("suspended", "KEY", "", date(2026, 10, 9), "GATE")),
        (replace(KEY, tier="", level=0, state="suspended"), later(tier="", level=0, state="suspended"), None),
        (replace(KEY, tier="", level=0, state="suspended"), later(), Step("reinstated", "", "KEY", OCT, "GATE")),
        (KEY, later(tier="", level=0, state="closed", since=None), Step("closed", "KEY", "", OCT, "AUTOMATIC")),
        (replace(KEY, tier="", level=0, state="none"), later(tier="", level=0, state="closed"), None),
    ],
)  # fmt: skip
def test_each_step_of_a_life(before, now, step):
    assert happened(before, now) == step


def test_what_the_committee_decided_is_not_written_twice():
    out = later(tier="", level=0, state="none", since=None, source="")
    up = later(tier="HQ", level=4, source="COMMITTEE", since=date(2026, 10, 8))

    assert happened(KEY, out, [(date(2026, 10, 8), "")]) is None
    assert happened(KEY, up, [(date(2026, 10, 8), "HQ")]) is None
    assert happened(KEY, out, [(date(2026, 8, 8), "")]) == Step("down", "KEY", "", OCT, "AUTOMATIC")


def test_the_worklist_names_what_waits():
    found = {
        state: proposal_of(replace(KEY, state=state))
        for state in ("active", "watch", "proposed_down", "closed", "none")
    }
    assert found == {"active": "", "watch": "watch", "proposed_down": "down", "closed": "closed", "none": ""}
    assert proposal_of(replace(KEY, state="none", proposed="HQ")) == "up"


def test_a_secret_gate_has_no_letter_and_no_reasons():
    assert letter_for("suspended", "CDD_CURRENT,RESTRICTED") == ""
    assert letter_for("suspended", "CDD_CURRENT") == "talk"
    assert (letter_for("up", "ok"), letter_for("down", "ok"), letter_for("closed", "ok")) == (
        "letter",
        "talk",
        "",
    )
    given = {"score": Decimal(70), "rank": 1, "rank_n": 2}
    assert evidence_of(detail(), gates="CDD_CURRENT,RESTRICTED", step="suspended", **given) == {}
    assert evidence_of(detail(), gates="CDD_CURRENT", step="suspended", **given) == {"gates": ["CDD_CURRENT"]}
    shown = evidence_of(detail(line("KEY", "61", "50", "45", inside=True)), gates="ok", step="up", **given)
    assert (shown["score"], shown["for"], shown["lines"][0]["tier"]) == ("70", ["A"], "KEY")


@pytest.mark.usefixtures("database")
def test_the_review_writes_steps_and_worklist_once_and_tells_no_secret():
    world = published()
    cast = world.cast
    with writing():
        publish(world.run, cast.group, SEP, effective_tier="BRANCH", tier_level=3, tier_state="active",
                tier_source="APPROVED_LIST", tier_since=date(2021, 9, 15), score=Decimal("71.00"))  # fmt: skip
        publish(world.run, cast.other, SEP, effective_tier="", tier_level=0, tier_state="suspended", tier_since=SEP,
                tier_source="GATE", gates="RESTRICTED", score=Decimal("69.00"))  # fmt: skip
    actor = system_actor("JLB", AT)

    assert review_month(actor=actor) == {"steps": 4, "proposals": 2}
    assert review_month(actor=actor) == {"steps": 0, "proposals": 0}

    with scoped(cast.actor("chenwei")):
        rows = TierDecision.objects.order_by("unit_code", "since", "id")
        assert [(one.unit_code, one.step, one.after, one.since, one.source, one.letter) for one in rows] == [
            ("G-JIA", "up", "BRANCH", date(2021, 9, 15), "APPROVED_LIST", ""),
            ("G-YI", "suspended", "", SEP, "GATE", ""),
            ("G-YI", "reinstated", "KEY", OCT, "GATE", ""),
            ("H-ZHANG", "up", "PRIVATE", SEP, "AUTOMATIC", "letter"),
        ]
        secret = TierDecision.objects.get(step="suspended")
        assert (secret.evidence, secret.proposer, secret.approvers) == ({}, "review", [])
        found = TierProposal.objects.order_by("unit_code").values_list(
            "unit_code", "as_of", "step", "before", "after"
        )
        assert list(found) == [
            ("G-JIA", OCT, "down", "BRANCH", "KEY"), ("H-ZHANG", OCT, "up", "PRIVATE", "ULTRA"),
        ]  # fmt: skip
        asked = TierProposal.objects.get(unit_code="G-JIA")
        assert asked.evidence["score"] == "61.20"
    with scoped(cast.actor("lihua")):
        assert {one.unit_code for one in TierDecision.objects.all()} == {"G-JIA"}
    with scoped(cast.actor("zhengyu")):
        assert AuditEntry.objects.filter(verb="strategy.month_reviewed").count() == 1
    for name, steps in (("zhaoyan", [("up", "2026-09-30")]), ("lihua", []), ("chenwei", [])):
        with scoped(actor := cast.actor(name)):
            told = own(actor).filter(kind="strategy.tier_moved")
            assert [
                (one.values["step"], one.values["since"]) for one in told
            ] == steps  # once, though reviewed twice
            assert all(one.url.endswith("/between?from=2026-09-30&to=2026-10-31") for one in told)
