"""The fixed cast with contact persons, and makers of interactions and promises through their acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients.models import Unit
from jinlan.clients.testing import Cast, an_employee, covers, the_cast
from jinlan.domains.engagement.models import ContactPerson, Interaction, Promise
from jinlan.domains.engagement.services.interactions import log_interaction, plan_interaction
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, a_person, an_actor, number, writing

YESTERDAY = AT - timedelta(days=1)  # Monday 2026-11-09, 10:00 in Shanghai
MINUTES = "谈了授信方案，客户关心利率。"


@dataclass
class Room:
    """The cast, and what tests do in this room."""

    cast: Cast
    zhang: ContactPerson  # 张伟, of 甲集团
    li: ContactPerson  # 李强, of 甲集团
    stranger: ContactPerson  # of 乙集团

    def actor(self, username: str = "lihua", at: datetime = AT) -> Actor:
        return an_actor(self.cast.people[username], at)

    def log(self, username: str = "lihua", at: datetime = AT, **said: Any) -> UUID:
        given = {
            "unit": self.cast.group.public_id, "kind": "VISIT", "starts_at": YESTERDAY, "subject": "授信沟通", "minutes": MINUTES,
            "people": [str(self.zhang.public_id)],
        } | said  # fmt: skip
        return UUID(log_interaction(actor=self.actor(username, at), **given))

    def plan(self, username: str = "lihua", at: datetime = AT, **said: Any) -> UUID:
        given = {
            "unit": self.cast.group.public_id, "kind": "VISIT", "starts_at": AT + timedelta(days=2), "subject": "季度回顾"
        } | said  # fmt: skip
        return UUID(plan_interaction(actor=self.actor(username, at), **given))

    def promise(self, username: str = "lihua", at: datetime = AT, **said: Any) -> UUID:
        given = {
            "unit": self.cast.group.public_id,
            "side": "bank",
            "what": "给出授信方案",
            "due_on": date(2026, 11, 13),
        } | said
        return UUID(make_promise(actor=self.actor(username, at), **given))

    def interactions(self) -> list[dict[str, Any]]:
        with writing():
            return list(Interaction.objects.order_by("id").values())

    def interaction(self, public_id: UUID) -> dict[str, Any]:
        with writing():
            return dict(Interaction.objects.values().get(public_id=public_id))

    def kept(self, public_id: UUID) -> dict[str, Any]:
        with writing():
            return dict(Promise.objects.values().get(public_id=public_id))

    def steps(self, public_id: UUID) -> list[tuple[str, date, str, str]]:
        with writing():
            row = Promise.objects.get(public_id=public_id)
            return list(row.steps.order_by("id").values_list("act", "due_on", "owner", "by"))

    def sees(self, username: str, model: Any) -> int:
        with scoped(self.actor(username)):
            return int(model.objects.count())

    def audit(self, verb: str) -> list[AuditEntry]:
        with scoped(self.actor("zhengyu")):
            return list(AuditEntry.objects.filter(verb=verb).order_by("id"))


def a_contact(unit: Unit, name: str) -> ContactPerson:
    """Make a contact person of a client."""
    with writing():
        return ContactPerson.objects.create(
            entity=unit.entity, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_branch_id=unit.branch_id, party_id=None,
            name=name, made_by="lihua", made_at=AT,
        )  # fmt: skip


def a_room() -> Room:
    """Make the cast with two contact persons of 甲集团 and one of 乙集团."""
    cast = the_cast()
    return Room(
        cast, a_contact(cast.group, "张伟"), a_contact(cast.group, "李强"), a_contact(cast.other, "钱进")
    )


def a_colleague(room: Room, code: str = "E1009", name: str = "周宁") -> str:
    """Let one more manager sit on the team of 甲集团; return his user name."""
    employee = an_employee(code, room.cast.branches["BJ"], name=name)
    covers(employee, room.cast.group, role="ASSIST")
    person = a_person(f"mate{number()}", "manager", employee=code, name=name)
    room.cast.people[person.username] = person
    return str(person.username)


def shanghai(day: int, hour: int = 10, month: int = 11) -> datetime:
    """Return an instant of 2026 by the clock of Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)
