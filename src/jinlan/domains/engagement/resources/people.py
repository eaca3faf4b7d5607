"""The lists of people: contact persons of the clients in sight, and counterpart pairs."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.clients.resources import (
    BY_UNIT,
    CLIENT,
    NAMED,
    UNIT_FIELD,
    ByUnit,
    party_read,
    party_typed,
    the_one,
)
from jinlan.domains.engagement import words
from jinlan.domains.engagement.models import ContactPerson, Pair, Tie
from jinlan.domains.engagement.selectors import people as reading
from jinlan.domains.engagement.services.people import (
    change_person,
    draw_person,
    leave_post,
    note_person,
    person_left,
    take_post,
)
from jinlan.domains.engagement.services.ties import end_pair, know_person, set_pair
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.columns import Badge, Day, Link, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View

CHOICES = {
    name: [(code, getattr(look, "word", look)) for code, look in found.items()]
    for name, found in (("role", words.ROLES), ("attitude", words.ATTITUDES), ("access", words.ACCESS), ("level", words.LEVELS))
}  # fmt: skip
RHYTHM = 30  # offered at first


def person_typed(actor: Actor, text: str) -> UUID:
    """Return the one contact person in sight that a text names: his public id, or his name."""
    try:
        known = reading.person_of(actor, public_id=UUID(text))
        found = [known] if known else []
    except ValueError:
        found = reading.people_named(actor, text=text, limit=NAMED + 1)
    absent = Refused("PERSON_ABSENT", "没有找到这位联系人。", "请写已登记联系人的姓名。")
    many = Refused("PERSON_MANY", "有几位联系人同名。", "请从他所在客户的页面填写。")
    return the_one(found, text, absent=absent, many=many)


def person_read(actor: Actor, value: Any) -> str:
    """Return the name of the person that a public id names, "" for none in sight."""
    try:
        found = reading.person_of(actor, public_id=UUID(str(value)))
    except ValueError:
        return ""
    return found.name if found else ""


def _post(actor: Actor, text: str) -> UUID:
    """Return the post that a public id names."""
    try:
        found = reading.post_of(actor, public_id=UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise Refused("POST_OVER", "他没有这项职务，或已经结束。", "请刷新页面后重新选择。")
    return found.public_id


def _latest_post(actor: Actor, row: Any) -> str:
    held = reading.posts_of(actor, people=[row.pk], today=business_date(actor.at)) if row is not None else {}
    return str(held[row.pk][0].public_id) if row is not None and row.pk in held else ""


def _present(row: Any) -> bool:
    return row.left_on is None


def _known(rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
    """Keep the people whom somebody of ours knows at least so well; nobody knows those of 0."""
    ties = Tie.objects.filter(person=OuterRef("pk"), until=None)
    least = int(value)
    return rows.filter(
        Exists(ties.filter(access__gte=least)) if least else ~Exists(ties.filter(access__gte=1))
    )


def _person_panel(actor: Actor, row: Any) -> dict[str, Any]:
    """Return posts, ties and pairs of a person, those that ended too."""
    posts, ties = reading.every_post(actor, person=row.pk), reading.every_tie(actor, person=row.pk)
    pairs = reading.every_pair(actor, person=row.pk)
    firms = clients.parties_by_key(actor, party_ids={one.party_id for one in posts if one.party_id})
    codes = [*(one.employee for one in ties), *(one.employee for one in pairs)]
    names = teams.names_of_employees(actor, codes=codes)
    return {
        "row": row, "may": actor.has(*leave_post.roles) and _present(row),
        "posts": [{"row": one, "firm": firms.get(one.party_id or 0)} for one in posts],
        "ties": [{"row": one, "name": names.get(one.employee, one.employee), "look": words.ACCESS[one.access]} for one in ties],
        "pairs": [{"row": one, "name": names.get(one.employee, one.employee), "level": words.LEVELS[one.level]} for one in pairs],
    }  # fmt: skip


_ABOUT = {
    "decision_role": Field(_("决策角色"), choices=CHOICES["role"]),
    "influence": Field(_("影响力"), choices=[(one, str(one)) for one in range(5, 0, -1)], help=_("5 最大；不了解就不填")),
    "attitude": Field(_("对我行的态度"), choices=CHOICES["attitude"], help=_("不了解就不填")),
    "level": Field(_("对接层级"), choices=CHOICES["level"]),
    "reports_to": Field(_("上级"), help=_("同一客户已登记联系人的姓名"), clean=person_typed, reads=person_read,
                        initial=lambda _actor, row: row.reports_to.name if row is not None and row.reports_to else ""),
}  # fmt: skip
_NAME = Field(_("姓名"), help=_("只记工作所需；不记健康、宗教与家庭"))
_FIRM = Field(_("任职公司"), help=_("客户成员的名称"), clean=party_typed, reads=party_read)
_COLLEAGUE = Field(_("同事的工号"), initial=lambda actor, _row: actor.employee)
_GONE = _("已不再代表该客户")


class Grade(Badge):
    """A grade of a scale: a number in the API."""

    schema: ClassVar[Any] = int


class ContactPeople(ByUnit):
    """People who act for the clients in sight."""

    name, title, one = "contact-people", _("客户联系人"), _("联系人")
    purpose = _("客户一方的关键人：任职、影响力、态度与我行的往来程度")
    nothing = _("在客户的「联系人」页登记第一位联系人后，会出现在这里。")
    model, roles = ContactPerson, BUSINESS
    icon, order, sort, railed = "address-book", 46, "name", ()
    columns = (
        Title("name", _("姓名"), sort="pinyin_key"), CLIENT, Text("company", _("任职公司"), of="company"), Text("post", _("职务")),
        Badge("decision_role", _("决策角色"), looks=words.ROLES), Number("influence", _("影响力"), sort="influence", nullable=True),
        Grade("attitude", _("态度"), looks=words.ATTITUDES), Grade("access", _("我行往来"), looks=words.ACCESS, keep=True),
        Day("last", _("最近联系")), Text("level", _("对接层级"), of=lambda row: words.LEVELS.get(row.level, ""), shown=False),
    )  # fmt: skip
    facts = (
        Text("chief", _("上级")),
        Day("left_on", _("离开日期")),
        Number("place_x", _("地图列")),
        Number("place_y", _("地图行")),
    )
    views = (
        View("present", _("在任"), rows=lambda _actor, _ask: Q(left_on=None)),
        View("left", _("已离开"), rows=lambda _actor, _ask: Q(left_on__isnull=False)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "decision_role": filters.ChoiceFilter(label=_("决策角色"), choices=CHOICES["role"]),
        "level": filters.ChoiceFilter(label=_("对接层级"), choices=CHOICES["level"]),
        "influence": filters.NumberFilter(label=_("影响力至少"), lookup_expr="gte"),
        "attitude": filters.ChoiceFilter(label=_("态度"), choices=CHOICES["attitude"]),
        "access": filters.ChoiceFilter(label=_("我行往来至少"), choices=CHOICES["access"], method=_known),
        "unit": BY_UNIT,
    }  # fmt: skip
    create = Action(note_person, target="", icon="plus", fields={
        "unit": UNIT_FIELD, "company": _FIRM, "name": _NAME, "title": Field(_("职务")), "since": Field(_("任职起")), **_ABOUT,
    })  # fmt: skip
    change = Action(change_person, when=_present, why_not=_GONE, fields={
        "name": _NAME, **_ABOUT, "reason": Field(_("修改原因"), help=_("审计会看到")),
    })  # fmt: skip
    actions = (
        Action(know_person, icon="users", when=_present, why_not=_GONE, fields={
            "employee": _COLLEAGUE, "access": Field(_("往来程度"), choices=CHOICES["access"], help=_("从今天起")),
        }),
        Action(set_pair, icon="calendar", when=_present, why_not=_GONE, fields={
            "employee": _COLLEAGUE, "level": Field(_("对接层级"), choices=CHOICES["level"]),
            "days": Field(_("每隔多少天见一次"), initial=RHYTHM),
        }),
        Action(take_post, icon="plus", when=_present, why_not=_GONE, fields={
            "company": _FIRM, "title": Field(_("职务")), "since": Field(_("任职起")),
        }),
        Action(leave_post, icon="x", when=_present, why_not=_GONE, fields={
            "post": Field(_("职务编号"), help=_("从他的任职列表点「结束任职」即可填好"), clean=_post, initial=_latest_post),
            "until": Field(_("离任日期")),
        }),
        Action(draw_person, icon="adjustments", when=_present, why_not=_GONE, fields={
            "place_x": Field(_("地图列"), help=_("0 最左，1000 最右；都不填即回到自动位置")),
            "place_y": Field(_("地图行"), help=_("0 最上，1000 最下")),
        }),
        Action(person_left, icon="circle-x", when=_present, why_not=_GONE, fields={"left_on": Field(_("离开日期"))}),
    )  # fmt: skip
    panels = (Panel("ties", _("任职与往来"), "engagement/_person.html", _person_panel),)
    verbs = words.VERBS

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, post, chief, how well we know him and when we met last; some queries a page."""
        keys, today = [row.pk for row in rows], business_date(actor.at)
        posts = reading.posts_of(actor, people=keys, today=today)
        firms = clients.parties_by_key(actor, party_ids={row.party_id for row in rows if row.party_id})
        chiefs = reading.people_by_key(actor, keys={row.reports_to_id for row in rows if row.reports_to_id})
        access, met = (
            reading.best_access(actor, people=keys),
            reading.met(actor, people=keys, units={row.unit_id for row in rows}),
        )
        for row in super().decorate(actor, rows):
            held, firm, chief = posts.get(row.pk, []), firms.get(row.party_id), chiefs.get(row.reports_to_id)
            row.company, row.chief = firm.name if firm else "", chief.name if chief else ""
            row.post = next(
                (one.title for one in held if one.party_id == row.party_id), held[0].title if held else ""
            )
            row.access, row.last = access.get(row.pk, 0), met.by_any.get(row.pk)
        return rows


def _page_of_person(row: Any) -> str:
    return reverse("contact-people-one", kwargs={"public_id": row.whom.public_id}) if row.whom else ""


class Pairs(ByUnit):
    """Counterpart pairs of the clients in sight."""

    name, title, one = "pairs", _("对接"), _("对接")
    purpose = _("谁与谁对接，多久见一次，下一次何时到期")
    nothing = _("在联系人的页面约定第一组对接后，会出现在这里。")
    model, roles = Pair, BUSINESS
    icon, order, sort, railed = "users", 47, "-since", ()
    columns = (
        Title("employee", _("我行"), of="ours"), CLIENT, Link("person", _("客户方"), of="whom.name", url=_page_of_person, keep=True),
        Text("level", _("对接层级"), of=lambda row: words.LEVELS[row.level]), Number("days", _("节奏（天）"), sort="days"),
        Day("last", _("最近见面")), Day("due", _("下次到期"), keep=True), Number("overdue", _("逾期天数")),
        Day("since", _("起"), sort="since", shown=False), Day("until", _("止"), shown=False),
    )  # fmt: skip
    views = (
        View("running", _("现行对接"), rows=lambda _actor, _ask: Q(until=None)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "level": filters.ChoiceFilter(label=_("对接层级"), choices=CHOICES["level"]),
        "unit": BY_UNIT,
    }
    actions = (
        Action(end_pair, icon="x", when=lambda row: row.until is None, why_not=_("已经结束")),
    )  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, the two names, and when they are due; some queries a page."""
        people = reading.people_by_key(actor, keys={row.person_id for row in rows})
        names = teams.names_of_employees(actor, codes=[row.employee for row in rows])
        for row, one in zip(super().decorate(actor, rows), reading.due_pairs(actor, rows), strict=True):
            open_ = row.until is None
            row.ours, row.whom, row.last = (
                names.get(row.employee, row.employee),
                people.get(row.person_id),
                one.last,
            )
            row.due, row.overdue = (one.due.on, one.due.overdue or None) if open_ else (None, None)
        return rows

    def label(self, row: Any) -> str:
        """Return the two who meet."""
        return f"{row.ours} – {row.whom.name}" if row.whom else str(row.ours)
