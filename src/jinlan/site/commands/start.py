"""`./jinlan start`: database, page, lake reader, and on the first start the demo bank, under one supervisor."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.site.database import serving_database
from jinlan.site.home import Home, home
from jinlan.site.supervise import Supervisor

MIN_FREE_MB = 800
ANSWER_TIMEOUT = 60
STOP_PATIENCE = 3
POLL = 0.2
REBIRTH = 2.0  # seconds between two starts of a helper that dies


def configure(parser: argparse.ArgumentParser) -> None:
    """Address and whether the demo bank is wanted."""
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-demo", action="store_true", help="不装演示银行 / without the demo bank")


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Announce a step and then its time."""
    sys.stdout.write(f"· {text} … ")
    sys.stdout.flush()
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:.1f} s")


@contextmanager
def only_one(place: Home, address: str) -> Iterator[None]:
    """Hold the start lock; the note inside tells a second start where the first one is."""
    path = place.run / "start.lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Refused(
                "RUNNING",
                "金兰已经在运行:%(where)s。",
                "请打开这个地址,或先结束它再启动。",
                where=handle.read().strip(),
            ) from None
        handle.truncate(0)
        handle.write(f"{address} (pid {os.getpid()})")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def free_port(host: str, port: int) -> None:
    """Refuse a port that is in use or not ours to take."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise Refused(
                "PORT",
                "端口 %(port)s 不能用(%(reason)s)。",
                "请换一个:./jinlan start --port %(other)s",
                port=port,
                reason=reason,
                other=port + 1 if port < 65535 else 8765,
            ) from None


def enough_space(path: Path) -> None:
    """Refuse to begin on a full disk."""
    free = shutil.disk_usage(path).free // 2**20
    if free < MIN_FREE_MB:
        raise Refused(
            "NO_SPACE",
            "%(path)s 只剩 %(free)s MB 空间,至少需要 %(least)s MB。",
            "请腾出空间,或用 JINLAN_HOME 指向别的磁盘。",
            path=path,
            free=free,
            least=MIN_FREE_MB,
        )


def wait_for_page(supervisor: Supervisor, url: str) -> None:
    """Wait until the page answers."""
    deadline = time.monotonic() + ANSWER_TIMEOUT
    while time.monotonic() < deadline and not supervisor.stopping:
        supervisor.require("web")
        try:
            urllib.request.urlopen(f"{url}/signin", timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(POLL)
        else:
            return
    if not supervisor.stopping:
        raise Refused(
            "NO_ANSWER",
            "网页在 %(seconds)s 秒内没有应答。",
            "日志在 %(log)s。",
            seconds=ANSWER_TIMEOUT,
            log=supervisor.log / "web.log",
        )


def spawn_web(supervisor: Supervisor, host: str, port: int) -> None:
    """Start the web process and the lake reader."""
    spawn_reader(supervisor)
    supervisor.spawn(
        "web", "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--respawn-failed-workers",
        "jinlan.site.wsgi:application", JINLAN_STATIC="manifest",
    )  # fmt: skip


def spawn_reader(supervisor: Supervisor) -> None:
    """Start the process that reads the lake for pages."""
    place = home()
    supervisor.spawn(
        "reader",
        "-m",
        "jinlan.insight.asking",
        "--lake",
        str(place.lake),
        "--socket",
        str(place.reader_socket),
    )


def spawn_worker(supervisor: Supervisor) -> None:
    """Start the worker that runs jobs and the schedule."""
    supervisor.spawn("worker", "-m", "jinlan.site.worker")


def sign_ins(place: Home) -> None:
    """Print the demo bank's sign-ins."""
    from jinlan.site.fill import PASSWORD, staff

    say("\n  演示账号 / demo sign-ins(密码 password: " + PASSWORD + ")")
    for row in staff(place):
        say(f"    {row['username']:<10} {row['name']}  {row['title']}")
    say("")


def serve(options: argparse.Namespace, place: Home, supervisor: Supervisor, url: str) -> int:
    """Bring everything up and stay until told to stop."""
    from jinlan.site.static import collect

    wanted = not options.no_demo and os.environ.get("JINLAN_DEMO", "1") == "1"
    demo = wanted and not place.holds_own_data
    os.environ["JINLAN_DEMO"] = str(int(demo))  # pages ask it too: the demo bank's date is never stale
    with (
        serving_database(place, lambda text: say(f"· {text}"), patience=STOP_PATIENCE),
        ExitStack() as last,
    ):
        last.callback(supervisor.stop)  # before the database: what is under way still needs it
        with timed("静态文件 / static files"):
            collect(place)
        with timed("网页与湖读取进程 / web and lake reader"):
            spawn_web(supervisor, options.host, options.port)
            wait_for_page(supervisor, url)
            spawn_worker(supervisor)
        say(f"\n  金兰 Jinlan  →  {url}\n")
        filling = demo and not place.filled.exists()
        if filling:
            say("· 正在装入演示银行,可在页面上看进度 / filling the demo bank; the page shows the progress")
            supervisor.spawn("fill", "-m", "jinlan.site.fill")
        elif demo:
            sign_ins(place)
        elif wanted:
            say(
                "· 这里有银行自己的数据,不装演示银行 / a bank's own data stands here: the demo bank is left out"
            )
        return watch(supervisor, place, filling=filling)


def watch(supervisor: Supervisor, place: Home, *, filling: bool) -> int:
    """Watch the children; a reader or a worker that dies is started again, a web process that dies ends the product."""
    began = time.monotonic()
    helpers = {"reader": partial(spawn_reader, supervisor), "worker": partial(spawn_worker, supervisor)}
    born = dict.fromkeys(helpers, began)
    while not supervisor.stopping:
        supervisor.require("web")
        for name, spawn in helpers.items():
            if supervisor.ended(name) is not None and time.monotonic() - born[name] > REBIRTH:
                spawn()
                born[name] = time.monotonic()
        if filling and supervisor.ended("fill") is not None:
            filling = False
            if supervisor.ended("fill") == 0:
                say(f"· 演示银行就绪 / demo bank ready  {time.monotonic() - began:.1f} s")
                sign_ins(place)
            else:
                say(
                    f"· 演示银行没有装完:{supervisor.tail('fill')}\n  再次启动会接着装;日志在 {supervisor.log / 'fill.log'}。"
                )
        time.sleep(POLL)
    say("\n· 正在结束 / stopping")
    return 0


def run(options: argparse.Namespace) -> int:
    """Start, serve, stop."""
    place = home().make()
    url = f"http://{options.host}:{options.port}"
    with only_one(place, url):
        free_port(options.host, options.port)
        enough_space(place.path)
        supervisor = Supervisor(place.log)
        supervisor.listen()
        try:
            return serve(options, place, supervisor, url)
        finally:
            supervisor.stop()
