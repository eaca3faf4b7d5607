"""Every planted story of the demo bank, asked through the command line of the running product."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from jinlan.site.demobank.stories import Story, load_stories
from tests.conftest import Product

pytestmark = pytest.mark.xdist_group("product")

LAST = "2026-10-31"
Units = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def stories(product: Product) -> dict[str, Story]:
    """Return the planted stories by code."""
    return load_stories(product.home / "demo")


@pytest.fixture(scope="session")
def october(product: Product) -> Units:
    """Return every unit at the last month-end, as the compliance officer sees it."""
    return product.units(LAST, user="wuhan")


def money(row: dict[str, Any], code: str) -> Decimal:
    """Return a measure of a listed unit."""
    return Decimal(row[code])


def near(value: Decimal, planted: str) -> bool:
    """Tell whether a figure is what was planted; balances wander by a few per cent around their plan."""
    return abs(value / Decimal(planted) - 1) < Decimal("0.05")


def test_a_group_is_strategic_only_when_consolidated(stories: dict[str, Story], october: Units) -> None:
    story = stories["group_only_consolidated"]
    unit = october[story.unit_ids[0]]

    assert unit["computed_tier"] == "BRANCH"
    assert near(money(unit, "deposit_avg_12m"), story.expected["raw"]["unit"]["deposit_avg_12m"])
    assert not set(story.party_ids) & {
        row["root_source_key"] for code, row in october.items() if code != story.unit_ids[0]
    }


def test_a_strong_subsidiary_does_not_save_a_group_that_fails_a_gate(
    stories: dict[str, Story], october: Units, product: Product
) -> None:
    story = stories["strong_subsidiary_negative_group"]
    unit = october[story.unit_ids[0]]

    assert (unit["computed_tier"], unit["effective_tier"], unit["tier_state"]) == ("", "", "suspended")
    assert unit["gates"] == "FIVE_TIER"
    assert product.units("2026-05-31")[story.unit_ids[0]]["effective_tier"] == "BRANCH"


def test_a_client_slides_under_the_exit_line_and_is_watched(
    stories: dict[str, Story], october: Units
) -> None:
    unit = october[stories["sliding_down"].unit_ids[0]]

    assert unit["computed_tier"] != "BRANCH"
    assert unit["tier_state"] in {"watch", "proposed_down"}


def test_a_client_around_the_entry_line_does_not_flap(stories: dict[str, Story], product: Product) -> None:
    story = stories["flapping"]
    months = ["2025-12-31", "2026-02-28", "2026-04-30", "2026-06-30", "2026-08-31", LAST]

    seen = [product.units(month) for month in months]

    for code, tier in story.expected["effective_tier"].items():
        assert [units[code]["effective_tier"] for units in seen] == [tier] * len(months)


def test_a_household_counts_whose_members_are_each_below(stories: dict[str, Story], october: Units) -> None:
    story = stories["household_each_below"]
    unit = october[story.unit_ids[0]]

    assert unit["computed_tier"] == "PRIVATE"
    assert near(money(unit, "aum_avg_12m"), story.expected["raw"]["aum_avg_12m"])


def test_a_person_of_two_hats_is_two_units_with_no_figure_twice(
    stories: dict[str, Story], october: Units
) -> None:
    story = stories["hnw_and_controller"]
    household, group = story.unit_ids

    assert {code: october[code]["computed_tier"] for code in story.unit_ids} == story.expected[
        "computed_tier"
    ]
    assert near(money(october[household], "aum_avg_12m"), story.expected["raw"]["hnw_aum_avg_12m"])
    assert near(money(october[group], "deposit_avg_12m"), story.expected["raw"]["group_deposit_avg_12m"])


@pytest.mark.parametrize("code", ["gate_failure_top_points", "gate_failure_secret"])
def test_top_points_do_not_pass_a_failed_gate(
    code: str, stories: dict[str, Story], october: Units, product: Product
) -> None:
    story = stories[code]
    unit = october[story.unit_ids[0]]

    assert (unit["computed_tier"], unit["effective_tier"], unit["tier_state"]) == ("", "", "suspended")
    assert unit["gates"] == story.expected["gate"]
    before = product.units("2026-08-31")[story.unit_ids[0]]
    assert before["effective_tier"] == story.expected["before"]["effective_tier"]


def test_a_secret_gate_is_neutral_outside_compliance(stories: dict[str, Story], product: Product) -> None:
    unit = stories["gate_failure_secret"].unit_ids[0]

    for user in ("zhengyu", "zhoulin", "chenwei"):
        answer = product.run("why", unit, "--as-of", LAST, "--json", "--as", user).stdout
        assert product.units(LAST, user=user)[unit]["gates"] == "RESTRICTED"
        assert "SANCTIONS" not in answer
        assert "screening" not in answer.lower()
    assert "SANCTIONS_CLEAR" in product.run("why", unit, "--as-of", LAST, "--json", "--as", "wuhan").stdout


def test_a_small_firm_rises_on_growth(stories: dict[str, Story], october: Units) -> None:
    assert october[stories["sme_rising"].unit_ids[0]]["computed_tier"] == "POTENTIAL"


def test_a_quiet_giant_is_managed_although_nobody_calls(stories: dict[str, Story], october: Units) -> None:
    story = stories["quiet_giant"]
    unit = october[story.unit_ids[0]]

    assert unit["managed"] is True
    assert near(money(unit, "deposit_avg_12m"), story.expected["raw"]["deposit_avg_12m"])
    assert unit["recency_days"] == str(story.expected["raw"]["recency_days"])


def test_window_dressing_shows_in_the_point_figure_only(stories: dict[str, Story], october: Units) -> None:
    story = stories["window_dressing"]
    unit = october[story.unit_ids[0]]

    assert unit["computed_tier"] == ""
    assert near(money(unit, "aum"), story.expected["raw"]["aum"])
    assert money(unit, "deposit_avg_12m") < money(unit, "aum") / 10


def test_own_account_transfers_do_not_count_as_settlement(stories: dict[str, Story], october: Units) -> None:
    story = stories["own_transfers"]
    unit = october[story.unit_ids[0]]

    assert unit["computed_tier"] == ""
    assert near(money(unit, "settlement_12m"), story.expected["raw"]["settlement_12m"])


def test_an_approved_client_without_support_is_watched_not_dropped(
    stories: dict[str, Story], october: Units
) -> None:
    unit = october[stories["approved_unsupported"].unit_ids[0]]

    assert unit["computed_tier"] == ""
    assert unit["tier_state"] in {"watch", "proposed_down"}


def test_the_first_source_that_speaks_decides_a_membership(
    stories: dict[str, Story], product: Product
) -> None:
    story = stories["two_groups"]

    answer = json.loads(product.run("why", story.expected["member_of"], "--as-of", LAST, "--json").stdout)

    member = next(one for one in answer["members"] if one["party_id"] == story.party_ids[0])
    assert member["source"] == "CREDIT"
    assert {claim["source"]: claim["unit_id"] for claim in member["claims"]} == story.expected["claims"]


def test_a_merged_party_number_keeps_its_figures_together(stories: dict[str, Story], october: Units) -> None:
    story = stories["party_merge"]
    unit = october[story.unit_ids[0]]

    assert unit["computed_tier"] == "KEY"
    assert near(money(unit, "deposit_avg_12m"), story.expected["raw"]["deposit_avg_12m"])


def test_a_late_transaction_counts_on_the_day_it_was_booked(
    stories: dict[str, Story], product: Product
) -> None:
    story = stories["late_transaction"]
    unit = story.unit_ids[0]
    history = 1  # the first load ends on 31 October and does not know the row

    then = money(product.units(LAST, known_at=history)[unit], "settlement_12m")
    now = money(product.units(LAST)[unit], "settlement_12m")

    assert now - then == Decimal(story.expected["raw"]["settlement_12m_added_at_2026_10_31"])


def test_a_late_correction_changes_last_month_and_a_missing_day_arrives(
    stories: dict[str, Story], product: Product
) -> None:
    story = stories["late_correction"]
    unit = story.unit_ids[0]
    before = product.units(LAST)[unit]
    known = json.loads(product.run("why", unit, "--as-of", LAST, "--json").stdout)["load"]

    corrections = str(product.home / "demo" / "corrections")
    refused = product.run("load", corrections, ok=False)
    asked = product.run("load", corrections, "--correct", "分行更正十月余额", "--as", "hejun", ok=False)
    still = product.run("load", corrections, ok=False)
    for line in asked.stdout.splitlines():
        product.approve(line.rpartition("person: ")[2].strip(), "chenwei")
    product.run("load", corrections)
    product.run("load", str(product.home / "demo" / "late"))
    product.run("nightly", "--as-of", "2026-11-10")

    assert refused.returncode == 1
    assert "--correct" in refused.stderr
    assert still.returncode == 1
    assert before["computed_tier"] == story.expected["before"]["computed_tier"]
    assert product.units(LAST)[unit]["computed_tier"] == story.expected["after"]["computed_tier"]
    assert near(money(product.units(LAST)[unit], "aum_avg_12m"), story.expected["after"]["aum_avg_12m"])
    assert (
        product.units(LAST, known_at=known)[unit]["computed_tier"]
        == story.expected["before"]["computed_tier"]
    )


def test_a_run_for_an_earlier_date_never_cuts_the_history(product: Product) -> None:
    before = product.units("2026-11-10")

    done = product.run("nightly", "--as-of", "2026-03-15")

    assert "2026-11-10" in done.stdout
    assert "up to date" in done.stdout
    assert product.units("2026-11-10") == before
