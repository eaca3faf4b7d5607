"""How chapters 2.1 and 2.2 are doing: the indicators that this room registers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.domains.engagement.selectors import pipeline_indicators as select
from jinlan.domains.engagement.selectors import relation_indicators as relation
from jinlan.work.indicators import Indicator

INDICATORS = (
    Indicator(
        "PROMISES_KEPT", "2.1", _("承诺兑现率"), "ratio", "up", relation.kept_promises, opens="/promises?view=overdue",
        formula=_("近 12 个月我行按时兑现的承诺 ÷ 已办结的与当日逾期的承诺；解除的两边都不计。"),
        parts=(_("按时兑现"), _("办结与逾期")),
    ),
    Indicator(
        "PLANNED", "2.2", _("客户计划覆盖率"), "ratio", "up", relation.planned_clients, opens="/plans",
        formula=_("当日有执行中计划的战略客户 ÷ 战略客户（总行级、分行级、超高净值与私行）。"),
        parts=(_("有计划"), _("战略客户")),
    ),
    Indicator(
        "AGREEMENT_MET", "2.1", _("协议指标符合率"), "ratio", "up", relation.agreed_measures, opens="/agreements",
        formula=_("执行中的战略合作协议里，当日符合约定的指标 ÷ 已度量的指标；双方的都计。"),
        parts=(_("符合约定"), _("已度量")),
    ),
    Indicator(
        "HANDED_IN_TIME", "2.2", _("移交及时率"), "ratio", "up", relation.handed_in_time, opens="/hand-overs?view=all",
        formula=_("近 12 个月生效的移交中，生效日之前三方都已签署的 ÷ 全部；撤回的不计。"),
        parts=(_("按时签署"), _("生效的移交")),
    ),
    Indicator(
        "WIN_RATE", "2.2", _("赢单率"), "ratio", "up", select.win_share, opens="/opportunities?view=won",
        formula=_("近 12 个月赢单的商机 ÷ 赢单与丢单的商机；客户取消的两边都不计。"),
        parts=(_("赢单"), _("赢单与丢单")),
    ),
    Indicator(
        "UNPLANNED_WINS", "2.1", _("计划外赢单占比"), "ratio", "down", select.unplanned_wins, opens="/opportunities?view=won",
        formula=_("近 12 个月赢单的商机中，不对应客户发展计划任何目标的 ÷ 全部赢单。"),
        parts=(_("计划外赢单"), _("赢单")),
    ),
    Indicator(
        "PIPELINE_STALE", "2.2", _("商机停滞率"), "ratio", "down", select.standing_still, opens="/opportunities?view=stale",
        formula=_("在当前阶段的天数超过通常用时两倍的商机 ÷ 进行中的商机；通常用时是本行各阶段用时的中位数。"),
        parts=(_("停滞的商机"), _("进行中的商机")),
    ),
)  # fmt: skip
