"""Whose value a unit moves: guaranteed, in its chain, controlled; each once, never its own members (01 §1.1)."""

from __future__ import annotations

import json
from decimal import Decimal

from jinlan.insight import influence
from jinlan.insight.facts import Edge
from jinlan.insight.tests.test_units import DAY, EARLY, facts, group, span
from jinlan.insight.units import units_of


def found(known, figures=None):
    rows = influence.table(DAY, units_of(known), known, figures or {}).to_pylist()
    return [(row["unit_id"], row["role"], row["party_id"], row["other_unit_id"]) for row in rows]


def told(party, revenue):
    return {
        party: json.dumps(
            {"revenue_12m": {"v": revenue, "s": "ok"}, "aum": {"v": None, "s": "incomplete", "n": "x"}}
        )
    }


def test_a_guarantee_for_somebody_outside_counts_once_and_one_inside_the_group_never():
    known = facts(
        companies="A B C", credit=group("G1", "A", "A", "B"), guarantees=[("A", "B"), ("A", "C"), ("B", "C")]
    )
    assert found(known) == [("G1", "GUARANTOR", "C", "GROUP-C")]


def test_a_chain_has_a_core_from_three_suppliers_and_buyers_on():
    two = facts(companies="A B C", chain=[("A", "B"), ("C", "A")])
    three = facts(companies="A B C D", chain=[("A", "B"), ("C", "A"), ("A", "D"), ("D", "A")])
    assert found(two) == []
    assert found(three) == [("GROUP-A", "CHAIN_CORE", other, f"GROUP-{other}") for other in "BCD"]


def test_a_household_controls_the_whole_group_whose_head_its_person_holds():
    known = facts(
        persons="P", companies="A B C D", credit=group("G1", "A", "A", "D"),
        ownership=[Edge("P", "A", Decimal("0.8"), EARLY), Edge("A", "B", Decimal("0.6"), EARLY), Edge("P", "C", Decimal("0.5"), EARLY)],
    )  # fmt: skip
    # B by the chain of more than half; D belongs to A's group by credit's word; half of C is no control.
    assert found(known) == [("HNW-P", "CONTROLLER", other, "G1") for other in "ABD"]


def test_the_banks_own_word_makes_a_controller_and_both_ways_count_once():
    known = facts(
        persons="P Q", companies="A B", controllers=[("P", "A")], ownership=[Edge("P", "A", Decimal("0.9"), EARLY)],
        delivered=[span("H1", "HNW", "Q", "Q"), span("H1", "HNW", "Q", "P")],
    )  # fmt: skip
    assert found(known) == [("H1", "CONTROLLER", "A", "GROUP-A")]


def test_the_values_are_the_others_own_and_what_is_not_known_is_no_zero():
    known = facts(companies="A B C", guarantees=[("A", "B"), ("A", "C")])
    rows = influence.table(DAY, units_of(known), known, told("B", "1250.50")).to_pylist()
    assert [(row["party_id"], row["revenue_12m"], row["aum"], row["loan"]) for row in rows] == [
        ("B", Decimal("1250.50"), None, None),
        ("C", None, None, None),
    ]
