"""Who hears of a request: those who may check it, and who asked for it; by the act's name, never the client's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.models import Branch, Employee
from jinlan.kernel.acts import ACTS
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.notices import holders, notice_kind, notify
from jinlan.kernel.who import name_of, people_behind
from jinlan.work.models import Approval, Task


def _act(said: Mapping[str, Any]) -> str:
    act = ACTS.get(said["act"])
    return str(act.title) if act else str(said["act"])


def _closed(said: Mapping[str, Any]) -> str:
    words = {
        "done": _("您申请的“%(act)s”已获批准并执行"),
        "refused": _("您申请的“%(act)s”被拒绝"),
        "expired": _("您申请的“%(act)s”无人复核，已过期"),
        "void": _("您申请的“%(act)s”已作废：内容或对象变了"),
    }
    return words[said["state"]] % {"act": _act(said)}


GIVEN = notice_kind(
    "work.task_given", why=gettext_lazy("这项待办转交给了您"), icon="checks", words=lambda said: _("%(who)s把一项待办转交给您") % said,
)  # fmt: skip
ASKED = notice_kind(
    "work.approval_asked", why=gettext_lazy("您有权复核这类申请"), icon="checks",
    words=lambda said: _("%(who)s申请“%(act)s”，等待复核") % {"who": said["who"], "act": _act(said)},
)  # fmt: skip
CLOSED = notice_kind(
    "work.approval_closed", words=_closed, why=gettext_lazy("您提交了这项申请"), icon="checks"
)


def tell_checkers(actor: Actor, row: Approval) -> None:
    """Tell those whose word is asked for at the stage that waits."""
    people = _checkers(actor, row) - {row.maker_id} - set(row.decisions.values_list("person_id", flat=True))
    notify(
        ASKED,
        actor=actor,
        people=people,
        key=f"{row.public_id}:{row.stage}",
        url=_page(row),
        act=row.act,
        who=row.maker_name,
    )


def tell_maker(actor: Actor, row: Approval) -> None:
    """Tell who asked what became of it."""
    notify(
        CLOSED,
        actor=actor,
        people=[row.maker_id],
        key=str(row.public_id),
        url=_page(row),
        act=row.act,
        state=row.state,
    )


def _page(row: Approval) -> str:
    return reverse("approval", kwargs={"public_id": row.public_id})


def _checkers(actor: Actor, row: Approval) -> set[int]:
    """Return who holds a role of the waiting stage on this side of the wall; of the heads of branches only the unit's own."""
    roles, day = set(row.stages[row.stage]), business_date(actor.at)
    found = holders(row.entity, roles - {"branch_head"}, day, domain=row.domain)
    if "branch_head" in roles and row.branch_id is not None:
        found |= _heads(row.branch_id, holders(row.entity, ("branch_head",), day, domain=row.domain))
    return found


def _heads(branch: int, heads: set[int]) -> set[int]:
    """Return those who head the unit's branch: by name, or as their own home."""
    code = Branch.objects.filter(pk=branch).values_list("code", flat=True).first()
    named = RoleGrant.objects.filter(person_id__in=heads, role="branch_head", branch_code=code or "-")
    at_home = Employee.objects.filter(branch_id=branch, active=True).values_list("code", flat=True)
    own = RoleGrant.objects.filter(person_id__in=heads, role="branch_head", branch_code="")
    by_home = Person.objects.filter(pk__in=own.values("person_id"), employee_code__in=list(at_home))
    return {*named.values_list("person_id", flat=True), *by_home.values_list("pk", flat=True)}


def tell_assignee(actor: Actor, task: Task) -> None:
    """Tell who got a task that it is his now; a task that goes back to the lead tells nobody."""
    people = people_behind(actor.entity, [task.assignee]).values()
    if people:
        who = name_of(actor)
        key = f"{task.public_id}:{actor.at:%Y%m%d%H%M}"
        notify(
            GIVEN,
            actor=actor,
            people=people,
            key=key,
            url=reverse("today"),
            who=who,
        )
