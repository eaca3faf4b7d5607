"""The demo's opportunities: written down once, in every stage, with a history from which chances and usual days follow."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from jinlan.basics.actor import Actor
from jinlan.clients.testing import the_cast
from jinlan.domains.engagement.models import Opportunity, OpportunityStep, PipelineMeasure
from jinlan.domains.engagement.services.pipeline_history import learn_pace, propose_chances
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT, ENTITY, an_actor, writing
from jinlan.site import demopipeline, demotalks


def test_the_demo_has_opportunities_in_every_stage_and_a_history_once(database: None) -> None:
    cast = the_cast()

    def as_(username: str, at: datetime) -> Actor:
        return an_actor(cast.people[username], at)

    demotalks.install(as_)
    assert (demopipeline.install(as_), demopipeline.install(as_)) == (40, 0)

    with writing():
        ends = Counter(Opportunity.objects.values_list("state", flat=True))
        losses = Counter(Opportunity.objects.exclude(loss="").values_list("loss", flat=True))
        assert OpportunityStep.objects.filter(act="won").count() == 11
    assert ends == {"open": 16, "won": 11, "lost": 13}
    assert losses == {
        "PRICE": 4, "SPEED": 2, "LIMIT": 1, "RELATION": 2, "POLICY": 1, "PRODUCT": 1, "CANCELLED": 2,
    }  # fmt: skip
    system = system_actor(ENTITY, AT)
    learn_pace(actor=system)
    propose_chances(actor=system)
    with writing():
        pace, chance = PipelineMeasure.objects.order_by("kind").reverse()
    # up to 2026-06-30: ten won and ten lost, two given up by the client
    assert (chance.inputs["won"], chance.inputs["lost"], chance.inputs["cancelled"]) == (10, 10, 2)
    assert chance.figures["1"] == {
        "chance": "0.500000", "won": 10, "n": 20, "share": "0.500000", "low": "0.299298", "high": "0.700702", "shrunk": False, "default": "0.10",
    }  # fmt: skip
    assert pace.figures["5"]["own"]
