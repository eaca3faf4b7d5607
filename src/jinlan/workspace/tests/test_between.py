"""Two days of one client on a page and over the API; nobody sees more than on the client's page."""

from __future__ import annotations

import json


def text(answer) -> str:
    return answer.content.decode()


def test_the_last_change_of_tier_is_compared_by_itself(world, as_person):
    page = text(as_person("lihua").get(world.address(world.cast.group, "/between")))

    assert "2026-09-30 为“重点”，2026-10-31 为“分行级战略”。" in page
    assert "逐项变化" in page


def test_two_days_may_be_chosen_and_their_order_does_not_matter(world, as_person):
    lihua = as_person("lihua")

    one = text(lihua.get(world.address(world.cast.group, "/between?from=2026-11-10&to=2026-10-31")))
    nothing = lihua.get(world.address(world.cast.group, "/between?from=1990-01-01&to=2026-10-31"))

    assert "2026-10-31 与 2026-11-10 都是“分行级战略”。" in one
    assert nothing.status_code == 404


def test_who_does_not_see_the_unit_compares_nothing(world, as_person):
    for username, unit in (
        ("lihua", world.cast.household),
        ("zhaoyan", world.cast.group),
        ("wangmin", world.cast.group),
    ):
        assert as_person(username).get(world.address(unit, "/between")).status_code == 404
        path = f"/api/v1/clients/{unit.public_id}/between?before=2026-09-30&after=2026-10-31"
        assert as_person(username).get(path).status_code == 404


def test_the_api_tells_the_same_in_numbers(world, as_person):
    path = f"/api/v1/clients/{world.cast.group.public_id}/between?before=2026-09-30&after=2026-11-10"

    answer = json.loads(text(as_person("lihua").get(path)))

    assert (answer["before"]["tier"], answer["after"]["tier"]) == ("KEY", "BRANCH")
    assert {one["code"] for one in answer["changes"]} == {"A", "B"}
    assert answer["changes"][0]["change"] == "0.00"
    assert answer["goal"] == ""  # the criteria of those days are not kept here
    assert answer["ways"] is None
