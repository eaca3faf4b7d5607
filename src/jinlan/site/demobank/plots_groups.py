"""Stories about companies and groups. Figures lie far from the lines.

Lines the definitions are calibrated to (12 months, yuan): HQ deposits 500 m, settlement 2 bn, revenue 12 m;
BRANCH 120 m, 500 m, 3 m; KEY 30 m, 120 m, 0.8 m; POTENTIAL growth 60 % with deposits of 1-20 m.
"""

from __future__ import annotations

from jinlan.site.demobank import companies, service
from jinlan.site.demobank.companies import Figures
from jinlan.site.demobank.counterparties import Counterparties
from jinlan.site.demobank.coverage import approve
from jinlan.site.demobank.org import LIHUA
from jinlan.site.demobank.stage import CAME, Stage
from jinlan.site.demobank.stories import yuan
from jinlan.site.demobank.timeline import day

_SLIDE = (20, 20, 20, 20, 20, 20, 20, 20, 20, 25, 35, 50, 70, 90, 110, 130, 150, 170, 185)
_END = "2026-10-31"


def plant(stage: Stage) -> None:
    """Plant all stories about companies."""
    for plot in (_only_consolidated, _negative_group, _sliding, _gate, _rising, _quiet, _dressing, _circles,
                 _unsupported, _two_groups):  # fmt: skip
        plot(stage)


def _only_consolidated(stage: Stage) -> None:
    root = stage.company("KEY", head=True)
    brand = root.name_zh[2:4]
    members = [root, *(stage.company("SMALL", brand=brand) for _ in range(9))]
    unit = stage.group("BRANCH", members, "CREDIT", lead=LIHUA)
    for member in members:
        stage.steady(member, Figures(1.8e7, 8e7, 1.8e7, 6e4), unit=unit)
    each = {"deposit_avg_12m": yuan(1.8e7), "settlement_12m": yuan(8e7), "revenue_12m": yuan(4.7e5)}
    whole = {"deposit_avg_12m": yuan(1.8e8), "settlement_12m": yuan(8e8), "revenue_12m": yuan(4.7e6)}
    stage.tell("group_only_consolidated", "单看不达标,合并才是分行级战略的集团",
               "A group strategic only when consolidated",
               [unit], members, [_END], computed_tier="BRANCH", member_tier="",
               raw={"member": each, "unit": whole})  # fmt: skip


def _negative_group(stage: Stage) -> None:
    root = stage.company("KEY", head=True)
    brand = root.name_zh[2:4]
    strong, bad, calm = (stage.company(klass, brand=brand) for klass in ("BRANCH", "SMALL", "SMALL"))
    unit = stage.group("BRANCH", [root, strong, bad, calm], "APPROVED", lead=LIHUA)
    stage.steady(root, Figures(5e6, 1e7, 0, 3e4))
    stage.steady(strong, Figures(2e8, 9e8, 2e8, 6e5), unit=unit)
    stage.steady(calm, Figures(2e6, 6e6, 0, 1e4))
    stage.kit.cash(bad, "DCUR-C", 1e6, growth=0.0, vol=0.0)
    time = stage.kit.bank.time
    facility = stage.credit.facility(bad, 6e7, unit=unit)
    loan = stage.credit.loan(
        bad, "LWC", 6e7, facility=facility, start=time.first - 200, maturity=day(2027, 3, 20)
    )
    fell = day(2026, 6, 10)
    stage.credit.classify(loan, fell, "3", 100)
    for month in time.months:
        if fell < month.last <= time.end:
            stage.credit.change(loan, month.last, dpd=100 + month.last - fell)
    approve(stage.kit, unit, "BRANCH", day(2021, 6, 15))
    stage.tell("strong_subsidiary_negative_group", "子公司单看强,集团因一笔次级贷款被挡",
               "A strong subsidiary in a group that fails a gate",
               [unit], [strong, bad, root, calm], ["2026-06-10", "2026-06-30", _END], gate="FIVE_TIER",
               computed_tier="",
               effective_tier="", tier_state="suspended", suspended_from="2026-06-30",
               before={"effective_tier": "BRANCH"},
               raw={"strong": {"deposit_avg_12m": yuan(2e8), "settlement_12m": yuan(9e8),
                               "revenue_12m": yuan(5.2e6)},
                    "unit": {"deposit_avg_12m": yuan(2.08e8), "five_tier_worst": "3",
                             "overdue": yuan(6.3e6)}})  # fmt: skip


def _sliding(stage: Stage) -> None:
    party = stage.company("BRANCH", head=True)
    path = stage.path(lambda ago: (_SLIDE[max(ago, 0)] if ago < len(_SLIDE) else 200) * 1e6)
    unit = stage.group("BRANCH", [party], "DELIVERED", lead=LIHUA)
    cash = stage.steady(party, Figures(2e7, 1.2e7, 0, 1.2e5), path=path)
    time = stage.kit.bank.time
    facility = stage.credit.facility(party, 1e8, unit=unit)
    loan = stage.credit.loan(
        party, "LWC", 1e8, facility=facility, start=time.first - 150, maturity=day(2027, 6, 20)
    )
    for ago in (16, 13, 10, 8):
        if time.ago(ago).index > 0:
            stage.credit.repay(loan, time.next_work(time.ago(ago).first + 9), 2.5e7)
    for month in time.months[:-1]:
        # the business shrinks with the balance: receipts of four times the deposits a year, all paid out
        size = int(path[month.index + 1]) / 100 * 0.36
        for number, share in ((5, 0.5), (17, 0.5)):
            when = time.next_work(month.first + number)
            stage.book(cash, when, round(size * share, 2), text="货款")
            stage.book(cash, when + 1, -round(size * share, 2), text="货款")
    approve(stage.kit, unit, "BRANCH", day(2021, 9, 15))
    averages = {
        "2026-01-31": yuan(1.28e8),
        "2026-03-31": yuan(9.9e7),
        "2026-06-30": yuan(5.9e7),
        "2026-10-31": yuan(2.74e7),
    }
    stage.tell("sliding_down", "近九个月持续下滑、跌破退出线的分行级客户",
               "A client sliding under the exit line", [unit], [party],
               ["2026-01-31", "2026-04-30", _END], approved_tier="BRANCH", computed_tier_not="BRANCH",
               tier_state_any=["watch", "proposed_down"], below_exit_from="2026-04-30",
               raw={"deposit_avg_12m": averages})  # fmt: skip


def _gate(stage: Stage) -> None:
    came = day(2008, 6, 12)
    root = stage.company("HQ", head=True, came=came)
    brand = root.name_zh[2:4]
    members = [root, *(stage.company("HQ", brand=brand, came=came) for _ in range(3))]
    unit = stage.group("HQ", members, "DELIVERED", lead=LIHUA)
    for member in members:
        path = stage.path(lambda ago: (1.5 - 0.02 * max(min(ago, 14), 0)) * 1e9)
        stage.steady(member, Figures(1.5e9, 9e9, 1.2e9, 3.6e6), unit=unit, path=path)
    stage.families(root, "FXS", "TLC", "CRDB", "ADV", "TBG")
    found = day(2026, 9, 15)
    service.screen(stage.kit, root, found - 2, "OPEN")
    service.screen(
        stage.kit,
        root,
        found,
        "CONFIRMED",
        number=stage.kit.bank.state.rows["screening_hit"][-1][2]["hit_id"],
    )
    approve(stage.kit, unit, "HQ", day(2020, 3, 15))
    stage.tell("gate_failure_secret", "得分第一,却因名单命中被暂停(原因保密)",
               "Top points, a confirmed screening hit: suspended, reason secret",
               [unit], [root], ["2026-09-15", "2026-09-30", _END], gate="SANCTIONS_CLEAR",
               shown_as="RESTRICTED",
               computed_tier="", effective_tier="", tier_state="suspended", suspended_from="2026-09-30",
               before={"effective_tier": "HQ"},
               raw={"deposit_avg_12m": yuan(5.6e9), "settlement_12m": yuan(3.6e10),
                    "revenue_12m": yuan(1.33e8)})  # fmt: skip


def _rising(stage: Stage) -> None:
    party = stage.company("SMALL")
    path = stage.path(lambda ago: 4e6 if ago >= 12 else 12e6 - 8e6 * max(ago, 0) / 12)
    stage.steady(party, Figures(1.2e7, 2.5e7, 0, 4e4), path=path)
    unit = stage.group("SMALL", [party], "DELIVERED")
    stage.tell("sme_rising", "快速成长的专精特新小企业", "An SME rising", [unit], [party],
               ["2025-10-31", _END],
               computed_tier="POTENTIAL", raw={"aum_avg_month": {"2025-10-31": yuan(4e6),
                                                                 "2026-10-31": yuan(1.2e7)},
                                               "aum_growth_12m": "2.0",
                                               "settlement_12m": yuan(3.1e7)})  # fmt: skip


def _quiet(stage: Stage) -> None:
    party = stage.company("HQ", head=True)
    current = stage.kit.cash(party, "DCUR-C", 1e8, growth=0.0, vol=0.0, steer=False)
    stage.kit.cash(party, "DTER-C", 2.4e9)
    stage.book(current, day(2025, 12, 10), 1e6, text="往来款")
    stage.book(current, day(2026, 3, 18), -1e6, text="往来款")
    unit = stage.group("HQ", [party], "DELIVERED", lead=LIHUA)
    unit.silent = True
    stage.tell("quiet_giant", "存款很大、几乎不动、无人拜访的客户", "A quiet giant", [unit], [party],
               ["2026-03-18", _END],
               scale_tier="HQ", interactions_12m=0, managed=True,
               raw={"deposit_avg_12m": yuan(2.5e9), "settlement_12m": yuan(1e6), "txn_count_12m": 2,
                    "recency_days": 227,
                    "revenue_12m": yuan(1.07e7)})  # fmt: skip


def _dressing(stage: Stage) -> None:
    party = stage.company("SMALL")
    cash = stage.steady(party, Figures(3e6, 2e7, 0, 3e4))
    for month in stage.kit.bank.time.months[:-1]:
        stage.book(cash, month.last, 2.5e8, internal=True, text="往来款")
        stage.book(cash, month.last + 1, -2.5e8, internal=True, text="往来款")
    unit = stage.group("SMALL", [party], "DELIVERED", lead=LIHUA)
    stage.tell("window_dressing", "只在月末冲高的存款", "Window dressing at month ends", [unit], [party],
               [_END, "2026-11-01"],
               computed_tier="", point_tier="BRANCH",
               raw={"aum": yuan(2.53e8), "deposit_avg_12m": yuan(1.12e7),
                    "settlement_12m": yuan(2e7)})  # fmt: skip


def _circles(stage: Stage) -> None:
    """Four accounts of two firms pass 6 m round in a circle every Tuesday and Friday."""
    kit = stage.kit
    one, two = stage.company("SMALL", head=True), stage.company("SMALL")
    ring = [stage.steady(one, Figures(4.5e6, 2.5e7, 0, 2e4))]
    ring += [kit.cash(party, "DCUR-C", 4.5e6, growth=0.0, vol=0.0) for party in (one, two, two)]
    unit = stage.group("SMALL", [one, two], "DELIVERED")
    time = kit.bank.time
    for when in range(time.first + 1, time.end + 1):
        if (when + 3) % 7 in (1, 4) and time.is_work(when):
            for giver, taker in zip(ring, [*ring[1:], ring[0]], strict=True):
                stage.book(giver, when, -6e6, other=Counterparties.own(taker.account.number), text="往来款")
                stage.book(taker, when, 6e6, other=Counterparties.own(giver.account.number), text="往来款")
    stage.tell("own_transfers", "用本集团账户互转虚增结算量", "Own-account transfers that inflate settlement",
               [unit], [one, two], [_END],
               computed_tier="", raw={"settlement_12m": yuan(2.5e7), "credits_gross_12m_at_least": yuan(2e9),
                                      "deposit_avg_12m": yuan(1.8e7)})  # fmt: skip


def _unsupported(stage: Stage) -> None:
    party = stage.company("SMALL")
    stage.steady(party, Figures(3e5, 1e6, 0, 1e3))
    unit = stage.group("SMALL", [party], "DELIVERED", lead=LIHUA)
    approve(stage.kit, unit, "KEY", day(2022, 3, 15))
    stage.tell("approved_unsupported", "在存量名单上,但没有一项指标支持",
               "On the approved list, supported by no measure", [unit],
               [party], [_END], approved_tier="KEY", computed_tier="",
               tier_state_any=["watch", "proposed_down"],
               raw={"deposit_avg_12m": yuan(3e5), "settlement_12m": yuan(1e6),
                    "revenue_12m": yuan(4.2e3)})  # fmt: skip


def _two_groups(stage: Stage) -> None:
    kit = stage.kit
    lender, owner = stage.company("KEY", head=True), stage.company("KEY", head=True)
    disputed = stage.company("KEY", brand=owner.name_zh[2:4])
    own = [stage.company("SMALL", brand=owner.name_zh[2:4]) for _ in range(2)]
    known = [stage.company("SMALL", brand=lender.name_zh[2:4]) for _ in range(2)]
    credit_view = companies.register(
        kit, kit.bank.next_id("G"), "KEY", lender, [lender, *known, disputed], "CREDIT"
    )
    for member in known:
        companies.owns(kit.bank, lender, member, 0.9)
    by_share = stage.group("KEY", [owner, *own], "COMPUTED", owned=1.0)
    companies.owns(kit.bank, owner, disputed, 0.7, since=CAME)
    for member, plan in ((lender, Figures(4e7, 1.6e8, 3e7, 2e5)), (owner, Figures(4.5e7, 1.8e8, 3e7, 2e5)),
                         (disputed, Figures(2e7, 9e7, 1e7, 8e4))):  # fmt: skip
        stage.steady(member, plan)
    for member in (*own, *known):
        stage.steady(member, Figures(1e6, 4e6, 0, 5e3))
    stage.tell("two_groups", "授信与股权把同一成员归入不同集团",
               "A member that two sources put into different groups",
               [credit_view, by_share], [disputed, lender, owner], [_END], member_of=credit_view.unit_id,
               source="CREDIT",
               claims={"CREDIT": credit_view.unit_id, "COMPUTED": by_share.unit_id},
               ownership_share="0.70")  # fmt: skip
