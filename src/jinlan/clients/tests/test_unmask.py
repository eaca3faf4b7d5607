from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.models import Party, PartyIdentity
from jinlan.clients.testing import Cast, the_cast
from jinlan.clients.unmask import masked, may_unmask, unmask_identity
from jinlan.clients.vault import Fact, store
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, console_actor, scoped
from jinlan.kernel.testing import AT, ENTITY, a_grant, writing

pytestmark = pytest.mark.usefixtures("database")
REASON = "核对开户证件"


@pytest.fixture
def cast(database: None) -> Cast:
    made = the_cast()
    with writing():
        for party, digit in (("zhang", "2"), ("jia-3", "3")):
            code = made.parties[party].code
            store(
                ENTITY,
                [
                    Fact(code, "MOBILE", f"1381234000{digit}"),
                    Fact(code, "ID_NO", f"11010519491231{digit}02X"),
                    Fact(code, "ADDR", "北京市朝阳区某路 8 号"),
                    Fact(code, "ACCOUNT", "6222021234561234", "A-1"),
                ],
            )
    return made


def asks(cast: Cast, username: str, party: str = "zhang", reason: str = REASON):
    return [
        (str(word), values)
        for word, values in unmask_identity(
            actor=cast.actor(username), party=cast.parties[party].public_id, reason=reason
        )
    ]


def recorded() -> list[tuple[str, str, str, object, object, str]]:
    with scoped(console_actor(ENTITY, AT)):
        rows = AuditEntry.objects.filter(verb="clients.identity_unmasked").order_by("id")
        return list(rows.values_list("username", "object_type", "object_id", "before", "after", "reason"))


def test_plain_values_are_exact_in_one_order_and_recorded(cast: Cast) -> None:
    assert asks(cast, "zhaoyan", reason="  核对  开户证件 ") == [
        ("证件号码", ["11010519491231202X"]),
        ("电话", ["13812340002"]),
        ("地址", ["北京市朝阳区某路 8 号"]),
    ]
    assert recorded() == [
        (
            "zhaoyan",
            "party",
            cast.parties["zhang"].code,
            None,
            {"kinds": ["ID_NO", "MOBILE", "ADDR"]},
            "核对 开户证件",
        )
    ]


@pytest.mark.parametrize("username", ["wangmin", "lihua", "sunjie", "chenwei", "zhoulin", "wuhan"])
def test_whoever_sees_the_party_s_own_row_may(cast: Cast, username: str) -> None:
    party = "jia-3"

    assert asks(cast, username, party)[1] == ("电话", ["13812340003"])
    assert [row[0] for row in recorded()] == [username]


@pytest.mark.parametrize("username", ["lihua", "wangmin"])
def test_out_of_scope_is_as_good_as_absent_and_nothing_is_recorded(cast: Cast, username: str) -> None:
    for party in (cast.parties["zhang"].public_id, UUID(int=7)):
        with pytest.raises(ScopeDenied):
            unmask_identity(actor=cast.actor(username), party=party, reason=REASON)

    assert recorded() == []


def test_the_header_of_a_unit_shows_no_other_member(cast: Cast) -> None:
    actor = cast.actor("wangmin")  # covers jia-3 only, sees the group's header

    with scoped(actor):
        found = masked(actor, party_ids=[party.pk for party in cast.parties.values()])
    with pytest.raises(ScopeDenied):
        asks(cast, "wangmin", "jia")

    assert list(found) == [cast.parties["jia-3"].pk]
    assert [(str(word), values) for word, values in found[cast.parties["jia-3"].pk]] == [
        ("证件号码", ["110105********302X"]),
        ("电话", ["138****0003"]),
        ("地址", ["北京市朝****"]),
    ]


@pytest.mark.parametrize("username", ["zhengyu", "hejun"])
def test_auditors_and_administrators_never_see_plain_values(cast: Cast, username: str) -> None:
    with pytest.raises(ScopeDenied):
        asks(cast, username)

    assert recorded() == []


def test_an_auditor_with_a_second_hat_never_does_either(cast: Cast) -> None:
    a_grant(cast.people["zhengyu"], "risk")

    assert not may_unmask(cast.actor("zhengyu"))
    with pytest.raises(ScopeDenied):
        asks(cast, "zhengyu")


@pytest.mark.parametrize("reason", ["", "四个字呢", "  a b  ", "x" * 201])
def test_a_reason_that_says_nothing_is_refused_and_nothing_is_recorded(cast: Cast, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        asks(cast, "zhaoyan", reason=reason)

    assert refusal.value.code == "REASON"
    assert recorded() == []


def test_a_restricted_or_empty_party_is_refused(cast: Cast) -> None:
    with writing():
        Party.objects.filter(pk=cast.parties["zhang"].pk).update(restricted=True)
    for party, code in (("zhang", "PARTY_RESTRICTED"), ("zhang-2", "NOTHING_SEALED")):
        with pytest.raises(Refused) as refusal:
            asks(cast, "zhaoyan", party)
        assert refusal.value.code == code

    assert recorded() == []


def test_without_an_audit_entry_nothing_is_shown(cast: Cast, admin_url: str) -> None:
    from django.db import DatabaseError

    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("revoke insert on kernel_auditentry from jl_team")
        try:
            with pytest.raises(DatabaseError, match="permission denied"):
                asks(cast, "zhaoyan")
        finally:
            admin.execute("grant insert on kernel_auditentry to jl_team")


def test_a_value_that_was_moved_takes_its_entry_back(cast: Cast) -> None:
    with writing():
        sealed = PartyIdentity.objects.get(party=cast.parties["jia-3"], kind="MOBILE").value
        PartyIdentity.objects.filter(party=cast.parties["zhang"], kind="MOBILE").update(value=sealed)

    with pytest.raises(Refused, match="移动"):
        asks(cast, "zhaoyan")
    assert recorded() == []
