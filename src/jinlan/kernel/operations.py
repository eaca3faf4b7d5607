"""Jobs and webhooks as lists: what waits, runs and failed; who is told of what happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import ADMINISTRATORS, BUSINESS
from jinlan.kernel.figures import number
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.kept import read
from jinlan.kernel.looks import Look
from jinlan.kernel.outbox import Job, Webhook
from jinlan.kernel.reading import visible
from jinlan.kernel.resource import many_job
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Column, Flag, Moment, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, Resource, View
from jinlan.kernel.resource.pages import ListPage
from jinlan.kernel.resource.row_pages import RowPage
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.webhooks import OPERATORS, add_webhook, change_webhook

ANYBODY = (*BUSINESS, *ADMINISTRATORS)
STATES = {
    "waiting": Look(_("等待"), "plain", "clock"),
    "running": Look(_("进行中"), "blue", "refresh"),
    "done": Look(_("已完成"), "green", "circle-check"),
    "refused": Look(_("未执行"), "amber", "alert-triangle"),
    "dead": Look(_("失败"), "red", "alert-triangle"),
    "cancelled": Look(_("已取消"), "plain"),
}
ENDED = ("refused", "dead")


def job_title(row: Job) -> str:
    """Return what a job is called."""
    task = TASKS.get(row.name)
    return str(task.title) if task else row.name


def _one(actor: Actor, public_id: UUID) -> Job:
    row: Job | None = visible(actor, Job).defer("args", "result").filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项任务。", "")
    return row


def _switch(actor: Actor, row: Job, states: tuple[str, ...], verb: str, **values: Any) -> None:
    """Change a job that is in one of some states; what a worker took meanwhile is refused."""
    if not Job.objects.filter(pk=row.pk, state__in=states).update(**values):
        raise Refused("NOT_NOW", "这项任务的状态已变化。", "请刷新后再看。")
    audit(actor, verb, "job", row.public_id, before={"state": row.state}, after={"state": values["state"]})


@act("kernel.cancel_job", title=_("取消"), roles=ANYBODY)
def cancel_job(*, actor: Actor, job: UUID) -> None:
    """Take back a job that waits; one's own, or any of the house for the system administrator."""
    _switch(
        actor, _one(actor, job), ("waiting",), "kernel.job_cancelled", state="cancelled", ended_at=now_utc()
    )


@act("kernel.run_job_again", title=_("再试一次"), roles=ANYBODY)
def run_job_again(*, actor: Actor, job: UUID) -> None:
    """Let a job that failed or was refused be tried anew, from the first attempt."""
    row = _one(actor, job)
    _switch(
        actor, row, ENDED, "kernel.job_again", state="waiting", attempts=0, due_at=now_utc(), ended_at=None
    )


def _progress(row: Job) -> str:
    return f"{number(row.done, 0)} / {number(row.total, 0)}" if row.total else ""


def _error(row: Any) -> str:
    return read(row.error)


def _result(actor: Actor, row: Job) -> dict[str, Any]:
    """Return what a job says of itself: how far it is, and what came out for who asked."""
    found: dict[str, Any] = {
        "row": row,
        "error": read(row.error),
        "moving": row.state in {"waiting", "running"},
        "left": [],
        "counts": {},
    }
    if row.state == "done" and row.person_id == actor.person_id and row.name == many_job.NAME:
        about = visible(actor, Job).filter(pk=row.pk).values("args", "result").get()
        result: dict[str, Any] = about["result"] or {"left": []}
        found |= {
            "counts": result,
            "left": many_job.named(actor, about["args"], result["left"]),
        }
    return found


class JobPage(RowPage):
    """A job; while it moves, its progress is asked for again and again, and the whole page once it has ended."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show it, or only its progress."""
        if request.headers.get("HX-Target") != "job-progress":
            return super().get(request, public_id)
        panel = _result(self.actor, self.row(public_id))
        answer = self.show("kernel/_job.html", {"panel": panel})
        if not panel["moving"]:
            answer.headers["HX-Refresh"] = "true"
        return answer


class JobsPage(ListPage):
    """The list of jobs, for the system administrator with what the schedule asks for."""

    def more(self, ask: Ask, rows: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """Add the schedule."""
        if not self.actor.has(*OPERATORS):
            return {}
        named = [task for task in TASKS.values() if task.schedule is not None]
        newest = self.resource.rows(self.actor).filter(
            name__in=[task.name for task in named], person__technical=True
        )
        last = {row.name: row for row in newest.order_by("name", "-id").distinct("name")}
        lines = [
            {
                "title": task.title, "when": task.schedule.words(), "last": last.get(task.name),
                "next": task.schedule.following(task.schedule.slot(self.actor.at)),
            }
            for task in named if task.schedule is not None
        ]  # fmt: skip
        for line in lines:
            line["look"] = STATES[line["last"].state] if line["last"] else None
        return {"above": "kernel/_schedule.html", "schedule": lines}


class Jobs(Resource):
    """Everybody sees his own jobs, the system administrator those of the house, without what they are about."""

    name, title, one, purpose = "jobs", _("后台任务"), _("任务"), _("正在排队、进行和失败的后台工作")
    nothing = _("批量办理、定时工作等会在后台进行，进展在这里。")
    model, roles = Job, ANYBODY
    history, searchable = False, False
    verbs = {"kernel.job_cancelled": _("取消后台任务"), "kernel.job_again": _("重试后台任务")}
    key, icon, order, sort = "j", "activity", 92, "-made_at"
    railed = OPERATORS
    columns = (
        Title("job", _("任务"), of=job_title), Badge("state", _("状态"), looks=STATES, keep=True), Text("who", _("发起人"), of="person.display_name"),
        Moment("made_at", _("提交时间"), sort="made_at", keep=True), Moment("ended_at", _("结束时间"), sort="ended_at", nullable=True),
        Column("progress", _("进度"), of=_progress), Number("attempts", _("尝试次数"), shown=False), Text("error", _("说明"), of=_error),
    )  # fmt: skip
    facts = (Moment("due_at", _("不早于")), Moment("started_at", _("本次开始")))
    views = (
        View(
            "asked",
            _("有人发起的与出错的"),
            rows=lambda _actor, _ask: Q(person__technical=False) | ~Q(state="done"),
        ),
        View("all", _("全部"), wide=True),
        View("open", _("未结束"), rows=lambda _actor, _ask: Q(state__in=("waiting", "running"))),
        View("failed", _("失败与未执行"), rows=lambda _actor, _ask: Q(state__in=ENDED)),
        View("mine", _("我发起的"), rows=lambda actor, _ask: Q(person_id=actor.person_id)),
    )
    filters = {
        "state": filters.ChoiceFilter(
            label=_("状态"), choices=[(code, look.word) for code, look in STATES.items()]
        ),
        "made_at": filters.DateFromToRangeFilter(label=_("提交时间")),
    }
    actions = (
        Action(cancel_job, target="job", when=lambda row: row.state == "waiting", why_not=_("已开始或已结束"), bulk=True),
        Action(run_job_again, target="job", when=lambda row: row.state in ENDED, why_not=_("没有失败"), bulk=True, icon="refresh"),
    )  # fmt: skip
    panels = (Panel("progress", _("进展"), "kernel/_job.html", _result),)
    pages: ClassVar[dict[str, Any]] = {"": JobsPage, "one": JobPage}

    def rows(self, actor: Actor, ask: Any = None) -> QuerySet[Any]:
        """Return the jobs in sight, with the name of who asked and without what they are about."""
        names = ("person__id", "person__display_name")
        plain = [one.name for one in Job._meta.concrete_fields if one.name not in {"args", "result"}]
        return visible(actor, Job).select_related("person").only(*plain, *names)

    def version(self, row: Any) -> str:
        """Return what changes when somebody switches it; what it is about is not everybody's to read."""
        return f"{row.state} {row.attempts}"


class Webhooks(Resource):
    """Where events go; the system administrator's."""

    name, title, one, purpose = (
        "webhooks",
        _("接收地址"),
        _("接收地址"),
        _("本行哪些系统会被告知发生了什么：只有动作与编号，没有客户资料"),
    )
    nothing = _("登记第一个接收地址后，会出现在这里。")
    model, roles = Webhook, OPERATORS
    history, searchable = False, False
    verbs = {
        "kernel.webhook_added": _("登记接收地址"),
        "kernel.webhook_changed": _("更改接收地址"),
    }
    key, icon, order, sort = "w", "send", 94, "name"
    columns = (
        Title("name", _("名称"), sort="name"), Text("url", _("地址"), keep=True), Text("verbs", _("动作")), Flag("active", _("启用"), keep=True),
        Moment("told_at", _("最近一次")), Number("failures", _("连续失败")), Text("error", _("说明"), of=_error),
    )  # fmt: skip
    _verbs = Field(_("动作"), help=_("以逗号分开的动作前缀，例如 work.,compliance.consent_withdrawn"))
    create = Action(add_webhook, target="", fields={
        "name": Field(_("名称")), "url": Field(_("地址"), help=_("https 地址；主机须在 JINLAN_OUTGOING_HOSTS 中登记")), "verbs": _verbs,
        "secret": Field(_("共享密钥"), help=_("接收方给的，至少 32 个字符；用来核对签名")),
    })  # fmt: skip
    change = Action(change_webhook, target="public_id", fields={
        "url": Field(_("地址")), "verbs": _verbs, "active": Field(_("启用")),
        "secret": Field(_("新的共享密钥"), help=_("不换就留空"), initial=""), "reason": Field(_("理由"), long=True),
    })  # fmt: skip
