"""Who controls whom: chains of more than half of equity or votes, with cycles (01 §1.1, 03 §3.5).

An owner controls a company when it and the companies it controls hold more than half together. Persons, trusts
and funds can be the top of such a tree; the state (GOV) does not tie companies into one group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from jinlan.insight.facts import Edge, Party

HALF = Decimal("0.5")
NOT_A_TIE = ("GOV",)


def heads(edges: Sequence[Edge], parties: Mapping[str, Party]) -> dict[str, str]:
    """Return for every party of a control tree with two or more members the party at its top.

    In a pure cycle the biggest member is the top. Cost: edges × depth of the longest chain.
    """
    owners: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if (
            edge.owner in parties
            and edge.owned in parties
            and parties[edge.owner].party_type not in NOT_A_TIE
        ):
            owners[edge.owned].append(edge)
    top: dict[str, str] = {}
    waiting = sorted(owners, key=lambda party: size(parties[party]))
    changed = True
    while changed:
        changed, left = False, []
        for company in waiting:
            controller = _controller(company, owners[company], top)
            if controller is None:
                left.append(company)
            else:
                top[company] = controller
                changed = True
        waiting = left
    found = {party: find(top, party) for party in top}
    return found | {head: head for head in set(found.values())}


def find(top: dict[str, str], party: str) -> str:
    """Follow the tree to its top, shortening the way for the next time."""
    head = party
    while head in top:
        head = top[head]
    while party in top and top[party] != head:
        top[party], party = head, top[party]
    return head


def _controller(company: str, owners: Sequence[Edge], top: dict[str, str]) -> str | None:
    """Return the top of the tree that holds more than half of a company that stands at its own top."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for edge in owners:
        head = find(top, edge.owner)
        if head != company:
            held[head] += edge.share
    best = max(held, key=lambda head: (held[head], head), default=None)
    return best if best is not None and held[best] > HALF else None


def size(party: Party) -> tuple[Decimal, str]:
    """Return what orders companies by size: registered capital, then number (the lower one counts as bigger)."""
    return party.registered_capital or Decimal(0), "".join(
        chr(0x10FFFF - ord(char)) for char in party.party_id
    )


def groups(edges: Sequence[Edge], parties: Mapping[str, Party]) -> dict[str, list[str]]:
    """Return root company -> companies of the group, for groups of two or more companies.

    A top that is no company (a person, a trust) is left out; the root is then the biggest of the companies that it
    holds itself.
    """
    trees: dict[str, list[str]] = defaultdict(list)
    for party, head in heads(edges, parties).items():
        trees[head].append(party)
    direct: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        direct[edge.owner].add(edge.owned)
    found = {}
    for head, members in trees.items():
        companies = sorted(party for party in members if parties[party].party_type == "ORG")
        if len(companies) < 2:
            continue
        own = [party for party in companies if party in direct[head]] or companies
        root = head if head in companies else max(own, key=lambda party: size(parties[party]))
        found[root] = companies
    return found


def tree(root: str, members: Sequence[str], edges: Sequence[Edge]) -> dict[str, tuple[str, Edge | None]]:
    """Return member -> (parent, its ownership): the main owner inside the unit, else the root.

    Cycles are cut at their lowest number, which then hangs under the root.
    """
    inside = set(members)
    best: dict[str, Edge] = {}
    for edge in edges:
        if edge.owned in inside and edge.owner in inside and edge.owned != root:
            known = best.get(edge.owned)
            if known is None or (edge.share, known.owner) > (known.share, edge.owner):
                best[edge.owned] = edge
    for party in sorted(inside - {root}):
        seen = {party}
        above = party
        while above in best:
            above = best[above].owner
            if above == party:
                del best[party]
                break
            if above in seen:
                break
            seen.add(above)
    return {party: (best[party].owner, best[party]) if party in best else (root, None)
            for party in members if party != root}  # fmt: skip
