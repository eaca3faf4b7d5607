"""Lanes: what is proved in two processes is told once each, and a process that dies fails the run."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jinlan.site.commands.trust import PROMISES
from jinlan.site.trust import lanes
from jinlan.site.trust.lanes import Order, Way, asked
from jinlan.site.trust.report import Section

TOGETHER = 2


def working(way: Way, order: Order, number: int) -> None:
    """Prove nothing, but wait at the first promise until the other lane has one too."""
    met = order.lanes < TOGETHER
    while name := asked(way):
        met = met or meet(order.folder / "meeting", number)
        way.send([Section(name, "held", f"{os.getpid()}", 1.0)])


def meet(pipe: Path, number: int) -> bool:
    """Return when somebody is at the other end."""
    with suppress(FileExistsError):
        os.mkfifo(pipe)
    pipe.open("r" if number else "w").close()
    return True


def dying(way: Way, order: Order, number: int) -> None:
    """Be killed in P3, the planted fault."""
    while name := asked(way):
        if name == "P3":
            os.kill(os.getpid(), signal.SIGKILL)
        way.send([Section(name, "held", "1", 1.0)])


def broken(way: Way, order: Order, number: int) -> None:
    """End before anything is proved, the other planted fault."""
    asked(way)
    raise SystemExit(7)


def proved(
    promises: tuple[str, ...], life: lanes.Life, *, many: int = TOGETHER
) -> tuple[bool, list[Section]]:
    told: list[Section] = []
    good = lanes.prove(promises, full=False, seed=1, lanes=many, keep=told.extend, life=life)
    return good, told


def test_two_lanes_share_the_promises_and_the_one_that_measures_time_comes_last() -> None:
    good, told = proved(("P1", "P2", "P17", "P21"), working)

    assert good
    assert sorted(one.promise for one in told) == ["P1", "P17", "P2", "P21"]
    assert told[-1].promise == "P17"
    assert len({one.tried for one in told}) == TOGETHER


def test_one_lane_proves_in_the_order_that_was_asked_for() -> None:
    _good, told = proved(("P21", "P17", "P1", "P2"), working, many=1)

    assert [one.promise for one in told] == ["P21", "P17", "P1", "P2"]
    assert len({one.tried for one in told}) == 1


def test_a_lane_that_dies_fails_the_run_and_the_other_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    good, told = proved(("P1", "P2", "P3", "P17"), dying)
    found = {one.promise: one.wrong for one in told}

    assert not good
    assert found == {"P1": [], "P2": [], "P3": ["its lane 2 died with code -9"], "P17": []}
    assert "P3 was not proved: nothing, wrong 1 (its lane 2 died with code -9)" in capfd.readouterr().err


def test_without_a_lane_nothing_passes_as_proved() -> None:
    good, told = proved(("P1", "P2", "P3", "P17"), broken)
    wrong = {one.promise: one.wrong[0] for one in told}

    assert not good
    assert wrong["P3"].endswith("died with code 7")
    assert wrong["P1"].endswith("died with code 7")
    assert wrong["P2"] == wrong["P17"] == "no lane was left to prove it"


def test_a_proof_that_breaks_is_wrong_and_takes_no_other_with_it() -> None:
    def breaks() -> Section:
        raise ValueError("no such bank")

    runner: Any = SimpleNamespace(
        p1=breaks, p11=lambda: [Section("P11", "a", "1", 3.0), Section("P11", "b", "1", 0)]
    )

    assert lanes.proved(runner, "P1", stamp="s")[0].wrong == ["the proof broke: ValueError: no such bank"]
    first, second = lanes.proved(runner, "P11", stamp="s")
    assert (first.seconds, first.good, second.good) == (3.0, True, True)
    assert second.run.endswith("UTC, s")


def test_every_promise_has_its_place_in_the_queue() -> None:
    assert sorted((*lanes.LONGEST, *lanes.ALONE)) == sorted(PROMISES)
