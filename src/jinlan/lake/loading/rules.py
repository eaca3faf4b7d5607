"""The rules about single rows: those that follow from the schema, and those of each table (domain 10 §10.2-10.7).

Every rule is data: an SQL predicate over the staged row that is true for a faulty one. Rules that must look at other
rows (references, sums, tree) are in `relations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from jinlan.basics.codes import COUNTRIES, MINOR_UNITS
from jinlan.lake.engines import literal, quoted
from jinlan.lake.extracts.layout import extract_columns
from jinlan.lake.extracts.schema import Column, Table
from jinlan.lake.loading.bench import Staged
from jinlan.lake.loading.findings import WARNING, Rule
from jinlan.lake.loading.thresholds import Thresholds

_ID_LENGTH = 64
_INVESTMENTS = "('WEALTH','FUND','INSURANCE','TRUST','BOND')"
_TYPE_WORDS = {
    "amt": "不是两位小数的金额", "rate": "不是比率", "int": "不是整数", "date": "不是日期", "ts": "不是带时区的时间",
    "bool": "不是是/否值",
}  # fmt: skip


def _warn(code: str, column: str, where: str, reason: str, hint: str = "") -> Rule:
    return Rule(code, column, where, reason, hint, WARNING)


def alive(table: Table) -> str:
    """Return the predicate of rows that carry content (a deletion carries only its key)."""
    return "change_type IS DISTINCT FROM 'D'" if table.kind == "state" else "true"


def schema_rules(staged: Staged, days: str) -> Iterator[Rule]:
    """Yield the rules that follow from the table's declaration; `days` is the predicate of allowed as_of_date."""
    table = staged.table
    for column in extract_columns(table):
        yield from _column_rules(staged, column)
    yield Rule(
        "AS_OF",
        "as_of_date",
        f"NOT ({days})",
        "数据日期不在本次供数范围内",
        "as_of_date 应等于投送日期或在历史区间内。",
    )
    names = table.by_name
    if "valid_from" in names and "valid_to" in names:
        yield Rule("PERIOD", "valid_to", "valid_to < valid_from", "失效日早于生效日")
    if "booking_date" in names:
        yield Rule(
            "FUTURE",
            "booking_date",
            "booking_date > as_of_date",
            "记账日晚于数据日期",
            "记账日不得晚于数据日期,起息日可以。",
        )


def _column_rules(staged: Staged, column: Column) -> Iterator[Rule]:
    table, name = staged.table, quoted(column.name)
    content = "true" if column.name in table.key else alive(table)
    if column.name in staged.raw:
        where = f"{quoted('_raw_' + column.name)} IS NOT NULL AND {name} IS NULL"
        yield Rule("TYPE", column.name, where, f"值{_TYPE_WORDS.get(column.type, '的类型不对')}")
    if column.required:
        written = f" AND {quoted('_raw_' + column.name)} IS NULL" if column.name in staged.raw else ""
        empty = f" OR {name} = ''" if column.type not in _TYPE_WORDS else ""
        yield Rule("REQUIRED", column.name, f"{content} AND ({name} IS NULL{written}{empty})", "必填的值为空")
    if column.name not in staged.delivered:
        return
    if column.codes:
        codes = ", ".join(literal(code) for code in column.codes)
        yield Rule(
            "CODE", column.name, f"{content} AND {name} <> '' AND {name} NOT IN ({codes})", "代码不在代码表内",
            f"可用代码:{'、'.join(column.codes)}",
        )  # fmt: skip
    elif column.type in ("ccy", "iso2"):
        codes = ", ".join(literal(code) for code in (MINOR_UNITS if column.type == "ccy" else COUNTRIES))
        what = "ISO 4217 货币代码" if column.type == "ccy" else "ISO 3166 国家代码"
        where = f"{content} AND {name} <> '' AND {name} NOT IN ({codes})"
        yield Rule("CURRENCY" if column.type == "ccy" else "COUNTRY", column.name, where, f"不是 {what}")
    elif column.type == "id":
        yield Rule("LENGTH", column.name, f"length({name}) > {_ID_LENGTH}", f"编号超过 {_ID_LENGTH} 个字符")


def table_rules(table: Table, thresholds: Thresholds) -> list[Rule]:
    """Return the rules of one table about its own rows, errors and warnings, with the thresholds filled in."""
    limits = {item.name: getattr(thresholds, item.name) for item in fields(thresholds)}
    own = [
        replace(rule, where=rule.where.format(**limits), reason=rule.reason.format(**limits))
        for rule in _OWN.get(table.name, ())
    ]
    return [*own, *_minor_units(table)]


def _minor_units(table: Table) -> Iterator[Rule]:
    currency = next(
        (c.name for c in table.columns if c.type == "ccy" and c.name in ("currency", "ccy")), None
    )
    amount = next((c.name for c in table.columns if c.type == "amt"), None)
    if currency is None or amount is None:
        return
    whole = ", ".join(literal(code) for code, places in MINOR_UNITS.items() if places == 0)
    where = f"{currency} IN ({whole}) AND {quoted(amount)} <> trunc({quoted(amount)})"
    yield _warn("MINOR_UNITS", amount, where, "该货币没有辅币单位,金额却有小数")


def _between(name: str, reason: str) -> Rule:
    return Rule(
        "RANGE",
        name,
        f"{name} < 0 OR {name} > 1",
        f"{reason}不在 0 到 1 之间",
        "比率写成小数:4.5% 为 0.045。",
    )


def _order(later: str, earlier: str, reason: str, code: str = "PERIOD") -> Rule:
    return Rule(code, later, f"{later} < {earlier}", reason)


def _not_negative(name: str, reason: str) -> Rule:
    return Rule("NEGATIVE", name, f"{name} < 0", f"{reason}为负")


_CASE_STEPS = ("received_ts", "accepted_ts", "decided_ts", "closed_ts")
_OWN: dict[str, tuple[Rule, ...]] = {
    "branch": (Rule("LEVEL", "level", "level < 1 OR level > 4", "机构层级不在 1 到 4 之间"),),
    "employee": (_order("leave_date", "entry_date", "离职日早于入职日"),),
    "product": (
        _warn("RISK_LEVEL", "risk_level", f"family IN {_INVESTMENTS} AND risk_level IS NULL", "投资产品没有风险等级"),
    ),
    "party": (
        Rule("NAME", "name_zh", "coalesce(name_zh, '') = '' AND coalesce(name_en, '') = ''", "中文名和英文名都为空"),
        Rule("BIRTH", "birth_or_incorp_date", "birth_or_incorp_date > as_of_date", "出生或成立日期晚于数据日期"),
        _between("pd", "违约概率"),
        _not_negative("registered_capital", "注册资本"),
        _order("close_date", "onboard_date", "销户日早于建档日"),
        _warn(
            "BIRTHDAY", "birth_or_incorp_date", "birth_or_incorp_date = DATE '1900-01-01'", "出生或成立日期为 1900-01-01",
            "多为默认值,请补录真实日期。",
        ),
    ),
    "party_relation": (Rule("SELF", "to_party_id", "from_party_id = to_party_id", "与自身的关系"),),
    "party_merge": (Rule("SELF", "new_party_id", "old_party_id = new_party_id", "并号的新旧编号相同"),),
    "ownership": (
        Rule("SHARE", "share", "share <= 0 OR share > 1", "持股比例不在 (0, 1] 内", "比率写成小数:51% 为 0.51。"),
    ),
    "assignment": (
        Rule("TARGET", "party_id", "party_id IS NULL AND unit_id IS NULL", "既没有客户也没有客户单元"),
        _between("credit_share", "业绩占比"),
    ),
    "account": (
        _order("maturity_date", "open_date", "到期日早于开户日"),
        _order("close_date", "open_date", "销户日早于开户日"),
        _warn("CLOSE_DATE", "close_date", "status = 'CLOSED' AND close_date IS NULL", "已销户但没有销户日"),
    ),
    "balance_daily": (_not_negative("hold_amount", "冻结金额"),),
    "holding": (
        Rule(
            "PRICE", "market_value", "abs(quantity * unit_price - market_value) > {price} * abs(market_value)",
            "数量 × 单价与市值相差超过容差 {price}",
        ),
    ),
    "transaction": (
        Rule("AMOUNT", "amount", "amount <= 0", "交易金额不大于零", "金额恒为正,方向写在 credit_debit_ind。"),
        Rule(
            "LATE", "booking_date", "as_of_date - booking_date > {late_days}", "迟到超过 {late_days} 天",
            "请对原日期投送更正供数(delivery+1)。",
        ),
        _warn("REVERSAL_OF", "reversed_txn_id", "is_reversal AND reversed_txn_id IS NULL", "冲正未指明原交易"),
    ),
    "facility": (
        _not_negative("approved_amount", "批复额度"),
        _not_negative("used_amount", "已用额度"),
        _between("ccf", "信用转换系数"),
        _order("expiry_date", "start_date", "到期日早于起始日"),
        _warn("OVERUSED", "used_amount", "used_amount > approved_amount", "已用额度超过批复额度"),
    ),
    "loan": (
        Rule("OUTSTANDING", "outstanding", "outstanding > principal", "余额大于本金"),
        _not_negative("outstanding", "余额"),
        _not_negative("dpd", "逾期天数"),
        Rule(
            "FIVE_TIER", "five_tier", "dpd > {substandard_dpd} AND five_tier < '3'",
            "逾期超过 {substandard_dpd} 天而五级分类优于次级", "五级分类应为 3(次级)或更差。",
        ),
        Rule(
            "STAGE", "ecl_stage", "ecl_stage <> '' AND (five_tier >= '3') <> (ecl_stage = '3')",
            "五级分类与减值阶段不一致", "五级分类 3 及以下(次级、可疑、损失)对应第 3 阶段,反之亦然。",
        ),
        Rule("OVERDUE", "overdue_principal", "overdue_principal > outstanding", "逾期本金大于余额"),
        _order("maturity_date", "start_date", "到期日早于起始日"),
        _between("pd", "违约概率"),
        _between("lgd", "违约损失率"),
    ),
    "guarantee": (Rule("AMOUNT", "amount", "amount <= 0", "担保金额不大于零"),),
    "fx_rate": (Rule("RATE", "rate", "rate <= 0", "汇率不大于零"),),
    "interaction": (_order("ts_end", "ts_start", "结束早于开始", "ORDER"),),
    "case": tuple(
        _order(later, earlier, f"{later} 早于 {earlier}", "ORDER")
        for index, earlier in enumerate(_CASE_STEPS)
        for later in _CASE_STEPS[index + 1 :]
    ),
    "survey_response": (
        _warn("ANONYMOUS", "party_id", "anonymous_flag AND party_id IS NOT NULL", "匿名问卷带有客户编号"),
    ),
    "consent": (_order("withdrawn_ts", "given_ts", "撤回早于同意", "ORDER"),),
}  # fmt: skip
