"""People of a client on the real database: noted, changed, in several posts, gone; what is refused stands at its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import Cast
from jinlan.domains.engagement.models import ContactPerson, Pair, Post, Tie
from jinlan.domains.engagement.services.people import (
    change_person,
    draw_person,
    leave_post,
    note_person,
    person_left,
    take_post,
)
from jinlan.domains.engagement.services.ties import end_pair, know_person, set_pair
from jinlan.domains.engagement.tests.people import SINCE, noted, row_of
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import TODAY, writing


def everything(cast: Cast) -> list[int]:
    with scoped(cast.actor("wuhan")):
        return [model.objects.count() for model in (ContactPerson, Post, Tie, Pair)]


def refused(act: Callable[..., Any], **given: Any) -> tuple[str, object]:
    with pytest.raises(Refused) as caught:
        act(**given)
    return caught.value.code, caught.value.params.get("field")


def last_verb(cast: Cast) -> str:
    with scoped(cast.actor("wuhan")):
        row = AuditEntry.objects.latest("id")
        return row.verb


def test_somebody_is_noted_with_his_post_and_found_by_pinyin(cast: Cast) -> None:
    key = noted(cast, "  周静 ", decision_role="DECIDER", influence=5, attitude=1, level=2)
    row = row_of(cast, key)

    assert (row.name, row.decision_role, row.influence, row.attitude, row.level) == (
        "周静",
        "DECIDER",
        5,
        1,
        2,
    )
    assert (row.unit_id, row.party_id, row.domain, row.made_by) == (
        cast.group.pk,
        cast.parties["jia"].pk,
        1,
        "lihua",
    )
    assert "zj" in row.search_text.split("\n")
    with scoped(cast.actor("chenwei")):
        post = Post.objects.get(person=row)
    assert (post.title, post.since, post.until, post.party_id) == ("财务总监", SINCE, None, row.party_id)
    assert last_verb(cast) == "engagement.person_noted"


def test_what_cannot_be_noted_is_refused_at_its_field_and_nothing_is_written(cast: Cast) -> None:
    noted(cast, "周静")
    elsewhere = noted(cast, "钱进", company="yi", unit=cast.other, username="chenwei")
    before = everything(cast)
    given = {"actor": cast.actor("lihua"), "unit": cast.group.public_id, "company": cast.parties["jia"].public_id, "name": "赵云",
             "title": "司库", "since": SINCE}  # fmt: skip

    def why(**more: Any) -> tuple[str, object]:
        return refused(note_person, **given | more)

    assert why(name="周静") == ("PERSON_TWICE", "name")
    assert why(name="  ") == ("PERSON_TEXT", "name")
    assert why(name="赵" * 101) == ("PERSON_TEXT", "name")
    assert why(title="") == ("PERSON_TEXT", "title")
    assert why(title="司库（佛教徒）") == ("TEXT_TERMS", "title")
    assert why(name="赵云 13800138000") == ("TEXT_TERMS", "name")
    assert why(since=TODAY + timedelta(days=1)) == ("PERSON_DATE", "since")
    assert why(company=cast.parties["yi"].public_id) == ("PERSON_COMPANY", "company")
    assert why(company=uuid4()) == ("PERSON_COMPANY", "company")
    assert why(decision_role="KING") == ("PERSON_CODE", "decision_role")
    assert why(influence=6) == ("PERSON_SCALE", "influence")
    assert why(attitude=-3) == ("PERSON_SCALE", "attitude")
    assert why(level=0) == ("PERSON_SCALE", "level")
    assert why(reports_to=elsewhere) == ("PERSON_CHIEF", "reports_to")
    assert everything(cast) == before
    assert UUID(
        note_person(**given | {"company": cast.parties["jia-2"].public_id, "name": "周静"})
    )  # the same name elsewhere


def test_reporting_lines_have_no_circle(cast: Cast) -> None:
    top = noted(cast, "周静")
    middle = noted(cast, "孙立", reports_to=top)
    low = noted(cast, "吴平", reports_to=middle)
    lihua = cast.actor("lihua")

    for chief in (low, middle, top):
        given = {"actor": lihua, "public_id": top, "name": "周静", "reports_to": chief}
        assert refused(change_person, **given) == ("PERSON_CIRCLE", "reports_to")
    assert row_of(cast, top).reports_to_id is None

    given = {"actor": lihua, "public_id": low, "name": "吴平", "reports_to": top, "attitude": -1}
    assert refused(change_person, **given, reason="他是佛教徒") == ("TEXT_TERMS", "reason")
    change_person(**given, reason="组织调整")
    assert row_of(cast, low).reports_to_id == row_of(cast, top).pk
    assert row_of(cast, low).attitude == -1


def test_several_posts_over_time_and_companies(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    second = UUID(take_post(actor=lihua, public_id=key, company=cast.parties["jia-2"].public_id, title="董事", since=date(2025, 1, 1)))  # fmt: skip

    again = {
        "actor": lihua,
        "public_id": key,
        "company": cast.parties["jia-2"].public_id,
        "title": "董事",
        "since": TODAY,
    }
    assert refused(take_post, **again) == ("POST_TWICE", "title")
    gone = {"actor": lihua, "public_id": key, "post": second}
    assert refused(leave_post, **gone, until=date(2025, 1, 1)) == ("PERSON_DATE", "until")
    assert refused(leave_post, **gone, until=TODAY + timedelta(days=1)) == ("PERSON_DATE", "until")
    leave_post(**gone, until=date(2026, 6, 30))
    assert refused(leave_post, **gone, until=date(2026, 6, 30)) == ("POST_OVER", "post")
    take_post(**again)

    with scoped(cast.actor("chenwei")):
        rows = list(Post.objects.order_by("since").values_list("title", "party_id", "since", "until"))
    jia, two = cast.parties["jia"].pk, cast.parties["jia-2"].pk
    assert rows == [
        ("财务总监", jia, SINCE, None),
        ("董事", two, date(2025, 1, 1), date(2026, 6, 30)),
        ("董事", two, TODAY, None),
    ]


def test_a_tie_changes_by_ending_one_row_and_beginning_another(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    know_person(actor=lihua, public_id=key, employee="E1001", access=1)
    know_person(actor=lihua, public_id=key, employee="E1001", access=3)
    know_person(actor=lihua, public_id=key, employee=" E1002 ", access=2)

    assert refused(know_person, actor=lihua, public_id=key, employee="E1001", access=3) == (
        "TIE_SAME",
        "access",
    )
    assert refused(know_person, actor=lihua, public_id=key, employee="E9999", access=3) == (
        "PERSON_COLLEAGUE",
        "employee",
    )
    assert refused(know_person, actor=lihua, public_id=key, employee="E1001", access=5) == (
        "PERSON_SCALE",
        "access",
    )
    with scoped(cast.actor("chenwei")):
        rows = list(Tie.objects.order_by("id").values_list("employee", "access", "since", "until"))
    assert rows == [("E1001", 1, TODAY, TODAY), ("E1001", 3, TODAY, None), ("E1002", 2, TODAY, None)]

    know_person(actor=lihua, public_id=key, employee="E1001", access=0)
    with scoped(cast.actor("chenwei")):
        assert list(Tie.objects.filter(until=None).values_list("employee", flat=True)) == ["E1002"]


def test_a_pair_has_its_own_rhythm_and_ends(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    first = UUID(set_pair(actor=lihua, public_id=key, employee="E1001", level=2, days=30))
    same = {"actor": lihua, "public_id": key, "employee": "E1001", "level": 2}

    assert refused(set_pair, **same, days=30) == ("PAIR_SAME", "days")
    assert refused(set_pair, **same, days=0) == ("PAIR_DAYS", "days")
    assert refused(set_pair, **same, days=731) == ("PAIR_DAYS", "days")
    assert refused(set_pair, **same | {"employee": "X"}, days=9) == ("PERSON_COLLEAGUE", "employee")
    second = UUID(set_pair(**same, days=60))
    assert refused(end_pair, actor=lihua, public_id=first) == ("PAIR_OVER", None)
    end_pair(actor=lihua, public_id=second)
    with scoped(cast.actor("chenwei")):
        rows = list(Pair.objects.order_by("id").values_list("days", "since", "until"))
    assert rows == [(30, TODAY, TODAY), (60, TODAY, TODAY)]


def test_who_left_keeps_his_history_and_nothing_that_runs(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    below = noted(cast, "孙立", reports_to=key)
    know_person(actor=lihua, public_id=key, employee="E1001", access=3)
    set_pair(actor=lihua, public_id=key, employee="E1001", level=2, days=30)

    assert refused(person_left, actor=lihua, public_id=key, left_on=SINCE) == ("PERSON_DATE", "left_on")
    assert row_of(cast, key).left_on is None
    person_left(actor=lihua, public_id=key, left_on=TODAY)

    assert row_of(cast, key).left_on == TODAY
    assert row_of(cast, below).reports_to_id is None
    with scoped(cast.actor("chenwei")):
        for model in (Post, Tie, Pair):
            assert list(model.objects.filter(person__public_id=key).values_list("until", flat=True)) == [
                TODAY
            ]
    assert refused(change_person, actor=lihua, public_id=key, name="周静") == ("PERSON_LEFT", None)
    assert refused(know_person, actor=lihua, public_id=key, employee="E1001", access=1) == (
        "PERSON_LEFT",
        None,
    )
    noted(cast, "周静")  # and may come back


def test_a_place_on_the_map_is_two_numbers_or_none(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    draw_person(actor=lihua, public_id=key, place_x=250, place_y=1000)
    assert (row_of(cast, key).place_x, row_of(cast, key).place_y) == (250, 1000)

    assert refused(draw_person, actor=lihua, public_id=key, place_x=1) == ("PERSON_PLACE", "place_y")
    assert refused(draw_person, actor=lihua, public_id=key, place_x=1, place_y=1001) == (
        "PERSON_SCALE",
        "place_y",
    )
    assert (row_of(cast, key).place_x, row_of(cast, key).place_y) == (250, 1000)
    draw_person(actor=lihua, public_id=key)
    assert (row_of(cast, key).place_x, row_of(cast, key).place_y) == (None, None)


@pytest.mark.parametrize("username", ["zhaoyan", "zhoulin", "zhengyu", "wuhan", "hejun"])
def test_who_is_not_of_the_team_or_only_reads_changes_nothing(cast: Cast, username: str) -> None:
    key = noted(cast, "周静")
    before, actor = everything(cast), cast.actor(username)

    with pytest.raises(ScopeDenied):
        noted(cast, "孙立", username=username)
    for act, more in (
        (change_person, {"name": "周静静"}), (take_post, {"company": cast.parties["jia"].public_id, "title": "司库", "since": SINCE}),
        (know_person, {"employee": "E1003", "access": 4}), (set_pair, {"employee": "E1003", "level": 1, "days": 9}),
        (draw_person, {"place_x": 1, "place_y": 1}), (person_left, {"left_on": TODAY}),
    ):  # fmt: skip
        with pytest.raises(ScopeDenied):
            act(actor=actor, public_id=key, **more)
    assert everything(cast) == before
    assert row_of(cast, key).name == "周静"


def test_who_looks_after_a_member_notes_and_changes_people_of_that_member_alone(cast: Cast) -> None:
    wangmin, far = cast.actor("wangmin"), noted(cast, "周静")
    near = noted(cast, "孙立", company="jia-3", username="wangmin")

    given = {"actor": wangmin, "unit": cast.group.public_id, "company": cast.parties["jia"].public_id, "name": "赵云", "title": "司库", "since": SINCE}  # fmt: skip
    assert refused(note_person, **given) == ("PERSON_COMPANY", "company")
    with pytest.raises(ScopeDenied):
        change_person(actor=wangmin, public_id=far, name="周静静")
    assert refused(change_person, actor=wangmin, public_id=near, name="孙立", reports_to=far) == (
        "PERSON_CHIEF",
        "reports_to",
    )
    change_person(actor=wangmin, public_id=near, name="孙立", influence=4)
    assert (row_of(cast, near).influence, row_of(cast, far).name) == (4, "周静")


def test_a_pair_that_has_not_begun_ends_without_a_day(cast: Cast) -> None:
    lihua, key = cast.actor("lihua"), noted(cast, "周静")
    pair = set_pair(actor=lihua, public_id=key, employee="E1001", level=1, days=30)
    later = TODAY + timedelta(days=3)
    with writing():
        Pair.objects.filter(public_id=pair).update(since=later)
    end_pair(actor=lihua, public_id=UUID(pair))
    with writing():
        assert Pair.objects.get(public_id=pair).until == later
