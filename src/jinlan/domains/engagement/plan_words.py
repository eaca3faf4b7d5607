"""What sections, kinds, fields, states and products of an account plan are called and look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.kernel.looks import Look

STATES: Mapping[str, Look] = {
    "draft": Look(_("起草中"), "amber", "edit"), "in_force": Look(pgettext_lazy("plan", "执行中"), "green", "circle-check"),
    "replaced": Look(_("已被新版取代"), "plain"), "closed": Look(_("已结束"), "plain"), "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
HEALTH: Mapping[str, Look] = {
    "green": Look(_("按计划"), "green", "circle-check"), "amber": Look(_("略有落后"), "amber", "alert-triangle"),
    "red": Look(_("明显落后"), "red", "alert-triangle"), "unknown": Look(_("尚未度量"), "plain"),
}  # fmt: skip
ACTIONS: Mapping[str, Look] = {
    "open": Look(pgettext_lazy("promise", "进行中"), "blue", "clock"), "late": Look(pgettext_lazy("promise", "已逾期"), "red", "alert-triangle"),
    "done": Look(_("已完成"), "green", "circle-check"), "broken": Look(_("未兑现"), "red", "circle-x"), "dropped": Look(_("已取消"), "plain"),
}  # fmt: skip
SECTIONS: Mapping[str, Any] = {
    "PROFILE": _("客户概况与战略"), "PEOPLE": _("决策链与关系"), "BUSINESS": _("财务与行业"), "STATEMENT": _("关系现状"), "SWOT": _("SWOT 分析"),
    "NEEDS": _("需求与空白"), "OBJECTIVES": pgettext_lazy("plan", "目标"), "ACTIONS": _("举措与行动"), "RESOURCES": _("资源、价格与额度"),
    "RISKS": _("风险与合规"), "MUTUAL": _("共赢计划"), "REVIEWS": _("回顾记录"),
}  # fmt: skip
KINDS: Mapping[str, Any] = {
    "VISION": _("客户的愿景"), "ROLE": _("我行的角色"), "AIM": _("客户的战略"), "CONTACT": _("关系提升"), "PRIORITY": _("经营重点"), "TREND": _("行业趋势"),
    "CHALLENGE": _("面临的挑战"), "RIVAL": _("竞争者"), "POSITION": _("现状判断"), "STRENGTH": _("优势"), "WEAKNESS": _("劣势"), "OPPORTUNITY": _("机会"),
    "THREAT": _("威胁"), "NEED": _("需求"), "CELL": _("产品空白"), "OBJECTIVE": pgettext_lazy("plan kind", "目标"), "ACTION": _("行动"), "HOURS": _("投入工时"),
    "PRICE": _("价格授权"), "LIMIT": _("所需额度"), "CAPITAL": _("风险加权资产"), "RISK": pgettext_lazy("plan", "风险"),
}  # fmt: skip
FIELDS: Mapping[str, Any] = {
    "text": _("内容"), "source": _("依据"), "answer": _("应对"), "owner": _("负责人"), "person": _("客户方的人"), "member": _("成员"), "product": _("产品"),
    "standing": pgettext_lazy("plan", "状况"), "metric": _("指标"), "unit": _("单位"), "baseline": _("基线"), "target": _("目标值"), "amount": _("数额"),
    "since": _("开始"), "due": pgettext_lazy("plan", "完成日"), "side": _("哪一方"), "objective": _("所属目标"), "after": _("前置行动"), "mutual": _("记入承诺台账"),
    "progress": _("进度"), "state": _("状态"),
}  # fmt: skip
HELP: Mapping[str, Any] = {
    "source": _("从哪里知道：年报页码、走访日期、系统数据"), "answer": _("打算怎样防范或化解"), "owner": _("我行负责的同事"),
    "metric": _("由系统度量的随数据更新；人工度量的由您登记进展"), "unit": _("人工度量时写，例如 户、%、分"),
    "baseline": _("可写 3000万、1.2亿；系统度量的留空即取最新数据"), "target": _("可写 3000万、1.2亿；要降低的写更小的数"), "amount": _("可写 3000万、1.2亿"),
    "OBJECTIVE.since": _("系统度量的留空即取数据日期"), "objective": _("不选即为计划外"), "mutual": _("生效时登记为双方承诺，到期提醒，兑现率一并计算"),
    "text": _("一句话，可以核对"),
}  # fmt: skip
STANDINGS: Mapping[str, Look] = {
    "HAVE": Look(_("已有"), "green", "circle-check"), "RIVAL": Look(_("在他行"), "amber", "alert-triangle"), "GAP": Look(_("空白"), "blue", "plus"),
    "UNFIT": Look(_("不适合"), "plain"),
}  # fmt: skip
PRODUCTS: Mapping[str, Any] = {
    "DEPOSIT": _("存款"), "LOAN": _("贷款"), "SETTLE": _("结算"), "CASH": _("现金管理"), "TRADE": _("贸易融资"), "CROSS": _("跨境"), "BOND": _("债券与投行"),
    "PAYROLL": _("代发工资"), "WEALTH": _("财富管理"), "CUSTODY": _("托管"),
}  # fmt: skip
CHANGES: Mapping[str, Look] = {
    "added": Look(_("新增"), "green", "plus"),
    "dropped": Look(_("删去"), "red", "x"),
    "changed": Look(_("修改"), "amber", "adjustments"),
}
BY_HAND = _("人工度量")
