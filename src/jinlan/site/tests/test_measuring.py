"""A job computes the measures that stored dates lack, on a real lake, and tells how far it is."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
from django.conf import settings

from jinlan.basics.clock import now_utc
from jinlan.domains.strategy.services.trials import MEASURES, ask_measures
from jinlan.insight.added import lacking, read
from jinlan.insight.results import UNITS
from jinlan.kernel import working
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.outbox import Job
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.lake import results
from jinlan.lake.tests import tiny_bank
from jinlan.serving.models import Run
from jinlan.site.tests.test_committee_nights import DAY, bank

__all__ = ["bank"]  # the fixture of that module


def files() -> dict[str, dict[str, Any]]:
    with writing(tiny_bank.ENTITY):
        return dict(Run.objects.get(status="published").files)


def forget(folder: str, code: str) -> bytes:
    """Make a stored date one of an earlier release, which did not know a measure; return its bytes."""
    units = results.read_units(settings.LAKE_DIR, folder)
    rows = [{**row, "measures": json.dumps({name: value for name, value in json.loads(row["measures"]).items() if name != code})} for row in units.to_pylist()]  # fmt: skip
    members = results.read_members(settings.LAKE_DIR, folder)
    entity, run = folder.split("/")[0], int(folder.split("run=")[1].split("/")[0])
    day = date.fromisoformat(folder.split("as_of=")[1])
    results.write(
        settings.LAKE_DIR, entity, run, day, units=pa.Table.from_pylist(rows, UNITS), members=members
    )
    return (settings.LAKE_DIR / folder / results.UNITS_FILE).read_bytes()


def ran(name: str) -> str:
    """Take jobs until the one of that name comes, and run it alone."""
    while taken := working.take(now_utc()):
        if taken.name == name:
            return working.run(taken)
    return "absent"


def test_the_asked_dates_get_what_they_lack_and_nothing_else_changes(bank: dict[str, Any]) -> None:
    kept = files()
    before = {day: forget(row["folder"], "fpa") for day, row in kept.items()}
    with scoped(bank["head"]):
        run = Run.objects.get(status="published").pk
    ask_measures(actor=bank["head"], as_of=DAY, run_id=run)
    with writing(tiny_bank.ENTITY):
        job = Job.objects.get(name=MEASURES)

    assert ran(MEASURES) == "done"

    assert len(kept) == 3
    with writing(tiny_bank.ENTITY):
        done = Job.objects.get(pk=job.pk)
        assert (done.state, done.result) == ("done", {"dates": 3, "added": 3})

    with scoped(bank["comp"]):
        assert AuditEntry.objects.filter(verb="strategy.measures_asked").count() == 1
    for day, row in kept.items():
        assert lacking(read(settings.LAKE_DIR, row["folder"])) == []
        assert (settings.LAKE_DIR / row["folder"] / results.UNITS_FILE).read_bytes() == before[day]
