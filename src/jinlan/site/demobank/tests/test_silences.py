"""The planted silences: in the plan of the small bank, told as stories, and nothing else moved by them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from jinlan.site.demobank import silences
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.generate import build
from jinlan.site.demobank.sizes import SIZES
from jinlan.site.demobank.stage import Stage
from jinlan.site.demobank.timeline import day, timeline

SEED = 20261124


def planned(size: str = "small") -> tuple[Bank, Stage]:
    bank = Bank(SEED, timeline(SIZES[size].months))
    return bank, build(bank, SIZES[size])


def days(bank: Bank, party: str) -> list[int]:
    return [when for when, _, row in bank.state.rows["interaction"] if row["party_id"] == party]


def test_each_plot_has_its_clients_and_no_client_two_stories() -> None:
    _bank, stage = planned()
    told = [one for one in stage.stories if one.code.startswith("silence")]
    assert {one.code: len(one.unit_ids) for one in told} == {
        "silence": 8, "silence_past": 4, "silence_slow": 3, "silence_festival": 3, "silence_not_before": 2, "silence_quarterly": 3,
    }  # fmt: skip
    every = [unit for one in told for unit in one.unit_ids]
    others = {unit for one in stage.stories if one not in told for unit in one.unit_ids}
    assert len(set(every)) == len(every)
    assert not set(every) & others


def test_a_silent_client_was_spoken_with_in_its_pace_and_then_not_for_twice_as_long() -> None:
    bank, stage = planned()
    story = next(one for one in stage.stories if one.code == "silence")
    work = [number for number in range(bank.time.first, bank.time.end + 1) if bank.time.is_work(number)]
    for party, pace in zip(story.party_ids, silences.PACES * 2, strict=False):
        made = [work.index(number) for number in days(bank, party)]
        gaps = [after - before for before, after in pairwise(made)]
        assert len(gaps) >= 5
        assert max(gaps) <= round(pace * 1.3)
        assert len(work) - 1 - made[-1] >= max(15, round(2.2 * pace))


def test_around_spring_festival_there_are_eighteen_working_days_without_a_contact() -> None:
    bank, stage = planned()
    story = next(one for one in stage.stories if one.code == "silence_festival")
    for party in story.party_ids:
        before = [number for number in days(bank, party) if number <= silences.FESTIVAL]
        assert max(before) == day(2026, 1, 22)
    assert sum(bank.time.is_work(number) for number in range(day(2026, 1, 23), silences.FESTIVAL + 1)) == 18


def test_nothing_but_the_contacts_of_the_chosen_clients_is_different(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, stage = planned()
    with monkeypatch.context() as patched:
        patched.setattr(silences, "PLOTS", ())
        other, without = planned()
    chosen = {party for one in stage.stories if one.code.startswith("silence") for party in one.party_ids}

    def rest(one: Bank) -> list[object]:
        return [row for row in one.state.rows["interaction"] if row[2]["party_id"] not in chosen]

    assert rest(bank) == rest(other)
    assert [one for one in stage.stories if not one.code.startswith("silence")] == without.stories
    assert bank.parties == other.parties
    assert {name: len(rows) for name, rows in bank.state.rows.items() if name != "interaction"} == {
        name: len(rows) for name, rows in other.state.rows.items() if name != "interaction"
    }


def test_the_same_seed_plants_the_same_contacts() -> None:
    assert planned()[0].state.rows["interaction"] == planned()[0].state.rows["interaction"]


def test_a_bank_with_too_few_clients_gets_none() -> None:
    assert not [one for one in planned("tiny")[1].stories if one.code.startswith("silence")]
