"""The oracle, the report, and the rows of the matrix that a room gets; the proofs themselves run as `./jinlan trust --quick`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinlan.site.trust import oracle, probing, rls
from jinlan.site.trust.arena import Arena, connected
from jinlan.site.trust.facts import Facts, Grant, Row, Staff
from jinlan.site.trust.matrix import MATRIX
from jinlan.site.trust.mutants import Planter
from jinlan.site.trust.report import Section, kept, text
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture

PEOPLE = frozenset({"lead", "member", "head_bj", "dept_corp", "admin", "disabled", "anonymous"})


def test_the_oracle_knows_periods_branches_and_the_wall() -> None:
    from datetime import date

    day = date(2026, 5, 1)
    facts = Facts(
        parent={"HQ": None, "BJ": "HQ", "SH": "HQ"}, units={"U": (1, "BJ"), "V": (0, "BJ"), "W": (1, "SH")}
    )
    grant = Grant("branch_head", "BJ", 1, date(2026, 1, 1), day)
    facts.people["head"] = Staff("E1", "SH", True, True, (grant,))

    assert oracle.sight(facts, "head", date(2026, 4, 30)).figures == {"U"}
    assert oracle.sight(facts, "head", day).figures == frozenset()
    assert (
        oracle.status(
            Row(frozenset({"branch_head"}), "header"), "GET", True, oracle.sight(facts, "head", day), "U", ""
        )
        == 404
    )
    assert (
        oracle.status(Row(frozenset({"branch_head"})), "POST", False, oracle.sight(facts, "x", day), "", "")
        == 405
    )


def test_a_wrong_answer_or_a_missed_hole_fails_a_run() -> None:
    missed = Section("P2", "t", "1", 1.0, [], "a hole", caught=False)

    assert Section("P1", "title", "1 request", 1.0).good
    assert not Section("P2", "t", "1", 1.0, ["lead reads"]).good
    assert not missed.good
    assert "**NOT FOUND**" in text([missed])
    assert "**NOT every promise held**" in text([missed])


def test_a_run_replaces_its_own_promises_in_the_report_and_leaves_the_others(tmp_path: Path) -> None:
    record = tmp_path / "TRUST.json"
    night = [
        Section("P11", "loader", "1,000 kills", 9.0, run="night"),
        Section("P11", "nights", "200 kills", 9.0, run="night"),
        Section("P2", "t", "1 case", 1.0, run="night"),
    ]
    kept(record, night)
    sections = kept(
        record, [Section("P2", "t", "2 cases", 1.0, run="noon"), Section("P1", "t", "3", 1.0, run="noon")]
    )

    assert [(one.promise, one.title, one.run) for one in sections] == [
        ("P1", "t", "noon"), ("P2", "t", "noon"), ("P11", "loader", "night"), ("P11", "nights", "night"),
    ]  # fmt: skip
    assert "| P2 t | 2 cases | 0 | 1 s | those of P3 | noon |" in text(sections).splitlines()


def test_every_kind_of_fault_is_named_in_the_report() -> None:
    wrong = [f"lead GET /find: GROUP-{n} is found by the name of P{n}-1" for n in range(9)] + [
        "dept GET /: answered 500 instead of 200"
    ]
    lines = text([Section("P1", "t", "1", 1.0, wrong)]).splitlines()

    assert sum("is found by" in line for line in lines) == 4
    assert "- … and 5 more like this" in lines
    assert "- **wrong**: dept GET /: answered 500 instead of 200" in lines


def test_what_is_wrong_without_the_hole_too_does_not_pass_for_a_catch() -> None:
    nothing: Any = None
    planter, asked = Planter(nothing, "", nothing, seed=1), list[int]()

    def clean(most: int) -> rls.Verdict:
        asked.append(most)
        return rls.Verdict(wrong=["old"])

    def hole(known: frozenset[str]) -> rls.Verdict:
        return rls.Verdict(people=2, wrong=[one for one in ("old", "new") if one not in known][:1])

    assert planter._caught("hole", hole, clean) == "new"
    assert (
        planter._caught("no hole", lambda known: rls.Verdict(people=3, wrong=sorted({"old"} - known)), clean)
        == ""
    )
    assert planter._caught("hole", hole, clean) == "new"
    assert asked == [2, 3]


def test_a_room_gets_its_rows_of_the_matrix_from_its_resource(arena: Arena, database_name: str) -> None:
    name = f"{database_name}_trust"
    sample = [one for one in MATRIX if "register" not in one]  # the register of gifts is another list
    wanted = frozenset(one for one in sample if one.removeprefix("api:").startswith("gifts"))
    with filled(arena, name) as bank, connected(name), arena.planting(name) as admin:
        found = probing.prove(bank, admin, seed=3, only=wanted, people=PEOPLE)

    assert wanted == {
        "gifts", "gifts-filters", "gifts-views", "gifts-file", "gifts-one", "gifts-many", "gifts-new", "gifts-amend", "gifts-take-back",
        "gifts-waive", "api:gifts", "api:gifts-one", "api:gifts-take-back", "api:gifts-waive",
    }  # fmt: skip
    wrong = [one for one in found.wrong if not one.startswith("address without a row")]
    assert wrong[:5] == []
    assert min(found.answers[code] for code in (200, 302, 400, 401, 404, 405, 422)) > 10
    assert found.words > 100
