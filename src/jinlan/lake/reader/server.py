"""The reader process: a Unix socket only its owner may open, two workers, one JSON question per line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.lake import engines
from jinlan.lake.reader.answers import Answerer
from jinlan.lake.reader.questions import Question, from_wire

WORKERS = 2
QUESTION_SECONDS = 20.0
_LINE_BYTES = 4 << 20


Make = Callable[[Path, str], Answerer]


def plain(lake: Path, memory: str) -> Answerer:
    """Make an answerer that knows the lake and nothing above it."""
    return Answerer(lake, memory_limit=memory)


class ReaderServer:
    """Answers questions about one lake. The web half resolves scope; this process never widens it."""

    def __init__(self, make: Callable[[], Answerer], *, seconds: float = QUESTION_SECONDS) -> None:
        """Start the workers; each makes an answerer, with an engine, of its own."""
        self._make, self._seconds = make, seconds
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="reader")
        self._local = threading.local()

    async def serve(self, path: Path) -> None:
        """Listen at `path` (mode 0600) until SIGTERM or SIGINT; a stale socket of a killed reader is replaced.

        Raises:
            Refused: LAKE_TAKEN when another reader listens there.
        """
        _make_room(path)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._talk, str(path), limit=_LINE_BYTES)
        finally:
            os.umask(before)
        async with server:
            await stop.wait()
        path.unlink(missing_ok=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                writer.write(json.dumps(await self._reply(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        """Answer one line; whatever goes wrong becomes an answer, never a closed connection."""
        try:
            question = from_wire(_parsed(line))
            running: list[Answerer] = []
            job = asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question, running)
            try:
                answer = await asyncio.wait_for(asyncio.shield(job), self._seconds)
            except TimeoutError:
                _interrupt(running)
                job.add_done_callback(_forget)
                return _refusal(
                    Refused("LAKE_SLOW", "问题太大,数据湖没有在限定时间内答完。", "请缩小时间范围。")
                )
        except Refused as error:
            return _refusal(error)
        except Exception as error:  # noqa: BLE001  the process must outlive any one question
            return _refusal(
                Refused(
                    "LAKE_FAILED",
                    "数据湖读取失败(%(kind)s)。",
                    "请联系系统管理员。",
                    kind=type(error).__name__,
                )
            )
        return {"ok": True, "answer": answer}

    def _answer(self, question: Question, running: list[Answerer]) -> dict[str, Any]:
        if not hasattr(self._local, "answerer"):
            self._local.answerer = self._make()
        answerer: Answerer = self._local.answerer
        running.append(answerer)
        return answerer.answer(question)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _refusal(error: Refused) -> dict[str, Any]:
    return {"ok": False, **error.kept()}


def _interrupt(running: list[Answerer]) -> None:
    view = running[0].current if running else None
    if view is not None:
        engines.interrupt(view.connect())


def _forget(job: asyncio.Future[Any]) -> None:
    """Take note of the outcome of a question that nobody waits for any more."""
    if not job.cancelled():
        job.exception()


def _make_room(path: Path) -> None:
    """Remove a socket that nobody answers any more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise Refused("LAKE_TAKEN", "已有湖读取进程在 %(path)s 上运行。", "请先停止它。", path=path)
