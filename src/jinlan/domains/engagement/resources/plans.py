"""客户计划: the plans of the clients in sight by version, and their actions as they stand."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD, ByUnit
from jinlan.domains.engagement import ledger_words
from jinlan.domains.engagement import plan_words as words
from jinlan.domains.engagement.models import AccountPlan, PlanAction
from jinlan.domains.engagement.rules.document import ACTION
from jinlan.domains.engagement.rules.plan import missing_of
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.domains.engagement.services.plan_life import approve_plan, close_plan
from jinlan.domains.engagement.services.plan_work import (
    drop_plan_action,
    finish_plan_action,
    hand_plan_action,
    move_plan_action,
)
from jinlan.domains.engagement.services.plans import draft_plan, withdraw_plan
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Moment, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View

_REASON = Field(_("理由"), long=True, help=_("审计会看到"))


def _draft(row: Any) -> bool:
    return bool(row.state == reading.DRAFT)


def _in_force(row: Any) -> bool:
    return bool(row.state == reading.IN_FORCE)


def _ready(row: Any) -> bool:
    return _draft(row) and not row.missing


class Plans(ByUnit):
    """Account plans by version; a row's page is the plan itself."""

    name, title, one = "plans", _("客户计划"), _("计划")
    purpose = _("每户战略客户的经营计划：目标、行动、资源与双方的承诺；按版本审批，按季回顾")
    nothing = _("从客户页起草第一份计划。")
    model, roles = AccountPlan, BUSINESS
    key, icon, order, sort, railed = (
        "p",
        "target",
        46,
        "-changed_at",
        ("manager", "private_banker", "branch_head"),
    )
    history = False
    columns = (
        Title("number", _("版本"), of="called"), CLIENT, Badge("state", _("状态"), looks=words.STATES, keep=True),
        Badge("health", _("健康度"), looks=words.HEALTH, keep=True), Number("late", _("逾期行动"), of=lambda row: row.late or None),
        Day("starts_on", _("开始"), sort="starts_on"), Day("ends_on", pgettext_lazy("plan", "最后一天"), sort="ends_on"), Text("made_name", _("起草人")),
        Moment("changed_at", _("修改时间"), sort="changed_at", shown=False), Text("objectives", pgettext_lazy("plan", "目标"), of="goals_text", shown=False),
        Number("actions", _("行动"), of="actions_count", shown=False),
    )  # fmt: skip
    facts = (Moment("approved_at", _("生效时间")), Day("ended_on", _("结束日期")), Text("reason", _("理由")))
    views = (
        View("now", pgettext_lazy("plan", "执行中"), rows=lambda _actor, _ask: Q(state=reading.IN_FORCE)),
        View("drafts", _("起草中"), rows=lambda _actor, _ask: Q(state=reading.DRAFT)),
        View("over", _("已过期间"), rows=lambda actor, _ask: reading.past_end(business_date(actor.at))),
        View("all", _("全部"), wide=True),
    )
    filters = {"unit": BY_UNIT}
    create = Action(draft_plan, target="", icon="plus", word=_("起草计划"), fields={
        "unit": UNIT_FIELD, "starts_on": Field(_("第一天")), "ends_on": Field(pgettext_lazy("plan", "最后一天"), help=_("通常一年")),
    })  # fmt: skip
    actions = (
        Action(approve_plan, when=_draft, offered=_ready, why_not=_("这一版计划已经定稿"), word=_("提交审批"), icon="checks"),
        Action(withdraw_plan, when=_draft, why_not=_("这一版计划已经定稿"), word=_("撤回草稿"), icon="circle-x", fields={"reason": _REASON}),
        Action(close_plan, when=_in_force, why_not=_("这一版计划不在执行中"), word=_("结束计划"), icon="circle-x", fields={"reason": _REASON}),
    )  # fmt: skip
    verbs = {
        "engagement.plan_drafted": _("起草客户计划"), "engagement.plan_term_set": _("修改计划期间"), "engagement.plan_written": _("填写客户计划"),
        "engagement.plan_entry_dropped": _("删去计划条目"), "engagement.plan_shared": _("选择给客户看的内容"), "engagement.plan_withdrawn": _("撤回计划草稿"),
        "engagement.plan_in_force": _("客户计划生效"), "engagement.plan_closed": _("结束客户计划"), "engagement.plan_reviewed": _("登记计划回顾"),
        "engagement.objective_read": _("登记目标进展"), "engagement.plan_taken": _("导出客户计划"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, health and late actions of each plan; five queries a page."""
        today = business_date(actor.at)
        goals = reading.goals_by_plan(
            actor, [row for row in rows if row.state == reading.IN_FORCE], today=today
        )
        late: dict[int, list[Any]] = {}
        for one in reading.dress(reading.actions_in(actor, unit_ids={row.unit_id for row in rows}), today):
            late.setdefault(one.plan_id, []).append(one)
        for row in super().decorate(actor, rows):
            entries = reading.entries_of(row)
            row.goals_text, row.actions_count = (
                reading.objectives_text(entries),
                sum(one.kind == ACTION for one in entries),
            )
            row.called = _("第 %(number)s 版") % {"number": row.number}
            row.missing = missing_of(entries) if row.state == reading.DRAFT else []
            held = late.get(row.pk, [])
            row.late = sum(one.look == "late" for one in held)
            row.health = reading.health_of(goals[row.pk], held) if row.state == reading.IN_FORCE else ""
        return rows

    def label(self, row: Any) -> str:
        """Return the client and the number of the version."""
        return " · ".join(filter(None, (row.client.name if row.client else "", str(row.called))))

    def url_of(self, row: Any) -> str:
        """Return the page of the client's plan."""
        if row.client is None:
            return super().url_of(row)
        return f"{reverse('client-plan', kwargs={'public_id': row.client.public_id})}?version={row.number}"

    def peek_of(self, row: Any) -> str:
        """Return the row's own page for the side panel."""
        return super().url_of(row)


def _own(actor: Actor, _ask: Ask) -> Q:
    return Q(state="open", owner=actor.employee)


def _open(row: Any) -> bool:
    return bool(row.state == "open")


def _own_work(row: Any) -> bool:
    """Tell whether no promise stands behind an action: one that is promised is handled in the ledger."""
    return _open(row) and row.promise_id is None


_NOT_HERE = _("已经办结，或记在承诺台账里")


class PlanActions(ByUnit):
    """Actions of the plans in force."""

    name, title, one = "plan-actions", _("计划行动"), _("行动")
    purpose = _("客户计划里的行动：谁、到什么时候、结果如何")
    nothing = _("计划生效后，其中的行动会出现在这里。")
    model, roles = PlanAction, BUSINESS
    icon, order, sort, railed = "checks", 47, "due_on", ()
    history = False
    search = ("text",)
    columns = (
        Title("text", _("行动")), CLIENT, Badge("side", _("哪一方"), looks=ledger_words.SIDES), Badge("state", _("状态"), of="look", looks=words.ACTIONS, keep=True),
        Day("due_on", pgettext_lazy("plan", "完成日"), of="due", sort="due_on", keep=True), Number("late_days", _("逾期天数"), of=lambda row: row.late_days or None),
        Text("owner", _("负责人"), of="owner_name"),
    )  # fmt: skip
    facts = (Day("since", _("开始")), Text("note", _("结果")), Day("closed_on", _("办结日")))
    views = (
        View("open", pgettext_lazy("promise", "进行中"), rows=lambda _actor, _ask: Q(state="open")),
        View("own", _("我负责的"), rows=_own, roles=("manager", "private_banker")),
        View("late", pgettext_lazy("promise", "已逾期"), rows=lambda actor, _ask: Q(state="open", promise=None, due_on__lt=business_date(actor.at))),
        View("unplanned", _("计划外"), rows=lambda _actor, _ask: Q(objective=None)), View("all", _("全部"), wide=True),
    )  # fmt: skip
    filters = {"unit": BY_UNIT, "owner": filters.CharFilter(label=_("负责人的工号"))}
    actions = (
        Action(finish_plan_action, when=_open, offered=_own_work, why_not=_NOT_HERE, word=_("已完成"), icon="circle-check", fields={
            "note": Field(_("结果"), long=True, help=_("做成了什么，以什么为凭；至少 5 个字")), "closed_on": Field(_("完成日期"), help=_("不填即今天")),
        }),
        Action(move_plan_action, when=_open, offered=_own_work, why_not=_NOT_HERE, word=_("改期"), icon="calendar", fields={"due_on": Field(_("新的完成日")), "reason": _REASON}),
        Action(hand_plan_action, when=_open, offered=_own_work, why_not=_NOT_HERE, word=_("换人负责"), icon="users", fields={
            "owner": Field(_("新负责人的工号"), initial=""), "reason": _REASON,
        }),
        Action(drop_plan_action, when=_open, offered=_own_work, why_not=_NOT_HERE, word=_("取消"), icon="x", fields={"note": _REASON}),
    )  # fmt: skip
    verbs = {
        "engagement.plan_action_done": _("行动已完成"), "engagement.plan_action_dropped": _("取消行动"), "engagement.plan_action_moved": _("行动改期"), "engagement.plan_action_handed": _("行动换人负责"),
        "engagement.actions_reminded": _("提醒到期的行动"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, state of the day and owner's name; three queries a page."""
        names = teams.names_of_employees(actor, codes=[row.owner for row in rows])
        for row in reading.dress(super().decorate(actor, rows), business_date(actor.at)):
            row.owner_name = names.get(row.owner, row.owner)
        return rows

    def label(self, row: Any) -> str:
        """Return what is done, and the client."""
        return " · ".join(filter(None, (row.text, row.client.name if row.client else "")))
