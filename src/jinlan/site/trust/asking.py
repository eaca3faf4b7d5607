"""Callers of the running product, by bare sockets: what a library would hide or mend is what P19 wants to see."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass
from uuid import uuid4

TIMEOUT = 60.0
PAUSE = 0.05
STEPS = 5  # of a job of steps


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it had been sent, and what became of it: a status, "half", "silent" (no byte came) or "refused" (no connection)."""

    what: str
    sent: float
    outcome: str


def whole(answer: bytes) -> bool:
    """Tell whether an answer has its end."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not gap:
        return False
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return body.endswith(b"0\r\n\r\n")
    return len(body) == int(fields.get(b"content-length", len(body)))


class Caller(threading.Thread):
    """Asks for pages and lists and writes rows, one after the other, until told to stop; keeps what became of each."""

    def __init__(self, port: int, token: str, unit: str, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.unit, self.number = port, token, unit, number
        self.enough = threading.Event()
        self.asked: list[Asked] = []
        self.acknowledged: list[str] = []
        self.open: dict[str, bytes] = {}  # writes without an answer
        self._written = 0

    def run(self) -> None:
        """Ask."""
        while not self.enough.is_set():
            self.ask("GET /signin", self._request("GET", "/signin"))
            self.ask("GET /api/v1/gifts", self._request("GET", "/api/v1/gifts?view=all"))
            self.write()

    def write(self) -> None:
        """Write one row, under a key by which it can be sent again."""
        self._written += 1
        what = f"drain-{self.number}-{self._written}"
        body = json.dumps(
            {"unit": self.unit, "what": what, "kind": "TEA", "value": "12.5", "given_on": "2026-01-31"}
        ).encode()
        request = self._request("POST", "/api/v1/gifts", body)
        self.open[what] = request
        outcome = self.ask(f"POST {what}", request)
        if outcome == "201":
            self.acknowledged.append(what)
        if outcome in ("201", "refused"):
            del self.open[what]

    def again(self) -> int:
        """Send again what was not answered, as a program does; return how many."""
        count = len(self.open)
        for what, request in list(self.open.items()):
            if self.ask(f"POST {what} again", request) == "201":
                self.acknowledged.append(what)
                del self.open[what]
        return count

    def taken(self) -> list[Asked]:
        """Return what was asked since the last call."""
        asked, self.asked = self.asked, []
        return asked

    def _request(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Connection: close",
            f"Authorization: Bearer {self.token}",
        ]
        if body:
            head += [
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                f"Idempotency-Key: {uuid4()}",
            ]
        return "\r\n".join([*head, "", ""]).encode() + body

    def ask(self, what: str, request: bytes) -> str:
        """Ask once on a connection of its own; return what became of it."""
        answer = b""
        try:
            connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        except OSError:
            self.enough.wait(PAUSE)
            return "refused"
        with connection:
            sent = time.monotonic()
            try:
                connection.sendall(request)
                sent = time.monotonic()
                while chunk := connection.recv(65536):
                    answer += chunk
            except OSError:
                pass
        outcome = (
            "silent" if not answer else answer[9:12].decode(errors="replace") if whole(answer) else "half"
        )
        self.asked.append(Asked(what, sent, outcome))
        return outcome
