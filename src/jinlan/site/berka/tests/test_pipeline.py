"""The whole way: convert, load, evaluate, compare with gold; on an invented bank and on the published files."""

from __future__ import annotations

from pathlib import Path

import pytest

from jinlan.insight import parsing
from jinlan.site.berka.foretell import BASELINES, SCORE
from jinlan.site.berka.pipeline import DEFINITION, WholeRun, definitions_for, run_whole
from jinlan.site.berka.tests.tiny import real_files, write_tiny


def breaks_seen_by_the_loader(run: WholeRun) -> int:
    return sum(check.count for check in run.load.checks if check.code == "ROLL_FORWARD")


def test_the_banks_own_scorecard_is_a_valid_definition_without_any_card() -> None:
    found = parsing.read(DEFINITION)

    assert (found.kind, found.version) == ("HNW", "berka-1993.1")
    assert {criterion.measure for criterion in found.criteria} == {
        "aum_avg_ytd", "settlement_12m", "txn_count_12m", "recency_days", "tenure_years", "product_families",
    }  # fmt: skip


def test_only_this_bank_uses_its_own_scorecard() -> None:
    assert definitions_for("BERKA") == (DEFINITION.read_text("utf-8"),)
    assert definitions_for("JLB") == ()


def test_an_invented_bank_walks_the_whole_way(tmp_path: Path) -> None:
    run = run_whole(write_tiny(tmp_path / "src"), tmp_path / "work")

    assert (run.load.status, run.load.quarantined) == ("loaded", 0)
    assert sorted(
        zip(run.units["unit_id"].to_pylist(), run.units["root_party_id"].to_pylist(), strict=True)
    ) == [
        ("HH-1", "C11"),
        ("HNW-C13", "C13"),
    ]
    assert breaks_seen_by_the_loader(run) == len(run.conversion.breaks) == 2
    assert (run.gold.accounts, run.gold.gold) == (2, 1)


@pytest.mark.realdata
def test_the_real_bank_gives_the_figures_of_the_report(tmp_path: Path) -> None:
    run = run_whole(real_files(), tmp_path)

    assert (run.load.status, run.load.quarantined) == ("loaded", 0)
    assert breaks_seen_by_the_loader(run) == len(run.conversion.breaks) == 2257
    assert run.units.num_rows == 1229
    assert sum(unit.startswith("HH-") for unit in run.units["unit_id"].to_pylist()) == 260
    assert (run.gold.accounts, run.gold.gold, run.gold.without_score) == (1229, 38, 0)
    found = {each.name: round(each.value, 3) for each in run.gold.aucs}
    assert found == {SCORE: 0.706, **dict(zip(BASELINES, (0.750, 0.765, 0.656), strict=True))}
    assert [each.low < 0 < each.high for each in run.gold.differences] == [True, True, False]
