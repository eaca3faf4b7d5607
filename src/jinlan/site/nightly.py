"""The nightly run: evaluate every month-end that is missing or touched, then publish all of it in one transaction."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from django.conf import settings

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.domains.strategy.services.decisions import decisions_of
from jinlan.domains.strategy.services.definitions import definitions_of
from jinlan.domains.strategy.services.overrides import overrides_of
from jinlan.insight.definition import Definition
from jinlan.insight.identify import evaluate
from jinlan.insight.tiers import Decided, Override
from jinlan.kernel.scope import scoped
from jinlan.lake import results
from jinlan.lake.registry import LoadRecord
from jinlan.lake.view import LakeView
from jinlan.serving.models import Run
from jinlan.serving.registry import DatabaseRegistry
from jinlan.site.history import Evaluated, Plan, fingerprint, plan, read_files, refuse_future, stored
from jinlan.site.publish import publish

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: dates evaluated, or none when everything held already."""

    run_id: int | None
    load_id: int
    as_of: date
    evaluated: tuple[date, ...]
    changes: dict[str, int]


@contextmanager
def only_one(lake: Path, entity: str) -> Iterator[None]:
    """Hold the entity's nightly lock; the system releases it when the process dies."""
    folder = lake / entity
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".nightly.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                "NIGHTLY.BUSY", "另一次评估正在进行。", "请等它结束;它的进度在「运行」页。"
            ) from None
        yield


def nightly(*, as_of: date, entity: str, actor: Actor, progress: Progress = lambda _: None) -> Summary:
    """Bring the published history up to `as_of`; doing it twice, late or day by day gives the same history.

    A history that reaches further already is never cut: the run then goes up to its last date.

    Raises:
        Refused: NIGHTLY.NO_LOAD (nothing loaded yet), NIGHTLY.EARLY (`as_of` before the first load's data),
            DATE.FUTURE (`as_of` after the newest data), NIGHTLY.BUSY (another run works).
    """
    registry = DatabaseRegistry()
    load = registry.latest(entity)
    if load is None:
        raise Refused(
            "NIGHTLY.NO_LOAD", "法人 %(entity)s 还没有装载供数。", "请先 ./jinlan load DIR。", entity=entity
        )
    with only_one(settings.LAKE_DIR, entity):
        loads = registry.loads(entity)
        refuse_future(loads, as_of)
        last = _last_published(entity, actor)
        until = max(as_of, last.as_of) if last else as_of
        return _Job(entity, actor, load, loads, until, last, progress).run()


def _last_published(entity: str, actor: Actor) -> Run | None:
    with scoped(actor):
        return Run.objects.filter(entity=entity, status="published").order_by("-id").first()


@dataclass
class _Job:
    """One nightly run of one entity at one load."""

    entity: str
    actor: Actor
    load: LoadRecord
    loads: Sequence[LoadRecord]
    as_of: date
    last: Run | None
    progress: Progress

    def run(self) -> Summary:
        """Evaluate what the plan says, then publish; resume what an interrupted run had evaluated."""
        definitions = definitions_of(self.entity, self.actor)
        said = (overrides_of(self.entity, self.actor), decisions_of(self.entity, self.actor))
        marks = partial(fingerprint, definitions, *said)
        known = stored(self.entity, self.actor)
        todo = plan(known, load=self.load, loads=self.loads, marks=marks, as_of=self.as_of)
        if not todo.kept and not todo.todo:
            raise Refused(
                "NIGHTLY.EARLY", "%(as_of)s 早于最早的供数。", "请给一个有数据的日期。", as_of=self.as_of
            )
        if not todo.todo and self._is_published(todo.kept):
            return Summary(None, self.load.load_id, self.as_of, (), {})
        run = self._begin(definitions, todo.kept)
        try:
            evaluated = self._evaluate(run, todo, definitions, said, marks)
            changes = self._publish(run, [*todo.kept, *evaluated])
        except BaseException as error:
            self._failed(run, error)
            raise
        dates = tuple(one.as_of for one in evaluated)
        return Summary(run.pk, self.load.load_id, self.as_of, dates, changes)

    def _is_published(self, kept: Sequence[Evaluated]) -> bool:
        last = self.last
        return (
            last is not None
            and last.as_of >= self.as_of
            and {one.folder for one in kept} <= {one.folder for one in read_files(last.files)}
        )

    def _begin(self, definitions: Sequence[Definition], kept: Sequence[Evaluated]) -> Run:
        with scoped(self.actor, write=True):
            # We hold the lock, so a run that is still called running was killed.
            Run.objects.filter(entity=self.entity, status="running").update(
                status="stopped", finished_at=now_utc(), note="进程中断;已评估的日期由下一次运行接着用。"
            )
            return Run.objects.create(
                entity=self.entity, as_of=self.as_of, load_id=self.load.load_id, status="running",
                definitions={one.kind: {"version": one.version, "sha256": one.sha256} for one in definitions},
                files={one.as_of.isoformat(): one.body() for one in kept}, started_at=now_utc(),
            )  # fmt: skip

    def _evaluate(
        self,
        run: Run,
        todo: Plan,
        definitions: Sequence[Definition],
        said: tuple[Sequence[Override], Sequence[Decided]],
        marks: Callable[[date], str],
    ) -> list[Evaluated]:
        """Evaluate and store each date; the run's row remembers it at once, so that a killed run can be resumed."""
        done: list[Evaluated] = []
        if not todo.todo:
            return done
        prior = results.read_units(settings.LAKE_DIR, todo.prior) if todo.prior else None
        view = LakeView(settings.LAKE_DIR, self.load)
        total = len(todo.todo)
        try:
            for one in evaluate(
                view, dates=todo.todo, definitions=definitions, overrides=said[0], decisions=said[1], prior=prior
            ):  # fmt: skip
                folder = results.write(
                    settings.LAKE_DIR, self.entity, run.pk, one.as_of, units=one.units, members=one.members, ties=one.ties
                )  # fmt: skip
                done.append(Evaluated(one.as_of, folder, self.load.load_id, marks(one.as_of)))
                run.files[one.as_of.isoformat()] = done[-1].body()
                run.steps.extend({**step, "as_of": one.as_of.isoformat()} for step in one.steps)
                self._save(run, "files", "steps")
                self.progress(f"评估 {one.as_of}  {len(done)}/{total}")
        finally:
            view.close()
        return done

    def _save(self, run: Run, *fields: str) -> None:
        with scoped(self.actor, write=True):
            run.save(update_fields=fields)

    def _publish(self, run: Run, dates: Sequence[Evaluated]) -> dict[str, int]:
        self.progress("发布")
        changes: dict[str, int] = publish(run=run, dates=dates, load=self.load, actor=self.actor)
        return changes

    def _failed(self, run: Run, error: BaseException) -> None:
        run.note = f"{type(error).__name__}: {error}"[:500]
        run.finished_at = now_utc()
        # What was evaluated stays usable: an interrupted run is resumed, not repeated.
        run.status = "stopped"
        self._save(run, "note", "finished_at", "status")
