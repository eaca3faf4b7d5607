"""A published half year of the fixed cast: a group and a household with tiers, contacts, and the shipped charter in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from jinlan.clients.models import Unit
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.strategy.models import Obligation
from jinlan.domains.strategy.services.charter_refresh import refresh_charter
from jinlan.domains.strategy.services.definitions import install_charter, install_definitions
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, number, writing
from jinlan.kernel.testing_database import Remembered
from jinlan.serving.models import Load, PublishedDate, Run, UnitContact, UnitResult

ENDS = tuple(date(2026, month, day) for month, day in ((5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31)))
FIRST = ENDS[0]


@dataclass
class Bank:
    """The cast, and makers of what a night brings."""

    cast: Cast
    run: Run

    def day(self, as_of: date, *, latest: bool = False) -> None:
        """Publish a date; the newest one speaks."""
        with writing():
            if latest:
                PublishedDate.objects.filter(latest=True).update(latest=False)
            PublishedDate.objects.create(
                entity=ENTITY, as_of=as_of, run=self.run, month_end=not latest, latest=latest
            )

    def tier(self, unit: Unit, as_of: date, tier: str, *, grade: int | None = 1) -> None:
        """Publish the tier of a unit on a date."""
        with writing():
            UnitResult.objects.create(
                entity=ENTITY, run=self.run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind,
                effective_tier=tier, computed_tier=tier, tier_level=bool(tier), tier_state="active", tier_since=FIRST, five_tier_worst=grade,
            )  # fmt: skip

    def met(
        self, unit: Unit, *days: date, kind: str = "FACE", minutes: date | None = None, **more: bool
    ) -> None:
        """Publish contacts of a unit."""
        with writing():
            for day in days:
                UnitContact.objects.create(
                    entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code=f"N{number()}", kind=kind,
                    happened_on=day, minutes_on=minutes or day, **({"two_way": True, "client_side": True} | more),
                )  # fmt: skip

    def refresh(self) -> dict[str, int]:
        """Bring the obligations up to the newest date."""
        return refresh_charter(actor=system_actor(ENTITY, AT))

    def rows(
        self, unit: Unit, kind: str = "FACE", username: str = "chenwei"
    ) -> Sequence[tuple[date, date, date | None, str]]:
        """Return what a unit is owed as somebody sees it."""
        with scoped(self.cast.actor(username)):
            found = Obligation.objects.filter(unit_id=unit.pk, kind=kind).order_by("opens")
            return list(found.values_list("opens", "due_on", "kept_on", "tier"))


@pytest.fixture
def bank(database: None, remembered: Remembered) -> Bank:
    return remembered(the_bank)


def the_bank() -> Bank:
    cast = the_cast()
    with writing():
        load = Load.objects.create(
            entity=ENTITY, as_of=TODAY, status="loaded", started_at=AT, versions={"interaction": 3}
        )
        run = Run.objects.create(entity=ENTITY, as_of=TODAY, load=load, status="published", started_at=AT)
    actor = system_actor(ENTITY, AT)
    install_definitions(ENTITY, actor=actor)
    install_charter(ENTITY, actor=actor)
    made = Bank(cast, run)
    for as_of in ENDS:
        made.day(as_of)
        made.tier(cast.group, as_of, "HQ")
        made.tier(cast.household, as_of, "PRIVATE")
    made.day(TODAY, latest=True)
    made.tier(cast.group, TODAY, "HQ")
    made.tier(cast.household, TODAY, "PRIVATE")
    made.met(cast.other, FIRST)  # contacts are known from this day on
    return made
