"""Which evaluated dates hold at a load, and what is evaluated again."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.basics.errors import Refused
from jinlan.insight.parsing import FOLDER, parse
from jinlan.insight.tiers import Decided, Override
from jinlan.lake.registry import LoadRecord
from jinlan.site.history import Evaluated, fingerprint, holds, plan, read_files, refuse_future, wanted_dates

JUN, JUL, AUG, SEP = date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)


def a_load(number, as_of, touched=None, first=None):
    return LoadRecord(number, "JLB", as_of, first, 1, 1, str(number), touched or as_of, {})


HISTORY = a_load(1, AUG, touched=date(2026, 6, 1), first=date(2026, 6, 1))
DAILY = a_load(2, date(2026, 9, 1))
LATE = a_load(3, date(2026, 9, 2), touched=date(2026, 8, 29))


def evaluated(as_of, load=1, definitions="d"):
    return Evaluated(as_of, f"JLB/results/run={load}/as_of={as_of}", load, definitions)


def test_month_ends_are_wanted_and_a_date_inside_a_month_comes_last():
    assert wanted_dates(date(2026, 6, 1), date(2026, 8, 10)) == [JUN, JUL, date(2026, 8, 10)]
    assert wanted_dates(date(2026, 6, 1), AUG) == [JUN, JUL, AUG]


def test_an_evaluation_holds_until_a_load_touches_its_past():
    loads = [HISTORY, DAILY, LATE]

    assert holds(evaluated(AUG), load=DAILY, loads=loads, definitions="d")
    assert not holds(evaluated(AUG), load=LATE, loads=loads, definitions="d")
    assert holds(evaluated(JUL), load=LATE, loads=loads, definitions="d")


def test_other_definitions_or_a_later_load_do_not_speak():
    loads = [HISTORY, DAILY]

    assert not holds(evaluated(JUL, definitions="old"), load=DAILY, loads=loads, definitions="d")
    assert not holds(evaluated(JUL, load=2), load=HISTORY, loads=loads, definitions="d")


def test_everything_after_the_first_date_that_does_not_hold_is_evaluated_again():
    stored = [evaluated(JUN), evaluated(JUL), evaluated(AUG), evaluated(SEP, load=2)]

    found = plan(stored, load=LATE, loads=[HISTORY, DAILY, LATE], marks=lambda day: "d", as_of=SEP)

    assert [one.as_of for one in found.kept] == [JUN, JUL]
    assert found.todo == (AUG, SEP)
    assert found.prior == "JLB/results/run=1/as_of=2026-07-31"


def test_nothing_is_evaluated_twice():
    stored = [evaluated(JUN), evaluated(JUL), evaluated(AUG)]

    found = plan(stored, load=DAILY, loads=[HISTORY, DAILY], marks=lambda day: "d", as_of=AUG)

    assert found.todo == ()
    assert [one.as_of for one in found.kept] == [JUN, JUL, AUG]


def test_a_look_inside_a_month_is_no_month_to_build_on():
    inside = Evaluated(date(2026, 8, 10), "x", 1, "d")

    found = plan(
        [evaluated(JUN), evaluated(JUL), inside],
        load=DAILY,
        loads=[HISTORY, DAILY],
        marks=lambda day: "d",
        as_of=SEP,
    )

    assert found.todo == (AUG, SEP)
    assert found.prior == "JLB/results/run=1/as_of=2026-07-31"


def test_a_run_remembers_its_dates_in_a_form_that_reads_back():
    one = evaluated(JUL)

    assert read_files({"2026-07-31": one.body()}) == [one]


def test_a_day_after_the_newest_data_is_refused_and_the_newest_one_is_named():
    loads = [HISTORY, a_load(2, date(2026, 9, 2)), a_load(3, date(2026, 9, 1))]

    refuse_future(loads, date(2026, 9, 2))
    with pytest.raises(Refused, match="2026-09-03 晚于已有供数的日期 2026-09-02"):
        refuse_future(loads, date(2026, 9, 3))


def test_what_is_decided_for_later_days_leaves_history_as_it_stands():
    text = (FOLDER / "group.toml").read_text("utf-8")
    first = parse(text)
    second = parse(
        text.replace('version = "2026.1"', 'version = "2026.2"').replace("1900-01-01", "2026-09-01")
    )
    override = Override("G-1", "HQ", "INDUSTRY", date(2026, 8, 15), date(2026, 12, 1))

    assert fingerprint([first], [], [], AUG) == fingerprint([first, second], [], [], AUG)
    assert fingerprint([first], [], [], SEP) != fingerprint([first, second], [], [], SEP)
    assert fingerprint([first], [], [], JUL) == fingerprint([first], [override], [], JUL)
    assert fingerprint([first], [], [], AUG) != fingerprint([first], [override], [], AUG)


def test_a_decision_marks_its_day_and_every_later_one():
    first = parse((FOLDER / "group.toml").read_text("utf-8"))
    decided = Decided("G-1", "HQ", date(2026, 7, 31), ref="a")

    assert fingerprint([first], [], [], JUN) == fingerprint([first], [], [decided], JUN)
    for later in (JUL, AUG, SEP):
        assert fingerprint([first], [], [], later) != fingerprint([first], [], [decided], later)
