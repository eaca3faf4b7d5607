"""UUIDv7 and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.ids import instant_of, uuid7


def test_the_time_of_rfc_9562_stands_in_the_first_48_bits() -> None:
    made = uuid7(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC))

    assert str(made).startswith("017f22e2-79b0-7")
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert instant_of(made) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_ids_of_later_instants_sort_later() -> None:
    start = datetime(2026, 10, 31, 23, 59, 59, 999_990, tzinfo=UTC)
    made = [uuid7(start + timedelta(microseconds=step)) for step in range(50)]

    assert made == sorted(made)
    assert len({uuid7(start) for _ in range(100)}) == 100


def test_a_naive_or_ancient_instant_makes_no_id() -> None:
    with pytest.raises(ValueError, match="aware"):
        uuid7(datetime(2026, 10, 31))  # noqa: DTZ001
    with pytest.raises(ValueError, match="1970"):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC))


def test_the_business_date_is_that_of_shanghai() -> None:
    assert business_date(datetime(2026, 10, 31, 16, 0, tzinfo=UTC)) == date(2026, 11, 1)
    assert business_date(datetime(2026, 10, 31, 15, 59, tzinfo=UTC)) == date(2026, 10, 31)
    with pytest.raises(ValueError, match="naive"):
        business_date(datetime(2026, 10, 31))  # noqa: DTZ001


@time_machine.travel(datetime(2026, 10, 31, 8, tzinfo=UTC), tick=False)
def test_now_is_aware_and_in_utc() -> None:
    assert now_utc() == datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert instant_of(uuid7()) == datetime(2026, 10, 31, 8, tzinfo=UTC)
