"""The load registry in PostgreSQL: one transaction flips a load together with everything that it brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient
from jinlan.kernel.scope import scoped, system_actor
from jinlan.lake.registry import LoadRecord, Outcome
from jinlan.serving.models import Load, LoadCheck, Quarantine

Intake = Callable[[Outcome], None]
BATCH = 2_000
QUARANTINE_ROWS = 5_000  # rows kept for people to read; the counts are always whole
LOADED = "loaded"


def record_of(row: Load) -> LoadRecord:
    """Return a finished load as the lake's readers pin it."""
    return LoadRecord(
        load_id=row.pk, entity=row.entity, as_of=row.as_of, from_date=row.from_date, delivery=row.delivery,
        load_version=row.load_version, digest=row.digest, touched_from=row.touched_from or row.as_of, versions=dict(row.versions),
        base_currency=row.base_currency,
    )  # fmt: skip


class DatabaseRegistry:
    """Implements `jinlan.lake.registry.Registry`; `intake` takes the identities inside the same transaction."""

    def __init__(self, intake: Intake | None = None) -> None:
        self._intake = intake

    def _system(self, entity: str) -> Actor:
        return system_actor(entity, now_utc())

    def latest(self, entity: str) -> LoadRecord | None:
        """Return the newest finished load, None for an empty lake."""
        with scoped(self._system(entity)):
            row = Load.objects.filter(entity=entity, status=LOADED).order_by("-id").first()
            return record_of(row) if row else None

    def pinned(self, entity: str, load_id: int) -> LoadRecord:
        """Return a finished load; raise `Refused` (LOAD.ABSENT) when there is no such load."""
        with scoped(self._system(entity)):
            row = Load.objects.filter(entity=entity, status=LOADED, pk=load_id).first()
        if row is None:
            raise Refused(
                "LOAD.ABSENT",
                "没有完成的供数批次 %(load_id)s。",
                "「数据质量」页列出全部批次。",
                load_id=load_id,
            )
        return record_of(row)

    def loads(self, entity: str) -> Sequence[LoadRecord]:
        """Return all finished loads, oldest first."""
        with scoped(self._system(entity)):
            return [
                record_of(row) for row in Load.objects.filter(entity=entity, status=LOADED).order_by("id")
            ]

    def begin(self, entity: str, *, source: str, as_of: date) -> int:
        """Announce a load and return its id (rising); a load that never finished is marked abandoned."""
        with scoped(self._system(entity), write=True):
            Load.objects.filter(entity=entity, status="running").update(
                status="abandoned", finished_at=now_utc()
            )
            row = Load.objects.create(
                entity=entity, as_of=as_of, source=source[:500], status="running", started_at=now_utc()
            )
            return row.pk

    def finish(self, outcome: Outcome) -> None:
        """Flip the load to its final status with checks, quarantine, identities and erasures, in one transaction."""
        record, actor = outcome.record, self._system(outcome.record.entity)
        with scoped(actor, write=True):
            patient()
            row = Load.objects.select_for_update().get(pk=record.load_id)
            row.as_of, row.from_date, row.delivery = record.as_of, record.from_date, record.delivery
            row.load_version, row.digest, row.touched_from = (
                record.load_version,
                record.digest,
                record.touched_from,
            )
            row.base_currency = record.base_currency
            row.versions, row.status, row.reason = dict(record.versions), outcome.status, outcome.reason[:500]
            row.source, row.finished_at = (outcome.source or row.source)[:500], now_utc()
            row.tables = [
                {"table": one.table, "rows": one.rows, "loaded": one.loaded, "quarantined": one.quarantined, "score": f"{one.score:.6f}"}
                for one in outcome.counts
            ]  # fmt: skip
            row.save()
            self._details(row, outcome)
            if outcome.status == LOADED and self._intake is not None:
                self._intake(outcome)
            audit(actor, f"lake.delivery_{outcome.status}", "load", row.pk,
                  after={"as_of": record.as_of, "delivery": record.delivery, "digest": record.digest}, reason=outcome.reason[:500])  # fmt: skip

    def _details(self, row: Load, outcome: Outcome) -> None:
        LoadCheck.objects.bulk_create(
            [
                LoadCheck(
                    entity=row.entity,
                    load=row,
                    table=one.table,
                    level=one.level,
                    code=one.code,
                    count=one.count,
                    detail=one.detail[:500],
                    hint=one.hint[:300],
                )
                for one in outcome.checks
            ],
            batch_size=BATCH,
        )
        Quarantine.objects.bulk_create(
            [
                Quarantine(
                    entity=row.entity,
                    load=row,
                    table=one.table,
                    row=one.row,
                    key=one.key[:200],
                    column=one.column[:60],
                    value=one.value[:200],
                    code=one.code,
                    reason=one.reason[:300],
                    hint=one.hint[:300],
                )
                for one in outcome.rejected[:QUARANTINE_ROWS]
            ],
            batch_size=BATCH,
        )
