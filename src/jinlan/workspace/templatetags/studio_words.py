"""Small things that the studio's form needs: the sentence at a field, names of sizes and methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jinlan.insight.definition import METHODS
from jinlan.kernel import figures
from jinlan.kernel.templatetags.ui import badge, icon

register = template.Library()


@register.simple_tag
def said(wrong: Mapping[str, str], place: str, prefix: str = "", end: str = "") -> SafeString:
    """Show the sentence at a field; an empty place stays there, so that a later answer can fill it."""
    return at_place(_name(place, prefix, end), wrong.get(_name(place, prefix, end), ""))


def _name(place: str, prefix: str, end: str) -> str:
    name = f"{prefix}-{place}" if prefix else place
    return f"{name}-{end}" if end else name


def at_place(name: str, text: str, *, later: bool = False) -> SafeString:
    """Return the place with its sentence; `later` fills one that is on the page already."""
    swap = SafeString(' hx-swap-oob="true"') if later else ""
    mark = icon("alert-triangle", True) if text else ""
    return format_html('<span class="error" id="at-{}"{}>{}{}</span>', name, swap, mark, text)


@register.simple_tag
def said_later(name: str, text: str, prefix: str = "") -> SafeString:
    """Fill the place of a sentence that is on the page already."""
    return at_place(_name(name, prefix, ""), text, later=True)


@register.filter
def at(found: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a name, "" for nothing."""
    return found.get(name, "")


@register.filter
def words(text: str) -> list[str]:
    """Split names."""
    return text.split()


@register.filter
def has_about(wrong: Mapping[str, str], number: str) -> bool:
    """Tell whether a criterion has a sentence inside its folded part."""
    return any(name.startswith(f"c-{number}-") for name in wrong)


@register.filter
def spoken(fields: Mapping[str, str]) -> str:
    """Return a name in the reader's language."""
    return fields.get("en", "") if figures.locale() == "en" else fields.get("zh", "")


@register.filter
def sizes(codes: str) -> list[tuple[str, str]]:
    """Return sizes of firms with their words."""
    named = {"LARGE": _("大型"), "MEDIUM": _("中型"), "SMALL": _("小型"), "MICRO": _("微型")}
    return [(code, named[code]) for code in codes.split()]


@register.filter
def methods(_nothing: str) -> list[tuple[str, str]]:
    """Return the ways to weigh with their words."""
    named = {"hand": _("手工"), "ahp": _("层次分析法 AHP"), "entropy": _("熵权法"), "combined": _("组合赋权")}
    return [(code, named[code]) for code in METHODS]


@register.filter
def unit_word(unit: str) -> str:
    """Return the word of a measure's unit."""
    named = {
        "count": _("个"),
        "days": _("天"),
        "years": _("年"),
        "ratio": _("比率"),
        "class": _("级"),
        "score": _("分"),
    }
    return named.get(unit, "")


@register.simple_tag
def client_link(client: Any, code: str) -> SafeString:
    """Name a client and open his page, when he has one; the bank's code for one out of sight."""
    if client is None:
        return format_html('<span class="num">{}</span>', code)
    if client.public_id is None:
        return format_html("{}", client.name)
    address = reverse("client", kwargs={"public_id": client.public_id})
    return format_html('<a href="{}">{}</a>', address, client.name)


@register.filter
def less(after: int, before: int) -> str:
    """Return a signed difference of counts, a dash for none."""
    return figures.signed(after - before, 0) if after != before else "—"


@register.filter
def signed_place(gap: int) -> str:
    """Return by how many places a rank differs."""
    return figures.signed(gap, 0)


@register.simple_tag
def load_state(state: str) -> SafeString:
    """Show a load's state as a badge."""
    looks = {
        "OVER": (_("超负荷"), "red", "alert-triangle"),
        "FIT": (_("适度"), "green", "circle-check"),
        "SPARE": (_("有余量"), "", ""),
    }
    return badge(*looks[state]) if state in looks else SafeString("")
