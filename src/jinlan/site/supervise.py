"""Child processes of the running product: started in order, watched, ended in reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from jinlan.basics.errors import Refused
from jinlan.site.embedded import die_with_parent

GRACE = 10


@dataclass
class Supervisor:
    """Owns the children. `stopping` becomes true at SIGINT or SIGTERM; nothing is left behind after `stop`."""

    log: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def listen(self) -> None:
        """Turn SIGINT and SIGTERM into a clean stop."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)

    def spawn(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a child whose output goes to ``log/<name>.log``; it dies with us even if we are killed."""
        with (self.log / f"{name}.log").open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, *command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
                env=os.environ | env, preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  no thread runs here
            )  # fmt: skip
        self.children[name] = child
        return child

    def ended(self, name: str) -> int | None:
        """Return the exit code of a child, None while it runs."""
        return self.children[name].poll()

    def require(self, name: str) -> None:
        """Raise `Refused` with the log's end when a child that must run has ended."""
        if self.ended(name) is not None:
            raise Refused(
                "CHILD_ENDED",
                "进程 %(name)s 意外结束:%(said)s",
                "完整日志在 %(log)s。",
                name=name,
                said=self.tail(name),
                log=self.log / (name + ".log"),
            )

    def tail(self, name: str, lines: int = 3) -> str:
        """Return the last lines of a child's log."""
        text = (self.log / f"{name}.log").read_text(errors="replace").strip().splitlines()
        return " / ".join(text[-lines:])

    def stop(self) -> None:
        """End all children, newest first; a deaf one is killed after `GRACE` seconds, with its own children."""
        for child in reversed(list(self.children.values())):
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE
        for child in reversed(list(self.children.values())):
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
