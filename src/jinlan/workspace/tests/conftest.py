"""A small published world on the fixed cast: two dates, three units, one of them held for a secret reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from jinlan.clients.models import Party, Unit
from jinlan.clients.testing import Cast, the_cast
from jinlan.kernel.search import search_of
from jinlan.kernel.testing import AT, ENTITY, TODAY, prove, writing
from jinlan.kernel.testing_database import Remembered
from jinlan.serving.models import Load, MemberResult, PublishedDate, RestrictedGate, Run, UnitResult
from jinlan.work.models import Task

MONTH_END = date(2026, 10, 31)
BEFORE = date(2026, 9, 30)
DATES = (BEFORE, MONTH_END, TODAY)


@dataclass(frozen=True, slots=True)
class World:
    """The cast and what was published about it."""

    cast: Cast
    run: Run

    def address(self, unit: Unit, tail: str = "") -> str:
        return f"/clients/{unit.public_id}{tail}"


def measures(aum: str) -> dict[str, Any]:
    money = {
        "aum": aum,
        "aum_avg_12m": aum,
        "deposit_avg_12m": "50000000.00",
        "loan": "30000000.00",
        "revenue_12m": None,
    }
    found: dict[str, Any] = {code: {"v": value, "s": "ok"} for code, value in money.items()}
    found["revenue_12m"] = {"v": None, "s": "unknown", "n": "没有交付手续费表"}
    found["aum_avg_12m"] |= {"s": "incomplete", "n": "缺 5 天余额"}
    return found


def detail(*, restricted: bool = False) -> dict[str, Any]:
    gates = [{"code": "CDD_CURRENT", "passed": True, "secret": False, "value": "", "limit": "", "detail": ""}]
    if restricted:
        gates.append(
            {"code": "RESTRICTED", "passed": False, "secret": False, "value": "", "limit": "", "detail": ""}
        )
    return {
        "criteria": [
            {"code": "A", "family": "SCALE", "measure": "deposit_avg_12m", "weight": "0.6", "raw": "50000000.00", "points": "90.0",
             "contribution": "54.00", "peer_points": "50.0", "peer_raw": "20000000.00", "reason": "24.00"},
            {"code": "B", "family": "SCALE", "measure": "loan", "weight": "0.4", "raw": "30000000.00", "points": "40.0",
             "contribution": "16.00", "peer_points": "60.0", "peer_raw": "45000000.00", "reason": "-8.00"},
        ],
        "for": ["A"], "against": ["B"], "gates": gates,
        "lines": [{"tier": "HQ", "on": "score", "value": "70", "entry": "75", "exit": "68", "up": "", "down": "", "in": False}],
        "override": None, "definition": {"version": "2026.1", "sha256": "ab" * 32}, "rules": {}, "peers": 12,
    }  # fmt: skip


def publish(run: Run, unit: Unit, as_of: date, *, tier: str, level: int, aum: str, **more: Any) -> None:
    restricted = more.get("gates") == "RESTRICTED"
    UnitResult.objects.create(
        entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind,
        pinyin_key=unit.pinyin_key, score=Decimal("70.00"), rank=3, rank_n=12, effective_tier=tier, computed_tier=tier,
        tier_level=level, tier_since=BEFORE, tier_source="AUTOMATIC", aum=Decimal(aum), deposit_avg_12m=Decimal("50000000.00"),
        loan=Decimal("30000000.00"), limit=Decimal("60000000.00"), limit_used=Decimal("30000000.00"), measures=measures(aum),
        detail=detail(restricted=restricted), **({"tier_state": "active", "gates": "ok"} | more),
    )  # fmt: skip
    for member in unit.members.all():
        MemberResult.objects.create(
            entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, party_id=member.party_id, domain=member.domain,
            branch_id=member.branch_id, unit_branch_id=unit.branch_id, aum=Decimal("11000000.00"), loan=Decimal(0),
            measures={"aum": {"v": "11000000.00", "s": "ok"}},
        )  # fmt: skip


def make_findable(*things: Unit | Party) -> None:
    for thing in things:
        found = search_of([thing.name])
        type(thing).objects.filter(pk=thing.pk).update(
            pinyin_key=found.pinyin_key, grams=found.grams, search_text=found.search_text
        )
        thing.refresh_from_db()


@pytest.fixture
def world(database: None, remembered: Remembered) -> World:
    return remembered(the_world)


def the_world() -> World:
    cast = the_cast()
    with writing():
        make_findable(cast.group, cast.household, cast.other)
        load = Load.objects.create(
            entity=ENTITY, as_of=TODAY, status="loaded", started_at=AT, finished_at=AT, versions={"account": 3},
            tables=[{"table": "account", "rows": 10, "loaded": 9, "quarantined": 1, "score": 0.9}],
        )  # fmt: skip
        run = Run.objects.create(
            entity=ENTITY, as_of=TODAY, load=load, status="published", started_at=AT, finished_at=AT,
            steps=[{"name": "features", "seconds": 1.5, "rows": 10}], changes={"entered": 1}, counts={"units": 3},
        )  # fmt: skip
        for as_of in DATES:
            PublishedDate.objects.create(
                entity=ENTITY, as_of=as_of, run=run, month_end=as_of != TODAY, latest=as_of == TODAY
            )
            aum = {BEFORE: "90000000.00", MONTH_END: "95000000.00", TODAY: "100000000.00"}[as_of]
            tier, level = ("KEY", 2) if as_of == BEFORE else ("BRANCH", 3)
            publish(
                run,
                cast.group,
                as_of,
                tier=tier,
                level=level,
                aum=aum,
                next_maturity=TODAY + timedelta(days=5),
            )
            publish(run, cast.household, as_of, tier="PRIVATE", level=1, aum="8000000.00")
        publish(
            run,
            cast.other,
            TODAY,
            tier="",
            level=0,
            aum="500000.00",
            tier_state="suspended",
            gates="RESTRICTED",
        )
        RestrictedGate.objects.create(
            entity=ENTITY, run=run, as_of=TODAY, unit_id=cast.other.pk, code="SANCTIONS_CLEAR"
        )
        Task.objects.create(
            entity=ENTITY, subject="tier:G-JIA", kind="tier", unit_id=cast.group.pk, domain=cast.group.domain,
            branch_id=cast.group.branch_id, role="dept_head", title="层级变更待决定", opened_on=TODAY,
            detail={"effective_tier": "KEY", "proposed_tier": "BRANCH"},
        )  # fmt: skip
    return World(cast, run)


@pytest.fixture
def as_person(world: World) -> Callable[[str], Client]:
    def sign_in(username: str) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(world.cast.people[username], backend="django.contrib.auth.backends.ModelBackend")
        prove(client)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()  # run ids repeat from test to test


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    @contextmanager
    def counting() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            yield asked

    return counting
