"""The indicators' page, one indicator with its past and those behind it, and the card of heads."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from jinlan.domains.strategy.services.definitions import install_charter, install_definitions
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import BankTotal, UnitResult
from jinlan.work.indicators import INDICATORS
from jinlan.work.models import IndicatorValue
from jinlan.work.snapshots import snapshot_indicators
from jinlan.workspace.tests.conftest import BEFORE, MONTH_END

WHOLE_BANK = ["chenwei", "zhoulin", "wuhan", "zhengyu"]


def text_of(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def row_of(page: bytes, code: str) -> str:
    """Return what the row of an indicator reads."""
    found = re.search(
        rf'<tr>\s*<th[^>]*><a class="name" href="/indicators/{code}[?"].*?</tr>', page.decode(), re.DOTALL
    )
    assert found
    return text_of(found[0].encode())


@pytest.fixture
def measured(world):
    """The world with totals of the bank, an override, a charter, and the snapshots of its three dates."""
    actor = system_actor(ENTITY, AT)
    install_definitions(ENTITY, actor=actor)
    install_charter(ENTITY, actor=actor)
    with writing():
        for as_of, tiered in ((BEFORE, "30.00"), (MONTH_END, "45.00"), (TODAY, "60.00")):
            for kind, everything, own in (
                ("GROUP", "80.00", tiered),
                ("HNW", "20.00", "0.00"),
                ("PARTNER", "7.00", "7.00"),
            ):
                BankTotal.objects.create(
                    entity=ENTITY, run=world.run, as_of=as_of, kind=kind, units=5, tiered=1, unknown=kind == "HNW", unknown_tiered=0,
                    revenue=everything, revenue_tiered=own,
                )  # fmt: skip
        UnitResult.objects.filter(as_of=TODAY, unit_id=world.cast.group.pk).update(tier_source="OVERRIDE")
    snapshot_indicators(actor=actor)
    return world


def test_every_indicator_stands_with_value_target_state_change_and_list(measured, as_person):
    page = as_person("chenwei").get("/indicators")

    assert page.status_code == 200
    row = row_of(page.content, "COVERED")
    assert "60.0% 在层客户收入 0 万元" in row  # 60 of 100, in ten thousands
    assert "≥ 50.0% 达到目标 ▲ 上升 +15.0 个百分点 —" in row  # 45 % at the month-end; no year ago
    assert 'href="/clients?view=all"' in page.content.decode()
    assert "50.0% 人工调整的客户 1 在层客户 2 ≤ 10.0% 未达目标" in row_of(page.content, "OVERRIDES")
    assert "▲ 上升 +50.0 个百分点" in row_of(page.content, "OVERRIDES")
    assert "— 当时的数据不足以计算 ≤ 5.0% 没有数据 — —" in row_of(page.content, "FLAPS")
    assert {code for code in INDICATORS if f'href="/indicators/{code}"' in page.content.decode()} == set(
        INDICATORS
    )


def test_a_rewound_page_shows_what_was_then(measured, as_person):
    page = as_person("zhengyu").get(f"/indicators?as_of={MONTH_END}")

    row = row_of(page.content, "COVERED")
    assert "45.0%" in row
    assert "未达目标 ▲ 上升 +15.0 个百分点" in row  # 30 % in September
    links = page.content.decode()
    for address in (
        f"/indicators/COVERED?as_of={MONTH_END}", f"/clients?view=all&amp;as_of={MONTH_END}", f"/indicators/LOAD?as_of={MONTH_END}#cases",
        "/obligations?view=missed",
    ):  # fmt: skip
        assert f'href="{address}"' in links
    assert "0.0% 人工调整的客户 0 在层客户 2" in row_of(page.content, "OVERRIDES")


def test_a_date_without_a_snapshot_says_so(measured, as_person):
    with writing():
        IndicatorValue.objects.filter(as_of=TODAY, code="COVERED").delete()

    row = row_of(as_person("chenwei").get("/indicators").content, "COVERED")

    assert "— 夜间处理尚未推算到这一天 — 没有数据" in row
    assert "45.0%" not in row


def test_one_indicator_shows_its_past_its_parts_and_those_behind_it(measured, as_person):
    person = as_person("zhoulin")

    covered = person.get("/indicators/COVERED")
    said = text_of(covered.content)
    assert "价值覆盖 60.0%，达到目标 ≥ 50.0%" in said
    assert "INDICATOR.COVERED@1900-01-01" in said
    assert re.findall(r"2026-\d\d-\d\d (\d+\.\d)% ≥ 50.0%", said) == ["60.0", "45.0", "30.0"]
    assert "合作伙伴 不加入合计" in said
    assert 'id="cases"' not in covered.content.decode()  # its list is another page

    by_hand = person.get("/indicators/OVERRIDES").content.decode()
    assert f'href="/clients/{measured.cast.group.public_id}"' in by_hand
    assert "甲集团" in by_hand
    assert "李华" in text_of(person.get("/indicators/LOAD").content)
    assert "负荷 李华 E1001 5.7% · 富余 赵岩 E1003 1.4% · 富余" in text_of(
        person.get("/indicators/LOAD").content
    )  # 8 and 2 of 140 hours
    assert "缺少的角色" in text_of(person.get("/indicators/TRIANGLE").content)


def test_the_past_comes_as_csv_with_exact_values(measured, as_person):
    answer = as_person("wuhan").get(f"/indicators/COVERED?format=csv&as_of={MONTH_END}")

    assert answer["Content-Disposition"] == f'attachment; filename="COVERED-{MONTH_END}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))
    assert [(row["as_of_date"], Decimal(row["value"]), row["met"], row["numerator"]) for row in rows] == [
        ("2026-09-30", Decimal("0.3"), "False", "30.00"), ("2026-10-31", Decimal("0.45"), "False", "45.00"),
    ]  # fmt: skip


def test_heads_see_what_misses_first_on_their_page(measured, as_person):
    page = text_of(as_person("chenwei").get("/department").content)

    card = page[page.index("成效指标") : page.index("全部指标与走势")]
    states = re.findall(r"未达目标|没有数据|达到目标", card)
    assert states == sorted(states, key=["未达目标", "没有数据", "达到目标"].index)
    assert len(states) == len(INDICATORS)


@pytest.mark.parametrize("username", WHOLE_BANK)
def test_whole_bank_eyes_find_the_way_to_them(measured, as_person, username):
    person = as_person(username)

    for address in ("/charter", "/definitions", "/department"):
        assert 'href="/indicators"' in person.get(address).content.decode(), address


def test_a_head_of_one_side_of_the_wall_sees_nothing_of_the_whole_bank(measured, as_person):
    with writing():
        RoleGrant.objects.filter(person=measured.cast.people["chenwei"]).update(domain=1)
    person = as_person("chenwei")

    for address in ("/indicators", "/indicators/COVERED", "/api/v1/indicators"):
        assert person.get(address).status_code == 404, address
    for address in ("/charter", "/definitions", "/department"):
        page = person.get(address)
        assert (page.status_code, "/indicators" in page.content.decode()) == (200, False), address


def test_an_unknown_indicator_is_not_there(measured, as_person):
    for code in ("NOTHING", "covered"):
        assert as_person("chenwei").get(f"/indicators/{code}").status_code == 404


def test_the_api_tells_the_same_to_the_same_people(measured, as_person):
    told = as_person("zhengyu").get("/api/v1/indicators").json()

    assert told["as_of"] == "2026-11-10"
    assert [one["code"] for one in told["items"]] == sorted(INDICATORS)
    covered = next(one for one in told["items"] if one["code"] == "COVERED")
    assert (Decimal(covered["value"]), Decimal(covered["target"]), covered["met"], covered["chapter"]) == (
        Decimal("0.6"), Decimal("0.5"), True, "1.1",
    )  # fmt: skip
    assert (Decimal(covered["numerator"]), Decimal(covered["denominator"])) == (60, 100)
    flaps = next(one for one in told["items"] if one["code"] == "FLAPS")
    assert (flaps["value"], flaps["met"], flaps["why"]) == (None, None, "NOT_KNOWN_THEN")
    assert as_person("zhengyu").get("/api/v1/indicators?as_of=2000-01-01").json() == {
        "as_of": None,
        "items": [],
    }
    for username in ("lihua", "sunjie", "hejun"):
        assert as_person(username).get("/api/v1/indicators").status_code == 404, username


def test_nothing_published_is_said(database, client):
    from jinlan.clients.testing import the_cast

    cast = the_cast()
    client.force_login(cast.people["chenwei"], backend="django.contrib.auth.backends.ModelBackend")

    for address in ("/indicators", "/indicators/LOAD"):
        assert client.get(address).status_code == 200, address
