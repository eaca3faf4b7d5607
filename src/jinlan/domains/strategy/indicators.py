"""How chapters 1.1 and 1.2 are doing: the indicators that this room registers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.domains.strategy.selectors import indicators as select
from jinlan.work.indicators import Indicator

INDICATORS = (
    Indicator(
        "COVERED", "1.1", _("价值覆盖"), "ratio", "up", select.covered, opens="/clients?view=all", money=True,
        formula=_("在层客户近 12 个月综合收入 ÷ 全行同类客户的综合收入；集团与家庭相加，合作伙伴不加，收入未知的客户两边都不计。"),
        parts=(_("在层客户收入"), _("全行收入")),
    ),
    Indicator(
        "FLAPS", "1.1", _("层级反复"), "ratio", "down", select.flaps,
        formula=_("近 12 个月内进层后一年内又退出、或退出后一年内又进层的客户 ÷ 这 12 个月内曾在层的客户；按已发布月末的生效层级计算。"),
        parts=(_("反复的客户"), _("曾在层的客户")),
    ),
    Indicator(
        "OVERRIDES", "1.1", _("人工调整占比"), "ratio", "down", select.overrides, target="OVERRIDE.SHARE", opens="/committee#overrides",
        formula=_("凭人工调整在层的客户 ÷ 全部在层客户。"),
        parts=(_("人工调整的客户"), _("在层客户")),
    ),
    Indicator(
        "DECIDED", "1.1", _("提议到决定"), "days", "down", select.decided, opens="/committee?show=all",
        formula=_("近 12 个月内，从月末提出升降层到委员会开会决定的天数的中位数；超过目标仍未决定的，按至今的天数计入。"),
        parts=(_("计入的事项"),),
    ),
    Indicator(
        "CHARTER", "1.2", _("章程履约率"), "ratio", "up", select.charter, opens="/obligations?view=missed",
        formula=_("近 12 个月到期的应尽联系中已完成的 ÷ 应完成的；已免除的两边都不计。"),
        parts=(_("已完成"), _("应完成")),
    ),
    Indicator(
        "TRIANGLE", "1.2", _("团队齐备率"), "ratio", "up", select.triangle,
        formula=_("服务章程承诺的角色当日都有人担任的在层客户 ÷ 章程有角色承诺的在层客户。"),
        parts=(_("角色齐备的客户"), _("有承诺的客户")),
    ),
    Indicator(
        "LOAD", "1.2", _("负荷适中率"), "ratio", "up", select.load,
        formula=_("负荷既不超载也不富余的客户经理 ÷ 主办在层客户的客户经理；负荷为各层级标准工时之和 ÷ 每月可用工时。"),
        parts=(_("负荷适中的经理"), _("主办在层客户的经理")),
    ),
)  # fmt: skip
