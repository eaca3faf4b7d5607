"""The mapping file of a source (TOML): how a bank's own files become the canonical extract.

Example::

    entity = "DEMO"
    base_currency = "CNY"
    encoding = "gb18030"                # default utf-8
    delimiter = "|"                     # one character or several; default ","
    folder = "{date}"                   # the day's folder under DIR; default is the canonical path
    history_folder = "hist_{first}_{last}"
    flag = "{date}.ok"                  # instead of manifest.json; its name in the day's folder
    flag_columns = ["file", "rows"]     # if the flag file lists files: its columns, delimited as the data
    name_date_format = "%Y%m%d"         # of {date} {first} {last} in names
    date_format = "%Y%m%d"              # of date columns in the files; default ISO
    timestamp_format = "%Y%m%d%H%M%S"   # of timestamp columns; default ISO 8601 with offset
    utc_offset = "+08:00"               # of timestamps without an offset
    true_values = ["1", "Y"]
    false_values = ["0", "N"]

    [tables.party]
    file = "CUST_{date}.dat"
    mode = "full"                       # full | delta; default full, delta for events
    columns = { party_id = "CUST_NO", name_zh = "CUST_NAME" }        # ours = theirs
    constants = { id_country = "CN" }
    values.party_type = { "1" = "PERSON", "2" = "ORG" }             # theirs = ours
    date_format = "%Y%m%d"              # this table's own
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused, Words
from jinlan.lake.extracts.layout import extract_columns
from jinlan.lake.extracts.schema import TABLES


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one table of the source is read; everything left out is canonical."""

    file: str = ""
    mode: str = ""
    columns: Dict[str, str] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one source is read. Names may hold {entity} {table} {date} {first} {last}; see the module for all keys."""

    entity: str = ""
    base_currency: str = "CNY"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    folder: str = ""
    history_folder: str = ""
    flag: str = ""
    flag_columns: tuple[str, ...] = ()
    name_date_format: str = "%Y-%m-%d"
    date_format: str = ""
    timestamp_format: str = ""
    utc_offset: str = ""
    true_values: tuple[str, ...] = ("true", "t", "1", "y", "yes", "是")
    false_values: tuple[str, ...] = ("false", "f", "0", "n", "no", "否")
    tables: Dict[str, TableMapping] = field(default_factory=dict)

    def of(self, table: str) -> TableMapping:
        """Return the mapping of a table, an empty one when the source delivers it canonically."""
        return self.tables.get(table, _CANONICAL)


_CANONICAL = TableMapping()
CANONICAL = Mapping()


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file; raise `Refused` (MAPPING.*) naming the key that is wrong."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise WrongMapping("ABSENT", "映射文件不存在:%(path)s。", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongMapping(
            "SYNTAX", "映射文件 %(name)s 不是有效的 UTF-8 TOML:%(said)s。", name=path.name, said=error
        ) from error
    return parse_mapping(document)


def parse_mapping(document: Dict[str, Any]) -> Mapping:
    """Build a mapping from the parsed TOML; raise `Refused` (MAPPING.*) naming the key that is wrong."""
    _known(document, Mapping, Words("映射文件"))
    tables = document.get("tables", {})
    if not isinstance(tables, dict):
        raise WrongMapping("TYPE", "tables 应为表。")
    mapping = Mapping(
        **{**_typed(document, Mapping), "tables": {name: _table(name, tables[name]) for name in tables}}
    )
    try:
        codecs.lookup(mapping.encoding)
    except LookupError as error:
        raise WrongMapping("ENCODING", "未知的字符编码 %(encoding)s。", encoding=mapping.encoding) from error
    if not mapping.delimiter:
        raise WrongMapping("DELIMITER", "分隔符不能为空。")
    if len(mapping.quote) > 1:
        raise WrongMapping("QUOTE", "引号应为一个字符,没有引号时写空串。")
    if set(mapping.flag_columns) - {"file", "rows", "sha256", ""}:
        raise WrongMapping("FLAG", "flag_columns 只能由 file、rows、sha256 和空串组成。")
    if mapping.flag and not any(entry.file for entry in mapping.tables.values()):
        raise WrongMapping("FLAG", "使用标志文件时,至少一张表要写明 file。")
    return mapping


def _table(name: str, entry: Any) -> TableMapping:
    where = f"tables.{name}"
    if name not in TABLES:
        raise WrongMapping("TABLE", "规范中没有表 %(name)s。", name=name)
    if not isinstance(entry, dict):
        raise WrongMapping("TYPE", "%(where)s 应为表。", where=where)
    _known(entry, TableMapping, where)
    result = TableMapping(**_typed(entry, TableMapping))
    if result.mode not in ("", "full", "delta"):
        raise WrongMapping("MODE", "%(where)s.mode 只能是 full 或 delta。", where=where)
    columns = {column.name for column in extract_columns(TABLES[name])}
    for part in (result.columns, result.constants, result.values):
        unknown = sorted(set(part) - columns)
        if unknown:
            raise WrongMapping(
                "COLUMN", "%(where)s 写了规范中没有的列 %(names)s。", where=where, names=unknown
            )
    if any(isinstance(value, dict) for part in (result.columns, result.constants) for value in part.values()):
        raise WrongMapping("TYPE", "%(where)s 的 columns 和 constants 应为“列 = 文本”。", where=where)
    if not all(isinstance(value, dict) for value in result.values.values()):
        raise WrongMapping("TYPE", "%(where)s.values 的每一列应为“原值 = 规范值”的表。", where=where)
    return result


def _known(entry: Dict[str, Any], shape: type, where: object) -> None:
    unknown = sorted(set(entry) - {item.name for item in fields(shape)})
    if unknown:
        raise WrongMapping("KEY", "%(where)s 中有未知的键 %(names)s。", where=where, names=unknown)


def _typed(entry: Dict[str, Any], shape: type) -> dict[str, Any]:
    """Check scalars and lists against the type of the dataclass's default."""
    result: dict[str, Any] = {}
    for name, value in entry.items():
        if name == "tables":
            continue
        like = getattr(_CANONICAL if shape is TableMapping else CANONICAL, name)
        if isinstance(like, str) and isinstance(value, str):
            result[name] = value
        elif (
            isinstance(like, tuple)
            and isinstance(value, list)
            and all(isinstance(word, str) for word in value)
        ):
            result[name] = tuple(value)
        elif isinstance(like, dict) and isinstance(value, dict):
            result[name] = {
                key: {str(old): str(new) for old, new in item.items()}
                if isinstance(item, dict)
                else str(item)
                for key, item in value.items()
            }
        else:
            raise WrongMapping("TYPE", "键 %(name)s 的类型不对。", name=name)
    return result


class WrongMapping(Refused):
    """A mapping cannot be used; `what` is the end of its code."""

    def __init__(self, what: str, message: str, /, **params: object) -> None:
        super().__init__(
            f"MAPPING.{what}", message, "每个键的写法见 jinlan/lake/loading/mapping.py 开头的例子。", **params
        )
