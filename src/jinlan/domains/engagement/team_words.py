"""What roles of a team, states of a proposal and conflicts of interest are called and look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from jinlan.kernel.looks import Look

ROLES: Mapping[str, Look] = {
    "LEAD": Look(_("主办"), "blue", "users"), "ASSIST": Look(_("协办"), "plain", "users"), "PRODUCT": Look(_("产品经理"), "plain"),
    "RISK": Look(_("风险经理"), "plain"), "SERVICE": Look(_("服务经理"), "plain"), "SPONSOR": Look(_("分管领导"), "plain"),
}  # fmt: skip
STATES: Mapping[str, Look] = {
    "asked": Look(_("待本人确认"), "amber", "clock"), "agreed": Look(_("待决定"), "blue", "clock"),
    "declined": Look(_("本人未接受"), "red", "circle-x"), "decided": Look(_("已批准"), "green", "circle-check"),
    "refused": Look(_("未批准"), "red", "circle-x"), "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
OUTCOMES: Mapping[str, Any] = {"decided": _("获得批准"), "refused": _("未获批准")}
CONFLICTS: Mapping[str, Look] = {
    "": Look(_("未申报"), "plain"), "NONE": Look(_("无利益冲突"), "green", "circle-check"), "FAMILY": Look(_("亲属在客户任职"), "amber"),
    "SHARES": Look(_("持有客户权益"), "amber"), "POST": Look(_("在客户兼职"), "amber"), "DEBT": Look(_("与客户有个人债权债务"), "amber"),
    "OTHER": Look(_("其他利益冲突"), "amber"),
}  # fmt: skip
