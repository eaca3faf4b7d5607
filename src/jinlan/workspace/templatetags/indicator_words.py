"""Template tags of indicators: a change with its arrow, and the small line of the past."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jinlan.basics.money import NOT_APPLICABLE
from jinlan.kernel.figures import direction
from jinlan.kernel.templatetags.ui import polyline
from jinlan.work.indicators import Indicator
from jinlan.workspace.indicators import difference, told

register = template.Library()


@register.simple_tag
def indicator_change(one: Indicator, change: Decimal | None) -> SafeString:
    """Write a change of an indicator with arrow and sign; the colour says whether it is what the bank wants."""
    if change is None:
        return format_html('<span class="num muted">{}</span>', NOT_APPLICABLE)
    way = direction(change) if told(one, change) else ""
    if not way:
        return format_html('<span class="num muted">{}</span>', gettext("持平"))
    return format_html(
        '<span class="num {}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span> {}</span>',
        "good" if way == one.better else "bad", "▲" if way == "up" else "▼",
        gettext("上升") if way == "up" else gettext("下降"), difference(one, change),
    )  # fmt: skip


@register.simple_tag
def spark(values: Sequence[Decimal | None]) -> SafeString:
    """Draw the small line of a past; the figures stand beside it."""
    points = polyline(values)
    if not points:
        return SafeString("")
    return format_html(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true"><polyline points="{}"></polyline></svg>', points
    )  # fmt: skip
