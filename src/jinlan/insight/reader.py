"""Reads the facts of many dates from a lake view.

`FactReader` reads every needed table once for all dates; `at` picks what was known and valid on one of them, merged
party numbers resolved. A table that the bank does not deliver gives no facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import ibis

from jinlan.insight.facts import ENDED, Edge, Facts, Listed, Party, Span
from jinlan.lake.features.asof import View, validity

KIN, CHAIN = ("SPOUSE", "CHILD", "PARENT"), ("SUPPLIER", "BUYER")
CONTROL = ("CONTROLLING_PERSON", "PARTY")
HOME_OFFSET = timedelta(hours=8)  # business dates are days in Asia/Shanghai

_COLUMNS: Mapping[str, Sequence[str]] = {
    "party": Party._fields,
    "client_unit": ("unit_id", "unit_kind", "root_party_id", "valid_from", "valid_to"),
    "client_unit_member": ("unit_id", "party_id", "valid_from", "valid_to"),
    "party_group": ("group_id", "lead_party_id", "party_id", "valid_from", "valid_to"),
    "approved_list": ("entry_id", "unit_id", "root_party_id", "unit_kind", "tier", "since", "decided_by",
                      "document_no", "members", "valid_to"),
    "ownership": ("owner_party_id", "owned_party_id", "interest_type", "share", "nominee_flag",
                  "beneficial_party_id", "valid_from", "valid_to"),
    "party_relation": ("from_party_id", "to_party_id", "type", "valid_from", "valid_to"),
    "guarantee": ("guarantor_party_id", "guaranteed_party_id", "valid_from", "valid_to"),
    "party_role": ("party_id", "role_code", "object_type", "object_id", "valid_from", "valid_to"),
    "consent": ("party_id", "purpose", "given_ts", "withdrawn_ts"),
    "screening_hit": ("party_id", "status"),
}  # fmt: skip


class FactReader:
    """Reads the tables once; rows are tuples ending with known_from, known_to."""

    def __init__(self, view: View, dates: Sequence[date]) -> None:
        """Read what was known up to the last of `dates`."""
        self.view = view
        self._last = max(dates)
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: self._read(name) for name in _COLUMNS}
        self._parties = [(Party(*row[:-2]), row[-2], row[-1]) for row in self._rows.pop("party")]
        self._openings = self._read_openings()

    def _read(self, name: str) -> list[tuple[Any, ...]]:
        if not self.view.has(name):
            return []
        columns = _COLUMNS[name]
        rows = validity(self.view, name, columns, self._last).select(*columns, "known_from", "known_to")
        if name == "consent":
            rows = rows.filter(rows.purpose == "HOUSEHOLD")
        if name == "party_role":
            rows = rows.filter(rows.role_code == CONTROL[0])
        return list(zip(*(self.view.connect().to_pyarrow(rows).to_pydict().values()), strict=True))

    def _read_openings(self) -> list[tuple[str, date, date]]:
        """Return (party, first day an account was known and open, first opening)."""
        rows = validity(self.view, "account", ("party_id", "open_date"), self._last)
        known = ibis.greatest(rows.known_from, rows.open_date)
        grouped = rows.group_by("party_id").aggregate(known=known.min(), opened=rows.open_date.min())
        found = self.view.connect().to_pyarrow(grouped).to_pydict()
        return list(zip(found["party_id"], found["known"], found["opened"], strict=True))

    def at(self, as_of: date) -> Facts:
        """Return the facts of one date."""
        merges = self.view.merges(as_of)
        facts = Facts(as_of)
        for party, known_from, known_to in self._parties:
            if known_from <= as_of < known_to and party.party_id not in merges:
                facts.parties[party.party_id] = party
                if party.party_status in ENDED:
                    facts.ended[party.party_id] = known_from
        for who, known, opened in self._openings:
            if known <= as_of:
                now = merges.get(who, who)
                facts.opened[now] = min(opened, facts.opened.get(now, opened))
        self._units(facts, merges)
        self._ties(facts, merges)
        if self.view.has("screening_hit"):
            rows = self._known("screening_hit", as_of)
            facts.hits = {merges.get(who, who) for who, status, *_ in rows if status == "CONFIRMED"}
        return facts

    def _known(self, name: str, as_of: date) -> Iterator[tuple[Any, ...]]:
        return (row for row in self._rows[name] if row[-2] <= as_of < row[-1])

    def _units(self, facts: Facts, merges: Mapping[str, str]) -> None:
        day = facts.as_of
        heads: dict[str, tuple[str, str]] = {}
        for unit_id, kind, root, start, end, *_ in self._known("client_unit", day):
            if _valid(start, end, day):
                heads[unit_id] = (kind, merges.get(root, root))
                facts.delivered.append(Span(unit_id, kind, heads[unit_id][1], heads[unit_id][1], start, end))
        for unit_id, who, start, end, *_ in self._known("client_unit_member", day):
            if unit_id in heads and _valid(start, end, day):
                kind, root = heads[unit_id]
                facts.delivered.append(Span(unit_id, kind, root, merges.get(who, who), start, end))
        for group, lead, who, start, end, *_ in self._known("party_group", day):
            if _valid(start, end, day):
                root = merges.get(lead, lead)
                facts.credit.append(Span(group, "GROUP", root, merges.get(who, who), start, end))
        for row in self._known("approved_list", day):
            self._approved(facts, row, merges)

    def _approved(self, facts: Facts, row: tuple[Any, ...], merges: Mapping[str, str]) -> None:
        entry, unit, root, kind, tier, since, decided, document, members, end, *_ = row
        if not _valid(since, end, facts.as_of):
            return
        root = merges.get(root, root)
        unit = unit or f"{kind}-{root}"
        facts.approved.append(
            Listed(entry, unit, kind, root, tier, since, end, decided or "", document or "")
        )
        named = [part.strip() for part in (members or "").replace(";", ",").split(",") if part.strip()]
        for who in dict.fromkeys([root, *(merges.get(each, each) for each in named)]):
            facts.approved_members.append(Span(unit, kind, root, who, since, end))

    def _ties(self, facts: Facts, merges: Mapping[str, str]) -> None:
        day = facts.as_of
        shares: dict[tuple[str, str], Edge] = {}
        for owner, owned, interest, share, nominee, beneficial, start, end, *_ in self._known(
            "ownership", day
        ):
            if interest not in ("EQUITY", "VOTING") or not _valid(start, end, day):
                continue
            holder = beneficial if nominee and beneficial else owner
            edge = Edge(merges.get(holder, holder), merges.get(owned, owned), share, start)
            known = shares.get(edge[:2])
            if edge.owner != edge.owned and (known is None or edge.share > known.share):
                shares[edge[:2]] = edge
        facts.ownership = list(shares.values())
        self._links(facts, merges)
        for who, _, given, withdrawn, *_ in self._known("consent", day):
            if _home_day(given) <= day and (withdrawn is None or _home_day(withdrawn) > day):
                facts.consented.add(merges.get(who, who))

    def _links(self, facts: Facts, merges: Mapping[str, str]) -> None:
        """Note kin, who trade with each other, guarantees, and controllers by the bank's word."""
        day = facts.as_of
        for one, other, kind, start, end, *_ in self._known("party_relation", day):
            if kind in KIN and _valid(start, end, day):
                facts.relations.append((merges.get(one, one), merges.get(other, other), kind, start))
            elif kind in CHAIN and _valid(start, end, day):
                facts.chain.append((merges.get(one, one), merges.get(other, other)))
        for one, other, start, end, *_ in self._known("guarantee", day):
            if _valid(start, end, day):
                facts.guarantees.append((merges.get(one, one), merges.get(other, other)))
        for who, role, about, what, start, end, *_ in self._known("party_role", day):
            if (role, about) == CONTROL and _valid(start, end, day):
                facts.controllers.append((merges.get(who, who), merges.get(what, what)))


def _valid(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or day < end)


def _home_day(instant: datetime) -> date:
    return (instant + HOME_OFFSET).date()
