"""What four eyes must do, said a second time: plain Python over names; shares no line with the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Content = tuple[tuple[str, str], ...]
# who may ask for an act, and who checks it, stage by stage
RULES: dict[str, tuple[set[str], tuple[set[str], ...]]] = {
    "strategy.override_tier": ({"manager", "private_banker", "branch_head", "dept_head"}, ({"branch_head", "risk"}, {"dept_head"})),
    "gifts.waive": ({"manager", "private_banker", "dept_head"}, ({"risk", "compliance", "dept_head"},)),
    "resource.export_large": ({"manager", "private_banker", "branch_head", "dept_head", "risk", "compliance", "auditor"}, ({"dept_head", "compliance"},)),
}  # fmt: skip


@dataclass(eq=False)
class Request:
    """Something that was asked for; `late` and `forged` are what befell it since."""

    act: str
    content: Content
    thing: str  # what it is about
    maker: str
    version: str  # of the thing, when it was asked for
    state: str = "open"
    stage: int = 0
    spoke: set[str] = field(default_factory=set)
    late: bool = False
    forged: bool = False


@dataclass
class Model:
    """Requests, the versions of what they are about, and what was done."""

    roles: dict[str, set[str]]
    gain: dict[str, set[str]]  # thing -> who gains by what is done to it
    asked: dict[tuple[str, Content], Request] = field(default_factory=dict)  # the last one of every content
    versions: dict[str, str] = field(default_factory=dict)
    effects: Counter[tuple[str, Content]] = field(default_factory=Counter)

    def ask(self, who: str, act: str, content: Content, thing: str) -> Request | None:
        """Return the request, None where it must be refused."""
        if self.waits(act, content) or not self.roles[who] & RULES[act][0]:
            return None
        self.asked[act, content] = Request(act, content, thing, who, self.versions.get(thing, ""))
        return self.asked[act, content]

    def waits(self, act: str, content: Content) -> bool:
        """Tell whether the same waits already."""
        return (act, content) in self.asked and self.asked[act, content].state == "open"

    def speak(self, who: str, one: Request, *, yes: bool) -> str:
        """Return the state after a word, "no" where it does not count."""
        stages = RULES[one.act][1]
        heard = one.state == "open" and who not in {one.maker, *one.spoke, *self.gain.get(one.thing, ())}
        if not heard or not self.roles[who] & stages[one.stage]:
            return "no"
        if one.late or not yes or one.forged or self.versions.get(one.thing, "") != one.version:
            one.state = "expired" if one.late else "void" if yes else "refused"
            return one.state
        one.spoke.add(who)
        one.stage += one.stage + 1 < len(stages)
        if len(one.spoke) == len(stages):
            one.state = "done"
            self.effects[one.act, one.content] += 1
        return one.state

    def take_back(self, who: str, one: Request) -> str:
        """Return the state after somebody wants a request back."""
        one.state = "void" if (mine := one.state == "open" and who == one.maker) else one.state
        return one.state if mine else "no"
