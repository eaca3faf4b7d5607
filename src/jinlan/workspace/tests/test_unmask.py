"""身份信息: masked on the page, plain in one answer after step-up and with a reason."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from jinlan.basics.clock import now_utc
from jinlan.clients.vault import Fact, store
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import console_actor, scoped
from jinlan.kernel.stepup import INSTANT
from jinlan.kernel.testing import ENTITY, writing

PHONE, MASKED_PHONE = "13812341234", "138****1234"
NUMBER, MASKED_NUMBER = "11010519491231002X", "110105********002X"
REASON = "核对开户证件"


@pytest.fixture
def sealed(world):
    with writing():
        for party in ("zhang", "jia-3"):
            code = world.cast.parties[party].code
            store(ENTITY, [Fact(code, "ID_NO", NUMBER), Fact(code, "MOBILE", PHONE)])
    return world


def address(world, unit: str = "household", party: str = "zhang") -> str:
    return f"/clients/{getattr(world.cast, unit).public_id}/identity/{world.cast.parties[party].public_id}"


def steps_up(client, seconds_ago: int = 0):
    session = client.session
    session[INSTANT] = (now_utc() - timedelta(seconds=seconds_ago)).isoformat()
    session.save()
    return client


def recorded() -> list[tuple[object, ...]]:
    with scoped(console_actor(ENTITY, now_utc())):
        rows = AuditEntry.objects.filter(verb="clients.identity_unmasked")
        return list(rows.values_list("username", "object_type", "object_id", "after", "reason"))


def test_the_block_is_masked_for_each_party_in_sight(sealed, as_person):
    for username, unit in (
        ("zhaoyan", "household"),
        ("lihua", "group"),
        ("wangmin", "group"),
        ("zhengyu", "group"),
    ):
        client = as_person(username)
        home = f"/clients/{getattr(sealed.cast, unit).public_id}"
        page = client.get(home).content.decode()
        block = client.get(f"{home}/identity").content.decode()

        assert f'hx-get="{home}/identity"' in page
        assert (MASKED_PHONE in block, MASKED_NUMBER in block) == (True, True), username
        assert ("查看明文" in block) == (username != "zhengyu")
        for text in (page, block):
            assert PHONE not in text
            assert NUMBER not in text


def test_without_step_up_the_way_leads_to_the_confirmation_and_nothing_is_recorded(sealed, as_person):
    client = steps_up(as_person("zhaoyan"), 300)

    for answer in (client.get(address(sealed)), client.post(address(sealed), {"reason": REASON})):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/confirm?next=%2Fclients%2F")
        assert PHONE not in answer.content.decode()
    stale = steps_up(client, 300).post(address(sealed), {"reason": REASON})

    assert stale.status_code == 302
    assert recorded() == []


def test_with_step_up_and_a_reason_the_plain_values_stand_in_this_one_answer(sealed, as_person, caplog):
    client = steps_up(as_person("zhaoyan"))
    before = client.get(address(sealed)).content.decode()

    with caplog.at_level(logging.DEBUG):
        answer = client.post(address(sealed), {"reason": REASON})
    page = answer.content.decode()

    assert (MASKED_PHONE in before, PHONE in before, NUMBER in before) == (True, False, False)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert f"<dt>电话</dt><dd>{PHONE}</dd>" in page
    assert f"<dt>证件号码</dt><dd>{NUMBER}</dd>" in page
    code = sealed.cast.parties["zhang"].code
    assert recorded() == [("zhaoyan", "party", code, {"kinds": ["ID_NO", "MOBILE"]}, REASON)]
    assert PHONE not in caplog.text
    assert NUMBER not in caplog.text
    after = client.get(address(sealed)).content.decode()
    assert (PHONE in after, NUMBER in after) == (False, False)


def test_the_side_panel_gets_the_part_alone(sealed, as_person):
    answer = steps_up(as_person("zhaoyan")).post(
        address(sealed), {"reason": REASON}, headers={"hx-request": "true"}
    )

    assert PHONE in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("reason", ["", "四个字呢", "a    b", "x" * 201])
def test_a_short_reason_shows_and_records_nothing(sealed, as_person, reason):
    answer = steps_up(as_person("zhaoyan")).post(address(sealed), {"reason": reason})

    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert recorded() == []


@pytest.mark.parametrize("username", ["zhengyu", "hejun"])
def test_auditors_and_administrators_find_no_such_page(sealed, as_person, username):
    client = steps_up(as_person(username))

    assert client.get(address(sealed)).status_code == 404
    assert client.post(address(sealed), {"reason": REASON}).status_code == 404
    assert recorded() == []


@pytest.mark.parametrize(
    ("username", "unit", "party"),
    [
        ("lihua", "household", "zhang"),  # another manager's household
        ("wangmin", "group", "jia"),  # sees the group's header and another member
        ("wangmin", "group", "zhang"),
        ("zhaoyan", "household", "jia-3"),
        ("chenwei", "household", "jia-3"),  # in sight, but no member of this unit
    ],
)
def test_out_of_scope_reads_like_what_does_not_exist(sealed, as_person, username, unit, party):
    client = steps_up(as_person(username))
    absent = client.get(
        "/clients/01920000-0000-7000-8000-000000000000/identity/01920000-0000-7000-8000-000000000000"
    )

    for answer in (
        client.get(address(sealed, unit, party)),
        client.post(address(sealed, unit, party), {"reason": REASON}),
    ):
        assert answer.status_code == 404
        assert answer.content == absent.content
    assert recorded() == []
