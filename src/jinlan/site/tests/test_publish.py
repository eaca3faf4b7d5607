"""Publishing made-up results: all of it or nothing, whoever reads or whatever dies meanwhile."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connection
from django.db.utils import OperationalError, ProgrammingError

from jinlan.clients.models import Unit, UnitMember
from jinlan.clients.testing import Cast, covers, the_cast
from jinlan.domains.strategy.services.definitions import install_definitions
from jinlan.insight.results import MEMBERS, TIES, UNITS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.outbox import Job
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing
from jinlan.lake import results
from jinlan.serving import load as serving_load
from jinlan.serving.models import (
    BankTotal,
    Load,
    MemberResult,
    PublishedDate,
    RestrictedGate,
    Run,
    UnitResult,
)
from jinlan.serving.registry import record_of
from jinlan.serving.ties import influence, influenced_revenue
from jinlan.site import publish as publishing
from jinlan.site.history import Evaluated
from jinlan.work.models import Task

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


def test_a_publication_fills_register_results_and_dates(bank: Bank) -> None:
    bank.publish(bank.evaluated(SEP, OCT, PREVIEW))

    run = bank.runs[0].pk
    assert seen(bank) == {day: [("G-JIA", run), ("H-ZHANG", run)] for day in (SEP, OCT, PREVIEW)}
    with scoped(bank.cast.actor("chenwei")):
        row = UnitResult.objects.get(as_of=OCT, kind="GROUP")
        assert (row.score, row.tier_level, row.aum, row.loan) == (
            Decimal("81.25"),
            4,
            Decimal("1000.50"),
            None,
        )
        assert row.measures["loan"] == {"v": None, "s": "unknown", "n": "no table"}
        assert MemberResult.objects.filter(as_of=OCT).count() == 3
        assert (
            UnitMember.objects.get(party=bank.cast.parties["jia-3"]).parent_party == bank.cast.parties["jia"]
        )
        dates = PublishedDate.objects.order_by("as_of").values_list("as_of", "month_end", "latest")
        assert list(dates) == [(SEP, True, False), (OCT, True, False), (PREVIEW, False, True)]
        published = Run.objects.get()
        assert (published.status, published.counts["managed"]) == ("published", 2)
    with scoped(bank.cast.actor("zhengyu")):
        assert AuditEntry.objects.filter(verb="strategy.run_published").count() == 1


def test_unmanaged_units_stay_in_the_lake(bank: Bank) -> None:
    bank.units[1]["managed"] = False
    bank.publish(bank.evaluated(SEP, OCT))

    assert {code for rows in seen(bank).values() for code, _ in rows} == {"G-JIA"}


def test_dates_that_did_not_change_are_not_written_again(bank: Bank) -> None:
    first = bank.evaluated(SEP, OCT)
    bank.publish(first)
    with scoped(bank.cast.actor("chenwei")):
        before = set(UnitResult.objects.filter(as_of=SEP).values_list("pk", flat=True))

    bank.units[0]["score"] = Decimal("90.00")
    bank.publish([first[0], *bank.evaluated(OCT)])

    old, new = (run.pk for run in bank.runs)
    assert seen(bank) == {SEP: [("G-JIA", old), ("H-ZHANG", old)], OCT: [("G-JIA", new), ("H-ZHANG", new)]}
    with scoped(bank.cast.actor("chenwei")):
        assert set(UnitResult.objects.filter(as_of=SEP).values_list("pk", flat=True)) == before


def test_a_unit_that_comes_under_management_brings_its_history_and_one_that_goes_takes_it(bank: Bank) -> None:
    household = bank.units[1]
    household["managed"] = False
    first = bank.evaluated(SEP, OCT)
    bank.publish(first)

    household["managed"] = True
    bank.publish([*first, *bank.evaluated(PREVIEW)])
    assert [len(rows) for rows in seen(bank).values()] == [2, 2, 2]

    household["managed"] = False
    bank.publish([*first, *bank.evaluated(PREVIEW)])
    assert [len(rows) for rows in seen(bank).values()] == [1, 1, 1]

    household["managed"] = True
    bank.publish([*first, *bank.evaluated(PREVIEW)])
    assert [len(rows) for rows in seen(bank).values()] == [2, 2, 2]


def test_a_look_inside_the_month_gives_way_to_the_next(bank: Bank) -> None:
    ends = bank.evaluated(SEP, OCT)
    bank.publish([*ends, *bank.evaluated(date(2026, 11, 9))])
    bank.publish([*ends, *bank.evaluated(PREVIEW)])

    assert list(seen(bank)) == [SEP, OCT, PREVIEW]


def test_the_reason_of_a_secret_gate_is_compliances_alone(bank: Bank) -> None:
    gates = [
        {
            "code": "SANCTIONS_CLEAR",
            "passed": False,
            "secret": True,
            "value": "HIT-7",
            "limit": "",
            "detail": "名单命中",
        },
        {"code": "CDD_CURRENT", "passed": True, "secret": False, "value": "", "limit": "", "detail": ""},
    ]
    detail = json.loads(bank.units[0]["detail"]) | {"gates": gates}
    bank.units[0] |= {
        "gates": "RESTRICTED",
        "tier_state": "suspended",
        "effective_tier": "",
        "detail": json.dumps(detail),
    }
    bank.publish(bank.evaluated(OCT))

    for username in ("chenwei", "zhoulin", "zhengyu", "wuhan"):
        with scoped(bank.cast.actor(username)):
            row = UnitResult.objects.get(kind="GROUP")
            text = json.dumps([row.detail, row.measures, row.gates], ensure_ascii=False)
            assert "SANCTIONS" not in text
            assert "HIT-7" not in text
            assert "名单" not in text
            assert [gate["code"] for gate in row.detail["gates"]] == ["CDD_CURRENT", "RESTRICTED"]
    with scoped(bank.cast.actor("wuhan")):
        assert RestrictedGate.objects.get().detail["value"] == "HIT-7"


def test_a_change_that_waits_opens_one_task_however_often_it_is_published(bank: Bank) -> None:
    bank.units[0] |= {"proposed_tier": "BRANCH", "tier_state": "proposed_down"}
    bank.publish(bank.evaluated(SEP, OCT))
    bank.publish(bank.evaluated(SEP, OCT))

    with scoped(bank.cast.actor("chenwei")):
        task = Task.objects.get()
        assert (task.subject, task.opened_on) == ("tier:G-JIA:HQ>BRANCH", OCT)


def test_a_member_that_is_gone_keeps_a_dated_row_and_gives_no_right(bank: Bank) -> None:
    first = bank.evaluated(SEP)
    bank.members = [row for row in bank.members if row["parent_party_id"] is None]
    bank.publish([*first, *bank.evaluated(OCT)])

    with scoped(bank.cast.actor("chenwei")):
        gone = UnitMember.objects.get(party=bank.cast.parties["jia-3"])
        assert (gone.valid_from, gone.valid_to, gone.current) == (date(2025, 1, 1), OCT, False)
    assert seen(bank, "sunjie")[OCT]
    with scoped(bank.cast.actor("wangmin")):
        assert Unit.objects.count() == 0


def test_a_reader_sees_the_old_or_the_new_publication_whole(bank: Bank) -> None:
    first = bank.evaluated(SEP, OCT)
    bank.publish(first)
    bank.units[0]["score"] = Decimal("10.00")
    second = bank.evaluated(SEP, OCT, PREVIEW)
    old, new = (
        {day: [("G-JIA", run.pk), ("H-ZHANG", run.pk)] for day in days}
        for run, days in zip(bank.runs, ((SEP, OCT), (SEP, OCT, PREVIEW)), strict=True)
    )
    done, found = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            found.append(seen(bank))
        found.append(seen(bank))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    bank.publish(second)
    done.set()
    reader.join()

    assert all(sight in (old, new) for sight in found)
    assert found[-1] == new


def test_a_publication_that_dies_at_the_end_leaves_the_old_one(
    bank: Bank, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.publish(bank.evaluated(SEP, OCT))
    before = seen(bank)
    with scoped(bank.cast.actor("chenwei")):
        register = list(Unit.objects.order_by("pk").values())
    bank.units = bank.units[:1]
    bank.members = bank.members[:1]
    second = bank.evaluated(SEP, OCT, PREVIEW)

    def die(*_: Any) -> None:
        pid = connection.connection.info.backend_pid
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s, 5000)", [pid])
        serving_load.close_publication(*_)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "close_publication", die)
        with pytest.raises(OperationalError):
            bank.publish(second)
    connection.close()

    assert seen(bank) == before
    with scoped(bank.cast.actor("chenwei")):
        assert list(Unit.objects.order_by("pk").values()) == register
    bank.publish(second)
    assert [len(rows) for rows in seen(bank).values()] == [1, 1, 1]


def tie(code: str, role: str, party: Any, revenue: str | None, group: str | None = None) -> dict[str, Any]:
    return dict.fromkeys(TIES.names) | {
        "unit_id": code, "role": role, "party_id": party.code, "other_unit_id": group,
        "revenue_12m": None if revenue is None else Decimal(revenue),
    }  # fmt: skip


def _influence(bank: Bank, username: str, code: str) -> list[tuple[str, int, int, Decimal | None]]:
    with scoped(bank.cast.actor("chenwei")):
        key = Unit.objects.filter(code=code).values_list("pk", flat=True).get()
    with scoped(actor := bank.cast.actor(username)):
        return [
            (one.role, len(one.ties), one.clients, one.revenue_12m)
            for one in influence(actor, unit_id=key, as_of=OCT)
        ]


def test_whose_value_a_unit_moves_is_told_by_role_and_added_once_over_roles(bank: Bank) -> None:
    yi, yi_2, zhang = (bank.cast.parties[name] for name in ("yi", "yi-2", "zhang"))
    bank.ties = [
        tie("G-JIA", "GUARANTOR", yi, "100.25"), tie("G-JIA", "GUARANTOR", yi_2, None), tie("G-JIA", "CHAIN_CORE", yi, "100.25"),
        tie("G-NONE", "GUARANTOR", zhang, "9.00"),
    ]  # fmt: skip
    bank.publish(bank.evaluated(OCT, PREVIEW))

    assert _influence(bank, "chenwei", "G-JIA") == [
        ("CHAIN_CORE", 1, 1, Decimal("100.25")),
        ("GUARANTOR", 2, 1, Decimal("100.25")),
    ]
    with scoped(actor := bank.cast.actor("chenwei")):
        keys = dict(Unit.objects.values_list("code", "pk"))
        assert influenced_revenue(actor, unit_ids=keys.values(), as_of=OCT) == {
            keys["G-JIA"]: Decimal("100.25")
        }


def test_influence_is_no_way_around_the_wall_between_clients(bank: Bank) -> None:
    jia = bank.cast.parties["jia"]
    bank.ties = [
        tie("H-ZHANG", "CONTROLLER", jia, "500.00", "G-JIA"),
        tie("G-JIA", "GUARANTOR", bank.cast.parties["yi"], "7.00"),
    ]
    bank.publish(bank.evaluated(OCT, PREVIEW))
    with scoped(bank.cast.actor("chenwei")):
        household, group = (Unit.objects.get(code=code) for code in ("H-ZHANG", "G-JIA"))
    covers(bank.cast.employees["E1003"], household)
    covers(bank.cast.employees["E1001"], group)

    assert _influence(bank, "chenwei", "H-ZHANG") == [("CONTROLLER", 1, 1, Decimal("500.00"))]
    assert _influence(bank, "zhaoyan", "H-ZHANG") == []  # he leads the household; the group is not his
    assert (
        _influence(bank, "lihua", "G-JIA") == []
    )  # she leads the group; the guaranteed company is elsewhere
    assert _influence(bank, "sunjie", "H-ZHANG") == [
        ("CONTROLLER", 1, 1, Decimal("500.00"))
    ]  # both are at his branch


def totals(bank: Bank) -> dict[date, list[tuple[Any, ...]]]:
    """What is kept of the whole bank: date -> (run, kind, units, in a tier, unknown, revenue, of those in a tier)."""
    found: dict[date, list[tuple[Any, ...]]] = {}
    with scoped(bank.cast.actor("zhengyu")):
        for day, *row in BankTotal.objects.order_by("as_of", "kind").values_list(
            "as_of", "run_id", "kind", "units", "tiered", "unknown", "revenue", "revenue_tiered"
        ):
            found.setdefault(day, []).append(tuple(row))
    return found


def earns(value: str | None, state: str = "ok") -> str:
    return json.dumps({"revenue_12m": {"v": value, "s": state}})


def test_totals_are_of_all_units_and_follow_the_run_of_their_date(bank: Bank) -> None:
    bank.units[0] |= {"measures": earns("70.10")}
    bank.units[1] |= {"measures": earns(None, "incomplete")}
    place = bank.units[0]["root_party_id"], bank.units[0]["branch_id"]
    bank.units.append(unit("G-SMALL", *place, managed=False, effective_tier="", measures=earns("29.90")))
    both = bank.evaluated(SEP, OCT)
    bank.publish(both)

    first = bank.runs[-1].pk
    told = [
        (first, "GROUP", 2, 1, 0, Decimal("100.00"), Decimal("70.10")),
        (first, "HNW", 1, 1, 1, Decimal("0.00"), Decimal("0.00")),
    ]
    assert totals(bank) == {SEP: told, OCT: told}

    bank.units[2] |= {"measures": earns("129.90")}
    again = bank.evaluated(OCT, PREVIEW)
    bank.publish([both[0], *again])
    moved = (bank.runs[-1].pk, "GROUP", 2, 1, 0, Decimal("200.00"), Decimal("70.10"))
    assert totals(bank)[SEP] == told
    assert totals(bank)[OCT][0] == totals(bank)[PREVIEW][0] == moved

    bank.publish([both[0], again[0]])
    assert set(totals(bank)) == {SEP, OCT}  # a look inside a month goes with its date
    assert seen(bank).keys() == {SEP, OCT}


def test_totals_of_an_earlier_release_s_dates_come_with_the_next_publication(bank: Bank) -> None:
    dates = bank.evaluated(SEP, OCT)
    bank.publish(dates)
    with writing():
        BankTotal.objects.all().delete()

    bank.publish(dates)

    assert set(totals(bank)) == {SEP, OCT}


@pytest.mark.parametrize("username", ["lihua", "sunjie"])
def test_totals_of_the_bank_are_for_those_who_see_it(bank: Bank, username: str) -> None:
    bank.publish(bank.evaluated(OCT))

    with pytest.raises(ProgrammingError, match="permission denied"), scoped(bank.cast.actor(username)):
        list(BankTotal.objects.all())


def test_a_publication_asks_once_for_the_review_and_the_indicators(bank: Bank) -> None:
    bank.publish(bank.evaluated(OCT))

    with scoped(bank.cast.actor("hejun")):
        names = list(Job.objects.order_by("id").values_list("name", flat=True))
    assert names == ["strategy.review_month", "strategy.refresh_targets", "work.snapshot_indicators"]
