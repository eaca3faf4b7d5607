"""From a tiny lake to explained tiers."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.insight.definition import in_force
from jinlan.insight.explain import why
from jinlan.insight.identify import evaluate
from jinlan.insight.parsing import FOLDER, parse, shipped
from jinlan.insight.recompute import recompute
from jinlan.insight.render import render
from jinlan.insight.results import MEMBERS, UNITS
from jinlan.insight.tests.lakes import ENDS, FIRST, tiny, view
from jinlan.insight.tiers import Override

PREVIEW = date(2025, 4, 10)


def run(rows=None, dates=(*ENDS, PREVIEW), **more):
    return list(evaluate(view(rows or tiny()), dates=list(dates), definitions=shipped(), **more))


@pytest.fixture(scope="module")
def evaluated():
    return run()


def by_unit(evaluation):
    return {row["unit_id"]: row for row in evaluation.units.to_pylist()}


def measure(row, code):
    return json.loads(row["measures"])[code]


def test_the_tables_have_the_frozen_shapes(evaluated):
    assert [one.as_of for one in evaluated] == [*ENDS, PREVIEW]
    assert all(one.units.schema == UNITS and one.members.schema == MEMBERS for one in evaluated)
    assert [step["name"] for step in evaluated[0].steps] == [
        "facts",
        "features",
        "units",
        "measures",
        "identification",
    ]


def test_units_and_members_of_the_three_kinds(evaluated):
    rows = evaluated[0].members.to_pylist()
    shape = {}
    for row in rows:
        shape.setdefault(row["unit_id"], []).append(row["party_id"])
    assert shape == {
        "H1": ["P1", "K1", "P2"], "HNW-P3": ["P3"], "HNW-P9": ["P9", "T1"], "GROUP-C1": ["C1", "C2"],
        "GROUP-C3": ["C3"], "GROUP-C4": ["C4"], "GROUP-X1": ["X1"], "X1": ["X1"],
    }  # fmt: skip
    trust = next(row for row in rows if row["party_id"] == "T1")
    assert (trust["parent_party_id"], trust["share"], trust["source"]) == ("P9", Decimal(1), "COMPUTED")


def test_figures_add_up_without_counting_inner_transfers(evaluated):
    group = by_unit(evaluated[0])["GROUP-C1"]
    assert measure(group, "deposit_avg_12m") == {"v": "2000000000.00", "s": "ok"}
    assert (
        measure(group, "settlement_12m")["v"] == "24000000000.00"
    )  # 12 * (1.4 bn + 0.6 bn); 12 * 50 m stay inside
    assert measure(group, "revenue_12m")["v"] == "40000100.00"  # 1 % of 2 bn + fee 100 + 1 % of loans of 2 bn
    assert measure(group, "five_tier_worst")["v"] == "1"
    member = next(row for row in evaluated[0].members.to_pylist() if row["party_id"] == "C2")
    assert measure(member, "settlement_12m")["v"] == "7200000000.00"


def test_a_household_reaches_the_line_that_no_member_reaches(evaluated):
    home = by_unit(evaluated[0])["H1"]
    assert measure(home, "aum_avg_12m")["v"] == "16000000.00"
    assert (home["computed_tier"], home["effective_tier"]) == ("PRIVATE", "")
    later = by_unit(evaluated[1])["H1"]
    assert (later["effective_tier"], later["tier_source"], later["tier_since"]) == (
        "PRIVATE",
        "AUTOMATIC",
        ENDS[1],
    )


def test_the_approved_list_starts_the_tiers_and_the_machine_proposes(evaluated):
    group = [by_unit(one)["GROUP-C1"] for one in evaluated]
    assert [row["effective_tier"] for row in group] == ["BRANCH"] * 5
    assert [row["computed_tier"] for row in group] == ["HQ"] * 5
    assert [row["proposed_tier"] for row in group] == [None, None, "HQ", "HQ", "HQ"]
    unsupported = [by_unit(one)["HNW-P9"] for one in evaluated]
    assert [row["tier_state"] for row in unsupported] == [
        "watch",
        "watch",
        "proposed_down",
        "proposed_down",
        "proposed_down",
    ]
    assert [row["proposed_tier"] for row in unsupported] == [None, None, "", "", ""]


def test_ranks_peers_and_gates(evaluated):
    rows = [row for row in by_unit(evaluated[0]).values() if row["kind"] == "GROUP"]
    assert sorted(row["rank"] for row in rows) == [1, 2, 3, 4]
    assert {row["rank_n"] for row in rows} == {4}
    assert {row["gates"] for row in rows} == {"ok"}
    detail = json.loads(by_unit(evaluated[0])["GROUP-C1"]["detail"])
    assert detail["for"] == ["deposits", "settlement", "revenue"]
    assert detail["criteria"][0]["raw"] == "2000000000.00"
    assert detail["criteria"][0]["peer_raw"] == "510500250.00"  # (2 bn + 40 m + 2 m + 1,000) / 4
    assert detail["rules"] == {"AVG.MISSING": "1900-01-01", "TIER.CANDIDATE": "1900-01-01"}


def test_a_preview_between_month_ends_does_not_move_the_machine(evaluated):
    before, preview = by_unit(evaluated[-2]), by_unit(evaluated[-1])
    assert {unit: row["machine"] for unit, row in before.items()} == {
        unit: row["machine"] for unit, row in preview.items()
    }
    assert json.loads(preview["H1"]["detail"])["stepped"] is False


def test_in_parts_and_resumed_gives_the_same_history_as_all_at_once(evaluated):
    prior, found = None, []
    for dates in (ENDS[:1], ENDS[1:3], [ENDS[3], PREVIEW]):
        part = run(dates=dates, prior=prior)
        found += part
        prior = part[-1].units
    for one, whole in zip(found, evaluated, strict=True):
        assert one.units.equals(whole.units)
        assert one.members.equals(whole.members)


def test_what_is_known_later_does_not_change_an_earlier_date(evaluated):
    rows = tiny()
    day = date(2025, 2, 3)
    rows["party"].append({**rows["party"][0], "as_of_date": day, "cdd_status": "OVERDUE", "change_type": "U"})
    rows["account"].append(
        {**rows["account"][0], "as_of_date": day, "close_date": date(2025, 2, 2), "status": "CLOSED"}
    )
    again = run(rows)
    for one, other in zip(evaluated[:2], again, strict=False):
        assert one.units.equals(other.units)
    home = by_unit(again[2])["H1"]
    assert (home["gates"], home["tier_state"], home["effective_tier"]) == ("CDD_CURRENT", "suspended", "")
    assert home["tier_since"] == ENDS[2]


def test_a_secret_gate_reads_restricted_and_its_reason_stays_with_compliance():
    rows = tiny()
    rows["screening_hit"].append(
        {"hit_id": "Z2", "party_id": "C2", "list_code": "UN", "status": "CONFIRMED", "as_of_date": ENDS[1]}
    )
    found = run(rows, dates=ENDS[:2])
    assert [by_unit(one)["GROUP-C1"]["gates"] for one in found] == ["ok", "RESTRICTED"]
    row = by_unit(found[1])["GROUP-C1"]
    assert (row["computed_tier"], row["effective_tier"], row["tier_state"]) == ("", "", "suspended")
    definition = in_force(shipped(), ENDS[1])["GROUP"]
    public = why(row, [], definition)
    assert "SANCTIONS" not in json.dumps(public.as_json(), default=str)
    assert "制裁" not in render(public)
    assert "名单" not in render(public).replace("名单制", "")
    assert any(
        gate.code == "SANCTIONS_CLEAR" and gate.detail == "C2"
        for gate in why(row, [], definition, secret=True).gates
    )
    clean = why(by_unit(found[0])["GROUP-C1"], [], definition)
    assert [gate.code for gate in clean.gates] == ["FIVE_TIER", "CDD_CURRENT"]


def test_an_absent_table_is_unknown_and_named_never_zero():
    rows = tiny(fee=[], screening_hit=[], loan=[])
    found = by_unit(run(rows, dates=ENDS[:1])[0])["GROUP-C1"]
    assert measure(found, "revenue_12m") == {"v": None, "s": "unknown", "n": "缺表 loan、fee"}
    detail = json.loads(found["detail"])
    assert detail["absent"] == ["financing", "revenue"]
    assert found["score"] is not None
    assert found["gates"] == "FIVE_TIER?,SANCTIONS_CLEAR?"
    assert found["effective_tier"] == "BRANCH"


def test_incomplete_data_leave_no_score_and_freeze_the_tier():
    rows = tiny()
    gone = {date(2025, 1, day) for day in (5, 6, 7, 8)}
    rows["balance_daily"] = [row for row in rows["balance_daily"] if row["as_of_date"] not in gone]
    found = [by_unit(one)["HNW-P9"] for one in run(rows, dates=ENDS)]
    assert [row["score"] is None for row in found] == [False, True, True, True]
    assert [row["tier_state"] for row in found] == ["watch"] * 4
    assert measure(found[1], "aum_avg_12m") == {"v": None, "s": "incomplete", "n": "缺数 4 天"}


def test_the_dead_are_closed():
    rows = tiny()
    owner = next(row for row in rows["party"] if row["party_id"] == "P9")
    rows["party"].append(
        {**owner, "as_of_date": date(2025, 1, 20), "party_status": "DECEASED", "change_type": "U"}
    )
    found = [by_unit(one)["HNW-P9"] for one in run(rows, dates=ENDS)]
    assert [row["tier_state"] for row in found] == ["watch", "closed", "closed", "closed"]
    assert [row["effective_tier"] for row in found] == ["PRIVATE", "", "", ""]
    assert [row["managed"] for row in found] == [True] * 4


def test_an_override_is_read():
    override = Override("GROUP-C1", "HQ", "INDUSTRY", date(2025, 1, 1), date(2025, 3, 1))
    found = [by_unit(one)["GROUP-C1"] for one in run(dates=ENDS, overrides=[override])]
    assert [row["effective_tier"] for row in found] == ["BRANCH", "HQ", "HQ", "BRANCH"]
    assert [row["tier_source"] for row in found] == ["APPROVED_LIST", "OVERRIDE", "OVERRIDE", "APPROVED_LIST"]
    assert json.loads(found[1]["detail"])["override"]["reason_code"] == "INDUSTRY"


def test_managed_are_the_strategic_the_proposed_and_the_candidates(evaluated):
    managed = {unit for unit, row in by_unit(evaluated[0]).items() if row["managed"]}
    assert managed == {"H1", "HNW-P9", "GROUP-C1", "GROUP-C3", "X1"}


def test_dates_out_of_order_are_refused():
    for dates in ([], [ENDS[1], ENDS[0]], [PREVIEW, date(2025, 4, 30)]):
        with pytest.raises(Refused) as caught:
            run(dates=dates)
        assert caught.value.code == "IDENTIFY.DATES"


def test_the_explanation_answers_in_numbers_in_both_languages(evaluated):
    row = by_unit(evaluated[-1])["GROUP-C1"]
    members = [one for one in evaluated[-1].members.to_pylist() if one["unit_id"] == "GROUP-C1"]
    answer = why(row, members, in_force(shipped(), PREVIEW)["GROUP"])
    assert answer.reasons_for == ("deposits", "settlement", "revenue")
    assert (answer.lines[0].tier, answer.lines[0].up, answer.lines[0].inside) == ("HQ", 0, True)
    assert answer.members[1].share == "0.70000000"
    chinese, english = render(answer), render(answer, "en")
    assert "近12月日均存款 20.00亿" in chinese
    assert "12-month average deposits 2.00bn" in english
    assert "C2 COMPUTED ← C1 70.00%" in english
    assert json.loads(json.dumps(answer.as_json()))["score"] == str(row["score"])


def test_stored_inputs_give_the_stored_results(evaluated):
    before = {}
    for one in evaluated:
        found, machines = recompute(one.units, shipped(), before)
        assert found.equals(one.units)
        if one.as_of in ENDS:
            before = machines


money = st.decimals(0, 10**10, places=2)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(money, money, st.sampled_from(["ok", "incomplete", "unknown"])), min_size=4, max_size=4
    ),
    st.booleans(),
)
def test_stored_inputs_give_the_stored_results_whatever_they_are(evaluated, changes, fail):
    """Change the stored measures and gates at will: a second recomputation agrees with the first in every field."""
    rows = [row for row in evaluated[2].units.to_pylist() if row["kind"] == "GROUP"]
    for row, (deposits, revenue, state) in zip(rows, changes, strict=True):
        measures = json.loads(row["measures"])
        measures["deposit_avg_12m"] = {"v": str(deposits) if state == "ok" else None, "s": state}
        measures["revenue_12m"] = {"v": str(revenue), "s": "ok"}
        row["measures"] = json.dumps(measures, separators=(",", ":"))
        detail = json.loads(row["detail"])
        detail["gates"][0]["passed"] = not fail
        row["detail"] = json.dumps(detail)
    changed = type(evaluated[2].units).from_pylist(rows, UNITS)
    _, before = recompute(evaluated[1].units, shipped(), {})
    first, after = recompute(changed, shipped(), before)
    second, again = recompute(first, shipped(), before)
    assert first.equals(second)
    assert after == again
    assert ENDS[0] > FIRST


def test_a_second_version_speaks_from_its_day_and_leaves_the_days_before_as_they_were():
    first = shipped()
    text = (FOLDER / "group.toml").read_text("utf-8")
    raised = text.replace('version = "2026.1"', 'version = "2026.2"').replace("1900-01-01", "2025-02-01")
    second = parse(raised.replace("entry = 84", "entry = 99").replace("exit = 76", "exit = 97"))

    alone = list(evaluate(view(tiny()), dates=ENDS, definitions=first))
    both = list(evaluate(view(tiny()), dates=ENDS, definitions=[*first, second]))

    for day, before, after in zip(ENDS, alone, both, strict=True):
        used = {
            json.loads(row["detail"])["definition"]["version"]
            for row in after.units.to_pylist()
            if row["kind"] == "GROUP"
        }
        assert used == {"2026.1" if day < date(2025, 2, 1) else "2026.2"}
        if day < date(2025, 2, 1):
            assert after.units.equals(before.units)
