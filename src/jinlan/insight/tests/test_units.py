"""Who belongs together: sources in their order, households by consent, groups by control."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from jinlan.insight.facts import Edge, Facts, Listed, Party, Span
from jinlan.insight.units import members_table, units_of

DAY, EARLY = date(2025, 3, 31), date(2020, 1, 1)


def facts(persons="", companies="", trusts="", **more):
    found = Facts(DAY)
    for names, kind in ((persons, "PERSON"), (companies, "ORG"), (trusts, "TRUST")):
        for name in names.split():
            found.parties[name] = Party(
                name, kind, "ACTIVE", "SMALL", Decimal(1), "B1", name, "CURRENT", None, "1"
            )
            found.opened[name] = EARLY
    for name, value in more.items():
        setattr(found, name, value)
    return found


def span(unit, kind, root, party, start=EARLY, end=None):
    return Span(unit, kind, root, party, start, end)


def group(unit, root, *parties):
    return [span(unit, "GROUP", root, party) for party in parties]


def shape(found, kind):
    return {
        unit.unit_id: [member.party_id for member in unit.members]
        for unit in units_of(found)
        if unit.kind == kind
    }


def test_everybody_alone_is_a_unit_of_one():
    found = facts(persons="P1 P2", companies="C1")
    assert shape(found, "HNW") == {"HNW-P1": ["P1"], "HNW-P2": ["P2"]}
    assert shape(found, "GROUP") == {"GROUP-C1": ["C1"]}
    assert shape(found, "PARTNER") == {}


def test_the_first_source_that_speaks_wins_and_all_claims_are_kept():
    found = facts(
        companies="A B C D",
        approved_members=group("G1", "A", "A"),
        credit=group("K9", "B", "B", "C"),
        delivered=group("D5", "D", "D", "C"),
    )
    assert shape(found, "GROUP") == {"G1": ["A"], "K9": ["B", "C"], "D5": ["D"]}
    member = next(one for unit in units_of(found) for one in unit.members if one.party_id == "C")
    assert member.source == "CREDIT"
    assert [(claim.source, claim.span.unit_id) for claim in member.claims] == [
        ("CREDIT", "K9"),
        ("DELIVERED", "D5"),
    ]


def test_units_of_several_sources_with_one_root_are_one_unit():
    found = facts(
        companies="A B C",
        approved_members=group("G1", "A", "A"),
        credit=group("K9", "A", "A", "B"),
        ownership=[Edge("A", "C", Decimal("0.8"), EARLY)],
    )
    assert shape(found, "GROUP") == {"G1": ["A", "B", "C"]}
    (unit,) = units_of(found)
    assert {one.party_id: one.source for one in unit.members} == {
        "A": "APPROVED",
        "B": "CREDIT",
        "C": "COMPUTED",
    }
    assert {claim.span.unit_id for one in unit.members for claim in one.claims} == {"G1"}
    assert [(one.parent, one.share) for one in unit.members] == [
        (None, None),
        ("A", None),
        ("A", Decimal("0.8")),
    ]


def test_a_unit_follows_its_root_into_the_unit_where_the_first_source_puts_it():
    found = facts(
        companies="A B C", approved_members=group("G1", "A", "A", "B"), delivered=group("D5", "B", "B", "C")
    )
    assert shape(found, "GROUP") == {"G1": ["A", "B", "C"]}


def test_a_subsidiary_on_no_list_follows_the_listed_company_above_it():
    found = facts(
        companies="TOP MID LOW",
        delivered=group("D1", "MID", "MID"),
        ownership=[Edge("TOP", "MID", Decimal("0.6"), EARLY), Edge("MID", "LOW", Decimal("0.9"), EARLY)],
    )
    assert shape(found, "GROUP") == {"D1": ["MID", "LOW"], "GROUP-TOP": ["TOP"]}


def test_persons_are_never_members_of_a_group_and_their_companies_hold_together():
    found = facts(
        persons="P1", companies="A B",
        ownership=[Edge("P1", "A", Decimal("0.8"), EARLY), Edge("P1", "B", Decimal("0.8"), EARLY)],
    )  # fmt: skip
    assert shape(found, "GROUP") == {"GROUP-A": ["A", "B"]}
    assert shape(found, "HNW") == {"HNW-P1": ["P1"]}


def test_spouses_need_two_consents_and_children_their_parents():
    relations = [("P1", "P2", "SPOUSE", EARLY), ("P1", "K1", "CHILD", EARLY), ("K2", "P2", "PARENT", EARLY)]
    found = facts(persons="P1 P2 K1 K2", relations=relations, consented={"P1"})
    assert shape(found, "HNW") == {"HNW-P1": ["P1", "K1"], "HNW-K2": ["K2"], "HNW-P2": ["P2"]}
    found.consented.add("P2")
    assert shape(found, "HNW") == {"HNW-P1": ["P1", "K1", "K2", "P2"]}


def test_a_trust_belongs_to_the_household_of_its_owner_and_the_banks_code_is_kept():
    found = facts(
        persons="P1 P2", trusts="T1", relations=[("P2", "P1", "SPOUSE", EARLY)], consented={"P1", "P2"},
        ownership=[Edge("P2", "T1", Decimal(1), EARLY)], delivered=[span("H7", "HNW", "P1", "P1")],
    )  # fmt: skip
    assert shape(found, "HNW") == {"H7": ["P1", "P2", "T1"]}
    (unit,) = [one for one in units_of(found) if one.kind == "HNW"]
    assert [(one.party_id, one.source, one.parent) for one in unit.members] == [
        ("P1", "DELIVERED", None), ("P2", "COMPUTED", "P1"), ("T1", "COMPUTED", "P2")]  # fmt: skip


def test_a_client_that_ended_is_shown_for_twelve_months():
    found = facts(companies="C1 C2")
    for name, since in (("C1", date(2024, 6, 1)), ("C2", date(2023, 6, 1))):
        found.parties[name] = found.parties[name]._replace(party_status="DISSOLVED")
        found.ended[name] = since
    assert shape(found, "GROUP") == {"GROUP-C1": ["C1"]}


def test_a_party_stands_in_one_unit_of_each_kind():
    found = facts(
        persons="P1", companies="A B",
        approved=[Listed("E", "G1", "GROUP", "A", "HQ", EARLY, None, "", "")],
        approved_members=group("G1", "A", "A", "B"), credit=group("K1", "B", "B", "A"),
        delivered=[span("X1", "PARTNER", "B", "B"), *group("D1", "A", "B")],
    )  # fmt: skip
    rows = members_table(DAY, units_of(found)).to_pylist()
    keys = [(row["kind"], row["party_id"]) for row in rows]
    assert sorted(keys) == [("GROUP", "A"), ("GROUP", "B"), ("HNW", "P1"), ("PARTNER", "B")]
