"""The rules about a row and others: duplicates, references, updates of the unknown, sums, trees, closed accounts.

Each function quarantines what it finds (`Quarantine.add`) or notes a warning; `check` runs those of a table.
"""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from jinlan.lake.engines import literal, quoted
from jinlan.lake.extracts.layout import lake_key
from jinlan.lake.loading import lookups
from jinlan.lake.loading.findings import WARNING, Rule
from jinlan.lake.loading.quarantine import Quarantine
from jinlan.lake.loading.rules import alive

_REVERSAL_DAYS = 62  # how far back the original of a reversal is looked for


def check(quarantine: Quarantine) -> None:
    """Run every rule of a table that looks at other rows; rows already quarantined do not count as others."""
    bench, staged = quarantine.bench, quarantine.staged
    _references(quarantine)
    if staged.table.kind == "state" and staged.mode == "delta":
        _unknown_keys(quarantine)
    if staged.table.kind == "event":
        _repeated_events(quarantine)
    for own in _OWN.get(staged.table.name, ()):
        own(quarantine)
    bench.made -= {
        f"k_{staged.table.name}",
        f"n_{staged.table.name}",
    }  # later tables must see what was found here


def _references(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    for column in staged.table.columns:
        target = column.references
        if not target or column.name not in staged.delivered:
            continue
        keys = lookups.known_keys(bench, target)
        if keys is None:
            detail = f"{column.name} 引用的表 {target} 从未供数,引用未检查"
            bench.findings.add(staged.table.name, WARNING, "REFERENCE_UNCHECKED", staged.rows, detail)
            continue
        missing = Rule("REFERENCE", column.name, "", f"引用的 {target} 不存在", "先供主数据,或检查编号。")
        dependent = Rule(
            "REFERENCE_QUARANTINED", column.name, "", f"引用的 {target} 记录已被隔离", "先改正被引用的记录。"
        )
        while _reference(quarantine, column.name, target, keys, (missing, dependent)):
            if target != staged.table.name:
                break
            bench.made.discard(keys)  # a tree: rows below a quarantined one follow
            keys = str(lookups.known_keys(bench, target))


def _reference(quarantine: Quarantine, column: str, target: str, keys: str, rules: tuple[Rule, Rule]) -> int:
    bench, staged = quarantine.bench, quarantine.staged
    name = quoted(column)
    source = (
        staged.good if target == staged.table.name else staged.name
    )  # a tree is walked until nothing is new
    rows = (
        f"SELECT s._row FROM {source} s ANTI JOIN {keys} k ON s.{name} = k.key"
        f" WHERE s.{name} IS NOT NULL AND ({alive(staged.table)})"
    )
    found = quarantine.add(rules[0], rows)
    if found and target in bench.staged:
        other = bench.staged[target]
        key = quoted(other.table.key[0])
        held = f"SELECT s._row FROM {staged.name} s SEMI JOIN {other.name} t ON s.{name} = t.{key}"
        quarantine.reclassify(rules[0], rules[1], held)
    return found


def _unknown_keys(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    rows = lookups.keyed(bench, staged, staged.name)
    good = lookups.keyed(bench, staged, staged.good)
    keys = ", ".join(quoted(key) for key in lake_key(staged.table))
    known = f"SELECT {keys} FROM {good} WHERE change_type IS NULL OR change_type = 'I'"
    if staged.table.name in bench.versions:
        known += f" UNION ALL SELECT {keys} FROM {bench.lake(staged.table.name)}"
    rule = Rule(
        "UNKNOWN_KEY", staged.table.key[0], "", "更新或删除的记录不存在", "首次供数请用 change_type = I。"
    )
    quarantine.add(
        rule,
        f"SELECT s._row FROM {rows} s ANTI JOIN (SELECT DISTINCT * FROM ({known})) k"
        f" ON {lookups.same_key(staged, 's', 'k')} WHERE s.change_type IN ('U', 'D')",
    )


def _repeated_events(quarantine: Quarantine) -> None:
    """An event that an earlier delivery brought must not count twice."""
    bench, staged = quarantine.bench, quarantine.staged
    table = staged.table
    if table.name not in bench.versions or table.name == "erasure":
        return
    earliest = bench.one(f"SELECT CAST(min({quoted(table.event_date)}) AS DATE) FROM {staged.name}")[0]
    bound = earliest - timedelta(days=1) if isinstance(earliest, date) else None
    rule = Rule(
        "REPEATED", table.key[0], "", "该记录已在其他日期的供数中装载", "同一笔只供一次;更正请对原日期投送。"
    )
    quarantine.add(
        rule,
        f"SELECT s._row FROM {staged.name} s SEMI JOIN {bench.kept(table.name, bound)} k"
        f" ON {lookups.same_key(staged, 's', 'k')}",
    )


def _branch_tree(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    rows = lookups.newest(bench, "branch", "parent_id")
    parents = {str(row[0]): row[1] for row in bench.run(f"SELECT branch_id, parent_id FROM {rows}")}
    looping = [branch for branch in parents if _loops(branch, parents)]
    if looping:
        listed = ", ".join(literal(branch) for branch in looping)
        rule = Rule("TREE_CYCLE", "parent_id", "", "机构的上级关系成环")
        quarantine.add(rule, f"SELECT _row FROM {staged.name} WHERE branch_id IN ({listed})")


def _loops(branch: str, parents: dict[str, Any]) -> bool:
    """Tell whether a branch is its own ancestor."""
    seen: set[str] = set()
    at: Any = parents.get(branch)
    while at is not None and at not in seen:
        if at == branch:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def _owned_persons(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    if bench.has("party"):
        rows = lookups.newest(bench, "party", "party_type")
        rule = Rule("OWNED_PERSON", "owned_party_id", "", "被持股方是自然人")
        quarantine.add(
            rule,
            f"SELECT s._row FROM {staged.name} s JOIN {rows} p ON p.party_id = s.owned_party_id"
            " WHERE p.party_type = 'PERSON'",
        )


def _owned_sums(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    rows = lookups.newest(bench, "ownership", "share", "valid_to")
    sums = (
        f"SELECT o.owned_party_id, o.interest_type, p.day, sum(o.share) AS total FROM {rows} o"
        f" JOIN (SELECT DISTINCT owned_party_id, interest_type, valid_from AS day FROM {rows}) p"
        " ON p.owned_party_id = o.owned_party_id AND p.interest_type = o.interest_type"
        " AND o.valid_from <= p.day AND (o.valid_to IS NULL OR o.valid_to > p.day) GROUP BY ALL"
    )
    bench.make("x_owned", f"SELECT * FROM ({sums}) WHERE total > {bench.thresholds.owned}")
    rule = Rule("SHARE_SUM", "share", "", "同一公司同类权益的持股合计超过 1", "检查是否有未结束的旧记录。")
    quarantine.add(
        rule,
        f"SELECT DISTINCT s._row FROM {staged.name} s JOIN x_owned x ON s.owned_party_id = x.owned_party_id"
        " AND s.interest_type = x.interest_type AND s.valid_from <= x.day"
        " AND (s.valid_to IS NULL OR s.valid_to > x.day)",
    )
    low = (
        f"SELECT count(*) FROM (SELECT owned_party_id FROM {rows} WHERE interest_type = 'EQUITY'"
        f" AND valid_from <= DATE '{bench.last}' AND (valid_to IS NULL OR valid_to > DATE '{bench.last}')"
        " GROUP BY owned_party_id HAVING sum(share) < 1)"
    )
    _warn(quarantine, "SHARE_BELOW_1", low, "家公司的股权持股合计不足 1(股东未供全)")


def _one_unit(quarantine: Quarantine) -> None:
    bench = quarantine.bench
    if not bench.has("client_unit"):
        return
    units = lookups.newest(bench, "client_unit", "unit_kind")
    rows = lookups.newest(bench, "client_unit_member", "valid_to")
    dated = f"(SELECT m.*, u.unit_kind FROM {rows} m JOIN {units} u ON u.unit_id = m.unit_id)"
    rule = Rule("TWO_UNITS", "party_id", "", "同一客户同一时期属于两个同类客户单元", "先结束旧的成员关系。")
    quarantine.add(
        rule,
        f"SELECT DISTINCT b._row FROM {dated} a JOIN {dated} b ON a.party_id = b.party_id AND a.unit_kind = b.unit_kind"
        " AND a.unit_id <> b.unit_id AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)"
        " AND (b.valid_to IS NULL OR b.valid_to > a.valid_from)"
        " AND (b.valid_from, b.unit_id) > (a.valid_from, a.unit_id) WHERE b._row IS NOT NULL",
    )


def _teams(quarantine: Quarantine) -> None:
    bench = quarantine.bench
    rows = lookups.newest(
        bench, "assignment", "party_id", "unit_id", "role", "credit_share", "valid_from", "valid_to"
    )
    now = f"valid_from <= DATE '{bench.last}' AND (valid_to IS NULL OR valid_to > DATE '{bench.last}')"
    groups = f"SELECT 1 FROM {rows} WHERE {now} GROUP BY unit_id, party_id"
    leads = f"SELECT count(*) FROM ({groups} HAVING count(*) FILTER (WHERE role = 'LEAD') <> 1)"
    _warn(quarantine, "LEAD", leads, "个客户或单元的主办人不是恰好一名")
    shares = f"SELECT count(*) FROM ({groups} HAVING sum(credit_share) <> 1)"
    _warn(quarantine, "CREDIT_SHARE", shares, "个客户或单元的业绩占比合计不为 1")


def _closed_accounts(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    days = bench.thresholds.closed_days
    rows = f"FROM {staged.good} s JOIN {lookups.accounts(bench)} a ON a.account_id = s.account_id WHERE s.booking_date"
    soon = f"SELECT count(*) {rows} > a.close_date AND s.booking_date <= a.close_date + {days}"
    _warn(quarantine, "CLOSED_ACCOUNT", soon, f"笔交易发生在销户之后({days} 天以内)")
    rule = Rule("CLOSED_ACCOUNT", "booking_date", "", f"交易发生在销户 {days} 天之后", "检查销户日或账号。")
    quarantine.add(rule, f"SELECT s._row {rows} > a.close_date + {days}")


def _other_currency(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    rows = f"FROM {staged.good} s JOIN {lookups.accounts(bench)} a ON a.account_id = s.account_id"
    _warn(
        quarantine, "ACCOUNT_CURRENCY", f"SELECT count(*) {rows} WHERE s.currency <> a.currency",
        "笔交易的货币与账户不同",
    )  # fmt: skip


def _reversals(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    reversals = f"(SELECT * FROM {staged.good} WHERE is_reversal AND reversed_txn_id IS NOT NULL)"
    if bench.one(f"SELECT count(*) FROM {reversals}")[0] == 0:
        return
    wanted = "txn_id, amount, credit_debit_ind"
    earlier = bench.kept("transaction", bench.first - timedelta(days=_REVERSAL_DAYS))
    originals = f"(SELECT {wanted} FROM {staged.name} UNION ALL SELECT {wanted} FROM {earlier})"
    rule = Rule("REVERSAL", "amount", "", "冲正与原交易的金额不同或方向相同")
    quarantine.add(
        rule,
        f"SELECT s._row FROM {reversals} s JOIN {originals} o ON o.txn_id = s.reversed_txn_id"
        " WHERE s.amount <> o.amount OR s.credit_debit_ind = o.credit_debit_ind",
    )


def _base_balances(quarantine: Quarantine) -> None:
    bench, staged = quarantine.bench, quarantine.staged
    base, cent = literal(bench.delivery.base_currency), bench.thresholds.roll
    rows = f"FROM {staged.good} s JOIN {lookups.accounts(bench)} a ON a.account_id = s.account_id"
    rule = Rule("BASE_BALANCE", "balance_base", "", "本位币余额与原币余额按当日汇率折算不符")
    quarantine.add(
        rule,
        f"SELECT s._row {rows} WHERE a.currency = {base} AND abs(s.balance_base - s.closing_balance) > {cent}",
    )
    if not bench.has("fx_rate"):
        return
    parts = [
        f"SELECT from_ccy, to_ccy, rate, as_of_date FROM {bench.kept('fx_rate', bench.first, bench.last)}"
    ]
    if "fx_rate" in bench.staged:
        parts.append(f"SELECT from_ccy, to_ccy, rate, as_of_date FROM {bench.staged['fx_rate'].good}")
    bench.make("x_fx", f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) WHERE to_ccy = {base}")
    quarantine.add(
        rule,
        f"SELECT s._row {rows} JOIN x_fx f ON f.from_ccy = a.currency AND f.as_of_date = s.as_of_date"
        f" WHERE a.currency <> {base} GROUP BY s._row"
        f" HAVING min(abs(s.balance_base - s.closing_balance * f.rate)) > {cent}",
    )


def _warn(quarantine: Quarantine, code: str, query: str, words: str) -> None:
    count = int(str(quarantine.bench.one(query)[0]))
    if count:
        quarantine.bench.findings.add(quarantine.staged.table.name, WARNING, code, count, f"{count} {words}")


_OWN: dict[str, tuple[Callable[[Quarantine], None], ...]] = {
    "branch": (_branch_tree,),
    "ownership": (_owned_persons, _owned_sums),
    "client_unit_member": (_one_unit,),
    "assignment": (_teams,),
    "transaction": (_closed_accounts, _other_currency, _reversals),
    "balance_daily": (_base_balances,),
}
