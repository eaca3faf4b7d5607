"""The web half's side of the lake reader: ask over a Unix socket, wait a bounded time, fail in plain words.

Standard library only: importing it brings no engine into the web process.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jinlan.basics.errors import Refused
from jinlan.lake.reader.questions import (
    Accounts,
    MeasureHistory,
    Ping,
    Question,
    Rows,
    SourceRows,
    rows_from_wire,
    to_wire,
)

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 15.0
_BLOCK = 1 << 16
T = TypeVar("T")


class LakeReader:
    """Asks one question per connection; safe to share between threads.

    Every method raises `Refused`: LAKE_AWAY (process down), LAKE_SLOW (no answer in time), or what the reader
    refused (LAKE_QUESTION, LAKE_MEASURE, LAKE.ABSENT, LAKE_FAILED).
    """

    def __init__(self, socket_path: Path, *, seconds: float = ANSWER_SECONDS) -> None:
        """Connect to nothing yet."""
        self._path = socket_path
        self._seconds = seconds

    def ready(self) -> bool:
        """Tell whether the reader answers."""
        try:
            return self.ask(Ping(), lambda answer: bool(answer["ready"]))
        except Refused:
            return False

    def source_rows(self, question: SourceRows) -> list[Rows]:
        """Return the rows behind a figure, one `Rows` per source table that the lake has."""
        return self.ask(question, lambda answer: [rows_from_wire(rows) for rows in answer["sources"]])

    def history(self, question: MeasureHistory) -> Rows:
        """Return a figure over time: columns day, currency ("" = base currency), value."""
        return self.ask(question, lambda answer: rows_from_wire(answer["rows"]))

    def accounts(self, question: Accounts) -> Rows:
        """Return accounts and products on a date."""
        return self.ask(question, lambda answer: rows_from_wire(answer["rows"]))

    def ask(self, question: Question, read: Callable[[Any], T]) -> T:
        """Return what a question is answered; what is no answer of ours counts as none."""
        line = self._exchange(json.dumps(to_wire(question)).encode() + b"\n")
        try:
            answer = json.loads(line)
            if answer["ok"]:
                return read(answer["answer"])
            refused = Refused.again(answer)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise _away() from error
        raise refused

    def _exchange(self, request: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(CONNECT_SECONDS)
                link.connect(str(self._path))
                link.settimeout(self._seconds)
                link.sendall(request)
                return _line(link, time.monotonic() + self._seconds)
        except TimeoutError as error:
            raise Refused("LAKE_SLOW", "数据湖在限定时间内没有答复。", "请稍后重试。") from error
        except OSError as error:
            raise _away() from error


def _line(link: socket.socket, deadline: float) -> bytes:
    """Read a line; the time is that of the whole, not of each piece."""
    parts: list[bytes] = []
    while block := link.recv(_BLOCK):
        parts.append(block)
        if block.endswith(b"\n"):
            break
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        link.settimeout(left)
    return b"".join(parts)


def _away() -> Refused:
    return Refused(
        "LAKE_AWAY", "数据湖读取进程没有运行,暂时看不到来源明细。", "请联系系统管理员启动湖读取进程。"
    )
