from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.people import (
    check_chief,
    check_day,
    check_days,
    check_scales,
    check_text,
)

DAY = date(2026, 11, 10)


def test_a_text_is_kept_without_needless_white_space() -> None:
    assert check_text("  周  静\n", most=4, field="name") == "周 静"


def test_a_day_is_neither_to_come_nor_before_what_it_ends() -> None:
    assert check_day(DAY, DAY, field="until", after=date(2026, 11, 9)) == DAY
    with pytest.raises(Refused) as caught:
        check_day(DAY, DAY, field="until", after=DAY)
    assert caught.value.message == "日期必须晚于 2026-11-10。"


def test_the_bounds_of_scales_and_rhythms_belong_to_them() -> None:
    check_scales(influence=1, attitude=-2, level=4, access=0, place_x=0, place_y=1000)
    check_scales(influence=5, attitude=2, level=1, access=4)
    check_scales(influence=None)
    assert (check_days(1, 730), check_days(730, 730)) == (1, 730)


@given(
    st.dictionaries(st.integers(1, 7), st.integers(1, 7), max_size=7), st.integers(1, 7), st.integers(1, 7)
)
def test_lines_that_had_no_circle_have_none_after_a_chief_was_taken(chiefs: dict[int, int], person: int, chief: int) -> None:  # fmt: skip
    def circles(lines: dict[int, int]) -> bool:
        for start in lines:
            here, steps = start, 0
            while here in lines and steps <= len(lines):
                here, steps = lines[here], steps + 1
            if steps > len(lines):
                return True
        return False

    others = {one: above for one, above in chiefs.items() if one != person}
    if circles(others):
        return
    try:
        check_chief(person, chief, others)
    except Refused as refused:
        assert refused.code == "PERSON_CIRCLE"
        assert circles(others | {person: chief})
    else:
        assert not circles(others | {person: chief})
