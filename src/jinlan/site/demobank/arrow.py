"""From ints to Arrow: money is int cents, rates are int 1e-8, days are int, instants int microseconds UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jinlan.lake.extracts.schema import CHANGE_TYPE, COMMON, Column, Table

MONEY = pa.decimal128(24, 2)
RATE = pa.decimal128(12, 8)
TYPES: dict[str, pa.DataType] = {
    "id": pa.string(), "text": pa.string(), "code": pa.string(), "ccy": pa.string(), "iso2": pa.string(),
    "amt": MONEY, "rate": RATE, "int": pa.int64(), "date": pa.date32(), "ts": pa.timestamp("us", "UTC"),
    "bool": pa.bool_(),
}  # fmt: skip
E8 = 100_000_000


def columns(table: Table) -> tuple[Column, ...]:
    """Return the columns a delivery of `table` carries, the common ones last."""
    return (*table.columns, *COMMON, CHANGE_TYPE) if table.kind == "state" else (*table.columns, *COMMON)


def schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a delivery of `table`."""
    return pa.schema([(column.name, TYPES[column.type]) for column in columns(table)])


def decimals(
    values: npt.NDArray[np.int64], kind: pa.DataType = MONEY, valid: pa.Array | None = None
) -> pa.Array:
    """Build decimals straight from scaled int64 (no Python Decimal); `valid` is a boolean array or None."""
    words: npt.NDArray[np.int64] = np.empty((len(values), 2), dtype=np.int64)
    words[:, 0] = values
    words[:, 1] = values >> 63
    bitmap = None if valid is None else valid.buffers()[1]
    return pa.Array.from_buffers(kind, len(values), [bitmap, pa.py_buffer(words)])


def days(values: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Build dates from day numbers."""
    return pa.array(values.astype(np.int32)).view(pa.date32())


def column_of(kind: str, values: Sequence[Any]) -> pa.Array:
    """Build one column of a small table from Python values in the int conventions of this package."""
    if kind in ("amt", "rate"):
        plain = np.array([0 if value is None else value for value in values], dtype=np.int64)
        valid = pa.array(np.array([value is not None for value in values], dtype=np.bool_))
        return decimals(plain, TYPES[kind], valid)
    if kind == "date":
        return pa.array(values, pa.int32()).view(pa.date32())
    if kind == "ts":
        return pa.array(values, pa.int64()).view(TYPES["ts"])
    return pa.array(values, TYPES[kind])


def words(
    codes: npt.NDArray[np.integer[Any]], values: pa.Array, valid: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    """Build a text column from indices into `values`; rows where `valid` is False are null."""
    mask = None if valid is None else ~valid
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=mask), values)


def e8(rate: float) -> int:
    """Return a fraction as int 1e-8."""
    return round(rate * E8)


def cents(yuan: float) -> int:
    """Return yuan as int cents."""
    return round(yuan * 100)
