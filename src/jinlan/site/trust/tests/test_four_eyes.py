"""P16 itself, small: the product keeps four eyes, and it is found when it does not."""

from __future__ import annotations

from jinlan.site.trust.eyes_model import Model
from jinlan.site.trust.tests.banks import arena, filled  # noqa: F401  arena is a fixture

CONTENT = (("gift", "1"),)


def test_the_model_knows_makers_stages_and_what_changed() -> None:
    people = {"m": {"manager"}, "r": {"risk"}, "d": {"dept_head", "risk"}, "e": {"dept_head"}, "g": {"risk"}}
    model = Model(people, gain={"unit": {"g"}})
    one = model.ask("m", "strategy.override_tier", CONTENT, "unit")
    assert one is not None

    assert model.ask("d", "strategy.override_tier", CONTENT, "unit") is None
    assert [model.speak(who, one, yes=True) for who in ("m", "g", "e")] == ["no", "no", "no"]
    assert [model.speak(who, one, yes=True) for who in ("d", "d", "r", "e", "r")] == [
        "open",
        "no",
        "no",
        "done",
        "no",
    ]
    assert model.effects == {("strategy.override_tier", CONTENT): 1}

    other = model.ask("d", "gifts.waive", CONTENT, "gift")
    assert other is not None
    model.versions["gift"] = "5.00"
    assert (
        model.take_back("m", other),
        model.speak("d", other, yes=True),
        model.speak("r", other, yes=True),
    ) == ("no", "no", "void")
