"""Payloads of acts as JSON and back: the annotations of the act say what each value is."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from jinlan.basics.errors import Refused, Words

GIVEN = ("actor", "running")  # what the caller of an act or a job brings, never the payload
_READ: dict[type, Callable[[Any], Any]] = {
    date: lambda text: date.fromisoformat(str(text)),
    datetime: lambda text: datetime.fromisoformat(str(text)),
    Decimal: lambda text: Decimal(str(text)),
    UUID: lambda text: UUID(str(text)),
}


@lru_cache(maxsize=256)
def arguments(run: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """Return name -> (type, required) of the keyword arguments of an act or a job beside those in `GIVEN`."""
    hints = get_type_hints(run)
    return {
        name: (hints[name], one.default is inspect.Parameter.empty)
        for name, one in inspect.signature(run).parameters.items()
        if name not in GIVEN
    }


def decode(run: Callable[..., Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of `run` that a JSON payload holds, with dates and decimals made from text.

    Raises:
        Refused: PAYLOAD, a name that the act does not know, one that is missing, or a value that cannot be read.
    """
    fields = arguments(run)
    unknown = sorted(set(payload) - set(fields))
    missing = sorted(name for name, (_, required) in fields.items() if required and name not in payload)
    if unknown or missing:
        raise Refused(
            "PAYLOAD",
            "内容不符:多出 %(unknown)s,缺少 %(missing)s。",
            "请刷新页面后重新填写。",
            unknown=unknown or Words("无"),
            missing=missing or Words("无"),
        )
    return {name: _value(name, fields[name][0], value) for name, value in payload.items()}


def _value(name: str, kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        kind = next(one for one in get_args(kind) if one is not type(None))
    read = _READ.get(kind)
    try:
        return read(value) if read and not isinstance(value, kind) else value
    except (ValueError, InvalidOperation):
        raise Refused(
            "PAYLOAD", "%(name)s 的值 %(value)s 无法识别。", "请改正后重新提交。", name=name, value=value
        ) from None
