"""How well a scorecard foretells who later got the bank's gold card: the answer is read here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from jinlan.site.berka import source
from jinlan.site.berka.source import LAST

# Rank by average balance alone, over three windows: what the scorecard is compared with.
BASELINES = ("aum_avg_month", "aum_avg_ytd", "aum_avg_12m")
SCORE = "score"
DRAWS, SEED = 4000, 1999
_LEVEL = (2.5, 97.5)

Vector = Any  # numpy array; numpy is not followed by the type checker


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval."""

    name: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.name:40} {self.value:+.3f}  [{self.low:+.3f}, {self.high:+.3f}]"


@dataclass(frozen=True, slots=True)
class GoldReport:
    """AUC of the scorecard and of each baseline, and the paired differences (scorecard - baseline)."""

    accounts: int
    gold: int
    without_score: int
    aucs: tuple[Estimate, ...]
    differences: tuple[Estimate, ...]

    def lines(self) -> Iterator[str]:
        """Yield the report for a terminal."""
        yield f"accounts {self.accounts:,}, later gold {self.gold}, units without a score {self.without_score}"
        yield from (f"AUC  {each}" for each in self.aucs)
        yield from (f"diff {each}" for each in self.differences)


def gold_accounts(src: Path) -> set[int]:
    """Return the accounts on which somebody holds a gold card.

    Raises:
        ValueError: when a gold card was issued inside the window, because then it could have been seen.
    """
    account_of = {row["disp_id"]: int(row["account_id"]) for row in source.read_rows(src, "disp.asc")}
    found = set()
    for row in source.read_rows(src, "card.asc"):
        if row["type"] == "gold":
            if source.day_of(row["issued"]) <= LAST:
                raise ValueError(f"gold card {row['card_id']} was issued inside the window")
            found.add(account_of[row["disp_id"]])
    return found


def auc(values: Vector, positive: Vector) -> float:
    """Return the area under the ROC curve: the chance that a positive ranks above a negative, ties count half."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    hits = int(positive.sum())
    misses = len(positive) - hits
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


def compare(values: Mapping[str, Vector], positive: Vector, *, draws: int, seed: int) -> dict[str, Vector]:
    """Return `draws` bootstrap AUCs of each ranking; each draw takes the same accounts for all (paired)."""
    random = np.random.default_rng(seed)
    size = len(positive)
    found: dict[str, list[float]] = {name: [] for name in values}
    while len(found[SCORE]) < draws:
        chosen = random.integers(0, size, size)
        labels = positive[chosen]
        if not 0 < labels.sum() < size:
            continue
        for name, column in values.items():
            found[name].append(auc(column[chosen], labels))
    return {name: np.array(drawn) for name, drawn in found.items()}


def evaluate_gold(units: pa.Table, src: Path, *, draws: int = DRAWS, seed: int = SEED) -> GoldReport:
    """Compare the scores of the HNW units of one date with the gold cards that came later.

    Args:
        units: table of `insight.results.UNITS`; the root of each unit is the owner of one account.
        src: folder of the published files.
        draws: bootstrap draws.
        seed: of the draws.
    """
    owner_of = {holder.account: holder.client for holder in source.read_holders(src) if holder.owner}
    rows = _rows_by_root(units)
    gold = gold_accounts(src)
    numbers = [account.account for account in source.read_accounts(src) if account.opened <= LAST]
    chosen = [rows.get(f"C{owner_of[number]}", {}) for number in numbers]
    positive = np.array([number in gold for number in numbers])
    values = {SCORE: _column([row.get(SCORE) for row in chosen])}
    values |= {name: _column([_measure(row, name) for row in chosen]) for name in BASELINES}
    drawn = compare(values, positive, draws=draws, seed=seed)
    point = {name: auc(column, positive) for name, column in values.items()}
    return GoldReport(
        accounts=len(numbers),
        gold=int(positive.sum()),
        without_score=int(np.isneginf(values[SCORE]).sum()),
        aucs=tuple(_estimate(name, point[name], drawn[name]) for name in values),
        differences=tuple(
            _estimate(f"{SCORE} - {name}", point[SCORE] - point[name], drawn[SCORE] - drawn[name])
            for name in BASELINES
        ),
    )


def _estimate(name: str, value: float, drawn: Vector) -> Estimate:
    low, high = (float(np.percentile(drawn, level)) for level in _LEVEL)
    return Estimate(name, value, low, high)


def _rows_by_root(units: pa.Table) -> dict[str, dict[str, Any]]:
    columns = units.select(["kind", "root_party_id", SCORE, "measures"]).to_pylist()
    return {row["root_party_id"]: row for row in columns if row["kind"] == "HNW"}


def _measure(row: Mapping[str, Any], code: str) -> Any:
    found = json.loads(row.get("measures") or "{}").get(code) or {}
    return found.get("v")


def _column(found: Sequence[Any]) -> Vector:
    """Return floats for ranking; what has no figure ranks below everything."""
    return np.array([-np.inf if value is None else float(value) for value in found])
