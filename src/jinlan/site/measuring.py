"""The job that computes measures which stored results do not hold yet: the asked date first, then the month-ends before it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.services.definitions import definitions_of
from jinlan.domains.strategy.services.trials import MEASURES
from jinlan.kernel.jobs import job
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.working import Running
from jinlan.serving import selectors as serving
from jinlan.serving.registry import DatabaseRegistry
from jinlan.site.history import Evaluated, read_files

if TYPE_CHECKING:
    from jinlan.insight.definition import Definition


@job(MEASURES, title=_("补算指标"), steps=True)
def add_measures(*, actor: Actor, running: Running, as_of: date) -> dict[str, Any]:
    """Compute what the dates up to `as_of` lack; a date that holds everything is left alone, so doing it again costs nothing."""
    with scoped(actor):
        if not sees_whole_bank():
            raise ScopeDenied("ABSENT", "没有这次评估。", "")
        run = serving.run_of(actor, as_of=as_of)
        dates = [one for one in read_files(run.files if run else {}) if one.as_of <= as_of]
    dates.sort(key=lambda one: one.as_of, reverse=True)
    definitions, done = definitions_of(actor.entity, actor), 0
    running.progress(0, len(dates))
    for number, one in enumerate(dates):
        done += _add(actor.entity, one, definitions)
        running.progress(number + 1, len(dates))
    return {"dates": len(dates), "added": done}


def _add(entity: str, one: Evaluated, definitions: list[Definition]) -> int:
    """Compute what one date lacks; return 1 when something was."""
    # Arrow takes a second to import, and the web process never measures.
    from jinlan.insight.added import lacking, measured, read
    from jinlan.lake import results
    from jinlan.lake.view import LakeView

    codes = lacking(read(settings.LAKE_DIR, one.folder))
    if not codes:
        return 0
    view = LakeView(settings.LAKE_DIR, DatabaseRegistry().pinned(entity, one.load_id))
    try:
        found = measured(view, one.as_of, definitions, codes)
    finally:
        view.close()
    results.write_added(settings.LAKE_DIR, one.folder, found)
    return 1
