"""A client's plan that can be approved, and the figures that it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.domains.engagement.models import AccountPlan, PlanAction
from jinlan.domains.engagement.services.plan_life import approve_plan
from jinlan.domains.engagement.services.plans import draft_plan, write_plan_entry
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import Load, PublishedDate, Run, UnitResult
from jinlan.work.services import decide, propose

SINCE, UNTIL = date(2026, 10, 1), date(2027, 9, 30)
GOAL: dict[str, Any] = {
    "text": "日均存款增长", "metric": "deposit_avg_12m", "baseline": "1亿", "target": "1.6亿", "since": "2026-01-01", "due": "2026-12-31", "owner": "E1001",
}  # fmt: skip
BY_HAND: dict[str, Any] = {
    "text": "开证时间缩短", "metric": "OWN", "unit": "天", "baseline": "10", "target": "4", "since": "2026-10-01", "due": "2027-03-31", "owner": "E1001",
}  # fmt: skip
DEED: dict[str, Any] = {
    "text": "上线资金归集",
    "side": "bank",
    "owner": "E1001",
    "since": "2026-10-08",
    "due": "2026-12-15",
}
LINES: dict[str, dict[str, Any]] = {
    "VISION": {"text": "三年内成为行业前三"}, "ROLE": {"text": "结算与供应链主办行"}, "AIM": {"text": "向海外扩张", "source": "2025 年报"},
    "PRIORITY": {"text": "降低财务费用", "source": "走访 10-08"}, "POSITION": {"text": "结算份额约三成", "source": "走访 10-08"},
    "STRENGTH": {"text": "合作十年", "source": "开户记录", "owner": "E1001"}, "WEAKNESS": {"text": "开证慢", "source": "客户来电", "owner": "E1001"},
    "OPPORTUNITY": {"text": "新厂投产", "source": "公告", "owner": "E1001"}, "THREAT": {"text": "他行降价", "source": "走访", "owner": "E1001"},
    "NEED": {"text": "集团资金归集", "source": "走访", "owner": "E1001"}, "HOURS": {"amount": "240", "text": "主办与产品经理合计"},
    "RISK": {"text": "行业下行", "answer": "按季看报表", "owner": "E1001"},
}  # fmt: skip


def publish_figures(room: Room, **measures: str) -> None:
    """Publish figures of 甲集团 for `TODAY`."""
    unit = room.cast.group
    with writing():
        load = Load.objects.create(entity=ENTITY, as_of=TODAY, status="loaded", started_at=AT, finished_at=AT, versions={}, tables=[])  # fmt: skip
        run = Run.objects.create(entity=ENTITY, as_of=TODAY, load=load, status="published", started_at=AT, finished_at=AT)  # fmt: skip
        PublishedDate.objects.create(entity=ENTITY, as_of=TODAY, run=run, month_end=False, latest=True)
        UnitResult.objects.create(
            entity=ENTITY, run=run, as_of=TODAY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind, tier_state="active",
            measures={code: {"v": value, "s": "ok"} for code, value in measures.items()},
        )  # fmt: skip


@dataclass
class Desk:
    """A draft of 甲集团 and what its manager does to it."""

    room: Room
    plan: UUID
    edition: int = 1
    keys: dict[str, UUID] = field(default_factory=dict)

    def write(self, name: str, kind: str, said: dict[str, Any], username: str = "lihua", at: datetime = AT) -> UUID:  # fmt: skip
        """Write an entry under a name, anew or once more; return its key."""
        found = write_plan_entry(
            actor=self.room.actor(username, at), public_id=self.plan, edition=self.edition, kind=kind, said=said, entry=self.keys.get(name)
        )  # fmt: skip
        self.edition = int(found["edition"])
        self.keys[name] = UUID(str(found["entry"]))
        return self.keys[name]

    def whole(self) -> Desk:
        """Write everything that a plan must say: three objectives, an action of the bank and a promise of either side."""
        for kind, said in LINES.items():
            self.write(kind, kind, said)
        self.write("goal", "OBJECTIVE", GOAL)
        self.write("hand", "OBJECTIVE", BY_HAND)
        self.write(
            "third",
            "OBJECTIVE",
            GOAL | {"text": "贷款增长", "metric": "loan", "baseline": "100", "target": "200"},
        )
        self.write("deed", "ACTION", DEED | {"objective": str(self.keys["goal"])})
        self.write(
            "ours",
            "ACTION",
            DEED | {"text": "给出开证方案", "objective": str(self.keys["hand"]), "mutual": True},
        )
        self.write("theirs", "ACTION", DEED | {
            "text": "提供用款计划", "side": "client", "objective": str(self.keys["third"]), "mutual": True, "person": str(self.room.zhang.public_id),
            "after": [str(self.keys["deed"])],
        })  # fmt: skip
        return self

    def ask(self, username: str = "lihua", at: datetime = AT) -> UUID:
        """Ask for the plan's approval; return the request."""
        found = propose(
            actor=self.room.actor(username, at), act=approve_plan.name, payload={"public_id": str(self.plan)}, reason="年度计划，请审批"
        )  # fmt: skip
        return UUID(str(found.public_id))

    def approve(self, at: datetime = AT) -> None:
        """Let the plan take force: the branch's head reviews, the head of department approves."""
        asked = self.ask(at=at)
        for username in ("sunjie", "chenwei"):
            decide(actor=self.room.actor(username, at), approval=asked, approves=True, reason="同意")

    def row(self) -> dict[str, Any]:
        """Return the plan as the database holds it."""
        with writing():
            return dict(AccountPlan.objects.values().get(public_id=self.plan))

    def action(self, name: str) -> dict[str, Any]:
        """Return an action as the database holds it."""
        with writing():
            return dict(PlanAction.objects.values().get(entry=self.keys[name]))


def a_desk(room: Room, at: datetime = AT) -> Desk:
    """Begin a draft for 甲集团."""
    key = draft_plan(actor=room.actor(at=at), unit=room.cast.group.public_id, starts_on=SINCE, ends_on=UNTIL)
    return Desk(room, UUID(key))


def next_version(desk: Desk, at: datetime = AT + timedelta(days=1)) -> Desk:
    """Begin the version after one in force; entries keep their names."""
    return Desk(desk.room, a_desk(desk.room, at).plan, keys=dict(desk.keys))


WORTH = {"deposit_avg_12m": "130000000.00", "loan": "150.00", "aum": "200000000.00"}
HALF = Decimal("0.5")


def rows(model: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as the database holds them."""
    with writing():
        return list(model.objects.order_by("id").values())
