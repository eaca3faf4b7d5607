"""Whose targets there may be, how they hang together, and whose a person sees.

The tables hold no client data and every colleague of the bank may read them; what is shown is narrower: heads of the whole bank
see everything, a branch head what is below his branch and the way up from it, everybody else his own lines and the way up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Words
from jinlan.clients import organisation
from jinlan.domains.strategy.rules.targets import BANK, BRANCH, EMPLOYEE, THE_BANK, Owner

WHOLE_BANK = ("dept_head", "risk", "compliance", "auditor")


class Places:
    """The bank's branches and staff on a day as owners of targets, and which of them the actor sees."""

    def __init__(self, actor: Actor, on: date) -> None:
        """Read branches, staff and the branches that the actor heads."""
        self.actor = actor
        self.tree = organisation.tree(actor, on=on)
        self.staff = organisation.staff(actor)
        self.whole = actor.has(*WHOLE_BANK)
        self._headed = organisation.headed(actor, on=on) if actor.has("branch_head") else frozenset()
        mine = self.staff.get(actor.employee)
        starts = self._headed | ({mine.branch} if mine else set())
        self._up = frozenset(code for start in starts for code in self.tree.above(start))
        self._below = self.headed_below()

    def headed_below(self) -> frozenset[str]:
        """Return the branches that the actor heads, with all below them."""
        return frozenset(code for start in self._headed for code in self.tree.below(start))

    def first_headed(self) -> str:
        """Return the code of a branch that the actor heads, "" for none."""
        return min(self._headed, default="")

    def name(self, owner: Owner) -> str | Words:
        """Return what an owner is called; a code that is not known stands for itself."""
        if owner.kind == BANK:
            return Words("全行")
        if owner.kind == BRANCH:
            node = self.tree.nodes.get(owner.code)
            return node.name if node else owner.code
        person = self.staff.get(owner.code)
        return person.name if person else owner.code

    def merged_into(self, owner: Owner) -> str:
        """Return the name of the branch into which an owner was merged, "" for any other."""
        node = self.tree.nodes.get(owner.code) if owner.kind == BRANCH else None
        return str(self.name(Owner(BRANCH, node.up))) if node and node.merged else ""

    def counted(self, code: str) -> frozenset[str]:
        """Return the branches whose credits count for a branch: it and all below; of a root, which the bank stands for, it alone."""
        return frozenset({code}) if code in self.tree.roots() else self.tree.below(code)

    def candidates(self, owner: Owner) -> Mapping[Owner, str]:
        """Return who may get a target from an owner, by name: branches directly below that still stand, then people."""
        if owner.kind == BANK:
            roots = self.tree.under("")
            nodes = [*roots, *(one for root in roots for one in self.tree.under(root.code))]
        else:
            nodes = [] if owner.code in self.tree.roots() else self.tree.under(owner.code)
        found = {Owner(BRANCH, one.code): one.name for one in nodes if not one.merged}
        if owner.kind == BRANCH:
            found |= {
                Owner(EMPLOYEE, one.code): one.name
                for one in self.staff.values()
                if one.active and one.branch == owner.code
            }
        return found

    def parent(self, owner: Owner) -> Owner:
        """Return who stands above an owner in the bank's tree."""
        if owner.kind == EMPLOYEE:
            person = self.staff.get(owner.code)
            return Owner(BRANCH, person.branch) if person else THE_BANK
        node = self.tree.nodes.get(owner.code)
        top = node is None or not node.up or node.up in self.tree.roots()
        return THE_BANK if node is None or top else Owner(BRANCH, node.up)

    def sees(self, owner: Owner, at: frozenset[str] = frozenset()) -> bool:
        """Tell whether an owner's lines are shown to the actor; `at`: branches where somebody was credited before."""
        if self.whole or owner.kind == BANK:
            return True
        if owner.kind == BRANCH:
            return owner.code in self._below or owner.code in self._up
        person = self.staff.get(owner.code)
        places = at | ({person.branch} if person else frozenset())
        return (owner.code != "" and owner.code == self.actor.employee) or bool(places & self._below)

    def may_split(self, owner: Owner) -> bool:
        """Tell whether the actor may set the targets below an owner."""
        if owner.kind == EMPLOYEE:
            return False
        return self.actor.has("dept_head") or (owner.kind == BRANCH and owner.code in self._below)
