"""Interactions and promises of the demo bank's managers in the weeks before its newest data, written down by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.selectors import ledger, roster, timeline
from jinlan.domains.engagement.services.interactions import log_interaction, plan_interaction
from jinlan.domains.engagement.services.promises import (
    break_promise,
    keep_promise,
    move_promise,
    release_promise,
)
from jinlan.kernel.scope import scoped

LAST = date(2026, 11, 10)  # the demo's newest data
MANAGERS = ("lihua", "wangmin", "zhaoyan")
CLIENTS = 7  # of each manager: those with people first, in the order of their codes
As = Callable[[str, datetime], Actor]


@dataclass(frozen=True, slots=True)
class Talk:
    """One interaction: how many days before the newest data, and what was said; `promises` as (side, what, days from the talk until due, fate)."""

    days: int
    kind: str
    subject: str
    minutes: str
    needs: Sequence[str] = ()
    promises: Sequence[tuple[str, str, int, str]] = ()
    begun_by: str = "bank"
    inside: bool = False


TALKS: Sequence[Talk] = (
    Talk(6, "VISIT", "季度回顾与四季度安排", "回顾前三季度合作，客户认可结算服务，提出希望缩短开证时间。双方约定四季度重点。",
         ("缩短开证时间",), (("bank", "给出开证流程的优化方案", 7, "open"), ("client", "提供四季度用款计划", 9, "open"))),
    Talk(19, "CALL", "询问存款到期安排", "客户来电询问大额存单到期后的安排，介绍了三种期限。", (), (("bank", "发送到期产品对照表", 2, "kept"),), "client"),
    Talk(33, "VISIT", "授信续作沟通", "了解项目进度，财务部门准备补充材料，对担保方式没有异议。", ("授信续作",),
         (("client", "补齐近三年审计报告", 12, "late"), ("bank", "提交授信续作方案", 20, "overdue"))),
    Talk(48, "VIDEO", "现金管理方案讲解", "产品经理讲解资金归集与收付款方案，客户希望先在两家子公司试用。", ("资金归集",), (("bank", "准备试用开通清单", 10, "moved"),)),
    Talk(13, "MAIL", "发送利率走势简报", "发送本月利率走势简报，客户回复收到并约下月面谈。"),
    Talk(27, "VISIT", "新项目融资需求", "客户介绍扩建项目，计划明年二季度开工，关注中长期贷款价格。", ("扩建项目贷款",),
         (("bank", "测算中长期贷款价格", 8, "kept"), ("client", "提供项目可研报告", 15, "broken"))),
    Talk(60, "EVENT", "产业链客户交流会", "客户出席交流会，介绍上下游账期情况。"),
    Talk(40, "CALL", "代发工资对接", "与人力部门确认代发日期与文件格式。", ("代发工资",), (("bank", "安排代发系统联调", 5, "released"),)),
)  # fmt: skip
SECRET = Talk(9, "VISIT", "一项交易的融资准备", "客户介绍一项尚未公告的交易，请我行准备融资方案，知情范围限于本次参加人。", ("交易融资",),
              (("bank", "准备融资方案初稿", 20, "open"),), "client", True)  # fmt: skip


def install(as_: As) -> int:
    """Write the talks down in the name of the managers, once; return how many there are.

    Args:
        as_: returns the actor of a user name at an instant.
    """
    with scoped(head := as_("chenwei", at(LAST))):
        if timeline.any_known(head):
            return 0
    made = 0
    for place, username in enumerate(MANAGERS):
        book = book_of(as_, username)
        for number, unit in enumerate(book):
            made += _client(as_, username, unit, place + number)
        if place == 0 and book:
            _talk(as_, username, book[0], SECRET, 0)
            made += 1
    return made


def book_of(as_: As, username: str) -> list[UUID]:
    """Return the clients of a manager that the demo tells of: those with people first, in the order of their codes."""
    actor = as_(username, at(LAST))
    with scoped(actor):
        led = [row["unit_id"] for row in clients.led_by(actor, code=actor.employee, as_of=LAST)]
        named = clients.named_units(actor, unit_ids=led, as_of=LAST)
        known = roster.clients_with_people(actor)
        order = sorted(
            (unit for unit, _leads in named.values()),
            key=lambda unit: (unit.pk not in known, str(unit.code)),
        )
    return [unit.public_id for unit in order[:CLIENTS]]


def _client(as_: As, username: str, unit: UUID, turn: int) -> int:
    """Write down three talks of a client, and a plan with every second one."""
    talks = [TALKS[(turn * 3 + step) % len(TALKS)] for step in range(3)]
    for talk in sorted(talks, key=lambda one: -one.days):
        _talk(as_, username, unit, talk, turn)
    if turn % 2:
        return len(talks)
    starts = datetime.combine(_worked(LAST + timedelta(days=3 + turn)), time(9 + turn % 7), SHANGHAI)
    plan_interaction(
        actor=as_(username, at(LAST)), unit=unit, kind="VISIT", starts_at=starts, subject="年末拜访", notes="核对四季度用款与结算量",
        people=_people(as_, username, unit, LAST), anyway=True,
    )  # fmt: skip
    return len(talks) + 1


def _talk(as_: As, username: str, unit: UUID, talk: Talk, turn: int) -> None:
    day = _worked(LAST - timedelta(days=talk.days + turn % 3), -1)
    starts = datetime.combine(day, time(10 + turn % 6), SHANGHAI)
    promises = [
        {"side": side, "what": what, "due_on": _worked(day + timedelta(days=days)).isoformat()} for side, what, days, _fate in talk.promises
    ]  # fmt: skip
    actor = as_(username, at(day))
    key = UUID(log_interaction(
        actor=actor, unit=unit, kind=talk.kind, starts_at=starts, subject=talk.subject, minutes=talk.minutes, needs=list(talk.needs),
        people=_people(as_, username, unit, day)[: 1 + turn % 2], begun_by=talk.begun_by, inside=talk.inside, two_way=talk.kind != "MAIL",
        promises=promises,
    ))  # fmt: skip
    with scoped(actor):
        found = timeline.interaction_of(actor, public_id=key)
        rows = ledger.promises_by_interaction(actor, keys=[found.pk] if found else [], today=day)
        ids = {row.what: row.public_id for one in rows.values() for row in one}
    for _side, what, days, fate in talk.promises:
        FATES.get(fate, _open)(as_, username, ids[what], _worked(day + timedelta(days=days)))


def _people(as_: As, username: str, unit: UUID, day: date) -> list[str]:
    actor = as_(username, at(day))
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        return [one.key for one in roster.contacts_of(actor, unit_id=found.pk, on=day)][:2] if found else []


def _open(as_: As, username: str, key: UUID, due: date) -> None:
    """Leave a promise as it is."""


def _kept(as_: As, username: str, key: UUID, due: date) -> None:
    keep_promise(actor=as_(username, at(due)), public_id=key, evidence=f"{due} 邮件发出，对方确认收到")


def _late(as_: As, username: str, key: UUID, due: date) -> None:
    keep_promise(
        actor=as_(username, at(due + timedelta(days=3))), public_id=key, evidence="材料原件已收，晚于约定"
    )


def _broken(as_: As, username: str, key: UUID, due: date) -> None:
    break_promise(
        actor=as_(username, at(due + timedelta(days=2))), public_id=key, reason="到期未提供，客户称仍在准备"
    )


def _moved(as_: As, username: str, key: UUID, due: date) -> None:
    move_promise(
        actor=as_(username, at(due)),
        public_id=key,
        due_on=LAST + timedelta(days=30),
        reason="客户要求与系统上线同步",
    )


def _released(as_: As, username: str, key: UUID, due: date) -> None:
    release_promise(
        actor=as_(username, at(due)),
        public_id=key,
        word="客户人力部门来电，改由总部统一办理",
        reason="客户改变了安排",
    )


FATES: Mapping[str, Any] = {
    "kept": _kept,
    "late": _late,
    "broken": _broken,
    "moved": _moved,
    "released": _released,
}


def at(day: date) -> datetime:
    """Return six in the afternoon of a day, when managers write down what they did."""
    return datetime.combine(day, time(18), SHANGHAI)


def _worked(day: date, step: int = 1) -> date:
    """Return a day, or the next one that is worked; the one before with a step of -1."""
    while not china((LAST.year,)).is_working_day(day):
        day += timedelta(days=step)
    return day
