"""Contacts on the real database: prepared at nine, stopped at ten; dropped, released once, out of sight for others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.testing import Cast
from jinlan.domains.compliance.contacts import drop_contact, now, prepare_contact, release_contact
from jinlan.domains.compliance.models import Contact
from jinlan.domains.compliance.resources import Contacts
from jinlan.domains.compliance.selectors import Line, lines_of, standing, standings
from jinlan.domains.compliance.services import record_consent, suppress, withdraw_consent
from jinlan.kernel.acts import ACTS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT
from jinlan.work import services as work
from jinlan.work.models import PreflightRecord, Release

SMS = {"purpose": "MARKETING", "channels": ["SMS"], "way": "BRANCH"}
NINE = AT - timedelta(hours=1)  # 09:00 in Shanghai


def at(cast: Cast, username: str, minutes: int = 0) -> Actor:
    return replace(cast.actor(username), at=NINE + timedelta(minutes=minutes))


def prepared(cast: Cast, username: str = "zhaoyan", minutes: int = 0, **more: Any) -> UUID:
    given = {"purpose": "MARKETING", "channel": "SMS", "what": "年末答谢会", "unit": cast.household.public_id,
             "party": cast.parties["zhang"].public_id}  # fmt: skip
    return UUID(prepare_contact(actor=at(cast, username, minutes), **given | more))


def row(cast: Cast, key: UUID, username: str = "wuhan") -> Any:
    """Return a contact as its list shows it."""
    actor = cast.actor(username)
    with scoped(actor):
        return Contacts().decorate(actor, list(Contact.objects.filter(public_id=key)))[0]


def counts(cast: Cast) -> tuple[int, int, int]:
    with scoped(cast.actor("wuhan")):
        return Contact.objects.count(), PreflightRecord.objects.count(), Release.objects.count()


def consent(cast: Cast, minutes: int = -60) -> None:
    record_consent(actor=at(cast, "zhaoyan", minutes), party=cast.parties["zhang"].public_id, **SMS)


def acknowledge_gate(cast: Cast, key: UUID) -> None:
    """Take it on oneself that there is no result of the client: nothing was published here."""
    ACTS["work.acknowledge_check"](
        actor=at(cast, "zhaoyan", 1), preflight=key, check="GATE", reason="已向主办经理核实"
    )


def test_a_contact_prepared_at_nine_is_stopped_after_a_withdrawal_at_ten(cast: Cast) -> None:
    consent(cast)
    key = prepared(cast)
    acknowledge_gate(cast, key)
    withdraw_consent(actor=at(cast, "wuhan", 60), party=cast.parties["zhang"].public_id, **SMS)

    assert release_contact(actor=at(cast, "zhaoyan", 65), public_id=key) == "stopped"

    found = row(cast, key)
    assert (found.state, found.closed_at, found.why) == (
        "stopped",
        None,
        "客户已于 2026-11-10 撤回营销信息的授权。",
    )
    assert counts(cast) == (1, 2, 0)
    with scoped(cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="compliance.contact_stopped")
        assert (entry.username, entry.object_id, entry.after) == (
            "zhaoyan",
            str(key),
            {"checks": ["CONSENT"]},
        )


def test_a_contact_goes_out_once_and_then_is_closed(cast: Cast) -> None:
    consent(cast)
    key = prepared(cast)
    assert row(cast, key).state == "stopped"  # amber: the client's gates are not known
    acknowledge_gate(cast, key)

    assert release_contact(actor=at(cast, "zhaoyan", 5), public_id=key) == "released"

    for act, more in ((release_contact, {}), (drop_contact, {"reason": "不再需要"})):
        with pytest.raises(Refused) as refused:
            act(actor=at(cast, "zhaoyan", 6), public_id=key, **more)
        assert refused.value.code == "CONTACT_CLOSED"
    assert (row(cast, key).state, row(cast, key).closed_at) == ("released", NINE + timedelta(minutes=5))
    assert counts(cast) == (1, 2, 1)


def test_what_was_stopped_goes_out_when_nothing_stands_in_the_way_any_more(cast: Cast) -> None:
    key = prepared(cast)
    assert "没有取得营销信息（短信）的授权。" in row(cast, key).why
    acknowledge_gate(cast, key)
    consent(cast, 2)

    assert release_contact(actor=at(cast, "zhaoyan", 3), public_id=key) == "released"


def test_the_plan_is_asked_about_when_it_is_prepared_and_the_moment_when_it_goes_out(cast: Cast) -> None:
    consent(cast)
    tonight, earlier = NINE + timedelta(hours=12), NINE - timedelta(hours=3)
    late = prepared(cast, planned_at=tonight)  # 21:00
    past = prepared(cast, planned_at=earlier)

    assert row(cast, late).planned_at == tonight
    assert "21:00 在静默时段内" in row(cast, late).why
    assert row(cast, past).planned_at == NINE
    acknowledge_gate(cast, late)
    assert release_contact(actor=at(cast, "zhaoyan", 12 * 60 - 1), public_id=late) == "released"  # 20:59


def test_quiet_hours_are_let_pass_by_a_second_person_for_this_contact_alone(cast: Cast) -> None:
    consent(cast)
    tonight = NINE + timedelta(hours=12)
    one, other = prepared(cast, planned_at=tonight), prepared(cast, planned_at=tonight)
    for key in (one, other):
        acknowledge_gate(cast, key)
    asked = work.propose(
        actor=at(cast, "zhaoyan", 720), act="work.override_quiet_hours", payload={"preflight": str(one)}, reason="客户要求晚间来电"
    )  # fmt: skip
    work.decide(actor=at(cast, "wuhan", 721), approval=asked.public_id, approves=True)

    assert asked.title == "张三家庭 · 张三 · 年末答谢会"
    assert release_contact(actor=at(cast, "zhaoyan", 722), public_id=other) == "stopped"
    assert release_contact(actor=at(cast, "zhaoyan", 722), public_id=one) == "released"


def test_a_dropped_contact_keeps_its_reason_and_sends_nothing(cast: Cast) -> None:
    key = prepared(cast)
    drop_contact(actor=at(cast, "zhaoyan", 5), public_id=key, reason="客户改约下月")

    assert (row(cast, key).state, counts(cast)[2]) == ("dropped", 0)
    with scoped(cast.actor("zhengyu")):
        assert AuditEntry.objects.get(verb="compliance.contact_dropped").reason == "客户改约下月"


@pytest.mark.parametrize("who", ["lihua", "wangmin", "sunjie", "chenwei", "wuhan", "zhengyu", "hejun"])
def test_who_does_not_look_after_the_client_prepares_releases_and_drops_nothing(cast: Cast, who: str) -> None:
    key = prepared(cast)
    before = row(cast, key).state
    for call in (
        lambda: prepared(cast, who),
        lambda: release_contact(actor=at(cast, who, 1), public_id=key),
        lambda: drop_contact(actor=at(cast, who, 1), public_id=key, reason="不是我的客户"),
    ):
        with pytest.raises(ScopeDenied):
            call()
    assert (row(cast, key).state, counts(cast)) == (before, (1, 1, 0))


def test_only_members_of_the_client_are_contacted_and_by_known_ways(cast: Cast) -> None:
    with pytest.raises(ScopeDenied):
        prepared(cast, "lihua", unit=cast.group.public_id)  # zhang is no member of the group
    for wrong in ({"purpose": "PROFILING"}, {"channel": "FAX"}):
        with pytest.raises(Refused) as refused:
            prepared(cast, **wrong)
        assert refused.value.code == "CONSENT_CODE"
    assert counts(cast) == (0, 0, 0)


def test_a_members_manager_contacts_his_member_and_sees_no_other_contact(cast: Cast) -> None:
    mine = prepared(cast, "wangmin", unit=cast.group.public_id, party=cast.parties["jia-3"].public_id)
    theirs = prepared(cast, "lihua", unit=cast.group.public_id, party=cast.parties["jia"].public_id)

    with scoped(cast.actor("wangmin")):
        assert set(Contact.objects.values_list("public_id", flat=True)) == {mine}
    with scoped(cast.actor("lihua")):
        assert set(Contact.objects.values_list("public_id", flat=True)) == {mine, theirs}
    with pytest.raises(ScopeDenied):
        prepared(cast, "wangmin", unit=cast.group.public_id, party=cast.parties["jia"].public_id)
    with pytest.raises(ScopeDenied):
        release_contact(actor=at(cast, "wangmin", 1), public_id=theirs)
    assert counts(cast) == (2, 2, 0)


def test_what_the_checks_say_now_is_asked_for_open_contacts_in_sight_only(cast: Cast) -> None:
    key = prepared(cast)
    with scoped(at(cast, "zhaoyan", 5)) as scope:
        found = Contacts().decorate(scope.actor, list(Contact.objects.all()))[0]
        assert {one.check.code: one.verdict.colour for one in now(scope.actor, found)} == {
            "CONSENT": "red", "FREQUENCY": "green", "GATE": "amber", "QUIET_HOURS": "green",
        }  # fmt: skip
    drop_contact(actor=at(cast, "zhaoyan", 6), public_id=key, reason="客户改约下月")
    with scoped(at(cast, "zhaoyan", 7)) as scope:
        assert now(scope.actor, Contacts().decorate(scope.actor, list(Contact.objects.all()))[0]) == []


def test_every_purpose_has_a_line_and_what_was_never_asked_is_said_so(cast: Cast) -> None:
    zhang, other = cast.parties["zhang"], cast.parties["zhang-2"]
    consent(cast)
    record_consent(
        actor=at(cast, "zhaoyan"),
        party=zhang.public_id,
        purpose="SHARING",
        channels=[""],
        recipient="某保险",
        way="LETTER",
    )
    withdraw_consent(actor=at(cast, "zhaoyan", 1), party=zhang.public_id, **SMS)
    suppress(actor=at(cast, "zhaoyan", 2), party=other.public_id, way="PHONE")

    with scoped(at(cast, "zhaoyan", 9)) as scope:
        both = standings(scope.actor, parties=[zhang, other], at=scope.actor.at)
        one = standing(scope.actor, party=zhang, at=scope.actor.at)
    assert both[zhang.pk] == one
    assert both[other.pk].suppressed is not None
    assert lines_of(both[other.pk]) == [
        Line("MARKETING", ["SMS", "CALL", "EMAIL", "APP", "WECHAT"]), Line("CARE", ["SMS", "CALL", "EMAIL", "APP", "WECHAT"]),
        Line("SURVEY", ["SMS", "CALL", "EMAIL", "APP", "WECHAT"]), Line("PROFILING", ()), Line("SHARING", ()), Line("HOUSEHOLD", ()),
    ]  # fmt: skip
    told = [
        (one.purpose, list(one.channels), one.recipient, one.entry.act if one.entry else "")
        for one in lines_of(one)
    ]
    assert told[:2] == [
        ("MARKETING", ["SMS"], "", "withdrawn"),
        ("MARKETING", ["CALL", "EMAIL", "APP", "WECHAT"], "", ""),
    ]
    assert ("SHARING", [""], "某保险", "given") in told
