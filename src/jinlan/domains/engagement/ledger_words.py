"""The words for the codes of interactions and promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.kernel.looks import Look

KINDS: Mapping[str, Look] = {
    "VISIT": Look(_("拜访"), "", "users"), "CALL": Look(_("电话"), "", "phone"), "VIDEO": Look(_("视频"), "", "video"),
    "MAIL": Look(_("邮件"), "", "mail"), "EVENT": Look(pgettext_lazy("interaction", "活动"), "", "flag"),
}  # fmt: skip
STATES: Mapping[str, Look] = {
    "planned": Look(_("计划中"), "blue", "clock"), "held": Look(_("已进行"), "green", "circle-check"),
    "cancelled": Look(_("已取消"), "plain"),
}  # fmt: skip
BEGUN: Mapping[str, Any] = {"bank": _("我行发起"), "client": _("客户发起")}
SIDES: Mapping[str, Look] = {
    "bank": Look(_("我行"), "", "building-bank"),
    "client": Look(_("客户"), "", "users"),
}
PROMISES: Mapping[str, Look] = {
    "made": Look(pgettext_lazy("promise", "进行中"), "blue", "clock"), "overdue": Look(pgettext_lazy("promise", "已逾期"), "red", "alert-triangle"),
    "kept": Look(_("已兑现"), "green", "circle-check"), "late": Look(_("迟延兑现"), "amber", "clock"),
    "broken": Look(_("未兑现"), "red", "circle-x"), "released": Look(_("已解除"), "plain"),
}  # fmt: skip
STEPS: Mapping[str, Any] = {
    "made": pgettext_lazy("promise", "作出"), "moved": _("改期"), "handed": _("换人"), "kept": _("已兑现"), "late": _("迟延兑现"),
    "broken": _("未兑现"), "released": _("已解除"),
}  # fmt: skip
