"""The filters in force in words: as chips above a list, and in the request for a large file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.kernel.figures import listed
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.declare import Resource

SIDES = {"after": "≥", "min": "≥", "before": "≤", "max": "≤"}


def in_force(resource: Resource, actor: Actor, ask: Ask) -> Iterator[tuple[str, str]]:
    """Yield (name, words) of every filter that has an effect; in the actor's scope."""
    if ask.text:
        yield "q", _("搜索“%(text)s”") % {"text": ask.text}
    form = resource.filter_set(ask, resource.rows(actor, ask)).form
    form.is_valid()
    for name, values in ask.filters:
        base, side = _field_of(form, name)
        label = form.fields[base].label
        if label and form.cleaned_data.get(base) not in (None, "", []):
            shown = listed(
                resource.filter_word(actor, base, value) or _word(form.fields[base], value)
                for value in values
            )
            yield name, f"{label} {SIDES[side]} {shown}" if side else f"{label}：{shown}"


def words_of(resource: Resource, actor: Actor, ask: Ask) -> str:
    """Return view and filters in one line."""
    view = next(one for one in resource.views_for(actor) if one.code == ask.view)
    return " · ".join([str(view.title), *(words for _name, words in in_force(resource, actor, ask))])


def _field_of(form: Any, name: str) -> tuple[str, str]:
    if name in form.fields:
        return name, ""
    base, _sep, side = name.rpartition("_")
    return base, side


def _word(field: Any, value: str) -> str:
    for code, word in getattr(field, "choices", ()):
        if str(code) == value:
            return str(word)
    return {"true": _("是"), "false": _("否")}.get(value, value)
