"""A tier by hand: asked for by a manager, checked by risk, decided by the head; never by one person, never for another content."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError

from jinlan.basics.ids import uuid7
from jinlan.domains.strategy.models import Override
from jinlan.domains.strategy.services.definitions import install_definitions
from jinlan.domains.strategy.services.overrides import overrides_of
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, TODAY, writing
from jinlan.kernel.tests.threads import at_once
from jinlan.serving.models import UnitResult
from jinlan.work.models import Approval, Decision
from jinlan.work.services import propose as propose_act

GIVEN = {
    "tier": "HQ",
    "reason_code": "SYNERGY",
    "expires": "2027-05-10",
    "evidence": "集团战略合作协议 2026-18 号",
    "reason": "请批准",
}
GIVEN["reason"] = "年度战略合作已签署"


@pytest.fixture
def ready(world):
    install_definitions("JLB", actor=system_actor("JLB", AT))
    return world


def ask(as_person, world, user="lihua", **other):
    return as_person(user).post(world.address(world.cast.group, "/override"), GIVEN | other)


def say(as_person, address, user, what, reason=""):
    return as_person(user).post(f"{address}/decide", {"say": what, "reason": reason})


def states(cast):
    with scoped(cast.actor("chenwei")):
        return list(Approval.objects.order_by("id").values_list("state", "stage")), Override.objects.count()


def test_a_tier_by_hand_needs_three_people_and_reaches_the_next_run(ready, as_person):
    address = ask(as_person, ready).headers["Location"]
    assert states(ready.cast) == ([("open", 0)], 0)

    assert "甲集团" in as_person("zhoulin").get("/approvals").content.decode()
    assert say(as_person, address, "zhoulin", "yes").status_code == 302
    assert states(ready.cast) == ([("open", 1)], 0)
    assert say(as_person, address, "chenwei", "yes", "同意").status_code == 302

    assert states(ready.cast) == ([("done", 1)], 1)
    (override,) = overrides_of("JLB", system_actor("JLB", AT))
    assert (override.unit_id, override.tier, override.valid_from, override.expires) == (
        "G-JIA",
        "HQ",
        TODAY,
        date(2027, 5, 10),
    )
    assert (override.proposer, override.checker, override.approver) == ("lihua", "zhoulin", "chenwei")
    with scoped(ready.cast.actor("zhengyu")):
        verbs = list(
            AuditEntry.objects.filter(object_type__in=("approval", "unit"))
            .order_by("id")
            .values_list("username", "verb")
        )
    assert verbs == [
        ("lihua", "work.approval_asked"), ("zhoulin", "work.approval_passed"), ("chenwei", "strategy.tier_overridden"),
        ("chenwei", "work.approval_done"),
    ]  # fmt: skip


def test_nobody_checks_his_own_nor_twice_nor_out_of_turn(ready, as_person):
    own = ask(as_person, ready, user="chenwei").headers["Location"]
    refused = say(as_person, own, "chenwei", "yes")
    assert (refused.status_code, "不能复核自己的申请" in refused.content.decode()) == (422, True)
    assert say(as_person, own, "zhoulin", "withdraw").status_code == 404
    say(as_person, own, "chenwei", "withdraw")

    address = ask(as_person, ready).headers["Location"]
    assert "这一环节不由您的角色复核" in say(as_person, address, "chenwei", "yes").content.decode()
    say(as_person, address, "zhoulin", "yes")
    assert "您已在前一环节复核过" in say(as_person, address, "zhoulin", "yes").content.decode()
    assert states(ready.cast) == ([("void", 0), ("open", 1)], 0)


def test_the_client_s_own_team_abstains_and_strangers_see_nothing(ready, as_person):
    address = ask(as_person, ready, user="chenwei").headers["Location"]

    assert say(as_person, address, "lihua", "yes").status_code == 422
    for user in ("wangmin", "zhaoyan"):
        assert as_person(user).get(address).status_code == 404
        assert say(as_person, address, user, "yes").status_code == 404
        assert "甲集团" not in as_person(user).get("/approvals").content.decode()
    assert as_person("wangmin").get(ready.address(ready.cast.group, "/override")).status_code == 404
    assert ask(as_person, ready, user="wangmin").status_code == 404
    assert states(ready.cast) == ([("open", 0)], 0)


def test_a_refusal_says_why_and_ends_it(ready, as_person):
    address = ask(as_person, ready).headers["Location"]

    assert "理由至少 5 个字" in say(as_person, address, "zhoulin", "no").content.decode()
    assert say(as_person, address, "zhoulin", "no", "依据不足,请补充协议").status_code == 302
    again = say(as_person, address, "zhoulin", "yes")

    assert "这项申请已拒绝" in again.content.decode()
    assert states(ready.cast) == ([("refused", 0)], 0)
    assert "依据不足,请补充协议" in as_person("lihua").get(address).content.decode()


def test_a_check_holds_for_what_was_shown_and_for_nothing_else(ready, as_person, admin_url):
    moved = ask(as_person, ready).headers["Location"]
    with writing():
        UnitResult.objects.filter(unit_id=ready.cast.group.pk, as_of=TODAY).update(effective_tier="KEY")
    say(as_person, moved, "zhoulin", "yes")
    assert states(ready.cast) == ([("void", 0)], 0)

    edited = ask(as_person, ready).headers["Location"]
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "set session_replication_role = replica"
        )  # past the trigger that keeps requests as they are
        admin.execute(
            "update work_approval set payload = payload || '{\"tier\": \"BRANCH\"}' where state = 'open'"
        )
    say(as_person, edited, "zhoulin", "yes")
    assert states(ready.cast) == ([("void", 0), ("void", 0)], 0)


def test_what_nobody_checks_in_time_expires(ready, as_person):
    with time_machine.travel(datetime(2026, 11, 10, 2, 0, tzinfo=UTC), tick=False) as clock:
        address = ask(as_person, ready).headers["Location"]
        clock.shift(timedelta(days=10) - timedelta(seconds=1))
        assert "甲集团" in as_person("zhoulin").get("/approvals").content.decode()
        clock.shift(timedelta(seconds=1))
        assert "没有等您复核的申请" in as_person("zhoulin").get("/approvals").content.decode()
        say(as_person, address, "zhoulin", "yes")

    assert states(ready.cast) == ([("expired", 0)], 0)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"tier": "BRANCH"}, "tier", "客户已在这一层级"),
        ({"tier": "KING"}, "tier", "选择一个有效的选项"),
        ({"evidence": "短"}, "evidence", "依据至少 10 个字"),
        ({"expires": "2027-11-11"}, "expires", "不晚于 2027-11-10"),
        ({"expires": "2026-11-10"}, "expires", "到期日应晚于 2026-11-10"),
        ({"reason": "要"}, "reason", "理由至少 5 个字"),
    ],
)
def test_what_the_rule_refuses_stands_at_its_field(ready, as_person, given, field, words):
    answer = ask(as_person, ready, **given)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert words in re.search(rf'id="id_{field}_error">(.*?)</p>', page, re.DOTALL)[1]
    assert GIVEN["reason_code"] in page  # nothing that was typed is lost
    assert states(ready.cast) == ([], 0)


def test_the_last_day_of_the_term_may_be_asked_for_and_the_same_request_only_once(ready, as_person):
    assert ask(as_person, ready, expires="2027-11-10").status_code == 302
    assert "同样的申请正在复核中" in ask(as_person, ready, expires="2027-11-10").content.decode()
    assert states(ready.cast) == ([("open", 0)], 0)


def test_the_database_itself_asks_for_four_eyes(ready, as_person):
    ask(as_person, ready)
    lihua, zhoulin = ready.cast.actor("lihua"), ready.cast.actor("zhoulin")
    with scoped(zhoulin):
        approval = Approval.objects.get()
    said = {
        "approval_id": approval.pk,
        "person_name": "x",
        "username": "x",
        "stage": 0,
        "approves": True,
        "at": AT,
    }

    with pytest.raises(IntegrityError, match="decision_four_eyes"), scoped(lihua, write=True):
        Decision.objects.create(maker_id=lihua.person_id, person_id=lihua.person_id, **said)
    with pytest.raises(IntegrityError, match="decision_of_maker"), scoped(lihua, write=True):
        Decision.objects.create(maker_id=zhoulin.person_id, person_id=lihua.person_id, **said)
    with scoped(zhoulin):
        assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"maker_id": "lihua"},
        {"payload": {"tier": "KEY"}},
        {"state": "done", "closed_at": AT},
        {"state": "refused", "closed_at": AT},
        {"state": "expired", "closed_at": AT},
        {"stage": 1},
        {"expires_at": AT},
    ],
)
def test_nothing_written_by_hand_passes_for_a_check(ready, as_person, change):
    ask(as_person, ready, user="chenwei")
    chenwei = ready.cast.actor("chenwei")
    change = {
        name: ready.cast.people[value].pk if name == "maker_id" else value for name, value in change.items()
    }

    with pytest.raises(ProgrammingError, match="request"), scoped(chenwei, write=True):
        Approval.objects.update(**change)

    assert states(ready.cast) == ([("open", 0)], 0)


def test_nobody_asks_in_another_name(ready, as_person):
    ask(as_person, ready)
    chenwei = ready.cast.actor("chenwei")

    with pytest.raises(ProgrammingError, match="own name"), scoped(chenwei, write=True):
        row = Approval.objects.get()
        row.pk, row.public_id, row.payload_hash = None, uuid7(), "0" * 64
        row.save(force_insert=True)

    assert states(ready.cast) == ([("open", 0)], 0)


def test_the_same_large_file_asked_for_by_two_who_do_not_see_each_other_is_refused_with_a_word(ready):
    asked = {
        "resource": "clients",
        "query": "view=all",
        "kind": "csv",
        "purpose": "REPORT",
        "reason": "季度名单核对",
    }

    def propose(user):
        return propose_act(actor=ready.cast.actor(user), act="resource.export_large", payload=asked, reason="季度名单核对").state  # fmt: skip

    assert sorted(at_once(*(lambda user=user: propose(user) for user in ("lihua", "wangmin", "zhaoyan")))) == [
        "APPROVAL_OPEN", "APPROVAL_OPEN", "open",
    ]  # fmt: skip
    assert states(ready.cast)[0] == [("open", 0)]
