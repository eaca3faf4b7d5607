"""Delimited text of banks: any encoding, any delimiter, RFC 4180 quotes; recoded once to Parquet of text columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from jinlan.lake.loading.findings import fatal
from jinlan.lake.loading.mapping import Mapping

_BLOCK = 1 << 24
_UNIT_SEPARATOR = "\x1f"
_BOM = "\ufeff"


def to_parquet(source: Path, target: Path, table: str, mapping: Mapping) -> None:
    """Recode a delimited text file to Parquet: the header's columns, all text, empty = null, in file order.

    Raises:
        Fatal: ENCODING, HEADER or SHAPE (a row with another number of fields).
    """
    try:
        _recode(source, target, table, mapping)
    except UnicodeDecodeError as error:
        detail = f"文件 {source.name} 不是有效的 {mapping.encoding} 编码"
        raise fatal(table, "ENCODING", detail, "请在映射文件中写明正确的 encoding。") from error


def _recode(source: Path, target: Path, table: str, mapping: Mapping) -> None:
    names = _header(source, table, mapping)
    single = len(mapping.delimiter) == 1
    data: Any = str(source) if single else pa.PythonFile(_Replaced(source, mapping), mode="r")
    widths: list[int] = []

    def wrong(row: Any) -> str:
        widths.append(row.actual_columns)
        return "error"

    reading = pacsv.ReadOptions(
        encoding=mapping.encoding if single else "utf-8", column_names=names, skip_rows=1, block_size=_BLOCK
    )
    parsing = pacsv.ParseOptions(
        delimiter=mapping.delimiter if single else _UNIT_SEPARATOR, quote_char=mapping.quote or False,
        newlines_in_values=bool(mapping.quote), invalid_row_handler=wrong,
    )  # fmt: skip
    types = pacsv.ConvertOptions(
        column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""],
        quoted_strings_can_be_null=True,
    )  # fmt: skip
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
        try:
            for batch in pacsv.open_csv(data, reading, parsing, types):
                writer.write_batch(batch)
                rows += batch.num_rows
        except pa.ArrowInvalid as error:
            if widths:  # the parser's own message would quote the row
                detail = f"第 {rows + 1} 行之后有一行是 {widths[0]} 列,表头是 {len(names)} 列"
                raise fatal(table, "SHAPE", detail, "请检查分隔符与引号。") from None
            if "Empty CSV" not in str(error):
                raise fatal(
                    table, "SHAPE", f"文件 {source.name} 无法按分隔文本读取", "请检查分隔符与引号。"
                ) from None


def _header(source: Path, table: str, mapping: Mapping) -> list[str]:
    with source.open(encoding=mapping.encoding, newline="") as stream:
        if len(mapping.delimiter) == 1:
            first = next(csv.reader(stream, delimiter=mapping.delimiter, quotechar=mapping.quote or None), [])
        else:
            first = stream.readline().rstrip("\r\n").split(mapping.delimiter)
    names = [name.strip().removeprefix(_BOM).strip().strip(mapping.quote or None) for name in first]
    if not any(names):
        raise fatal(table, "HEADER", f"文件 {source.name} 没有表头")
    if len(set(names)) != len(names):
        raise fatal(table, "HEADER", f"文件 {source.name} 的表头有重复的列")
    return names


class _Replaced(io.RawIOBase):
    """A text file read as UTF-8 with its delimiter of several characters replaced by one."""

    def __init__(self, source: Path, mapping: Mapping) -> None:
        super().__init__()
        self._blocks = self._read(source, mapping)
        self._rest = b""

    @staticmethod
    def _read(source: Path, mapping: Mapping) -> Iterator[bytes]:
        with source.open(encoding=mapping.encoding, newline="") as stream:
            while lines := stream.readlines(_BLOCK):
                yield "".join(lines).replace(mapping.delimiter, _UNIT_SEPARATOR).encode()

    def readable(self) -> bool:
        """A reader."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` and return how many bytes were written; 0 at the end."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
        part = self._rest[: len(buffer)]
        self._rest = self._rest[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def is_parquet(path: Path) -> bool:
    """Tell a Parquet file by its first bytes."""
    stream: BinaryIO
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"
