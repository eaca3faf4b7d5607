"""Reading the consent ledger. Row-level security decides which entries there are: those of parties in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.domains.compliance import words
from jinlan.domains.compliance.models import ConsentEntry, ConsentText, Contact
from jinlan.domains.compliance.rules import Said, last_said
from jinlan.kernel.reading import visible

if TYPE_CHECKING:
    from jinlan.clients.models import Party

Matter = tuple[str, str, str]  # purpose, channel, recipient


@dataclass(frozen=True, slots=True)
class State:
    """What holds for one purpose and channel: the entry that was last said, None when nothing ever was."""

    entry: ConsentEntry | None

    @property
    def given(self) -> bool:
        """Tell whether a consent holds."""
        return self.entry is not None and self.entry.act == "given"


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that holds for a party at an instant."""

    states: Mapping[Matter, State]
    suppressed: ConsentEntry | None

    def of(self, purpose: str, channel: str = "", recipient: str = "") -> State:
        """Return what holds for a purpose and channel, or for giving data to another handler."""
        return self.states.get((purpose, channel, recipient), State(None))

    def of_purpose(self, purpose: str) -> list[State]:
        """Return what holds for a purpose, by channel and recipient."""
        return [state for matter, state in sorted(self.states.items()) if matter[0] == purpose]


def ledger(actor: Actor, *, party: Party) -> QuerySet[ConsentEntry]:
    """Return all entries about a party, of parties merged into it as well, the newest first."""
    about = Q(party=party) | Q(party__merged_into=party)
    return visible(actor, ConsentEntry).filter(about).order_by("-at", "-id")


def standing(actor: Actor, *, party: Party, at: datetime, known_at: datetime | None = None) -> Standing:
    """Return what a party agreed to at an instant.

    Args:
        actor: whose scope runs.
        party: in his sight.
        at: the instant asked about.
        known_at: only what the bank had written down by then; None for all that it knows now.
    """
    rows = ledger(actor, party=party).filter(at__lte=at, legal_entity=party.entity)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return _standing(rows, at)


def standings(actor: Actor, *, parties: Sequence[Party], at: datetime) -> dict[int, Standing]:
    """Return what each of some parties agreed to at an instant, by key; one query, entries of merged parties included."""
    keys = {party.pk: party.entity for party in parties}
    about = Q(party__in=keys) | Q(party__merged_into__in=keys)
    rows: dict[int, list[ConsentEntry]] = {key: [] for key in keys}
    for row in visible(actor, ConsentEntry).filter(about, at__lte=at).select_related("party"):
        for key in (row.party_id, row.party.merged_into_id):
            if key is not None and keys.get(key) == row.legal_entity:
                rows[key].append(row)
    return {key: _standing(found, at) for key, found in rows.items()}


def _standing(rows: Iterable[ConsentEntry], at: datetime) -> Standing:
    by_matter: dict[Matter, dict[int, ConsentEntry]] = {}
    for row in rows:
        by_matter.setdefault((row.purpose, row.channel, row.recipient), {})[row.pk] = row
    holds = {matter: _holds(entries, at) for matter, entries in by_matter.items()}
    last = holds.pop(("", "", ""), State(None)).entry
    return Standing(holds, last if last and last.act == "suppressed" else None)


def consent_state(
    actor: Actor, *, party: Party, purpose: str, channel: str = "", recipient: str = "", at: datetime
) -> State:
    """Return what holds for one purpose and channel at an instant."""
    return standing(actor, party=party, at=at).of(purpose, channel, recipient)


def _holds(entries: Mapping[int, ConsentEntry], at: datetime) -> State:
    last = last_said((said(row) for row in entries.values()), at)
    return State(entries[last.number] if last else None)


def said(row: ConsentEntry) -> Said:
    """Return an entry as the rules look at it."""
    return Said(row.act, row.at, row.pk)  # type: ignore[arg-type]


def text_in_force(actor: Actor, *, purpose: str, on: date) -> ConsentText | None:
    """Return the text that a client is shown for a purpose on a day."""
    return texts_in_force(actor, on=on).get(purpose)


def texts_in_force(actor: Actor, *, on: date) -> dict[str, ConsentText]:
    """Return the texts in force on a day by purpose."""
    rows = visible(actor, ConsentText).filter(valid_from__lte=on).order_by("valid_from", "id")
    return {row.purpose: row for row in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """What holds for a purpose by one channel; `entry` is None for the channels (perhaps none) of which nothing was ever said."""

    purpose: str
    channels: Sequence[str]
    recipient: str = ""
    entry: ConsentEntry | None = None


def lines_of(now: Standing) -> list[Line]:
    """Return what holds for every purpose that needs a consent, in the order of purposes and channels."""
    places = {code: place for place, code in enumerate(words.CHANNELS)}
    found: list[Line] = []
    for purpose in (*words.CONTACT, *words.PROCESSING):
        said_of = [(matter, state) for matter, state in now.states.items() if matter[0] == purpose]
        said_of.sort(key=lambda one: (places.get(one[0][1], -1), one[0][2]))
        found += [
            Line(purpose, (channel,), recipient, state.entry) for (_, channel, recipient), state in said_of
        ]
        never = [code for code in words.CHANNELS if (purpose, code, "") not in now.states]
        if (purpose in words.CONTACT and never) or not said_of:
            found.append(Line(purpose, never if purpose in words.CONTACT else ()))
    return found


def contacts_of(actor: Actor, *, unit_id: int, party_id: int, limit: int = 20) -> list[Contact]:
    """Return the contacts of a member of a client that are in sight, the newest first."""
    rows = visible(actor, Contact).filter(unit_id=unit_id, party_id=party_id)
    return list(rows.order_by("-prepared_at", "-id")[:limit])
