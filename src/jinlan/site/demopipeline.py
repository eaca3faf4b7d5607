"""Opportunities of the demo bank: closed ones from which medians and chances are learnt, and open ones in every stage.

What runs now is opened, proved and advanced through the acts, as far as its proofs go. What was closed, or approved, before is written as
it would have been kept then: its visits of those years are not part of the demo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models import Opportunity, OpportunityStep
from jinlan.domains.engagement.rules.pipeline import APPROVAL, DATED, LAST, PERSON, criteria, defaults_on
from jinlan.domains.engagement.services.pipeline import (
    advance_opportunity,
    open_opportunity,
    push_opportunity,
    tick_criterion,
)
from jinlan.domains.engagement.services.pipeline_rows import told
from jinlan.domains.engagement.services.whom import about_member, place_of
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped
from jinlan.kernel.who import name_of
from jinlan.site.demotalks import LAST as TODAY
from jinlan.site.demotalks import MANAGERS, As, at, book_of

MANY = Decimal(10_000)
HEAD = {"by": "chenwei", "name": "陈伟"}  # who confirmed what was approved


@dataclass(frozen=True, slots=True)
class Past:
    """A closed one: how many days before the newest data it was closed, how it ended, and how long it was in each stage."""

    ago: int
    fate: str  # "won", or the code of the loss
    stays: Sequence[int]
    product: str
    title: str
    wan: int
    margin: str


@dataclass(frozen=True, slots=True)
class Running:
    """An open one: opened so many days ago, meant for a stage, days between its stages, days until it closes and by how much that was pushed."""

    ago: int
    stage: int
    every: int
    closes: int
    push: int
    product: str
    title: str
    wan: int
    margin: str
    source: str = "VISIT"
    currency: str = "CNY"


PASTS: Sequence[Past] = (
    Past(560, "won", (12, 25, 30, 18, 9), "LOAN", "流动资金贷款", 8_000, "0.018"), Past(530, "PRICE", (15, 34), "DEPOSIT", "大额存单", 5_000, "0.006"),
    Past(505, "won", (9, 21, 26, 15, 12), "TRADE", "进口开证额度", 12_000, "0.011"), Past(480, "SPEED", (20, 40, 38), "LOAN", "并表子公司授信", 6_000, "0.019"),
    Past(455, "won", (14, 28, 35, 22, 10), "PAYMENT", "资金归集上线", 3_000, "0.008"), Past(430, "CANCELLED", (11, 30), "BOND", "中期票据承销", 20_000, "0.004"),
    Past(405, "LIMIT", (13, 27, 33, 30), "LOAN", "固定资产贷款", 30_000, "0.016"), Past(380, "won", (10, 19, 24, 17, 8), "FX", "远期结汇", 4_500, "0.009"),
    Past(355, "PRICE", (16, 22, 41), "LOAN", "票据贴现合作", 9_000, "0.012"), Past(335, "won", (8, 24, 29, 14, 11), "CUSTODY", "项目资金托管", 15_000, "0.003"),
    Past(310, "RELATION", (25,), "WEALTH", "机构理财", 7_000, "0.007"), Past(290, "won", (12, 26, 31, 20, 13), "LOAN", "供应链融资", 11_000, "0.017"),
    Past(270, "POLICY", (18, 36), "LOAN", "土地相关融资", 16_000, "0.020"), Past(250, "won", (15, 29, 27, 16, 9), "CARD", "代发与公务卡", 1_200, "0.015"),
    Past(230, "PRODUCT", (14, 31, 45), "INSURANCE", "关键人保险方案", 900, "0.030"), Past(215, "won", (11, 23, 33, 19, 10), "TRADE", "出口保理", 6_800, "0.013"),
    Past(200, "CANCELLED", (9,), "ADVISORY", "并购顾问", 2_000, "0.050"), Past(185, "PRICE", (17, 30, 36, 25), "LOAN", "银团份额", 25_000, "0.010"),
    Past(175, "won", (13, 27, 28, 18, 12), "DEPOSIT", "结构化存款", 8_800, "0.007"), Past(165, "SPEED", (22, 44), "FX", "跨境资金池", 5_200, "0.008"),
    Past(155, "won", (10, 25, 30, 21, 9), "LOAN", "设备更新贷款", 7_600, "0.018"), Past(145, "RELATION", (30, 35), "BOND", "绿色债券", 18_000, "0.004"),
    Past(90, "won", (12, 22, 26, 17, 10), "PAYMENT", "收单与对账", 2_400, "0.009"), Past(50, "PRICE", (16, 33), "LOAN", "项目前期贷款", 10_000, "0.015"),
)  # fmt: skip
RUNS: Sequence[Running] = (
    Running(12, 1, 9, 75, 0, "LOAN", "扩建项目中长期贷款", 20_000, "0.017"), Running(45, 1, 9, 40, 30, "WEALTH", "闲置资金理财", 3_500, "0.006", "SIGNAL"),
    Running(8, 1, 9, 95, 0, "FX", "美元债务套保", 900, "0.012", "CLIENT", "USD"), Running(30, 2, 14, 60, 0, "PAYMENT", "子公司资金归集", 4_200, "0.009"),
    Running(52, 2, 12, 35, 0, "TRADE", "进口信用证", 7_800, "0.012", "CLIENT"), Running(95, 2, 10, 20, 45, "LOAN", "流动资金贷款续作", 9_000, "0.018"),
    Running(38, 3, 11, 45, 0, "DEPOSIT", "到期存单承接", 6_000, "0.005"), Running(64, 3, 16, 25, 20, "CARD", "代发工资", 800, "0.016", "REFERRAL"),
    Running(120, 3, 30, 15, 60, "LOAN", "供应链融资二期", 13_000, "0.017"), Running(25, 2, 10, 55, 0, "CUSTODY", "募集资金托管", 15_000, "0.003", "CAMPAIGN"),
    Running(18, 1, 9, 85, 0, "INSURANCE", "团体补充医疗方案", 600, "0.030"), Running(33, 2, 13, 65, 0, "ADVISORY", "融资结构顾问", 1_500, "0.050", "PLAN"),
)  # fmt: skip
APPROVED: Sequence[
    tuple[Past, int]
] = (  # open ones in a late stage: their stays up to it, and days until they close
    (Past(0, "", (13, 24, 28, 6), "LOAN", "设备更新贷款二期", 8_500, "0.018"), 18),
    (Past(0, "", (11, 22, 30, 16), "TRADE", "出口保理额度", 5_600, "0.013"), 12),
    (Past(0, "", (12, 26, 27, 17, 4), "PAYMENT", "财资管理系统", 3_000, "0.010"), 6),
    (Past(0, "", (9, 20, 31, 44), "LOAN", "并购贷款", 22_000, "0.019"), 30),
)


def install(as_: As) -> int:
    """Write the opportunities down, once; return how many there are."""
    with scoped(head := as_("chenwei", at(TODAY))):
        if visible(head, Opportunity).exists():
            return 0
    books = [(username, unit) for username in MANAGERS for unit in book_of(as_, username)]
    if not books:
        return 0
    for number, past in enumerate(PASTS):
        _written(as_, *books[number % len(books)], past, TODAY - timedelta(days=past.ago), 0)
    for number, (late, closes) in enumerate(APPROVED):
        _written(as_, *books[(number * 2) % len(books)], late, TODAY, closes)
    for number, run in enumerate(RUNS):
        _run(as_, *books[(number * 5 + 1) % len(books)], run)
    return len(PASTS) + len(APPROVED) + len(RUNS)


def _run(as_: As, username: str, unit: UUID, run: Running) -> None:
    """Open one and bring it as far towards its stage as its proofs go."""
    day, closes = TODAY - timedelta(days=run.ago), TODAY + timedelta(days=run.closes)
    key = UUID(open_opportunity(
        actor=as_(username, at(day)), unit=unit, title=run.title, product=run.product, amount=run.wan * MANY, margin=Decimal(run.margin),
        closes_on=closes - timedelta(days=run.push), source=run.source, currency=run.currency,
    ))  # fmt: skip
    for stage in range(2, run.stage + 1):
        day += timedelta(days=run.every)
        actor = as_(username, at(min(day, TODAY)))
        for one in criteria()[stage]:
            if one.kind in (PERSON, DATED):
                tick_criterion(
                    actor=actor, public_id=key, criterion=one.code, evidence="会谈纪要与客户邮件已确认"
                )
        try:
            advance_opportunity(actor=actor, public_id=key, stage=stage - 1)
        except Refused:
            break  # nobody of the client who decides is known, or nobody talked with it: it stays where it is
    if run.push:
        push_opportunity(
            actor=as_(username, at(TODAY)), public_id=key, closes_on=closes, reason="客户内部流程推迟"
        )


def _written(as_: As, username: str, unit: UUID, past: Past, end: date, closes: int) -> None:
    """Write one as it was kept: `end` is the day on which it was closed, or up to which its last stage has lasted."""
    start = end - timedelta(days=sum(past.stays))
    actor = as_(username, at(start))
    with scoped(actor, write=True):
        found = clients.unit_of(actor, public_id=unit)
        if found is None:
            return
        stage, won = len(past.stays), past.fate == "won"
        entered = [start + timedelta(days=sum(past.stays[:place])) for place in range(stage)]
        close_on = end + timedelta(days=closes)
        row = Opportunity.objects.create(
            **about_member(actor, unit), title=past.title, product=past.product, amount=past.wan * MANY, currency="CNY", margin=Decimal(past.margin),
            closes_on=close_on, first_closes_on=close_on, owner=actor.employee, source="VISIT", stage=stage, furthest=stage, stage_since=entered[-1],
            criteria=_proofs(actor, stage, entered), state="open" if not past.fate else "won" if won else "lost", closed_on=end if past.fate else None,
            won_amount=past.wan * MANY if won else None, loss="" if won else past.fate, made_by=actor.username, made_name=name_of(actor), made_at=at(start),
        )  # fmt: skip
        _steps(actor, row, entered, end)
        audit(actor, "engagement.opportunity_opened", "opportunity", row.public_id, after=told(row))


def _proofs(actor: Actor, stage: int, entered: Sequence[date]) -> dict[str, Any]:
    """Return what was ticked for the stages that were reached; what the system looks up is not kept."""
    own = {"by": actor.username, "name": name_of(actor)}
    return {
        one.code: {
            "evidence": "会谈纪要与客户邮件已确认", "on": entered[place - 1].isoformat(), **(HEAD if one.kind == APPROVAL else own),
            "at": at(entered[place - 1]).isoformat(),
        }
        for place in range(2, stage + 1) for one in criteria()[place] if one.kind != "system"
    }  # fmt: skip


def _steps(actor: Actor, row: Opportunity, entered: Sequence[date], end: date) -> None:
    chances = defaults_on(end).chances
    steps = [
        ("opened" if stage == 1 else "advanced", stage, day) for stage, day in enumerate(entered, start=1)
    ]
    if row.state != "open":
        steps.append((row.state, row.stage, end))
    OpportunityStep.objects.bulk_create(
        OpportunityStep(
            **place_of(row), opportunity=row, act=name, stage=stage, amount=row.amount, chance=chances[min(stage, LAST)], closes_on=row.closes_on,
            owner=row.owner, by=actor.username, by_name=row.made_name, day=day, at=at(day),
        )
        for name, stage, day in steps
    )  # fmt: skip
