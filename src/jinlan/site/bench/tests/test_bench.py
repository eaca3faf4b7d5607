"""What the benchmark compares must give the same figures; otherwise its ratios mean nothing."""

from __future__ import annotations

import pytest

from jinlan.basics.errors import Refused
from jinlan.site.bench import features, frames
from jinlan.site.bench.bank import build, shrunk
from jinlan.site.bench.report import Report
from jinlan.site.demobank.sizes import SIZES


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return build(tmp_path_factory.mktemp("bench") / "bank", "tiny", lambda _: None)


@pytest.mark.xdist_group("bench")
def test_sql_by_hand_gives_every_measure_of_every_client(lake):
    day = lake.month_ends(1)[0]
    ours, hand = features.by_features(lake, day), features.by_hand(lake, day)
    assert ours.num_rows == hand.num_rows > 100
    assert features.differences(ours, hand) == {}


@pytest.mark.xdist_group("bench")
def test_polars_and_pandas_give_the_same_totals(lake):
    day = lake.month_ends(1)[0]
    ours = features.core(lake, day)
    assert ours["count"] > 0
    assert features.agree(ours, frames.by_polars(lake, day))
    assert features.agree(ours, frames.by_pandas(lake, day))


@pytest.mark.xdist_group("bench")
def test_a_date_needs_less_than_the_whole_files(lake):
    files = lake.view().files("balance_daily")
    needed = features.chunk_bytes(files, features.NEEDED["balance_daily"])
    assert 0 < needed < sum(features.local(one).stat().st_size for one in files)


def test_a_quarter_of_a_size_has_a_quarter_of_its_clients():
    quarter = shrunk(SIZES["small"], "quarter", 0.25)
    assert (quarter.mass, quarter.ultra, quarter.big, quarter.months) == (175, 2, 300, 36)


def test_a_missed_goal_is_remembered(capsys):
    report = Report()
    report.goal("a", 1.3, 1.3)
    report.goal("b", 1.31, 1.3)
    report.proof("c", found=False)
    assert [line[:1] for line in report.missed] == ["b", "c"]
    assert "未达标" in capsys.readouterr().out


def test_a_missing_tool_is_refused_in_one_sentence():
    with pytest.raises(Refused, match="no_such_tool"):
        features.needs("no_such_tool")
