"""Who sees what, said a second time: plain Python over the seeded facts; shares no line with the product."""

from __future__ import annotations

from datetime import date

from jinlan.site.trust.facts import Facts, Row, Sight

# One rule a line, so that the whole oracle can be read at once.
# fmt: off
LEADERS, FACING = {"dept_head", "risk", "auditor"}, {"manager", "private_banker", "branch_head", "dept_head", "risk"}


def sight(bank: Facts, who: str, day: date) -> Sight:
    """Return what a person may see; an empty sight for nobody, the disabled and people without a role."""
    me = bank.people.get(who)
    held = [g for g in me.grants if g.since <= day and not (g.until and g.until <= day)] if me and me.signs_in else []
    if me is None or not held:
        return Sight()
    roles = frozenset(g.role for g in held)
    secret, whole = "compliance" in roles, any(g.role in LEADERS and g.domain is None for g in held)
    if me.entity != bank.entity:
        return Sight(roles, things=frozenset({"committee:"} if secret or whole else ()))  # that of his own bank
    domains = {0, 1} if secret or whole else {g.domain for g in held if g.role in LEADERS}
    team = {d for d in (0, 1) for g in held if g.role in FACING and g.domain in (None, d)}
    books = {me.employee} | {a for a, deputy, since, until in bank.delegations if deputy == me.employee and since <= day < until}
    covered = {c.thing for c in bank.covers if me.employed and c.employee in books and c.since <= day and not (c.until and c.until <= day)}
    heads = [(g.branch or (me.home if me.employed else ""), g.domain) for g in held if g.role == "branch_head"]

    def under(branch: str | None, root: str) -> bool:
        into = bank.merged.get(branch or "")
        return branch is not None and ((branch == root and not (into and into[1] <= day)) or under(into[0] if into and into[1] <= day else bank.parent[branch], root))

    def booked(branch: str, domain: int) -> bool:
        return any(root and side in (None, domain) and under(branch, root) for root, side in heads)

    def at(branch: str, domain: int) -> bool:
        return domain in domains or booked(branch, domain)

    direct = {p for p, (domain, _) in bank.parties.items() if p in covered and domain in team}
    near = {(u, p) for u, p in bank.members if p in direct or booked(bank.parties[p][1], bank.parties[p][0])}
    mine = {u for u, (domain, _) in bank.units.items() if u in covered and domain in team}
    mine |= {u for u, p in bank.members if p in direct and sum(v == u for v, _ in bank.members) == 1}
    figures = mine | {u for u, (domain, branch) in bank.units.items() if at(branch, domain)}
    members = near | {(u, p) for u, p in bank.members if at(bank.units[u][1], bank.parties[p][0]) or (u in mine and bank.parties[p][0] == bank.units[u][0])}
    parties = direct | {p for _, p in members} | {p for p, (domain, branch) in bank.parties.items() if at(branch, domain)}
    things = {f"matter:{m}" for m, one in bank.matters.items() if (one.unit in figures if one.unit else one.maker == who or whole or secret)}
    things |= {thing for thing, unit in bank.rows.items() if unit in figures}
    things |= {thing for thing, owner in bank.own.items() if owner == who or ("system_admin" in roles and thing.startswith(("jobs:", "webhooks:")))}
    things |= {f"file:{m}" for m, one in bank.matters.items() if one.maker == who and one.done}
    things |= {f"person:{p}" for p, one in bank.people.items() if p != who and one.entity == me.entity} | {f"session:{who}"} | ({"record:"} if secret or (whole and "auditor" in roles) or "audit_admin" in roles else set())
    things |= {thing for thing in bank.own if thing.startswith(("definition:", "absences:", "pipeline-chances:"))}
    things |= {"committee:", *(thing for thing in bank.own if thing.startswith(("meeting:", "item:")))} if whole or secret else set()
    return Sight(roles, frozenset(figures), frozenset(figures | {u for u, _ in near}), frozenset(members), frozenset(parties), whole or secret, secret, frozenset(things))


def status(row: Row, method: str, signed: bool, seen: Sight, unit: str, party: str) -> int:
    """Return the status that an address must answer with; `unit` and `party` are codes, "" for what does not exist."""
    if row.public is not None:
        return row.public.get(method, (405, 405))[signed]
    if method not in row.answers or not signed:
        return row.stranger if method in row.answers else 405
    there = {"": True, "header": unit in seen.headers, "figures": unit in seen.figures, "member": unit in seen.headers and (unit, party) in seen.members}
    return row.answers[method] if seen.roles & row.may.get(method, row.roles) and not seen.roles & row.never and there.get(row.about, unit in seen.things) else 404
