"""What people of the bank do about people of a client: note and change them, their posts, and where the map shows them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import unmask
from jinlan.clients.models import Party, Unit
from jinlan.clients.resources import in_sight
from jinlan.domains.engagement.models import ContactPerson, Pair, Post, Tie
from jinlan.domains.engagement.rules.people import (
    check_chief,
    check_code,
    check_day,
    check_scales,
    check_text,
)
from jinlan.domains.engagement.services.screening import refuse_terms
from jinlan.domains.engagement.services.whom import ROLES, place_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.search import findable

NAME, TITLE = 100, 60  # characters
_VALUED = ("decision_role", "influence", "attitude", "level")


def person_in_sight(actor: Actor, public_id: UUID, *, present: bool = True) -> ContactPerson:
    """Return a person of a client, held until the act is done.

    Raises:
        ScopeDenied: there is none that this actor may change.
        Refused: PERSON_LEFT when he acts for the client no longer and `present` is asked for.
    """
    row: ContactPerson | None = visible(actor, ContactPerson).select_for_update().filter(public_id=public_id).first()  # fmt: skip
    if row is None:
        raise ScopeDenied("ABSENT", "没有这位联系人。", "")
    if present and row.left_on is not None:
        raise Refused("PERSON_LEFT", "这位联系人已不再代表该客户。", "如又任职，请重新登记。")
    return row


@act("engagement.note_person", title=_("登记联系人"), roles=ROLES)
def note_person(
    *, actor: Actor, unit: UUID, company: UUID, name: str, title: str, since: date, decision_role: str = "", influence: int | None = None,
    attitude: int | None = None, level: int | None = None, reports_to: UUID | None = None,
) -> str:  # fmt: skip
    """Note a person of a client with his post; return his public id.

    Args:
        actor: who notes him.
        unit: public id of the client.
        company: public id of the member that he acts for.
        name: his name.
        title: his post there.
        since: when he took it.
        decision_role: what he is in decisions, "" for unknown.
        influence: 1–5.
        attitude: −2…2 towards us.
        level: on which level we meet him.
        reports_to: public id of his chief.

    Raises:
        Refused: PERSON_TEXT, TEXT_TERMS, PERSON_TWICE, PERSON_COMPANY, PERSON_DATE, PERSON_CODE, PERSON_SCALE, PERSON_CHIEF.
        ScopeDenied: no such client in sight.
    """
    client = in_sight(actor, unit)
    firm = _company(actor, client, company)
    known = _clean(name, NAME, "name")
    _once(actor, client.pk, firm.pk, known)
    _check_values(decision_role, influence, attitude, level)
    row = ContactPerson.objects.create(
        entity=client.entity, unit_id=client.pk, party_id=firm.pk, domain=firm.domain, branch_id=firm.branch_id, unit_branch_id=client.branch_id,
        name=known, decision_role=decision_role, influence=influence, attitude=attitude, level=level,
        reports_to=_chief(actor, client.pk, None, reports_to), made_by=actor.username, made_at=actor.at, **findable(known),
    )  # fmt: skip
    post = _post(actor, row, firm, title, since)
    audit(
        actor, "engagement.person_noted", "contact_person", row.public_id,
        after={"unit": client.code, "company": firm.code, "title": post.title, "since": since, **_values(row)},
    )  # fmt: skip
    return str(row.public_id)


@act("engagement.change_person", title=_("修改联系人"), roles=ROLES)
def change_person(
    *, actor: Actor, public_id: UUID, name: str, decision_role: str = "", influence: int | None = None, attitude: int | None = None,
    level: int | None = None, reports_to: UUID | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Change what is known of a person; all values are given anew; `reason` is kept in the audit.

    Raises:
        Refused: PERSON_TEXT, TEXT_TERMS, PERSON_TWICE, PERSON_SOURCE (his name comes from the bank's own data), PERSON_CODE, PERSON_SCALE,
            PERSON_CHIEF, PERSON_CIRCLE, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row = person_in_sight(actor, public_id)
    refuse_terms("reason", reason)
    known, before = _clean(name, NAME, "name"), _values(row)
    if known != row.name:
        if row.source == "extract":
            raise Refused(
                "PERSON_SOURCE", "姓名来自供数，不能在这里修改。", "请在来源系统中更正。", field="name"
            )
        _once(actor, row.unit_id, row.party_id, known)
        row.name = known
        for column, value in findable(known).items():
            setattr(row, column, value)
    _check_values(decision_role, influence, attitude, level)
    row.decision_role, row.influence, row.attitude, row.level = decision_role, influence, attitude, level
    row.reports_to = _chief(actor, row.unit_id, row.pk, reports_to)
    row.save()
    audit(
        actor, "engagement.person_changed", "contact_person", public_id, before=before, after=_values(row), reason=reason.strip()[:500],
    )  # fmt: skip


@act("engagement.take_post", title=_("登记任职"), roles=ROLES)
def take_post(*, actor: Actor, public_id: UUID, company: UUID, title: str, since: date) -> str:
    """Note another post of a person, at the same or another member of the client; return its public id.

    Raises:
        Refused: PERSON_COMPANY, PERSON_TEXT, TEXT_TERMS, PERSON_DATE, POST_TWICE, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row = person_in_sight(actor, public_id)
    unit = visible(actor, Unit).defer("grams", "search_text").get(pk=row.unit_id)
    firm = _company(actor, unit, company)
    post = _post(actor, row, firm, title, since)
    audit(
        actor, "engagement.post_taken", "contact_person", public_id,
        after={"company": firm.code, "title": post.title, "since": since},
    )  # fmt: skip
    return str(post.public_id)


@act("engagement.leave_post", title=_("结束任职"), roles=ROLES)
def leave_post(*, actor: Actor, public_id: UUID, post: UUID, until: date) -> None:
    """End a post of a person; he still acts for the client.

    Raises:
        Refused: POST_OVER for none of his that still runs, PERSON_DATE, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row = person_in_sight(actor, public_id)
    held: Post | None = visible(actor, Post).filter(person=row, public_id=post, until=None).first()
    if held is None:
        raise Refused("POST_OVER", "他没有这项职务，或已经结束。", "请刷新页面后重新选择。", field="post")
    held.until = check_day(until, business_date(actor.at), field="until", after=held.since)
    held.save(update_fields=["until"])
    audit(
        actor, "engagement.post_left", "contact_person", public_id, before={"until": None}, after={"title": held.title, "until": until},
    )  # fmt: skip


@act("engagement.person_left", title=_("不再代表客户"), roles=ROLES)
def person_left(*, actor: Actor, public_id: UUID, left_on: date) -> None:
    """Note that a person acts for the client no longer: his posts, ties and pairs end, and those below him have no chief.

    Raises:
        Refused: PERSON_DATE, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row = person_in_sight(actor, public_id)
    row.left_on = check_day(left_on, business_date(actor.at), field="left_on")
    row.save(update_fields=["left_on"])
    for post in visible(actor, Post).filter(person=row, until=None):
        post.until = check_day(left_on, left_on, field="left_on", after=post.since)
        post.save(update_fields=["until"])
    for tie in visible(actor, Tie).filter(person=row, until=None):
        tie.until = max(left_on, tie.since)
        tie.save(update_fields=["until"])
    for pair in visible(actor, Pair).filter(person=row, until=None):
        pair.until = max(left_on, pair.since)
        pair.save(update_fields=["until"])
    for below in visible(actor, ContactPerson).filter(reports_to=row):
        below.reports_to = None
        below.save(update_fields=["reports_to"])
    audit(actor, "engagement.person_left", "contact_person", public_id, after={"left_on": left_on})


@act("engagement.draw_person", title=_("摆放位置"), roles=ROLES)
def draw_person(
    *, actor: Actor, public_id: UUID, place_x: int | None = None, place_y: int | None = None
) -> None:
    """Put a person somewhere on the map, in thousandths from left and top; without a place he goes back to where the map puts him.

    Raises:
        Refused: PERSON_SCALE, PERSON_PLACE for one number without the other, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row = person_in_sight(actor, public_id)
    if (place_x is None) != (place_y is None):
        raise Refused("PERSON_PLACE", "列与行要一起填写。", "都不填即回到自动位置。", field="place_y")
    check_scales(place_x=place_x, place_y=place_y)
    before = {"x": row.place_x, "y": row.place_y}
    row.place_x, row.place_y = place_x, place_y
    row.save(update_fields=["place_x", "place_y"])
    audit(actor, "engagement.person_drawn", "contact_person", public_id, before=before, after={"x": place_x, "y": place_y})  # fmt: skip


def _clean(text: str, most: int, field: str) -> str:
    """Return a free text as it is kept: the one place where what is typed about a person is looked at."""
    refuse_terms(field, text)
    return check_text(text, most=most, field=field)


def _company(actor: Actor, client: Unit, company: UUID) -> Party:
    """Return the member of a client that a person acts for; one that is out of sight is none."""
    firm = unmask.party_of(actor, public_id=company)
    if firm is None or not client.members.filter(party=firm).exists():
        raise Refused(
            "PERSON_COMPANY", "这家公司不是该客户的成员。", "请填写客户成员的名称。", field="company"
        )
    return firm


def _once(actor: Actor, unit_id: int, party_id: int | None, name: str) -> None:
    """Refuse a name that somebody who still acts for the same company has."""
    if (
        visible(actor, ContactPerson)
        .filter(unit_id=unit_id, party_id=party_id, name=name, left_on=None)
        .exists()
    ):
        raise Refused(
            "PERSON_TWICE", "这家公司已有同名的联系人。", "如确是另一人，请在姓名后注明部门。", field="name"
        )


def _chief(actor: Actor, unit_id: int, person: int | None, reports_to: UUID | None) -> ContactPerson | None:
    """Return the chief that a public id names; he acts for the same client and does not report to the person."""
    if reports_to is None:
        return None
    rows = visible(actor, ContactPerson).filter(unit_id=unit_id, left_on=None)
    chief: ContactPerson | None = rows.filter(public_id=reports_to).first()
    if chief is None:
        raise Refused(
            "PERSON_CHIEF", "上级不是该客户现任的联系人。", "请先登记他的上级。", field="reports_to"
        )
    lines = rows.filter(reports_to__isnull=False).values_list("id", "reports_to_id")
    check_chief(person, chief.pk, {one: above for one, above in lines if one != person})
    return chief


def _post(actor: Actor, row: ContactPerson, firm: Party, title: str, since: date) -> Post:
    """Write a post of a person at a member."""
    known = _clean(title, TITLE, "title")
    check_day(since, business_date(actor.at), field="since")
    if visible(actor, Post).filter(person=row, party_id=firm.pk, title=known, until=None).exists():
        raise Refused("POST_TWICE", "他已经在任这项职务。", "请先结束原来的任职。", field="title")
    place = place_of(row) | {"party_id": firm.pk, "domain": firm.domain, "branch_id": firm.branch_id}
    if visible(actor, Post).filter(person=row, party_id=firm.pk, title=known, since=since).exists():
        raise Refused("POST_TWICE", "这一天起的任职已经登记过。", "请核对日期。", field="since")
    made: Post = Post.objects.create(**place, person=row, title=known, since=since)
    return made


def _check_values(role: str, influence: int | None, attitude: int | None, level: int | None) -> None:
    check_code(role, dict(ContactPerson.ROLES), field="decision_role")
    check_scales(influence=influence, attitude=attitude, level=level)


def _values(row: ContactPerson) -> dict[str, Any]:
    chief = {"reports_to": str(row.reports_to.public_id) if row.reports_to else None}
    return {name: getattr(row, name) for name in _VALUED} | chief
