"""Stories about persons and households. Lines: average AUM of 12 months, PRIVATE 8 m, ULTRA 60 m (yuan)."""

from __future__ import annotations

from jinlan.site.demobank import companies, households
from jinlan.site.demobank.book import Unit
from jinlan.site.demobank.companies import Figures
from jinlan.site.demobank.coverage import approve
from jinlan.site.demobank.households import Home
from jinlan.site.demobank.org import LIHUA, ZHAOYAN
from jinlan.site.demobank.stage import CAME, Fault, Stage
from jinlan.site.demobank.stories import yuan
from jinlan.site.demobank.timeline import day

_END = "2026-10-31"


def plant(stage: Stage) -> None:
    """Plant all stories about households."""
    for plot in (_each_below, _flapping, _controller, _gate, _correction):
        plot(stage)


def _home(stage: Stage, *, married: bool = True, trust: bool = False) -> Home:
    branch = stage.kit.org.sub("杭州", 0)
    return households.family(stage.kit, branch=branch, onboard=CAME, married=married, trust=trust)


def _enroll(stage: Stage, home: Home, klass: str) -> Unit:
    unit = households.enroll(stage.kit, home, klass, named=True, quiet=True)
    unit.lead = ZHAOYAN
    return unit


def _each_below(stage: Stage) -> None:
    home = _home(stage, trust=True)
    assert home.spouse is not None and home.trust is not None  # noqa: S101, PT018
    for party, worth in ((home.root, 5.0e6), (home.spouse, 4.6e6), (home.trust, 3.4e6)):
        stage.worth(party, worth)
    unit = _enroll(stage, home, "PRIVATE")
    members = {
        home.root.party_id: yuan(5e6),
        home.spouse.party_id: yuan(4.6e6),
        home.trust.party_id: yuan(3.4e6),
    }
    stage.tell("household_each_below", "成员个个不达标、合起来达标的家庭",
               "A household whose members are each below", [unit],
               [home.root, home.spouse, home.trust], [_END], computed_tier="PRIVATE", member_tier="",
               raw={"member_aum_avg_12m": members, "aum_avg_12m": yuan(1.3e7)})  # fmt: skip


def _flapping(stage: Stage) -> None:
    """Averages alternate 8.2 m and 7.6 m: months of 11.7, 0.2, 15.5, 0.2 ... m after a flat year."""
    units, roots = [], []
    for place in range(2):
        home = _home(stage, married=False)
        # the flow alternates so that each new month replaces an 8 m month of the year before
        path = stage.path(
            lambda ago: 7.85e6 if ago > 11 else 1.169e7 if ago == 11 else (1.553e7 if ago % 2 else 1.7e5)
        )
        stage.worth(home.root, 7.85e6, path=path)
        unit = _enroll(stage, home, "PRIVATE")
        if place == 0:
            approve(stage.kit, unit, "PRIVATE", day(2021, 5, 15))
        units.append(unit)
        roots.append(home.root)
    stage.tell("flapping", "月月在准入线上下跳动的客户", "A client flapping around the entry line", units,
               roots,
               ["2025-11-30", _END], effective_tier={units[0].unit_id: "PRIVATE", units[1].unit_id: ""},
               changes_after_start=0, raw={"aum_avg_12m_high": yuan(8.2e6), "aum_avg_12m_low": yuan(7.6e6),
                                           "first_high": "2025-11-30",
                                           "approved": units[0].unit_id})  # fmt: skip


def _controller(stage: Stage) -> None:
    home = _home(stage, trust=True)
    assert home.spouse is not None and home.trust is not None  # noqa: S101, PT018
    for party, worth in ((home.root, 6e7), (home.spouse, 1.5e7), (home.trust, 2e7)):
        stage.worth(party, worth)
    unit = _enroll(stage, home, "ULTRA")
    parent = stage.company("BRANCH", head=True)
    firms = [parent, *(stage.company("KEY", brand=parent.name_zh[2:4]) for _ in range(2))]
    group = stage.group("BRANCH", firms, "COMPUTED", lead=LIHUA)
    companies.owns(stage.kit.bank, home.root, parent, 0.8, since=CAME)
    for firm, plan in zip(
        firms,
        (Figures(2e7, 5e7, 0, 5e4), Figures(1.2e8, 6e8, 1.6e8, 5e5), Figures(7e7, 3.5e8, 9e7, 3.5e5)),
        strict=True,
    ):
        stage.steady(firm, plan, unit=group)
    stage.kit.bank.state.put("party_role", stage.kit.bank.time.first, {
        "party_id": home.root.party_id, "role_code": "CONTROLLING_PERSON", "object_type": "PARTY",
        "object_id": parent.party_id, "valid_from": CAME, "valid_to": None,
    })  # fmt: skip
    approve(stage.kit, unit, "ULTRA", day(2020, 11, 15))
    approve(stage.kit, group, "BRANCH", day(2020, 11, 15))
    stage.tell("hnw_and_controller", "既是高净值家庭主人、又控制企业集团的人",
               "HNW root and controller of a group", [unit, group],
               [home.root, *firms], [_END], computed_tier={unit.unit_id: "ULTRA", group.unit_id: "BRANCH"},
               shared_parties=0, raw={"hnw_aum_avg_12m": yuan(9.5e7), "group_deposit_avg_12m": yuan(2.1e8),
                                      "group_settlement_12m": yuan(1e9),
                                      "group_revenue_12m": yuan(6.16e6)})  # fmt: skip


def _gate(stage: Stage) -> None:
    home = _home(stage)
    assert home.spouse is not None  # noqa: S101
    stage.worth(home.root, 6.2e8, busy=True)
    stage.worth(home.spouse, 1.8e8, busy=True)
    stage.families(home.root, "CRD", "FXS", "ADVF", "PAYS", "TBG")
    unit = _enroll(stage, home, "ULTRA")
    stage.diligence(home.root, day(2026, 8, 31))
    stage.kit.bank.edit(day(2026, 9, 1), home.root, cdd_status="OVERDUE")
    approve(stage.kit, unit, "ULTRA", day(2019, 8, 15))
    stage.tell("gate_failure_top_points", "得分第一,却因尽职调查过期被暂停",
               "Top points, due diligence overdue: suspended", [unit],
               [home.root], ["2026-08-31", "2026-09-30", _END], gate="CDD_CURRENT", computed_tier="",
               effective_tier="",
               tier_state="suspended", suspended_from="2026-09-30", before={"effective_tier": "ULTRA"},
               raw={"aum_avg_12m": yuan(8e8), "cdd_due_date": "2026-08-31"})  # fmt: skip


def _correction(stage: Stage) -> None:
    """A price typed 100 times too high from 15 to 31 October; corrected by deliveries of those days."""
    home = _home(stage, married=False)
    position = stage.worth(home.root, 3.2e6)
    unit = _enroll(stage, home, "AFFLUENT")
    stage.faults.append(Fault(position, day(2026, 10, 15), day(2026, 10, 31), 100))
    stage.tell("late_correction", "迟到的更正改变了上月的测算层级",
               "A late correction that changes last month's computed tier", [unit],
               [home.root], ["2026-10-15", _END],
               before={"computed_tier": "PRIVATE", "aum_avg_12m": yuan(1.72e7)},
               after={"computed_tier": "", "aum_avg_12m": yuan(3.2e6)}, tables=["balance_daily", "holding"],
               folder="corrections/JLB", account_id=position.account.account_id)  # fmt: skip
