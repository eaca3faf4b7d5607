"""May this go ahead: asked, answered, kept, asked again; amber taken on oneself, red let pass by others only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, connection

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT
from jinlan.work import selectors, services
from jinlan.work.checks import CHECKS
from jinlan.work.models import Clearance, PreflightRecord, Release
from jinlan.work.overrides import act_name
from jinlan.work.preflight import (
    Subject,
    acknowledge,
    glance,
    preflight,
    recheck,
    register_check,
    release,
)
from jinlan.work.tests.lamps import KIND, Lamps, about, asked, counts, lamps, later  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("database")


def test_what_was_asked_and_answered_is_kept_word_for_word(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_B"].colour = "amber"

    found = preflight(actor=cast.actor("lihua"), kind=KIND, subject=about(cast, "lihua"))

    assert (found.colour, found.clear, [one.check.code for one in found.waits], found.stops) == (
        "amber",
        False,
        ["LAMP_B"],
        [],
    )
    with scoped(cast.actor("lihua")):
        (row,) = selectors.preflight_record(cast.actor("lihua"), public_id=found.id)
        assert (row.kind, row.moment, row.unit_id, row.party_id) == (
            KIND,
            "ask",
            cast.group.pk,
            cast.parties["jia"].pk,
        )
        assert (row.colour, row.clear, row.asked_at, row.person_name, row.facts) == (
            "amber",
            False,
            AT,
            "李华",
            {"offer": True},
        )
        assert row.verdicts[1] == {
            "code": "LAMP_B", "title": "LAMP_B", "colour": "amber", "text": "LAMP_B amber", "rule_text": "规则", "source": "04 §4.7",
            "data": {"n": 1}, "way_out": "LAMP_B 的出路", "version": "R@2026-01-01", "cleared": "",
        }  # fmt: skip


def test_a_green_of_an_hour_ago_is_no_permission(lamps: Lamps) -> None:
    cast = the_cast()
    first = asked(cast)
    lamps["LAMP_A"].colour = "red"

    with pytest.raises(Refused) as refused:
        release(actor=later(cast.actor("lihua")), preflight=first)

    assert (refused.value.code, refused.value.message, refused.value.way_out) == (
        "PREFLIGHT",
        "LAMP_A red",
        "LAMP_A 的出路",
    )
    assert counts(cast) == (2, 0, 0)  # the refusal is kept, nothing went ahead
    with scoped(cast.actor("lihua")):
        rows = selectors.preflight_record(cast.actor("lihua"), public_id=first)
    assert [(row.moment, row.colour, row.clear) for row in rows] == [
        ("ask", "green", True),
        ("release", "red", False),
    ]


def test_a_red_of_an_hour_ago_holds_nobody_up(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_A"].colour = "red"
    first = asked(cast)
    lamps["LAMP_A"].colour = "green"

    assert recheck(actor=later(cast.actor("lihua")), preflight=first).clear
    assert release(actor=later(cast.actor("lihua"), 6), preflight=first).root == first
    assert counts(cast) == (3, 0, 1)


def test_what_goes_ahead_goes_ahead_once(lamps: Lamps) -> None:
    cast = the_cast()
    first = asked(cast)
    release(actor=later(cast.actor("lihua")), preflight=first)

    for username, minutes in (("lihua", 6), ("wuhan", 7)):
        with pytest.raises(Refused) as refused:
            release(actor=later(cast.actor(username), minutes), preflight=first)
        assert refused.value.code == "RELEASED"
    assert counts(cast) == (2, 0, 1)


def test_what_is_said_in_confidence_is_shown_to_those_who_may_know_and_kept_nowhere(lamps: Lamps) -> None:
    cast, lamp = the_cast(), lamps["LAMP_A"]
    lamp.colour, lamp.secret = "red", "名单命中"
    first = asked(cast)

    mine, theirs = (
        recheck(actor=later(cast.actor(username)), preflight=first).answers[0].verdict
        for username in ("lihua", "wuhan")
    )
    assert (mine.in_confidence, theirs.in_confidence) == ("", "名单命中")
    assert replace(theirs, in_confidence="") == mine
    with scoped(cast.actor("wuhan")):
        assert "名单命中" not in str(list(PreflightRecord.objects.values()))


def test_a_preflight_is_in_sight_where_the_units_figures_are_and_to_its_asker(lamps: Lamps) -> None:
    cast = the_cast()
    first = asked(cast)
    with scoped(cast.actor("wangmin")):
        subject = Subject(cast.group, cast.parties["jia-3"], "SMS", "MARKETING")
    own = preflight(actor=cast.actor("wangmin"), kind=KIND, subject=subject).id

    seen = {}
    for username in ("lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "wuhan", "zhengyu"):
        with scoped(cast.actor(username)):
            seen[username] = {row.public_id for row in PreflightRecord.objects.all()}
    everything = {first, own}
    assert seen == {"lihua": everything, "wangmin": {own}, "zhaoyan": set(), "sunjie": everything, "chenwei": everything,
                    "wuhan": everything, "zhengyu": everything}  # fmt: skip
    for username, reason in (("zhaoyan", "别人的客户"), ("wangmin", "别人的成员")):
        for act in (recheck, release):
            with pytest.raises(ScopeDenied):
                act(actor=later(cast.actor(username)), preflight=first)
        with pytest.raises(ScopeDenied):
            acknowledge(actor=cast.actor(username), preflight=first, check="LAMP_A", reason=reason)
    assert counts(cast) == (2, 0, 0)


def test_who_sees_the_party_counts_what_went_to_it_and_nobody_else_does(lamps: Lamps) -> None:
    cast = the_cast()
    with scoped(cast.actor("lihua")):
        subject = Subject(cast.group, cast.parties["jia-3"], "SMS", "MARKETING")
    first = preflight(actor=cast.actor("lihua"), kind=KIND, subject=subject).id
    release(actor=later(cast.actor("lihua")), preflight=first)

    seen = {}
    for username in ("lihua", "wangmin", "zhaoyan", "wuhan"):
        with scoped(cast.actor(username)):
            seen[username] = Release.objects.count()
    assert seen == {"lihua": 1, "wangmin": 1, "zhaoyan": 0, "wuhan": 1}


def test_a_glance_keeps_nothing(lamps: Lamps) -> None:
    cast = the_cast()

    assert len(glance(actor=cast.actor("lihua"), kind=KIND, subject=about(cast, "lihua"))) == 3
    assert counts(cast) == (0, 0, 0)


def test_a_kind_that_nobody_checks_goes_nowhere(lamps: Lamps) -> None:
    cast = the_cast()

    with pytest.raises(LookupError):
        preflight(actor=cast.actor("lihua"), kind="experimnet", subject=about(cast, "lihua"))
    with pytest.raises(ValueError, match="twice"):
        register_check(CHECKS["LAMP_A"])
    assert counts(cast) == (0, 0, 0)


def test_the_database_refuses_to_change_what_was_said_and_what_nobody_allowed(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_A"].colour = "red"
    first, lihua = asked(cast), cast.actor("lihua")
    with scoped(cast.actor("wuhan")):
        row = PreflightRecord.objects.get(public_id=first)
    held = {"entity": "JLB", "preflight": row, "check_code": "LAMP_A", "person_id": lihua.person_id, "person_name": "李华", "reason": "自己放行",
            "at": AT, "expires_at": AT + timedelta(days=7), "version": "R@2026-01-01"}  # fmt: skip
    gone = {"entity": "JLB", "preflight": row, "kind": KIND, "party_id": row.party_id, "channel": "SMS", "purpose": "MARKETING",
            "person_id": lihua.person_id, "at": AT}  # fmt: skip
    other = services.propose(
        actor=lihua, act=act_name("LAMP_A"), payload={"preflight": str(first)}, reason="请放行一次"
    )
    tries = (
        lambda: Clearance.objects.create(**held, kind="override"),
        lambda: Clearance.objects.create(**held, kind="override", approval_id=other.pk),  # nobody said yes
        lambda: Clearance.objects.create(**held | {"person_id": cast.actor("wuhan").person_id}, kind="ack"),
        lambda: Release.objects.create(**gone),
        lambda: PreflightRecord.objects.filter(pk=row.pk).update(clear=True),
        lambda: connection.cursor().execute("delete from work_preflightrecord"),
        lambda: PreflightRecord.objects.create(
            **{name.attname: getattr(row, name.attname) for name in PreflightRecord._meta.fields if name.name not in {"id", "public_id", "person"}},
            person_id=cast.actor("wuhan").person_id,
        ),
    )  # fmt: skip

    for attempt in tries:
        with pytest.raises(Error), scoped(lihua, write=True):
            attempt()
    assert counts(cast) == (1, 0, 0)


def test_a_release_that_forgets_to_ask_again_is_caught(lamps: Lamps, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a sender's gate that trusts the first answer."""
    from jinlan.work import preflight as module

    cast = the_cast()
    first = asked(cast)
    lamps["LAMP_A"].colour = "red"

    def trusting(actor: Actor, root: PreflightRecord, moment: str) -> Any:
        return module.Preflight(root.public_id, root.public_id, KIND, Subject(), AT, ())

    monkeypatch.setattr(module, "_again", trusting)
    with pytest.raises(Error, match="asked again"):
        release(actor=later(cast.actor("lihua")), preflight=first)
    assert counts(cast) == (1, 0, 0)


def test_what_is_not_there_is_not_there(lamps: Lamps) -> None:
    cast = the_cast()

    for act in (recheck, release):
        with pytest.raises(ScopeDenied):
            act(actor=cast.actor("lihua"), preflight=uuid4())
    with scoped(cast.actor("lihua")):
        assert selectors.preflight_record(cast.actor("lihua"), public_id=uuid4()) == []
