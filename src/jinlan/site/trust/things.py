"""Probes of what is no unit: requests, files, sessions, people; and of acts with a whole body by people who may not."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace

from django.urls import reverse

from jinlan.site.trust import asked
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.facts import ANONYMOUS, Row, Sight
from jinlan.site.trust.lists import LISTS_OF_UNITS
from jinlan.site.trust.matrix import (
    GARBAGE,
    MATRIX,
    NAMED_BY,
    NOWHERE,
    OPERATIONS,
    POSTED,
    READERS,
    UNPROVED,
    Probe,
)
from jinlan.site.trust.oracle import status

SWITCHES = ("end", "disable", "enable", "renew", "forget", "grant", "end-role", "nonsense")
Fields = tuple[tuple[str, str], ...]
SPOKEN: Fields = (("say", "yes"), ("reason", asked.REASON))
TAKEN_BACK: Fields = (("say", "withdraw"), ("reason", asked.REASON))
TAKEN: Fields = (("kind", "csv"), ("purpose", "REPORT"), ("reason", asked.REASON))


def harmless(probe: Probe, seen: Sight) -> bool:
    """Tell whether a probe may be asked: allowed acts with an effect are left to tests."""
    signed = probe.who not in (ANONYMOUS, "disabled")
    act = probe.method in probe.row.effects and signed
    return not act or status(probe.row, probe.method, signed, seen, probe.unit, probe.party) >= 400


def unproved(probe: Probe) -> list[Probe]:
    """Return the same question of somebody who has not proved himself lately, where that makes a difference."""
    if probe.name not in UNPROVED or probe.row is NOWHERE or probe.body == TAKEN_BACK:
        return []
    row = UNPROVED[probe.name]
    return [replace(probe, row=row, proved=False, relation=f"{probe.relation} unproved".strip())]


class Things:
    """Deals the probes about things, with a deck's dice."""

    def __init__(self, bank: Bank, dice: random.Random, sights: dict[str, Sight]) -> None:
        self.bank, self.dice, self.sights = bank, dice, sights
        self.bodies: dict[str, Fields] = {}

    def of(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        """Yield every real thing of the address's kind, one that does not exist, and garbage."""
        real = sorted(thing for thing in self.bank.thing_ids if thing.startswith(f"{row.about}:"))
        if row.about == "person":
            own = [f"person:{who}"] if who in self.bank.people else []
            real = [*self.dice.sample(real, 3), *own, "person:stranger"]
        if row.about in LISTS_OF_UNITS:
            mine = [thing for thing in real if thing in self.sights[who].things]
            real = self.dice.sample(real, min(3, len(real))) + self.dice.sample(mine, min(2, len(mine)))
        if method not in row.answers:  # the same answer for every thing
            yield self._probe(who, name, row, method, self.dice.choice(real), SWITCHES[0] if name == "people-switch" else "")  # fmt: skip
            return
        switches = SWITCHES if name == "people-switch" else ("",)
        for what in switches:
            for thing in real:
                yield self._probe(who, name, row, method, thing, what)
        yield self._probe(who, name, row, method, "", switches[0])
        some = self._probe(who, name, row, method, real[0], switches[0])
        garbage = some.url.replace(str(self.bank.thing_ids[real[0]]), self.dice.choice(GARBAGE))
        yield replace(some, url=garbage, row=NOWHERE, relation="garbage", unit="")

    def _probe(self, who: str, name: str, row: Row, method: str, thing: str, what: str) -> Probe:
        key = self.bank.thing_ids[thing] if thing else uuid.UUID(int=self.dice.getrandbits(128))
        more = {"what": what} if what else {}
        url = reverse(name, kwargs={NAMED_BY[row.about]: key, **more})
        row = replace(row, roles=frozenset()) if what == "nonsense" else row
        return Probe(name, url, method, who, row, f"{thing or 'absent'} {what}".strip(), thing or "absent",
                     proved=name in UNPROVED)  # fmt: skip

    def acts(self, who: str, only: frozenset[str], relations: list[tuple[str, str]]) -> list[Probe]:
        """Return acts with a whole body, and the list as a file for whoever may take it."""
        there = [one for one in relations if one[1]]
        dealt = {
            "client-override": self._overrides(who, there),
            "client-identity": self._reasons(who, there),
            "clients-file": self._export(who),
            "approval-decide": self._words(who),
        }
        return [one for name, probes in dealt.items() if not only or name in only for one in probes]

    def _overrides(self, who: str, relations: list[tuple[str, str]]) -> Iterator[Probe]:
        row = replace(MATRIX["client-override"], answers={"POST": 302}, effects=POSTED)
        for relation, unit in relations:
            if unit not in self.bodies:
                body = asked.override(self.bank, unit) | {"reason": asked.REASON}
                self.bodies[unit] = tuple((name, str(value)) for name, value in body.items())
            url = reverse("client-override", kwargs={"public_id": self.bank.unit_ids[unit]})
            yield Probe("client-override", url, "POST", who, row, f"{relation} whole", unit, body=self.bodies[unit])  # fmt: skip

    def _reasons(self, who: str, relations: list[tuple[str, str]]) -> Iterator[Probe]:
        row = replace(MATRIX["client-identity"], effects=POSTED)
        members = sorted(self.bank.facts.members)
        for relation, unit in relations:
            party = self.dice.choice([one for home, one in members if home == unit])
            keys = {"public_id": self.bank.unit_ids[unit], "party": self.bank.party_ids[party]}
            url = reverse("client-identity", kwargs=keys)
            yield Probe("client-identity", url, "POST", who, row, f"{relation} whole", unit, party,
                        body=(("reason", asked.REASON),), proved=True)  # fmt: skip

    def _export(self, who: str) -> Iterator[Probe]:
        row = Row(READERS, answers={"POST": 200})
        url = reverse("clients-file") + "?view=all"
        yield Probe("clients-file", url, "POST", who, row, "taken", exact=True, body=TAKEN, proved=True)

    def _words(self, who: str) -> Iterator[Probe]:
        """A yes by people whose word is not asked for, and taking back what somebody else asked for."""
        said, seen = Row(READERS | OPERATIONS, "matter", answers={"POST": 422}), self.sights[who]
        for code, matter in sorted(self.bank.facts.matters.items()):
            thing = f"matter:{code}"
            url = reverse("approval-decide", kwargs={"public_id": self.bank.thing_ids[thing]})
            counts = seen.roles & matter.roles and who != matter.maker and thing in seen.things
            if not counts:
                yield Probe(
                    "approval-decide", url, "POST", who, said, f"{thing} yes", thing, body=SPOKEN, proved=True
                )
            if who != matter.maker:
                never = Row(answers={"POST": 404})
                yield Probe("approval-decide", url, "POST", who, never, f"{thing} withdraw", thing, body=TAKEN_BACK, proved=True)  # fmt: skip
