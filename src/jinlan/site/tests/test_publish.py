"""Publishing made-up results: all of it or nothing, whoever reads or whatever dies meanwhile."""

from __future__ import annotations

import json
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import OperationalError

from jinlan.clients.models import Unit, UnitMember
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.serving import load as serving_load
from jinlan.serving.models import (
    MemberResult,
    PublishedDate,
    RestrictedGate,
    Run,
    UnitResult,
)
from jinlan.site import publish as publishing
from jinlan.site.tests.publishing import OCT, PREVIEW, SEP, Bank, bank, seen
from jinlan.work.models import Task

__all__ = ["bank"]  # the fixture of that module


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
