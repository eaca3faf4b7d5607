"""One line of time over all rooms: each sees of it what he may see elsewhere, in order, page by page, in few queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from jinlan.clients.models import Coverage, Delegation, UnitMember
from jinlan.clients.testing import SIGN_INS, covers
from jinlan.domains.compliance.models import ConsentEntry
from jinlan.domains.engagement.services.interactions import log_interaction
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.domains.strategy.models import Override, TierDecision
from jinlan.kernel.models import Person
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, ENTITY, START, TODAY, an_actor, writing
from jinlan.serving.models import UnitContact, UnitRequest
from jinlan.work.happened import Asked, beginning, what_happened
from jinlan.work.models import Task
from jinlan.workspace.timeline import mark, place_of

SECRET = "一项尚未公告的交易"
NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)


def about(unit) -> dict[str, object]:
    return {"entity": ENTITY, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id}


def contact(unit, day: date, number: int, **more) -> UnitContact:
    return UnitContact(
        **about(unit), code=f"N{number}", kind="FACE", happened_on=day, two_way=True, client_side=True, employee="E1001", **more
    )  # fmt: skip


@pytest.fixture
def full(world):
    """One of everything about 甲集团, and one contact of 乙集团."""
    cast, unit = world.cast, world.cast.group
    lihua = an_actor(cast.people["lihua"], AT)
    given = {"unit": unit.public_id, "kind": "VISIT", "minutes": "谈了利率", "staff": ["E1001"]}
    log_interaction(actor=lihua, starts_at=AT - timedelta(days=3), subject="授信沟通", **given)
    log_interaction(actor=lihua, starts_at=AT - timedelta(days=2), subject=SECRET, inside=True, **given)
    make_promise(actor=lihua, unit=unit.public_id, side="bank", what="给出方案", due_on=TODAY, owner="E1001")
    with writing():
        system = Person.objects.order_by("id").first()
        UnitContact.objects.bulk_create([contact(unit, date(2026, 10, 12), 1), contact(cast.other, TODAY, 2)])
        UnitRequest.objects.create(**about(unit), code="K00007", kind="COMPLAINT", received_at=NOON)
        TierDecision.objects.create(
            **about(unit), unit_code=unit.code, kind=unit.kind, step="up", before="KEY", after="BRANCH", since=date(2026, 9, 1),
            as_of=date(2026, 8, 31), source="AUTOMATIC", made_at=NOON, evidence={"why": "不应出现的依据"},
        )  # fmt: skip
        Override.objects.create(
            entity=ENTITY, unit_code=unit.code, tier="HQ", reason_code="MANDATE", evidence="不应出现的理由", proposer="a", checker="b",
            approver="c", valid_from=date(2026, 9, 2), expires=date(2027, 9, 2),
        )  # fmt: skip
        Delegation.objects.create(
            entity=ENTITY, absent=cast.employees["E1001"], deputy=cast.employees["E1002"], valid_from=date(2026, 8, 3), valid_to=date(2026, 8, 10)
        )  # fmt: skip
        member = UnitMember.objects.filter(unit=unit).order_by("id").first()
        ConsentEntry.objects.create(
            entity=ENTITY, party_id=member.party_id, act="withdrawn", purpose="MARKETING", channel="PHONE", legal_entity=ENTITY, at=NOON,
            reason="不应出现的原话", source="extract", source_key="x", person=system, person_name="system", recorded_at=NOON,
        )  # fmt: skip
        Task.objects.create(
            **about(unit), subject="charter:done", kind="charter", role="manager", title="联系", detail={"contact": "FACE"}, opened_on=TODAY,
            closed_at=NOON, outcome="done",
        )  # fmt: skip
    return world


EVERYTHING = {
    "INTERACTION:VISIT", "PROMISE:made", "CONTACT:FACE", "CASE:COMPLAINT", "TIER:up", "LEAD:BEGAN", "ABSENCE:AWAY", "CONSENT:withdrawn",
    "TASK:charter",
}  # fmt: skip


def shown(answer) -> list:
    return [event["row"] for group in answer.context["groups"] for event in group["events"]]


def test_each_role_sees_of_the_line_what_it_sees_elsewhere(full, as_person):
    home = full.address(full.cast.group, "/timeline?kind=ALL")
    seen = {}
    for name, *_ in SIGN_INS:
        answer = as_person(name).get(home)
        if answer.status_code == 200:
            rows = shown(answer)
            seen[name] = ({f"{one.kind}:{one.code}" for one in rows}, sum(one.inside for one in rows))
            page = answer.content.decode()
            assert "不应出现" not in page
            assert (SECRET in page) == bool(seen[name][1])
        else:
            assert answer.status_code == 404
    by_hand = EVERYTHING | {"TIER:override"}  # which whole-bank eyes read
    assert seen == {
        "lihua": (EVERYTHING, 1),  # who took part
        "wangmin": ({"LEAD:BEGAN", "ABSENCE:AWAY"}, 0),  # looks after one company: of the group's line what its header tells
        "sunjie": (EVERYTHING, 0), "chenwei": (by_hand, 0), "zhoulin": (by_hand, 0), "zhengyu": (by_hand, 0),
        "wuhan": (by_hand, 1),  # compliance reads behind the wall
    }  # fmt: skip


def test_the_line_is_paged_without_a_gap_or_a_double_whatever_shares_an_instant(full):
    unit = full.cast.group
    with writing():
        UnitContact.objects.bulk_create(
            [contact(unit, date(2026, 9, 1) + timedelta(days=n // 3), 10 + n) for n in range(40)]
        )
        start = beginning(date(2026, 9, 5))
        UnitRequest.objects.bulk_create(
            [UnitRequest(**about(unit), code=f"K{n}", kind="REQUEST", received_at=start) for n in range(7)]
        )
    actor = full.cast.actor("lihua")
    with scoped(actor):
        whole = [one.place for one in what_happened(actor, Asked(unit.pk, 1000))]
        for size in (1, 3, 7):
            paged, before = [], None
            while rows := what_happened(actor, Asked(unit.pk, size, before)):
                paged += [one.place for one in rows]
                before = rows[-1].place
            assert paged == whole
    assert len(whole) == len(set(whole)) == 40 + 7 + 9 + 1
    assert whole == sorted(whole, reverse=True)


def test_a_page_asks_eighteen_queries_at_most_however_long_the_line_is(full, as_person, count_queries):
    client, home = as_person("lihua"), full.address(full.cast.group, "/timeline?kind=ALL")
    client.get(home)
    with count_queries() as few:
        client.get(home)
    with writing():
        UnitContact.objects.bulk_create(
            [contact(full.cast.group, date(2026, 1, 1) + timedelta(days=n), 10 + n) for n in range(200)]
        )
    with count_queries() as many:
        answer = client.get(home)
    assert len(shown(answer)) == 50
    assert len(many) == len(few)
    told = [sql for sql in many if sql.startswith("SELECT") and any(f'FROM "{room}_' in sql for room in ("engagement", "strategy", "compliance", "clients", "serving", "work"))]  # fmt: skip
    assert len(told) <= 18


def test_kinds_and_people_narrow_the_line_and_routine_things_are_folded(full, as_person):
    client, home = as_person("lihua"), full.address(full.cast.group, "/timeline")
    assert {one.kind for one in shown(client.get(f"{home}?kind=PROMISE"))} == {"PROMISE"}
    assert {one.kind for one in shown(client.get(f"{home}?kind=ALL&who=E1002"))} == {"ABSENCE"}
    assert shown(client.get(f"{home}?kind=ALL&who=E9999")) == []
    assert {one.kind for one in shown(client.get(home))} == {
        "INTERACTION",
        "PROMISE",
        "CASE",
        "TIER",
        "LEAD",
        "CONSENT",
    }
    assert len(shown(client.get(f"{home}?kind=drop&before=x"))) == len(shown(client.get(home)))
    with writing():
        UnitContact.objects.bulk_create(
            [contact(full.cast.group, date(2026, 10, 13), 10 + n) for n in range(3)]
        )
    folded = [group for group in client.get(f"{home}?kind=ALL").context["groups"] if group["folded"]]
    assert [len(group["events"]) for group in folded] == [
        4
    ]  # three contacts, and the task done at noon of the day before
    assert not [group for group in client.get(f"{home}?kind=CONTACT").context["groups"] if group["folded"]]


def test_older_pages_are_reached_by_a_link(full, as_person):
    client, home = as_person("lihua"), full.address(full.cast.group, "/timeline?kind=ALL")
    with writing():
        UnitContact.objects.bulk_create(
            [contact(full.cast.group, date(2026, 1, 1) + timedelta(days=n), 10 + n) for n in range(60)]
        )
    first = client.get(home)
    second = client.get(first.context["older"])
    places = [one.place for one in (*shown(first), *shown(second))]
    assert len(shown(first)) == 50
    assert len(places) == len(set(places)) == 60 + 9 + 1
    assert second.context["older"] == ""


@pytest.mark.parametrize(
    "text", ["", "x", "~~", "2026-01-01~task~1", "2026-01-01T00:00:00+00:00~ta sk~1", "2026-01-01T00:00:00+00:00~task~-1",
             "2026-01-01T00:00:00+00:00~task~99999999999999999999", "0001-01-01T00:00:00+00:00~task~1"],
)  # fmt: skip
def test_a_place_that_is_none_is_the_beginning(text):
    assert place_of(text) is None


def test_a_place_survives_the_address(full):
    actor = full.cast.actor("lihua")
    with scoped(actor):
        for one in what_happened(actor, Asked(full.cast.group.pk, 50)):
            assert place_of(mark(one)) == one.place


def test_another_share_of_the_credit_begins_no_lead(full):
    unit, employee = full.cast.group, full.cast.employees["E1001"]
    with writing():
        Coverage.objects.filter(unit=unit).update(valid_to=date(2026, 10, 1))
        covers(employee, unit, since=date(2026, 10, 1))
        covers(
            full.cast.employees["E1002"],
            unit,
            since=date(2026, 10, 20),
            until=date(2026, 10, 25),
            role="ASSIST",
        )
    with scoped(an_actor(full.cast.people["chenwei"], AT)) as scope:
        rows = what_happened(scope.actor, Asked(unit.pk, 50, kinds=frozenset({"LEAD"})))
    assert [(one.at, one.who) for one in rows] == [(beginning(START), ("E1001",))]
