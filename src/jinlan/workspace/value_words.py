"""The words of the profitability statement (02 §2.1, §2.9)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LINES = {
    "assets": _("资产 FTP 利差"), "liabilities": _("负债 FTP 利差"), "fees": _("中间业务净收入"), "other": _("其他收入（结售汇价差）"),
    "vat": _("增值税及附加"), "revenue": _("营业收入"), "cost": _("营运成本"), "expected_loss": _("预期损失"), "before_tax": _("税前利润"),
    "tax": _("所得税"), "net": _("税后利润"), "capital": _("资本成本"), "eva": _("经济增加值"),
}  # fmt: skip
EFFECTS = {
    "assets_volume": _("贷款规模"), "assets_margin": _("贷款利差"), "liabilities_volume": _("存款规模"), "liabilities_margin": _("存款利差"),
    "fees": _("中间业务净收入"), "other": _("其他收入（结售汇价差）"), "vat": _("增值税及附加"), "cost": _("营运成本"),
    "expected_loss": _("预期损失"), "tax": _("所得税"), "capital": _("资本成本"),
}  # fmt: skip
LACKS = {
    "unpriced": _("缺 FTP 价格，利差未计"), "unrated": _("缺汇率，外币部分未计"), "unrisked": _("缺违约概率或损失率，预期损失未计"),
    "assumed": _("缺风险加权资产，按余额全额计资本"),
}  # fmt: skip
TABLES = {
    "account": _("账户"), "product": _("产品"), "balance_daily": _("余额"), "loan": _("贷款"), "fee": _("手续费"),
    "activity_count": _("作业量"), "unit_cost": _("作业单价"),
}  # fmt: skip
