"""名册: the list of managed units on a date, with its views, filters, search, matrix and totals; one `Resource`."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.clients.resources import Results, book_word, offer_books
from jinlan.kernel.figures import speak_in
from jinlan.kernel.reading import remembered
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.declare import Summary, View
from jinlan.kernel.scope import Scope, require_scope
from jinlan.serving import matrix as grid
from jinlan.serving import selectors as serving
from jinlan.serving.selectors import Published
from jinlan.workspace import words
from jinlan.workspace.access import EVERYBODY
from jinlan.workspace.client_columns import COLUMNS, foot

DUE_DAYS = (30, 60, 90, 180)
OWN_BOOK = ("manager", "private_banker")
_known: ContextVar[tuple[Scope, str, Published | None] | None] = ContextVar("jinlan_shown", default=None)


def shown(actor: Actor, ask: Ask | None) -> Published | None:
    """Return the published date that a list speaks of, read once in a scope; money is then written in its base currency."""
    wanted = ask.value("as_of") if ask else ""
    held, scope = _known.get(), require_scope()
    if held is not None and held[0] is scope and held[1] == wanted:
        return held[2]
    entity = str(getattr(settings, "JINLAN_ENTITY", "") or "")
    found = serving.published(actor, entity=entity, as_of=_day(wanted))
    if found is not None:
        speak_in(found.base_currency)
    _known.set((scope, wanted, found))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _as_of(actor: Actor, ask: Ask) -> date:
    found = shown(actor, ask)
    return found.as_of if found else actor.at.date()  # with nothing published there is no row either


def _tier(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    return rows.filter(effective_tier="" if value == "none" else value)


def _due(rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
    return rows.filter(
        next_maturity__gte=F("as_of"), next_maturity__lte=F("as_of") + timedelta(days=int(value))
    )


def _elsewhere(rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
    """Needs the actor: `Clients.listed` applies it."""
    return rows


def _choice(label: Any, choices: Sequence[tuple[Any, Any]], **how: Any) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label=label, choices=choices, empty_label=_("不限"), **how)


def _hidden(label: Any = "") -> filters.CharFilter:
    return filters.CharFilter(label=label, method=_elsewhere, widget=forms.HiddenInput)


class Clients(Results):
    """Managed units on a date; in sight when their figures are."""

    name, title, one, icon, key, order = "clients", _("名册"), _("客户"), "address-book", "c", 3
    purpose = _("谁是战略客户、在哪一层、规模与风险如何")
    roles, columns, sort = EVERYBODY, COLUMNS, "-tier"
    pages = {"": "jinlan.workspace.lists.ClientsPage", "one": None}
    history, searchable = False, False  # the search of the top bar is this list's
    views = (
        View("mine", _("我的"), lambda actor, ask: clients.own_book(actor, as_of=_as_of(actor, ask)), OWN_BOOK),
        View("all", _("全部"), wide=True),
        View("borderline", _("新进与临界"), lambda actor, ask: clients.borderline(_as_of(actor, ask))),
        View("watch", _("观察与暂停"), lambda _actor, _ask: Q(tier_state__in=("watch", "suspended", "proposed_down", "retained"))),
        View("decide", _("待决"), lambda _actor, _ask: Q(proposed_tier__isnull=False)),
    )  # fmt: skip
    filters = {
        "kind": _choice(_("客户类型"), list(words.KINDS.items())),
        "tier": _choice(_("层级"), [(code or "none", look.word) for code, look in words.TIERS.items()], method=_tier),
        "state": _choice(_("状态"), [(code, look.word) for code, look in words.STATES.items() if code not in {"", "closed"}], field_name="tier_state"),
        "branch": filters.CharFilter(label=_("机构（含下级）"), method=_elsewhere, widget=forms.Select),
        "lead": filters.CharFilter(label=_("主办"), method=_elsewhere, widget=forms.Select),
        "due": _choice(_("最近到期"), [(str(days), format_lazy(_("{n} 天内"), n=days)) for days in DUE_DAYS], method=_due),
        "class": _choice(_("最差五级分类（及以下）"), [(code, look.word) for code, look in words.FIVE_TIER.items() if code > 1], field_name="five_tier_worst", lookup_expr="gte"),
        "overdue": _choice(_("逾期"), [("1", _("有逾期"))], method=lambda rows, _name, _value: rows.filter(overdue__gt=0)),
        "gate": _choice(_("门槛"), [("1", _("门槛未通过"))], method=lambda rows, _name, _value: rows.exclude(gates__in=("", "ok"))),
        "cell": _hidden(_("矩阵格")), "as_of": _hidden(), "as": _hidden(),
    }  # fmt: skip

    def rows(self, actor: Actor, ask: Ask | None = None) -> QuerySet[Any]:
        """Return the results of the date asked for, of the newest without one."""
        found = shown(actor, ask)
        if found is None:
            return serving.results(actor, as_of=actor.at.date()).none()
        return serving.results(actor, as_of=found.as_of).defer("measures", "detail")

    def listed(self, actor: Actor, ask: Ask) -> QuerySet[Any]:
        """Return the rows of a list; branch, lead and cell need to know who asks, and the cell the rest of the list."""
        rows = super().listed(actor, ask)
        if code := ask.value("branch"):
            rows = rows.filter(branch_id__in=clients.branch_and_below(actor, code=code))
        if code := ask.value("lead"):
            rows = rows.filter(unit_id__in=clients.led_by(actor, code=code, as_of=_as_of(actor, ask)))
        return grid.in_cell(rows, ask.value("cell"))

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along unit and lead managers; one query."""
        if not rows:
            return rows
        units = clients.named_units(actor, unit_ids=[row.unit_id for row in rows], as_of=rows[0].as_of)
        held = _known.get()
        past = held is not None and held[2] is not None and held[2].past
        for row in rows:
            row.unit, row.leads = units[row.unit_id]
            row.public_id = row.unit.public_id
            row.rewound = f"?as_of={row.as_of.isoformat()}" if past else ""
        return rows

    def summary(self, actor: Actor, ask: Ask, rows: QuerySet[Any]) -> Summary:
        """Return count and sums; those of a whole bank's list are kept for a while."""
        sums = kept(actor, ask, "totals", lambda: serving.totals(rows))
        return Summary(sums["count"], foot(sums))

    def edition(self, actor: Actor, ask: Ask) -> str:
        """Return the run that made the rows."""
        found = shown(actor, ask)
        return str(found.run_id) if found else ""

    def url_of(self, row: Any) -> str:
        """Return the client's own page, on the date of the list."""
        return reverse("client", kwargs={"public_id": row.public_id}) + row.rewound

    def peek_of(self, row: Any) -> str:
        """Return the client's peek."""
        return reverse("client-peek", kwargs={"public_id": row.public_id}) + row.rewound

    def dress_filters(self, actor: Actor, ask: Ask, form: forms.Form) -> None:
        """Offer the branches and lead managers in sight."""
        found = shown(actor, ask)
        offer_books(form, actor, as_of=found.as_of if found else None)

    def filter_word(self, actor: Actor, name: str, value: str) -> str:
        """Return the name behind the code of a branch or of an employee."""
        return book_word(actor, name, value)


def kept(actor: Actor, ask: Ask, what: str, make: Any) -> Any:
    """Keep what a whole bank's list adds up to; lists by coverage are always made afresh."""
    found = shown(actor, ask)
    if found is None or ask.view == "mine" or ask.value("lead"):
        return make()
    plain = ask.with_(sort="", cols=()).query()
    return remembered(actor, f"{found.entity}|{found.run_id}|{found.as_of}|{plain}|{what}", make)
