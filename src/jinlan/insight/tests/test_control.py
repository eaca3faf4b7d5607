"""Control chains, cycles, trees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from jinlan.insight import control
from jinlan.insight.facts import Edge, Party


def company(party_id, kind="ORG", capital=1):
    return Party(party_id, kind, "ACTIVE", "SMALL", Decimal(capital), "B1", None, None, None, None)


def world(edges, **kinds):
    names = {name for edge in edges for name in edge[:2]}
    parties = {name: company(name, **kinds.get(name, {})) for name in names}
    return [Edge(owner, owned, Decimal(share), date(2020, 1, 1)) for owner, owned, share in edges], parties


def test_a_chain_of_majorities_ends_at_the_ultimate_parent():
    edges, parties = world([("A", "B", "0.6"), ("B", "C", "0.51"), ("C", "D", "0.5")])
    assert control.groups(edges, parties) == {"A": ["A", "B", "C"]}


def test_what_is_held_together_counts_together():
    edges, parties = world(
        [("A", "B", "1"), ("A", "C", "1"), ("B", "D", "0.3"), ("C", "D", "0.3"), ("X", "D", "0.4")]
    )
    assert control.groups(edges, parties) == {"A": ["A", "B", "C", "D"]}


def test_a_cycle_ends_and_its_biggest_member_is_the_root():
    edges, parties = world([("A", "B", "0.6"), ("B", "C", "0.6"), ("C", "A", "0.6")], B={"capital": 9})
    assert control.groups(edges, parties) == {"B": ["A", "B", "C"]}
    assert control.tree("B", ["A", "B", "C"], edges) == {"A": ("C", edges[2]), "C": ("B", edges[1])}


def test_a_cycle_under_a_parent_keeps_the_parent():
    edges, parties = world([("P", "A", "0.55"), ("B", "A", "0.45"), ("A", "B", "0.9")])
    assert control.groups(edges, parties) == {"P": ["A", "B", "P"]}


def test_companies_of_one_person_are_one_group_whose_root_is_the_biggest():
    edges, parties = world(
        [("M", "A", "0.8"), ("M", "B", "0.9"), ("A", "C", "1")],
        M={"kind": "PERSON"}, A={"capital": 5}, B={"capital": 7}, C={"capital": 99},
    )  # fmt: skip
    assert control.groups(edges, parties) == {"B": ["A", "B", "C"]}


def test_the_state_does_not_tie_companies_together():
    edges, parties = world([("G", "A", "1"), ("G", "B", "1"), ("A", "C", "1")], G={"kind": "GOV"})
    assert control.groups(edges, parties) == {"A": ["A", "C"]}


def test_cross_holdings_below_the_half_change_nothing():
    edges, parties = world([("A", "B", "0.7"), ("B", "A", "0.2")])
    assert control.groups(edges, parties) == {"A": ["A", "B"]}


def test_a_cycle_inside_a_unit_is_cut_and_hangs_under_the_root():
    edges, _ = world([("B", "C", "0.6"), ("C", "B", "0.6"), ("A", "D", "0.6")])
    tree = control.tree("A", ["A", "B", "C", "D"], edges)
    assert tree == {"B": ("A", None), "C": ("B", edges[0]), "D": ("A", edges[2])}


def test_a_chain_of_three_thousand_and_a_ring_of_three_thousand_come_to_an_end():
    size = 3000
    chain = [(f"N{i:05d}", f"N{i + 1:05d}", "0.6") for i in range(size)]
    edges, parties = world(chain)
    assert len(control.groups(edges, parties)["N00000"]) == size + 1
    ring = [*chain, (f"N{size:05d}", "N00000", "0.6")]
    edges, parties = world(ring)
    (members,) = control.groups(edges, parties).values()
    assert len(members) == size + 1
    assert len(control.tree("N00000", members, edges)) == size
