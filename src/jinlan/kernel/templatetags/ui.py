"""The components: every page is built of these, each is shown once on /design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jinlan.kernel.models import RoleGrant

register = template.Library()
Context = dict[str, Any]


@register.simple_tag
@lru_cache(maxsize=512)  # names come from our own templates and declarations, and a page shows some hundred
def icon(name: str, small: bool = False) -> SafeString:
    """Draw an icon of the sprite; always beside a word or inside something with a label."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        " s" if small else "", static("vendor/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def badge(text: str, tone: str = "", mark: str = "", title: str = "") -> SafeString:
    """Show a short state: word, tone (gold ink red amber green blue plain) and an icon where tone matters."""
    return format_html(
        '<span class="badge {}"{}>{}{}</span>',
        tone, format_html(' title="{}"', title) if title else "", icon(mark, small=True) if mark else "", text,
    )  # fmt: skip


@register.simple_block_tag
def page_head(content: str, title: str, purpose: str = "") -> str:
    """Head of a page: title, one line of purpose; the block holds its actions."""
    return render_to_string(
        "ui/page_head.html", {"title": title, "purpose": purpose, "actions": SafeString(content.strip())}
    )


@register.simple_block_tag
def card(
    content: str, title: str = "", flush: bool = False, span: str = "", note: str = "", ident: str = ""
) -> str:
    """One level of card; `flush` lets a table reach its edges, `span` is c3 … c8 of twelve columns."""
    return render_to_string(
        "ui/card.html",
        {"content": content, "title": title, "flush": flush, "span": span, "note": note, "ident": ident},
    )


@register.simple_block_tag
def notice(content: str, tone: str = "blue", mark: str = "info-circle") -> str:
    """A sentence about the state of what follows: partial (amber), error (red), hint (blue), success (green)."""
    return render_to_string("ui/notice.html", {"content": content, "tone": tone, "mark": mark})


@register.inclusion_tag("ui/stat.html")
def stat(
    label: str, value: str | SafeString, note: str | SafeString = "", info: str = "", href: str = "",
    spark: Sequence[Decimal | None] = (),
) -> Context:  # fmt: skip
    """One figure with its label, note, ⓘ and small line of its past."""
    return {
        "label": label,
        "value": value,
        "note": note,
        "info": info,
        "href": href,
        "line": polyline(spark),
    }


def polyline(values: Sequence[Decimal | None]) -> str:
    """Return the points of a sparkline in a 100 x 24 box; empty for less than three values."""
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    low, high = min(known), max(known)
    spread = (high - low) or Decimal(1)
    step = Decimal(100) / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{22 - (value - low) / spread * 20:.1f}"
        for place, value in enumerate(values)
        if value is not None
    )


@register.inclusion_tag("ui/info.html")
def info(url: str, label: str) -> Context:
    """The ⓘ: opens the side panel with formula, rule version, run, load and source rows of a figure."""
    return {"url": url, "label": label}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str, mark: str = "search", url: str = "", action: str = "") -> Context:
    """What would be here, why it is empty, the next step."""
    return {"title": title, "text": text, "mark": mark, "url": url, "action": action}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str) -> Context:
    """View tabs: items with label, url, current and perhaps count."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/chips.html")
def chips(items: Sequence[Mapping[str, Any]], clear: str = "") -> Context:
    """Filters in force, each removable: items with label and url (without it)."""
    return {"items": items, "clear": clear}


@register.inclusion_tag("ui/pager.html")
def pager(page: Mapping[str, Any]) -> Context:
    """Keyset pager: first, last, total, approx, prev_url, next_url, first_url."""
    return {"page": page}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, help_text: str = "") -> Context:
    """One form row: label above, help under it, error at the field."""
    return {"bound": bound, "help_text": help_text or bound.help_text}


@register.inclusion_tag("ui/errors.html")
def errors(form: Any) -> Context:
    """The summary of a form's errors, with links to the fields."""
    return {"form": form}


@register.inclusion_tag("ui/chart.html")
def chart(ident: str, spec: Mapping[str, Any], title: str, csv: str = "") -> Context:
    """A chart whose title says the finding, with the table behind it (same data, CSV)."""
    rows = list(zip(spec["x"], *[item["shown"] for item in spec["series"]], strict=True))
    return {
        "data_id": f"{ident}-data",
        "spec": _drawable(spec),
        "title": title,
        "rows": rows,
        "series": spec["series"],
        "unit": spec["unit"],
        "csv": csv,
    }


def _drawable(spec: Mapping[str, Any]) -> Context:
    """Leave out what only the table needs."""
    series = [{key: value for key, value in item.items() if key != "shown"} for item in spec["series"]]
    return {**spec, "series": series}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str) -> Context:
    """A line of progress with its numbers."""
    return {"done": done, "total": total, "label": label, "percent": 100 * done // total if total else 0}


@register.inclusion_tag("ui/bar_vs.html")
def bar_vs(own: Decimal | None, peer: Decimal | None, label: str, tone: str = "") -> Context:
    """A bar of 0 to 100 with a mark for the peers' mean."""
    return {"own": own, "peer": peer, "label": label, "tone": tone}


@register.simple_tag
def mini_bar(share: Decimal | None, label: str, tone: str = "") -> SafeString:
    """A small bar of a share between 0 and 1."""
    if share is None:
        return SafeString("")
    wide = max(Decimal(0), min(Decimal(1), share)) * 100
    return format_html(
        '<svg class="mini" role="img" aria-label="{}"><rect class="track" width="100%" height="8" rx="2"></rect>'
        '<rect class="own {}" width="{}%" height="8" rx="2"></rect></svg>',
        label, tone, f"{wide:.1f}",
    )  # fmt: skip


@register.inclusion_tag("ui/skeleton.html")
def skeleton(lines: int = 3) -> Context:
    """Grey lines while something loads; they appear after 300 ms."""
    return {"lines": range(lines)}


@register.inclusion_tag("ui/toast.html", takes_context=True)
def toasts(context: template.Context) -> Context:
    """Quiet words about what has just happened."""
    return {"messages": context.get("messages", ())}


@register.simple_tag
def resource_url(resource: Any, page: str = "", **kwargs: Any) -> str:
    """Return the address of a page of a resource, "" when it has no such page."""
    try:
        return reverse(f"{resource.name}-{page}" if page else resource.name, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@register.simple_tag
def role_choices(roles: Sequence[str]) -> list[tuple[str, str]]:
    """Return roles with their words."""
    return [(code, gettext(word)) for code, word in RoleGrant.ROLES if code in roles]
