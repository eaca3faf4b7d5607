"""赢率: what the own history proposes as the chance of each stage, and what became of the proposal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.engagement import pipeline_words as words
from jinlan.domains.engagement.models import PipelineMeasure
from jinlan.domains.engagement.services.pipeline_history import CHANCE, drop_chances, hold_chances
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.looks import Look
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Moment, Names, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, Resource, View

STATES = {
    "proposed": Look(_("待确认"), "blue", "clock"), "held": Look(pgettext_lazy("chance", "已采用"), "green", "circle-check"),
    "dropped": Look(_("未采用"), "plain", "circle-x"),
}  # fmt: skip
_REASON = Field(_("理由"), long=True, help=_("至少 5 个字；审计会看到"))
_DECIDED = _("已经作出决定")


def _proposed(row: Any) -> bool:
    return bool(row.state == "proposed")


def _stages(_actor: Actor, row: Any) -> list[dict[str, Any]]:
    def number(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return [
        {
            "stage": words.STAGES[int(stage)], "n": one["n"], "won": one["won"], "shrunk": one["shrunk"],
            **{name: number(one[name]) for name in ("chance", "share", "low", "high", "default")},
        }
        for stage, one in sorted(row.figures.items())
    ]  # fmt: skip


class Chances(Resource):
    """The chances of the stages as they were proposed, the newest first."""

    name, title, one = "pipeline-chances", _("商机赢率"), _("赢率")
    purpose = _("每半年按已结束的商机重算各阶段的赢率；部门负责人确认后生效，以前的加权金额不变")
    nothing = _("有商机结束后，每半年的第一天会提出新的赢率。")
    model, roles = PipelineMeasure, BUSINESS
    icon, order, sort, railed = "trending-up", 51, "-as_of", ()
    history, searchable = False, False
    columns = (
        Title("as_of", _("截至"), of=lambda row: row.as_of.isoformat(), sort="as_of"), Badge("state", _("状态"), looks=STATES, keep=True),
        Number("won", _("赢单"), of=lambda row: row.inputs["won"], keep=True), Number("lost", _("丢单"), of=lambda row: row.inputs["lost"]),
        Number("cancelled", _("客户取消"), of=lambda row: row.inputs["cancelled"]), Day("valid_from", _("生效日"), keep=True),
    )  # fmt: skip
    facts = (
        Text("decided_name", _("决定人")), Moment("decided_at", _("决定时间")), Text("reason", _("理由")), Moment("made_at", _("计算时间")),
        Text("run", _("运行编号")), Names("rules", _("规则版本"), of=lambda row: row.inputs["rules"]),
    )  # fmt: skip
    views = (
        View("all", _("全部"), wide=True),
        View("proposed", _("待确认"), rows=lambda _actor, _ask: Q(state="proposed")),
    )
    actions = (
        Action(hold_chances, when=_proposed, why_not=_DECIDED, word=_("采用"), icon="circle-check", fields={"reason": _REASON}),
        Action(drop_chances, when=_proposed, why_not=_DECIDED, word=_("不采用"), icon="circle-x", fields={"reason": _REASON}),
    )  # fmt: skip
    panels = (Panel("stages", _("各阶段赢率"), "engagement/_chances.html", _stages),)

    def rows(self, actor: Actor, ask: Ask | None = None) -> QuerySet[Any]:
        """Return proposals of chances; how long stages take is no matter of decision."""
        return super().rows(actor, ask).filter(kind=CHANCE)

    def label(self, row: Any) -> str:
        """Return up to which day it looked."""
        return gettext("截至 %(day)s 的赢率") % {"day": row.as_of.isoformat()}
