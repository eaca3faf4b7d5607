"""What sections, kinds, states and standings of an agreement are called and look like; fields share the words of plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.domains.engagement import plan_words
from jinlan.kernel.looks import Look

STATES: Mapping[str, Look] = {
    "draft": Look(_("起草中"), "amber", "edit"), "cleared": Look(_("待签署"), "blue", "clock"), "in_force": Look(pgettext_lazy("plan", "执行中"), "green", "circle-check"),
    "replaced": Look(_("已续签"), "plain"), "ended": Look(_("已终止"), "plain"), "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
HEALTH: Mapping[str, Look] = {
    "green": Look(_("符合约定"), "green", "circle-check"), "amber": Look(_("略有偏离"), "amber", "alert-triangle"),
    "red": Look(_("未达约定"), "red", "alert-triangle"), "unknown": Look(_("尚未度量"), "plain"),
}  # fmt: skip
CLOCKS: Mapping[str, Look] = {
    "far": Look(_("期间之内"), "plain"), "open": Look(_("应商谈续签"), "amber", "clock"), "over": Look(_("已到期"), "red", "alert-triangle"),
}  # fmt: skip
SECTIONS: Mapping[str, Any] = {
    "PARTIES": _("双方"), "PURPOSE": _("合作宗旨"), "FIELDS": _("合作领域"), "CREDIT": _("意向额度"), "DEEDS": _("双方的承诺"), "MEASURES": _("约定的指标"),
    "MECHANISM": _("合作机制"), "CLAUSES": _("其他条款"),
}  # fmt: skip
KINDS: Mapping[str, Any] = {
    "OURS": _("我行机构"), "THEIRS": _("客户成员"), "PURPOSE": _("宗旨"), "FIELD": _("领域"), "CREDIT": _("意向额度"), "DEED": _("承诺"), "MEASURE": _("指标"),
    "MECHANISM": _("机制"), "CLAUSE": _("条款"),
}  # fmt: skip
FIELDS: Mapping[str, Any] = {
    **plan_words.FIELDS,
    "branch": _("机构"), "currency": _("货币"), "keeping": _("怎样算做到"), "every": _("每几个月一次"), "due": pgettext_lazy("agreement", "期限"),
}  # fmt: skip
HELP: Mapping[str, Any] = {
    "metric": _("由系统度量的随数据更新；人工度量的由您登记"), "unit": _("人工度量时写，例如 户、%、分"), "target": _("可写 3000万、1.2亿"), "amount": _("可写 3000万、30亿；只表示意向，不构成授信承诺"),
    "baseline": _("到期达到的指标才写：从哪里起步"), "every": _("只做一次的留空；签署后每一期都进入承诺台账"), "owner": _("我行负责或跟进的同事"),
}  # fmt: skip
KEEPING: Mapping[str, Any] = {
    "REACH": _("到期达到"),
    "FLOOR": _("每月末不低于"),
    "CEILING": _("每月末不高于"),
}
CREDIT_NOTE = _("意向额度不是授信承诺：每一笔业务按我行授信制度另行审批，以审批结论为准。")
