"""From a bare Python to a running command: environment, browser parts, then `jinlan.site.cli`.

Standard library only: it runs before anything is installed. Every step is skipped when its stamp is right, so a
second start costs milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
PYTHON = VENV / "bin" / "python"
WITH_TESTS = {"test", "check", "bench", "shots", "trust"}
MIN_FREE_MB = 1500
# uv and node trust the machine's own certificates, as pip does: a bank's proxy is signed by the bank.
OWN_CERTIFICATES = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "NODE_USE_SYSTEM_CA": "1"}


class Stop(Exception):
    """A condition that a person can mend; the message is the whole story."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(command: list[str], what: str) -> None:
    """Run a command quietly; on failure show the end of its output and say what failed."""
    env = OWN_CERTIFICATES | os.environ
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Stop(f"{what} failed:\n{tail}")


def find_uv() -> str:
    """Return a uv: the one on PATH, else one of our own in .tools (hash-checked)."""
    known = shutil.which("uv") or str(TOOLS / "bin" / "uv")
    if Path(known).exists():
        return known
    say("· 准备安装工具 uv / preparing the installer")
    try:
        run([sys.executable, "-m", "venv", str(TOOLS)], "Creating .tools")
    except Stop as error:
        raise Stop(
            f"{error}\nThis Python lacks venv or pip: install the package python3-venv, or put uv on PATH."
        ) from None
    run(
        [
            str(TOOLS / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "-q",
            "--require-hashes",
            "-r",
            "requirements/uv.txt",
        ],
        "Installing uv",
    )
    return known


def wanted_stamp(name: str) -> str:
    """Return the stamp that a complete environment for set `name` carries."""
    text = (ROOT / "requirements" / f"{name}.txt").read_bytes() + sys.version.encode()
    return f"{name}:{hashlib.sha256(text).hexdigest()}"


def environment(name: str) -> None:
    """Make .venv hold exactly requirements/<name>.txt; the test set serves the run set too."""
    stamp = VENV / "jinlan.stamp"
    have = stamp.read_text().split() if stamp.exists() else []
    if wanted_stamp(name) in have:
        return
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < MIN_FREE_MB:
        raise Stop(
            f"Only {free} MB free under {ROOT}; installing needs {MIN_FREE_MB} MB. Free some space and start again."
        )
    began = time.monotonic()
    uv = find_uv()
    if not PYTHON.exists():
        run([uv, "venv", "-q", "--python", sys.executable, str(VENV)], "Creating .venv")
    stamp.unlink(missing_ok=True)
    say(f"· 安装依赖 / installing the parts (requirements/{name}.txt)")
    sync = [uv, "pip", "sync", "-q", "--python", str(PYTHON), "--require-hashes", f"requirements/{name}.txt"]
    run(sync, "Installing the parts")
    site = subprocess.check_output(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    (Path(site.strip()) / "jinlan.pth").write_text(f"{ROOT / 'src'}\n")
    names = ["run", "test"] if name == "test" else [name]
    stamp.write_text("\n".join(wanted_stamp(each) for each in names))
    say(f"  {time.monotonic() - began:.1f} s")


def assets() -> None:
    """Build the browser's parts (skipped by their own stamp)."""
    run([str(PYTHON), "assets/build.py"], "Building the browser's parts")


def prepare(command: str) -> None:
    """Prepare environment and assets under a lock, so that two starts at once do not disturb each other."""
    lock = ROOT / ".jinlan.lock"
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        environment("test" if command in WITH_TESTS else "run")
        assets()


def main() -> int:
    """Prepare what the sub-command needs, then become it."""
    arguments = sys.argv[1:] or ["start"]
    if arguments[0].startswith("--port"):
        arguments.insert(0, "start")
    try:
        prepare(arguments[0])
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(f"Cannot write here ({error.filename}). Use a checkout that belongs to you.\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return os.execv(str(PYTHON), [str(PYTHON), "-m", "jinlan.site.cli", *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
