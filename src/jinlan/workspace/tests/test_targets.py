"""The pages of targets: whose line each person sees, and forms in which nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from jinlan.clients.models import Coverage
from jinlan.clients.testing import SIGN_INS, covers
from jinlan.domains.strategy.models import Target
from jinlan.domains.strategy.rules.targets import BRANCH, EMPLOYEE, THE_BANK, Owner
from jinlan.domains.strategy.services.target_refresh import refresh_targets
from jinlan.domains.strategy.services.targets import Wanted, set_target, split_target
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT, writing
from jinlan.serving.models import UnitResult
from jinlan.workspace.tests.conftest import BEFORE, MONTH_END

D = Decimal
WHY = "年中调整经营计划"
BJ, SH, LIHUA = Owner(BRANCH, "BJ"), Owner(BRANCH, "SH"), Owner(EMPLOYEE, "E1001")
NAMES = [f"own-m{number}" for number in range(1, 13)]


def flat(amount) -> tuple[Decimal, ...]:
    return (D(amount),) * 12


@pytest.fixture
def credited(world):
    """October: 甲集团 brought 5 million of AUM to 李华, of which 王敏 had a fifth; 张家 lost one million."""
    covers(world.cast.employees["E1002"], world.cast.group, role="ASSIST")
    with writing():
        for employee, share in (("E1001", "0.8"), ("E1002", "0.2")):
            Coverage.objects.filter(unit=world.cast.group, employee__code=employee).update(
                credit_share=D(share)
            )
        for unit, day, amount in (
            (world.cast.group, BEFORE, "90000000.00"), (world.cast.group, MONTH_END, "95000000.00"),
            (world.cast.household, BEFORE, "9000000.00"), (world.cast.household, MONTH_END, "8000000.00"),
        ):  # fmt: skip
            measures = {"aum_avg_month": {"v": amount, "s": "ok"}}
            UnitResult.objects.filter(unit_id=unit.pk, as_of=day).update(measures=measures)
    refresh_targets(actor=system_actor("JLB", AT))
    return world


@pytest.fixture
def aimed(credited):
    """The bank is to bring 10 million every month: BJ 6, SH 4; of BJ 李华 has 5 and 赵岩 1."""
    boss = credited.cast.actor("chenwei")
    given = {"actor": boss, "year": 2026, "metric": "aum", "reason": WHY}
    set_target(**given, months=flat(10_000_000))
    split_target(
        **given,
        owner=THE_BANK,
        edition=1,
        children=[Wanted(BJ, flat(6_000_000)), Wanted(SH, flat(4_000_000))],
    )
    people = [Wanted(LIHUA, flat(5_000_000)), Wanted(Owner(EMPLOYEE, "E1003"), flat(1_000_000))]
    split_target(**given, owner=BJ, edition=1, children=people)
    return credited


def rows_of(answer) -> dict[str, list[str]]:
    """Return the cells of the table of those below, by name."""
    page = answer.content.decode()
    found = {}
    for row in re.findall(r"<tr[^>]*><th scope=\"row\".*?</tr>", page, re.DOTALL):
        cells = [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        found[cells[0]] = cells[1:]
    return found


def test_the_bank_sees_target_to_date_actual_and_gap(aimed, as_person):
    rows = rows_of(as_person("chenwei").get("/targets"))

    # 万元: year, to date (October alone is closed), actual, %, gap
    assert rows["北京分行"][1:] == ["7,200", "600", "300", "50.0%", "−300"]
    assert rows["上海分行"][1:] == ["4,800", "400", "100", "25.0%", "−300"]
    assert rows["本级"][1:] == ["12,000", "1,000", "400", "40.0%", "−600"]
    assert rows["10 月"] == ["1,000", "400", "−600"]
    assert rows["11 月"] == ["1,000", "—", "—"]


def test_a_branch_head_sees_his_people_and_a_manager_only_himself(aimed, as_person):
    own = rows_of(as_person("sunjie").get("/targets"))
    assert (own["李华"][2:4], own["赵岩"][2:4]) == (["500", "400"], ["100", "−100"])
    colleague = rows_of(as_person("lihua").get("/targets?of=BRANCH-BJ"))
    assert "赵岩" not in colleague
    assert colleague["李华"][3] == "400"
    assert any(name.startswith("其余") and cells[3] == "−100" for name, cells in colleague.items())

    seen = {
        of: {name for name, *_ in SIGN_INS if as_person(name).get(f"/targets?of={of}").status_code == 200}
        for of in ("BANK", "BRANCH-BJ", "BRANCH-SH", "EMPLOYEE-E1001", "EMPLOYEE-E1003")
    }
    whole = {"chenwei", "zhoulin", "wuhan", "zhengyu"}
    assert seen == {
        "BANK": whole | {"sunjie", "lihua", "wangmin", "zhaoyan"}, "BRANCH-BJ": whole | {"sunjie", "lihua", "zhaoyan"},
        "BRANCH-SH": whole | {"wangmin"}, "EMPLOYEE-E1001": whole | {"sunjie", "lihua"}, "EMPLOYEE-E1003": whole | {"sunjie", "zhaoyan"},
    }  # fmt: skip
    assert as_person("chenwei").get("/targets?of=BRANCH-NO").status_code == 404
    assert as_person("chenwei").get("/targets?of=x").status_code == 404


def test_clients_behind_a_figure_are_shown_as_far_as_they_are_in_sight(aimed, as_person):
    own = as_person("lihua").get("/targets").content.decode()
    assert "甲集团" in own
    assert "不在您的视野内" not in own

    with writing():  # somebody else has the client since
        Coverage.objects.filter(unit=aimed.cast.group).update(valid_to="2026-11-01")
        covers(aimed.cast.employees["E1002"], aimed.cast.group, since=date(2026, 11, 1), share=D(1))
    later = as_person("lihua").get("/targets")
    assert "甲集团" not in later.content.decode()
    rows = rows_of(later)
    assert rows["其余至少 1 户不在您的视野内"][1] == "+400"
    assert rows["本人"][1] == "+400"


def test_without_targets_the_page_says_what_to_do(world, as_person):
    boss, manager = (
        as_person("chenwei").get("/targets").content.decode(),
        as_person("lihua").get("/targets").content.decode(),
    )

    assert "还没有 2026 年的目标" in boss
    assert "/targets/set?" in boss
    assert "还没有 2026 年的目标" in manager
    assert "/targets/set" not in manager


def bank_form(**other) -> dict[str, str]:
    base = {"year": "2026", "metric": "aum", "of": "BANK", "unit": "万元", "own-edition": "0", "reason": WHY}
    return base | dict.fromkeys(NAMES, "100.5") | other


def stored():
    with writing():
        return {f"{row.owner_kind} {row.owner}".strip(): tuple(row.months) for row in Target.objects.all()}


def test_the_bank_is_set_in_the_pages_unit_and_the_sums_are_checked(world, as_person):
    boss = as_person("chenwei")
    wrong = boss.post("/targets/set", bank_form(q1="301", year_sum="1206"))
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "与各月合计 301.5 不符" in page
    assert page.count('value="100.5"') == 12  # nothing is lost
    assert stored() == {}

    assert boss.post("/targets/set", bank_form(q1="301.5", year_sum="1206")).status_code == 302
    assert stored() == {"BANK": flat("1005000.00")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请填写，没有的填 0"),
        ("abc", "请填写金额，最多到分"),
        ("0.0000001", "请填写金额，最多到分"),
        ("1e3", ""),
    ],
)
def test_a_cell_that_cannot_be_read_is_said_at_its_place(world, as_person, text, said):
    answer = as_person("chenwei").post("/targets/set", bank_form(**{"own-m3": text}))

    if not said:
        assert stored()["BANK"][2] == D("10000000.00")
        return
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'href="#f-own-m3"' in answer.content.decode()
    assert stored() == {}


def test_a_year_is_shared_out_before_it_is_saved(world, as_person):
    answer = as_person("chenwei").post("/targets/set", bank_form(fill="year", year_sum="1,000"))
    page = answer.content.decode()

    assert answer.status_code == 200
    months = [
        D(one)
        for one in re.findall(r'data-month="\d+"', page)
        and re.findall(r'name="own-m\d+" value="([^"]*)"', page)
    ]
    assert sum(months) == D(1000)
    assert set(months) == {D("83.333333"), D("83.333334")}
    assert stored() == {}

    quarters = {f"q{number}": text for number, text in enumerate(("3", "6", "9", "x"), 1)}
    answer = as_person("chenwei").post("/targets/set", bank_form(fill="quarters", **quarters))
    assert answer.status_code == 422
    assert 'href="#f-q4"' in answer.content.decode()


def split_form(page: str, **other) -> dict[str, str]:
    """Return what a browser would send of the form on a page."""
    sent = [
        one for one in re.findall(r"<input[^>]*>", page) if 'type="checkbox"' not in one or " checked" in one
    ]
    found = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', " ".join(sent)))
    return {name: text for name, text in found.items() if "csrf" not in name} | {"reason": WHY} | other


def test_an_owner_is_split_evenly_then_saved(credited, as_person):
    boss = as_person("chenwei")
    assert boss.post("/targets/set", bank_form()).status_code == 302
    page = boss.get("/targets/split?of=BANK&year=2026&metric=aum").content.decode()
    given = split_form(page)
    assert {"BRANCH-BJ-on", "BRANCH-SH-on", "BRANCH-HQ-on"} <= given.keys()
    del given["BRANCH-HQ-on"]

    filled = boss.post("/targets/split", given | {"fill": "even"}).content.decode()
    assert stored().keys() == {"BANK"}
    given = split_form(filled)
    assert "BRANCH-HQ-on" not in given
    assert boss.post("/targets/split", given).status_code == 302

    assert stored() == {"BANK": flat(1_005_000), "BRANCH BJ": flat(502_500), "BRANCH SH": flat(502_500)}


def test_children_that_do_not_add_up_are_said_with_month_and_difference_and_kept(aimed, as_person):
    page = as_person("sunjie").get("/targets/split").content.decode()
    before = stored()

    answer = as_person("sunjie").post("/targets/split", split_form(page, **{"EMPLOYEE-E1001-m4": "450"}))
    said = answer.content.decode()

    assert answer.status_code == 422
    assert "4 月各下级合计 550 万元,与本级目标 600 万元 相差 −50 万元" in said
    assert 'value="450"' in said
    assert stored() == before


def test_the_second_tab_is_told_and_keeps_what_was_typed(aimed, as_person):
    page = as_person("sunjie").get("/targets/split").content.decode()
    moved = {"EMPLOYEE-E1001-m4": "450", "EMPLOYEE-E1003-m4": "150"}
    assert as_person("sunjie").post("/targets/split", split_form(page, **moved)).status_code == 302
    after = stored()

    answer = as_person("chenwei").post(
        "/targets/split", split_form(page, **{"EMPLOYEE-E1001-m4": "400", "EMPLOYEE-E1003-m4": "200"})
    )

    assert answer.status_code == 409
    assert 'value="400"' in answer.content.decode()
    assert "目标已在另一处改动" in answer.content.decode()
    assert stored() == after


def test_a_change_of_the_bank_is_spread_when_asked(aimed, as_person):
    boss, given = as_person("chenwei"), bank_form(**dict.fromkeys(NAMES, "1100"), **{"own-edition": "1"})
    refused = boss.post("/targets/set", given)
    assert refused.status_code == 422
    assert "改动按比例分到下级" in refused.content.decode()

    assert boss.post("/targets/set", given | {"spread": "on"}).status_code == 302
    assert stored()["EMPLOYEE E1001"] == flat(5_500_000)


def test_forms_open_for_heads_only(aimed, as_person):
    seen = {
        address: {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}
        for address in (
            "/targets/set",
            "/targets/split",
            "/targets/split?of=BANK",
            "/targets/split?of=BRANCH-SH",
        )
    }

    assert seen == {
        "/targets/set": {"chenwei"}, "/targets/split": {"chenwei", "sunjie"}, "/targets/split?of=BANK": {"chenwei"},
        "/targets/split?of=BRANCH-SH": {"chenwei"},
    }  # fmt: skip
    before = stored()
    for name in ("lihua", "zhoulin", "zhengyu"):
        assert as_person(name).post("/targets/set", bank_form()).status_code == 404
        assert as_person(name).post("/targets/split", {"of": "BRANCH-BJ"}).status_code == 404
    assert (
        as_person("sunjie").post("/targets/split", {"of": "BRANCH-SH", "BRANCH-SH-on": "on"}).status_code
        == 404
    )
    assert stored() == before


@pytest.mark.parametrize(
    "query", ["year=x&metric=y", "year=99999", "year=0000", "of=BANK-", "of=EMPLOYEE", "of=-", "show=%00"]
)
def test_addresses_that_say_nothing_break_nothing(world, as_person, query):
    assert as_person("chenwei").get(f"/targets?{query}").status_code in {200, 404}
