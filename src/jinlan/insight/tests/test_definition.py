"""Definitions as data: reading, checking, dating."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import pytest

from jinlan.basics.errors import Refused
from jinlan.insight.definition import Weighing, in_force
from jinlan.insight.parsing import FOLDER, loose, parse, read, shipped
from jinlan.insight.problems import matrix_of, problems
from jinlan.insight.weights import ahp

TEXT = (FOLDER / "group.toml").read_text("utf-8")


def refusal(text):
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value


def test_the_shipped_definitions_have_the_ladders_of_the_bank():
    ladders = {one.kind: [line.tier for line in one.lines] for one in shipped()}
    assert ladders == {
        "HNW": ["ULTRA", "PRIVATE"],
        "GROUP": ["HQ", "BRANCH", "KEY", "POTENTIAL"],
        "PARTNER": ["STRATEGIC", "PARTNER"],
    }
    assert all(sum(criterion.weight for criterion in one.criteria) == 1 for one in shipped())


def test_a_definition_carries_the_hash_of_its_text():
    assert read(FOLDER / "group.toml").sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_potential_is_for_small_firms_by_growth_not_size():
    line = read(FOLDER / "group.toml").line("POTENTIAL")
    assert (line.on, line.sizes) == ("potential", ("SMALL", "MEDIUM", "MICRO"))
    assert line.bounds == (("deposit_avg_12m", 100_000_000, 2_000_000_000),)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("weight = 0.35", "weight = 0.36", "WEIGHTS"),
        ("weight = 0.35", "weight = 0.00", "WEIGHTS"),
        ("[10000000, 30]", "[900000, 30]", "MONOTONE"),
        ("[10000000, 30]", "[10000000, 60]", "MONOTONE"),
        ("[2000000000, 100]]\nzh = \"近12月日均存款\"", "[2000000000, 101]]\nzh = \"近12月日均存款\"", "POINTS"),
        ("exit = 76", "exit = 84", "EXIT"),
        ("entry = 84", "entry = 120", "ENTRY"),
        ("measure = \"deposit_avg_12m\"", "measure = \"deposits\"", "MEASURE"),
        ("measure = \"deposit_avg_12m\"", "measure = \"next_maturity\"", "MEASURE"),
        ("on = \"potential\"", "on = \"luck\"", "ON"),
        ("decision = \"committee\"\nzh = \"总", "decision = \"dice\"\nzh = \"总", "DECISION"),
        ("code = \"FIVE_TIER\"", "code = \"MOOD\"", "GATE"),
        ("kind = \"GROUP\"", "kind = \"CLUB\"", "KIND"),
        ("code = \"revenue\"", "code = \"deposits\"", "TWICE"),
        ("version = \"2026.1\"", "", "MISSING"),
        ("observe_up = 3", "observe_up = 0", "OBSERVE"),
        ("kind = \"GROUP\"", "kind = ", "SYNTAX"),
        ("[-0.5, 0]", "[\"much\", 0]", "NUMBER"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_with_its_reason(old, new, code):
    assert old in TEXT
    error = refusal(TEXT.replace(old, new, 1))
    assert error.code == f"DEFINITION.{code}"
    assert error.params["field"] is not None
    assert not error.message.startswith("DEFINITION")


def test_points_are_piecewise_linear_with_caps_and_round_half_up():
    criterion = next(one for one in read(FOLDER / "group.toml").criteria if one.code == "deposits")
    yuan = {0: 0, 1_000_000: 10, 5_500_000: 20, 10_000_000: 30, 2_000_000_000: 100, 9_000_000_000: 100, -5: 0}
    assert {raw: criterion.points_of(raw * 100) / 10_000 for raw in yuan} == yuan
    third = next(one for one in read(FOLDER / "hnw.toml").criteria if one.code == "recency")
    assert (third.points_of(0), third.points_of(16), third.points_of(400), third.points_of(None)) == (
        1_000_000, 842_222, 0, 0)  # fmt: skip


def test_the_newest_version_not_later_than_the_date_speaks():
    old = parse(TEXT)
    new = parse(TEXT.replace('version = "2026.1"', 'version = "2026.2"').replace("1900-01-01", "2026-07-01"))
    assert in_force([new, old], date(2026, 6, 30))["GROUP"].version == "2026.1"
    assert in_force([new, old], date(2026, 7, 1))["GROUP"].version == "2026.2"
    assert in_force([new], date(2026, 6, 30)) == {}
    assert old.criteria[0].weight == Decimal("0.35")


JUDGED = """
[weighing]
method = "ahp"
[weighing.pairs]
"a/b" = "3"
"a/c" = "5"
"b/c" = "{pair}"
"""
THREE = """kind = "GROUP"
version = "1"
valid_from = 2027-01-01
""" + JUDGED + "".join(f"""
[[criteria]]
code = "{code}"
family = "scale"
measure = "aum"
weight = {weight}
points = [[0, 0], [100, 100]]
""" for code, weight in (("a", "0.6370"), ("b", "0.2583"), ("c", "0.1047"))) + """
[[tiers]]
tier = "KEY"
entry = 50
exit = 40
"""  # fmt: skip


def test_judgements_in_pairs_are_kept_and_contradictions_refused():
    good = parse(THREE.format(pair="3"))
    assert good.weighing == Weighing("ahp", (("a", "b", "3"), ("a", "c", "5"), ("b", "c", "3")))
    assert ahp(matrix_of(good)).weights == tuple(one.weight for one in good.criteria)

    error = refusal(THREE.format(pair="1/5"))
    assert (error.code, error.params["field"]) == ("DEFINITION.CONSISTENCY", "weighing")
    assert "0.4488" in error.message
    assert refusal(THREE.format(pair="12")).params["field"] == "weighing.b/c"


def test_every_problem_is_found_with_its_place():
    text = TEXT.replace("weight = 0.35", "weight = 0.36").replace("exit = 76", "exit = 84")
    text = text.replace("[10000000, 30]", "[10000000, 60]", 1)

    found = [(one.code, one.params["field"]) for one in problems(loose(text))]

    assert found == [
        ("DEFINITION.MONOTONE", "criteria.deposits.points"),
        ("DEFINITION.WEIGHTS", "weights"),
        ("DEFINITION.EXIT", "tiers.HQ.exit"),
    ]
