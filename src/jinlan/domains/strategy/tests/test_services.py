from __future__ import annotations

from datetime import date

import pytest
from django.db import ProgrammingError

from jinlan.clients.testing import the_cast
from jinlan.domains.strategy.models import DefinitionVersion, Override
from jinlan.domains.strategy.services.definitions import definitions_of, install_definitions
from jinlan.domains.strategy.services.overrides import overrides_of
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing

pytestmark = pytest.mark.usefixtures("database")


def test_the_shipped_definitions_are_installed_once() -> None:
    actor = system_actor("JLB", AT)

    assert install_definitions("JLB", actor=actor) == 3
    assert install_definitions("JLB", actor=actor) == 0
    assert sorted(one.kind for one in definitions_of("JLB", actor)) == ["GROUP", "HNW", "PARTNER"]
    with scoped(the_cast().actor("zhengyu")):
        assert AuditEntry.objects.filter(verb="strategy.definition_installed").count() == 3
    with scoped(system_actor("OTHER", AT)):
        assert not DefinitionVersion.objects.exists()


def test_an_installed_version_can_be_closed_and_not_changed() -> None:
    install_definitions("JLB", actor=system_actor("JLB", AT))

    with writing():
        assert DefinitionVersion.objects.filter(kind="HNW").update(valid_to=date(2030, 1, 1)) == 1
    for change in ({"body": "other"}, {"sha256": "0"}, {"valid_from": date(2020, 1, 1)}):
        with pytest.raises(ProgrammingError, match="permission denied"), writing():
            DefinitionVersion.objects.update(**change)
    with pytest.raises(ProgrammingError, match="permission denied"), writing():
        DefinitionVersion.objects.all().delete()


def an_override(**other: object) -> Override:
    values = {
        "entity": "JLB", "unit_code": "G-JIA", "tier": "HQ", "reason_code": "INDUSTRY", "evidence": "会议纪要 12 号",
        "proposer": "E1", "checker": "E2", "approver": "E3", "valid_from": date(2026, 1, 1), "expires": date(2026, 12, 1),
    }  # fmt: skip
    with writing():
        return Override.objects.create(**values | other)


def test_overrides_are_read_as_the_run_needs_them() -> None:
    an_override()

    (found,) = overrides_of("JLB", system_actor("JLB", AT))
    assert (found.unit_id, found.tier, found.expires) == ("G-JIA", "HQ", date(2026, 12, 1))


@pytest.mark.parametrize(
    "wrong",
    [{"approver": "E1"}, {"checker": "E1"}, {"checker": "E3"}, {"expires": date(2026, 1, 1)}],
    ids=str,
)
def test_an_override_needs_three_people_and_an_end(wrong: dict[str, object]) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        an_override(**wrong)


def test_overrides_are_for_whole_bank_eyes() -> None:
    an_override()
    cast = the_cast()

    for username in ("chenwei", "wuhan"):
        with scoped(cast.actor(username)):
            assert Override.objects.count() == 1
    with pytest.raises(ProgrammingError, match="permission denied"), scoped(cast.actor("lihua")):
        Override.objects.count()
