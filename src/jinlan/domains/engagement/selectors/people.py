"""Reading people of clients: who they are, who of ours knows them, when they were met last, and how strong it all is.

Whatever an actor may not see is not there for him: a contact that holds inside information counts for its readers alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.engagement.models import ContactPerson, Interaction, Pair, Post, Tie
from jinlan.domains.engagement.rules import strength
from jinlan.domains.engagement.rules.pairs import Due, due_of
from jinlan.domains.engagement.rules.paths import Circle
from jinlan.kernel.reading import visible

BOARD = 1  # of the levels: those who sit there meet on one board
HELD = "held"
_WEIGHTS = {name: f"STRENGTH.WEIGHT.{name.upper()}" for name in strength.PARTS}


def running(today: date) -> Q:
    """Return the condition that a dated row runs on a day."""
    return Q(since__lte=today) & (Q(until=None) | Q(until__gt=today))


def _talks(actor: Actor, people: Collection[int], units: Collection[int]) -> QuerySet[Interaction]:
    """Return what was held with people until now and in which both sides spoke: a mass mail is no contact (06 §6.2).

    Who takes part is of the client that it is about; naming `units` lets their index be used, which an overlap of arrays may not be
    before the policies are asked.
    """
    rows = visible(actor, Interaction).filter(
        unit_id__in=list(units), state=HELD, two_way=True, starts_at__lte=actor.at
    )
    return rows.filter(people__overlap=list(people))


@dataclass(frozen=True, slots=True)
class Met:
    """When people were met last: by anybody of ours, and by each of ours."""

    by_any: Mapping[int, date]
    by_each: Mapping[tuple[str, int], date]


def met(actor: Actor, *, people: Collection[int], units: Collection[int]) -> Met:
    """Return when people of some clients were met last in what was held until now; one query."""
    by_any: dict[int, date] = {}
    by_each: dict[tuple[str, int], date] = {}
    wanted = set(people)
    rows = _talks(actor, people, units).order_by("starts_at")
    for there, staff, at in rows.values_list("people", "staff", "starts_at"):
        day = business_date(at)
        for person in wanted.intersection(there):
            by_any[person] = day
            by_each |= {(employee, person): day for employee in staff}
    return Met(by_any, by_each)


def exchange(
    actor: Actor, *, people: Collection[int], units: Collection[int], today: date
) -> strength.Exchange:
    """Return what was held with people, counted over the window of the register; one query."""
    within = int(rule("STRENGTH.EXCHANGE", today).value)
    since = today - timedelta(days=within)
    rows = _talks(actor, people, units).values_list("starts_at", "begun_by")
    days = [(business_date(at), begun) for at, begun in rows]
    inside = [begun for day, begun in days if day > since]
    last = max((day for day, _begun in days), default=None)
    return strength.Exchange(len(inside), inside.count("client"), last, within)


def measure(today: date) -> strength.Measure:
    """Return what the register says about the strength of a relationship."""
    weights = {name: Fraction(rule(code, today).value) for name, code in _WEIGHTS.items()}
    half_life, within, ties = (
        int(rule(f"STRENGTH.{name}", today).value) for name in ("HALF_LIFE", "WITHIN", "TIES")
    )
    return strength.Measure(weights, half_life, within, ties)


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair in force: the row, when they met last, and when they are to meet next."""

    row: Pair
    last: date | None
    due: Due


@dataclass(frozen=True, slots=True)
class Relations:
    """Everything about the people of one client who act for it today, as an actor sees it."""

    today: date
    people: Sequence[ContactPerson]
    posts: Mapping[int, Sequence[Post]]  # by person, those that run
    ties: Sequence[Tie]  # those that run
    pairs: Sequence[PairRow]
    met: Met
    exchange: strength.Exchange
    names: Mapping[str, str]  # of employees by code

    def known(self) -> dict[int, strength.Known]:
        """Return what the strength looks at, by person."""
        best: dict[int, int] = {}
        for tie in self.ties:
            best[tie.person_id] = max(tie.access, best.get(tie.person_id, 0))
        return {
            one.pk: strength.Known(one.influence, best.get(one.pk, 0), self.met.by_any.get(one.pk), one.attitude)
            for one in self.people
        }  # fmt: skip

    def threading(self) -> strength.Threading:
        """Return which of ours have active ties to which of theirs."""
        return strength.threading([(tie.employee, tie.person_id, tie.access) for tie in self.ties])

    def strength(self) -> strength.Strength:
        """Return how strong the relationship is today."""
        known = list(self.known().values())
        return strength.strength(known, self.exchange, self.threading().ties, self.today, measure(self.today))

    def circle(self) -> Circle:
        """Return who knows whom: ties, reporting lines, and who sits on the board of one company."""
        here = {one.pk: one for one in self.people}
        chiefs = {one.pk: one.reports_to_id for one in self.people if one.reports_to_id in here}
        boards: dict[int, set[int]] = {}
        for person, posts in self.posts.items():
            if here[person].level == BOARD:
                for post in posts:
                    if post.party_id is not None:
                        boards.setdefault(post.party_id, set()).add(person)
        return Circle(
            [(tie.employee, tie.person_id, tie.access) for tie in self.ties], chiefs,
            [board for _company, board in sorted(boards.items()) if len(board) > 1],
        )  # fmt: skip


def relations(actor: Actor, *, unit_id: int) -> Relations:
    """Return the people of a client with all that is known of them; seven queries, however many people there are."""
    today = business_date(actor.at)
    rows = visible(actor, ContactPerson).filter(unit_id=unit_id, left_on=None).defer("grams", "search_text")
    people = sorted(rows, key=lambda one: (one.level or 9, -(one.influence or 0), one.pinyin_key, one.pk))
    keys = [one.pk for one in people]
    ties = list(visible(actor, Tie).filter(running(today), person_id__in=keys).order_by("-access", "id"))
    pairs = list(visible(actor, Pair).filter(running(today), person_id__in=keys).order_by("level", "id"))
    found = met(actor, people=keys, units=[unit_id])
    codes = sorted({one.employee for one in ties} | {one.employee for one in pairs})
    return Relations(
        today, people, posts_of(actor, people=keys, today=today), ties, [_due(one, found, today) for one in pairs], found,
        exchange(actor, people=keys, units=[unit_id], today=today), teams.names_of_employees(actor, codes=codes),
    )  # fmt: skip


def _due(row: Pair, found: Met, today: date) -> PairRow:
    last = found.by_each.get((row.employee, row.person_id))
    return PairRow(row, last, due_of(row.since, last, row.days, today))


def due_pairs(actor: Actor, rows: Sequence[Pair]) -> list[PairRow]:
    """Return pairs with the day on which they are due; one query."""
    today, found = (
        business_date(actor.at),
        met(actor, people={one.person_id for one in rows}, units={one.unit_id for one in rows}),
    )
    return [_due(one, found, today) for one in rows]


def posts_of(actor: Actor, *, people: Iterable[int], today: date) -> dict[int, list[Post]]:
    """Return the posts that run by person, the latest first; one query."""
    found: dict[int, list[Post]] = {}
    rows = visible(actor, Post).filter(running(today), person_id__in=list(people))
    for one in rows.order_by("-since", "-id"):
        found.setdefault(one.person_id, []).append(one)
    return found


def every_post(actor: Actor, *, person: int) -> list[Post]:
    """Return all posts of a person, the latest first."""
    return list(visible(actor, Post).filter(person_id=person).order_by("-since", "-id"))


def every_tie(actor: Actor, *, person: int) -> list[Tie]:
    """Return all ties of a person, those that run first."""
    rows = visible(actor, Tie).filter(person_id=person).order_by("-since", "-id")
    return sorted(rows, key=lambda one: one.until is not None)


def every_pair(actor: Actor, *, person: int) -> list[Pair]:
    """Return all pairs of a person, those that run first."""
    rows = visible(actor, Pair).filter(person_id=person).order_by("-since", "-id")
    return sorted(rows, key=lambda one: one.until is not None)


def best_access(actor: Actor, *, people: Iterable[int]) -> dict[int, int]:
    """Return how well the one of ours who knows each person best knows him; one query."""
    found: dict[int, int] = {}
    rows = visible(actor, Tie).filter(running(business_date(actor.at)), person_id__in=list(people))
    for person, access in rows.values_list("person_id", "access"):
        found[person] = max(access, found.get(person, 0))
    return found


def people_by_key(actor: Actor, *, keys: Iterable[int]) -> dict[int, ContactPerson]:
    """Return people in sight by key."""
    return visible(actor, ContactPerson).filter(pk__in=list(keys)).defer("grams", "search_text").in_bulk()


def person_of(actor: Actor, *, public_id: UUID) -> ContactPerson | None:
    """Return a person by his public id, None when there is none for this actor."""
    return visible(actor, ContactPerson).filter(public_id=public_id).first()


def people_named(actor: Actor, *, text: str, limit: int) -> list[ContactPerson]:
    """Return the first people in sight who act for a client and have a name."""
    rows = visible(actor, ContactPerson).filter(name=text.strip(), left_on=None)
    return list(rows.order_by("id")[:limit])


def post_of(actor: Actor, *, public_id: UUID) -> Post | None:
    """Return a post by its public id, None when there is none for this actor."""
    return visible(actor, Post).filter(public_id=public_id).first()
