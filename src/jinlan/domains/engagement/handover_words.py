"""What causes, states, items and hindrances of a hand-over are called and look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from jinlan.basics.errors import Words
from jinlan.kernel.looks import Look

STATES: Mapping[str, Look] = {
    "open": Look(_("办理中"), "blue", "clock"), "signed": Look(_("已移交"), "green", "circle-check"), "closed": Look(_("已了结"), "plain"),
    "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
TRIGGERS: Mapping[str, Look] = {
    "RESIGN": Look(_("离职")), "ROTATE": Look(_("轮岗")), "LEAVE": Look(_("长期离岗")), "TIER": Look(_("层级变化")),
    "CONFLICT": Look(_("利益冲突回避")),
}  # fmt: skip
ITEMS: Mapping[str, Words] = {
    "CLIENTS": Words("客户与余额、额度"), "TASKS": Words("未办结的待办"), "COMPLAINTS": Words("投诉"), "PROMISES": Words("双方承诺"),
    "DOCUMENTS": Words("档案与原件"), "POSTLOAN": Words("贷后与到期日"), "CONTACTS": Words("联系人引见"), "DEVICES": Words("设备与系统权限"),
}  # fmt: skip
KEPT_OPEN: Mapping[str, Any] = {
    "WINDOW": _("争议期未满"), "ISSUES": _("还有未了结的遗留问题"), "INTRODUCTION": _("还没有引见给客户"), "": _("可以了结"),
}  # fmt: skip
