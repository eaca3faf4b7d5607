"""Corporate groups: ownership trees, cross-holdings, a cycle, 2 to 300 members that join or leave."""

from __future__ import annotations

from dataclasses import dataclass

from jinlan.site.demobank.book import Party, Unit
from jinlan.site.demobank.companies import Borrower, Figures, bank_with, figures, legal_rep, owns, register
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.names import PLACES

# members, members with accounts
_SHAPES = {
    "HQ": ((14, 40), (8, 14)),
    "BRANCH": ((6, 18), (5, 8)),
    "KEY": ((3, 9), (2, 5)),
    "SMALL": ((2, 5), (1, 3)),
}
_SOURCES = ("CREDIT", "DELIVERED", "APPROVED", "COMPUTED")


@dataclass(frozen=True, slots=True)
class Shape:
    """A group to build: members, how many have accounts, where its membership comes from."""

    klass: str
    members: int
    clients: int
    source: str
    branch: str
    state: bool = False
    cycle: bool = False
    cross: bool = False


def build(kit: Kit) -> list[Borrower]:
    """Create the background groups, the biggest one first; returns the members with loans."""
    borrowers: list[Borrower] = []
    size, dice = kit.size, kit.dice
    big = Shape("HQ", size.big, min(14, size.big // 2), "CREDIT", kit.org.into, state=True, cross=True)
    create(kit, big, Figures(3.6e9, 1.9e10, 4.2e9, 1.4e7, 2e8), borrowers)
    number = 0
    for klass, count in (("HQ", size.hq), ("BRANCH", size.branch), ("KEY", size.key), ("SMALL", size.small)):
        for place in range(count):
            (low, high), (few, many) = _SHAPES[klass]
            members = 2 if klass == "SMALL" and place == 0 else dice.whole(low, high)
            home = kit.org.sub("杭州", place % 3) if place < 3 and klass != "SMALL" else kit.branch()
            shape = Shape(klass, members, min(members, dice.whole(few, many)), _SOURCES[number % 4], home,
                          state=dice.chance(0.15), cycle=klass == "KEY" and place == 0,
                          cross=dice.chance(0.3))  # fmt: skip
            create(kit, shape, figures(kit, klass), borrowers)
            number += 1
    return borrowers


def create(kit: Kit, shape: Shape, plan: Figures, borrowers: list[Borrower], *, quiet: bool = False) -> Unit:
    """Create one group with its tree and accounts."""
    members = _members(kit, shape)
    _tree(kit, shape, members)
    unit = register(kit, kit.bank.next_id("G"), shape.klass, members[0], members, shape.source, quiet=quiet)
    shares = _shares(kit, shape.clients)
    for member, share in zip([one for one in members if one.onboard_date is not None], shares, strict=True):
        part = plan.part(share)
        bank_with(kit, member, part)
        if part.loans > 3e5:
            borrowers.append(Borrower(member, part.loans, unit))
    return unit


def _shares(kit: Kit, count: int) -> list[float]:
    weights = [1.0 + 2.0 * (place == 0) + kit.dice.unit() for place in range(count)]
    return [weight / sum(weights) for weight in weights]


def _members(kit: Kit, shape: Shape) -> list[Party]:
    """The root, then the others; the first `clients` of them have accounts. Clients came before history."""
    city = kit.org.city[shape.branch]
    name, english, industry, brand = kit.names.head(city)
    first = kit.onboarded(fresh=0.0)
    root = kit.company(name, branch=shape.branch, english=english, industry=industry, klass=shape.klass,
                       onboard=first, state=shape.state)  # fmt: skip
    members = [root]
    lower = "SMALL" if shape.klass in ("SMALL", "KEY") else "KEY"
    for place in range(1, shape.members):
        client = place < shape.clients
        branch = shape.branch if kit.dice.chance(0.6) else kit.branch()
        if place == 2 and shape.klass == "HQ":
            branch = kit.org.sub("上海", 0)
        site = kit.org.city[branch] if client else kit.dice.pick(PLACES)
        title = kit.names.member(site, brand)
        klass = lower if client or kit.dice.chance(0.4) else "SMALL"
        onboard = kit.onboarded(fresh=0.06) if client else None
        members.append(kit.company(title, branch=branch, klass=klass, onboard=onboard, state=shape.state))
    return members


def _tree(kit: Kit, shape: Shape, members: list[Party]) -> None:
    """Control chains up to five deep, minority owners, a member bought or sold; a cycle when asked."""
    bank, dice = kit.bank, kit.dice
    depth = {0: 0}
    for place in range(1, len(members)):
        parent = dice.whole(0, min(place - 1, 40))
        if depth[parent] >= 5:
            parent = 0
        depth[place] = depth[parent] + 1
        share = dice.pick((1.0, 1.0, 0.8, 0.75, 0.6, 0.51))
        joined = bank.time.ago(dice.whole(3, 11)).first if place == 5 and len(members) > 8 else None
        sold = bank.time.ago(dice.whole(2, 8)).first if place == 6 and shape.source == "COMPUTED" else None
        owns(bank, members[parent], members[place], share, since=joined, sold=sold)
        other = (parent + 1) % place
        if share < 0.8 and other != parent and dice.chance(0.5):
            owns(bank, members[other], members[place], 0.2)
    if shape.cross and len(members) > 4:
        owns(bank, members[3], members[0], 0.05)
    if shape.cycle:
        # the parent is itself held by its youngest member: A > B > ... > A, no ultimate parent on paper
        owns(bank, members[-1], members[0], 0.6)
    elif not shape.state:
        person = legal_rep(kit, members[0])
        owns(bank, person, members[0], dice.pick((0.6, 0.75, 0.9)))
