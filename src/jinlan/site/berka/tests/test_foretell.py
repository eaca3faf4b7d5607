"""AUC, its bootstrap and the pairing; the cards are read from the file only here."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from jinlan.insight.results import UNITS
from jinlan.site.berka.foretell import BASELINES, SCORE, auc, compare, evaluate_gold, gold_accounts
from jinlan.site.berka.tests.tiny import real_files, write_tiny


def test_auc_counts_pairs_and_ties_count_half() -> None:
    positive = np.array([True, False, True, False])

    assert auc(np.array([4.0, 3.0, 2.0, 1.0]), positive) == 0.75
    assert auc(np.array([1.0, 1.0, 1.0, 1.0]), positive) == 0.5
    assert auc(np.array([-np.inf, 1.0, -np.inf, 2.0]), positive) == 0.0


def test_auc_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(7)
    values, positive = random.integers(0, 30, 500) * 1.0, random.random(500) < 0.1

    assert auc(values, positive) == pytest.approx(roc_auc_score(positive, values), abs=1e-12)


def test_draws_are_paired_and_repeatable() -> None:
    random = np.random.default_rng(7)
    values, positive = random.random(200), random.random(200) < 0.2
    columns = {SCORE: values, "same": values * 2}

    first = compare(columns, positive, draws=50, seed=1)
    second = compare(columns, positive, draws=50, seed=1)

    assert (first[SCORE] == first["same"]).all()
    assert (first[SCORE] == second[SCORE]).all()


def a_unit(root: str, score: str | None, average: str) -> dict[str, object]:
    measures = {code: {"v": average, "s": "ok"} for code in BASELINES}
    return {
        "as_of": date(1994, 3, 31),
        "unit_id": f"HNW-{root}",
        "kind": "HNW",
        "root_party_id": root,
        "score": None if score is None else Decimal(score),
        "measures": json.dumps(measures),
    }


def test_scores_meet_the_cards_through_the_owner_of_the_account(tmp_path: Path) -> None:
    src = write_tiny(tmp_path)
    units = pa.Table.from_pylist(
        [a_unit("C11", "10.00", "900.00"), a_unit("C13", "80.00", "100.00")], schema=UNITS
    )

    report = evaluate_gold(units, src, draws=20, seed=1)

    assert (report.accounts, report.gold, report.without_score) == (2, 1, 0)
    assert {each.name: each.value for each in report.aucs} == {SCORE: 1.0, **dict.fromkeys(BASELINES, 0.0)}
    assert [each.value for each in report.differences] == [1.0, 1.0, 1.0]


def test_a_unit_without_a_score_ranks_last_and_is_counted(tmp_path: Path) -> None:
    units = pa.Table.from_pylist([a_unit("C11", "1.00", "1.00"), a_unit("C13", None, "1.00")], schema=UNITS)

    report = evaluate_gold(units, write_tiny(tmp_path), draws=20, seed=1)

    assert report.without_score == 1
    assert report.aucs[0].value == 0.0


def test_a_gold_card_inside_the_window_stops_the_evaluation(tmp_path: Path) -> None:
    src = write_tiny(tmp_path)
    cards = (src / "card.asc").read_text("ascii").replace('"gold";950601', '"gold";940331')
    (src / "card.asc").write_text(cards, encoding="ascii")

    with pytest.raises(ValueError, match="inside the window"):
        gold_accounts(src)


@pytest.mark.realdata
def test_the_published_files_hold_88_gold_cards_all_issued_after_the_window() -> None:
    assert len(gold_accounts(real_files())) == 88
