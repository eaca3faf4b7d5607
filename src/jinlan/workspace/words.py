"""The words for codes: tiers, states, gates, sources, kinds, roles. Codes without a word are shown as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.domains.engagement import team_words
from jinlan.kernel.looks import Look

KINDS: Mapping[str, Any] = {"HNW": _("高净值家庭"), "GROUP": _("企业集团"), "PARTNER": _("合作伙伴")}
KINDS_SHORT: Mapping[str, Any] = {
    "HNW": pgettext_lazy("short", "家庭"), "GROUP": pgettext_lazy("short", "集团"), "PARTNER": pgettext_lazy("short", "伙伴"),
}  # fmt: skip
TIERS: Mapping[str, Look] = {
    "ULTRA": Look(_("超高净值"), "gold top", "medal"),
    "PRIVATE": Look(_("私人银行"), "gold"),
    "HQ": Look(_("总行级战略"), "gold top", "medal"),
    "BRANCH": Look(_("分行级战略"), "gold"),
    "KEY": Look(_("重点"), "ink"),
    "POTENTIAL": Look(_("潜力"), "green"),
    "STRATEGIC": Look(_("战略伙伴"), "gold top", "medal"),
    "PARTNER": Look(_("合作伙伴"), "gold"),
    "": Look(_("未入层"), "plain"),
}
LADDERS: Mapping[str, tuple[str, ...]] = {
    "HNW": ("ULTRA", "PRIVATE"), "GROUP": ("HQ", "BRANCH", "KEY", "POTENTIAL"), "PARTNER": ("STRATEGIC", "PARTNER"),
}  # fmt: skip
STRIP: Mapping[str, tuple[Any, str]] = {
    "ULTRA": (pgettext_lazy("strip", "超"), "l4"),
    "PRIVATE": (pgettext_lazy("strip", "私"), "l3"),
    "HQ": (pgettext_lazy("strip", "总"), "l4"),
    "BRANCH": (pgettext_lazy("strip", "分"), "l3"),
    "KEY": (pgettext_lazy("strip", "重"), "l2"),
    "POTENTIAL": (pgettext_lazy("strip", "潜"), "l1"),
    "STRATEGIC": (pgettext_lazy("strip", "战"), "l4"),
    "PARTNER": (pgettext_lazy("strip", "合"), "l3"),
}
LOADS: Mapping[str, Look] = {
    "OVER": Look(_("超负荷"), "red", "alert-triangle"), "FIT": Look(_("适中"), "green"), "SPARE": Look(_("有余量"), "plain"),
}  # fmt: skip
STATES: Mapping[str, Look] = {
    "active": Look(_("在层"), "green", "circle-check"),
    "watch": Look(_("观察期"), "amber", "clock", _("已低于退出线，观察期内保留原层级")),
    "proposed_up": Look(_("拟升"), "blue", "arrow-up", _("已达到更高层级的准入线，等待决定")),
    "proposed_down": Look(_("拟降"), "amber", "arrow-down", _("观察期满仍低于退出线，等待决定")),
    "retained": Look(_("保留"), "blue", "lock", _("经决定保留原层级")),
    "suspended": Look(_("暂停"), "red", "circle-x", _("有门槛未通过，层级暂停；解除后恢复")),
    "closed": Look(_("已关闭"), "plain"),
    "none": Look(_("候选"), "plain", "circle-dashed"),
    "": Look(_("候选"), "plain", "circle-dashed"),
}
TIER_SOURCES: Mapping[str, Any] = {
    "APPROVED_LIST": _("批准名单"), "AUTOMATIC": _("自动规则"), "COMMITTEE": _("委员会决定"),
    "OVERRIDE": _("人工调整"), "GATE": _("门槛"), "": "—",
}  # fmt: skip
GATES: Mapping[str, Any] = {
    "CDD_CURRENT": _("尽职调查在有效期内"),
    "SANCTIONS_CLEAR": _("名单筛查"),
    "FIVE_TIER": _("最差五级分类不低于关注"),
    "RESTRICTED": _("限制中，原因不展示"),
}
CDD: Mapping[str, Any] = {
    "CURRENT": _("有效"),
    "DUE": _("即将到期"),
    "OVERDUE": _("已逾期"),
    "REFUSED": _("客户拒绝"),
}
FAMILIES: Mapping[str, Any] = {
    "scale": _("规模"), "contribution": _("贡献"), "activity": _("活跃"), "potential": _("潜力"),
    "loyalty": _("忠诚"), "strategic": _("战略"), "score": _("总分"),
}  # fmt: skip
MEMBER_SOURCES: Mapping[str, Look] = {
    "APPROVED": Look(_("批准名单"), "gold"),
    "CREDIT": Look(_("授信集团"), "blue"),
    "DELIVERED": Look(_("系统交付"), ""),
    "COMPUTED": Look(_("推算"), "", help=_("由股权、控制与家庭关系推算，没有来源直接说明")),
    "PROPOSED": Look(_("待确认"), "amber"),
}
FIVE_TIER: Mapping[int, Look] = {
    1: Look(_("正常"), "green"), 2: Look(_("关注"), "amber", "alert-triangle"), 3: Look(_("次级"), "red", "alert-triangle"),
    4: Look(_("可疑"), "red", "alert-triangle"), 5: Look(_("损失"), "red", "alert-triangle"),
}  # fmt: skip
ROLES: Mapping[str, Any] = {
    "manager": _("客户经理"), "private_banker": _("私人银行家"), "branch_head": _("分支机构负责人"),
    "dept_head": _("部门负责人"), "risk": _("风险经理"), "compliance": _("合规"), "auditor": _("审计"),
    "system_admin": _("系统管理员"), "security_admin": _("安全管理员"), "audit_admin": _("审计管理员"), "system": _("系统"),
}  # fmt: skip
TEAM_ROLES: Mapping[str, Any] = {code: look.word for code, look in team_words.ROLES.items()}
INFLUENCE: Mapping[str, Any] = {
    "GUARANTOR": _("由它担保"), "CHAIN_CORE": _("产业链围绕它"), "CONTROLLER": _("由它控制"),
}  # fmt: skip
LOAD_STATUS: Mapping[str, Look] = {
    "loaded": Look(_("已装入"), "green", "circle-check"), "running": Look(_("装入中"), "blue", "clock"),
    "held": Look(_("暂缓"), "amber", "alert-triangle"), "rejected": Look(_("已拒收"), "red", "circle-x"),
    "abandoned": Look(_("已放弃"), "plain"),
}  # fmt: skip
RUN_STATUS: Mapping[str, Look] = {
    "published": Look(_("已发布"), "green", "circle-check"), "running": Look(_("运行中"), "blue", "clock"),
    "failed": Look(_("失败"), "red", "circle-x"),
}  # fmt: skip
LEVELS: Mapping[str, Look] = {
    "F": Look(_("致命"), "red", "circle-x"), "E": Look(_("错误"), "red", "alert-triangle"),
    "W": Look(_("提醒"), "amber", "alert-triangle"), "R": Look(_("对账"), "blue", "info-circle"),
}  # fmt: skip
STEPS: Mapping[str, Any] = {
    "read": _("读取数据"),
    "facts": _("整理事实"),
    "units": _("组成客户单位"),
    "measures": _("汇总指标"), "features": _("计算指标"), "identify": _("识别与分层"), "identification": _("识别与分层"),
    "publish": _("发布"), "store": _("保存结果"), "results": _("保存结果"), "waiting": _("等待"), "running": _("进行中"),
    "done": _("完成"), "failed": _("失败"),
}  # fmt: skip
PROGRESS_STEPS: Mapping[str, Any] = {
    "生成演示银行": _("生成演示银行"), "装入数据湖": _("装入数据湖"), "评估与发布": _("评估与发布"), "建立演示账号": _("建立演示账号"),
}  # fmt: skip
MOVES: Mapping[str, Look] = {
    "entered": Look(_("进入"), "green", "arrow-right"), "left": Look(_("退出"), "amber", "logout"),
    "up": Look(_("升层"), "green", "arrow-up"), "down": Look(_("降层"), "amber", "arrow-down"),
}  # fmt: skip


VERSION_STATES: Mapping[str, Look] = {
    "draft": Look(_("草稿"), "", "circle-dashed"), "review": Look(_("待审核"), "amber", "clock"), "committee": Look(_("待审议"), "blue", "clock"),
    "approved": Look(_("已批准"), "green", "circle-check"), "withdrawn": Look(_("已撤回"), "plain"),
}  # fmt: skip
APPROVAL_STATES: Mapping[str, Look] = {
    "open": Look(_("复核中"), "blue", "clock"), "done": Look(_("已执行"), "green", "circle-check"),
    "refused": Look(_("已拒绝"), "red", "circle-x"), "void": Look(_("已作废"), ""), "expired": Look(_("已过期"), "amber", "clock"),
}  # fmt: skip
OVERRIDE_REASONS: Mapping[str, Any] = {
    "INDUSTRY": _("战略行业"), "MANDATE": _("政府任务"), "SYNERGY": _("集团协同"), "RELATIONSHIP": _("关系维护"),
}  # fmt: skip


MEETING_STATES: Mapping[str, Look] = {
    "called": Look(_("已召集"), "blue", "calendar"), "open": Look(_("进行中"), "amber", "clock"), "closed": Look(_("已闭会"), "green", "circle-check"),
}  # fmt: skip
RESULTS: Mapping[str, Look] = {
    "": Look(_("待表决"), "plain", "circle-dashed"), "passed": Look(_("通过"), "green", "circle-check"),
    "rejected": Look(_("未通过"), "amber", "circle-x"),
}  # fmt: skip
BALLOTS: Mapping[str, Look] = {
    "FOR": Look(_("同意"), "green", "check"), "AGAINST": Look(_("反对"), "amber", "x"), "ABSTAIN": Look(_("弃权"), "plain"),
}  # fmt: skip
LIFE: Mapping[str, Look] = {
    "up": Look(_("升层"), "green", "arrow-up"), "down": Look(_("降层"), "amber", "arrow-down"), "retained": Look(_("保留"), "blue", "lock"),
    "suspended": Look(_("暂停"), "red", "circle-x"), "reinstated": Look(_("恢复"), "green", "circle-check"), "closed": Look(_("已关闭"), "plain"),
}  # fmt: skip
PROPOSALS: Mapping[str, Look] = {
    "up": STATES["proposed_up"], "down": STATES["proposed_down"],
    **{code: STATES[code] for code in ("watch", "retained", "suspended", "closed")},
}  # fmt: skip
QUEUE: Mapping[str, Look] = {
    "waiting": Look(_("等待上会"), "blue", "clock"), "agenda": Look(_("已在议程"), "amber", "calendar"), "decided": Look(_("已决定"), "green", "circle-check"),
}  # fmt: skip
OUTCOMES: Mapping[str, Look] = {
    "confirmed": Look(_("已达到"), "green", "circle-check"), "not": Look(_("未达到"), "amber", "circle-x"),
    "early": Look(_("未满 12 个月"), "plain", "clock"), "unknown": Look(_("没有数据"), "plain"),
}  # fmt: skip
ITEM_KINDS: Mapping[str, Any] = {"DEFINITION": _("准入标准"), "TIER": _("层级"), "OVERRIDE": _("人工调整")}
ASKS: Mapping[str, Any] = {
    "enact": _("是否批准这个版本自生效日起施行？"), "up": _("是否同意上调？"), "down": _("是否同意下调？"), "note": _("是否同意维持现状并记录？"),
}  # fmt: skip
CONFLICTS: Mapping[str, Any] = {
    "TEAM": _("您在该客户的服务团队中"), "PROPOSER": _("您是提出人"), "BENEFICIARY": _("您因此受益"), "DECLARED": _("自行申报"),
}  # fmt: skip
AWAY: Mapping[str, Any] = {
    "TEAM": _("客户团队成员"), "PROPOSER": _("提出人"), "BENEFICIARY": _("受益人"), "DECLARED": _("自行申报"),
}  # fmt: skip
LETTERS: Mapping[str, Any] = {"letter": _("告知函"), "talk": _("沟通要点"), "": "—"}

INDICATORS: Mapping[str, Look] = {
    "missed": Look(_("未达目标"), "amber", "alert-triangle"), "unknown": Look(_("没有数据"), "plain", "circle-dashed"),
    "met": Look(_("达到目标"), "green", "circle-check"),
}  # fmt: skip


VERBS: dict[str, Any] = {
    "signin": _("登录的全部记录"), "signin.succeeded": _("登录"), "signin.failed": _("登录失败"), "signin.step_up_succeeded": _("再次确认本人"),
    "signin.passkey_added": _("添加通行密钥"), "signin.passkey_removed": _("移除通行密钥"), "signin.passkey_failed": _("通行密钥未通过"),
    "signin.passkey_cloned": _("通行密钥疑似被复制"), "signin.oidc_unknown": _("统一身份认证：没有对应账号"), "signin.oidc_refused": _("统一身份认证：未通过"),
    "signin.calendar_made": _("新建日历订阅"), "signin.calendar_ended": _("结束日历订阅"),
    "signin.portal_succeeded": _("客户门户登录"), "signin.portal_failed": _("客户门户登录失败"), "signin.portal_locked": _("客户门户登录暂停"),
    "signin.portal_ended": _("退出客户门户"), "signin.portal_password_changed": _("客户门户更改密码"),
    "portal.invited": _("开通客户门户登录"), "portal.ended": _("停用客户门户登录"),
    "kernel.person_created": _("建立人员"), "kernel.role_granted": _("授予角色"), "kernel.sessions_ended": _("结束会话"),
    "kernel.person_disabled": _("停用人员"), "kernel.person_enabled": _("启用人员"),
    "kernel.role_ended": _("结束角色"), "kernel.password_renewed": _("发一次性密码"), "kernel.second_factor_forgotten": _("移除丢失的两步验证"),
    "kernel.audit_verified": _("核对审计链"),
    "lake.delivery_loaded": _("装入供数"), "serving.correction_accepted": _("批准更正供数"), "strategy.run_published": _("发布运行结果"), "strategy.definition_installed": _("安装标准"),
    "strategy.list_read": _("读取名单"), "strategy.unit_explained": _("解释层级"), "strategy.tier_overridden": _("人工调整层级"),
    "strategy.version_drafted": _("起草版本"), "strategy.version_edited": _("修改草稿"), "strategy.version_sent": _("提交审核"),
    "strategy.trial_kept": _("保存测算"), "strategy.measures_asked": _("申请补算指标"), "strategy.trial_filled": _("记下稳定性"), "strategy.version_reviewed": _("审核版本"), "strategy.version_withdrawn": _("撤回版本"), "strategy.version_decided": _("版本决定"),
    "strategy.meeting_called": _("召集会议"), "strategy.agenda_built": _("编制议程"), "strategy.meeting_opened": _("开会"),
    "strategy.ballot_cast": _("投票"), "strategy.item_closed": _("形成决议"), "strategy.minutes_written": _("修改会议记录"),
    "strategy.meeting_closed": _("闭会"), "strategy.target_set": _("设定全行目标"), "strategy.target_split": _("分解目标"), "strategy.targets_credited": _("计入目标完成情况"),
    "strategy.tier_decided": _("层级决定"), "strategy.month_reviewed": _("月度层级复核"),
    "workspace.accounts_read": _("查看账户"), "workspace.sources_read": _("查看来源行"),
    "workspace.model_asked": _("请语言模型撰写简报"),
    "clients.identity_unmasked": _("查看身份信息明文"), "clients.list_exported": _("导出名册"),
    "clients.export_granted": _("批准导出"), "resource.exported": _("导出名单"), "paper.exported": _("导出文件"), "resource.export_granted": _("批准导出"),
    "resource.view_kept": _("保存视图"), "resource.view_dropped": _("删除视图"),
    "compliance.consent_given": _("登记授权"), "compliance.consent_withdrawn": _("撤回授权"), "compliance.contact_suppressed": _("登记请勿联系"),
    "compliance.contact_restored": _("恢复联系"), "work.check_acknowledged": _("确认预检提醒"), "work.check_overridden": _("例外放行"), "work.released": _("执行前复检"),
    "work.task_snoozed": _("推后待办"), "work.task_delegated": _("转交待办"), "work.indicators_kept": _("记录指标"), "work.task_opened": _("建立待办"), "work.tasks_opened": _("批量建立待办"), "work.tasks_closed": _("批量办结待办"), "work.approval_asked": _("申请复核"), "work.approval_passed": _("复核通过一个环节"),
    "work.approval_done": _("复核通过并执行"), "work.approval_refused": _("复核拒绝"), "work.approval_void": _("复核作废"), "work.approval_expired": _("复核过期"),
}  # fmt: skip


def look(table: Mapping[Any, Look], code: Any) -> Look:
    """Return how a code is shown; an unknown code is its own word."""
    return table.get(code) or Look(str(code))


def word(table: Mapping[str, Any], code: str) -> Any:
    """Return the word for a code; an unknown code is its own word."""
    return table.get(code, code)


ROLLUPS: Mapping[str, Any] = {
    "sum": _("成员之和"), "max": _("成员中最大"), "min": _("成员中最小"), "distinct": _("成员去重计数"), "derived": _("由其他指标算出"),
}  # fmt: skip
COLUMNS: Mapping[str, Any] = {
    "party_id": _("成员"), "account_id": _("账户"), "account_no_masked": _("账号"), "product_code": _("产品代码"), "product": _("产品"),
    "name_zh": _("产品"), "family": _("大类"), "currency": _("币种"), "ccy": _("币种"), "balance_base": _("余额（本位币）"),
    "closing_balance": _("余额"), "open_date": _("开户日"), "maturity_date": _("到期日"), "interest_rate": _("利率"), "status": _("状态"),
    "as_of_date": _("数据日期"), "booking_date": _("记账日"), "amount": _("金额"), "txn_id": _("流水号"), "txn_type": _("类型"),
    "credit_debit_ind": _("收付"), "outstanding": _("贷款余额"), "loan_id": _("借据"), "facility_id": _("授信"), "dpd": _("逾期天数"),
    "approved_amount": _("批复额度"), "used_amount": _("已用额度"), "market_value": _("市值"), "value": _("数值"), "source_system": _("来源系统"),
    "channel": _("渠道"), "is_reversal": _("冲正"), "close_date": _("销户日"), "ftp_rate": _("FTP 利率"), "start_date": _("起息日"), "overdue": _("逾期"), "limit": _("额度"), "used": _("已用"), "expiry_date": _("到期日"), "type": _("类型"),
    "source_key": _("来源主键"), "fee_id": _("费用号"), "principal": _("本金"), "five_tier": _("五级分类"),
    "overdue_principal": _("逾期本金"), "overdue_interest": _("逾期利息"), "joint_volume": _("合作业务量"), "revenue_share": _("分成收入"),
}  # fmt: skip
COUNTED: Mapping[str, Any] = {
    "units": _("客户数"), "managed": _("名册户数"), "members": _("成员数"), "parties": _("主体数"), "dates": _("评估日期数"),
    "published": _("发布行数"), "strategic": _("在层户数"),
}  # fmt: skip
_FIVE: Mapping[str, Any] = {str(code): look_.word for code, look_ in FIVE_TIER.items()}
VALUES: Mapping[str, Mapping[str, Any]] = {
    "family": {
        "DEPOSIT": _("存款"), "LOAN": _("贷款"), "WEALTH": _("理财"), "FUND": _("基金"), "INSURANCE": _("保险"), "TRUST": _("信托"),
        "BOND": _("债券"), "FX": _("外汇"), "TRADE": _("贸易融资"), "PAYMENT": _("支付结算"), "CUSTODY": _("托管"),
        "ADVISORY": _("顾问"), "CARD": _("银行卡"),
    },
    "status": {"ACTIVE": _("正常"), "DORMANT": _("睡眠"), "CLOSED": _("已销户"), "FROZEN": _("冻结"), "EXPIRED": _("已到期")},
    "credit_debit_ind": {"CRDT": _("贷"), "DBIT": _("借")},
    "txn_type": {
        "TRANSFER": _("转账"), "CASH": _("现金"), "FEE": _("费用"), "INTEREST": _("利息"), "LOAN_DRAW": _("放款"),
        "LOAN_REPAY": _("还款"), "CARD": _("银行卡"), "FX": _("外汇"), "SECURITIES": _("证券"), "PAYROLL": _("代发工资"), "TAX": _("税款"),
    },
    "five_tier": _FIVE,
}  # fmt: skip
