"""The indicators of chapters 1.1 and 1.2, each worked out by hand on the published half year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jinlan.basics.register import rule
from jinlan.clients.models import Unit
from jinlan.clients.testing import covers
from jinlan.domains.strategy.models import TierProposal
from jinlan.domains.strategy.services.review import review_month
from jinlan.domains.strategy.tests import meetings
from jinlan.domains.strategy.tests.conftest import ENDS, FIRST, Bank
from jinlan.domains.strategy.tests.worlds import published
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import BankTotal, UnitResult
from jinlan.work.indicators import INDICATORS, Case, Found

JUL, AUG, SEP, OCT = ENDS[2:]
EARLIER = (
    date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31),
    date(2026, 4, 30),
)  # fmt: skip


def asked(bank: Bank, code: str, as_of: date, username: str = "chenwei") -> Found:
    """Ask an indicator in somebody's scope."""
    with scoped(bank.cast.actor(username)) as scope:
        return INDICATORS[code].selector(scope.actor, as_of)


def met(code: str, found: Found, as_of: date = OCT) -> bool:
    assert found.value is not None
    return INDICATORS[code].rule(as_of).applies(found.value)


def a_total(bank: Bank, as_of: date, kind: str, everything: str, tiered: str, **more: Any) -> None:
    values = {"units": 10, "tiered": 3, "unknown": 0, "unknown_tiered": 0} | more
    with writing():
        BankTotal.objects.create(
            entity=ENTITY,
            run=bank.run,
            as_of=as_of,
            kind=kind,
            revenue=everything,
            revenue_tiered=tiered,
            **values,
        )


def by(unit: Unit) -> str:
    return str(unit.pk)


def test_value_covered_adds_groups_and_households_and_no_partners(bank: Bank) -> None:
    a_total(bank, OCT, "GROUP", "1000.00", "600.00", unknown=2)
    a_total(bank, OCT, "HNW", "500.00", "150.00")
    a_total(bank, OCT, "PARTNER", "900.00", "900.00")

    found = asked(bank, "COVERED", OCT)

    assert (found.value, found.top, found.bottom) == (Decimal("0.5"), Decimal("750.00"), Decimal("1500.00"))
    assert met("COVERED", found)  # the target is a half
    assert found.inputs["kinds"]["GROUP"] == {
        "all": "1000.00", "tiered": "600.00", "units": 10, "in_tier": 3, "unknown": 2, "unknown_in_tier": 0,
    }  # fmt: skip
    assert asked(bank, "COVERED", SEP).why == "NOT_KNOWN_THEN"


def test_no_revenue_is_no_share(bank: Bank) -> None:
    a_total(bank, OCT, "HNW", "-1.00", "0.00")

    assert (asked(bank, "COVERED", OCT).value, asked(bank, "COVERED", OCT).why) == (None, "NO_REVENUE")


def test_flaps_need_a_year_of_history_and_count_who_went_back(bank: Bank) -> None:
    assert asked(bank, "FLAPS", OCT).why == "NOT_KNOWN_THEN"
    for as_of in EARLIER:
        bank.day(as_of)
        bank.tier(bank.cast.group, as_of, "HQ")
        bank.tier(bank.cast.household, as_of, "" if as_of < date(2025, 12, 31) else "PRIVATE")
        bank.tier(bank.cast.other, as_of, "")
    for as_of in ENDS:
        bank.tier(bank.cast.other, as_of, "")
    with writing():  # the household entered in December and is out in August: eight months
        UnitResult.objects.filter(unit_id=bank.cast.household.pk, as_of__in=(AUG, SEP, OCT)).update(
            effective_tier=""
        )
        # A gate failed for a month: that month stands still.
        UnitResult.objects.filter(unit_id=bank.cast.group.pk, as_of=JUL).update(
            effective_tier="", tier_state="suspended"
        )

    found = asked(bank, "FLAPS", OCT)

    assert (found.value, found.top, found.bottom) == (Decimal("0.5"), 1, 2)
    assert found.cases == [Case("unit", by(bank.cast.household), "1")]
    assert not met("FLAPS", found)
    with writing():
        UnitResult.objects.filter(
            unit_id=bank.cast.household.pk, as_of__gt=JUL
        ).delete()  # gone altogether: it left
    assert asked(bank, "FLAPS", OCT) == found


def test_overrides_are_counted_among_those_in_a_tier(bank: Bank) -> None:
    with writing():
        UnitResult.objects.filter(unit_id=bank.cast.group.pk, as_of=OCT).update(tier_source="OVERRIDE")

    found = asked(bank, "OVERRIDES", OCT)

    assert (found.value, found.top, found.bottom) == (Decimal("0.5"), 1, 2)
    assert found.cases == [Case("unit", by(bank.cast.group), "HQ")]
    assert INDICATORS["OVERRIDES"].rule(OCT) == rule("OVERRIDE.SHARE", OCT)
    assert not met("OVERRIDES", found)
    before = asked(bank, "OVERRIDES", SEP)
    assert (before.value, before.top, before.bottom) == (Decimal(0), 0, 2)
    assert met("OVERRIDES", before)


def _proposes(unit: Unit, *month_ends: date, after: str = "KEY") -> None:
    with writing():
        for as_of in month_ends:
            TierProposal.objects.create(
                entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_code=unit.code, kind=unit.kind,
                as_of=as_of, step="down", before="HQ", after=after, made_at=AT,
            )  # fmt: skip


def test_what_waits_longer_than_the_target_counts_with_its_age(bank: Bank) -> None:
    assert asked(bank, "DECIDED", OCT).why == "NOT_KNOWN_THEN"
    _proposes(bank.cast.group, JUL, AUG)  # taken back by September
    _proposes(bank.cast.household, AUG, SEP, OCT)  # waits: 61 days on 31 October, 71 on 10 November
    _proposes(bank.cast.other, OCT)  # waits no time yet

    found = asked(bank, "DECIDED", OCT)

    assert (found.value, found.top, found.bottom) == (Decimal(61), None, 1)
    assert found.inputs == {"waiting": 1, "late": 1}
    assert found.cases == [Case("unit", by(bank.cast.household), "61")]
    assert not met("DECIDED", found)
    assert asked(bank, "DECIDED", TODAY).value == 71
    # As it was known on 31 August: nothing was decided, and nothing had waited for more than 45 days.
    assert (asked(bank, "DECIDED", AUG).value, asked(bank, "DECIDED", AUG).why) == (None, "NO_CASES")
    assert asked(bank, "DECIDED", date(2026, 6, 30)).why == "NOT_KNOWN_THEN"


def test_a_decision_counts_from_the_month_end_that_proposed_it_to_the_meeting(database: None) -> None:
    cast = published().cast
    review_month(actor=system_actor(ENTITY, AT))  # 31 October: the group is to fall, the household to rise
    item = meetings.item_of(cast, meetings.opened(cast), "TIER", unit_code="G-JIA")  # on 10 November
    meetings.vote(cast, item, chenwei="FOR", zhoulin="FOR", wuhan="FOR")
    meetings.close(cast, item)

    with scoped(cast.actor("zhengyu")) as scope:
        found = INDICATORS["DECIDED"].selector(scope.actor, TODAY)
        before = INDICATORS["DECIDED"].selector(scope.actor, OCT)

    # The household has waited for ten days as well, which is not too long.
    assert (found.value, found.bottom, found.inputs, found.cases) == (
        Decimal(10),
        1,
        {"waiting": 0, "late": 0},
        [],
    )
    assert met("DECIDED", found)
    assert before.why == "NO_CASES"


def test_the_charter_s_indicator_is_the_charter_page_s_figure_on_any_date(bank: Bank) -> None:
    assert asked(bank, "CHARTER", TODAY).why == "NOT_READY"
    bank.met(bank.cast.group, date(2026, 6, 20), date(2026, 7, 15))
    bank.refresh()

    # FACE of the group: kept by 30 June and by 20 July, missed on 14 August. CALL every 14 days since 31 May, none kept: up to
    # 31 July those of 14 and 28 June, 12 and 26 July. FACE of the household is due in August, CALL on 30 June and 30 July.
    july = asked(bank, "CHARTER", JUL)
    assert (july.top, july.bottom, july.value) == (2, 8, Decimal("0.25"))
    assert july.inputs == {"since": "2025-07-31", "version": "1", "excused": 0}
    assert not met("CHARTER", july)
    # Up to 10 November, beside: FACE of the group in August, September and October; CALL on 9 and 23 August, 6 and 20 September,
    # 4 and 18 October, 1 November; of the household FACE on 30 August, CALL on 29 August, 28 September, 28 October.
    today = asked(bank, "CHARTER", TODAY)
    assert (today.top, today.bottom) == (2, 8 + 3 + 7 + 1 + 3)
    assert asked(bank, "CHARTER", FIRST).value is None
    assert asked(bank, "CHARTER", date(2026, 5, 30)).why == "NOT_KNOWN_THEN"


def test_a_triangle_is_whole_when_every_promised_role_is_named_on_the_day(bank: Bank) -> None:
    people = bank.cast.employees
    for role, since in (("PRODUCT", FIRST), ("RISK", FIRST), ("SPONSOR", SEP)):
        covers(people["E1002"], bank.cast.group, role=role, since=since)

    september, august = asked(bank, "TRIANGLE", SEP), asked(bank, "TRIANGLE", AUG)

    # HQ promises LEAD, PRODUCT, RISK, SPONSOR; PRIVATE promises LEAD and PRODUCT, and the household has a lead alone.
    assert (september.value, september.top, september.bottom) == (Decimal("0.5"), 1, 2)
    assert september.cases == [Case("unit", by(bank.cast.household), "PRODUCT")]
    assert (august.value, august.top, august.bottom) == (Decimal(0), 0, 2)
    assert august.cases[0].said in {"SPONSOR", "PRODUCT"}
    assert not met("TRIANGLE", september)
    covers(people["E1001"], bank.cast.household, role="PRODUCT", since=OCT)
    assert met("TRIANGLE", asked(bank, "TRIANGLE", OCT))


def test_the_load_is_that_of_who_leads_on_the_day(bank: Bank) -> None:
    # 李华 leads one HQ group: 16 of 140 hours; 赵岩 one household: 2 of 140. Both have time to spare.
    found = asked(bank, "LOAD", OCT)
    assert (found.value, found.top, found.bottom) == (Decimal(0), 0, 2)
    assert found.inputs == {"over": 0, "spare": 2}
    assert found.cases == [Case("employee", "E1001", "0.1143"), Case("employee", "E1003", "0.0143")]
    assert not met("LOAD", found)


@pytest.mark.parametrize("code", sorted(INDICATORS))
def test_an_indicator_has_words_and_a_target_of_practice(code: str) -> None:
    one = INDICATORS[code]

    assert (one.rule(OCT).status, one.rule(OCT).op) == ("P", ">=" if one.better == "up" else "<=")
    assert str(one.name)
    assert str(one.formula).endswith("。")
    assert all(str(part) for part in one.parts)
    assert one.chapter in {"1.1", "1.2", "2.1", "2.2", "20.2"}
