"""The planted clients of the demo bank under a second version of each definition; answers written beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
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
# kind -> how the second version's text differs: the branch line raised for groups, the private-bank line from 8 to 20 million for
# households (60 and 70 points of the scale), the strategic line for partners.
SECOND = {
    "GROUP": (("entry = 67", "entry = 80"), ("exit = 61", "exit = 75")),
    "HNW": (("entry = 60", "entry = 70"), ("exit = 54", "exit = 66")),
    "PARTNER": (("entry = 90", "entry = 99"), ("exit = 81", "exit = 98")),
}
# story, place of its unit -> where it ends by the first and by the second version, "" for no tier
ANSWERS = {
    ("group_only_consolidated", 0): ("BRANCH", "KEY"),  # about 70 points: enough for 67, not for 80
    ("strong_subsidiary_negative_group", 0): ("", ""),  # a gate stands before every line
    ("gate_failure_secret", 0): ("", ""),
    ("sme_rising", 0): ("POTENTIAL", "POTENTIAL"),  # another line, by growth
    ("own_transfers", 0): ("", ""),
    ("approved_unsupported", 0): ("", ""),  # listed by name, far under every exit line
    ("household_each_below", 0): (
        "PRIVATE",
        "",
    ),  # 13 million: 60 + 5/12 of 10 = 64.2 points, under the new exit of 66
    ("flapping", 0): ("PRIVATE", ""),  # 7.6 million in October: 57 points, kept by the old exit of 54
    ("flapping", 1): ("", ""),  # the same points without ever having held it
    ("hnw_and_controller", 0): ("ULTRA", "ULTRA"),  # 95 million: 88.8 points, over 85
    ("gate_failure_top_points", 0): ("", ""),
}


@pytest.fixture(scope="module")
def tried(product: Product) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Return what the second version of a kind would do to all clients of the demo bank."""
    (folder, *_older) = sorted((product.home / "lake").glob(f"*/results/run=*/as_of={DAY}"), reverse=True)
    lake = product.home / "lake"
    studio = Studio(lake, shelf=Shelf())
    pin, kept = Pin(folder.parts[-4], 1, {}, "CNY"), folder.relative_to(lake).as_posix()

    @cache
    def asked(kind: str) -> dict[str, Any]:
        first = second = (FOLDER / f"{kind.lower()}.toml").read_text("utf-8")
        for old, new in SECOND[kind]:
            assert second.count(old) == 1
            second = second.replace(old, new)
        return studio.answer(DryRun(pin, kept, kind, DAY, first, second, Scope(all=True, domains=(0, 1))))

    yield asked
    studio.close()


@pytest.mark.parametrize(("code", "place"), sorted(ANSWERS))
def test_a_planted_client_ends_where_it_should_by_both_versions(
    code: str, place: int, product: Product, tried: Callable[[str], dict[str, Any]]
) -> None:
    unit = load_stories(product.home / "demo")[code].unit_ids[place]
    found = tried("HNW" if unit.startswith("H") else "GROUP")
    ends = {each: (before, after) for each, before, after in found["holders"]}

    assert ends.get(unit, ("", "")) == ANSWERS[code, place]


@pytest.mark.parametrize(
    ("kind", "same"), [("GROUP", ("HQ", "POTENTIAL")), ("HNW", ("ULTRA",)), ("PARTNER", ())]
)
def test_raising_one_line_moves_nobody_up_or_in(
    kind: str, same: tuple[str, ...], tried: Callable[[str], dict[str, Any]]
) -> None:
    found = tried(kind)
    assert set(found["moves"]) <= {"down", "leaves"}
    assert sum(found["moves"].values()) >= 1
    counts = {one["tier"]: (one["before"], one["after"]) for one in found["tiers"]}
    assert all(counts[tier][0] == counts[tier][1] for tier in same)
