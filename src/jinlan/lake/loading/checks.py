"""Validation of a delivery (domain reference 10 §10.8): fatal, error, warning and reconciliation findings per table."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from jinlan.basics import identifiers
from jinlan.lake import engines
from jinlan.lake.engines import quoted
from jinlan.lake.extracts.layout import extract_columns
from jinlan.lake.extracts.schema import REQUIRED, TABLES, Table
from jinlan.lake.loading import relations
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.loading.findings import ERROR, WARNING, Rule, fatal
from jinlan.lake.loading.masking import masked
from jinlan.lake.loading.quarantine import Quarantine
from jinlan.lake.loading.rules import alive, schema_rules, table_rules
from jinlan.lake.registry import Rejected, TableCount

Validator = Callable[[str], tuple[bool, str, str]]
# Identifiers of a party: column, the ids it is for (SQL), validator, words.
_IDENTIFIERS: tuple[tuple[str, str, Validator, str], ...] = (
    ("id_no", "upper(id_type) IN ('USCC', '统一社会信用代码')", identifiers.uscc, "统一社会信用代码"),
    (
        "id_no",
        "upper(id_type) IN ('RESIDENT_ID', '居民身份证', '身份证')",
        identifiers.resident_id,
        "居民身份证号",
    ),
    ("lei", "true", identifiers.lei, "LEI"),
    ("bic", "true", identifiers.bic, "BIC"),
)
_FAULTS = {
    "LENGTH": "长度不对", "FORM": "格式不对", "ALPHABET": "含有不允许的字符", "CHECKSUM": "校验位不符",
    "BIRTH_DATE": "出生日期无效", "COUNTRY": "国家代码不存在", "OBSOLETE": "为已停用的 15 位号码", "EMPTY": "为空",
}  # fmt: skip
_ALPHABET_HINT = {"统一社会信用代码": "统一社会信用代码不含字母 I、O、S、V、Z,请检查 O 与 0、I 与 1。"}
# Tables that others look into without a declared reference.
_BEFORE = {"balance_daily": ("fx_rate",), "client_unit_member": ("client_unit",), "ownership": ("party",)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validation of the whole delivery found; `held` names the tables above the quality gate."""

    counts: tuple[TableCount, ...]
    rejected: tuple[Rejected, ...]
    held: tuple[str, ...]


def validate(bench: Bench, progress: Callable[[str], None]) -> Verdict:
    """Check every staged table, referenced tables first, and quarantine faulty rows with their dependants.

    Raises:
        Fatal: REQUIRED_TABLE, DUPLICATE_KEY.
    """
    _required_tables(bench)
    counts: list[TableCount] = []
    rejected: list[Rejected] = []
    for name in order(bench.staged):
        staged = bench.staged[name]
        progress(f"校验 {name}")
        _duplicates(bench, staged)
        quarantine = Quarantine(bench, staged)
        _rows(quarantine)
        if name == "party":
            _party_identifiers(quarantine)
        relations.check(quarantine)
        _warnings(bench, staged)
        rejected.extend(quarantine.report())
        bad = quarantine.rows()
        counts.append(TableCount(name, staged.rows, staged.rows - bad, bad))
    held = tuple(count.table for count in counts if _held(count, bench.thresholds.hold))
    return Verdict(tuple(counts), tuple(rejected), held)


def _held(count: TableCount, limit: Decimal) -> bool:
    return count.rows > 0 and Decimal(count.quarantined) > limit * count.rows


def order(names: Sequence[str] | dict[str, Staged]) -> list[str]:
    """Return table names so that every referenced table comes before those that refer to it."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        before = [column.references for column in TABLES[name].columns if column.references != name]
        for other in (*_BEFORE.get(name, ()), *before):
            if other:
                visit(other)
        done.append(name)

    for name in TABLES:
        visit(name)
    return [name for name in done if name in names]


def _required_tables(bench: Bench) -> None:
    missing = [name for name in REQUIRED if not bench.has(name)]
    if missing:
        detail = f"缺少必供表:{'、'.join(missing)}"
        raise fatal(missing[0], "REQUIRED_TABLE", detail, "首次供数必须包含全部必供表。", len(missing))
    if not bench.versions or bench.delivery.found.number > 1:
        return
    absent = [name for name in ("balance_daily", "transaction") if name not in bench.staged]
    for name in absent:
        bench.findings.add(name, WARNING, "TABLE_ABSENT", 1, "本日供数没有该表,当日数据不完整")


def _duplicates(bench: Bench, staged: Staged) -> None:
    """Refuse a file in which a key occurs twice on a day (domain: duplicate PK is fatal)."""
    keys = list(staged.table.key) + ([] if staged.table.kind == "event" else ["as_of_date"])
    listed = ", ".join(quoted(key) for key in keys)
    filled = " AND ".join(f"{quoted(key)} IS NOT NULL" for key in keys)
    # Hashes first: a group-by over tens of millions of texts would not fit in memory.
    suspects = f"SELECT hash({listed}) AS h FROM {staged.name} WHERE {filled} GROUP BY h HAVING count(*) > 1"
    bench.make("x_suspects", suspects)
    if bench.one("SELECT count(*) FROM x_suspects")[0] == 0:
        return
    twice = (
        f"SELECT min(_row) AS one, max(_row) AS other, {listed} FROM {staged.name}"
        f" WHERE {filled} AND hash({listed}) IN (SELECT h FROM x_suspects) GROUP BY {listed} HAVING count(*) > 1"
    )
    count = int(str(bench.one(f"SELECT count(*) FROM ({twice})")[0]))
    if count:
        first, second, *parts = bench.one(f"SELECT * FROM ({twice}) ORDER BY one LIMIT 1")
        columns = {column.name: column for column in extract_columns(staged.table)}
        key = "|".join(masked(columns[name], part) for name, part in zip(keys, parts, strict=True))
        detail = f"主键重复 {count} 组,例:第 {first} 行与第 {second} 行,{'|'.join(keys)} = {key}"
        raise fatal(staged.table.name, "DUPLICATE_KEY", detail[:500], "主键在一日之内必须唯一。", count)


def _guarded(table: Table, rules: Sequence[Rule]) -> Iterator[Rule]:
    """Let rules about content pass over deletions, which carry only a key."""
    if table.kind != "state":
        yield from rules
        return
    for rule in rules:
        yield replace(rule, where=f"({alive(table)}) AND ({rule.where})")


def _rows(quarantine: Quarantine) -> None:
    """Apply the rules about single rows in one pass."""
    bench, table = quarantine.bench, quarantine.staged.table
    own = [rule for rule in table_rules(table, bench.thresholds) if rule.level == ERROR]
    quarantine.sift([*schema_rules(quarantine.staged, bench.range), *_guarded(table, own)])


def _warnings(bench: Bench, staged: Staged) -> None:
    """Count what is odd but loaded, in one pass over the good rows."""
    rules = list(_guarded(staged.table, table_rules(staged.table, bench.thresholds)))
    rules = [rule for rule in rules if rule.level == WARNING]
    if not rules:
        return
    counts = ", ".join(f"count(*) FILTER (WHERE {rule.where})" for rule in rules)
    for rule, count in zip(rules, bench.one(f"SELECT {counts} FROM {staged.good}"), strict=True):
        if count:
            detail = f"{rule.column}:{rule.reason}"
            bench.findings.add(staged.table.name, WARNING, rule.code, int(str(count)), detail, rule.hint)


def _party_identifiers(quarantine: Quarantine) -> None:
    """Check digits of identifiers; documents count when they were issued in China (or no country is given)."""
    bench, staged = quarantine.bench, quarantine.staged
    for column, which, validator, words in _IDENTIFIERS:
        if column not in staged.delivered:
            continue
        chinese = " AND coalesce(id_country, 'CN') = 'CN'" if column == "id_no" else ""
        query = f"SELECT _row, {column} FROM {staged.name} WHERE {column} <> '' AND ({which}){chinese} AND {alive(staged.table)}"
        found = partial(_faults, validator)
        faults: dict[str, list[int]] = {}
        for batch in engines.batches(bench.con, query):
            for row, fault in found(batch.column(0).to_pylist(), batch.column(1).to_pylist()):
                faults.setdefault(fault, []).append(row)
        for fault, rows in sorted(faults.items()):
            hint = _ALPHABET_HINT.get(words, "") if fault == "ALPHABET" else ""
            reason = f"{words}{_FAULTS.get(fault, '无效')}"
            quarantine.add_rows(Rule("IDENTIFIER", column, "", reason, hint or "请核对原件。"), rows)


def _faults(validator: Validator, rows: Sequence[int], values: Sequence[str]) -> Iterator[tuple[int, str]]:
    for row, value in zip(rows, values, strict=True):
        ok, _, fault = validator(value)
        if not ok:
            yield row, fault
