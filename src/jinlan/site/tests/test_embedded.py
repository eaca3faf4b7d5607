"""The embedded server after a hard end: what is left of the killed one may take its time."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import psycopg
import pytest

from jinlan.basics.errors import Refused
from jinlan.site import embedded
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home


def killed(server: Embedded) -> int:
    """Kill the server's first process while one of those that it started cannot end; return that one."""
    assert server.process is not None
    with psycopg.connect(server.url("admin", "postgres")):
        # Seen from outside: the server may live in a namespace of its own, so its backend is found among the processes.
        backend = max(
            child for child in children(server.process.pid) if "jl_admin postgres" in command(child)
        )
        os.kill(backend, signal.SIGSTOP)
        os.kill(postmaster(server.process.pid), signal.SIGKILL)
        server.process.wait()
    return backend


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    found = [
        int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()
    ]
    return found + [deeper for one in found for deeper in children(one)]


def postmaster(pid: int) -> int:
    """Return the process that listens: ours, or the one inside its namespace."""
    return next(one for one in (pid, *children(pid)) if "/postgres -D" in command(one))


def test_it_starts_as_soon_as_the_last_of_a_killed_one_has_ended(tmp_path: Path) -> None:
    server = Embedded(Home(tmp_path).make(), durable=False).start()
    left = killed(server)
    threading.Timer(0.7, os.kill, (left, signal.SIGCONT)).start()

    server.start()

    try:
        assert server.running()
        assert embedded.STILL_THERE in (tmp_path / "log" / "postgres.log").read_text()
    finally:
        server.stop()


def test_it_is_refused_with_the_servers_own_words_when_that_takes_too_long(tmp_path: Path) -> None:
    server = Embedded(Home(tmp_path).make(), durable=False).start()
    left = killed(server)
    try:
        with pytest.raises(Refused, match=embedded.STILL_THERE) as refusal:
            server.start(patience=0.5)
        assert refusal.value.code == "PG_START"
    finally:
        os.kill(left, signal.SIGCONT)
