"""What stands in the way is taken on oneself (amber) or let pass by others (red), for one undertaking, rule and some days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.acts import ACTS
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT
from jinlan.work import services
from jinlan.work.models import Clearance
from jinlan.work.overrides import act_name
from jinlan.work.preflight import (
    acknowledge,
    preflight,
    recheck,
    release,
)
from jinlan.work.tests.lamps import KIND, Lamps, about, asked, counts, lamps, later  # noqa: F401  a fixture

pytestmark = pytest.mark.usefixtures("database")


def test_an_amber_is_taken_on_oneself_with_a_reason_for_this_version_and_some_days(lamps: Lamps) -> None:
    cast, lamp = the_cast(), lamps["LAMP_B"]
    lamp.colour = "amber"
    first, actor = asked(cast), later(cast.actor("lihua"))
    with pytest.raises(Refused, match="请写明理由后继续") as refused:
        release(actor=actor, preflight=first)
    assert refused.value.params["checks"] == ["LAMP_B"]
    with pytest.raises(Refused) as short:
        acknowledge(actor=actor, preflight=first, check="LAMP_B", reason="好")
    assert (short.value.code, counts(cast)[1]) == ("REASON_SHORT", 0)
    with pytest.raises(Refused) as green:
        acknowledge(actor=actor, preflight=first, check="LAMP_A", reason="不需要确认的")
    assert (green.value.code, counts(cast)[1]) == ("NOT_AMBER", 0)

    acknowledge(actor=actor, preflight=first, check="LAMP_B", reason="客户来电要求发送")

    assert recheck(actor=later(actor, 6), preflight=first).clear
    lamp.version = "R@2026-11-01"
    assert not recheck(actor=later(actor, 7), preflight=first).clear  # another rule
    lamp.version, lamp.colour = "R@2026-01-01", "red"
    assert not recheck(actor=later(actor, 8), preflight=first).clear  # another answer
    lamp.colour = "amber"
    week = 7 * 24 * 60 + 5
    assert recheck(actor=later(actor, week - 1), preflight=first).clear
    assert not recheck(actor=later(actor, week), preflight=first).clear  # half-open
    assert not preflight(
        actor=later(actor, 9), kind=KIND, subject=about(cast, "lihua")
    ).clear  # another undertaking
    found = release(actor=later(actor, 10), preflight=first)
    assert [one.cleared for one in found.answers] == ["", "李华", ""]


def test_a_red_passes_only_when_every_stage_of_other_people_said_yes(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_A"].colour = "red"
    first, lihua = asked(cast), cast.actor("lihua")
    request = {
        "act": act_name("LAMP_A"),
        "payload": {"preflight": str(first)},
        "reason": "监管报送需要,一次性",
    }
    with pytest.raises(Refused) as alone:
        ACTS[act_name("LAMP_A")](actor=lihua, preflight=first)
    assert alone.value.code == "FOUR_EYES"

    row = services.propose(actor=lihua, **request)
    services.decide(actor=cast.actor("wuhan"), approval=row.public_id, approves=True)
    assert not recheck(actor=later(lihua), preflight=first).clear
    assert counts(cast)[1] == 0
    services.decide(actor=cast.actor("chenwei"), approval=row.public_id, approves=True)

    found = release(actor=later(lihua, 6), preflight=first)
    assert next((one.check.code, one.verdict.colour, one.cleared) for one in found.answers) == (
        "LAMP_A",
        "red",
        "陈伟",
    )
    with scoped(lihua):
        (held,) = Clearance.objects.all()
        assert (held.kind, held.version, held.reason, held.expires_at) == (
            "override",
            "R@2026-01-01",
            "监管报送需要,一次性",
            AT + timedelta(days=7),
        )


def test_nobody_lets_pass_what_has_no_override(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_NEVER"].colour = "red"
    first = asked(cast)

    assert act_name("LAMP_NEVER") not in ACTS
    with pytest.raises(KeyError):
        services.propose(
            actor=cast.actor("lihua"),
            act=act_name("LAMP_NEVER"),
            payload={"preflight": str(first)},
            reason="请放行一次",
        )
    with pytest.raises(Refused):
        release(actor=later(cast.actor("lihua")), preflight=first)
    assert counts(cast) == (2, 0, 0)


def test_an_override_is_void_when_the_rule_changed_and_not_needed_when_nothing_stops(lamps: Lamps) -> None:
    cast, lamp = the_cast(), lamps["LAMP_A"]
    lamp.colour = "red"
    first, lihua = asked(cast), cast.actor("lihua")
    request = {
        "actor": lihua,
        "act": act_name("LAMP_A"),
        "payload": {"preflight": str(first)},
        "reason": "一次性例外",
    }
    row = services.propose(**request)
    lamp.version = "R@2026-11-01"

    assert services.decide(actor=cast.actor("wuhan"), approval=row.public_id, approves=True).state == "void"
    lamp.colour = "green"
    with pytest.raises(Refused) as refused:
        services.propose(**request)
    assert (refused.value.code, counts(cast)) == ("NOT_RED", (1, 0, 0))


def test_a_request_names_the_team_that_gains_by_it_and_the_stages_of_its_check(lamps: Lamps) -> None:
    cast = the_cast()
    lamps["LAMP_A"].colour = "red"
    first = asked(cast, "sunjie")
    row = services.propose(
        actor=cast.actor("sunjie"),
        act=act_name("LAMP_A"),
        payload={"preflight": str(first)},
        reason="一次性例外",
    )

    assert row.beneficiaries == ["E1001"]
    assert row.stages == [["compliance"], ["dept_head"]]
