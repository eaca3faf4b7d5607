"""客户关怀: the lists of occasions, of the days that were given, and of who is left alone."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.almanac import told_of
from jinlan.basics.clock import business_date
from jinlan.basics.lunar import Lunar
from jinlan.clients import selectors as clients
from jinlan.clients.resources import BY_UNIT, CLIENT, UNIT_FIELD, ByUnit, party_read, party_typed
from jinlan.domains.engagement import care_words as words
from jinlan.domains.engagement.models import Care, CareDay, CareSilence
from jinlan.domains.engagement.resources.people import person_read, person_typed
from jinlan.domains.engagement.rules import care as rules
from jinlan.domains.engagement.selectors import care as reading
from jinlan.domains.engagement.selectors.people import people_by_key
from jinlan.domains.engagement.services.care import (
    end_silence,
    note_care_day,
    silence,
    withdraw_care_day,
)
from jinlan.domains.engagement.services.greeting import (
    answers_now,
    claim_greeting,
    confirm_greeting,
    greet,
    leave_greeting,
)
from jinlan.kernel import figures
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Flag, Link, Moment, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View

PERSON_FIELD = Field(
    _("联系人"),
    help=_("该客户已登记联系人的姓名；不填即指客户成员本身"),
    clean=person_typed,
    reads=person_read,
)
PARTY_FIELD = Field(_("成员"), help=_("不填即客户的第一位成员"), clean=party_typed, reads=party_read)


def choices(table: Any, codes: Any = None) -> list[tuple[str, Any]]:
    """Return the pairs of a form's choice."""
    return [(code, getattr(table[code], "word", table[code])) for code in (codes or table)]


def person_page(row: Any) -> str:
    """Return the page of whom a row is about, "" for a member."""
    return reverse("contact-people-one", kwargs={"public_id": row.whose.public_id}) if row.whose else ""


def named(row: Any) -> SafeString:
    """Return the name of whom a row is about, to stand beside what the row is called."""
    return format_html(' <span class="kind">{}</span>', row.named)


class ByPerson(ByUnit):
    """Rows about a client's people: found by their names too."""

    def found(self, actor: Actor, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows whose client or person answers to a text."""
        by_client = super().found(actor, rows, text).values("pk")
        return rows.filter(Q(pk__in=by_client) | Q(person__name__icontains=text))

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client and whom it is about: the person, the member, or the client; three queries a page."""
        found = super().decorate(actor, rows)
        people = people_by_key(actor, keys={row.person_id for row in found if row.person_id})
        firms = clients.parties_by_key(
            actor, party_ids={row.party_id for row in found if row.party_id and not row.person_id}
        )
        for row in found:
            row.whose, firm = people.get(row.person_id), firms.get(row.party_id or 0)
            client = row.client.name if row.client else ""
            row.named = row.whose.name if row.whose else firm.name if firm else client
        return found


# occasions -----------------------------------------------------------------------------------------------------------
def _soon(actor: Actor, _ask: Ask) -> Q:
    return reading.soon(business_date(actor.at))


def _mine(actor: Actor, _ask: Ask) -> Q:
    return Q(state__in=(rules.CLAIMED, rules.STOPPED), claimed_by=actor.employee) & ~Q(claimed_by="")


def _silent(actor: Actor, _ask: Ask) -> Q:
    today = business_date(actor.at)
    return reading.soon(today) & reading.silent_now(actor, today=today)


def _past(actor: Actor, _ask: Ask) -> Q:
    return Q(falls_on__lt=business_date(actor.at)) & ~Q(state__in=(rules.DONE, rules.GONE))


def _open(row: Any) -> bool:
    return row.state == rules.OPEN


def _taken(row: Any) -> bool:
    return row.state in (rules.CLAIMED, rules.STOPPED)


def _may_claim(row: Any) -> bool:
    return row.shown == "open"


def _first_amber(actor: Actor, row: Any) -> str:
    waits = (
        (one for one in answers_now(actor, row) if one.open and one.verdict.colour == "amber") if row else ()
    )
    return next((one.check.code for one in waits), "")


def _waits(row: Any) -> bool:
    return _taken(row) and row.amber


def _asked(actor: Actor, row: Any) -> dict[str, Any]:
    """Return what the panel shows: why it is silent, and what the checks say of a claimed one now."""
    return {
        "row": row, "why": [words.SILENCES[code] for code in row.why_codes], "answers": answers_now(actor, row),
        "day": told_of(row.falls_on) if row.falls_on else None,
    }  # fmt: skip


class Cares(ByPerson):
    """Occasions of the clients in sight: who is remembered when, and by whom."""

    name, title, one = "care", _("客户关怀"), _("关怀日")
    purpose = _("本人告知的生日、公司纪念日、节日与节气：一人一个日子全行只问候一次；静默期内不问候")
    nothing = _("登记本人告知的关怀日后，临近的日子会出现在这里。")
    model, roles = Care, BUSINESS
    icon, order, sort, railed = "calendar", 47, "falls_on", ()
    columns = (
        Title("occasion", _("日子"), of=lambda row: words.occasion(row.occasion, row.ordinal), beside=named), Link("whom", _("关怀对象"), of="named", url=person_page, shown=False),
        CLIENT, Day("falls_on", _("日期"), sort="falls_on", nullable=True, keep=True), Badge("state", _("状态"), of="shown", looks=words.STATES, keep=True),
        Text("why", _("静默原因"), of=lambda row: words.reasons(row.why_codes)), Text("claimed_name", _("认领人")),
        Day("done_on", _("问候日期"), sort="done_on", nullable=True),
        Text("channel", _("渠道"), of=lambda row: words.word(words.CHANNELS, row.channel), shown=False),
    )  # fmt: skip
    facts = (
        Flag("in_time", _("及时")),
        Moment("claimed_at", _("认领时间")),
        Moment("done_at", _("问候时间")),
    )
    views = (
        View("soon", _("14 天内"), rows=_soon),
        View("mine", _("我认领的"), rows=_mine),
        View("silenced", _("静默中"), rows=_silent),
        View("done", _("已问候"), rows=lambda _actor, _ask: Q(state=rules.DONE)),
        View("past", _("已错过"), rows=_past),
        View("all", _("全部"), rows=lambda _actor, _ask: ~Q(state=rules.GONE), wide=True),
    )
    filters = {
        "occasion": filters.ChoiceFilter(label=_("日子"), choices=choices(words.OCCASIONS)),
        "unit": BY_UNIT,
    }
    actions = (
        Action(claim_greeting, when=_open, offered=_may_claim, why_not=_("已被认领或已问候"), icon="users",
               fields={"channel": Field(_("渠道"), choices=choices(words.CHANNELS), help=_("须有客户关怀在该渠道的授权"))}),
        Action(greet, when=_taken, why_not=_("还没有认领，或已经问候"), icon="circle-check"),
        Action(confirm_greeting, when=_taken, offered=_waits, why_not=_("还没有认领，或已经问候"), icon="alert-triangle", fields={
            "check": Field(_("提醒"), choices=[("GATE", _("门槛")), ("DATA_QUALITY", _("数据质量"))], initial=_first_amber),
            "reason": Field(_("理由"), long=True, help=_("写明为什么仍可继续；审计会看到")),
        }),
        Action(leave_greeting, when=_taken, why_not=_("还没有认领，或已经问候"), icon="x"),
    )  # fmt: skip
    panels = (Panel("asked", _("可否问候"), "engagement/_care.html", _asked),)
    pages = {
        "": "jinlan.domains.engagement.views.CarePage",
        "greet": "jinlan.domains.engagement.views.GreetPage",
    }
    verbs = words.VERBS

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along why an occasion is silent and how it stands; some queries a page."""
        found, today = super().decorate(actor, rows), business_date(actor.at)
        waiting = [row for row in found if row.state in reading.WAITING]
        about = reading.silences(actor, units={row.unit_id for row in waiting}, day=today)
        late = reading.days_of("LATE", today)
        for row in found:
            waits = row.state in reading.WAITING
            row.why_codes = reading.why_silent(row, about, today) if waits else []
            row.amber = bool(len(found) == 1 and _taken(row) and _first_amber(actor, row))
            past = waits and row.falls_on is not None and (today - row.falls_on).days > late
            tardy = row.state == rules.DONE and not row.in_time
            row.shown = "late" if tardy else "silent" if row.why_codes else "missed" if past else row.state
        return found

    def label(self, row: Any) -> str:
        """Return what it is, and for whom."""
        return f"{words.occasion(row.occasion, row.ordinal)} · {row.named}"


# days ----------------------------------------------------------------------------------------------------------------
def said(row: Any) -> str:
    """Return a day in words: 公历 3-8, 农历闰六月初一, 随节日."""
    if row.withdrawn_at is not None:
        return gettext("已清除")
    if row.month is None or row.day is None:
        return gettext("按历法推算")
    if row.calendar == rules.LUNAR:
        lunar = Lunar(0, row.month, row.leap, row.day)
        return gettext("农历%(day)s") % {"day": lunar.en if figures.locale() == "en" else lunar.zh}
    return "-".join(filter(None, (str(row.year or ""), f"{row.month:02d}", f"{row.day:02d}")))


def _kept(row: Any) -> bool:
    return row.withdrawn_at is None


class CareDays(ByPerson):
    """Days that people gave for being remembered, and those of companies."""

    name, title, one = "care-days", _("关怀日登记"), _("关怀日")
    purpose = _("本人为关怀而告知的日子；不记出生年份，不从证件推算，可随时撤回，撤回即清除")
    nothing = _("本人告知生日或愿意收到节日问候时，在这里登记。")
    model, roles = CareDay, BUSINESS
    icon, order, sort, railed = "calendar", 48, "-made_at", ()
    columns = (
        Title("kind", _("类别"), of=lambda row: words.word(words.KINDS, row.kind), beside=named), Link("whom", _("关怀对象"), of="named", url=person_page, shown=False), CLIENT,
        Text("said", _("日子"), of=said, keep=True), Text("source", _("来源"), of=lambda row: words.word(words.SOURCES, row.source)),
        Day("given_on", _("告知日期"), sort="given_on"), Text("made_name", _("登记人")), Moment("made_at", _("登记时间"), sort="made_at", shown=False),
    )  # fmt: skip
    facts = (Moment("withdrawn_at", _("撤回时间")),)
    views = (
        View("kept", _("已登记的"), rows=lambda _actor, _ask: Q(withdrawn_at=None)),
        View("withdrawn", _("已撤回"), rows=lambda _actor, _ask: Q(withdrawn_at__isnull=False)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "kind": filters.ChoiceFilter(label=_("类别"), choices=choices(words.KINDS)),
        "unit": BY_UNIT,
    }
    create = Action(note_care_day, target="", icon="plus", fields={
        "unit": UNIT_FIELD, "person": PERSON_FIELD, "party": PARTY_FIELD, "kind": Field(_("类别"), choices=choices(words.KINDS)),
        "calendar": Field(_("历法"), choices=choices(words.CALENDARS), initial=rules.SOLAR, help=_("生日按公历还是农历过")),
        "month": Field(_("月")), "day": Field(_("日"), help=_("节日与节气不填")), "leap": Field(_("闰月")),
        "year": Field(_("年份"), help=_("只填公司成立或上市的年份；不记出生年份")),
        "source": Field(_("来源"), choices=choices(words.SOURCES), help=_("个人的日子只能由本人为此告知")),
        "given_on": Field(_("告知日期"), initial=lambda actor, _row: business_date(actor.at)),
    })  # fmt: skip
    actions = (Action(withdraw_care_day, when=_kept, why_not=_("已经撤回"), icon="circle-x"),)

    def label(self, row: Any) -> str:
        """Return what it is, and whose."""
        return f"{words.word(words.KINDS, row.kind)} · {row.named}"


# silences ------------------------------------------------------------------------------------------------------------
def _running(actor: Actor, _ask: Ask) -> Q:
    return Q(until=None) | Q(until__gt=business_date(actor.at))


class CareSilences(ByPerson):
    """Who is left alone, since and until when."""

    name, title, one = "care-silences", _("关怀静默"), _("静默")
    purpose = _("丧事、纠纷、诉讼或本人不愿被打扰期间不问候、不送礼；只记代码，不写经过")
    nothing = _("登记静默后，会出现在这里；未结投诉与客户要求暂不联系自动静默，无需登记。")
    model, roles = CareSilence, BUSINESS
    icon, order, sort, railed = "clock", 49, "-since", ()
    columns = (
        Title("reason", _("原因"), of=lambda row: words.word(words.SILENCES, row.reason), beside=named), Link("whom", _("关怀对象"), of="named", url=person_page, shown=False),
        CLIENT, Day("since", _("起"), sort="since", keep=True), Day("until", _("恢复日"), keep=True), Text("made_name", _("登记人")),
    )  # fmt: skip
    facts = (Moment("made_at", _("登记时间")), Moment("ended_at", _("解除时间")))
    views = (View("running", _("现行"), rows=_running), View("all", _("全部"), wide=True))
    filters = {
        "reason": filters.ChoiceFilter(label=_("原因"), choices=choices(words.SILENCES, words.ENTERED)),
        "unit": BY_UNIT,
    }
    create = Action(silence, target="", icon="plus", fields={
        "unit": UNIT_FIELD, "person": PERSON_FIELD, "reason": Field(_("原因"), choices=choices(words.SILENCES, words.ENTERED)),
        "since": Field(_("起"), initial=lambda actor, _row: business_date(actor.at)), "until": Field(_("恢复日"), help=_("不知道何时恢复就不填")),
    })  # fmt: skip
    actions = (
        Action(
            end_silence, when=lambda row: row.ended_at is None, why_not=_("已经结束"), icon="circle-check"
        ),
    )

    def label(self, row: Any) -> str:
        """Return why, and whom."""
        return f"{words.word(words.SILENCES, row.reason)} · {row.named}"
