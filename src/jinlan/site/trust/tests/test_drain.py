"""P19 itself: what became of a request is told rightly, and what was lost is wrong; the product is ended by `./jinlan trust` only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from jinlan.site.trust.asking import Asked, Caller, whole
from jinlan.site.trust.drain import Found, Product, descendants

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


def listening(answer: Callable[[socket.socket], None]) -> int:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _time in range(2):
            taken, _from = server.accept()
            with taken:
                taken.recv(65536)
                answer(taken)
        server.close()

    threading.Thread(target=serve, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def test_an_answer_has_its_end_or_not() -> None:
    assert whole(CREATED)
    assert whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
    assert not whole(CREATED[:-1])
    assert not whole(CREATED[:20])
    assert not whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")


@pytest.mark.parametrize(("sent", "outcome"), [(CREATED, "201"), (CREATED[:-1], "half"), (b"", "silent")])
def test_what_became_of_a_request_is_told(sent: bytes, outcome: str) -> None:
    caller = Caller(listening(lambda taken: taken.sendall(sent)), "jl_x", "unit", 7)

    caller.write()

    assert [(one.what, one.outcome) for one in caller.taken()] == [("POST drain-7-1", outcome)]
    assert caller.acknowledged == (["drain-7-1"] if outcome == "201" else [])
    assert caller.again() == (0 if outcome == "201" else 1)  # the same key again


def test_nobody_there_is_no_request() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        caller = Caller(taken.getsockname()[1], "jl_x", "unit", 7)
        caller.write()

    assert (caller.asked, caller.open) == ([], {})


def test_half_answers_failures_and_silence_are_wrong() -> None:
    product: Any = SimpleNamespace(found=Found())
    asked = [
        Asked("a", 9.0, "half"),
        Asked("b", 9.0, "500"),
        Asked("c", 9.0, "silent"),
        Asked("d", 9.9, "silent"),
        Asked("e", 9.0, "201"),
    ]

    Product._judge(product, asked, told=10.0)

    assert product.found.wrong == ["a: half", "b: 500", "c: sent 1.0 s before the signal and never answered"]
    assert product.found.requests == 5


def test_only_processes_of_ones_own_are_found() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        time.sleep(0.05)
        assert child.pid in descendants(os.getpid())
        assert descendants(child.pid) == []
    finally:
        child.kill()
        child.wait()
