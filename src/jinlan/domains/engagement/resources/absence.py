"""离岗代理: who is away, who stands in for him, from when until when."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.models import Delegation
from jinlan.domains.engagement.services.absence import end_absence, stand_in
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.looks import Look
from jinlan.kernel.reading import visible
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Resource, View

STATES = {
    "coming": Look(_("待开始"), "blue", "clock"), "running": Look(_("代理中"), "green", "circle-check"), "over": Look(_("已结束"), "plain"),
}  # fmt: skip


def _not_over(actor: Actor, _ask: Ask) -> Q:
    return Q(valid_to__gt=business_date(actor.at)) & Q(valid_to__gt=F("valid_from"))


class Absences(Resource):
    """Who stands in for whom; staff alone, no client's data."""

    name, title, one = "absences", _("离岗代理"), _("离岗代理")
    purpose = _("离岗期间由谁代理：代理人在这些日子里看得到并办理离岗人的客户，返岗日起自动收回")
    nothing = _("登记离岗并经部门负责人复核后，会出现在这里。")
    model, roles = Delegation, BUSINESS
    icon, order, sort, railed, searchable = "users", 50, "-valid_from", (), False
    columns = (
        Title("absent", _("离岗人"), of="absent.name"), Text("deputy", _("代理人"), of="deputy.name"),
        Badge("state", _("状态"), looks=STATES, keep=True), Day("valid_from", _("离岗日"), sort="valid_from", keep=True),
        Day("valid_to", _("返岗日"), sort="valid_to", keep=True), Text("reason", _("离岗原因")),
    )  # fmt: skip
    facts = (Text("asked_by", _("申请人")), Text("decided_by", _("批准人")))
    views = (View("now", _("未结束"), rows=_not_over), View("all", _("全部"), wide=True))
    create = Action(stand_in, target="", icon="users", word=_("登记离岗"), fields={
        "absent": Field(_("离岗人的工号"), initial=lambda actor, _row: actor.employee),
        "deputy": Field(_("代理人的工号"), help=_("在职的客户经理或私人银行家")),
        "since": Field(_("离岗日")), "until": Field(_("返岗日"), help=_("这一天起代理人不再看得到")),
        "reason": Field(_("离岗原因")),
    })  # fmt: skip
    actions = (
        Action(end_absence, when=lambda row: row.state != "over", why_not=_("已经结束"), word=_("提前结束"), icon="circle-x",
               fields={"reason": Field(_("理由"), long=True)}),
    )  # fmt: skip
    verbs = {"engagement.absence_covered": _("批准离岗代理"), "engagement.absence_ended": _("提前结束代理")}

    def rows(self, actor: Actor, ask: Any = None) -> QuerySet[Any]:
        """Return the absences with the names of both."""
        return visible(actor, Delegation).select_related("absent", "deputy")

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along whether it is coming, running or over."""
        today = business_date(actor.at)
        for row in rows:
            over = row.valid_to <= today or row.valid_to == row.valid_from
            row.state = "over" if over else "coming" if row.valid_from > today else "running"
        return rows

    def label(self, row: Any) -> str:
        """Return both names and the first day."""
        return f"{row.absent.name} → {row.deputy.name} · {row.valid_from.isoformat()}"
