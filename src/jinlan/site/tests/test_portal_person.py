"""`./jinlan portal-person`: the lead manager's act at the machine's console."""

from __future__ import annotations

import argparse

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import console_actor, scoped
from jinlan.kernel.testing import AT, ENTITY
from jinlan.portal.models import PortalPrincipal
from jinlan.site import jobs
from jinlan.site.commands import portal_person

EMAIL = "qian@jia.example"


def test_a_bank_lets_a_person_in_by_the_command_line_and_ends_him(database, settings) -> None:
    cast = the_cast()
    code = cast.parties["jia-2"].code
    told = jobs.portal_person("lihua", party=code, email=EMAIL, name="钱宁")
    (made,) = PortalPrincipal.door.all()
    assert told == f"{EMAIL}  {told.split()[1]}"
    assert len(told.split()[1]) == 24
    assert (made.name, made.is_active) == ("钱宁", True)

    with pytest.raises(Refused, match="主办"):
        jobs.portal_person("zhaoyan", party=code, email=EMAIL, name=None)
    assert jobs.portal_person("lihua", party=code, email=EMAIL, name=None) == f"{EMAIL}  已停用 / ended"
    assert not PortalPrincipal.door.get().is_active
    with scoped(console_actor(ENTITY, AT)):
        rows = AuditEntry.objects.filter(verb__startswith="portal.").order_by("id")
        assert [(row.username, row.verb, row.purpose) for row in rows] == [
            ("lihua", "portal.invited", "console"), ("lihua", "portal.ended", "console"),
        ]  # fmt: skip


@pytest.mark.parametrize("more", [[], ["--name", "x", "--end"]])
def test_one_is_let_in_or_ended_not_both(more: list[str], capsys) -> None:
    parser = argparse.ArgumentParser()
    portal_person.configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["P1", "--as", "lihua", "--email", EMAIL, *more])
    assert "--end" in capsys.readouterr().err
