"""What resources about clients share: each row is named by its client, found by it, and made by naming one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors, teams, unmask
from jinlan.clients.models import PERSONAL, Unit
from jinlan.kernel.masking import mask_person
from jinlan.kernel.reading import visible
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Link
from jinlan.kernel.resource.declare import Field, Resource
from jinlan.kernel.scope import ScopeDenied
from jinlan.serving.models import UnitResult

NAMED = 5  # names that a refusal lists


def _asked(rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
    """Return the rows as they are: who asks has to be known, so `ByUnit.listed` narrows them."""
    return rows


# Filters that a resource of rows about units may declare as `unit`, `branch` and `lead`.
BY_UNIT = filters.CharFilter(method=_asked, widget=forms.HiddenInput)
BY_BRANCH = filters.CharFilter(label=_("机构"), method=_asked, widget=forms.Select)
BY_LEAD = filters.CharFilter(label=_("主办"), widget=forms.Select)


class ByUnit(Resource):
    """A resource of rows about units (`kernel.record.AboutUnit`); `CLIENT` is its column of the client."""

    def listed(self, actor: Actor, ask: Ask) -> QuerySet[Any]:
        """Return the rows of a list, of one branch or one client where that is asked for."""
        rows = super().listed(actor, ask)
        if "branch" in self.filters and (code := ask.value("branch")):
            rows = rows.filter(branch_id=teams.branch_key(actor, code=code))
        if "unit" in self.filters and (key := ask.value("unit")):
            rows = rows.filter(unit_id__in=teams.unit_keys(actor, public_id=key))
        return rows

    def filter_word(self, actor: Actor, name: str, value: str) -> str:
        """Return the name behind a client's public id, a branch's or an employee's code."""
        if name == "owner":
            return teams.names_of_employees(actor, codes=[value]).get(value, value)
        return _read(actor, value) if name == "unit" else book_word(actor, name, value)

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client of each row; one query."""
        units = visible(actor, Unit).defer("grams", "search_text").in_bulk({row.unit_id for row in rows})
        for row in rows:
            row.client = units.get(row.unit_id)
        return rows

    def found(self, actor: Actor, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows that answer to a text themselves, or whose client does."""
        by_client = Q(unit_id__in=selectors.units_named(actor, text=text).values("id"))
        own = super().found(actor, self.rows(actor), text).values("pk") if self.own_words else []
        return rows.filter(by_client | Q(pk__in=own))

    @property
    def own_words(self) -> bool:
        """Tell whether the rows have words of their own to be found by."""
        return bool(self.search) or hasattr(self.model, "grams")


def offer_books(form: forms.Form, actor: Actor, *, as_of: date | None, deepest: int = 3) -> None:
    """Offer the branches and lead managers in sight in a form's filters `branch` and `lead`."""
    leads = selectors.lead_managers(actor, as_of=as_of) if as_of else []
    offered: Mapping[str, list[tuple[str, str]]] = {
        "branch": [(one.code, one.name) for one in selectors.branches(actor, deepest=deepest)],
        "lead": [(one.code, f"{one.name} {one.code}") for one in leads],
    }
    for name, choices in offered.items():
        form.fields[name].widget.choices = [("", _("不限")), *choices]


def book_word(actor: Actor, name: str, value: str) -> str:
    """Return the name behind the code of a branch or of an employee, "" for another filter."""
    if name == "branch":
        return selectors.branch_name(actor, code=value) or value
    return (selectors.employee_name(actor, code=value) or value) if name == "lead" else ""


class Results(Resource):
    """A resource of published results of units: a row is named by its unit's public id."""

    model = UnitResult

    def pick(self, actor: Actor, rows: QuerySet[Any], keys: Sequence[UUID]) -> QuerySet[Any]:
        """Return the results of units that public ids name."""
        return rows.filter(unit_id__in=visible(actor, Unit).filter(public_id__in=list(keys)).values("id"))

    def found(self, actor: Actor, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows of units that answer to a text by their name or a member's in sight."""
        return rows.filter(unit_id__in=selectors.units_named(actor, text=text).values("id"))

    def label(self, row: Any) -> str:
        """Return the unit's name."""
        return str(row.unit.name)


def _address(row: Any) -> str:
    return reverse("client", kwargs={"public_id": row.client.public_id}) if row.client else ""


CLIENT = Link("client", _("客户"), of="client.name", url=_address, keep=True)


def in_sight(actor: Actor, unit: UUID) -> Unit:
    """Return the unit that an act is about.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    found = selectors.unit_of(actor, public_id=unit)
    if found is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    return found


def called_outside(unit: Unit) -> str:
    """Return what a unit is called to a colleague who is asked about it and does not see it yet: a person's name masked."""
    return mask_person(unit.name) if unit.domain == PERSONAL else unit.name


def about(unit: Unit) -> dict[str, Any]:
    """Return what a row about a unit holds of it, for its policies."""
    return {"entity": unit.entity, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id}


def the_one(found: Sequence[Any], text: str, *, absent: Refused, many: Refused) -> UUID:
    """Return the public id of the one row that a text names: by its whole name, or because nothing else answers to it.

    Args:
        found: rows with a name that answer to the text, `NAMED` and one more at most.
        text: what was typed.
        absent: raised when there is none.
        many: raised when there are several; its place `names` is filled with theirs.

    Raises:
        Refused: `absent` or `many`.
    """
    exact = [row for row in found if row.name == text.strip()]
    if len(exact or found) == 1:
        key: UUID = (exact or found)[0].public_id
        return key
    if not found:
        raise absent
    raise many.at(names=[row.name for row in found[:NAMED]])


def _typed(actor: Actor, text: str) -> UUID:
    """Return the one client in sight that a text names: its public id, its whole name, or what only it answers to."""
    try:
        named = UUID(text)
    except ValueError:
        named = None
    if named is not None:
        return in_sight(actor, named).public_id
    found = selectors.find_units(actor, text=text, limit=NAMED + 1)
    absent = Refused("UNIT_ABSENT", "没有找到这个客户。", "请写名称、拼音、首字母或统一社会信用代码。")
    many = Refused("UNIT_MANY", "有几个客户与此相符:%(names)s。", "请写全名。", names=[])
    return the_one(found, text, absent=absent, many=many)


def _read(actor: Actor, value: Any) -> str:
    try:
        found = selectors.unit_of(actor, public_id=UUID(str(value)))
    except ValueError:
        return ""
    return found.name if found else ""


def party_typed(actor: Actor, text: str) -> UUID:
    """Return the one person or company in sight that a text names: its public id, or its whole name."""
    try:
        known = unmask.party_of(actor, public_id=UUID(text))
        found = [known] if known else []
    except ValueError:
        found = selectors.parties_named(actor, text=text, limit=NAMED + 1)
    absent = Refused("PARTY_ABSENT", "没有找到这个人或公司。", "请写客户成员的名称。")
    many = Refused("PARTY_MANY", "有几个与此相符:%(names)s。", "请写全名。", names=[])
    return the_one(found, text, absent=absent, many=many)


def party_read(actor: Actor, value: Any) -> str:
    """Return the name of the person or company that a public id names, "" for none in sight."""
    try:
        found = unmask.party_of(actor, public_id=UUID(str(value)))
    except ValueError:
        return ""
    return found.name if found else ""


UNIT_FIELD = Field(_("客户"), help=_("名称、拼音、首字母或统一社会信用代码"), clean=_typed, reads=_read)
