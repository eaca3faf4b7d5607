"""The job that tells how steady a kept dry run would have been: it walks the stored month-ends, in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.periods import is_month_end
from jinlan.domains.strategy.selectors import trials as select
from jinlan.domains.strategy.services.trials import STABILITY, fill_trial
from jinlan.insight.parsing import parse
from jinlan.kernel.jobs import job
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.working import Running
from jinlan.serving import selectors as serving

if TYPE_CHECKING:
    from jinlan.insight.definition import Definition
    from jinlan.insight.dryrun import Stock


@job(STABILITY, title=_("测算标准的稳定性"), steps=True)
def measure_stability(*, actor: Actor, running: Running, trial: UUID) -> dict[str, Any]:
    """Walk the month-ends that are stored, with the trial's text and with what it was compared with."""
    with scoped(actor):
        found = select.chosen(actor, public_ids=[trial])
        if not found or not sees_whole_bank():
            raise ScopeDenied("ABSENT", "没有这次测算。", "")
        row = found[0]
        run = serving.run_of(actor, as_of=row.as_of)
        files = dict(run.files) if run else {}
    definitions = [parse(row.base_body), parse(row.body)]
    folders = [
        str(files[day]["folder"]) for day in sorted(files) if day <= row.as_of.isoformat() and _month_end(day)
    ]
    try:
        before, after = _walked(settings.LAKE_DIR, row.kind, folders, definitions, running)
    except Refused as refused:
        fill_trial(actor=actor, public_id=trial, steadiness={}, note=str(refused))
        raise
    fill_trial(actor=actor, public_id=trial, steadiness={"before": before, "after": after})
    return {"months": len(folders), "flaps": after["flaps"]}


def _month_end(text: str) -> bool:
    return is_month_end(date.fromisoformat(text))


def _walked(
    lake: Path, kind: str, folders: Sequence[str], definitions: Sequence[Definition], running: Running
) -> list[dict[str, Any]]:
    from jinlan.insight.stability import stability

    running.progress(0, len(folders))
    return stability(_stocks(lake, kind, folders, definitions, running), definitions)


def _stocks(
    lake: Path, kind: str, folders: Sequence[str], definitions: Sequence[Definition], running: Running
) -> Iterator[Stock]:
    """Read one month-end after the other; only what the definitions need is kept of it."""
    # Arrow takes a second to import, and the web process never walks.
    from jinlan.insight.added import read
    from jinlan.insight.assess import needed
    from jinlan.insight.dryrun import stock_of

    codes = list(dict.fromkeys(code for one in definitions for code in needed(one)))
    for number, folder in enumerate(folders):
        yield stock_of(read(lake, folder), kind, codes)
        running.progress(number + 1, len(folders))
