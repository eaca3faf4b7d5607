"""The whole product, started as a person starts it, shared by the tests that cross rooms (one xdist group)."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from jinlan.site.fill import PASSWORD

READY_TIMEOUT = 900  # a busy machine is only slower; what fails says so at once
CHANGES = ("load", "nightly")  # commands after which a list may be another


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment in which the product uses its own embedded database."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABASE_", "JINLAN_TEST", "JINLAN_DEMO", "JINLAN_ENTITY", "DJANGO_"))
    }
    return env | {"JINLAN_HOME": str(home), "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Product:
    """A running product: its address, its home, and its command line."""

    url: str
    home: Path
    lists: dict[tuple[str, str, int | None], dict[str, dict[str, Any]]] = field(default_factory=dict)

    def run(self, *arguments: str, ok: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a sub-command against this product's home, with more variables."""
        done = subprocess.run(
            [sys.executable, "-m", "jinlan.site.cli", *arguments],
            env=clean_environment(self.home) | env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ok:
            assert done.returncode == 0, done.stderr
        if arguments[0] in CHANGES:
            self.lists.clear()
        return done

    def approve(self, page: str, user: str) -> None:
        """Say yes to a request as a person does: sign in, prove oneself, press the button."""
        browser = build_opener(HTTPCookieProcessor(CookieJar()))

        def post(at: str, form: str, **fields: str) -> str:
            text = browser.open(self.url + form).read().decode()
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
            assert token, text[:500]
            body = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
            answer: str = (
                browser.open(Request(self.url + at, body, {"Referer": self.url + form})).read().decode()
            )
            return answer

        post("/signin", "/signin", username=user, password=PASSWORD)
        post("/account/confirm", "/account/confirm", password=PASSWORD)
        assert "已执行" in post(f"{page}/decide", page, say="yes", reason="已核对更正说明")

    def units(
        self, as_of: str, *, user: str = "zhengyu", known_at: int | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return the list of a date by unit id, as `user` sees it; asked for once until something is loaded or evaluated."""
        key = (as_of, user, known_at)
        if key not in self.lists:
            known = [] if known_at is None else ["--known-at", str(known_at)]
            done = self.run("list", "--as-of", as_of, "--all", "--format", "json", "--as", user, *known)
            self.lists[key] = {row["unit_id"]: row for row in json.loads(done.stdout)}
        return self.lists[key]


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small file system at a new folder; skip loudly where that is not allowed."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small file system here (needs root)")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=False)


def start_product(home: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    """Start the product in its own process group."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "start.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "jinlan.site.cli", "start", "--port", str(port), *options],
            env=clean_environment(home), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def wait_ready(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the demo bank is filled; show the log's end when the product gives up."""
    deadline = time.monotonic() + READY_TIMEOUT
    note = home / "run" / "progress.json"
    while time.monotonic() < deadline:
        state = json.loads(note.read_text()) if note.exists() else {}
        failed = process.poll() is not None or any(
            step["state"] == "failed" for step in state.get("steps", [])
        )
        if failed:
            break
        if state.get("ready"):
            return
        time.sleep(0.3)
    logs = "\n".join(
        f"{path}: {path.read_text()[-1500:]}" for path in [home / "start.log", *home.glob("log/*.log")]
    )
    pytest.fail(f"the product did not become ready\n{logs}")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start the product with its demo bank once for the session.

    `JINLAN_TEST_PRODUCT=URL,HOME` takes one that already runs, while tests are being written.
    """
    if running := os.environ.get("JINLAN_TEST_PRODUCT"):
        url, _, place = running.partition(",")
        yield Product(url, Path(place))
        return
    home = tmp_path_factory.mktemp("product") / "home"
    port = free_port()
    process = start_product(home, port)
    try:
        wait_ready(home, process)
        yield Product(f"http://127.0.0.1:{port}", home)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
