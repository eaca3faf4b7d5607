"""Loading deliveries into the lake: each one whole or not at all, in order, safe to kill and to repeat."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.lake import delta, engines
from jinlan.lake.extracts.layout import table_path
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.loading import deliveries, outcome
from jinlan.lake.loading.bench import Bench
from jinlan.lake.loading.checks import Verdict, order, validate
from jinlan.lake.loading.deliveries import Delivery, Found
from jinlan.lake.loading.findings import WARNING, Fatal, fatal
from jinlan.lake.loading.mapping import CANONICAL
from jinlan.lake.loading.mapping import Mapping as SourceMapping
from jinlan.lake.loading.reconcile import reconcile
from jinlan.lake.loading.staging import spill_folder, stage
from jinlan.lake.loading.thresholds import Thresholds
from jinlan.lake.loading.writing import write_table
from jinlan.lake.registry import Check, LoadRecord, Outcome, Registry, TableCount

Progress = Callable[[str], None]
Accepted = Callable[[str], str]
LOADED, HELD, REJECTED = "loaded", "held", "rejected"
UNCHANGED, REFUSED, INCOMPLETE = "unchanged", "refused", "incomplete"
_LOCK = ".load.lock"
_FINISHED = ".finished"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of one delivery.

    `status`: loaded, held (quality gate), rejected (fatal finding), unchanged (same content again), refused (a
    correction without approval), incomplete (no manifest or flag file yet). `seconds` per step.
    """

    label: str
    folder: Path
    status: str
    message: str
    load_id: int | None = None
    record: LoadRecord | None = None
    checks: Sequence[Check] = ()
    counts: Sequence[TableCount] = ()
    quarantined: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    digest: str = ""  # of a refused one, for whom is to accept it


@dataclass(frozen=True)
class _Job:
    """What all deliveries of one call share."""

    lake: Path
    registry: Registry
    secret: bytes
    mapping: SourceMapping | None
    accepted: Accepted
    progress: Progress
    thresholds: Thresholds
    memory_limit: str
    threads: int


def load_deliveries(
    source: Path, *, lake: Path, registry: Registry, secret: bytes, mapping: SourceMapping | None = None,
    accepted: Accepted | None = None, progress: Progress | None = None, thresholds: Thresholds | None = None,
    memory_limit: str = "1GB", threads: int = 2,
) -> list[LoadReport]:  # fmt: skip
    """Load every delivery under `source` that is not yet in the lake and return what became of each.

    `secret` keys the tokens of direct identifiers. `accepted` tells why the replacement of loaded days by
    a delivery of this digest was accepted, "" when nobody did.

    Raises:
        Refused: LOAD.NOTHING (no delivery there), LOAD.BUSY (another load runs), LOAD.CORRECTION (a delivery would
            replace loaded days without approval: everything else is loaded first, `params["reports"]` holds it all and
            `params["corrections"]` what is to be approved, as (label, digest)).
    """
    found = deliveries.find(source, mapping)
    if not found:
        raise Refused(
            "LOAD.NOTHING",
            "%(source)s 下没有找到供数。",
            "目录应为 <法人>/as_of_date=YYYY-MM-DD/delivery=N/。",
            source=source,
        )
    job = _Job(
        lake, registry, secret, mapping, accepted or _nobody, progress or _silent,
        thresholds or Thresholds(), memory_limit, threads,
    )  # fmt: skip
    reports: list[LoadReport] = []
    for entity in dict.fromkeys(one.entity for one in found):
        with _only_loader(lake, entity):
            recover(lake, entity, registry)
            reports += [_consider(job, one) for one in found if one.entity == entity]
    refused = [report for report in reports if report.status == REFUSED]
    if refused:
        raise Refused(
            "LOAD.CORRECTION", "%(labels)s 会替换已装载的日期,需要批准。", "请系统管理员用 --correct 原因 --as 用户名 提交复核;批准后再装载一次。",
            labels=[report.label for report in refused], reports=reports, corrections=[(report.label, report.digest) for report in refused],
        )  # fmt: skip
    return reports


def _nobody(_digest: str) -> str:
    """Say that nobody accepted a correction."""
    return ""


def _silent(_text: str) -> None:
    """Report progress to nobody."""


@contextmanager
def _only_loader(lake: Path, entity: str) -> Iterator[None]:
    """Hold the entity's load lock; the system releases it when the process dies."""
    folder = lake / entity
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                "LOAD.BUSY", "%(entity)s 正在装载。", "请等当前装载结束后重试。", entity=entity
            ) from error
        yield


def recover(lake: Path, entity: str, registry: Registry) -> list[str]:
    """Bring every table back to the newest finished load and return those that a kill had left ahead of it.

    Raises:
        Refused: LAKE.STRANGE when lake and registry do not belong together (a lost or older backup of either):
            rolling back would then destroy finished loads.
    """
    latest = registry.latest(entity)
    versions = latest.versions if latest else {}
    _must_belong(lake, entity, latest)
    shutil.rmtree(spill_folder(lake, entity), ignore_errors=True)
    for zone in ("lake", "compliance"):
        delta.sweep(lake / entity / zone)
    return [
        name
        for name in TABLES
        if table_path(lake, entity, name).exists()
        and delta.roll_back(table_path(lake, entity, name), versions.get(name))
    ]


def _must_belong(lake: Path, entity: str, latest: LoadRecord | None) -> None:
    """Refuse when the lake has seen a later load than the registry knows, or lacks what the registry pins."""
    marker = lake / entity / _FINISHED
    seen = int(marker.read_text()) if marker.exists() else 0
    known = latest.load_id if latest else 0
    behind = [
        name
        for name, pinned in (latest.versions.items() if latest else ())
        if (delta.version(table_path(lake, entity, name)) or 0) < pinned
        or not table_path(lake, entity, name).exists()
    ]
    if seen > known or behind:
        raise Refused(
            "LAKE.STRANGE",
            "数据湖(%(entity)s)与装载登记簿不一致:湖中最新装载 %(seen)s,登记簿 %(known)s。",
            "请恢复同一时点的数据库与数据湖备份;如要重新开始,请移走数据湖目录。",
            entity=entity,
            seen=seen,
            known=known,
        )


def _mark_finished(lake: Path, entity: str, load_id: int) -> None:
    """Note beside the tables which load was finished last, so that a strange registry is noticed."""
    marker = lake / entity / _FINISHED
    half = marker.with_suffix(".half")
    half.write_text(str(load_id))
    half.replace(marker)


def _consider(job: _Job, found: Found) -> LoadReport:
    """Decide what to do with one delivery, and do it."""
    job.progress(f"{found.label}:读取清单")
    try:
        delivery = deliveries.read(found, job.mapping)
    except Fatal as error:
        empty = Delivery(found, {}, CANONICAL.base_currency, "", claimed=False)
        return _reject(
            job, empty, job.registry.begin(found.entity, source=str(found.folder), as_of=found.last), error
        )
    if delivery is None:
        what = job.mapping.flag if job.mapping and job.mapping.flag else deliveries.MANIFEST
        return LoadReport(found.label, found.folder, INCOMPLETE, f"没有清单 {what},视为尚未投送完,未装载")
    loads = job.registry.loads(found.entity)
    covering = [
        one for one in loads if (one.from_date or one.as_of) <= found.last and one.as_of >= found.first
    ]
    if _is_known(delivery, covering):
        return LoadReport(found.label, found.folder, UNCHANGED, "内容与已装载的相同,无需再装")
    if covering and not job.accepted(delivery.digest):
        return LoadReport(
            found.label, found.folder, REFUSED, "该日期已装载;替换需要批准并说明原因", digest=delivery.digest
        )
    return _load(job, delivery, covering, loads)


def _is_known(delivery: Delivery, covering: Sequence[LoadRecord]) -> bool:
    """Tell whether this very delivery was loaded, or the newest load of its days has the same content."""
    found = delivery.found
    same = [one for one in covering if (one.from_date or one.as_of, one.as_of) == (found.first, found.last)]
    if any(one.digest == delivery.digest and one.delivery == found.number for one in same):
        return True
    return bool(covering) and covering[-1] in same and covering[-1].digest == delivery.digest


def _load(
    job: _Job, delivery: Delivery, covering: Sequence[LoadRecord], loads: Sequence[LoadRecord]
) -> LoadReport:
    """Validate and write one delivery, and flip the registry."""
    found = delivery.found
    load_id = job.registry.begin(found.entity, source=str(found.folder), as_of=found.last)
    spill = spill_folder(job.lake, found.entity)
    spill.mkdir(parents=True, exist_ok=True)
    con = engines.connect(memory_limit=job.memory_limit, threads=job.threads, spill=spill)
    versions = loads[-1].versions if loads else {}
    mapping = job.mapping or CANONICAL
    bench = Bench(con, job.lake, delivery, versions, spill, job.secret, job.thresholds, mapping)
    clock = _Clock()
    version = 1 + max((one.load_version for one in covering), default=0)
    try:
        _same_currency(delivery, loads)
        return _run(job, bench, _Plan(load_id, version, frozenset(one.load_id for one in loads)), clock)
    except Fatal as error:
        return _reject(job, delivery, load_id, error, bench, clock)
    finally:
        con.disconnect()
        shutil.rmtree(spill, ignore_errors=True)


def _same_currency(delivery: Delivery, loads: Sequence[LoadRecord]) -> None:
    """Reject a delivery in another base currency: its amounts could not be added to those of the days before."""
    known = loads[-1].base_currency if loads else ""
    if known and known != delivery.base_currency:
        raise fatal(
            "",
            "BASE_CURRENCY",
            f"本位币是 {delivery.base_currency},已装载的供数是 {known};一个法人只有一种本位币",
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    load_id: int
    load_version: int
    finished: frozenset[int]


class _Clock:
    """Seconds per step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last lap on `step`."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._last, 3)
        self._last = now


def _run(job: _Job, bench: Bench, plan: _Plan, clock: _Clock) -> LoadReport:
    label = bench.delivery.found.label
    for name in bench.delivery.ignored:
        bench.findings.add(name, WARNING, "TABLE_UNKNOWN", 1, f"规范中没有表 {name},未装载")
    for name in order(list(bench.delivery.parts)):
        job.progress(f"{label}:读取 {name}")
        bench.staged[name] = stage(bench, bench.delivery.parts[name])
    clock.lap("stage")
    verdict = validate(bench, lambda text: job.progress(f"{label}:{text}"))
    clock.lap("validate")
    if verdict.held:
        return _hold(job, bench, plan, verdict, clock)
    job.progress(f"{label}:核对余额与总账")
    reconcile(bench)
    clock.lap("reconcile")
    versions = dict(bench.versions)
    for name in order(list(bench.staged)):
        job.progress(f"{label}:写入 {name}")
        versions[name] = write_table(bench, bench.staged[name], plan.load_id, plan.finished)
    clock.lap("write")
    record = _record(bench.delivery, plan, versions, outcome.touched_from(bench))
    finished = Outcome(
        record, outcome.identities(bench), bench.findings.checks, verdict.rejected, verdict.counts, LOADED,
        job.accepted(bench.delivery.digest) if plan.load_version > 1 else "", str(bench.delivery.found.folder), outcome.erasures(bench),
    )  # fmt: skip
    clock.lap("identities")
    job.progress(f"{label}:登记")
    job.registry.finish(finished)
    _mark_finished(job.lake, bench.entity, plan.load_id)
    clock.lap("register")
    return _report(finished, bench.delivery.found, "已装载", clock)


def _record(delivery: Delivery, plan: _Plan, versions: Mapping[str, int], touched: date) -> LoadRecord:
    found = delivery.found
    return LoadRecord(
        plan.load_id, found.entity, found.last, found.first if found.history else None, found.number,
        plan.load_version, delivery.digest, touched, versions, delivery.base_currency,
    )  # fmt: skip


def _hold(job: _Job, bench: Bench, plan: _Plan, verdict: Verdict, clock: _Clock) -> LoadReport:
    """Keep a delivery out of sight whose share of faulty rows is above the gate."""
    record = _record(bench.delivery, plan, bench.versions, bench.first)
    held = Outcome(
        record, {}, bench.findings.checks, verdict.rejected, verdict.counts, HELD, "",
        str(bench.delivery.found.folder),
    )  # fmt: skip
    job.registry.finish(held)
    share = f"{job.thresholds.hold:.2%}"
    message = f"表 {'、'.join(verdict.held)} 的错误行超过 {share},整批暂缓,未装载;请更正后重新投送"
    return _report(held, bench.delivery.found, message, clock)


def _reject(
    job: _Job,
    delivery: Delivery,
    load_id: int,
    error: Fatal,
    bench: Bench | None = None,
    clock: _Clock | None = None,
) -> LoadReport:
    """Refuse a delivery as a whole; the lake stays as it was."""
    latest = job.registry.latest(delivery.found.entity)
    plan = _Plan(load_id, 1, frozenset())
    record = _record(delivery, plan, latest.versions if latest else {}, delivery.found.first)
    checks = [*(bench.findings.checks if bench else ()), *error.checks]
    rejected = Outcome(record, {}, checks, (), (), REJECTED, "", str(delivery.found.folder))
    job.registry.finish(rejected)
    message = ";".join(f"{check.table} {check.detail}".strip() for check in error.checks)
    return _report(rejected, delivery.found, f"整批拒收:{message}", clock or _Clock())


def _report(finished: Outcome, found: Found, message: str, clock: _Clock) -> LoadReport:
    quarantined = sum(count.quarantined for count in finished.counts)
    return LoadReport(
        found.label, found.folder, finished.status, message, finished.record.load_id, finished.record,
        finished.checks, finished.counts, quarantined, clock.seconds,
    )  # fmt: skip
