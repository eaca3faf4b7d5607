"""What people note of days and silences: a day that somebody gave, its withdrawal, why somebody is left alone; and the days worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients.models import PERSONAL, Party, Unit
from jinlan.clients.resources import in_sight
from jinlan.domains.engagement.models import Care, CareDay, CareSilence, ContactPerson
from jinlan.domains.engagement.rules.care import (
    ANNIVERSARIES,
    BIRTHDAY,
    DONE,
    GONE,
    LUNAR,
    OPEN,
    SOLAR,
    Given,
    check_given,
    check_term,
    occasions,
    silenced,
)
from jinlan.domains.engagement.selectors.care import WAITING, days_of, derived
from jinlan.domains.engagement.services.people import person_in_sight
from jinlan.domains.engagement.services.whom import ROLES, about_member, place_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of

BY_THEMSELVES = ("SAID", "FORM", "PORTAL")  # sources of what a person gave himself


@act("engagement.note_care_day", title=_("登记关怀日"), roles=ROLES)
def note_care_day(
    *, actor: Actor, unit: UUID, kind: str, source: str, given_on: date, person: UUID | None = None, party: UUID | None = None,
    calendar: str = SOLAR, month: int | None = None, day: int | None = None, leap: bool = False, year: int | None = None,
) -> str:  # fmt: skip
    """Note a day that a person gave for being remembered, or that a company has; return its public id.

    Args:
        actor: who notes it.
        unit: public id of the client.
        kind: birthday, founding, listing, festivals, solar terms.
        source: how it was given; a person's day comes from the person alone.
        given_on: when it was given.
        person: public id of the contact person, None for a member.
        party: public id of the member, None for the first of the client.
        calendar: whether month and day are solar or lunar.
        month: 1–12.
        day: 1–31, of the moon 1–30.
        leap: the leap month of that number.
        year: of a company's founding or listing; never of a birth.

    Raises:
        Refused: CARE_KIND, CARE_DATE, CARE_YEAR, CARE_SOURCE, CARE_WHO, CARE_GIVEN, CARE_DAY_TWICE, PERSON_LEFT, PERSON_ELSEWHERE.
        ScopeDenied: no such client, member or person in sight.
    """
    today, client = business_date(actor.at), in_sight(actor, unit)
    given = Given(kind, calendar if kind == BIRTHDAY else SOLAR, month, day, leap and calendar == LUNAR, year)
    check_given(given, today)
    whom, firm, place = whom_of(actor, client, person, party)
    _check_source(
        kind, source, given_on, today, natural=whom is not None or _natural(firm), person=whom is not None
    )
    held = visible(actor, CareDay).filter(unit_id=client.pk, person=whom, kind=kind, withdrawn_at=None)
    if (held if whom else held.filter(party_id=place["party_id"])).exists():
        raise Refused("CARE_DAY_TWICE", "已经登记过。", "要更正，请先撤回原来的，再重新登记。", field="kind")
    row = CareDay.objects.create(
        **place, person=whom, kind=kind, calendar=given.calendar, month=month, day=day, leap=given.leap, year=year, source=source,
        given_on=given_on, made_by=actor.username, made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip
    draw([row], today)
    audit(
        actor, "engagement.care_day_noted", "care_day", row.public_id, after={"unit": client.code, "kind": kind, "source": source, "given_on": given_on},
    )  # fmt: skip
    return str(row.public_id)


@act("engagement.withdraw_care_day", title=_("撤回关怀日"), roles=ROLES)
def withdraw_care_day(*, actor: Actor, public_id: UUID) -> None:
    """Take a day back, as its giver may at any time, without a reason: the day is emptied, and what waited for it is gone.

    Raises:
        Refused: CARE_DAY_GONE.
        ScopeDenied: no such day in sight.
    """
    row: CareDay | None = visible(actor, CareDay).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个关怀日。", "")
    if row.withdrawn_at is not None:
        raise Refused("CARE_DAY_GONE", "已经撤回。", "日期已经清除，无需再做。")
    row.month = row.day = row.year = None
    row.leap, row.withdrawn_by, row.withdrawn_at = False, actor.username, actor.at
    row.save(update_fields=["month", "day", "year", "leap", "withdrawn_by", "withdrawn_at"])
    rows = visible(actor, Care).filter(care_day=row)
    rows.exclude(state=DONE).update(state=GONE)
    rows.update(falls_on=None, ordinal=None)
    audit(actor, "engagement.care_day_withdrawn", "care_day", public_id, after={"kind": row.kind})


@act("engagement.silence", title=_("登记静默"), roles=ROLES)
def silence(
    *, actor: Actor, unit: UUID, reason: str, since: date, until: date | None = None, person: UUID | None = None
) -> str:  # fmt: skip
    """Note that a client, or one of its people, is left alone from a day on; return the public id. A code says why, no text does.

    Raises:
        Refused: CARE_REASON, CARE_TERM, PERSON_LEFT, PERSON_ELSEWHERE.
        ScopeDenied: no such client or person in sight.
    """
    client = in_sight(actor, unit)
    check_term(reason, since, until)
    whom = _person(actor, client, person)
    place = place_of(whom) if whom else about_member(actor, unit)
    row = CareSilence.objects.create(
        **place, person=whom, reason=reason, since=since, until=until, made_by=actor.username, made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip
    after = {"unit": client.code, "reason": reason, "since": since, "until": until}
    audit(actor, "engagement.silence_noted", "care_silence", row.public_id, after=after)
    return str(row.public_id)


@act("engagement.end_silence", title=_("解除静默"), roles=ROLES)
def end_silence(*, actor: Actor, public_id: UUID) -> None:
    """End a silence today; one that has not begun never does.

    Raises:
        Refused: CARE_SILENCE_OVER.
        ScopeDenied: no such silence in sight.
    """
    row: CareSilence | None = visible(actor, CareSilence).select_for_update().filter(public_id=public_id).first()  # fmt: skip
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项静默。", "")
    today, before = business_date(actor.at), row.until
    if row.ended_at is not None or (before is not None and before <= today):
        raise Refused("CARE_SILENCE_OVER", "已经结束。", "无需再解除。")
    row.until, row.ended_by, row.ended_at = max(today, row.since), actor.username, actor.at
    row.save(update_fields=["until", "ended_by", "ended_at"])
    audit(actor, "engagement.silence_ended", "care_silence", public_id, before={"until": before}, after={"until": row.until})  # fmt: skip


def whom_of(
    actor: Actor, client: Unit, person: UUID | None, party: UUID | None
) -> tuple[ContactPerson | None, Party, dict[str, Any]]:
    """Return whom something is about: the contact person or None, the member, and what a row holds of it for its policies.

    Raises:
        Refused: PERSON_ELSEWHERE, PERSON_LEFT, CARE_MEMBER when the member's own row is out of sight.
        ScopeDenied: no such person or member in sight.
    """
    whom = _person(actor, client, person)
    if whom is not None:
        place = place_of(whom)
        key = whom.party_id or client.root_party_id
    elif party is not None:
        place = about_member(actor, client.public_id, party)
        key = place["party_id"]
    else:
        key = client.root_party_id
        place = about_member(actor, client.public_id) | {"party_id": key}
    firm = visible(actor, Party).filter(pk=key).defer("grams", "search_text").first()
    if firm is None:
        raise Refused("CARE_MEMBER", "看不到这位成员。", "请写您负责的客户成员的名称。", field="party")
    return whom, firm, dict(place)


def _person(actor: Actor, client: Unit, person: UUID | None) -> ContactPerson | None:
    if person is None:
        return None
    found = person_in_sight(actor, person)
    if found.unit_id != client.pk:
        raise Refused(
            "PERSON_ELSEWHERE", "这位联系人不是该客户的。", "请从该客户的联系人中选择。", field="person"
        )
    return found


def _natural(firm: Party) -> bool:
    return firm.domain == PERSONAL


def _check_source(
    kind: str, source: str, given_on: date, today: date, *, natural: bool, person: bool
) -> None:
    """Refuse what nobody gave for this purpose.

    Raises:
        Refused: CARE_WHO, CARE_SOURCE, CARE_GIVEN.
    """
    if (kind == BIRTHDAY and not natural) or (kind in ANNIVERSARIES and (person or natural)):
        raise Refused(
            "CARE_WHO", "生日属于个人，成立与上市属于公司。", "请改选联系人，或改选类别。", field="person"
        )
    if source not in dict(CareDay.SOURCES) or (source not in BY_THEMSELVES and kind not in ANNIVERSARIES):
        raise Refused(
            "CARE_SOURCE", "个人的关怀日只能由本人告知。", "不得从证件号码或其他资料推算。", field="source"
        )
    if given_on > today:
        raise Refused("CARE_GIVEN", "告知日期不能晚于今天。", "请填写本人告知的日期。", field="given_on")


# the days worked out -------------------------------------------------------------------------------------------------
def key_of(row: CareDay) -> str:
    """Return whom a day is about, over all clients and departments: a person that the bank's extract knows by his code there."""
    if row.person is not None:
        return f"n:{row.person.code}" if row.person.code else f"p:{row.person_id}"
    if row.domain == PERSONAL:
        return f"m:{row.party_id}"
    return f"f:{row.party_id}" if row.kind in ANNIVERSARIES else f"u:{row.unit_id}"


def draw(days: Iterable[CareDay], today: date) -> int:
    """Work out the occasions of days up to the horizon, from the day on which each was noted; those that are there stay."""
    until, late = (
        today + timedelta(days=days_of("DRAWN", today)),
        today - timedelta(days=days_of("LATE", today)),
    )
    rows = []
    for one in days:
        given = Given(one.kind, one.calendar, one.month, one.day, one.leap, one.year)
        since = max(late, business_date(one.made_at))
        rows += [
            Care(**place_of(one), care_day=one, person=one.person, whom=key_of(one), occasion=found.code, year=found.year,
                 falls_on=found.on, ordinal=found.ordinal)
            for found in occasions(given, since, until)
        ]  # fmt: skip
    return len(Care.objects.bulk_create(rows, ignore_conflicts=True))


def refresh_care(*, actor: Actor) -> dict[str, int]:
    """Work out the occasions of the next weeks, and what silences them by night: complaints and wishes; the system's job."""
    with scoped(actor, write=True):
        return _refresh(actor, business_date(actor.at))


def _refresh(actor: Actor, today: date) -> dict[str, int]:
    counts = Counter[str]()
    kept = visible(actor, CareDay).filter(withdrawn_at=None).select_related("person").order_by("id")
    before = visible(actor, Care).count()
    draw([one for one in kept if one.person is None or one.person.left_on is None], today)
    counts["drawn"] = visible(actor, Care).count() - before
    counts["gone"] = visible(actor, Care).filter(state=OPEN, person__left_on__isnull=False).update(state=GONE)
    rows = list(visible(actor, Care).filter(state__in=WAITING))
    about = derived(actor, units={row.unit_id for row in rows})
    for row in rows:
        held = bool(silenced(about, row.unit_id, row.person_id, today))
        if held != row.held:
            row.held = held
            counts["held" if held else "freed"] += 1
    Care.objects.bulk_update(rows, ["held"])
    audit(actor, "engagement.care_drawn", "care", today, after=dict(counts))
    return dict(counts)
