"""The words for the codes of the service charter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from jinlan.kernel.looks import Look

CONTACTS: Mapping[str, Look] = {
    "FACE": Look(_("面访"), "", "users"), "CALL": Look(_("电话或视频"), "", "message-circle"),
    "EXECUTIVE": Look(_("高层会晤"), "", "medal"), "REVIEW": Look(_("计划回顾"), "", "calendar"),
}  # fmt: skip
ANSWERS: Mapping[str, Look] = {
    "RESPOND": Look(_("响应诉求"), "", "message-circle"), "RESOLVE": Look(_("办结诉求"), "", "circle-check"),
}  # fmt: skip
OWED: Mapping[str, Look] = {**CONTACTS, **ANSWERS}
OBLIGATIONS: Mapping[str, Look] = {
    "kept": Look(_("已完成"), "green", "circle-check"), "missed": Look(_("未完成"), "red", "alert-triangle"),
    "late": Look(_("迟于时限"), "amber", "clock"), "excused": Look(_("已免除"), "plain"), "due": Look(_("待完成"), "blue", "clock"),
}  # fmt: skip
EXCUSES: Mapping[str, Any] = {
    "CLIENT_ABSENT": _("客户不便（出国、住院、停业）"), "CLIENT_DECLINED": _("客户婉拒本次联系"), "FORCE_MAJEURE": _("不可抗力"),
    "LEGAL": _("监管或司法限制"), "HANDOVER": _("客户经理交接期内已书面安排"), "ELSEWHERE": _("已由集团其他机构完成同类联系"),
    "CLIENT_WAITED": _("等待客户补充资料或答复"),
}  # fmt: skip
UNMEASURED: Mapping[str, Any] = {
    "NO_PLANS": _("系统里还没有客户计划，无法判断是否回顾"), "NO_SPONSORS": _("本行数据里没有分管领导，无法识别高层会晤"),
    "NO_OUTCOMES": _("联系记录没有结果或参加人，无法判断是否有效"),
    "NO_CONTACTS": _("本行没有交付联系记录，无法判断是否联系"),
}  # fmt: skip
UNCOUNTED: Mapping[str, Any] = {
    "ONE_WAY": _("没有双方对话的结果"), "ALONE": _("没有登记客户方参加人"), "LATE": _("纪要超过期限才归档"),
}  # fmt: skip
AUTHORITIES: Mapping[str, Any] = {"TEAM": _("服务团队"), "BRANCH": _("分行"), "HEAD_OFFICE": _("总行")}
LEAD_CHANGES: Mapping[str, Look] = {
    "coming": Look(_("待生效"), "blue", "clock"), "done": Look(_("已生效"), "green", "circle-check"), "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
MOVES: Mapping[str, Look] = {
    "OVERLOADED": Look(_("主办超负荷"), "red", "alert-triangle"), "NOBODY": Look(_("没有主办"), "amber", "alert-triangle"),
    "GONE": Look(_("主办已离职"), "amber", "alert-triangle"),
}  # fmt: skip
TAKERS: Mapping[str, Any] = {
    "SAME_BRANCH": _("同一机构"), "NEAR_BRANCH": _("同一分行"), "INDUSTRY": _("已有同行业客户"), "ROOM": _("接手后不超过可用工时"),
}  # fmt: skip
METRICS: Mapping[str, Any] = {
    "aum": _("月日均 AUM 净增"), "loan": _("贷款净增"), "revenue": _("综合收入净增（近 12 个月）"), "entered": _("新增在层客户"),
}  # fmt: skip
