"""Contacts by the API: prepared, asked anew, and what became of it in the row."""

from __future__ import annotations

import pytest

from jinlan.domains.compliance.models import Contact
from jinlan.domains.compliance.services import install_texts
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import ENTITY, writing


@pytest.fixture
def service(cast):
    with writing():
        install_texts(ENTITY)
    return {"unit": str(cast.household.public_id), "party": str(cast.parties["zhang"].public_id), "purpose": "SERVICE", "channel": "SMS",
            "what": "对账单已出"}  # fmt: skip


def test_a_contact_is_prepared_and_a_stop_stands_in_the_row(cast, program, service) -> None:
    zhaoyan = program("zhaoyan")
    made = zhaoyan.call("POST", "contacts", service | {"offer": True})
    row = f"contacts/{made.json()['id']}"
    asked = zhaoyan.call("POST", f"{row}/release-contact", {})
    found = zhaoyan.call("GET", row).json()

    assert (made.status_code, asked.status_code) == (201, 200)
    assert found["state"] == "stopped"
    assert found["why"].startswith("服务通知不得夹带营销内容。")
    assert (found["party"], found["client"], found["purpose"]) == ("张三", "张三家庭", "服务通知")
    assert zhaoyan.call("POST", f"{row}/drop-contact", {"reason": "改按营销信息发送"}).status_code == 200
    again = zhaoyan.call("POST", f"{row}/release-contact", {})
    assert (again.status_code, zhaoyan.call("GET", row).json()["state"]) == (409, "dropped")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "2999-01-01T10:00:00+08:00"])
def test_a_plan_more_than_a_year_ahead_is_refused_and_one_of_the_past_is_now(
    cast, program, service, at
) -> None:
    zhaoyan = program("zhaoyan")

    refused = zhaoyan.call("POST", "contacts", service | {"planned_at": at})
    assert (refused.status_code, refused.json()["code"]) == (422, "CONTACT_FAR")
    made = zhaoyan.call("POST", "contacts", service | {"planned_at": "0001-01-01T00:00:00Z"}).json()
    row = zhaoyan.call("GET", f"contacts/{made['id']}").json()
    assert row["planned_at"] == row["prepared_at"]


def test_whose_client_it_is_not_prepares_nothing(cast, program, service) -> None:
    for who in ("lihua", "wangmin"):
        assert program(who).call("POST", "contacts", service).status_code == 422  # no such client to name
    for who in ("sunjie", "wuhan", "zhengyu", "hejun"):
        assert program(who).call("POST", "contacts", service).status_code == 404
    with scoped(cast.actor("wuhan")):
        assert Contact.objects.count() == 0


def test_a_check_that_nobody_asked_about_is_a_problem_and_no_failure(cast, program, service) -> None:
    zhaoyan = program("zhaoyan")
    made = zhaoyan.call("POST", "contacts", service).json()["id"]

    answer = zhaoyan.call(
        "POST", f"contacts/{made}/acknowledge-check", {"check": "nonsense", "reason": "已核对"}
    )

    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert "check" in answer.content.decode()
