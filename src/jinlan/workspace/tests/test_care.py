"""Care on pages: the calendar, days and silences, the gift register, Today, the client's people and the line of time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.testing import SIGN_INS
from jinlan.domains.compliance.services import install_texts, record_consent
from jinlan.domains.engagement.models import Care, CareDay, Gift
from jinlan.domains.engagement.services.care import note_care_day, silence
from jinlan.domains.engagement.tests.worlds import a_contact
from jinlan.kernel.testing import ENTITY, an_actor, writing

BUSINESS = {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}
LISTS = ("/care", "/care-days", "/care-silences", "/gifts-register")


@pytest.fixture
def cared(world):
    """A client whose root agreed to be cared for by call; 张伟 has his birthday in two days, 李强, who mourns, in three."""
    cast, now = world.cast, now_utc()
    lihua, today = an_actor(cast.people["lihua"], now), business_date(now)
    with writing():
        install_texts(ENTITY)
        people = [a_contact(cast.group, name) for name in ("张伟", "李强")]
    record_consent(
        actor=lihua, party=cast.parties["jia"].public_id, purpose="CARE", channels=["CALL"], way="BRANCH"
    )
    for days, one in enumerate(people, start=2):
        on = today + timedelta(days=days)
        note_care_day(
            actor=lihua, unit=cast.group.public_id, kind="BIRTHDAY", source="SAID", given_on=today, person=one.public_id, month=on.month, day=on.day
        )  # fmt: skip
    silence(
        actor=lihua, unit=cast.group.public_id, person=people[1].public_id, reason="BEREAVEMENT", since=today
    )
    return world


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows(model: Any) -> list[dict[str, Any]]:
    with writing():
        return list(model.objects.order_by("id").values())


def key_of(name: str) -> UUID:
    with writing():
        return Care.objects.get(person__name=name).public_id


def form_of(client: Any, address: str, **changes: Any) -> dict[str, Any]:
    """Return what the browser would send of a form."""
    form = client.get(address).context["form"]
    given = {one.html_name: one.value() for one in form if one.value() not in (None, False, "")}
    return given | changes


def test_the_calendar_shows_who_is_near_who_is_silent_and_why(cared, as_person) -> None:
    client = as_person("lihua")
    said = text(client.get("/care"))

    assert ("生日" in said, "张伟" in said, "待认领" in said, "李强" in said, "静默" in said, "丧事" in said) == (True,) * 6  # fmt: skip
    assert ("李强" in text(client.get("/care?view=silenced")), "张伟" in text(client.get("/care?view=silenced"))) == (True, False)  # fmt: skip
    assert "张伟" not in text(client.get("/care?view=done"))
    assert "张伟" in text(client.get("/care?view=all&q=张伟"))


@pytest.mark.parametrize("address", LISTS)
def test_who_opens_the_lists_and_who_sees_a_row(cared, as_person, address: str) -> None:
    seen = {user: as_person(user).get(address) for user, *_rest in SIGN_INS}

    assert {user for user, answer in seen.items() if answer.status_code == 200} == BUSINESS
    near = {user for user in BUSINESS if "张伟" in text(seen[user])}
    assert near == (BUSINESS - {"wangmin", "zhaoyan"} if address in ("/care", "/care-days") else set())


def test_a_greeting_is_refused_without_consent_then_claimed_and_nobody_else_may(cared, as_person) -> None:
    client, here = as_person("lihua"), f"/care/{key_of('张伟')}"
    refused = client.post(f"{here}/claim-greeting", form_of(client, f"{here}/claim-greeting", channel="SMS"))
    assert (refused.status_code, "没有取得客户关怀（短信）的授权" in text(refused)) == (422, True)
    assert rows(Care)[0]["state"] == "open"

    done = client.post(f"{here}/claim-greeting", form_of(client, f"{here}/claim-greeting", channel="CALL"))
    assert done.status_code == 302
    assert (rows(Care)[0]["state"], rows(Care)[0]["claimed_by"]) == ("claimed", "E1001")
    said = text(client.get(here))
    assert ("已认领" in said, "关怀日" in said, "没有静默。" in said) == (True, True, True)
    head = as_person("sunjie")
    told = head.post(f"{here}/greet", form_of(head, f"{here}/greet"))
    assert (told.status_code, "由李华认领" in text(told)) == (422, True)
    assert rows(Care)[0]["state"] == "claimed"


def test_a_silent_one_is_shown_with_its_reason_and_cannot_be_claimed(cared, as_person) -> None:
    client, here = as_person("lihua"), f"/care/{key_of('李强')}"
    said = text(client.get(here))

    assert "正在静默，不问候、不送礼： 丧事" in said
    assert "认领问候" not in said
    refused = client.post(f"{here}/claim-greeting", form_of(client, f"{here}/claim-greeting", channel="CALL"))
    assert (refused.status_code, "正在静默，不作问候。" in text(refused)) == (422, True)
    assert {row["state"] for row in rows(Care)} == {"open"}


def test_a_day_is_noted_from_the_persons_page_and_taken_back(cared, as_person) -> None:
    client, unit = as_person("lihua"), cared.cast.group.public_id
    with writing():
        person = a_contact(cared.cast.group, "周末")
    page = client.get(f"/contact-people/{person.public_id}").content.decode()
    address = f"/care-days/new?unit={unit}&person={person.public_id}"
    assert address.replace("&", "&amp;") in page
    given = form_of(
        client, address, kind="BIRTHDAY", calendar="LUNAR", month="6", day="1", leap="on", source="FORM"
    )
    assert (given["unit"], given["person"]) == ("甲集团", "周末")

    assert client.post(address, given).status_code == 302
    day = rows(CareDay)[-1]
    assert (day["month"], day["leap"], day["year"]) == (6, True, None)
    assert "农历闰六月初一" in text(client.get(f"/care-days?unit={unit}"))
    gone = f"/care-days/{day['public_id']}/withdraw-care-day"
    assert client.post(gone, form_of(client, gone)).status_code == 302
    assert rows(CareDay)[-1]["month"] is None
    assert "已清除" in text(client.get("/care-days?view=withdrawn"))


def test_a_gift_over_the_line_waits_and_its_page_says_what_is_left(cared, as_person) -> None:
    client, unit = as_person("lihua"), cared.cast.group.public_id
    address = f"/gifts-register/new?unit={unit}"
    given = form_of(
        client,
        address,
        person="张伟",
        direction="GIVEN",
        kind="GOODS",
        occasion="VISIT",
        what="茶具",
        value="480",
    )

    assert client.post(address, given).status_code == 302
    (gift,) = rows(Gift)
    said = text(client.get(f"/gifts-register/{gift['public_id']}"))
    assert ("待审批" in said, "已计 480.00 元，还可 520.00 元" in said, "申请批准礼品" in said) == (
        True,
        True,
        True,
    )
    more = client.post(address, form_of(client, address, **given | {"value": "520.01", "key": "another"}))
    assert (more.status_code, "还可 CNY 520.00" in text(more)) == (422, True)
    assert len(rows(Gift)) == 1


def test_today_shows_the_fortnight_of_the_own_clients_in_the_same_queries(
    cared, as_person, count_queries
) -> None:
    client = as_person("lihua")
    said = text(client.get("/today"))
    assert ("关怀 14 天" in said, "生日 · 张伟" in said, "甲集团 · 丧事" in said) == (True, True, True)
    assert "张伟" not in text(as_person("zhaoyan").get("/today"))
    with count_queries() as few:
        client.get("/today")
    today = business_date(now_utc())
    with writing():
        more = [a_contact(cared.cast.group, f"周{number}") for number in range(8)]
    for one in more:
        on = today + timedelta(days=5)
        note_care_day(
            actor=an_actor(cared.cast.people["lihua"], now_utc()), unit=cared.cast.group.public_id, kind="BIRTHDAY", source="SAID", given_on=today,
            person=one.public_id, month=on.month, day=on.day,
        )  # fmt: skip
    with count_queries() as many:
        answer = client.get("/today")
    assert "其余 4 个关怀日" in text(answer)
    assert len(many) == len(few)


def test_the_clients_people_lead_to_its_care(cared, as_person) -> None:
    said = as_person("lihua").get(f"/clients/{cared.cast.group.public_id}/people").content.decode()

    for address in LISTS:
        assert f'href="{address}?unit={cared.cast.group.public_id}"' in said


def test_every_list_speaks_english(cared, as_person) -> None:
    client = as_person("lihua")
    client.cookies["jl_lang"] = "en"

    for address in LISTS:
        main = re.split(r"</?main[^>]*>", client.get(address).content.decode())[1]
        told = re.sub(r"<[^>]+>", " ", main)
        assert (
            re.search(
                r"[\u4e00-\u9fff]", re.sub("张伟|李强|李华|甲集团|甲控股集团有限公司|金澜银行", "", told)
            )
            is None
        ), address
