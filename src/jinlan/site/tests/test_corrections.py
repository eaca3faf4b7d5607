"""Corrections of loads: nobody alone, and only the very content that two people looked at."""

from __future__ import annotations

from uuid import UUID

import pytest

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import ENTITY, a_person, an_actor
from jinlan.serving.corrections import accept_correction
from jinlan.site import jobs
from jinlan.work import services

pytestmark = pytest.mark.usefixtures("database")
DIGEST, OTHER = "a" * 64, "b" * 64
WHY = "分行更正十月余额"


def asked(user: str, digest: str = DIGEST) -> UUID:
    (page,) = jobs.ask_to_correct(user, [("JLB 2026-10-31 #2", digest)], WHY)
    return UUID(page.rstrip("/").rpartition("/")[2])


def test_a_correction_is_taken_once_a_second_person_accepted_that_very_content(settings) -> None:
    settings.JINLAN_ENTITY = ENTITY
    operator, head = (
        a_person("operator", "system_admin", name="何军"),
        a_person("head", "dept_head", name="陈伟"),
    )
    request = asked("operator")

    assert jobs._accepted(DIGEST) == ""
    with pytest.raises(Refused):
        services.decide(actor=an_actor(operator, now_utc()), approval=request, approves=True)
    assert jobs._accepted(DIGEST) == ""
    services.decide(actor=an_actor(head, now_utc()), approval=request, approves=True)
    assert jobs._accepted(DIGEST) == "分行更正十月余额 (何军 → 陈伟)"
    assert jobs._accepted(OTHER) == ""
    auditor = an_actor(a_person("", "auditor"), now_utc())
    with scoped(auditor):
        (entry,) = AuditEntry.objects.filter(verb="serving.correction_accepted")
    assert (entry.username, entry.object_id, entry.after) == ("head", "JLB 2026-10-31 #2", {"digest": DIGEST})


def test_a_refused_correction_is_not_taken(settings) -> None:
    settings.JINLAN_ENTITY = ENTITY
    a_person("operator", "system_admin")
    head = a_person("head", "dept_head")
    services.decide(
        actor=an_actor(head, now_utc()), approval=asked("operator"), approves=False, reason="金额不对,请查"
    )

    assert jobs._accepted(DIGEST) == ""


def test_who_does_not_run_the_system_cannot_ask_and_nobody_can_do_it_alone(settings) -> None:
    settings.JINLAN_ENTITY = ENTITY
    a_person("manager", "manager")
    operator = a_person("operator", "system_admin")
    with pytest.raises(ScopeDenied):
        asked("manager")
    with pytest.raises(Refused) as caught:
        accept_correction(actor=an_actor(operator, now_utc()), delivery="x", digest=DIGEST)

    assert caught.value.code == "FOUR_EYES"
    assert jobs._accepted(DIGEST) == ""
