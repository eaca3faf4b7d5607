"""The lists of the service charter: what clients are owed, and who asked to be left alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import teams
from jinlan.clients.models import TeamChange
from jinlan.clients.resources import (
    BY_BRANCH,
    BY_LEAD,
    BY_UNIT,
    CLIENT,
    UNIT_FIELD,
    ByUnit,
    offer_books,
)
from jinlan.domains.strategy import words
from jinlan.domains.strategy.models import LeaveAlone, Obligation
from jinlan.domains.strategy.selectors import compliance
from jinlan.domains.strategy.selectors.definitions import tier_names
from jinlan.domains.strategy.services.assignments import assign_lead, withdraw_assignment
from jinlan.domains.strategy.services.charter_acts import excuse_obligation, leave_alone
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Badge, Day, Moment, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View
from jinlan.serving import selectors as serving

_OPEN = Q(kept_on__isnull=True, excuse_code="")


def _missed(actor: Actor, _ask: Ask) -> Q:
    return compliance.CONTACT & _passed(compliance.measured(actor))


def _unanswered(actor: Actor, _ask: Ask) -> Q:
    return ~compliance.CONTACT & _passed(compliance.measured(actor))


def _passed(about: compliance.Measured | None) -> Q:
    return compliance.missed(about.as_of) & Q(due_on__gt=about.since) if about else Q(pk__in=[])


def _coming(actor: Actor, _ask: Ask) -> Q:
    about = compliance.measured(actor)
    return _OPEN & Q(due_on__gte=about.as_of) if about else Q(pk__in=[])


def _excused(actor: Actor, _ask: Ask) -> Q:
    about = compliance.measured(actor)
    return ~Q(excuse_code="") & Q(due_on__gt=about.since) if about else Q(pk__in=[])


def word_of(kind: str) -> Any:
    """Return what a kind of contact or answer is called; an unknown one is its own word."""
    return words.OWED[kind].word if kind in words.OWED else kind


def _days_late(row: Any, as_of: date) -> int | None:
    """Return how late a contact is, or how late an answer came; None for what is not late."""
    if row.state == "late":
        return (business_date(row.done_at) - row.due_on).days
    return (as_of - row.due_on).days if row.state == "missed" else None


def may_be_excused(row: Any) -> bool:
    """Tell whether it makes sense to ask for an excuse."""
    return row.kept_on is None and not row.excuse_code


class Obligations(ByUnit):
    """Contacts that the clients in sight are owed, and answers to what they asked for."""

    name, title, one = "obligations", _("应尽联系"), _("应尽联系")
    purpose = _("按服务章程应与客户保持的联系、应答复的诉求：到期、完成、未完成与免除")
    nothing = _("夜间运行按章程推算应尽联系后，会出现在这里。")
    model, roles = Obligation, BUSINESS
    icon, order, sort, railed = "calendar", 47, "-due_on", ()
    history = False
    columns = (
        Title("kind", _("联系"), of=lambda row: word_of(row.kind)), CLIENT,
        Badge("state", _("状态"), looks=words.OBLIGATIONS, keep=True), Day("due_on", _("应完成日"), sort="due_on", keep=True),
        Day("kept_on", _("完成日"), sort="kept_on"), Number("late", _("逾期天数")), Text("tier", _("层级"), of="tier_name"),
        Text("lead", _("主办"), of="lead_name"), Text("excuse_code", _("免除原因"), of=lambda row: words.EXCUSES.get(row.excuse_code, "")),
    )  # fmt: skip
    facts = (
        Day("opens", _("起算日")), Text("ref", _("诉求编号")), Moment("due_at", _("约定时限")), Moment("done_at", _("答复时间")), Text("version", _("章程版本")), Text("excuse_evidence", _("依据")),
        Text("excuse_asked_by", _("申请人")), Text("excused_by", _("批准人")),
    )  # fmt: skip
    views = (
        View("missed", _("未完成"), rows=_missed),
        View("unanswered", _("逾期答复"), rows=_unanswered),
        View("coming", _("待完成"), rows=_coming),
        View("excused", _("已免除"), rows=_excused),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "contact": filters.ChoiceFilter(label=_("联系"), field_name="kind", choices=[(code, look.word) for code, look in words.OWED.items()]),
        "due_on": filters.DateFromToRangeFilter(label=_("应完成日")),
        "branch": BY_BRANCH,
        "lead": BY_LEAD,
        "unit": BY_UNIT,
    }  # fmt: skip
    actions = (
        Action(
            excuse_obligation, when=may_be_excused, why_not=_("已经完成或免除"), word=_("申请免除"), icon="circle-x",
            fields={
                "reason_code": Field(_("免除原因"), choices=list(words.EXCUSES.items())),
                "evidence": Field(_("依据"), long=True, help=_("客户的原话、文件或事实，至少 10 个字")),
            },
        ),
    )  # fmt: skip
    verbs = {
        "strategy.obligation_excused": _("免除应尽联系"),
        "strategy.charter_refreshed": _("更新应尽联系"),
    }

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, state, days late, and the names of tier and lead; a few queries a page."""
        about, tiers = compliance.measured(actor), tier_names(actor)
        leads = teams.names_of_employees(actor, codes=[row.lead for row in rows])
        for row in super().decorate(actor, rows):
            row.state = compliance.state_of(row, about.as_of if about else row.due_on)
            row.late = _days_late(row, about.as_of) if about else None
            row.tier_name, row.lead_name = tiers.get(row.tier, row.tier), leads.get(row.lead, row.lead)
        return rows

    def label(self, row: Any) -> str:
        """Return kind of contact, client and due date."""
        client = row.client.name if row.client else ""
        return " · ".join(filter(None, (super().label(row), client, row.due_on.isoformat())))

    def dress_filters(self, actor: Actor, ask: Ask, form: forms.Form) -> None:
        """Offer the branches and lead managers in sight."""
        about = compliance.measured(actor)
        offer_books(form, actor, as_of=about.as_of if about else None, deepest=9)


class Quiets(ByUnit):
    """Clients who asked not to be contacted before a day."""

    name, title, one = "quiets", _("暂不联系"), _("暂不联系")
    purpose = _("客户提出某日之前不要联系：到期日顺延，理由留痕")
    nothing = _("客户提出暂不联系时，在这里登记。")
    model, roles = LeaveAlone, BUSINESS
    icon, order, sort, railed = "clock", 48, "-since", ()
    columns = (
        Title("reason", _("理由")), CLIENT, Day("since", _("登记日"), sort="since", keep=True),
        Day("until", _("此日之前不联系"), sort="until", keep=True), Day("ended_on", _("提前结束")), Text("person_name", _("登记人")),
    )  # fmt: skip
    create = Action(leave_alone, target="", icon="clock", word=_("登记暂不联系"), fields={
        "unit": UNIT_FIELD,
        "not_before": Field(_("此日之前不联系"), help=_("到期的联系顺延到这一天")),
        "reason": Field(_("理由"), long=True, help=_("客户何时、如何提出；审计会看到")),
    })  # fmt: skip
    verbs = {"strategy.client_left_alone": _("登记暂不联系")}


def _coming_changes(actor: Actor, _ask: Ask) -> Q:
    return Q(withdrawn_at__isnull=True, effective_on__gt=serving.known_until(actor))


class LeadChanges(ByUnit):
    """Leads that heads decided on."""

    name, title, one = "lead-changes", _("主办调整"), _("主办调整")
    purpose = _("负责人决定的主办变更：自生效日起由新主办负责，此前的记录与业绩不变")
    nothing = _("在「组合均衡」采纳一项建议，或在这里调整主办。")
    model, roles = TeamChange, BUSINESS
    icon, order, sort, railed = "users", 49, "-effective_on", ()
    columns = (
        Title("after", _("新主办"), of="after_name"), CLIENT, Text("before", _("原主办"), of="before_name"),
        Day("effective_on", _("生效日"), sort="effective_on", keep=True), Badge("state", _("状态"), looks=words.LEAD_CHANGES),
        Text("reason", _("理由")), Text("decided_name", _("决定人")),
    )  # fmt: skip
    views = (View("coming", _("待生效"), rows=_coming_changes), View("all", _("全部"), wide=True))
    create = Action(assign_lead, target="", icon="users", word=_("调整主办"), fields={
        "unit": UNIT_FIELD,
        "after": Field(_("新主办的工号"), help=_("在职的客户经理；建议见「组合均衡」")),
        "effective_on": Field(_("生效日"), help=_("从这一天起由他负责")),
        "reason": Field(_("理由"), long=True, help=_("审计会看到")),
    })  # fmt: skip
    actions = (
        Action(withdraw_assignment, when=lambda row: row.withdrawn_at is None, why_not=_("已经撤回"), word=_("撤回"), icon="circle-x",
               fields={"reason": Field(_("理由"), long=True)}),
    )  # fmt: skip
    verbs = {"strategy.lead_assigned": _("调整主办"), "strategy.assignment_withdrawn": _("撤回主办调整")}

    def rows(self, actor: Actor, ask: Any = None) -> QuerySet[Any]:
        """Return the changes of leads; those of other roles are told with their proposals."""
        return super().rows(actor, ask).filter(role="LEAD")

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, names and state; a few queries a page."""
        today = serving.known_until(actor)
        names = teams.names_of_employees(
            actor, codes=[code for row in rows for code in (row.before, row.after)]
        )
        for row in super().decorate(actor, rows):
            row.before_name, row.after_name = (
                names.get(row.before, row.before),
                names.get(row.after, row.after),
            )
            row.state = "withdrawn" if row.withdrawn_at else "coming" if row.effective_on > today else "done"
        return rows

    def label(self, row: Any) -> str:
        """Return client, the two leads and the day."""
        client = row.client.name if row.client else ""
        return " · ".join(
            filter(None, (client, f"{row.before_name} → {row.after_name}", row.effective_on.isoformat()))
        )
