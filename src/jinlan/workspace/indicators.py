"""成效指标: how each chapter is doing, from the nightly snapshots; and one indicator with its past and those behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.numbers import half_up
from jinlan.basics.periods import is_month_end, months_back
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.kernel import figures
from jinlan.kernel.reading import sees_whole_bank
from jinlan.work.indicators import INDICATORS, NOT_READY, WHY, Indicator
from jinlan.work.selectors import indicator_values
from jinlan.workspace import words
from jinlan.workspace.access import may_open, page
from jinlan.workspace.dates import date_menu, shown_date

if TYPE_CHECKING:
    from jinlan.serving.selectors import Published
    from jinlan.work.models import IndicatorValue

Context = dict[str, Any]
SPARK = 13  # month-ends of the small line
SHOWN = 12  # of those behind it, before somebody asks for all
YEAR = 12
CHAPTERS: Mapping[str, Any] = {
    "1.1": gettext_lazy("识别战略客户"), "1.2": gettext_lazy("分类管理"), "2.1": gettext_lazy("频繁沟通"), "2.2": gettext_lazy("客户经理制"),
    "20.2": gettext_lazy("客户关怀"),
}  # fmt: skip


def may_see(actor: Actor) -> bool:
    """Tell whether somebody may open the indicators: they are made of the whole bank."""
    return may_open(actor, "indicators") and sees_whole_bank()


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator on a date as pages show it; changes are differences of the value, None where there is nothing before."""

    one: Indicator
    row: IndicatorValue | None
    month: Decimal | None
    year: Decimal | None
    past: Sequence[Decimal | None]
    query: str = ""  # that keeps a page on a date

    @property
    def state(self) -> str:
        """Return met, missed, or unknown without a value."""
        met = self.row.met if self.row else None
        return "unknown" if met is None else "met" if met else "missed"

    @property
    def value(self) -> str:
        """Return the value in its unit."""
        return written(self.one, self.row.value if self.row else None)

    @property
    def target(self) -> str:
        """Return the target with its direction."""
        sign = "≥" if self.one.better == "up" else "≤"
        return f"{sign} {written(self.one, self.row.target)}" if self.row else "—"

    @property
    def why(self) -> Any:
        """Return in words why there is no value, "" where there is one."""
        code = self.row.why if self.row else NOT_READY
        return words.word(WHY, code) if code else ""

    @property
    def parts(self) -> list[tuple[Any, str]]:
        """Return numerator and denominator by name."""
        known = [value for value in (self.row.top, self.row.bottom) if value is not None] if self.row else []
        if not self.one.money:
            texts = [figures.number(value) for value in known]
        else:
            unit = figures.column_unit(known)
            texts = [f"{figures.in_unit(value, unit)} {figures.unit_label(unit)}" for value in known]
        return list(zip(self.one.parts, texts, strict=False))

    @property
    def list_url(self) -> str:
        """Return the address of those behind it."""
        if not self.one.opens:
            return f"{reverse('indicator', kwargs={'code': self.one.code})}{self.query}#cases"
        # Of other pages only the list of clients can be rewound.
        rewinds = self.query and self.one.opens.startswith(reverse("clients"))
        return f"{self.one.opens}&{self.query[1:]}" if rewinds else self.one.opens


def written(one: Indicator, value: Decimal | None) -> str:
    """Write a value of an indicator in its unit."""
    if value is None:
        return "—"
    if one.unit == "ratio":
        return figures.percent(value)
    if one.unit == "count":
        return figures.number(value)
    text = figures.number(value, 0 if value == value.to_integral_value() else 1)
    return ngettext("%(n)s 天", "%(n)s 天", 1 if value == 1 else 2) % {"n": text}


def told(one: Indicator, change: Decimal) -> bool:
    """Tell whether a change is more than nothing once it is rounded."""
    return bool(half_up(change * 100 if one.unit == "ratio" else change, 1))


def difference(one: Indicator, value: Decimal) -> str:
    """Write a change of an indicator: points of a percentage, days, or plain."""
    if one.unit == "ratio":
        return _("%(n)s 个百分点") % {"n": figures.signed(value * 100)}
    return figures.signed(value, 0 if value == value.to_integral_value() else 1)


def lines(actor: Actor, shown: Published) -> list[Line]:
    """Return every indicator as it stood on the date shown, in the order of the chapters."""
    kept: dict[str, list[IndicatorValue]] = {}
    for row in indicator_values(actor, until=shown.as_of):
        kept.setdefault(row.code, []).append(row)
    query = as_of_query(shown)
    return [
        _line(one, kept.get(one.code, []), shown.as_of, query)
        for one in sorted(INDICATORS.values(), key=_order)
    ]


def _order(one: Indicator) -> tuple[int, ...]:
    return tuple(int(part) for part in one.chapter.split("."))


def _line(one: Indicator, rows: Sequence[IndicatorValue], as_of: date, query: str = "") -> Line:
    """Return a line of one indicator's snapshots up to a date, oldest first."""
    row = rows[-1] if rows and rows[-1].as_of == as_of else None
    ends = [each for each in rows if is_month_end(each.as_of)]
    earlier = [each for each in ends if each.as_of < as_of]
    # A year ago: the month-end that spoke then.
    year = [each for each in ends if months_back(as_of, YEAR + 1) < each.as_of <= months_back(as_of, YEAR)]
    past = [each.value for each in ends[-SPARK:]]
    return Line(one, row, _since(row, earlier[-1:]), _since(row, year[-1:]), past, query)


def _since(row: IndicatorValue | None, before: Sequence[IndicatorValue]) -> Decimal | None:
    if row is None or row.value is None or not before or before[0].value is None:
        return None
    found: Decimal = row.value - before[0].value
    return found


@require_GET
@page("indicators")
def indicators(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show every indicator by chapter: value, target, change, past, and the way to the list behind it."""
    _whole()
    shown = shown_date(request, actor)
    context: Context = {
        "title": _("成效指标"),
        "place": "department",
        "data_date": date_menu(request, actor, shown),
    }
    if shown is None:
        return render(request, "workspace/clients_nothing.html", context)
    found = lines(actor, shown)
    chapters = [
        {"number": number, "name": words.word(CHAPTERS, number), "lines": [line for line in found if line.one.chapter == number]}
        for number in dict.fromkeys(line.one.chapter for line in found)
    ]  # fmt: skip
    counts = {state: sum(line.state == state for line in found) for state in ("met", "missed", "unknown")}
    return render(
        request, "workspace/indicators.html",
        context | {"chapters": chapters, "counts": counts, "shown": shown, "as_of_query": as_of_query(shown)},
    )  # fmt: skip


def as_of_query(shown: Published) -> str:
    """Return the query that keeps a page on the date shown."""
    return f"?as_of={shown.as_of.isoformat()}" if shown.past else ""


def _whole() -> None:
    if not sees_whole_bank():
        raise Http404


@require_GET
@page("indicators")
def indicator(request: HttpRequest, code: str, *, actor: Actor) -> HttpResponse:
    """Show one indicator: its past beside its target, what it is made of, and those behind it."""
    _whole()
    one, shown = INDICATORS.get(code), shown_date(request, actor)
    if one is None:
        raise Http404
    context: Context = {
        "title": one.name, "place": "department", "data_date": date_menu(request, actor, shown), "one": one,
    }  # fmt: skip
    if shown is None:
        return render(request, "workspace/clients_nothing.html", context)
    rows = indicator_values(actor, until=shown.as_of, code=code)
    if request.GET.get("format") == "csv":
        response = HttpResponse(_as_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{code}-{shown.as_of.isoformat()}.csv"'
        return response
    line = _line(one, rows, shown.as_of, as_of_query(shown))
    return render(request, "workspace/indicator.html", context | {
        "line": line, "shown": shown, "as_of_query": as_of_query(shown), "rule": one.rule(shown.as_of),
        "chapter": words.word(CHAPTERS, one.chapter), "spec": _spec(one, rows), "finding": _finding(line),
        "known": sum(row.value is not None for row in rows), "csv_url": _csv_url(shown),
        "history": [_line(one, rows[: place + 1], row.as_of) for place, row in reversed(list(enumerate(rows)))],
        "cases": _cases(actor, line, shown.as_of, everything=request.GET.get("cases") == "all"), "behind": line.row.inputs.get("behind", 0) if line.row else 0,
        "kinds": _kinds(line),
    })  # fmt: skip


def _csv_url(shown: Published) -> str:
    query = as_of_query(shown)
    return f"{query}&format=csv" if query else "?format=csv"


def _finding(line: Line) -> str:
    """Say in one sentence how an indicator stands."""
    said = {"name": line.one.name, "value": line.value, "target": line.target, "why": line.why}
    if line.state == "unknown":
        return _("%(name)s：%(why)s") % said
    if line.state == "met":
        return _("%(name)s %(value)s，达到目标 %(target)s") % said
    return _("%(name)s %(value)s，未达到目标 %(target)s") % said


def _spec(one: Indicator, rows: Sequence[IndicatorValue]) -> Context:
    """Return the chart of an indicator beside its target; figures travel as decimal strings, never as floats."""
    scale, places = (Decimal(100), 1) if one.unit == "ratio" else (Decimal(1), 1)

    def series(name: Any, values: Sequence[Decimal | None], **how: Any) -> Context:
        drawn = [None if value is None else str(half_up(value * scale, places)) for value in values]
        return {"name": str(name), "values": drawn, "shown": [written(one, value) for value in values], **how}

    return {
        "kind": "line", "unit": {"ratio": "%", "days": _("天")}.get(one.unit, ""), "digits": places,
        "locale": "en" if figures.locale() == "en" else "zh-CN", "scale": True, "x": [row.as_of.isoformat() for row in rows],
        "series": [series(_("数值"), [row.value for row in rows]), series(_("目标"), [row.target for row in rows], dashed=True, colour=2)],
    }  # fmt: skip


def _as_csv(rows: Sequence[IndicatorValue]) -> str:
    """Return the snapshots as CSV with exact values; figures, dates and codes only, so nothing can act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["as_of_date", "value", "numerator", "denominator", "target", "met", "why", "rule", "run"]
    )
    for row in rows:
        cells = (
            row.value,
            row.top,
            row.bottom,
            row.target,
            row.met,
            row.why,
            row.inputs.get("rule"),
            row.run_id,
        )
        writer.writerow([row.as_of.isoformat(), *("" if cell is None else str(cell) for cell in cells)])
    return "\ufeff" + out.getvalue()


def _roles(said: str) -> str:
    return figures.listed(str(words.word(words.TEAM_ROLES, role)) for role in said.split(","))


def _load(said: str) -> str:
    """Read a load outside the band, which lies around one."""
    share = Decimal(said)
    return f"{figures.percent(share)} · {_('超载') if share > 1 else _('富余')}"


# What is the matter with somebody behind an indicator, by indicator: the head of the column, and what a code or figure reads as.
_SAID: Mapping[str, tuple[Any, Callable[[str], str]]] = {
    "FLAPS": (gettext_lazy("反复次数"), str),
    "OVERRIDES": (gettext_lazy("层级"), lambda said: str(words.look(words.TIERS, said).word)),
    "DECIDED": (gettext_lazy("天数"), str),
    "TRIANGLE": (gettext_lazy("缺少的角色"), _roles),
    "LOAD": (gettext_lazy("负荷"), _load),
}


def _cases(actor: Actor, line: Line, as_of: date, *, everything: bool) -> Context:
    """Return those behind an indicator, the first ones or all that were kept: units with their leads, managers with their list."""
    every = line.row.inputs.get("cases", []) if line.row else []
    kept = every if everything else every[:SHOWN]
    head, read = _SAID.get(line.one.code, (gettext_lazy("说明"), str))
    keys = [int(key) for about, key, _said in kept if about == "unit"]
    units = clients.named_units(actor, unit_ids=keys, as_of=as_of)
    names = teams.names_of_employees(actor, codes=[key for about, key, _said in kept if about == "employee"])
    rows: list[Context] = []
    for about, key, said in kept:
        if about == "employee":
            rows.append({"employee": key, "name": names.get(key, key), "said": read(said)})
        elif int(key) in units:
            unit, leads = units[int(key)]
            rows.append({"unit": unit, "leads": leads, "said": read(said)})
    return {
        "head": head,
        "rows": rows,
        "people": any(about == "employee" for about, *_rest in kept),
        "hidden": len(every) - len(kept),
        "kept": len(every),
    }


def _kinds(line: Line) -> list[Context]:
    """Return the totals by kind of unit that a figure of the whole bank was made of."""
    kept: Mapping[str, Any] = line.row.inputs.get("kinds", {}) if line.row else {}
    rows = [
        {
            "kind": kind, **kept[kind], "all": Decimal(kept[kind]["all"]), "tiered": Decimal(kept[kind]["tiered"]),
            "share": figures.ratio(Decimal(kept[kind]["tiered"]), Decimal(kept[kind]["all"])),
        }
        for kind in words.KINDS if kind in kept
    ]  # fmt: skip
    unit = figures.column_unit([row["all"] for row in rows])
    return [row | {"money": unit} for row in rows]
