"""The planted groups of the demo bank under another definition: the branch line raised to 80, its exit to 75; answers written beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from jinlan.insight.asking.answers import Shelf, Studio
from jinlan.insight.asking.questions import DryRun
from jinlan.insight.parsing import FOLDER
from jinlan.lake.reader.questions import Pin, Scope
from jinlan.site.demobank.stories import load_stories
from tests.conftest import Product

pytestmark = pytest.mark.xdist_group("product")

DAY = date(2026, 10, 31)
FIRST = (FOLDER / "group.toml").read_text("utf-8")
SECOND = FIRST.replace("entry = 67", "entry = 80").replace("exit = 61", "exit = 75")
# story -> where its group ends by the first and by the second version, "" for no tier
ANSWERS = {
    "group_only_consolidated": ("BRANCH", "KEY"),  # about 70 points: enough for 67, not for 80
    "strong_subsidiary_negative_group": ("", ""),  # a gate stands before every line
    "gate_failure_secret": ("", ""),
    "sme_rising": ("POTENTIAL", "POTENTIAL"),  # another line, by growth
    "own_transfers": ("", ""),
    "approved_unsupported": ("", ""),  # listed by name, far under every exit line
}


@pytest.fixture(scope="module")
def tried(product: Product) -> Iterator[dict[str, Any]]:
    """Return the consequence of the second version for all groups of the demo bank."""
    (folder, *_older) = sorted((product.home / "lake").glob(f"*/results/run=*/as_of={DAY}"), reverse=True)
    lake = product.home / "lake"
    studio = Studio(lake, shelf=Shelf())
    kept = folder.relative_to(lake).as_posix()
    question = DryRun(
        Pin(folder.parts[-4], 1, {}, "CNY"),
        kept,
        "GROUP",
        DAY,
        FIRST,
        SECOND,
        Scope(all=True, domains=(0, 1)),
    )
    yield studio.answer(question)
    studio.close()


@pytest.mark.parametrize("code", sorted(ANSWERS))
def test_a_planted_group_ends_where_it_should_by_both_versions(
    code: str, product: Product, tried: dict[str, Any]
) -> None:
    story = load_stories(product.home / "demo")[code]
    ends = {unit: (before, after) for unit, before, after in tried["holders"]}

    assert ends.get(story.unit_ids[0], ("", "")) == ANSWERS[code]


def test_raising_one_line_moves_nobody_up_or_in(tried: dict[str, Any]) -> None:
    assert set(tried["moves"]) <= {"down", "leaves"}
    assert tried["moves"]["down"] >= 1
    counts = {one["tier"]: (one["before"], one["after"]) for one in tried["tiers"]}
    assert counts["HQ"][0] == counts["HQ"][1]
    assert counts["POTENTIAL"][0] == counts["POTENTIAL"][1]
