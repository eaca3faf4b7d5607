"""Account plans of the demo bank: two in force with actions under way and a review, and one that is still written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.services.plan_life import approve_plan
from jinlan.domains.engagement.services.plan_work import finish_plan_action, read_objective, review_plan
from jinlan.domains.engagement.services.plans import draft_plan, share_plan, write_plan_entry
from jinlan.kernel.scope import scoped
from jinlan.site.demotalks import LAST
from jinlan.work.services import decide, propose

As = Callable[[str, datetime], Actor]
WRITTEN, APPROVED, REVIEWED = date(2026, 9, 24), date(2026, 9, 29), date(2026, 11, 6)
SINCE, UNTIL = date(2026, 7, 1), date(2027, 6, 30)
LINES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("VISION", {"text": "三年内成为区域同业前三，海外收入占比过半"}), ("ROLE", {"text": "结算与供应链融资的主办行，跨境业务的首选行"}),
    ("AIM", {"text": "在东南亚设立两家生产基地", "source": "2025 年度报告第 12 页"}), ("PRIORITY", {"text": "压降财务费用，盘活应收账款", "source": "9 月走访"}),
    ("TREND", {"text": "行业集中度上升，订单向头部集中", "source": "行业协会二季度简报"}), ("RIVAL", {"text": "另一家国有大行以低价争夺代发与结算", "source": "财务部门口头告知"}),
    ("POSITION", {"text": "存款与结算稳定，贷款份额不足三成，开证时效是短板", "source": "系统数据与 9 月走访"}),
    ("STRENGTH", {"text": "合作多年，资金管理人员熟悉我行系统", "source": "开户与走访记录"}), ("WEAKNESS", {"text": "开证平均 9 天，慢于同业", "source": "近三个月开证记录"}),
    ("OPPORTUNITY", {"text": "新基地投产带来跨境结算与项目贷款需求", "source": "客户公告"}), ("THREAT", {"text": "同业低价进入，代发可能流失", "source": "财务部门口头告知"}),
    ("NEED", {"text": "集团资金归集与境内外一体化查询", "source": "9 月走访"}), ("NEED", {"text": "缩短开证时间", "source": "客户来电"}),
    ("HOURS", {"amount": "240", "text": "主办、产品与交付经理合计"}), ("LIMIT", {"amount": "2亿", "text": "项目贷款额度，须经授信审批"}),
    ("RISK", {"text": "新基地所在国汇率波动大", "answer": "配套远期结汇，按季复核敞口", "source": "国别风险月报"}),
)  # fmt: skip
GOALS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("存款年日均稳步增长", {"metric": "deposit_avg_12m", "from": "0.92", "to": "1.12", "since": SINCE, "due": UNTIL}),
    ("贷款份额提升", {"metric": "loan", "from": "0.95", "to": "1.25", "since": SINCE, "due": UNTIL}),
    ("开证时间缩短", {"metric": "OWN", "unit": "天", "baseline": "9", "target": "5", "since": SINCE, "due": date(2027, 3, 31)}),
)  # fmt: skip
ACTIONS: tuple[Mapping[str, Any], ...] = (
    {"text": "上线集团资金归集", "goal": 0, "side": "bank", "since": date(2026, 9, 29), "due": date(2026, 10, 30), "done": "三家成员已上线，见 10-28 验收单"},
    {"text": "提交项目贷款方案", "goal": 1, "side": "bank", "since": date(2026, 10, 12), "due": date(2026, 12, 18), "mutual": True},
    {"text": "提供新基地可研报告", "goal": 1, "side": "client", "since": date(2026, 10, 8), "due": date(2026, 11, 27), "mutual": True},
    {"text": "开证流程改为一次受理", "goal": 2, "side": "bank", "since": date(2026, 10, 8), "due": date(2026, 11, 3)},
    {"text": "为财务人员做跨境业务培训", "goal": 2, "side": "bank", "since": date(2026, 12, 1), "due": date(2027, 1, 29)},
)  # fmt: skip
MINUTES = "资金归集已上线，存款按计划。开证仍要 8 天，流程改造比计划晚了一周，原因是单证中心人手不足。客户认可方案，要求年内见到改善。"


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def install(as_: As) -> int:
    """Write the plans down in the name of their managers, once; return how many there are.

    Args:
        as_: returns the actor of a user name at an instant.
    """
    with scoped(head := as_("chenwei", _at(LAST))):
        if reading.in_force(head).exists():
            return 0
    made = 0
    for place, unit in enumerate(_book(as_("lihua", _at(LAST)))):
        made += _plan(as_, unit, in_force=place < 2)
    return made


def _book(actor: Actor) -> list[UUID]:
    """Return three clients that somebody leads and of which people are known."""
    with scoped(actor):
        led = [row["unit_id"] for row in clients.led_by(actor, code=actor.employee, as_of=LAST)]
        named = clients.named_units(actor, unit_ids=led, as_of=LAST)
        known = roster.clients_with_people(actor)
        order = sorted(
            (unit for unit, _leads in named.values()), key=lambda one: (one.pk not in known, str(one.code))
        )
        return [unit.public_id for unit in order[:3]]


def _plan(as_: As, unit: UUID, *, in_force: bool) -> int:
    actor = as_("lihua", _at(WRITTEN))
    key = UUID(draft_plan(actor=actor, unit=unit, starts_on=SINCE, ends_on=UNTIL))
    desk = _Desk(actor, key)
    lines = LINES if in_force else LINES[:9]
    for kind, said in lines:
        desk.write(kind, {**said, "owner": actor.employee})
    goals = [desk.write("OBJECTIVE", _goal(actor, unit, text, said)) for text, said in GOALS]
    if not in_force:
        return 1
    person = _person(actor, unit)
    deeds = [
        desk.write("ACTION", {**said, "owner": actor.employee, "objective": str(goals[said["goal"]]), "person": person if said["side"] == "client" else ""})
        for said in ACTIONS
    ]  # fmt: skip
    shown = [f"{goal}.{name}" for goal in goals for name in ("text", "progress", "due")] + [f"{one}.{name}" for one in deeds[:3] for name in ("text", "side", "due", "state")]  # fmt: skip
    share_plan(actor=actor, public_id=key, edition=desk.edition, shared=shown)
    _approve(as_, key)
    _work(as_, unit, key, goals)
    return 1


def _work(as_: As, unit: UUID, key: UUID, goals: list[UUID]) -> None:
    actor = as_("lihua", _at(REVIEWED))
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        rows = reading.actions_of(actor, unit_id=found.pk, today=REVIEWED) if found else []
    done = {str(one["text"]): str(one["done"]) for one in ACTIONS if "done" in one}
    for row in rows:
        if row.text in done:
            finish_plan_action(
                actor=actor, public_id=row.public_id, note=done[row.text], closed_on=date(2026, 10, 28)
            )
    read_objective(
        actor=actor,
        public_id=key,
        objective=goals[2],
        value=Decimal(8),
        evidence="抽查 10 月 20 笔开证",
        read_on=date(2026, 10, 31),
    )
    person = _person(actor, unit)
    review_plan(
        actor=actor, public_id=key, held_on=REVIEWED, minutes=MINUTES, decisions="单证中心增派一名经办；12 月初再看一次开证时间。",
        people=[person] if person else [], next_on=date(2027, 2, 5),
    )  # fmt: skip


def _goal(actor: Actor, unit: UUID, text: str, said: Mapping[str, Any]) -> dict[str, Any]:
    if said["metric"] == "OWN":
        return {**said, "text": text, "owner": actor.employee}
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        value, _on = reading.newest_value(actor, found.pk, said["metric"]) if found else (None, None)
    now = value or Decimal(10_000_000)
    baseline, target = ((now * Decimal(said[name])).quantize(Decimal("1E4")) for name in ("from", "to"))
    return {**said, "text": text, "owner": actor.employee, "baseline": baseline, "target": target}


def _person(actor: Actor, unit: UUID) -> str:
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        people = roster.contacts_of(actor, unit_id=found.pk, on=WRITTEN) if found else []
    return people[0].key if people else ""


def _approve(as_: As, key: UUID) -> None:
    asked = propose(actor=as_("lihua", _at(APPROVED)), act=approve_plan.name, payload={"public_id": str(key)}, reason="年度客户计划，请审批")  # fmt: skip
    for username in ("sunjie", "chenwei"):
        decide(actor=as_(username, _at(APPROVED, 11)), approval=asked.public_id, approves=True, reason="目标与资源相称，同意")  # fmt: skip


class _Desk:
    """A draft that one person writes."""

    def __init__(self, actor: Actor, key: UUID) -> None:
        self.actor, self.key, self.edition = actor, key, 1

    def write(self, kind: str, said: Mapping[str, Any]) -> UUID:
        found = write_plan_entry(
            actor=self.actor, public_id=self.key, edition=self.edition, kind=kind, said=said
        )
        self.edition = int(found["edition"])
        return UUID(str(found["entry"]))
