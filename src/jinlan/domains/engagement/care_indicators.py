"""How chapter 20.2 is doing: the indicators that this room registers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jinlan.domains.engagement.selectors import care_counts as select
from jinlan.work.indicators import Indicator

INDICATORS = (
    Indicator(
        "CARE_ON_TIME", "20.2", _("关怀及时率"), "ratio", "up", select.in_time, opens="/care?view=past",
        formula=_("近 12 个月本人告知的关怀日中，当天或之前三天内问候的 ÷ 应问候的；当天静默的两边都不计。"),
        parts=(_("及时问候"), _("应问候")),
    ),
    Indicator(
        "CARE_SILENT", "20.2", _("静默中的问候"), "count", "down", select.silent, opens="/care?view=done",
        formula=_("近 12 个月在已登记的静默期内作出的问候次数；应为零。"), parts=(_("全部问候"),),
    ),
    Indicator(
        "CARE_TWICE", "20.2", _("重复问候"), "count", "down", select.twice, opens="/care?view=done",
        formula=_("同一人同一日子同一年份，第一次之外的问候次数；数据库不允许出现，应为零。"), parts=(_("被问候的日子"),),
    ),
)  # fmt: skip
