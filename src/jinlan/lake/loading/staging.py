"""From a table file to typed rows that the engine can ask: verified, named, cast; breaches of the schema are fatal."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from jinlan.lake import engines
from jinlan.lake.engines import literal, quoted
from jinlan.lake.extracts.layout import extract_columns
from jinlan.lake.extracts.schema import TABLES, Column, Table
from jinlan.lake.loading import textfiles
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.loading.casting import Cast, Given, cast, sql_type
from jinlan.lake.loading.deliveries import Part, file_hash
from jinlan.lake.loading.findings import WARNING, fatal

# C3, JR/T 0171-2020: authentication data that must never be collected (domain reference 09 §9.4).
_SECRET_WORDS = {
    "password", "passwd", "pwd", "pass", "passphrase", "cvn", "cvv", "cvc", "pin", "track", "otp", "biometric",
    "fingerprint",
}  # fmt: skip
_SECRET_CHINESE = ("密码", "口令", "磁道", "指纹", "验证码", "生物特征", "安全码")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ROW_NUMBER = "file_row_number"


def looks_secret(name: str) -> bool:
    """Tell whether a column's name looks like authentication data (class C3)."""
    words = re.split(r"[^a-z0-9]+", _CAMEL.sub("_", name).lower())
    return any(word.rstrip("0123456789") in _SECRET_WORDS for word in words) or any(
        word in name for word in _SECRET_CHINESE
    )


@dataclass
class _Columns:
    """The select list of a staged table while it is put together."""

    sql: dict[str, str] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    raw: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)


def stage(bench: Bench, part: Part) -> Staged:
    """Verify one table file, give its columns our names and types, and make it known to the engine.

    Raises:
        Fatal: FILE, HASH, ENCODING, HEADER, SHAPE, C3_COLUMN, COLUMN_MISSING, COLUMN_TYPE, ROW_COUNT, CONTROL_TOTAL.
    """
    _verify(bench, part)
    table = TABLES[part.table]
    text = not textfiles.is_parquet(part.path)
    file = bench.spill / f"{part.table}.parquet" if text else part.path
    if text:
        textfiles.to_parquet(part.path, file, part.table, bench.mapping)
    relation = engines.file_relation(file)
    given = engines.describe(bench.con, relation)
    given.pop(_ROW_NUMBER, None)
    _refuse_secrets(table, given)
    columns = _select(bench, table, given, relation, text=text)
    name = f"s_{table.name}"
    select = ", ".join(f"{sql} AS {quoted(alias)}" for alias, sql in columns.sql.items())
    query = f"SELECT {_ROW_NUMBER} + 1 AS _row, {select} FROM {relation}"
    if columns.raw:  # cast once, not at every check
        relation = _materialise(bench, query, table.name)
        query = f"SELECT * FROM {relation}"
    bench.run(f"CREATE OR REPLACE VIEW {name} AS {query}")
    bench.run(f"CREATE OR REPLACE TABLE bad_{table.name} (row BIGINT, rule INTEGER)")
    rows = int(str(bench.one(f"SELECT count(*) FROM {name}")[0]))
    staged = Staged(
        table,
        name,
        rows,
        part.mode,
        frozenset(columns.delivered),
        frozenset(columns.raw),
        frozenset(columns.tokens),
    )
    _count(bench, part, staged)
    return staged


def _verify(bench: Bench, part: Part) -> None:
    if not part.path.is_file():
        raise fatal(part.table, "FILE", f"清单列出的文件 {part.path.name} 不存在", "请重新投送该文件。")
    if bench.delivery.claimed and file_hash(part.path) != part.sha256:
        raise fatal(part.table, "HASH", f"文件 {part.path.name} 的 SHA-256 与清单不符", "请重新投送该文件。")


def _refuse_secrets(table: Table, given: dict[str, str]) -> None:
    secret = [name for name in given if looks_secret(name)]
    if secret:
        raise fatal(
            table.name, "C3_COLUMN", f"表 {table.name} 含疑似鉴别信息(C3)的列:{'、'.join(secret)}",
            "鉴别信息不得采集:请从供数中删除该列。",
        )  # fmt: skip


def _materialise(bench: Bench, query: str, name: str) -> str:
    """Write the typed rows to a Parquet file in the spill folder and return it as a relation."""
    path = bench.spill / f"{name}.typed.parquet"
    bench.run(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return f"read_parquet({literal(path)}, hive_partitioning=false)"


def _select(bench: Bench, table: Table, given: dict[str, str], relation: str, *, text: bool) -> _Columns:
    mapped = bench.mapping.of(table.name)
    names = {name.strip().lower(): name for name in given}
    result, used = _Columns(), set()
    breaches: list[str] = []
    for column in extract_columns(table):
        source = names.get(mapped.columns.get(column.name, column.name).strip().lower())
        if source is not None and column.name not in mapped.constants:
            used.add(source)
            made = _delivered(bench, table, column, _Source(source, given[source], relation, text))
            if made is None:
                breaches.append(f"{column.name}({given[source]})")
            else:
                _add(result, column, made)
        else:
            _add_missing(bench, table, column, result)
        if column.keep == "hash":
            used |= _add_token(table, column, names, result)
    if breaches:
        detail = f"表 {table.name} 的列类型不符合规范:{'、'.join(breaches)}"
        raise fatal(table.name, "COLUMN_TYPE", detail, "金额和比率不得为浮点数,时间须带时区。", len(breaches))
    unknown = [name for name in given if name not in used]
    if unknown and not mapped.columns:
        bench.findings.add(
            table.name,
            WARNING,
            "COLUMN_UNKNOWN",
            len(unknown),
            f"未装载规范之外的列:{'、'.join(unknown)}"[:500],
        )
    return result


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    type: str
    relation: str
    text: bool


@dataclass(frozen=True, slots=True)
class _Made:
    typed: Cast
    raw: str


def _delivered(bench: Bench, table: Table, column: Column, source: _Source) -> _Made | None:
    """Return the typed value of a delivered column, None when its type can never hold the declared one."""
    mapped = bench.mapping.of(table.name)
    raw = quoted(source.name)
    if source.text:
        raw = f"NULLIF(trim({raw}), '')"
    if column.name in mapped.values:
        cases = " ".join(
            f"WHEN {literal(theirs)} THEN {literal(ours)}"
            for theirs, ours in mapped.values[column.name].items()
        )
        raw = f"CASE CAST({raw} AS VARCHAR) {cases} ELSE CAST({raw} AS VARCHAR) END"
        source = _Source(source.name, "VARCHAR", source.relation, source.text)
    date_format = mapped.date_format or bench.mapping.date_format
    made = cast(column, Given(source.type, raw, bench.mapping, date_format))
    if made is None:
        filled = bench.one(f"SELECT count({quoted(source.name)}) FROM {source.relation}")[0]
        return None if filled else _Made(Cast(f"CAST(NULL AS {sql_type(column)})"), raw)
    return _Made(made, raw)


def _add(result: _Columns, column: Column, made: _Made) -> None:
    result.sql[column.name] = made.typed.sql
    result.delivered.add(column.name)
    if made.typed.fallible:
        result.sql[f"_raw_{column.name}"] = f"CAST({made.raw} AS VARCHAR)"
        result.raw.add(column.name)


def _add_missing(bench: Bench, table: Table, column: Column, result: _Columns) -> None:
    constant = bench.mapping.of(table.name).constants.get(column.name)
    daily = not bench.delivery.found.history
    if constant is not None:
        made = cast(column, Given("VARCHAR", literal(constant), bench.mapping, bench.mapping.date_format))
        value = made.sql if made else f"CAST(NULL AS {sql_type(column)})"
    elif column.name == "as_of_date" and daily:
        value = f"DATE '{bench.last}'"
    elif column.required:
        raise fatal(
            table.name,
            "COLUMN_MISSING",
            f"表 {table.name} 缺少必需的列 {column.name}",
            "请补上该列,或在映射文件中写明。",
        )
    else:
        value = f"CAST(NULL AS {sql_type(column)})"
    result.sql[column.name] = value


def _add_token(table: Table, column: Column, names: dict[str, str], result: _Columns) -> set[str]:
    """Take a token that the bank made itself (``id_hash`` for ``id_no``); return the source columns used."""
    aliases = [f"{column.name}_hash"]
    if table.name == "party" and column.name == "id_no":
        aliases.append("id_hash")
    for alias in aliases:
        if alias in names:
            result.sql[f"{column.name}_hash"] = f"CAST({quoted(names[alias])} AS VARCHAR)"
            result.tokens.add(column.name)
            return {names[alias]}
    return set()


def _count(bench: Bench, part: Part, staged: Staged) -> None:
    """Compare rows and control totals with the claims."""
    if part.rows is not None and staged.rows != part.rows:
        detail = f"清单写 {part.rows} 行,文件有 {staged.rows} 行"
        raise fatal(part.table, "ROW_COUNT", detail, "请重新投送该文件。", abs(part.rows - staged.rows))
    summable = {column.name for column in staged.table.columns if column.type in ("amt", "rate", "int")}
    wanted = {name: claim for name, claim in part.control.items() if name in summable & staged.delivered}
    if not wanted:
        return
    sums = bench.one(
        f"SELECT {', '.join(f'coalesce(sum({quoted(name)}), 0)' for name in wanted)} FROM {staged.name}"
    )
    for (name, claim), total in zip(wanted.items(), sums, strict=True):
        if _decimal(claim) != Decimal(str(total)):
            detail = f"列 {name} 的控制总数:清单 {claim},文件 {total}"
            raise fatal(part.table, "CONTROL_TOTAL", detail, "请重新投送该文件。")


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def spill_folder(root: Path, entity: str) -> Path:
    """Return the folder for what a load needs only while it runs; it is emptied at the start of the next."""
    return root / entity / ".tmp"
