"""One lead a day, and shares of the credit that add to 1: what a unit's team is made to hold, whatever was delivered (06 §6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from jinlan.clients.changes import ASSIST, LEAD, Line

WHOLE = Decimal(1)
_EIGHT = Decimal("1e-8")


class _Held(NamedTuple):
    """A role of an employee for some days, with his share, None where nobody's share is named."""

    employee: int
    role: str
    share: Decimal | None


def settled(lines: Iterable[Line]) -> list[Line]:
    """Return lines with one lead of a unit on any day and shares that add to 1 wherever one is named; parties' lines stay.

    Of several leads the one who came first leads, the others assist meanwhile. The lead has what the others leave; where they
    leave less than nothing, or nobody leads, shares are scaled. A team that holds both already is returned as it is.
    """
    by_unit: dict[int, list[Line]] = {}
    found: list[Line] = []
    for line in lines:
        if line.unit is None or (line.role not in (LEAD, ASSIST) and line.credit_share is None):
            found.append(line)
        else:
            by_unit.setdefault(line.unit, []).append(line)
    for rows in by_unit.values():
        found += _unit(rows)
    return found


def _unit(rows: Sequence[Line]) -> list[Line]:
    """Return the lines of one unit, cut where somebody comes or goes and joined where nothing differs."""
    cuts = sorted({line.valid_from for line in rows} | {line.valid_to for line in rows if line.valid_to})
    done: list[Line] = []
    running: dict[tuple[int, str], Line] = {}
    for since, until in zip(cuts, [*cuts[1:], None], strict=True):
        now: dict[tuple[int, str], Line] = {}
        for one in _shared([line for line in rows if line.on(since)]):
            key, before = one[:2], running.get(one[:2])
            if before is not None and before.credit_share == one.share:
                now[key] = running.pop(key)._replace(valid_to=until)
            else:
                now[key] = rows[0]._replace(
                    employee=one.employee,
                    role=one.role,
                    valid_from=since,
                    credit_share=one.share,
                    valid_to=until,
                )
        done += running.values()
        running = now
    return sorted(
        [*done, *running.values()], key=lambda one: (one.valid_from, one.role != LEAD, one.employee)
    )


def _shared(on: Sequence[Line]) -> list[_Held]:
    """Return who holds which role with which share among the lines of one day."""
    leads = sorted((line for line in on if line.role == LEAD), key=lambda one: one.valid_from)
    first = leads[0].employee if leads else None
    held: dict[tuple[int, str], Decimal | None] = {}
    for line in on:
        role = line.role if line.role != LEAD or line.employee == first else ASSIST
        role = LEAD if line.employee == first and role == ASSIST else role
        before = held.get((line.employee, role))
        share = line.credit_share if before is None else before + (line.credit_share or Decimal(0))
        held[line.employee, role] = share
    return [_Held(*key, share) for key, share in _to_one(held, first).items()]


def _to_one(
    held: Mapping[tuple[int, str], Decimal | None], first: int | None
) -> dict[tuple[int, str], Decimal | None]:
    """Return the shares so that they add to 1, as they are where none is named."""
    found, lead = dict(held), (first, LEAD) if first is not None else None
    named = {key: share for key, share in held.items() if share is not None and key != lead}
    others = sum(named.values(), Decimal(0))
    if lead is not None and others <= WHOLE and (named or held[lead] is not None):
        return found | {lead: WHOLE - others}
    if others == 0:  # nobody has anything of what there is
        return dict.fromkeys(found)
    if lead is not None:
        found[lead] = found[lead] or Decimal(0)
        others += found[lead] or Decimal(0)
    parts = {
        key: (share / others).quantize(_EIGHT, ROUND_HALF_EVEN)
        for key, share in found.items()
        if share is not None
    }
    last = max(parts, key=lambda key: (parts[key], key))
    parts[last] += WHOLE - sum(parts.values(), Decimal(0))
    return {key: parts.get(key) for key in found}
