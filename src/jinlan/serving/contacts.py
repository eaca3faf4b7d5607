"""Reading contacts and the tiers that units held: what the service charter is measured by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Min

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.serving.models import Load, PublishedDate, UnitContact, UnitResult


@dataclass(frozen=True, slots=True)
class TierFrom:
    """The tier of a unit from a published date on; `until` (not including) is when the next began or its history ended."""

    unit_id: int
    kind: str
    tier: str
    grade: int | None  # worst five-tier class
    since: date
    until: date | None


# Only the rows in which something changed leave the database. `tier_since` is the day itself where the change is younger than
# the published date before; `last` is the unit's own last date, which is not the newest when it is gone.
_TIERS = """
    with h as (
        select unit_id, kind, as_of, effective_tier, five_tier_worst, tier_since,
               lag(as_of) over w as before, lag(effective_tier) over w as was, lag(five_tier_worst) over w as grade,
               max(as_of) over (partition by unit_id) as last
        from serving_unitresult where as_of <= %(until)s window w as (partition by unit_id order by as_of)
    ), c as (
        select *, case when before is not null and was <> effective_tier and tier_since > before and tier_since <= as_of
                       then tier_since else as_of end as since
        from h where before is null or was <> effective_tier or grade is distinct from five_tier_worst
    )
    select unit_id, kind, effective_tier, five_tier_worst, since, lead(since) over (partition by unit_id order by as_of), last
    from c order by unit_id, as_of
"""


def tiers_held(actor: Actor, *, until: date) -> Iterator[TierFrom]:
    """Yield the tiers of all visible units up to a published date, by unit, oldest first; one query."""
    visible(actor, UnitResult)  # the statement below is bound to the same scope
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, {"until": until})
        for unit_id, kind, tier, grade, since, following, last in cursor.fetchall():
            ended = last + timedelta(days=1) if last < until else None
            yield TierFrom(unit_id, kind, tier, grade, since, following or ended)


def contacts_that_may_count(actor: Actor) -> Iterator[UnitContact]:
    """Yield the two-way contacts with somebody of the client, by unit; whether minutes came in time is the charter's question."""
    rows = visible(actor, UnitContact).filter(two_way=True, client_side=True)
    yield from rows.order_by("unit_id", "happened_on", "id").iterator(chunk_size=20_000)


def unit_contacts(actor: Actor, *, unit_id: int, since: date, until: date) -> list[UnitContact]:
    """Return the contacts of one unit between two days, both included, the newest first, whether or not they count."""
    rows = visible(actor, UnitContact).filter(unit_id=unit_id, happened_on__gte=since, happened_on__lte=until)
    return list(rows.order_by("-happened_on", "-id"))


@dataclass(frozen=True, slots=True)
class Known:
    """Since when and of what kind contacts are known.

    `delivered`: the bank delivers any; `proven`: some of them say that both sides spoke, else none could ever count.
    """

    delivered: bool
    first: date | None
    executive: bool
    proven: bool


def known_contacts(actor: Actor) -> Known:
    """Return what is known of contacts at the load that was published last."""
    newest = visible(actor, PublishedDate).filter(latest=True).values("run__load_id")
    versions = visible(actor, Load).filter(pk__in=newest).values_list("versions", flat=True).first() or {}
    rows = visible(actor, UnitContact)
    first = rows.aggregate(first=Min("happened_on"))["first"]
    proven = rows.filter(two_way=True, client_side=True).exists()
    return Known("interaction" in versions, first, rows.filter(executive=True).exists(), proven)


def first_date(actor: Actor) -> date | None:
    """Return the first published date."""
    found: date | None = visible(actor, PublishedDate).aggregate(first=Min("as_of"))["first"]
    return found
