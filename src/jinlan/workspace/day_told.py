"""What a day is told with beside a meeting: its lunar date, festival or solar term, and whether it is worked."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.almanac import DayTold
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.lunar import Named
from jinlan.kernel.figures import locale
from jinlan.workspace.access import doing


def day_of(value: date | datetime | None) -> date | None:
    """Return the bank's day of an instant; a naive one is the bank's own time."""
    if isinstance(value, datetime):
        return business_date(value) if value.tzinfo else value.date()
    return value


def said(name: Named) -> str:
    """Return a name in the language of the page."""
    return name.en if locale() == "en" else name.zh


def lunar_text(told: DayTold) -> str:
    """Return the lunar date in words, "" where none is known."""
    if told.lunar is None:
        return ""
    return _("农历%(day)s") % {"day": told.lunar.en if locale() == "en" else told.lunar.zh}


def marks(told: DayTold) -> list[str]:
    """Return the festivals of a day and its solar term, each once and none that the word for the day off names already."""
    off = said(told.holiday).casefold() if told.holiday else ""
    names = [said(one) for one in told.festivals if not off or not said(one).casefold().startswith(off)]
    term = said(told.term) if told.term else ""
    taken = [*(name.casefold() for name in names), off]
    return names + [term] * bool(term and not any(one.startswith(term.casefold()) for one in taken))


def work_text(told: DayTold) -> str:
    """Return what is out of the ordinary about working on a day, "" for a working day."""
    words = {"weekend": _("周末"), "makeup": _("调休上班"), "holiday": _("放假")}
    text = words.get(told.kind, "")
    if told.holiday:
        text = _("%(holiday)s放假") % {"holiday": said(told.holiday)}
    return _("%(text)s（暂定）") % {"text": text} if text and told.provisional else text


def in_words(told: DayTold) -> str:
    """Return all that is told of a day in one line, less the weekend that its weekday says."""
    work = "" if told.kind == "weekend" else work_text(told)
    return " · ".join(filter(None, [lunar_text(told), *marks(told), work]))


@require_GET
@doing("engagement-log")
def beside(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Tell of the day that somebody has just chosen in a form; it names no client and reads no row."""
    try:
        chosen = parse_datetime(request.GET.get("starts_at", ""))
    except ValueError:  # looks like one and is none
        chosen = None
    moment = chosen.replace(tzinfo=SHANGHAI) if chosen and chosen.tzinfo is None else None
    return render(request, "workspace/_day_beside.html", {"moment": moment, "now": actor.at})
