"""Letting a client's person in and ending him: the lead manager alone, recorded, without a trace of the e-mail address."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.testing import Cast, a_unit, covers
from jinlan.clients.vault import ERASED, erase
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, console_actor, scoped
from jinlan.kernel.sealed import sealed_field
from jinlan.kernel.testing import AT, ENTITY, writing
from jinlan.portal.models import PortalPrincipal
from jinlan.portal.selectors import actor_of, principals_of, represented
from jinlan.portal.services import end, invite

pytestmark = pytest.mark.usefixtures("database")


def recorded() -> list[tuple[str, str, str, dict]]:
    with scoped(console_actor(ENTITY, AT)):
        rows = AuditEntry.objects.filter(verb__startswith="portal.").order_by("id")
        return [(row.username, row.verb, row.object_id, row.after) for row in rows]


def asks(cast: Cast, user: str, party: str, email: str = "Qian.Ning@jia.example ", name: str = "钱宁"):
    return invite(actor=cast.actor(user), party=cast.parties[party].code, name=name, email=email)


def test_the_lead_manager_lets_somebody_in_for_a_member_of_his_group(cast: Cast, admin_url: str) -> None:
    made = asks(cast, "lihua", "jia-2")

    row = PortalPrincipal.door.get(public_id=made.principal)
    assert (row.entity, row.party_id, row.name, row.is_active) == (
        ENTITY,
        cast.parties["jia-2"].pk,
        "钱宁",
        True,
    )
    assert (row.one_time_until - AT).total_seconds() == 72 * 3600
    assert sealed_field(PortalPrincipal, "email").open(row) == "qian.ning@jia.example"
    code = cast.parties["jia-2"].code
    assert recorded() == [("lihua", "portal.invited", code, {"principal": str(made.principal)})]
    with psycopg.connect(admin_url) as admin:
        for table in ("kernel_auditentry", "portal_portalprincipal"):
            (text,) = admin.execute(f"select string_agg(t::text, '') from {table} t").fetchone()
            assert "qian" not in text.lower()
            assert made.password not in text


@pytest.mark.parametrize(
    ("user", "party"),
    [
        ("lihua", "yi"),  # another client
        ("lihua", "zhang"),  # the other side of the wall
        ("lihua", "jia-none"),
        ("wangmin", "jia"),  # covers another member only
    ],
)
def test_a_party_that_he_does_not_lead_is_as_good_as_absent(cast: Cast, user: str, party: str) -> None:
    code = cast.parties[party].code if party in cast.parties else "no-such-party"
    with pytest.raises(Refused, match="没有这个客户") as refused:
        invite(actor=cast.actor(user), party=code, name="钱宁", email="q@jia.example")

    assert refused.value.code == "PARTY_ABSENT"
    assert (PortalPrincipal.door.count(), recorded()) == (0, [])


def test_who_covers_a_party_without_leading_it_lets_nobody_in(cast: Cast) -> None:
    covers(cast.employees["E1002"], cast.parties["jia-2"], role="ASSIST")

    with pytest.raises(Refused, match="没有这个客户"):
        asks(cast, "wangmin", "jia-2")
    assert PortalPrincipal.door.count() == 0


@pytest.mark.parametrize(
    "user", ["sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu", "hejun", "xulan", "gaofeng"]
)
def test_nobody_else_lets_anybody_in(cast: Cast, user: str) -> None:
    with pytest.raises(ScopeDenied):
        asks(cast, user, "jia")

    assert PortalPrincipal.door.count() == 0


@pytest.mark.parametrize(
    ("email", "name", "code"),
    [
        ("nobody", "钱宁", "EMAIL_WRONG"),
        ("q@jia.example", " ", "NAME_WRONG"),
        ("q@jia.example", "钱" * 101, "NAME_WRONG"),
    ],
)
def test_a_name_or_address_that_is_none_is_refused(cast: Cast, email: str, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        asks(cast, "lihua", "jia-2", email, name)

    assert (refused.value.code, PortalPrincipal.door.count()) == (code, 0)


def test_an_erased_party_leaves_no_name_of_its_people_and_lets_nobody_in(cast: Cast, admin_url: str) -> None:
    first, other = asks(cast, "lihua", "jia-2"), asks(cast, "lihua", "jia-3", "wu@jia.example", "吴非")
    assert PortalPrincipal.door.filter(is_active=True).count() == 2

    with writing():
        erase(ENTITY, [(cast.parties["jia-2"].code, "ERASE")])

    gone, there = (PortalPrincipal.door.get(public_id=one.principal) for one in (first, other))
    assert (gone.name, bytes(gone.email), gone.match_hash, gone.password, gone.is_active) == (
        ERASED,
        b"",
        str(gone.pk),
        "!",
        False,
    )
    assert (there.name, there.is_active) == ("吴非", True)
    with psycopg.connect(admin_url) as admin:
        (text,) = admin.execute("select string_agg(t::text, '') from portal_portalprincipal t").fetchone()
        assert "钱宁" not in text


def test_an_address_signs_in_for_one_client_until_it_is_ended(cast: Cast) -> None:
    first = asks(cast, "lihua", "jia-2", "q-n@jia.example")
    with pytest.raises(Refused) as refused:
        asks(cast, "zhaoyan", "zhang", "Q-N@jia.example")
    other = asks(cast, "zhaoyan", "zhang", "qn@jia.example")  # a hyphen makes another address
    ended = end(actor=cast.actor("lihua"), party=cast.parties["jia-2"].code, email="Q-N@jia.example")
    again = asks(cast, "zhaoyan", "zhang", "q-n@jia.example")

    assert refused.value.code == "EMAIL_TAKEN"
    assert ended == first.principal
    active = PortalPrincipal.door.filter(is_active=True).values_list("public_id", flat=True)
    assert set(active) == {other.principal, again.principal}
    assert [verb for _who, verb, *_rest in recorded()] == [
        "portal.invited", "portal.invited", "portal.ended", "portal.invited",
    ]  # fmt: skip


def test_only_the_lead_manager_ends_somebody_and_nobody_brings_him_back(cast: Cast) -> None:
    asks(cast, "lihua", "jia-3", "q@jia.example")
    code = cast.parties["jia-3"].code
    with pytest.raises(Refused, match="没有这个客户"):
        end(actor=cast.actor("zhaoyan"), party=code, email="q@jia.example")
    with pytest.raises(Refused, match="没有这个登录人"):
        end(actor=cast.actor("lihua"), party=code, email="other@jia.example")
    assert PortalPrincipal.door.get().is_active

    end(actor=cast.actor("wangmin"), party=code, email="q@jia.example")  # leads this member itself
    with scoped(cast.actor("lihua"), write=True):
        assert PortalPrincipal.objects.filter(is_active=False).count() == 1
        with pytest.raises(ProgrammingError, match="row-level security"):
            PortalPrincipal.objects.update(is_active=True, ended_at=None)


def test_staff_see_who_acts_for_a_party_where_they_see_the_party_and_never_a_password(cast: Cast) -> None:
    asks(cast, "lihua", "jia-2")
    party = cast.parties["jia-2"].pk
    seen = {}
    for user in ("lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "wuhan"):
        with scoped(cast.actor(user)):
            seen[user] = [row.name for row in principals_of(cast.actor(user), party_id=party)]
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                list(PortalPrincipal.objects.values_list("password"))  # refused by column, whoever asks

    assert seen == {
        "lihua": ["钱宁"], "wangmin": [], "zhaoyan": [], "sunjie": ["钱宁"], "chenwei": ["钱宁"], "wuhan": ["钱宁"],
    }  # fmt: skip


def test_the_lead_that_a_principal_is_shown_is_his_partys_own_or_its_units(cast: Cast) -> None:
    now = now_utc()
    keys = {}
    for user, party in (("lihua", "jia-2"), ("lihua", "jia-3"), ("zhaoyan", "zhang")):
        made = asks(cast, user, party, f"{party}@jia.example")
        keys[party] = PortalPrincipal.door.get(public_id=made.principal)
    # 甲科技 belongs to a household too: that its banker looks after it is the household's secret.
    rich = a_unit(cast.parties["zhang-2"], cast.parties["jia-2"], kind="HNW", code="H-LI")
    covers(cast.employees["E1003"], rich)

    leads = {party: represented(actor_of(one, now)).leads for party, one in keys.items()}
    assert leads == {"jia-2": ("李华",), "jia-3": ("王敏",), "zhang": ("赵岩",)}


def test_an_actor_of_the_portal_may_do_no_act(cast: Cast) -> None:
    made = asks(cast, "lihua", "jia-2")
    actor = actor_of(PortalPrincipal.door.get(public_id=made.principal), now_utc())

    with pytest.raises(ScopeDenied):
        invite(actor=actor, party=cast.parties["jia-2"].code, name="x", email="x@jia.example")
    with pytest.raises(ScopeDenied):
        represented(replace(actor, person_id=-999))
