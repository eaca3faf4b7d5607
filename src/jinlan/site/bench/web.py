"""Web: what row-level security costs, and time and queries of list, search and 360 page, over 200,000 managed units."""

from __future__ import annotations

import itertools
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from jinlan.basics.errors import Refused
from jinlan.site import database
from jinlan.site.bench import drawing, walls
from jinlan.site.bench.report import Report
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home

UNITS = 200_000
ROUNDS = 60
GOAL_MS = 100
DAY_MS = 150  # of a manager's day, which reads his whole book
MAP_MS = 1_000  # of a map of 300 people
REFERENCE = 388  # pages a second without policies, sixteen connections, on the machine of docs/performance.md
FLAT = 1.2  # what a page may take of its own time once the rest of the bank has twice as much
FILLER, EXTRA, DAY, PEOPLE_OF = (
    Path(__file__).with_name(f"{name}.sql") for name in ("fill", "web", "day", "people")
)
OURS, OTHERS = (
    "4",
    "14",
)  # the first of the ten managers whose days are filled: the one who is measured, and others
ADDED_MS, ADDED_SHARE = 1.0, 0.2  # what the policies may add to a p95: the larger of the two
PEOPLE = {"部门负责人": "bench6", "分行负责人": "bench4", "主办客户经理": "bench8"}
NAME = re.compile(r'class="name" href="[^"]*" title="[^"]{0,60}?([^"]{3,5})"')  # the end of a name in sight
ADDRESS = re.compile(r'href="(/clients/[0-9a-f-]{36})[?"]')
BACKEND = "django.contrib.auth.backends.ModelBackend"


def run(folder: Path, report: Report) -> None:
    """Start a server of our own, fill it, ask for the pages as three people, print."""
    report.say("\n== 网页 web ==")
    with served(folder) as server:
        began = time.perf_counter()
        fill(server.url("admin"))
        report.say(f"填充 {UNITS} 个在册单元、5 个月末: {time.perf_counter() - began:.0f} s")
        database.setup_django()
        walls_cost(server, report)
        try:
            for name, username in PEOPLE.items():
                person_rows(name, username, report)
            client = signed_in(PEOPLE["主办客户经理"])
            units = day_rows(client, report)
            map_row(client, units[0], server.url("admin"), report)
            with_more_beside(client, units, server.url("admin"), report)
        finally:
            from django.db import connections

            connections.close_all()


def walls_cost(server: Embedded, report: Report) -> None:
    """Print what row-level security adds to every question, one connection and sixteen."""
    with (
        psycopg.connect(server.url("admin"), autocommit=True) as admin,
        psycopg.connect(server.url("app"), autocommit=True) as app,
    ):
        for who, p50, p95 in walls.entering(admin, app):
            report.say(f"进入 entering · {who}: p50 {p50:.2f} ms,p95 {p95:.2f} ms")
        for one in walls.compare(admin, app):
            name = f"{one.who} · {one.question} ({one.rows} 行)"
            if one.rows != one.expected:
                report.proof(name, found=False)
            added, most = one.scope[1] - one.base[1], max(ADDED_MS, ADDED_SHARE * one.base[1])
            report.say(
                f"{name}: 无策略 p50 {one.base[0]:.2f} p95 {one.base[1]:.2f},有策略 p50 {one.scope[0]:.2f} p95 {one.scope[1]:.2f} ms"
            )
            report.goal(f"{name} 增加的 p95", added, most, " ms")
        base, scope = walls.crowd(admin, server.url("app"), server.url("admin"))
        report.say(
            f"本机速度 speed: docs/performance.md 的机器的 {base.rate / REFERENCE:.2f} 倍,下面的毫秒请按此读"
        )
        for each in (base, scope):
            report.say(
                f"16 连接 {each.kind}: {each.rate:.0f} 页/s,p50 {each.p50:.2f},p95 {each.p95:.2f} ms,每页事务号 {each.ids:.2f}"
            )
        report.goal("16 连接 增加的 p95", scope.p95 - base.p95, max(ADDED_MS, ADDED_SHARE * base.p95), " ms")


@contextmanager
def served(folder: Path) -> Iterator[Embedded]:
    """Run a throw-away PostgreSQL, migrated, with the environment pointing at it; settings must not be loaded yet."""
    home = Home(folder).make()
    (folder / "static").mkdir(exist_ok=True)  # what the static files' middleware looks for
    before = {name: os.environ.get(name) for name in ("JINLAN_HOME", "DATABASE_URL", "JINLAN_ENTITY")}
    os.environ["JINLAN_HOME"] = str(folder)
    server = Embedded(home, durable=False)
    try:
        server.start()
        os.environ |= {"DATABASE_URL": server.url("app"), "JINLAN_ENTITY": ""}
        database.create(server)
        database.migrate(server.url("owner"), server.url("app"))
        yield server
    finally:
        server.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def fill(url: str) -> None:
    """Write the units; raise `Refused` when their number is not what it should be."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(FILLER.read_text("utf-8").encode())
        admin.execute(EXTRA.read_text("utf-8").encode())
        admin.execute(DAY.read_text("utf-8").replace(":first", OURS).encode())
        admin.execute("vacuum analyze")
        found = admin.execute("select count(*) from serving_unitresult where as_of = '2026-10-31'").fetchone()
    if not found or found[0] != UNITS:
        raise Refused(
            "BENCH.FILL",
            "填充得到 %(count)s 个单元,应为 %(wanted)s 个。",
            "请核对 fill.sql 的数字。",
            count=found and found[0],
            wanted=UNITS,
        )


def signed_in(username: str) -> Any:
    """Return a browser of Django's in which somebody is signed in."""
    from django.test import Client

    from jinlan.kernel.models import Person

    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.get(username=username), backend=BACKEND)
    return client


def person_rows(name: str, username: str, report: Report) -> None:
    """Print list, search and 360 page of one person."""
    client = signed_in(username)
    first = client.get("/clients")
    units = list(dict.fromkeys(ADDRESS.findall(first.content.decode())))
    if first.status_code != 200 or not units:
        raise Refused(
            "BENCH.PAGE",
            "%(name)s的名册打不开(HTTP %(status)s)。",
            "请先运行 `./jinlan test`。",
            name=name,
            status=first.status_code,
        )
    searches = [f"/find?q={text}" for text in (NAME.findall(first.content.decode())[:3])]
    for page, addresses in (("名册", ["/clients"]), ("搜索", searches), ("客户全景", units)):
        page_row(client, f"{name} · {page}", addresses, GOAL_MS, report)


def day_rows(client: Any, report: Report) -> list[str]:
    """Print a manager's day and the lines of time of his clients, of 1,000 clients with 200,000 interactions and 50,000 promises.

    Return the addresses of the clients.
    """
    units = list(dict.fromkeys(ADDRESS.findall(client.get("/clients").content.decode())))
    page_row(client, "今日", ["/today"], DAY_MS, report)
    page_row(client, "时间线", [f"{unit}/timeline" for unit in units], GOAL_MS, report)
    page_row(client, "互动", [f"{unit}/interactions" for unit in units], GOAL_MS, report)
    page_row(client, "会前要点", [f"{unit}/brief" for unit in units], DAY_MS, report)
    return units


def with_more_beside(client: Any, units: list[str], admin_url: str, report: Report) -> None:
    """Print what a day, a line of time and a brief take when others of the bank have as much again: processors' time as a ratio."""
    timelines, briefs = ([f"{unit}/{page}" for unit in units] for page in ("timeline", "brief"))
    pages = {"今日": ["/today"], "时间线": timelines, "会前要点": briefs}
    before = {name: statistics.median(ask(client, addresses)[1]) for name, addresses in pages.items()}
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(DAY.read_text("utf-8").replace(":first", OTHERS).encode())
        admin.execute("vacuum analyze engagement_interaction, engagement_promise, work_task")
    for name, addresses in pages.items():
        after = statistics.median(ask(client, addresses)[1])
        report.goal(f"{name} 行内其他数据翻倍后的处理器时间之比", after / before[name], FLAT)


def map_row(client: Any, unit: str, admin_url: str, report: Report) -> None:
    """Print what the map of 300 people takes: its page, and until it is drawn in Chromium."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(PEOPLE_OF.read_text("utf-8").replace(":unit", unit.rpartition("/")[2]).encode())
        admin.execute("vacuum analyze engagement_contactperson, engagement_tie")
    page_row(client, "决策链地图 300 人", [f"{unit}/people"], MAP_MS, report)
    try:
        drawn = drawing.drawn(unit, client.cookies)
    except (Refused, ImportError) as why:
        report.say(f"决策链地图 300 人 · 浏览器: 没有测 not measured ({why})")
        return
    report.say(f"决策链地图 300 人 · 脚本作图: p50 {statistics.median(one.script for one in drawn):.0f} ms")
    report.goal("决策链地图 300 人 · 打开到画完 p95", top([one.whole for one in drawn]), MAP_MS, " ms")


def page_row(client: Any, name: str, addresses: list[str], goal: int, report: Report) -> None:
    """Print what a page takes, over some addresses in turn."""
    times, work, queries = ask(client, addresses)
    p95 = top(times)
    report.say(
        f"{name}: p50 {statistics.median(times):.1f} ms,p95 {p95:.1f} ms"
        f"(CPU p50 {statistics.median(work):.1f},p95 {top(work):.1f}),查询 {min(queries)}–{max(queries)} 次"
    )
    report.goal(f"{name} p95", p95, goal, " ms")


def top(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[int(len(values) * 0.95)]


def ask(client: Any, addresses: list[str]) -> tuple[list[float], list[float], list[int]]:
    """Return of `ROUNDS` requests, after five that warm up: milliseconds, those of processors, numbers of queries.

    Processors: this process and its database server process, whatever else the machine does meanwhile.
    """
    times: list[float] = []
    work: list[float] = []
    queries: list[int] = []
    for turn, address in enumerate(itertools.islice(itertools.cycle(addresses), ROUNDS + 5)):
        asked, backend = _Asked(), _backend()
        with asked.listening():
            used, began = time.process_time_ns() + _processor_ns(backend), time.perf_counter()
            answer = client.get(address)
            spent = (time.perf_counter() - began) * 1000
            used = time.process_time_ns() + _processor_ns(backend) - used
        if answer.status_code != 200:
            raise Refused(
                "BENCH.PAGE",
                "%(address)s 返回 HTTP %(status)s。",
                "请先运行 `./jinlan test`。",
                address=address,
                status=answer.status_code,
            )
        if turn >= 5:
            times.append(spent)
            work.append(used / 1e6)
            queries.append(asked.count)
    return times, work, queries


class _Asked:
    """Counts what goes to the database."""

    def __init__(self) -> None:
        self.count = 0

    def listening(self) -> AbstractContextManager[None]:
        from django.db import connection

        return connection.execute_wrapper(self)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def _backend() -> int:
    """Return the number of the server process that serves us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _processor_ns(process: int) -> int:
    """Return the processor time of a process (Linux)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
