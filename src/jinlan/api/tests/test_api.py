"""The API says and does what the pages do: scope, masks, acts once, versions, refusals as problems, four eyes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from jinlan.api.tests.conftest import Program
from jinlan.basics.clock import now_utc
from jinlan.domains.tests.gifts.models import Gift
from jinlan.kernel import tokens
from jinlan.kernel.models import ApiToken, AuditEntry, Person
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.work.models import Approval

NEW = {"unit": "甲集团", "what": "紫砂壶", "kind": "TEA", "value": "88.00", "given_on": "2026-11-09"}


def values(cast) -> dict[str, Decimal]:
    with scoped(cast.actor("chenwei")):
        return dict(Gift.objects.values_list("what", "value"))


def test_a_list_holds_the_rows_in_sight_masked_and_exact(gifts, program) -> None:
    answer = program("lihua").call("GET", "gifts?sort=value")

    assert answer.status_code == 200
    assert answer.json()["count"] == 2
    first = answer.json()["items"][0]
    assert (first["what"], first["value"], first["client"], first["phone"], first["given_on"], first["returned"]) == (
        "敦煌画册", "120.50", "甲集团", "138****1234", "2026-10-08", False,
    )  # fmt: skip
    assert [row["what"] for row in program("zhaoyan").call("GET", "gifts").json()["items"]] == ["普洱茶"]


def test_pages_follow_their_cursors(gifts, program) -> None:
    client = program("chenwei")
    first = client.call("GET", "gifts?sort=-value&limit=2").json()
    second = client.call("GET", f"gifts?sort=-value&limit=2&cursor={first['next']}").json()

    assert [row["what"] for row in first["items"]] == ["普洱茶", "龙井茶"]
    assert [row["what"] for row in second["items"]] == ["敦煌画册"]
    assert second["next"] is None


def test_what_is_out_of_sight_and_what_does_not_exist_answer_the_same(cast, gifts, program) -> None:
    client = program("lihua")
    answers = [
        client.call("GET", f"gifts/{gifts['pu'].public_id}"),
        client.call("GET", "gifts/00000000-0000-7000-8000-000000000000"),
        client.call("GET", "gifts/not-an-id"),
        client.call("GET", "nothing"),
        client.call("PATCH", f"gifts/{gifts['pu'].public_id}", {"value": "1", "reason": "改一改"}),
        program("hejun").call("GET", "gifts"),
        program("zhengyu").call(
            "PATCH", f"gifts/{gifts['tea'].public_id}", {"value": "1", "reason": "改一改"}
        ),
    ]

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[1].content)}
    assert answers[0].json()["code"] == "ABSENT"
    assert values(cast)["普洱茶"] == Decimal("800.00")


def test_who_shows_no_key_or_a_dead_one_is_nobody(cast, gifts, program) -> None:
    lihua, at = cast.people["lihua"], now_utc()
    ended = tokens.make(lihua, name="旧", days=1, reads_only=True, at=at)
    tokens.end(lihua, ended.row.public_id, at)
    late = tokens.make(lihua, name="过期", days=1, reads_only=True, at=at - timedelta(days=2))
    gone = program("wangmin")
    with writing():
        Person.objects.filter(username="wangmin").update(is_active=False)
    for client in (Program(""), Program("jl_guess"), Program(ended.text), Program(late.text), gone):
        answer = client.call("GET", "gifts")
        assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (
            401,
            "NOBODY",
            "application/problem+json",
        )
        assert answer["WWW-Authenticate"] == 'Bearer realm="jinlan"'
    assert ApiToken.door.filter(token_hash__contains="jl_").count() == 0


def test_a_key_that_only_reads_changes_nothing(cast, gifts, program) -> None:
    client = program("lihua", reads_only=True)

    assert client.call("GET", "gifts").status_code == 200
    assert client.call("POST", "gifts", NEW).status_code == 401
    assert "紫砂壶" not in values(cast)


def test_a_browser_needs_its_csrf_token_to_change_something(cast, gifts) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.people["lihua"], backend="django.contrib.auth.backends.ModelBackend")
    read = browser.get("/api/v1/gifts")
    refused = browser.post("/api/v1/gifts", NEW, content_type="application/json")

    assert read.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (403, "HTTP")
    assert "紫砂壶" not in values(cast)


def test_a_row_is_made_once_for_a_key(cast, gifts, program) -> None:
    client, key = program("lihua"), {"idempotency-key": "monthly-2026-11"}
    made, again = client.call("POST", "gifts", NEW, **key), client.call("POST", "gifts", NEW, **key)
    other = client.call("POST", "gifts", NEW | {"value": "89"}, **key)

    assert (made.status_code, made.json()["state"]) == (201, "done")
    assert made.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "KEY_USED")
    assert values(cast)["紫砂壶"] == Decimal("88.00")
    assert len(values(cast)) == 4
    with scoped(cast.actor("zhengyu")):
        entry = AuditEntry.objects.get(verb="gifts.given")
    assert (entry.username, entry.purpose) == ("lihua", "program")


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"value": "0"}, "value", "价值须大于零"),
        ({"value": "many"}, "value", "valid decimal"),
        ({"unit": "张三家庭"}, "unit", "没有找到这个客户"),
        ({"kind": "GOLD"}, "kind", "选择一个有效的选项"),
        ({"entity": "OTHER"}, "entity", "Extra inputs"),
        ({"returned": True}, "returned", "Extra inputs"),
    ],
)
def test_bad_content_is_told_field_by_field(cast, gifts, program, change, field, said) -> None:
    answer = program("lihua").call("POST", "gifts", NEW | change)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]
    assert len(values(cast)) == 3


def test_a_change_of_an_older_version_is_a_conflict(cast, gifts, program) -> None:
    client, path = program("lihua"), f"gifts/{gifts['tea'].public_id}"
    seen = client.call("GET", path)
    first = client.call("PATCH", path, {"value": "310", "reason": "发票为准"}, **{"if-match": seen["ETag"]})
    late = client.call("PATCH", path, {"value": "999", "reason": "以为没改过"}, **{"if-match": seen["ETag"]})

    assert seen["ETag"] == f'"{seen.json()["version"]}"'
    assert (first.status_code, late.status_code, late.json()["code"]) == (200, 409, "STALE")
    assert values(cast)["龙井茶"] == Decimal("310.00")


def test_an_action_that_needs_other_eyes_waits(cast, gifts, program) -> None:
    answer = program("lihua").call(
        "POST", f"gifts/{gifts['tea'].public_id}/waive", {"reason": "客户自制样品"}
    )

    with scoped(cast.actor("chenwei")):
        (approval,) = Approval.objects.all()
    assert (answer.status_code, answer.json()["state"], answer.json()["approval"]) == (
        202,
        "waiting",
        str(approval.public_id),
    )
    assert values(cast)["龙井茶"] == Decimal("300.00")


def test_an_action_that_makes_no_sense_now_is_a_conflict(cast, gifts, program) -> None:
    client, path = program("lihua"), f"gifts/{gifts['tea'].public_id}/take-back"

    assert client.call("POST", path, {"reason": "年末清理"}).status_code == 200
    again = client.call("POST", path, {"reason": "再来一次"})
    assert (again.status_code, again.json()["code"], again.json()["detail"]) == (409, "NOT_NOW", "已经退回")


def test_unreadable_content_is_a_problem_too(cast, gifts, program) -> None:
    client = program("lihua")

    assert client.call("POST", "gifts", "{not json").status_code == 400
    assert client.call("DELETE", "gifts").status_code == 405
    assert len(values(cast)) == 3


def test_the_description_is_openapi_and_knows_every_operation(gifts, sign_in, cast) -> None:
    document = sign_in("lihua").get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["SessionDoor"]["name"] == "jl_session"
    paths = {
        path: sorted(set(one) & {"get", "post", "patch"})
        for path, one in document["paths"].items()
        if path.startswith("/api/v1/gifts") and "register" not in path
    }
    assert paths == {
        "/api/v1/gifts": ["get", "post"], "/api/v1/gifts/{public_id}": ["get", "patch"],
        "/api/v1/gifts/{public_id}/take-back": ["post"], "/api/v1/gifts/{public_id}/waive": ["post"],
    }  # fmt: skip
    give = document["components"]["schemas"]["GiftsGive"]
    assert sorted(give["required"]) == ["given_on", "kind", "unit", "value", "what"]
    assert give["additionalProperties"] is False
    assert Client().get("/api/v1/openapi.json").status_code == 401
