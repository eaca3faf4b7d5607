from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from jinlan.clients.models import Coverage, Unit
from jinlan.clients.testing import covers
from jinlan.domains.strategy.models import CharterRefresh, DefinitionVersion, Obligation
from jinlan.domains.strategy.rules.charter_text import shipped
from jinlan.domains.strategy.selectors import compliance as reading
from jinlan.domains.strategy.selectors.charter import charter_before, charter_in_force
from jinlan.domains.strategy.services.definitions import definitions_of, install_charter
from jinlan.domains.strategy.tests.conftest import FIRST, Bank
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import UnitContact, UnitResult
from jinlan.work.models import Task

GROUP_MET = [date(2026, 6, 20), date(2026, 7, 15), date(2026, 8, 10), date(2026, 9, 25), date(2026, 10, 20)]


def tasks(bank: Bank, unit: Unit) -> dict[str, tuple[date, str]]:
    with scoped(bank.cast.actor("chenwei")):
        rows = Task.objects.filter(unit_id=unit.pk, kind="charter").order_by("subject")
        return {
            row.subject: (row.due_on, row.outcome or ("closed" if row.closed_at else "open")) for row in rows
        }


def everything() -> list[dict[str, Any]]:
    with writing():
        return list(Obligation.objects.order_by("id").values())


def test_the_charter_is_installed_once_and_is_no_definition(bank: Bank) -> None:
    actor = system_actor(ENTITY, AT)

    assert install_charter(ENTITY, actor=actor) is False
    assert sorted(one.kind for one in definitions_of(ENTITY, actor)) == ["GROUP", "HNW", "PARTNER"]
    with scoped(bank.cast.actor("lihua")) as scope:
        found = charter_in_force(scope.actor, TODAY)
        assert found is not None
        assert (found.version, charter_before(scope.actor, found)) == ("1", None)
        assert charter_in_force(scope.actor, date(2019, 12, 31)) is None
    with scoped(bank.cast.actor("zhengyu")):
        assert AuditEntry.objects.filter(object_id="CHARTER 1").count() == 1


def test_obligations_follow_from_tier_charter_and_contacts(bank: Bank) -> None:
    bank.met(bank.cast.group, *GROUP_MET)
    bank.refresh()

    assert bank.rows(bank.cast.group) == [
        (FIRST, date(2026, 6, 30), date(2026, 6, 20), "HQ"),
        (date(2026, 6, 20), date(2026, 7, 20), date(2026, 7, 15), "HQ"),
        (date(2026, 7, 15), date(2026, 8, 14), date(2026, 8, 10), "HQ"),
        (date(2026, 8, 10), date(2026, 9, 9), None, "HQ"),
        (date(2026, 9, 9), date(2026, 10, 9), date(2026, 9, 25), "HQ"),
        (date(2026, 9, 25), date(2026, 10, 25), date(2026, 10, 20), "HQ"),
        (date(2026, 10, 20), date(2026, 11, 19), None, "HQ"),
    ]
    assert bank.rows(bank.cast.household, "CALL")[0] == (FIRST, date(2026, 6, 30), None, "PRIVATE")
    assert bank.rows(bank.cast.other) == []


def test_the_worked_example_on_the_24th_of_november(bank: Bank) -> None:
    """06 §6.2: last meeting 2026-10-20, interval 30 days → due 2026-11-19; on 2026-11-24 overdue by 5 days."""
    bank.met(bank.cast.group, *GROUP_MET)
    bank.day(date(2026, 11, 24), latest=True)
    bank.tier(bank.cast.group, date(2026, 11, 24), "HQ")
    bank.refresh()

    with scoped(bank.cast.actor("lihua")) as scope:
        about = reading.measured(scope.actor)
        assert about
        last = reading.spoken(scope.actor, about, unit_id=bank.cast.group.pk).last
        face = reading.standings(
            scope.actor, about, unit_id=bank.cast.group.pk, kind="GROUP", tier="HQ", grade=1, last=last
        )[0]
        assert (face.kind, face.days, face.last, face.due_on, face.late) == (
            "FACE", 30, date(2026, 10, 20), date(2026, 11, 19), 5,
        )  # fmt: skip
    assert tasks(bank, bank.cast.group)["charter:G-JIA:FACE:2026-10-20"] == (date(2026, 11, 19), "open")


def test_doing_it_twice_gives_the_same_rows_and_tasks(bank: Bank) -> None:
    bank.met(bank.cast.group, *GROUP_MET)
    bank.refresh()
    before, open_before = everything(), tasks(bank, bank.cast.household)

    counts = bank.refresh()

    assert everything() == before
    assert tasks(bank, bank.cast.household) == open_before
    assert (counts["added"], counts["changed"], counts["opened"], counts["closed"]) == (0, 0, 0, 0)
    with writing():
        assert CharterRefresh.objects.count() == 1


def test_night_by_night_gives_what_one_late_run_gives(bank: Bank) -> None:
    bank.met(bank.cast.group, *GROUP_MET, date(2026, 11, 12))
    for night in range(11, 26):
        as_of = date(2026, 11, night)
        bank.day(as_of, latest=True)
        bank.tier(bank.cast.group, as_of, "HQ")
        bank.refresh()
    by_night = bank.rows(bank.cast.group), bank.rows(bank.cast.group, "CALL")
    with writing():
        Obligation.objects.all().delete()
        CharterRefresh.objects.all().delete()
    bank.refresh()

    assert (bank.rows(bank.cast.group), bank.rows(bank.cast.group, "CALL")) == by_night


def test_a_lower_tier_takes_nothing_back_that_was_due(bank: Bank) -> None:
    bank.refresh()
    before = [row for row in bank.rows(bank.cast.group) if row[1] < TODAY]

    with writing():  # a correction rewrites the history of the tier itself
        UnitResult.objects.filter(unit_id=bank.cast.group.pk).update(effective_tier="KEY")
    bank.refresh()

    after = bank.rows(bank.cast.group)
    assert len(before) == 5
    assert after[:5] == before
    assert after[5:] == [(date(2026, 10, 28), date(2027, 4, 28), None, "KEY")]


def test_a_new_charter_is_for_what_comes(bank: Bank) -> None:
    bank.refresh()
    before = [row for row in bank.rows(bank.cast.group) if row[1] < date(2026, 11, 20)]
    text = (
        shipped()
        .replace('version = "1"', 'version = "2"')
        .replace("2020-01-01", "2026-11-20")
        .replace("FACE = 30", "FACE = 10", 1)
    )
    with writing():
        DefinitionVersion.objects.create(
            entity=ENTITY, kind="CHARTER", version="2", valid_from=date(2026, 11, 20), body=text, sha256="2"
        )
    bank.day(date(2026, 11, 25), latest=True)
    bank.tier(bank.cast.group, date(2026, 11, 25), "HQ")
    bank.refresh()

    assert bank.rows(bank.cast.group) == [*before, (date(2026, 11, 20), date(2026, 11, 30), None, "HQ")]
    with scoped(bank.cast.actor("chenwei")):
        newest = Obligation.objects.filter(unit_id=bank.cast.group.pk, kind="FACE").order_by("opens").last()
        assert newest is not None
        assert newest.version == "2"


def test_what_does_not_count_keeps_nothing(bank: Bank) -> None:
    day = date(2026, 6, 17)
    bank.met(bank.cast.group, day, two_way=False)
    bank.met(bank.cast.group, day, client_side=False)
    bank.met(bank.cast.group, day, minutes=date(2026, 6, 23))  # the third working day: the 19th is a holiday
    bank.met(bank.cast.group, day, kind="CALL")
    bank.refresh()

    assert bank.rows(bank.cast.group)[0] == (FIRST, date(2026, 6, 30), None, "HQ")


def test_minutes_that_came_in_time_after_the_due_date_still_keep_it(bank: Bank) -> None:
    bank.met(bank.cast.group, *GROUP_MET)
    for as_of in (date(2026, 11, 20), date(2026, 11, 23)):
        bank.day(as_of, latest=True)
        bank.tier(bank.cast.group, as_of, "HQ")
        bank.refresh()
    assert bank.rows(bank.cast.group)[-2:] == [
        (date(2026, 10, 20), date(2026, 11, 19), None, "HQ"), (date(2026, 11, 19), date(2026, 12, 19), None, "HQ"),
    ]  # fmt: skip

    bank.met(bank.cast.group, date(2026, 11, 19), minutes=date(2026, 11, 23))
    bank.refresh()

    assert bank.rows(bank.cast.group)[-1] == (date(2026, 11, 19), date(2026, 12, 19), None, "HQ")
    assert bank.rows(bank.cast.group)[-2][2] == date(2026, 11, 19)
    assert tasks(bank, bank.cast.group)["charter:G-JIA:FACE:2026-10-20"][1] == "kept"


def test_tasks_open_before_the_day_stay_while_overdue_and_close_with_what_came_of_them(bank: Bank) -> None:
    group = bank.cast.group
    bank.met(group, *GROUP_MET)
    bank.refresh()
    assert [name for name in tasks(bank, group) if ":FACE:" in name] == []

    steps = {date(2026, 11, 12): "open", date(2026, 11, 24): "open", date(2026, 11, 26): "late"}
    for as_of, said in steps.items():
        if said == "late":
            bank.met(group, date(2026, 11, 25))
        bank.day(as_of, latest=True)
        bank.tier(group, as_of, "HQ")
        bank.refresh()
        assert tasks(bank, group)["charter:G-JIA:FACE:2026-10-20"] == (date(2026, 11, 19), said)
    with scoped(bank.cast.actor("chenwei")):
        task = Task.objects.get(subject="charter:G-JIA:FACE:2026-10-20")
        assert (task.role, task.detail["contact"], task.unit_id) == ("manager", "FACE", group.pk)


def test_who_leaves_the_tiers_owes_nothing_more(bank: Bank) -> None:
    group = bank.cast.group
    bank.met(group, *GROUP_MET)
    bank.day(date(2026, 11, 12), latest=True)
    bank.tier(group, date(2026, 11, 12), "HQ")
    bank.refresh()
    assert tasks(bank, group)["charter:G-JIA:FACE:2026-10-20"][1] == "open"

    bank.day(date(2026, 11, 13), latest=True)
    bank.tier(group, date(2026, 11, 13), "")
    bank.refresh()

    assert bank.rows(group)[-1][1] == date(2026, 10, 25)
    assert tasks(bank, group)["charter:G-JIA:FACE:2026-10-20"][1] == "not_owed"


def test_risk_asks_for_more(bank: Bank) -> None:
    with writing():
        UnitResult.objects.filter(unit_id=bank.cast.household.pk).update(five_tier_worst=3)
    bank.refresh()

    assert bank.rows(bank.cast.household)[0] == (FIRST, date(2026, 6, 30), None, "PRIVATE")


def test_the_sponsors_meetings_are_measured_from_the_day_there_is_one(bank: Bank) -> None:
    bank.refresh()
    assert bank.rows(bank.cast.group, "EXECUTIVE") == []
    with scoped(bank.cast.actor("chenwei")) as scope:
        about = reading.measured(scope.actor)
        assert about
        assert about.unmeasured == {"REVIEW": "NO_PLANS", "EXECUTIVE": "NO_SPONSORS"}
        lines = reading.standings(
            scope.actor, about, unit_id=bank.cast.group.pk, kind="GROUP", tier="HQ", grade=1, last={}
        )
        assert [(one.kind, one.why_not) for one in lines] == [
            ("FACE", ""), ("CALL", ""), ("EXECUTIVE", "NO_SPONSORS"), ("REVIEW", "NO_PLANS"),
        ]  # fmt: skip

    covers(bank.cast.employees["E3001"], bank.cast.group, role="SPONSOR")
    bank.refresh()
    bank.refresh()

    assert bank.rows(bank.cast.group, "EXECUTIVE") == [(TODAY, TODAY + timedelta(182), None, "HQ")]


def test_a_bank_without_contacts_owes_nothing_that_could_be_measured(bank: Bank) -> None:
    with writing():
        UnitContact.objects.all().delete()
    bank.refresh()

    assert everything() == []
    with scoped(bank.cast.actor("chenwei")) as scope:
        about = reading.measured(scope.actor)
        assert about
        assert set(about.unmeasured) == {"FACE", "CALL", "EXECUTIVE", "REVIEW"}
        assert reading.compliance_of(scope.actor, about).share is None


def test_contacts_that_never_say_who_spoke_are_no_measure(bank: Bank) -> None:
    with writing():
        UnitContact.objects.update(two_way=False)
    bank.refresh()

    assert everything() == []
    with writing():
        assert CharterRefresh.objects.get().unmeasured["FACE"] == "NO_OUTCOMES"


def test_compliance_is_kept_over_owed_by_client_manager_and_branch(bank: Bank) -> None:
    group = bank.cast.group
    bank.met(group, *GROUP_MET)
    with writing():  # 李华 led until the end of August, 王敏 since
        Coverage.objects.filter(unit=group).update(valid_to=date(2026, 9, 1))
    covers(bank.cast.employees["E1002"], group, since=date(2026, 9, 1))
    bank.refresh()

    with scoped(bank.cast.actor("chenwei")) as scope:
        about = reading.measured(scope.actor)
        assert about
        own = reading.compliance_of(scope.actor, about, unit_id=group.pk)
        calls = 11  # every fortnight since the end of May, none made
        assert (own.kept, own.owed, own.excused, own.as_of, own.version) == (5, 6 + calls, 0, TODAY, "1")
        assert own.share == Decimal("0.2941")
        leads = {line.code: line.figure for line in reading.compliance_by_lead(scope.actor, about)}
        assert (leads["E1001"].kept, leads["E1002"].kept) == (3, 2)
        assert leads["E1001"].owed + leads["E1002"].owed == 6 + calls
        (branch,) = reading.compliance_by_branch(scope.actor, about)
        assert branch.code == "BJ"
        assert branch.figure.owed == sum(figure.owed for figure in leads.values())
        assert len(reading.misses(scope.actor, about, unit_id=group.pk)) == own.missed


def test_everybody_sees_what_the_own_book_is_owed(bank: Bank) -> None:
    bank.refresh()

    seen = {}
    for username in ("lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhengyu"):
        with scoped(bank.cast.actor(username)):
            seen[username] = set(Obligation.objects.values_list("unit_id", flat=True))
    group, household = bank.cast.group.pk, bank.cast.household.pk
    assert seen == {
        "lihua": {group}, "wangmin": set(), "zhaoyan": {household}, "sunjie": {group, household},
        "chenwei": {group, household}, "zhengyu": {group, household},
    }  # fmt: skip
    with scoped(system_actor("OTHER", AT)):
        assert not Obligation.objects.exists()


def test_people_cannot_write_what_the_night_writes(bank: Bank) -> None:
    bank.refresh()
    before = everything()

    for username in ("lihua", "sunjie", "chenwei"):
        for change in ({"kept_on": TODAY}, {"due_on": TODAY}, {"version": "9"}):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                scoped(bank.cast.actor(username), write=True),
            ):
                Obligation.objects.update(**change)
    with (
        pytest.raises(IntegrityError, match="obligation_excused_by_another"),
        scoped(bank.cast.actor("chenwei"), write=True),
    ):
        Obligation.objects.update(excuse_code="LEGAL", excuse_asked_by="x", excused_by="x", excused_at=AT)
    assert everything() == before


def test_a_unit_that_moves_takes_its_obligations_along(bank: Bank) -> None:
    bank.refresh()
    with writing():
        Unit.objects.filter(pk=bank.cast.group.pk).update(branch=bank.cast.branches["SH"])
    bank.refresh()

    with writing():
        homes = Obligation.objects.filter(unit_id=bank.cast.group.pk).values_list("branch_id", flat=True)
        assert set(homes) == {bank.cast.branches["SH"].pk}


def test_it_runs_as_a_job_and_does_nothing_before_a_publication(database: None) -> None:
    assert TASKS["strategy.refresh_charter"].run(actor=system_actor("NEW", AT)) == {}


def test_five_thousand_units_take_seconds_and_no_statement_each(bank: Bank) -> None:
    units = 5_000
    group = bank.cast.group
    with writing(), connection.cursor() as cursor:
        cursor.execute(
            "insert into clients_unit (public_id, entity, code, kind, root_party_id, domain, branch_id, name, controller_label, "
            "member_branch_keys, grams, search_text, pinyin_key) select gen_random_uuid(), entity, 'U' || n, kind, root_party_id, domain, "
            "branch_id, 'U' || n, '', '{}', grams, '', '' from clients_unit, generate_series(1, %s) n where id = %s",
            [units, group.pk],
        )
        cursor.execute(
            "insert into serving_unitresult (entity, run_id, as_of, unit_id, domain, branch_id, kind, pinyin_key, computed_tier, "
            "effective_tier, tier_level, tier_state, tier_source, gates, measures, detail) select r.entity, run_id, as_of, u.id, r.domain, "
            "r.branch_id, r.kind, '', 'BRANCH', 'BRANCH', 3, 'active', '', '', '{}', '{}' from serving_unitresult r, clients_unit u "
            "where r.unit_id = %s and u.code like 'U%%'",
            [group.pk],
        )
        cursor.execute(
            "insert into serving_unitcontact (entity, unit_id, domain, branch_id, code, kind, executive, happened_on, minutes_on, "
            "two_way, client_side, employee) select 'JLB', u.id, u.domain, u.branch_id, 'C' || n, 'CALL', false, d, d, true, true, '' "
            "from clients_unit u, generate_series(1, 6) n, lateral (select date '2026-05-31' + n * 24 as d) x where u.code like 'U%%'"
        )
    began = time.monotonic()
    with CaptureQueriesContext(connection) as first:
        counts = bank.refresh()
    took = time.monotonic() - began
    began = time.monotonic()
    again = bank.refresh()

    assert counts["added"] > units * 6
    assert (again["added"], again["changed"]) == (0, 0)
    assert len(first) < 80
    assert took < 30
    assert time.monotonic() - began < 30
