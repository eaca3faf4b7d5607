"""Agreements that were signed: measured, renewed, ended, withdrawn when talks begin anew."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Agreement, PlanReading, Promise
from jinlan.domains.engagement.selectors.agreements import agreement_in_force, performance
from jinlan.domains.engagement.services.agreement_life import (
    end_agreement,
    read_agreement_measure,
)
from jinlan.domains.engagement.services.agreements import (
    withdraw_agreement,
)
from jinlan.domains.engagement.services.promises import keep_promise
from jinlan.domains.engagement.tests.agreeing import (
    DEPOSITS,
    LETTERS,
    a_paper,
    publish_months,
    signed,
)
from jinlan.domains.engagement.tests.planning import rows
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT

SIGNED = AT + timedelta(days=1)


def test_both_sides_are_measured_by_the_ledger_the_figures_and_what_people_read(room: Room) -> None:
    paper = signed(room)
    publish_months(
        room,
        (date(2026, 10, 31), "1", None),
        (date(2026, 11, 30), "120000000", None),
        (date(2026, 12, 31), None, None),
        (date(2027, 1, 31), "90000000", "500"),
    )
    later = AT + timedelta(days=100)  # 2027-02-18
    (theirs,) = [one for one in rows(Promise) if one["side"] == "client"]
    keep_promise(
        actor=room.actor(at=AT + timedelta(days=20)),
        public_id=theirs["public_id"],
        evidence="收到集团用款计划",
    )
    for day, value in ((date(2027, 1, 5), 4), (date(2027, 1, 5), 6), (date(2027, 2, 5), 5)):
        read_agreement_measure(
            actor=room.actor(at=later), public_id=paper.key, measure=paper.keys["letters"], value=Decimal(value), evidence=f"抽查 20 笔 {value}", read_on=day
        )  # fmt: skip
    with scoped(actor := room.actor(at=later)):
        row = agreement_in_force(actor, unit_id=room.cast.group.pk)
        assert row is not None
        found = performance(actor, row, today=date(2027, 2, 18))
    deposits, letters = found.measures
    assert (deposits.kept.health, deposits.kept.met, deposits.kept.known, deposits.kept.actual, deposits.kept.on) == (
        "red", 1, 2, Decimal(90_000_000), date(2027, 1, 31)
    )  # fmt: skip
    assert deposits.run is not None
    # The later of two readings of a day counts: 6 days on 5 January, 5 on 5 February.
    assert (letters.kept.health, letters.kept.met, letters.kept.known, letters.evidence) == (
        "amber",
        1,
        2,
        "抽查 20 笔 5",
    )
    assert (found.measured("client"), found.measured("bank")) == ((0, 1, 1), (0, 1, 1))
    client, bank = found.tally("client"), found.tally("bank")
    assert (client.kept, client.running, bank.kept, bank.running) == (1, 0, 0, 4)


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [("deposits", {}, "AGREEMENT_MEASURE"), ("turnover", {}, "AGREEMENT_MEASURE"), ("letters", {"read_on": date(2026, 10, 31)}, "AGREEMENT_DAY"),
     ("letters", {"read_on": date(2026, 11, 13)}, "AGREEMENT_DAY"), ("letters", {"evidence": "无"}, "REASON_SHORT")],
)  # fmt: skip
def test_only_what_no_figure_shows_is_read_by_hand(
    room: Room, name: str, change: dict[str, Any], code: str
) -> None:
    paper = signed(room)
    said = {"value": Decimal(4), "evidence": "抽查 20 笔开证", "read_on": SIGNED.date()} | change
    with pytest.raises(Refused) as refused:
        read_agreement_measure(
            actor=room.actor(at=SIGNED), public_id=paper.key, measure=paper.keys[name], **said
        )
    assert (refused.value.code, rows(PlanReading)) == (code, [])


def test_an_agreement_that_both_end_releases_what_is_still_to_come(room: Room) -> None:
    paper = signed(room)
    later = AT + timedelta(days=120)  # 2027-03-10: the first meeting is overdue
    with pytest.raises(Refused) as short:
        end_agreement(
            actor=room.actor("chenwei", later), public_id=paper.key, word="口头", reason="双方协商终止"
        )
    assert (short.value.code, paper.row()["state"]) == ("REASON_SHORT", "in_force")
    found = end_agreement(
        actor=room.actor("chenwei", later),
        public_id=paper.key,
        word="2027-03-08 双方签署终止函",
        reason="集团重组，双方协商终止",
    )
    assert found == {"number": 1, "released": 3}
    assert sorted((one["state"], one["side"], str(one["due_on"])) for one in rows(Promise)) == [
        ("made", "bank", "2027-02-28"), ("made", "client", "2026-12-15"), ("released", "bank", "2027-08-28"), ("released", "bank", "2028-02-28"),
        ("released", "bank", "2028-08-28"),
    ]  # fmt: skip
    assert {one["evidence"] for one in rows(Promise) if one["state"] == "released"} == {
        "2027-03-08 双方签署终止函"
    }
    assert (paper.row()["state"], paper.row()["ended_on"]) == ("ended", later.date())
    with pytest.raises(Refused) as again:
        end_agreement(
            actor=room.actor("chenwei", later),
            public_id=paper.key,
            word="2027-03-08 双方签署终止函",
            reason="再来一次",
        )
    assert again.value.code == "AGREEMENT_NOT_IN_FORCE"


def test_a_renewal_begins_with_what_holds_and_replaces_it_when_it_is_signed(room: Room) -> None:
    first = signed(room)
    later = AT + timedelta(days=650)  # 2028-08-21
    second = a_paper(room, later, since=date(2028, 11, 1), until=date(2030, 10, 31))
    row = second.row()
    assert row["number"] == 2
    kinds = {one["kind"]: one for one in row["entries"]}
    assert (kinds["MEASURE"]["since"], kinds["MEASURE"]["due"], len(row["entries"])) == (
        "2028-11-01",
        "2030-10-31",
        len(first.row()["entries"]),
    )
    assert {one["due"] for one in row["entries"] if one["kind"] == "DEED"} == {"2029-02-28", "2028-12-15"}
    second.clear(later)
    assert first.row()["state"] == "in_force"  # until both signed
    second.sign(later + timedelta(days=1))
    assert [(one["number"], one["state"]) for one in rows(Agreement)] == [(1, "replaced"), (2, "in_force")]
    assert len(rows(Promise)) == 10  # what the first one promised stays promised


def test_one_that_waits_to_be_signed_is_withdrawn_when_talks_begin_anew(room: Room) -> None:
    paper = a_paper(room).whole().clear()
    with pytest.raises(Refused) as refused:
        a_paper(room)
    assert refused.value.code == "DRAFT_THERE"
    withdraw_agreement(actor=room.actor(), public_id=paper.key, reason="客户要求修改额度条款")
    again = a_paper(room)
    assert [(one["number"], one["state"]) for one in rows(Agreement)] == [(1, "withdrawn"), (2, "draft")]
    assert again.row()["entries"] == []


def test_the_commitments_keep_their_keys(room: Room) -> None:
    paper = a_paper(room).whole()
    kept = {one["key"]: one for one in paper.row()["entries"]}
    assert kept[str(paper.keys["deposits"])]["target"] == "100000000"
    assert kept[str(paper.keys["letters"])]["keeping"] == LETTERS["keeping"]
    assert kept[str(paper.keys["deposits"])]["side"] == DEPOSITS["side"]
