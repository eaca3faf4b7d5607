"""The forms of targets: the bank's own months, and the split of an owner's over those below; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import organisation
from jinlan.domains.strategy.rules.targets import BANK, BRANCH, THE_BANK, ZERO, Owner
from jinlan.domains.strategy.selectors import targets as reading
from jinlan.domains.strategy.services import targets as services
from jinlan.domains.strategy.words import METRICS
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.workspace import target_sheet as sheets
from jinlan.workspace.access import doing
from jinlan.workspace.target_sheet import Row, Sheet
from jinlan.workspace.targets import Asked, asked, spelled

OWN = "own"  # the row of the bank's form


@require_http_methods(["GET", "POST"])
@doing("targets-set")
def set_bank(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Set the bank's months, typed or shared out from quarters or the year."""
    with scoped(actor):
        it = asked(request, actor)
        if it.owner != THE_BANK:
            raise Http404
        sheet = _bank_sheet(request, it)
        last = reading.last_year(it.year, [THE_BANK])[THE_BANK]
        sheet.rows[0].last = sum(last, ZERO) if any(last) else None
    if request.method == "POST":
        if how := request.POST.get("fill"):
            sheets.fill_year(sheet, how, last, it.metric)
        elif _saved(sheet, lambda: _set(it, sheet)):
            messages.info(request, _("目标已保存"))
            return redirect(it.url())
    return _shown(request, it, sheet, "workspace/target_set.html", _("设定全行目标"))


def _bank_sheet(request: HttpRequest, it: Asked) -> Sheet:
    line, given = it.year.line(THE_BANK), request.POST
    unit = sheets.unit_given(it.metric, given.get("unit", sheets.unit_for(it.metric)))
    row = sheets.row_of(THE_BANK, it.places.name(THE_BANK), OWN, line.target, unit, line.edition)
    row.held = True
    sheet = Sheet(unit, [row])
    if request.method == "POST":
        sheet.year = given.get("year_sum", "")[: sheets.LONGEST]
        sheet.quarters = [given.get(f"q{number}", "")[: sheets.LONGEST] for number in range(1, 5)]
        _common(request, sheet, [row])
    else:
        sheet.year = sheets.typed(line.year, unit)
        sheet.quarters = [sheets.typed(one, unit) for one in line.quarters or (None,) * 4]
    return sheet


def _set(it: Asked, sheet: Sheet) -> None:
    (row,) = sheet.rows
    services.set_target(
        actor=it.actor, year=it.year.year, metric=it.metric, months=row.whole, edition=row.edition, spread=sheet.spread,
        reason=sheet.reason,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@doing("targets-split")
def split(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Split an owner's months over those below him, typed or by a suggestion."""
    with scoped(actor):
        it = asked(request, actor, splits=True)
        given = request.POST if request.method == "POST" else request.GET
        if given.get("of") and not it.places.may_split(it.owner):
            raise Http404
        line = it.year.line(it.owner)
        sheet = _split_sheet(request, it, line)
        last = reading.last_year(it.year, [row.owner for row in sheet.rows])
        for row in sheet.rows:
            row.last = sum(last[row.owner], ZERO) if any(last[row.owner]) else None
    if request.method == "POST":
        if (how := request.POST.get("fill")) and line.target is not None:
            sheets.fill(sheet, how, last, it.metric)
        elif _saved(sheet, lambda: _split(it, sheet)):
            messages.info(request, _("目标已分解"))
            return redirect(it.url())
    title = _("分解目标：%(name)s") % {"name": it.places.name(it.owner)}
    return _shown(request, it, sheet, "workspace/target_split.html", title)


def _split_sheet(request: HttpRequest, it: Asked, line: reading.Line) -> Sheet:
    given = request.POST
    unit = sheets.unit_given(it.metric, given.get("unit", sheets.unit_for(it.metric)))
    may = it.places.may_split(it.owner)
    children = it.year.children(it.owner) if may else []
    rows = [_row(it, child, unit) for child in _offered(it, children)] if may else []
    for row in rows:
        row.on = row.held or not children
    own = sheets.row_of(it.owner, it.places.name(it.owner), OWN, line.target, unit, line.edition)
    sheet = Sheet(unit, rows, own)
    if request.method == "POST":
        _common(request, sheet, rows)
        edition = given.get("own-edition", "")
        own.edition = (
            int(edition) if edition.isascii() and edition.isdigit() and len(edition) < sheets.LONGEST else 0
        )
    return sheet


def _row(it: Asked, child: Owner, unit: str) -> Row:
    line = it.year.line(child)
    return sheets.row_of(child, it.places.name(child), spelled(child), line.target, unit, line.edition)


def _offered(it: Asked, children: list[Owner]) -> list[Owner]:
    """Return those who have a target already, then who may get one: branches, and people who look after clients."""
    books = organisation.with_book(it.actor, on=it.today)
    elsewhere = it.year.targets.keys() - set(children)
    new = [
        one for one in it.places.candidates(it.owner)
        if one not in elsewhere and one not in children and (one.kind == BRANCH or one.code in books)
    ]  # fmt: skip
    order = {BANK: 0, BRANCH: 1}
    return [*sorted(children, key=lambda one: (order.get(one.kind, 2), one.code)), *new]


def _split(it: Asked, sheet: Sheet) -> None:
    services.split_target(
        actor=it.actor, year=it.year.year, metric=it.metric, owner=it.owner, edition=sheet.own.edition if sheet.own else 0,
        children=[services.Wanted(row.owner, row.whole, row.edition) for row in sheet.taking], spread=sheet.spread,
        reason=sheet.reason,
    )  # fmt: skip


def _common(request: HttpRequest, sheet: Sheet, rows: list[Row]) -> None:
    given = request.POST
    sheet.reason, sheet.spread = given.get("reason", "")[:500], given.get("spread") == "on"
    for row in rows:
        sheets.read(row, given, sheet.unit, sheet.wrong, needed="fill" not in given)


def _saved(sheet: Sheet, deed: Callable[[], None]) -> bool:
    """Do it unless something on the sheet is wrong already; a refusal is shown at its field."""
    if sheet.own is None:
        sheets.check_sums(sheet)
    elif not sheet.taking:
        sheet.take(Refused("TARGET_NOBODY", "还没有选择下级。", "请勾选要分到的机构或个人。"))
    if sheet.wrong or sheet.refused:
        return False
    try:
        deed()
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        sheet.take(refused)
        return False
    return True


def _shown(request: HttpRequest, it: Asked, sheet: Sheet, template: str, title: str) -> HttpResponse:
    status = 422 if sheet.wrong or sheet.refused else 200
    moved = sheet.refused is not None and sheet.refused.code == "TARGET_MOVED"
    return render(request, template, {
        "title": title, "place": "targets", "it": it, "sheet": sheet, "metric": METRICS[it.metric], "back": it.url(),
        "begun": it.today.year >= it.year.year, "of": spelled(it.owner),
    }, status=409 if moved else status)  # fmt: skip
