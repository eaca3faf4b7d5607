"""Starting and stopping as a person does it, and everything that can be in the way."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jinlan.site.home import ROOT
from tests.conftest import clean_environment, free_port, small_disk, start_product

pytestmark = pytest.mark.xdist_group("start")


def until(condition: Callable[[], bool], seconds: float = 180) -> None:
    """Wait for a condition, failing loudly when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Tell whether the sign-in page is served."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def living(home: Path) -> list[int]:
    """Return the processes that work for this home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                env = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if line and (str(home) in line or f"JINLAN_HOME={home}\0" in env):
                found.append(int(entry.name))
    return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return an empty home; whatever a failed test leaves running is ended."""
    place = tmp_path / "home"
    yield place
    for process in living(place):
        os.kill(process, signal.SIGKILL)


def launch(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    command = [sys.executable, "-m", "jinlan.site.cli", *arguments]
    return subprocess.run(
        command, env=clean_environment(home), capture_output=True, text=True, check=False, timeout=90
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_every_child(home: Path, number: int) -> None:
    port = free_port()
    process = start_product(home, port, "--no-demo")
    until(lambda: answers(port))
    assert len(living(home)) >= 4

    process.send_signal(number)

    assert process.wait(30) == 0
    until(lambda: living(home) == [], 10)


def test_the_demo_bank_is_never_mixed_into_a_banks_own_data(home: Path) -> None:
    port = free_port()
    (home / "lake" / "OWNBANK").mkdir(parents=True)
    process = start_product(home, port)
    until(lambda: "demo bank" in (home / "start.log").read_text())

    process.terminate()

    assert process.wait(30) == 0
    assert "the demo bank is left out" in (home / "start.log").read_text()
    assert not (home / "log" / "fill.log").exists()
    assert not (home / "demo").exists()


def test_a_killed_start_leaves_a_home_that_starts_again(home: Path) -> None:
    port = free_port()
    process = start_product(home, port, "--no-demo")
    until(lambda: answers(port))

    process.kill()
    process.wait()
    until(lambda: living(home) == [])  # the children go with it; while one closes, it may answer once more
    again = start_product(home, port, "--no-demo")
    until(lambda: answers(port))
    again.terminate()

    assert again.wait(30) == 0


def test_a_second_start_says_where_the_first_one_is(home: Path) -> None:
    port = free_port()
    process = start_product(home, port, "--no-demo")
    until(lambda: answers(port))

    second = launch(home, "start", "--port", str(free_port()), "--no-demo")

    assert second.returncode == 1
    assert f"金兰已经在运行:http://127.0.0.1:{port} (pid {process.pid})" in second.stderr
    assert answers(port)
    process.terminate()
    assert process.wait(30) == 0


def test_a_port_in_use_is_named_with_the_way_out(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = launch(home, "start", "--port", str(port), "--no-demo")

    assert refused.returncode == 1
    assert f"端口 {port} 不能用" in refused.stderr
    assert f"./jinlan start --port {port + 1}" in refused.stderr
    assert not (home / "pg").exists()


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 64) as small:
        refused = launch(small / "home", "start", "--port", str(free_port()), "--no-demo")
        left = [path.name for path in (small / "home").iterdir()]

    assert refused.returncode == 1
    assert "至少需要 800 MB" in refused.stderr
    assert "pg" not in left


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    refused = subprocess.run(
        [str(ROOT / "jinlan")], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith("Jinlan needs Python 3.11 or newer.")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_half_of_a_real_database_is_refused(home: Path) -> None:
    env = clean_environment(home) | {"DATABASE_URL": "postgresql://jl_app@localhost/x"}
    command = [sys.executable, "-m", "jinlan.site.cli", "start", "--port", str(free_port()), "--no-demo"]

    refused = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)

    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL" in refused.stderr


def test_commands_at_once_take_turns_with_the_database(home: Path) -> None:
    command = [sys.executable, "-m", "jinlan.site.cli", "nightly", "--as-of", "2026-10-31"]

    many = [
        subprocess.Popen(command, env=clean_environment(home), stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers_of = [one.communicate(timeout=120)[1] for one in many]

    assert [one.returncode for one in many] == [1, 1, 1]
    assert all(answer.rstrip().endswith("[ENTITY]") for answer in answers_of), answers_of
    assert living(home) == []
