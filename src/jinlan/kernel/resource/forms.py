"""Forms made of acts: the act says which values and of what type, the resource says how they are asked for."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.kernel.forms import dress
from jinlan.kernel.payload import arguments
from jinlan.kernel.resource.declare import Action, Field

LINE, TEXT = 200, 2000  # characters of a line and of a text
DIGITS, PLACES = 20, 4


class ActForm(forms.Form):
    """The form of one action; `key` makes it done once, `seen` is the version of the row that the person looked at.

    Names that are not in the form keep the value that `fixed` gives them.
    """

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any, *, action: Action, actor: Actor, row: Any = None, seen: str = "", initial: Any = None
    ) -> None:
        given = {
            name: start(one.initial, actor, row)
            for name, one in action.fields.items()
            if one.initial is not None
        }
        held = {"key": str(uuid7()), "seen": seen}
        super().__init__(data, initial=_current(action, row) | given | dict(initial or {}) | held)
        self.action, self.actor = action, actor
        declared = arguments(action.act.run)
        for name, one in action.fields.items():
            self.fields[name] = made(one, *declared[name], actor)
        if action.act.stages and "reason" not in declared:
            self.fields["reason"] = forms.CharField(
                label=_("申请说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("复核人与审计会看到"),
            )  # fmt: skip
        dress(self)

    def shown(self) -> list[Any]:
        """Return the fields that a person fills in."""
        return [bound for bound in self if not bound.is_hidden]

    def payload(self) -> dict[str, Any]:
        """Return the arguments of the act, after `is_valid`; what its fields say must be cleaned in the actor's scope.

        Raises:
            Refused: a value that the resource's own cleaning does not take, with the name of its field.
        """
        found: dict[str, Any] = {}
        for name, one in self.action.fields.items():
            value = self.cleaned_data[name]
            try:
                found[name] = one.clean(self.actor, value) if one.clean and value not in (None, "") else value
            except Refused as refused:
                raise refused.at(field=name) from None
        return found


def start(value: Any, actor: Actor, row: Any) -> Any:
    """Return what a field holds at first."""
    return value(actor, row) if callable(value) else value


def _current(action: Action, row: Any) -> dict[str, Any]:
    """Return what the row holds under the names of the form: a change begins with what is."""
    if row is None:
        return {}
    names = [name for name in action.fields if name != "reason"]
    return {name: getattr(row, name) for name in names if hasattr(row, name)}


def made(one: Field, kind: Any, required: bool, actor: Actor) -> forms.Field:
    """Return the form field of one argument of an act; to be called in the actor's scope when its choices are read."""
    nullable = get_origin(kind) in (Union, types.UnionType)
    if nullable:
        kind = next(one for one in get_args(kind) if one is not type(None))
    how: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": required and not nullable}
    choices = one.choices(actor) if callable(one.choices) else one.choices
    if get_origin(kind) is Literal:
        choices = choices or [(value, value) for value in get_args(kind)]
    if choices:
        return _choice(kind, list(choices), nullable, how)
    if one.clean is not None:
        return forms.CharField(max_length=LINE, empty_value=None if nullable else "", **how)
    return _plain(kind, one, nullable, how)


def _choice(kind: Any, choices: list[tuple[Any, Any]], nullable: bool, how: Mapping[str, Any]) -> forms.Field:
    if not how["required"]:
        choices = [("", "—"), *choices]
    read = kind if kind in (int, Decimal, UUID) else str
    return forms.TypedChoiceField(
        choices=choices, coerce=read, empty_value=None if nullable or read is not str else "", **how
    )


def _plain(kind: Any, one: Field, nullable: bool, how: dict[str, Any]) -> forms.Field:
    if kind in _PLAIN:
        return _PLAIN[kind](how)
    widget: forms.Widget = forms.Textarea(attrs={"rows": 3}) if one.long else forms.TextInput()
    most = TEXT if one.long else LINE
    return forms.CharField(max_length=most, widget=widget, empty_value=None if nullable else "", **how)


_PLAIN: dict[Any, Callable[[dict[str, Any]], forms.Field]] = {
    bool: lambda how: forms.BooleanField(**how | {"required": False}),
    date: lambda how: forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **how
    ),
    datetime: lambda how: forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **how
    ),
    Decimal: lambda how: forms.DecimalField(max_digits=DIGITS, decimal_places=PLACES, **how),
    int: lambda how: forms.IntegerField(min_value=-(2**31), max_value=2**31 - 1, **how),
    UUID: lambda how: forms.UUIDField(**how),
}
