"""Dry runs asked over the reader's socket, as the web half asks them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pytest

from jinlan.basics.errors import Refused
from jinlan.insight.added import ADDED
from jinlan.insight.asking.questions import DryRun, Weights
from jinlan.insight.asking.tests.desk import DAY, Desk, a_row, store
from jinlan.insight.parsing import FOLDER
from jinlan.lake import results
from jinlan.lake.reader.questions import Pin, Scope

BASE = (FOLDER / "group.toml").read_text("utf-8")
ALL = Scope(all=True, domains=(0, 1))
PIN = Pin("JLB", 1, {}, "CNY")
# what the clients have in deposits (yuan), and the tier that they hold
ROWS = [
    (2_000_000_000, "HQ"), (900_000_000, "HQ"), (400_000_000, "BRANCH"), (150_000_000, "BRANCH"), (60_000_000, "KEY"),
    (30_000_000, "KEY"), (3_000_000, ""), (500_000, ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    folder = tmp_path_factory.mktemp("studio")
    failed = [
        {"code": "SANCTIONS_CLEAR", "passed": False, "secret": True, "value": "", "limit": "", "detail": "Z1"}
    ]
    rows = [a_row(number, deposits, tier) for number, (deposits, tier) in enumerate(ROWS)]
    rows.append(a_row(90, 3_000_000_000, "", gates=failed))
    kept = store(folder / "lake", "JLB", 7, rows)
    made = Desk(folder / "lake", folder / "reader.sock")
    yield made, kept
    made.stop()


def ask(
    desk: tuple[Desk, str], body: str, part: str = "consequence", scope: Scope = ALL, base: str = BASE
) -> dict:
    return desk[0].client.ask(DryRun(PIN, desk[1], "GROUP", DAY, base, body, scope, part), dict)


def test_the_same_text_moves_nobody(desk):
    found = ask(desk, BASE)

    assert (found["units"], found["scored"], found["moves"], found["moved"]) == (9, 9, {}, [])
    assert found["stopped"] == {"RESTRICTED": 1}
    assert [(one["tier"], one["before"], one["after"]) for one in found["tiers"]] == [
        ("HQ", 2, 2), ("BRANCH", 2, 2), ("KEY", 2, 2), ("POTENTIAL", 0, 0), ("", 3, 3),
    ]  # fmt: skip
    assert sum(found["bins"]["after"]) == 9


def test_a_raised_line_says_who_falls_and_why(desk):
    found = ask(desk, BASE.replace("entry = 84", "entry = 90").replace("exit = 76", "exit = 89"))

    (fallen,) = found["moved"]
    assert (fallen["unit"], fallen["kind"], fallen["before"], fallen["after"], fallen["why"]) == (
        "G-1",
        "down",
        "HQ",
        "BRANCH",
        ["line"],
    )
    assert fallen["score_before"] == fallen["score_after"]
    assert found["moves"] == {"down": 1}
    assert [row for row in found["holders"] if row[1] != row[2]] == [["G-1", "HQ", "BRANCH"]]
    first = found["lines"][0]
    assert (first["tier"], first["entry"], first["entry_before"]) == ("HQ", "90", "84")


def test_what_is_covered_and_spread_adds_up(desk):
    found = ask(desk, BASE)

    (revenue, aum, _loan) = found["covered"]
    whole = sum(deposits for deposits, _tier in ROWS) + 3_000_000_000
    held = sum(deposits for deposits, tier in ROWS if tier)
    assert (Decimal(aum["all"]), Decimal(aum["after"])) == (whole, held)
    assert Decimal(revenue["all"]) == whole // 50
    assert found["spread"]["units"] == 9
    assert found["spread"]["curve"][-1] == [9, "1.0000"]
    assert found["parts"]["branch"] == [["BJ", 5, 3, 3], ["SH", 4, 3, 3]]
    assert [row["rank"] for row in found["list"]] == [1, 2, 3, 4, 5, 6]
    assert found["list"][0]["topsis"] == "1.0000"


def test_a_changed_weight_is_sensed(desk):
    rows = ask(desk, BASE, "sensitivity")["sways"]

    assert {(row["about"], row["factor"]) for row in rows} == {
        (about, factor) for about in ("weight", "line") for factor in ("1.1", "0.9")
    }
    assert rows == sorted(rows, key=lambda row: -row["moved"])


def test_weights_by_entropy_add_to_one(desk):
    found = desk[0].client.ask(Weights(PIN, desk[1], "GROUP", DAY, BASE, ALL), dict)

    assert sum(map(Decimal, found["weights"].values())) == 1
    assert found["units"] == 9
    # all have the same number of product families: nothing to tell them apart by
    assert Decimal(found["weights"]["families"]) == 0


@pytest.mark.parametrize(
    ("body", "scope", "code"),
    [
        (BASE, Scope(parties=("P1",), domains=(1,)), "STUDIO_SCOPE"),
        (BASE.replace("weight = 0.35", "weight = 0.36"), ALL, "DEFINITION.WEIGHTS"),
        (BASE.replace('measure = "fpa"', 'measure = "limit"'), ALL, "STUDIO_MEASURE"),
    ],
)
def test_what_may_not_be_asked_is_refused(desk, body, scope, code):
    with pytest.raises(Refused) as caught:
        ask(desk, body, scope=scope)
    assert caught.value.code == code


def test_a_measure_that_was_added_can_be_asked_for_at_once(desk):
    body = BASE.replace('measure = "fpa"', 'measure = "referrals_12m"')
    with pytest.raises(Refused) as caught:
        ask(desk, body)
    assert caught.value.code == "STUDIO_MEASURE"
    rows = [
        {"kind": "GROUP", "unit_id": f"G-{number}", "measures": '{"referrals_12m": {"v": "2", "s": "ok"}}'}
        for number in (*range(len(ROWS)), 90)
    ]
    results.write_added(desk[0].lake, desk[1], pa.Table.from_pylist(rows, ADDED))

    assert ask(desk, body)["scored"] == 9
    assert ask(desk, BASE)["moves"] == {}


@pytest.mark.parametrize(
    "folder", ["JLB/results/run=7/../run=7/as_of=2026-11-10", "OTHER/results/run=7/as_of=2026-11-10", "/etc"]
)
def test_only_results_of_the_pinned_entity_are_read(desk, folder):
    with pytest.raises(Refused) as caught:
        desk[0].client.ask(DryRun(PIN, folder, "GROUP", DAY, BASE, BASE, ALL), dict)
    assert caught.value.code == "LAKE_QUESTION"


def test_a_folder_that_is_gone_is_said(desk):
    with pytest.raises(Refused) as caught:
        desk[0].client.ask(
            DryRun(PIN, "JLB/results/run=8/as_of=2026-11-10", "GROUP", DAY, BASE, BASE, ALL), dict
        )
    assert caught.value.code == "RESULTS.ABSENT"
