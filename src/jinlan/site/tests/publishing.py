"""A directory, a load and results that a test makes up, published as a nightly run publishes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jinlan.clients.models import Unit, UnitMember
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.strategy.services.definitions import install_definitions
from jinlan.insight.results import MEMBERS, TIES, UNITS
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing
from jinlan.lake import results
from jinlan.serving.models import (
    Load,
    PublishedDate,
    Run,
    UnitResult,
)
from jinlan.serving.registry import record_of
from jinlan.site import publish as publishing
from jinlan.site.history import Evaluated

SEP, OCT, PREVIEW = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 10)
BEST = {"GROUP": "HQ", "HNW": "ULTRA"}


def unit(code: str, root: str, branch: str, kind: str = "GROUP", **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(UNITS.names)
    measures = {"aum": {"v": "1000.50", "s": "ok"}, "loan": {"v": None, "s": "unknown", "n": "no table"}}
    return row | {
        "unit_id": code, "kind": kind, "root_party_id": root, "root_source_key": root, "branch_id": branch, "score": Decimal("81.25"),
        "rank": 1, "rank_n": 2, "computed_tier": BEST[kind], "effective_tier": BEST[kind], "tier_state": "active",
        "tier_source": "APPROVED_LIST", "managed": True, "gates": "ok", "measures": json.dumps(measures), "machine": "{}",
        "detail": json.dumps({"criteria": [], "for": [], "against": [], "gates": [], "lines": []}),
    } | other  # fmt: skip


def member(code: str, party: str, branch: str, **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(MEMBERS.names)
    return row | {
        "unit_id": code, "party_id": party, "branch_id": branch, "source": "DELIVERED", "valid_from": date(2025, 1, 1),
        "claims": "[]", "measures": json.dumps({"aum": {"v": "10", "s": "ok"}}),
    } | other  # fmt: skip


@dataclass
class Bank:
    """A directory, a load, and results that a test makes up."""

    cast: Cast
    lake: Path
    load: Load
    units: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    ties: list[dict[str, Any]] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def evaluated(self, *dates: date) -> list[Evaluated]:
        """Write the present made-up results for some dates as a new run."""
        with writing():
            self.runs.append(
                Run.objects.create(
                    entity="JLB", as_of=max(dates), load=self.load, status="running", started_at=AT
                )
            )
        found = []
        for day in dates:
            tables = [
                pa.Table.from_pylist([row | {"as_of": day} for row in rows], schema=schema)
                for rows, schema in ((self.units, UNITS), (self.members, MEMBERS), (self.ties, TIES))
            ]
            folder = results.write(
                self.lake, "JLB", self.runs[-1].pk, day, units=tables[0], members=tables[1], ties=tables[2]
            )
            found.append(Evaluated(day, folder, self.load.pk, "x"))
        return found

    def publish(self, dates: list[Evaluated]) -> dict[str, int]:
        run, actor = self.runs[-1], system_actor("JLB", AT)
        return publishing.publish(run=run, dates=dates, load=record_of(self.load), actor=actor)


@pytest.fixture
def bank(database: None, tmp_path: Path, settings: Any) -> Bank:
    settings.LAKE_DIR = tmp_path
    cast = the_cast()
    with writing():
        for model in (UnitMember, Unit):  # the register starts empty: publishing makes it
            model.objects.all().delete()
        load = Load.objects.create(
            entity="JLB", as_of=PREVIEW, status="loaded", started_at=AT, touched_from=SEP, versions={}
        )
    install_definitions("JLB", actor=system_actor("JLB", AT))
    place = {name: (party.code, party.branch.code) for name, party in _parties(cast).items()}
    made = Bank(cast, tmp_path, load)
    made.units = [unit("G-JIA", *place["jia"]), unit("H-ZHANG", *place["zhang"], kind="HNW")]
    made.members = [
        member("G-JIA", *place["jia"]),
        member("G-JIA", *place["jia-3"], parent_party_id=place["jia"][0]),
        member("H-ZHANG", *place["zhang"]),
    ]
    return made


def _parties(cast: Cast) -> dict[str, Any]:
    with scoped(cast.actor("chenwei")):
        return {
            name: type(party).objects.select_related("branch").get(pk=party.pk)
            for name, party in cast.parties.items()
        }


def seen(bank: Bank, username: str = "chenwei") -> dict[date, list[tuple[str, int]]]:
    """What a person reads: date -> (unit, run)."""
    with scoped(bank.cast.actor(username)):
        codes = dict(Unit.objects.values_list("pk", "code"))
        found: dict[date, list[tuple[str, int]]] = {
            day: [] for day in PublishedDate.objects.values_list("as_of", flat=True)
        }
        for day, key, run in UnitResult.objects.order_by("as_of", "unit_id").values_list(
            "as_of", "unit_id", "run_id"
        ):
            found[day].append((codes[key], run))
        return found
