"""The words of the pipeline: stages, what proves them and what to do about it, products, sources and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.kernel.looks import Look

STAGES: Mapping[int, Any] = {
    1: pgettext_lazy("stage", "已识别"), 2: pgettext_lazy("stage", "已确认资格"), 3: pgettext_lazy("stage", "方案达成"), 4: pgettext_lazy("stage", "内部批准"),
    5: pgettext_lazy("stage", "合同签署"),
}  # fmt: skip
STATES: Mapping[str, Look] = {
    "open": Look(pgettext_lazy("opportunity", "跟进中"), "blue", "clock"), "stale": Look(_("停滞"), "amber", "alert-triangle"),
    "won": Look(_("赢单"), "green", "circle-check"), "lost": Look(_("丢单"), "plain", "circle-x"),
}  # fmt: skip
CRITERIA: Mapping[str, Any] = {
    "NEED": _("客户需求已确认"), "BUDGET": _("预算或用款计划已确认"), "AUTHORITY": _("已登记客户的决策者"), "TIMING": _("客户的时间安排已确认"),
    "SOLUTION": _("客户认可方案要点"), "TALKED": _("近期与客户面谈或通话"), "LIMITS": _("额度、定价与合规已核对"), "CONFIRMED": _("内部审批通过"),
    "SIGNED": _("合同已签署"),
}  # fmt: skip
# What to do about a criterion that is missing.
WAYS: Mapping[str, Any] = {
    "NEED": _("写明客户说了什么、何时、对谁说"), "BUDGET": _("写明预算来源或用款计划"),
    "AUTHORITY": _("在客户的「联系人」页登记一位决策者，系统即认可"), "TIMING": _("写明客户希望何时用款或签约"),
    "SOLUTION": _("写明方案版本与客户的答复"), "TALKED": _("记一次近期有客户参加的面访、电话或视频，系统即认可"),
    "LIMITS": _("写明额度、定价权限与合规检查的结果"), "CONFIRMED": _("提交内部审批，由分行或总行负责人复核"),
    "SIGNED": _("写明合同编号与签署日期"),
}  # fmt: skip
KINDS: Mapping[str, Any] = {
    "person": _("由经办确认"),
    "dated": _("由经办确认，须有日期"),
    "system": _("系统核对"),
    "approval": _("他人复核"),
}
PRODUCTS: Mapping[str, Any] = {
    "DEPOSIT": pgettext_lazy("product", "存款"), "LOAN": pgettext_lazy("product", "贷款"), "WEALTH": pgettext_lazy("product", "理财"),
    "FUND": pgettext_lazy("product", "基金"), "INSURANCE": pgettext_lazy("product", "保险"), "TRUST": pgettext_lazy("product", "信托"),
    "BOND": pgettext_lazy("product", "债券"), "FX": pgettext_lazy("product", "外汇"), "TRADE": pgettext_lazy("product", "贸易融资"),
    "PAYMENT": pgettext_lazy("product", "支付结算"), "CUSTODY": pgettext_lazy("product", "托管"), "ADVISORY": pgettext_lazy("product", "顾问"),
    "CARD": pgettext_lazy("product", "银行卡"),
}  # fmt: skip
SOURCES: Mapping[str, Any] = {
    "CLIENT": _("客户提出"), "VISIT": _("拜访发现"), "PLAN": _("客户发展计划"), "REFERRAL": _("转介绍"), "CAMPAIGN": pgettext_lazy("source", "营销活动"),
    "SIGNAL": _("系统提示"),
}  # fmt: skip
LOSSES: Mapping[str, Any] = {
    "PRICE": _("价格"), "LIMIT": _("额度"), "SPEED": _("速度"), "PRODUCT": _("产品不合适"), "RELATION": _("关系不够"), "POLICY": _("政策限制"),
    "CANCELLED": _("客户取消"),
}  # fmt: skip
STEPS: Mapping[str, Any] = {
    "opened": _("建立商机"), "changed": _("修改商机"), "ticked": _("满足条件"), "unticked": _("撤回条件"), "confirmed": _("内部审批通过"),
    "advanced": pgettext_lazy("stage", "推进"), "back": pgettext_lazy("stage", "退回"), "pushed": _("预计成交日改期"), "handed": _("换人负责"),
    "won": _("赢单"), "lost": _("丢单"),
}  # fmt: skip
VERBS: Mapping[str, Any] = {
    "engagement.opportunity_opened": _("建立商机"), "engagement.opportunity_changed": _("修改商机"),
    "engagement.opportunity_ticked": _("商机满足条件"), "engagement.opportunity_unticked": _("商机撤回条件"),
    "engagement.opportunity_confirmed": _("商机内部审批通过"), "engagement.opportunity_advanced": _("商机推进"),
    "engagement.opportunity_back": _("商机退回"), "engagement.opportunity_pushed": _("商机改期"),
    "engagement.opportunity_handed": _("商机换人负责"), "engagement.opportunity_won": _("商机赢单"), "engagement.opportunity_lost": _("商机丢单"),
    "engagement.pace_learnt": _("更新商机阶段用时"), "engagement.chances_proposed": _("提出新的赢率"),
    "engagement.chances_held": _("采用新的赢率"), "engagement.chances_dropped": _("不采用新的赢率"),
}  # fmt: skip
