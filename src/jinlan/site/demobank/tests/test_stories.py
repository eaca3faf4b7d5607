"""The raw facts of every planted story, measured from the extracts by hand-written SQL."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from jinlan.site.demobank import Story
from jinlan.site.demobank.stories import load_stories, save_stories
from jinlan.site.demobank.tests.lens import Lens

END = "2026-10-31"
CODES = {
    "group_only_consolidated", "strong_subsidiary_negative_group", "sliding_down", "flapping",
    "household_each_below",
    "hnw_and_controller", "gate_failure_top_points", "gate_failure_secret", "sme_rising", "quiet_giant",
    "window_dressing",
    "own_transfers", "missing_day", "late_transaction", "late_correction", "approved_unsupported",
    "two_groups", "party_merge",
}  # fmt: skip


def _near(value: str | float, *, by: float = 0.06) -> Any:
    return pytest.approx(float(value), rel=by)


def _state(lens: Lens, table: str, key: str, value: str, day: str = END) -> dict[str, Any]:
    cursor = lens.connection.execute(
        f'select * from "{table}" where "{key}" = ? and as_of_date <= ? order by as_of_date desc limit 1',
        [value, day])  # fmt: skip
    return dict(zip([column[0] for column in cursor.description], cursor.fetchone() or (), strict=True))


def _agrees(lens: Lens, parties: tuple[str, ...] | list[str], raw: Mapping[str, Any], day: str = END) -> None:
    """Compare the planted 12-month figures with what is in the extracts, within 6 %."""
    assert lens.average(parties, day, "DEPOSIT") == _near(raw["deposit_avg_12m"])
    assert lens.settlement(parties, day) == _near(raw["settlement_12m"])
    if "revenue_12m" in raw:
        assert lens.revenue(parties, day) == _near(raw["revenue_12m"], by=0.1)


def test_every_story_is_planted_and_survives_the_file(stories: dict[str, Story], tmp_path: Path) -> None:
    assert set(stories) == CODES
    save_stories(tmp_path, stories.values())
    assert load_stories(tmp_path) == stories


def test_every_party_and_account_of_a_story_exists(lens: Lens, stories: dict[str, Story]) -> None:
    for story in stories.values():
        for party in story.party_ids:
            assert lens.one("select count(*) from party where party_id = ?", party) >= 1, story.code


def test_no_member_alone_reaches_key_but_the_group_reaches_branch(
    lens: Lens, stories: dict[str, Story]
) -> None:
    story = stories["group_only_consolidated"]
    raw = story.expected["raw"]

    assert len(story.party_ids) == 10
    for party in story.party_ids:
        _agrees(lens, [party], raw["member"])
        assert lens.average([party], END) < 0.7 * 30e6
        assert lens.settlement([party], END) < 0.75 * 120e6
        assert lens.revenue([party], END) < 0.7 * 0.8e6
    _agrees(lens, story.party_ids, raw["unit"])
    members = lens.rows("select party_id from party_group where group_id = ?", story.unit_ids[0])
    assert {party for (party,) in members} == set(story.party_ids)


def test_the_strong_subsidiary_sits_beside_a_substandard_loan(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["strong_subsidiary_negative_group"]
    strong, bad = story.party_ids[:2]

    _agrees(lens, [strong], story.expected["raw"]["strong"])
    before, after = (_state(lens, "loan", "party_id", bad, day) for day in ("2026-06-09", END))
    assert (before["five_tier"], before["dpd"]) == ("1", 0)
    assert (after["five_tier"], after["ecl_stage"], after["outstanding"]) == (
        "3",
        "3",
        Decimal("60000000.00"),
    )
    assert after["dpd"] == 100 + 143
    assert _state(lens, "party", "party_id", bad)["five_tier_worst"] == "3"
    listed = _state(lens, "approved_list", "unit_id", story.unit_ids[0])
    assert (listed["tier"], set(listed["members"].split(","))) == ("BRANCH", set(story.party_ids))


def test_the_sliding_client_falls_month_by_month(lens: Lens, stories: dict[str, Story]) -> None:
    """The tiny bank knows 14 months, so averages of 12 months are whole from August 2026 on."""
    story = stories["sliding_down"]
    months = [
        lens.month(story.party_ids, day)
        for day in ("2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31")
    ]
    values = [lens.average(story.party_ids, day) for day in ("2026-08-31", "2026-09-30", END)]

    assert months == sorted(months, reverse=True)
    assert values == sorted(values, reverse=True)
    assert values[-1] == _near(story.expected["raw"]["deposit_avg_12m"][END])
    assert values[-1] < 30e6  # under the KEY line, far under BRANCH
    assert _state(lens, "approved_list", "unit_id", story.unit_ids[0])["tier"] == "BRANCH"
    assert _state(lens, "loan", "party_id", story.party_ids[0])["outstanding"] <= Decimal("50000000.00")


def test_the_flapping_households_alternate_around_the_line_each_month(
    lens: Lens, stories: dict[str, Story]
) -> None:
    """The tiny bank knows 14 months: before August 2026 the average of a month stands in for 12."""
    story = stories["flapping"]
    ends = ("2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
            "2026-06-30",
            "2026-07-31", "2026-08-31", "2026-09-30", END)  # fmt: skip

    for party in story.party_ids:
        signs = [lens.month([party], day) > 8e6 for day in ends]
        assert signs == [True, False] * 6
        assert lens.average([party], END) == _near(7.65e6, by=0.02)
        assert lens.average([party], "2026-09-30") == _near(8.2e6, by=0.02)
    listed = lens.rows(
        "select unit_id, tier from approved_list where list_contains(?, unit_id)", list(story.unit_ids)
    )
    assert listed == [(story.unit_ids[0], "PRIVATE")]


def test_the_members_of_the_household_are_each_below_the_line(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["household_each_below"]

    for party, worth in story.expected["raw"]["member_aum_avg_12m"].items():
        assert lens.average([party], END) == _near(worth, by=0.02)
        assert lens.average([party], END) < 0.7 * 8e6
    assert lens.average(story.party_ids, END) > 1.5 * 8e6
    root, spouse, trust = story.party_ids
    consents = lens.rows(
        "select party_id from consent where purpose = 'HOUSEHOLD' and list_contains(?, party_id)",
        [root, spouse],
    )
    assert {party for (party,) in consents} == {root, spouse}
    assert lens.rows(
        "select type from party_relation where from_party_id = ? and to_party_id = ?", root, spouse
    ) == [("SPOUSE",)]
    assert (
        lens.one("select share from ownership where owner_party_id = ? and owned_party_id = ?", root, trust)
        == 1
    )


def test_the_controller_is_in_one_unit_of_each_kind_and_no_figure_is_shared(
    lens: Lens, stories: dict[str, Story]
) -> None:
    story = stories["hnw_and_controller"]
    root, parent, *firms = story.party_ids
    raw = story.expected["raw"]

    home = [
        party
        for (party,) in lens.rows(
            "select party_id from client_unit_member where unit_id = ?", story.unit_ids[0]
        )
    ]
    trusts = [party for (party,) in lens.rows(
        """select owned_party_id from ownership join party on party_id = owned_party_id
        where owner_party_id = ? and party_type = 'TRUST'""", root)]  # fmt: skip
    assert root in home
    assert not set(home) & {parent, *firms}
    assert lens.average([*home, *trusts], END) == _near(raw["hnw_aum_avg_12m"], by=0.02)
    group = {"deposit_avg_12m": raw["group_deposit_avg_12m"], "settlement_12m": raw["group_settlement_12m"],
             "revenue_12m": raw["group_revenue_12m"]}  # fmt: skip
    _agrees(lens, [parent, *firms], group)
    assert lens.one(
        "select share from ownership where owner_party_id = ? and owned_party_id = ?", root, parent
    ) == Decimal("0.8")
    assert story.unit_ids[1] == f"GROUP-{parent}"


def test_the_richest_household_has_overdue_due_diligence_from_september(
    lens: Lens, stories: dict[str, Story]
) -> None:
    story = stories["gate_failure_top_points"]
    root = story.party_ids[0]

    before, after = (_state(lens, "party", "party_id", root, day) for day in ("2026-08-31", "2026-09-30"))
    assert (before["cdd_status"], after["cdd_status"]) == ("CURRENT", "OVERDUE")
    assert str(after["cdd_due_date"]) == "2026-08-31"
    richest = lens.rows("""select party_id from balance_daily b join acc using (account_id) join
        (select distinct party_id, party_type from party) using (party_id) where party_type = 'PERSON'
        and b.as_of_date = '2026-10-31' group by party_id order by sum(balance_base) desc limit 2""")
    # the household whose price was typed wrong stands between until it is corrected
    assert richest[0][0] == root


def test_the_biggest_group_has_a_confirmed_hit_since_mid_september(
    lens: Lens, stories: dict[str, Story]
) -> None:
    story = stories["gate_failure_secret"]
    root = story.party_ids[0]

    hits = lens.rows(
        "select status, as_of_date::text from screening_hit where party_id = ? order by as_of_date", root
    )
    assert hits == [("OPEN", "2026-09-13"), ("CONFIRMED", "2026-09-15")]
    members = [
        party
        for (party,) in lens.rows(
            "select party_id from client_unit_member where unit_id = ?", story.unit_ids[0]
        )
    ]
    _agrees(lens, members, story.expected["raw"])


def test_the_rising_sme_triples_in_a_year_and_stays_small(lens: Lens, stories: dict[str, Story]) -> None:
    party = stories["sme_rising"].party_ids

    now, then = lens.month(party, END), lens.month(party, "2025-10-31")
    assert now / then - 1 == pytest.approx(2.0, abs=0.4)
    assert 1e6 < then < now < 20e6
    assert lens.settlement(party, END) < 120e6 / 3
    assert _state(lens, "party", "party_id", party[0])["org_size"] == "SMALL"


def test_the_quiet_giant_hardly_moves_and_is_never_visited(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["quiet_giant"]
    party = story.party_ids

    assert lens.average(party, END, "DEPOSIT") == _near(2.5e9)
    moves = lens.rows(
        """select booking_date::text, credit_debit_ind from transaction join acc using (account_id)
        where party_id = ? and txn_type <> 'INTEREST' and booking_date > date '2025-10-31' order by 1""",
        party[0],
    )
    assert moves == [("2025-12-10", "CRDT"), ("2026-03-18", "DBIT")]
    assert lens.one("select count(*) from interaction where party_id = ?", party[0]) == 0


def test_the_dressed_window_is_full_at_month_ends_only(lens: Lens, stories: dict[str, Story]) -> None:
    party = stories["window_dressing"].party_ids

    for day in ("2026-06-30", "2026-09-30", END):
        assert lens.aum(party, day) > 240e6
    assert lens.aum(party, "2026-10-30") < 5e6
    assert lens.aum(party, "2026-11-01") < 5e6
    assert lens.average(party, END) < 30e6 / 2
    assert lens.settlement(party, END) == _near(2e7)


def test_own_transfers_are_a_hundred_times_the_real_settlement(lens: Lens, stories: dict[str, Story]) -> None:
    party = stories["own_transfers"].party_ids

    assert lens.settlement(party, END, gross=True) > 2e9
    assert lens.settlement(party, END) == _near(2.5e7)
    assert lens.average(party, END, "DEPOSIT") == _near(1.8e7)


def test_the_missing_day_lies_aside_and_is_whole(lens: Lens, tiny: Path, stories: dict[str, Story]) -> None:
    story = stories["missing_day"]

    assert not (tiny / "JLB" / "as_of_date=2026-11-04").exists()
    late = pq.read_table(tiny / story.expected["folder"] / "balance_daily.parquet")
    assert late.num_rows == lens.one("select count(*) from balance_daily where as_of_date = '2026-11-03'")


def test_the_late_booking_comes_five_days_later(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["late_transaction"]

    late = lens.rows("""select account_id, booking_date::text, as_of_date::text, amount from transaction
        where as_of_date > date '2026-10-31' and booking_date <= date '2026-10-31'""")
    assert late == [(story.expected["account_id"], "2026-10-29", "2026-11-03", Decimal("4800000.00"))]


def test_the_correction_takes_a_factor_of_a_hundred_out_of_seventeen_days(
    lens: Lens, tiny: Path, stories: dict[str, Story]
) -> None:
    story = stories["late_correction"]
    account, party = story.expected["account_id"], story.party_ids
    first = lens.average(party, END)

    files = f"{tiny}/corrections/JLB/*/delivery=2/balance_daily.parquet"
    corrected = f"read_parquet('{files}', hive_partitioning = false)"
    lost, days = lens.rows(
        f"""
        select sum(b.balance_base - c.balance_base), count(*) from balance_daily b join {corrected} c using
        (account_id, as_of_date)
        where b.balance_base <> c.balance_base and account_id = ?""",
        account,
    )[0]
    other = lens.one(f"""select count(*) from balance_daily b full join {corrected} c using (account_id,
        as_of_date)
        where as_of_date between date '2026-10-15' and date '2026-10-31' and b.closing_balance is distinct
        from c.closing_balance
        and account_id <> ?""", account)  # fmt: skip

    assert (days, other) == (17, 0)
    assert first == _near(story.expected["before"]["aum_avg_12m"], by=0.02)
    assert first > 2 * 8e6
    assert first - float(lost) / 365 == _near(story.expected["after"]["aum_avg_12m"], by=0.02)
    right = pq.read_table(tiny / "corrections/JLB/as_of_date=2026-10-20/delivery=2/holding.parquet")
    assert right.num_rows == lens.one("select count(*) from holding where as_of_date = '2026-10-20'")


def test_the_approved_client_has_no_figure_that_supports_it(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["approved_unsupported"]

    _agrees(lens, story.party_ids, story.expected["raw"])
    listed = _state(lens, "approved_list", "unit_id", story.unit_ids[0])
    assert (listed["tier"], str(listed["since"])) == ("KEY", "2022-03-15")


def test_credit_and_ownership_claim_the_same_member(lens: Lens, stories: dict[str, Story]) -> None:
    story = stories["two_groups"]
    disputed, lender, owner = story.party_ids

    assert lens.rows("select group_id, lead_party_id from party_group where party_id = ?", disputed) == [
        (story.unit_ids[0], lender)
    ]
    owners = lens.rows("select owner_party_id, share from ownership where owned_party_id = ?", disputed)
    assert owners == [(owner, Decimal("0.70000000"))]
    assert story.unit_ids[1] == f"GROUP-{owner}"


def test_the_merged_number_keeps_one_account_and_loses_the_other(
    lens: Lens, stories: dict[str, Story]
) -> None:
    story = stories["party_merge"]
    new, old = story.party_ids

    assert lens.rows("select old_party_id, new_party_id, effective_date::text from party_merge") == [
        (old, new, "2026-05-15")
    ]
    kept, moved = (
        _state(lens, "account", "account_id", story.expected[name])
        for name in ("kept_account", "moved_account")
    )
    assert (kept["party_id"], moved["party_id"]) == (old, new)
    assert _state(lens, "party", "party_id", old)["party_status"] == "CLOSED"
    _agrees(lens, [new, old], story.expected["raw"])
    days = [lens.aum([new, old], day) for day in ("2026-05-13", "2026-05-14", "2026-05-15", "2026-05-16")]
    assert max(days) / min(days) < 1.1
