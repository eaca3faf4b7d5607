"""People of two clients of the bank from a seed, let in to the portal by their lead managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for
from jinlan.portal.services import invite

if TYPE_CHECKING:
    from jinlan.site.trust.bank import Bank

EMAIL = "{}@portal.example"


def install(bank: Bank) -> None:
    """Let people of two parties in, as their lead managers do: rows for P2 and P5, and for this."""
    first = _invited(bank, ("lead",), "", "own", "new", "ended")
    _invited(bank, ("corporate", "banker0", "two_hats"), first, "other")


def _invited(bank: Bank, leads: tuple[str, ...], taken: str, *who: str) -> str:
    """Let people act for the first party that one of `leads` leads; return its code."""
    for lead in leads:
        actor = actor_for(Person.objects.get(pk=bank.people[lead]), now_utc())
        for code in sorted(set(bank.facts.parties) - {taken}):
            try:
                for one in who:
                    invite(
                        actor=actor, party=code, name=bank.facts.tokens[code][::-1], email=EMAIL.format(one)
                    )
            except Refused:
                continue
            return code
    raise RuntimeError("nobody of the cast leads a party")
