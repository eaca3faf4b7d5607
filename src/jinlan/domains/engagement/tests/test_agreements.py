"""Agreements: drafted, cleared by two others, signed; what was signed stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Agreement, AgreementDeed, Promise
from jinlan.domains.engagement.services.agreement_life import (
    clear_agreement,
    sign_agreement,
)
from jinlan.domains.engagement.services.agreements import (
    draft_agreement,
    drop_agreement_entry,
    set_agreement_term,
    withdraw_agreement,
    write_agreement_entry,
)
from jinlan.domains.engagement.tests.agreeing import (
    CREDIT,
    MEETING,
    SIGNATURES,
    SINCE,
    TURNOVER,
    UNTIL,
    Paper,
    a_paper,
    signed,
)
from jinlan.domains.engagement.tests.planning import rows
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT
from jinlan.kernel.tests.threads import at_once
from jinlan.work.services import decide, propose

SIGNED = AT + timedelta(days=1)
DAYS = [date(2027, 2, 28), date(2027, 8, 28), date(2028, 2, 28), date(2028, 8, 28)]


def test_a_draft_is_renewed_in_time_unless_it_says_otherwise(room: Room) -> None:
    row = a_paper(room).row()
    assert (row["number"], row["state"], row["starts_on"], row["ends_on"], row["renew_on"]) == (
        1,
        "draft",
        SINCE,
        UNTIL,
        UNTIL - timedelta(days=90),
    )
    assert [one.after["number"] for one in room.audit("engagement.agreement_drafted")] == [1]


@pytest.mark.parametrize(
    ("said", "code"),
    [({"starts_on": UNTIL, "ends_on": UNTIL}, "DRAFT_TERM"), ({"starts_on": date(2025, 1, 1), "ends_on": date(2026, 11, 9)}, "DRAFT_TERM"),
     ({"renew_on": date(2026, 10, 31)}, "AGREEMENT_RENEWAL"), ({"renew_on": date(2028, 11, 1)}, "AGREEMENT_RENEWAL")],
)  # fmt: skip
def test_days_that_are_in_no_order_are_refused(room: Room, said: dict[str, date], code: str) -> None:
    with pytest.raises(Refused) as refused:
        draft_agreement(
            actor=room.actor(),
            unit=room.cast.group.public_id,
            **({"starts_on": SINCE, "ends_on": UNTIL} | said),
        )
    assert (refused.value.code, rows(Agreement)) == (code, [])


def test_nothing_is_due_after_the_last_day(room: Room) -> None:
    paper = a_paper(room)
    paper.write("turnover", "DEED", TURNOVER)
    before = paper.row()
    with pytest.raises(Refused) as refused:
        set_agreement_term(
            actor=room.actor(),
            public_id=paper.key,
            starts_on=SINCE,
            ends_on=date(2026, 12, 14),
            renew_on=SINCE,
        )
    assert (refused.value.code, paper.row()) == ("AGREEMENT_PAST_END", before)
    set_agreement_term(
        actor=room.actor(), public_id=paper.key, starts_on=SINCE, ends_on=date(2026, 12, 15), renew_on=SINCE
    )
    assert (paper.row()["ends_on"], paper.row()["edition"]) == (date(2026, 12, 15), 3)


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [("OURS", {"branch": "B9999"}, "BRANCH_UNKNOWN"), ("DEED", MEETING | {"owner": "E9999"}, "STAFF_UNKNOWN"), ("CLAUSE", {"text": "客户患有糖尿病"}, "TEXT_TERMS"),
     ("MECHANISM", {"text": "月度会", "owner": "E1001", "person": str(uuid4())}, "PERSON_ELSEWHERE")],
)  # fmt: skip
def test_an_entry_names_who_is_there(room: Room, kind: str, said: dict[str, Any], code: str) -> None:
    paper = a_paper(room)
    before = paper.row()
    with pytest.raises(Refused) as refused:
        paper.write("one", kind, said)
    assert (refused.value.code, paper.row()) == (code, before)


def test_a_member_of_another_client_is_no_party(room: Room) -> None:
    paper = a_paper(room)
    with scoped(room.actor("chenwei")):
        other = room.cast.other.members.select_related("party").order_by("id")[0].party.public_id
    before = paper.row()
    with pytest.raises(ScopeDenied):
        paper.write("theirs", "THEIRS", {"member": str(other)})
    assert paper.row() == before


def test_of_sixteen_who_begin_at_once_and_of_sixteen_who_write_on_one_edition_one_does(room: Room) -> None:
    unit = room.cast.group.public_id
    found = at_once(
        *[
            lambda: draft_agreement(actor=room.actor(), unit=unit, starts_on=SINCE, ends_on=UNTIL)
            for _ in range(16)
        ]
    )
    assert found.count("DRAFT_THERE") == 15
    (row,) = rows(Agreement)
    found = at_once(*[
        lambda: write_agreement_entry(actor=room.actor(), public_id=row["public_id"], edition=1, kind="PURPOSE", said={"text": "长期合作"}) for _ in range(16)
    ])  # fmt: skip
    (row,) = rows(Agreement)
    assert (found.count("DRAFT_MOVED"), len(row["entries"]), row["edition"]) == (15, 1, 2)


def test_only_what_is_whole_and_binds_both_goes_to_others(room: Room) -> None:
    paper = a_paper(room)
    for prepare, code in (
        (lambda: None, "AGREEMENT_INCOMPLETE"),
        (lambda: [paper.whole(), _drop(paper, "turnover"), _drop(paper, "deposits")], "AGREEMENT_ONE_SIDED"),
        (lambda: paper.write("old", "DEED", TURNOVER | {"due": "2026-11-09"}), "AGREEMENT_PAST"),
    ):
        prepare()
        before = paper.row()
        with pytest.raises(Refused) as refused:
            propose(
                actor=room.actor(),
                act=clear_agreement.name,
                payload={"public_id": str(paper.key)},
                reason="请审批协议",
            )
        assert (refused.value.code, paper.row()) == (code, before)


def _drop(paper: Paper, name: str) -> None:
    found = drop_agreement_entry(
        actor=paper.room.actor(), public_id=paper.key, edition=paper.edition, entry=paper.keys.pop(name)
    )
    paper.edition = found["edition"]


def test_two_others_clear_it_and_an_edit_voids_what_was_looked_at(room: Room) -> None:
    paper = a_paper(room).whole()
    asked = propose(
        actor=room.actor(),
        act=clear_agreement.name,
        payload={"public_id": str(paper.key)},
        reason="请审批协议",
    )
    with pytest.raises(Refused) as own:
        decide(actor=room.actor(), approval=asked.public_id, approves=True, reason="我自己同意")
    assert own.value.code == "SELF"
    decide(actor=room.actor("sunjie"), approval=asked.public_id, approves=True, reason="条款合适")
    paper.write("credit", "CREDIT", CREDIT | {"amount": "50亿"})
    decide(actor=room.actor("chenwei"), approval=asked.public_id, approves=True, reason="同意")
    assert paper.row()["state"] == "draft"  # it was asked for another text
    paper.clear()
    row = paper.row()
    assert (row["state"], row["checked_by"], row["signed_on"]) == ("cleared", ["sunjie", "chenwei"], None)
    assert rows(Promise) == []  # nobody promised anything yet


@pytest.mark.parametrize(
    ("change", "code"),
    [({"signed_on": AT.date() + timedelta(days=2)}, "AGREEMENT_SIGNED_ON"), ({"signed_on": AT.date() - timedelta(days=1)}, "AGREEMENT_SIGNED_ON"),
     ({"signed_theirs": " "}, "AGREEMENT_SIGNERS"), ({"signed_ours": "字" * 101}, "TEXT_LONG")],
)  # fmt: skip
def test_signatures_are_of_somebody_and_of_a_day_since_it_was_cleared(
    room: Room, change: dict[str, Any], code: str
) -> None:
    paper = a_paper(room).whole().clear()
    before = paper.row()
    with pytest.raises(Refused) as refused:
        sign_agreement(
            actor=room.actor("chenwei", SIGNED),
            public_id=paper.key,
            **({"signed_on": SIGNED.date(), **SIGNATURES} | change),
        )
    assert (refused.value.code, paper.row(), rows(Promise)) == (code, before, [])


def test_with_the_signatures_each_deed_is_a_promise_on_each_of_its_days(room: Room) -> None:
    paper = a_paper(room).whole().clear()
    assert paper.sign() == {"number": 1, "promises": 5}
    row = paper.row()
    assert (row["state"], row["signed_on"], row["signed_ours"], row["reference"]) == (
        "in_force",
        date(2026, 11, 11),
        "陈伟 部门总经理",
        "ZLXY-2026-017",
    )
    promises = {one["id"]: one for one in rows(Promise)}
    found = [(one["entry"], one["due_on"], promises[one["promise_id"]]) for one in rows(AgreementDeed)]
    assert [(day, one["side"], one["what"], one["due_on"]) for key, day, one in found if key == paper.keys["meeting"]] == [
        (day, "bank", "高层会晤", day) for day in DAYS
    ]  # fmt: skip
    (theirs,) = [one for key, _day, one in found if key == paper.keys["turnover"]]
    assert (theirs["side"], theirs["due_on"], theirs["made_on"], theirs["owner"]) == (
        "client",
        date(2026, 12, 15),
        date(2026, 11, 11),
        "E1001",
    )
    with pytest.raises(Refused) as again:
        paper.sign()
    assert (again.value.code, len(rows(Promise))) == ("AGREEMENT_NOT_CLEARED", 5)


def test_of_sixteen_who_sign_at_once_one_does(room: Room) -> None:
    paper = a_paper(room).whole().clear()
    found = at_once(*[paper.sign for _ in range(16)])
    assert (found.count("AGREEMENT_NOT_CLEARED"), len(rows(Promise)), len(rows(AgreementDeed))) == (15, 5, 5)


def test_what_was_signed_stands(room: Room) -> None:
    paper = signed(room)
    before = paper.row()
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: paper.write("credit", "CREDIT", CREDIT), "DRAFT_FROZEN"),
        (lambda: drop_agreement_entry(actor=room.actor(), public_id=paper.key, edition=paper.edition, entry=paper.keys["credit"]), "DRAFT_FROZEN"),
        (lambda: set_agreement_term(actor=room.actor(), public_id=paper.key, starts_on=SINCE, ends_on=UNTIL, renew_on=UNTIL), "DRAFT_FROZEN"),
        (lambda: withdraw_agreement(actor=room.actor(), public_id=paper.key, reason="不再需要它"), "AGREEMENT_SIGNED"),
    ]  # fmt: skip
    for call, code in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, paper.row()) == (code, before)
    for change in (
        {"entries": []}, {"ends_on": date(2030, 1, 1)}, {"state": "draft"}, {"content": ""}, {"signed_theirs": "某人"}, {"signed_on": date(2026, 11, 12)}, {"renew_on": SINCE},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), scoped(room.actor("chenwei"), write=True):
            Agreement.objects.filter(public_id=paper.key).update(**change)
        assert paper.row() == before


def test_who_may_not_sign_or_see_changes_nothing(room: Room) -> None:
    paper = a_paper(room).whole().clear()
    before = paper.row()
    for username in ("lihua", "zhoulin", "zhengyu"):
        with pytest.raises(Refused) as refused:
            sign_agreement(
                actor=room.actor(username, SIGNED), public_id=paper.key, signed_on=SIGNED.date(), **SIGNATURES
            )
        assert refused.value.code == "ROLE"
    with pytest.raises(ScopeDenied):
        write_agreement_entry(
            actor=room.actor("wangmin"),
            public_id=paper.key,
            edition=paper.edition,
            kind="PURPOSE",
            said={"text": "别人的"},
        )
    assert (paper.row(), room.sees("wangmin", Agreement), rows(Promise)) == (before, 0, [])
