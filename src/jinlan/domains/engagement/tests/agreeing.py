"""An agreement with 甲集团 that can be signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from jinlan.domains.engagement.models import Agreement
from jinlan.domains.engagement.services.agreement_life import clear_agreement, sign_agreement
from jinlan.domains.engagement.services.agreements import draft_agreement, write_agreement_entry
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, ENTITY, writing
from jinlan.serving.models import Load, PublishedDate, Run, UnitResult
from jinlan.work.services import decide, propose

SINCE, UNTIL = date(2026, 11, 1), date(2028, 10, 31)
MEETING: dict[str, Any] = {
    "text": "高层会晤",
    "side": "bank",
    "owner": "E1001",
    "due": "2027-02-28",
    "every": "6",
}
TURNOVER: dict[str, Any] = {
    "text": "提供集团用款计划",
    "side": "client",
    "owner": "E1001",
    "due": "2026-12-15",
}
DEPOSITS: dict[str, Any] = {
    "text": "日均存款不低于一亿", "side": "client", "metric": "deposit_avg_12m", "keeping": "FLOOR", "target": "1亿", "since": "2026-11-01",
    "due": "2028-10-31", "owner": "E1001",
}  # fmt: skip
LETTERS: dict[str, Any] = {
    "text": "开证时间不超过五天", "side": "bank", "metric": "OWN", "unit": "天", "keeping": "CEILING", "target": "5", "since": "2026-11-01",
    "due": "2028-10-31", "owner": "E1001",
}  # fmt: skip
CREDIT: dict[str, Any] = {"amount": "30亿", "currency": "CNY"}
OTHERS: dict[str, dict[str, Any]] = {
    "PURPOSE": {"text": "长期合作，共同发展"}, "FIELD": {"text": "资金归集与结算", "product": "SETTLE"}, "MECHANISM": {"text": "每半年高层会晤一次", "owner": "E1001"},
}  # fmt: skip
SIGNATURES = {"signed_ours": "陈伟 部门总经理", "signed_theirs": "张总 董事长", "reference": "ZLXY-2026-017"}


@dataclass
class Paper:
    """A draft with 甲集团 and what its manager does to it."""

    room: Room
    key: UUID
    edition: int = 1
    keys: dict[str, UUID] = field(default_factory=dict)

    def write(self, name: str, kind: str, said: dict[str, Any], username: str = "lihua", at: datetime = AT) -> UUID:  # fmt: skip
        """Write an entry under a name, anew or once more; return its key."""
        found = write_agreement_entry(
            actor=self.room.actor(username, at), public_id=self.key, edition=self.edition, kind=kind, said=said, entry=self.keys.get(name)
        )  # fmt: skip
        self.edition, self.keys[name] = int(found["edition"]), UUID(str(found["entry"]))
        return self.keys[name]

    def whole(self, at: datetime = AT) -> Paper:
        """Write everything that an agreement must say, and a commitment of each sort."""
        with scoped(self.room.actor("chenwei")):
            member = self.room.cast.group.members.select_related("party").order_by("id")[0].party.public_id
        self.write("ours", "OURS", {"branch": "BJ"}, at=at)
        self.write("theirs", "THEIRS", {"member": str(member)}, at=at)
        for kind, said in OTHERS.items():
            self.write(kind, kind, said, at=at)
        self.write("credit", "CREDIT", CREDIT, at=at)
        for name, kind, said in (("meeting", "DEED", MEETING), ("turnover", "DEED", TURNOVER), ("deposits", "MEASURE", DEPOSITS), ("letters", "MEASURE", LETTERS)):  # fmt: skip
            self.write(name, kind, said, at=at)
        return self

    def clear(self, at: datetime = AT) -> Paper:
        """Let two others clear it for signing."""
        asked = propose(
            actor=self.room.actor(at=at), act=clear_agreement.name, payload={"public_id": str(self.key)}, reason="总对总协议，请审批"
        )  # fmt: skip
        for username in ("sunjie", "chenwei"):
            decide(
                actor=self.room.actor(username, at),
                approval=asked.public_id,
                approves=True,
                reason="同意签署",
            )
        return self

    def sign(self, at: datetime = AT + timedelta(days=1)) -> dict[str, int]:
        """Write its signatures down."""
        return dict(sign_agreement(actor=self.room.actor("chenwei", at), public_id=self.key, signed_on=at.date(), **SIGNATURES))  # fmt: skip

    def row(self) -> dict[str, Any]:
        """Return the agreement as the database holds it."""
        with writing():
            return dict(Agreement.objects.values().get(public_id=self.key))


def a_paper(room: Room, at: datetime = AT, since: date = SINCE, until: date = UNTIL) -> Paper:
    """Begin a draft with 甲集团."""
    return Paper(room, UUID(draft_agreement(actor=room.actor(at=at), unit=room.cast.group.public_id, starts_on=since, ends_on=until)))  # fmt: skip


def publish_months(room: Room, *values: tuple[date, str | None, str | None]) -> None:
    """Publish figures of 甲集团 at some month-ends: date, average deposits, used limit; None for what was not known."""
    unit = room.cast.group
    with writing():
        for place, (as_of, deposits, used) in enumerate(values):
            load = Load.objects.create(
                entity=ENTITY,
                as_of=as_of,
                status="loaded",
                started_at=AT,
                finished_at=AT,
                versions={},
                tables=[],
            )
            run = Run.objects.create(
                entity=ENTITY, as_of=as_of, load=load, status="published", started_at=AT, finished_at=AT
            )
            PublishedDate.objects.create(
                entity=ENTITY, as_of=as_of, run=run, month_end=True, latest=place == len(values) - 1
            )
            measures = {
                code: {"v": value, "s": "ok"}
                for code, value in (("deposit_avg_12m", deposits), ("limit_used", used))
                if value is not None
            }
            UnitResult.objects.create(
                entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind, tier_state="active", measures=measures
            )  # fmt: skip


def signed(room: Room) -> Paper:
    """Return an agreement with 甲集团 in force since the day after `AT`."""
    paper = a_paper(room).whole().clear()
    paper.sign()
    return paper
