"""The scorecard: missing data, peers, ranks, reasons."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.insight.assess import needed
from jinlan.insight.parsing import FOLDER, read
from jinlan.insight.score import Column, Scorecard, half_up, strongest

PARTNER = read(FOLDER / "partner.toml")  # weights volume .35, share .25, referrals .25, tenure .15
FULL = {
    "joint_volume_12m": 20_000_000_000,
    "revenue_share_12m": 100_000_000,
    "referrals_12m": 60,
    "tenure_years": 60_000,
}


def card(*units, states=None):
    rows = [{**FULL, **unit} for unit in units]
    columns = {
        code: Column(
            [row[code] for row in rows], [(states or {}).get((place, code), 0) for place in range(len(rows))]
        )
        for code in needed(PARTNER)
    }
    return Scorecard(PARTNER, columns)


def test_the_score_is_the_weighted_sum_of_the_points():
    found = card({})
    assert [points[0] for points in found.points] == [850_000, 750_000, 800_000, 850_000]
    assert found.scores == [8125]  # .35*85 + .25*75 + .25*80 + .15*85


def test_a_little_incompleteness_is_borne_and_named_more_of_it_leaves_no_score():
    little = card({}, states={(0, "tenure_years"): 1})
    assert little.scores == [8059]  # (.35*85 + .25*75 + .25*80) / .85
    assert little.incomplete(0) == [3]
    much = card({}, {}, states={(0, "referrals_12m"): 1})
    assert much.scores == [None, 8125]
    assert much.ranks == [None, 1]
    assert much.peers[2] == (800_000, 60)


def test_a_table_that_the_bank_lacks_is_left_out_for_everybody_and_named():
    found = card({}, {}, states={(0, "referrals_12m"): 2, (1, "referrals_12m"): 2})
    assert found.scores == [8167, 8167]  # (.35*85 + .25*75 + .15*85) / .75 = 81.666..
    assert found.absent == (2,)
    assert found.incomplete(0) == []
    assert found.available == [7500, 7500]


def test_nothing_to_measure_is_not_incomplete():
    assert card({"referrals_12m": None}).scores == [6125]


def test_equal_scores_share_a_place():
    found = card({}, {"referrals_12m": 0}, {}, {"referrals_12m": 5})
    assert found.ranks == [1, 4, 1, 3]


def test_a_family_stands_on_its_own_weights():
    assert card({}).family("scale") == [8500]
    assert card({}, states={(0, "joint_volume_12m"): 1}).family("scale") == [None]


def test_reasons_are_strongest_first_and_at_most_three():
    codes = ["a", "b", "c", "d", "e", "f"]
    assert strongest(codes, [5, -1, 9, 5, 1, None]) == (("c", "a", "d"), ("b",))
    assert strongest(codes, [0, 0, None, -3, -3, -7]) == ((), ("f", "d", "e"))


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_half_up_is_away_from_zero_at_the_half(numerator, denominator):
    exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    assert half_up(numerator, denominator) == int(exact)


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=20))
def test_parts_sum_to_the_score_and_reasons_to_the_distance_from_the_peers(volumes):
    from jinlan.insight.score import contributions, reasons

    found = card(*({"joint_volume_12m": volume} for volume in volumes))
    parts = [
        contributions(one, points, found.available)
        for one, points in zip(PARTNER.criteria, found.points, strict=True)
    ]
    whys = [reasons(one, points, peer, found.available)
            for one, points, (peer, _) in zip(PARTNER.criteria, found.points, found.peers, strict=True)]  # fmt: skip
    mean = (
        sum(one.share * peer for one, (peer, _) in zip(PARTNER.criteria, found.peers, strict=True))
        / 1_000_000
    )
    for place, score in enumerate(found.scores):
        assert abs(sum(column[place] for column in parts) - score) <= 2
        assert abs(sum(column[place] for column in whys) - (score - mean)) <= 3
