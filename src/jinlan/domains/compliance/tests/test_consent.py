"""The ledger and its checks on the real database: given, taken back at once, out of sight for whom the party is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.models import Party
from jinlan.clients.testing import Cast
from jinlan.domains.compliance.models import ConsentEntry
from jinlan.domains.compliance.selectors import consent_state, standing
from jinlan.domains.compliance.services import (
    record_consent,
    suppress,
    unsuppress,
    withdraw_consent,
)
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT
from jinlan.work.models import Release
from jinlan.work.preflight import Subject, preflight, recheck, release

SMS = {"purpose": "MARKETING", "channels": ["SMS"], "way": "BRANCH"}
NINE = AT - timedelta(hours=1)  # 09:00 in Shanghai


def at(cast: Cast, username: str, minutes: int = 0) -> Actor:
    return replace(cast.actor(username), at=NINE + timedelta(minutes=minutes))


def subject(actor: Actor, party: Party, **more: Any) -> Subject:
    with scoped(actor):
        return Subject(
            None, Party.objects.get(pk=party.pk), "SMS", "MARKETING", facts={"offer": True}, **more
        )


def entries(cast: Cast) -> list[tuple[str, str, str]]:
    with scoped(cast.actor("wuhan")):
        return list(ConsentEntry.objects.order_by("id").values_list("act", "purpose", "channel"))


def test_a_consent_names_the_text_that_was_in_force_and_is_recorded(cast: Cast) -> None:
    zhang = cast.parties["zhang"]
    record_consent(
        actor=at(cast, "zhaoyan"),
        party=zhang.public_id,
        **SMS | {"channels": ["SMS", "CALL", "SMS"]},
        proof="扫描件 17",
    )

    with scoped(cast.actor("zhaoyan")) as scope:
        state = consent_state(scope.actor, party=zhang, purpose="MARKETING", channel="CALL", at=NINE)
        assert state.given
        assert not consent_state(
            scope.actor, party=zhang, purpose="MARKETING", channel="EMAIL", at=NINE
        ).given
        assert not consent_state(
            scope.actor, party=zhang, purpose="MARKETING", channel="SMS", at=NINE - timedelta(seconds=1)
        ).given
        assert state.entry is not None
        assert (state.entry.text_version, len(state.entry.text_sha256), state.entry.proof) == (
            "2026-1",
            64,
            "扫描件 17",
        )
    assert entries(cast) == [("given", "MARKETING", "SMS"), ("given", "MARKETING", "CALL")]
    with scoped(cast.actor("zhengyu")):
        assert AuditEntry.objects.get(verb="compliance.consent_given").after["channels"] == ["SMS", "CALL"]


def test_a_consent_withdrawn_at_ten_stops_a_message_built_at_nine(cast: Cast) -> None:
    zhang = cast.parties["zhang"]
    record_consent(actor=at(cast, "zhaoyan", -60), party=zhang.public_id, **SMS)
    built = preflight(actor=at(cast, "zhaoyan"), kind="message", subject=subject(at(cast, "zhaoyan"), zhang))
    withdraw_consent(actor=at(cast, "zhaoyan", 60), party=zhang.public_id, **SMS)
    now = recheck(actor=at(cast, "zhaoyan", 65), preflight=built.id)

    assert (built.colour, built.clear) == ("green", True)
    assert (now.colour, now.clear) == ("red", False)
    with pytest.raises(Refused, match="撤回营销信息"):
        release(actor=at(cast, "zhaoyan", 65), preflight=built.id)
    with scoped(cast.actor("wuhan")):
        assert Release.objects.count() == 0
    assert entries(cast) == [("given", "MARKETING", "SMS"), ("withdrawn", "MARKETING", "SMS")]


def test_a_message_with_consent_goes_once_and_never_in_quiet_hours(cast: Cast) -> None:
    zhang = cast.parties["zhang"]
    record_consent(actor=at(cast, "zhaoyan"), party=zhang.public_id, **SMS)
    built = preflight(actor=at(cast, "zhaoyan"), kind="message", subject=subject(at(cast, "zhaoyan"), zhang))
    with pytest.raises(Refused, match="静默时段"):
        release(actor=at(cast, "zhaoyan", 12 * 60), preflight=built.id)  # 21:00
    release(actor=at(cast, "zhaoyan", 12 * 60 - 1), preflight=built.id)  # 20:59

    with pytest.raises(Refused) as again:
        release(actor=at(cast, "zhaoyan", 30), preflight=built.id)
    assert again.value.code == "RELEASED"
    with scoped(cast.actor("wuhan")):
        assert Release.objects.count() == 1


def test_who_asked_not_to_be_contacted_is_not_until_he_says_so_with_a_reason(cast: Cast) -> None:
    zhang = cast.parties["zhang"]
    record_consent(actor=at(cast, "zhaoyan"), party=zhang.public_id, **SMS)
    suppress(actor=at(cast, "zhaoyan", 1), party=zhang.public_id, way="PHONE")
    stopped = preflight(
        actor=at(cast, "zhaoyan", 2), kind="message", subject=subject(at(cast, "zhaoyan", 2), zhang)
    )
    with pytest.raises(Refused) as short:
        unsuppress(actor=at(cast, "zhaoyan", 3), party=zhang.public_id, way="PHONE", reason="好")
    unsuppress(
        actor=at(cast, "zhaoyan", 4), party=zhang.public_id, way="PHONE", reason="客户来电要求恢复,录音 88"
    )
    open_again = recheck(actor=at(cast, "zhaoyan", 5), preflight=stopped.id)

    assert stopped.colour == "red"
    assert short.value.code == "REASON_SHORT"
    assert open_again.colour == "green"


@pytest.mark.parametrize("who", ["lihua", "wangmin", "zhengyu", "hejun"])
def test_who_does_not_see_the_party_or_only_reads_writes_nothing(cast: Cast, who: str) -> None:
    for act in (record_consent, withdraw_consent):
        with pytest.raises(ScopeDenied):
            act(actor=at(cast, who), party=cast.parties["zhang"].public_id, **SMS)
    assert entries(cast) == []


def test_the_ledger_is_read_by_whoever_sees_the_party_and_changed_by_nobody(cast: Cast) -> None:
    zhang = cast.parties["zhang"]
    record_consent(actor=at(cast, "zhaoyan"), party=zhang.public_id, **SMS)

    with scoped(cast.actor("lihua")) as scope:
        assert ConsentEntry.objects.count() == 0
        assert standing(scope.actor, party=zhang, at=AT).states == {}
    for who in ("zhaoyan", "wuhan"):
        with pytest.raises(Error), scoped(cast.actor(who), write=True):
            assert ConsentEntry.objects.update(act="given", at=AT - timedelta(days=9)) == 0
            raise Error("no row may be reached")
    assert entries(cast) == [("given", "MARKETING", "SMS")]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"way": "RUMOUR"}, "CONSENT_CODE"), ({"purpose": "SERVICE"}, "CONSENT_CODE"), ({"given_at": AT + timedelta(days=1)}, "CONSENT_AHEAD")],
)  # fmt: skip
def test_what_nobody_can_have_said_is_refused(cast: Cast, change: dict, code: str) -> None:
    with pytest.raises(Refused) as refused:
        record_consent(actor=at(cast, "zhaoyan"), party=cast.parties["zhang"].public_id, **SMS | change)

    assert refused.value.code == code
    assert entries(cast) == []
