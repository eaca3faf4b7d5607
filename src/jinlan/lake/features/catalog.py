"""The measure catalogue: every figure Jinlan computes, with its formula, unit, sources and roll-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rollup = Literal["sum", "max", "min", "distinct", "derived"]
Unit = Literal["money", "count", "days", "years", "ratio", "score", "date", "class", "label"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `needs` are the extract tables without which it is *unknown*; money is in base currency."""

    code: str
    unit: Unit
    rollup: Rollup
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    needs: tuple[str, ...]
    source: str


_ALL = (
    Measure("aum", "money", "sum", "时点 AUM", "Point AUM",
            "当日存款、理财、基金、保险、信托、贵金属与托管证券市值之和(按当日汇率),不扣贷款",
            "Sum of deposits and investments at market value at day end, FX at the day's rate; loans not deducted",
            ("account", "balance_daily", "product"), "01 §1.2"),
    Measure("net_financial_assets", "money", "sum", "金融净资产", "Net financial assets",
            "金融资产 − 金融负债", "Financial assets − financial debts", ("account", "balance_daily", "product", "loan"),
            "01 §1.2"),
    Measure("aum_avg_month", "money", "sum", "月日均 AUM", "Monthly average AUM",
            "当月每日 AUM 之和 ÷ 当月已过自然日数", "Σ day-end AUM of the month ÷ calendar days so far",
            ("account", "balance_daily", "product"), "01 §1.2"),
    Measure("aum_avg_ytd", "money", "sum", "年日均 AUM", "Year-to-date average AUM",
            "1 月 1 日至今每日 AUM 之和 ÷ 自然日数", "Σ day-end AUM since 1 January ÷ calendar days",
            ("account", "balance_daily", "product"), "01 §1.2"),
    Measure("aum_avg_12m", "money", "sum", "近12月日均 AUM", "12-month average AUM",
            "近 12 个月每日 AUM 之和 ÷ 自然日数", "Σ day-end AUM of 12 months ÷ calendar days",
            ("account", "balance_daily", "product"), "01 §1.2"),
    Measure("deposit_avg_12m", "money", "sum", "近12月日均存款", "12-month average deposits",
            "存款类账户近 12 个月每日余额之和 ÷ 自然日数", "Σ day-end deposits of 12 months ÷ calendar days",
            ("account", "balance_daily", "product"), "01 §1.2"),
    Measure("aum_growth_12m", "ratio", "derived", "AUM 年增幅", "AUM growth, 12 months",
            "月日均 AUM ÷ 12 个月前的月日均 AUM − 1", "Monthly average AUM ÷ that of 12 months before − 1",
            ("account", "balance_daily", "product"), "01 §1.5"),
    Measure("loan", "money", "sum", "贷款余额", "Loans outstanding", "表内贷款余额之和", "Σ outstanding of loans",
            ("loan",), "01 §1.2"),
    Measure("fpa", "money", "sum", "客户融资总量 FPA", "Total financing (FPA)",
            "贷款 + 票据、保函、信用证等表外融资", "Loans + bills, guarantees, letters of credit arranged for the client",
            ("loan", "off_balance"), "01 §1.2"),
    Measure("settlement_12m", "money", "sum", "近12月结算量", "Settlement volume, 12 months",
            "近 12 个月贷方发生额,不含本户及同一客户单元内互转、内部转账、利息与费用入账;冲正在其入账日扣减",
            "Σ credits of 12 months without transfers inside the client unit, internal entries, interest and fees; "
            "a reversal is taken off on its booking day",
            ("transaction", "account"), "01 §1.2"),
    Measure("txn_count_12m", "count", "sum", "近12月交易笔数", "Client-initiated transactions, 12 months",
            "近 12 个月已入账交易笔数(借贷双向),不含内部转账、冲正、利息与费用入账",
            "Booked entries of 12 months in both directions, without internal entries, reversals, interest and fees",
            ("transaction", "account"), "01 §1.3"),
    Measure("recency_days", "days", "min", "最近交易距今", "Days since last transaction",
            "距最近一笔客户发起交易的自然日数(回看 24 个月)",
            "Days since the last client-initiated transaction (looked for in 24 months)",
            ("transaction", "account"), "01 §1.3"),
    Measure("revenue_12m", "money", "sum", "近12月综合收入", "Revenue, 12 months",
            "存款 FTP 利差 + 贷款 FTP 利差 + 不含增值税手续费(收入口径,未扣成本与风险)",
            "Deposit and loan FTP margin + fees net of VAT (revenue, before cost and risk)",
            ("account", "balance_daily", "product", "loan", "fee"), "01 §1.2"),
    Measure("product_families", "count", "distinct", "产品大类数", "Product families",
            "在用产品大类去重计数", "Distinct product families in use", ("account", "product"), "01 §1.2"),
    Measure("tenure_years", "years", "max", "客户年限", "Tenure", "(数据日期 − 首次开户日) ÷ 365.25",
            "(date − first account opening) ÷ 365.25", ("account",), "01 §1.2"),
    Measure("limit", "money", "sum", "授信额度", "Credit limit", "有效授信批复额度(顶层)之和",
            "Σ approved amount of active top-level facilities", ("facility",), "03 §3.4"),
    Measure("limit_used", "money", "sum", "已用额度", "Limit used", "有效授信已用额度(顶层)之和",
            "Σ used amount of active top-level facilities", ("facility",), "03 §3.4"),
    Measure("overdue", "money", "sum", "逾期金额", "Overdue", "逾期本金 + 逾期利息", "Overdue principal + interest",
            ("loan",), "03 §3.1"),
    Measure("next_maturity", "date", "min", "最近到期日", "Next maturity", "未到期贷款、存单、理财中最早的到期日",
            "Earliest maturity of loans, term deposits and wealth products", ("account",), "10 §10.4"),
    Measure("five_tier_worst", "class", "max", "最差五级分类", "Worst five-tier class",
            "贷款五级分类的最差一级", "Worst class among the loans", ("loan",), "03 §3.1"),
    Measure("joint_volume_12m", "money", "sum", "近12月合作业务量", "Joint volume, 12 months",
            "近 12 个月与合作伙伴共同办理的业务量", "Joint business of 12 months", ("partner_volume",), "01 §1.5"),
    Measure("referrals_12m", "count", "sum", "近12月引荐数", "Referrals, 12 months", "近 12 个月引荐客户数",
            "Referrals of 12 months", ("partner_volume",), "01 §1.5"),
    Measure("revenue_share_12m", "money", "sum", "近12月分成收入", "Revenue share earned, 12 months",
            "近 12 个月合作分成收入", "Revenue share of 12 months", ("partner_volume",), "01 §1.5"),
    Measure("rfm", "label", "derived", "RFM 标签", "RFM label", "同类客户内五分位:100·R + 10·F + M",
            "Quintiles inside the segment: 100·R + 10·F + M", ("transaction", "account"), "01 §1.3"),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.code: measure for measure in _ALL}
_PLACES: dict[Unit, int] = {"money": 2, "ratio": 8, "years": 4}


def places_of(code: str) -> int:
    """Return how many decimals the whole number of a measure stands for."""
    return _PLACES.get(MEASURES[code].unit, 0)


def scale_of(code: str) -> int:
    """Return by how much a measure is multiplied to be a whole number."""
    return int(10 ** places_of(code))
