"""Checks whose answers a test sets, and how tests ask them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.actor import Actor
from jinlan.clients.testing import Cast
from jinlan.kernel.acts import ACTS
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT
from jinlan.work.checks import CHECKS, Colour
from jinlan.work.models import Clearance, PreflightRecord, Release
from jinlan.work.overrides import act_name
from jinlan.work.preflight import (
    Check,
    Subject,
    Verdict,
    preflight,
    register_check,
)

KIND = "experiment"


@dataclass
class Lamp:
    """A check whose answer the test sets."""

    code: str
    colour: Colour = "green"
    version: str = "R@2026-01-01"
    secret: str = ""

    def run(self, actor: Actor, subject: Subject) -> Verdict | None:
        known = self.secret if actor.has("compliance") else ""
        return Verdict(self.code, self.colour, f"{self.code} {self.colour}", "规则", "04 §4.7", {"n": 1}, f"{self.code} 的出路",
                       self.version, known)  # fmt: skip


Lamps = dict[str, Lamp]


@pytest.fixture
def lamps() -> Iterator[Lamps]:
    made = {code: Lamp(code) for code in ("LAMP_A", "LAMP_B", "LAMP_NEVER")}
    for code, lamp in made.items():
        register_check(
            Check(
                code,
                (KIND,),
                code,
                "规则",
                lamp.run,
                () if code == "LAMP_NEVER" else ("compliance", "dept_head"),
            )
        )
    yield made
    for code in made:
        del CHECKS[code]
        ACTS.pop(act_name(code), None)


def later(actor: Actor, minutes: int = 5) -> Actor:
    return replace(actor, at=AT + timedelta(minutes=minutes))


def about(cast: Cast, username: str, **more: Any) -> Subject:
    with scoped(cast.actor(username)):
        return Subject(cast.group, cast.parties["jia"], "SMS", "MARKETING", facts={"offer": True}, **more)


def asked(cast: Cast, username: str = "lihua", **more: Any) -> UUID:
    return preflight(actor=cast.actor(username), kind=KIND, subject=about(cast, username, **more)).id


def counts(cast: Cast) -> tuple[int, int, int]:
    with scoped(cast.actor("wuhan")):
        return PreflightRecord.objects.count(), Clearance.objects.count(), Release.objects.count()
