"""标准: the versions of the criteria; one of them with what it would do; drafting, editing, sending on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months, month_start
from jinlan.domains.strategy.rules import charter_text
from jinlan.domains.strategy.selectors import trials as select_trials
from jinlan.domains.strategy.selectors import versions as select
from jinlan.domains.strategy.services import trials
from jinlan.domains.strategy.services import versions as services
from jinlan.insight.differences import differences
from jinlan.insight.parsing import loose
from jinlan.insight.writing import to_toml
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.lake.extracts.schema import UNIT_KINDS
from jinlan.workspace import charters, sheets, studio
from jinlan.workspace.access import doing, may_open, page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.indicators import may_see

if TYPE_CHECKING:
    from jinlan.domains.strategy.models import DefinitionVersion

MOST = 200_000  # characters of a text
SIDE_BY_SIDE = 4  # kept dry runs
EDITORS = services.AUTHORS
KINDS = (*UNIT_KINDS, charter_text.KIND)
SAID = {
    "send": gettext_lazy("已提交审核"), "pass": gettext_lazy("已送委员会"), "return": gettext_lazy("已退回起草人"),
    "withdraw": gettext_lazy("已撤回"),
}  # fmt: skip


@require_GET
@page("definitions")
def definitions(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show every kind with its versions, the one in force first."""
    shown = shown_date(request, actor)
    today = shown.latest if shown else actor.at.date()
    kinds = []
    for kind in KINDS:
        rows = select.versions(actor, kind=kind)
        speaks = next((row for row in rows if row.speaks(today)), None)
        kinds.append({"kind": kind, "rows": rows, "speaks": speaks})
    return render(request, "workspace/definitions.html", {
        "title": _("标准"), "place": "definitions", "kinds": kinds, "today": today, "edits": actor.has(*EDITORS), "may_compare": may_open(actor, "trials") and sees_whole_bank(), "measures": may_see(actor),
        "data_date": date_menu(request, actor, shown, rewinds=False),
    })  # fmt: skip


@require_POST
@doing("drafts")
def draft(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Begin a draft from a version, or from a text."""
    given = request.POST
    text = given.get("text", "")[:MOST].replace("\r\n", "\n")  # a browser sends lines in its own way
    try:
        with scoped(actor):
            base = _version(actor, _id(given["base"])) if given.get("base") else None
            kind = base.kind if base else given.get("kind", "")
            body = text or _next_text(request, actor, base)
        made = services.draft_version(
            actor=actor, kind=kind, body=body, based_on=base.version if base else "", purpose=given.get("purpose", "")
        )  # fmt: skip
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        messages.error(request, str(refused))
        return redirect("definitions")
    return redirect("definition", public_id=made)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _next_text(request: HttpRequest, actor: Actor, base: DefinitionVersion | None) -> str:
    """Return the text of a version under the next free name, from the first day of the next month on."""
    if base is None:
        raise Refused("VERSION_BASE", "没有选择起草的依据。", "请选择一个版本,或贴上标准的文本。")
    shown = shown_date(request, actor)
    start = month_start(add_months(shown.latest if shown else actor.at.date(), 1))
    taken = {row.version for row in select.versions(actor, kind=base.kind)}
    name = next(
        f"{start.year}.{number}" for number in range(1, 1000) if f"{start.year}.{number}" not in taken
    )
    if base.kind == charter_text.KIND:
        return charter_text.dated(base.body, name, start)
    return to_toml(replace(loose(base.body), version=name, valid_from=start))


def _version(actor: Actor, public_id: UUID) -> DefinitionVersion:
    found = select.version_of(actor, public_id=public_id)
    if found is None or found.kind not in KINDS:
        raise Http404
    return found


def _criteria(actor: Actor, public_id: UUID) -> DefinitionVersion:
    """Return a version of the criteria of a kind of unit; a charter is tried on nobody."""
    found = _version(actor, public_id)
    if found.kind not in UNIT_KINDS:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@doing("definitions")
def definition(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show a version with what it would do; save a draft that was changed."""
    if request.method == "POST" and not may_open(actor, "drafts"):
        raise Http404
    with scoped(actor):
        row = _version(actor, public_id)
    if row.kind == charter_text.KIND:
        return charters.version(request, actor, row)
    if request.method == "GET":
        with scoped(actor):
            return _shown(request, actor, row, sheets.shown(loose(row.body)))
    filled = sheets.posted(request.POST, row.kind)
    if filled.definition is None:
        with scoped(actor):
            return _shown(request, actor, row, filled, status=422)
    try:
        services.edit_version(
            actor=actor, public_id=public_id, body=to_toml(filled.definition), edition=_whole(request.POST.get("edition")),
            purpose=request.POST.get("purpose", ""),
        )  # fmt: skip
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        with scoped(actor):
            return _shown(request, actor, row, filled, refused=refused, status=409)
    messages.info(request, _("草稿已保存"))
    return redirect("definition", public_id=public_id)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _shown(
    request: HttpRequest, actor: Actor, row: DefinitionVersion, filled: sheets.Filled, *,
    refused: Refused | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = shown_date(request, actor)
    today = shown.as_of if shown else row.valid_from
    base = select.compared_with(actor, row, on=today)
    said = (
        differences(loose(base.body), filled.definition, studio.named) if base and filled.definition else []
    )
    may = charters.steps(actor, row, today)
    context = sheets.context(filled) | {
        "title": f"{row.kind} {row.version}", "place": "definitions", "row": row, "base": base, "said": said, "refused": refused,
        **may, "off": "" if may["edits"] else " disabled", "tries": sees_whole_bank(), "keeps": actor.has(*trials.KEEPERS) and sees_whole_bank(),
        "shown": shown, "as_of_query": f"?as_of={shown.as_of.isoformat()}" if shown and shown.past else "",
        "data_date": date_menu(request, actor, shown), "purpose": request.POST.get("purpose", row.purpose),
        "edition": request.POST.get("edition", row.edition),
    }  # fmt: skip
    return render(request, "workspace/definition.html", context, status=status)


@require_http_methods(["GET", "POST"])
@doing("trials")
def consequence(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show what a version, or what its form says now, would do: the right side of the page, and the sentences at its fields."""
    with scoped(actor):
        row = _criteria(actor, public_id)
        filled, body = _tried(request, row)
        context = sheets.context(filled) | {"row": row, "live": request.method == "POST"}
        template, shown = "workspace/_consequence.html", shown_date(request, actor)
        if not body or shown is None:
            return render(request, template, context | {"problems": filled.said})
        try:
            found = studio.consequence(actor, studio.trial(actor, row, shown, body))
        except Refused as refused:
            may = actor.has(*trials.KEEPERS)
            return render(
                request, template, context | {"refused": refused, "shown": shown, "may_measure": may}
            )
        return render(request, template, context | found)


def _tried(request: HttpRequest, row: DefinitionVersion) -> tuple[sheets.Filled, str]:
    """Return what is tried: the form that was sent, or the stored version; and its text, "" while something is wrong with it."""
    if request.method == "GET" or request.POST.get("stored"):
        filled = sheets.shown(loose(row.body))
        return filled, row.body if filled.ready else ""
    filled = sheets.posted(request.POST, row.kind)
    return filled, to_toml(filled.definition) if filled.ready and filled.definition else ""


@require_http_methods(["GET", "POST"])
@doing("trials")
def sensitivity(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show what a tenth more or less of each weight and line would do."""
    with scoped(actor):
        row, shown = _criteria(actor, public_id), shown_date(request, actor)
        filled, body = _tried(request, row)
        if not body or shown is None:
            return render(request, "workspace/_sensitivity.html", {"problems": filled.said})
        try:
            rows = studio.sensitivity(studio.trial(actor, row, shown, body))
        except Refused as refused:
            return render(request, "workspace/_sensitivity.html", {"refused": refused})
        return render(request, "workspace/_sensitivity.html", {"rows": rows})


@require_POST
@doing("drafts")
def weigh(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Put the weights that the chosen method gives into the form; nothing is saved."""
    with scoped(actor):
        row, shown = _criteria(actor, public_id), shown_date(request, actor)
        filled = sheets.posted(request.POST, row.kind)
        measured: dict[str, str] = {}
        try:
            if filled.definition and shown and filled.definition.weighing.method in ("entropy", "combined"):
                equal = sheets.evenly(filled.definition)
                measured = studio.entropy_weights(studio.trial(actor, row, shown, to_toml(equal)))
        except Refused as refused:
            return _shown(request, actor, row, filled, refused=refused, status=409)
        return _shown(request, actor, row, sheets.reweighed(filled, measured))


@require_POST
@doing("version-steps")
def step(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Send a draft to review, pass it on, give it back, withdraw it."""
    with scoped(actor):
        row = _version(actor, public_id)
    what, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    try:
        if what == "send":
            services.send_version(actor=actor, public_id=public_id)
        elif what in ("pass", "return"):
            services.review_version(actor=actor, public_id=public_id, passes=what == "pass", reason=reason)
        elif what == "withdraw":
            services.withdraw_version(actor=actor, public_id=public_id, reason=reason)
        else:
            raise Http404
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        if row.kind == charter_text.KIND:
            return charters.shown(request, actor, row, row.body, refused=refused, status=422)
        with scoped(actor):
            return _shown(request, actor, row, sheets.shown(loose(row.body)), refused=refused, status=422)
    messages.info(request, str(SAID[what]))
    return redirect("definition", public_id=public_id)


@require_POST
@doing("version-steps")
def keep(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Keep the dry run of what the form says now, under a name; its stability is computed in the background."""
    with scoped(actor):
        row, shown = _criteria(actor, public_id), shown_date(request, actor)
        filled, body = _tried(request, row)
        if not body or shown is None:
            return _shown(request, actor, row, filled, status=422)
        try:
            it = studio.trial(actor, row, shown, body)
            found = studio.ask(it, "consequence")
        except Refused as refused:
            return _shown(request, actor, row, filled, refused=refused, status=409)
    try:
        trials.keep_trial(
            actor=actor, kind=row.kind, name=request.POST.get("name", ""), body=body, base_version=it.base.version, base_body=it.base.body,
            as_of=shown.as_of, run_id=shown.run_id, figures=found,
        )  # fmt: skip
    except Refused as refused:
        with scoped(actor):
            return _shown(request, actor, row, filled, refused=refused, status=422)
    messages.info(request, _("测算已保存，稳定性在后台计算"))
    return redirect(f"{reverse('definition-trials')}?kind={row.kind}")


@require_POST
@doing("version-steps")
def measure(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Have the measures that the shown date lacks computed in the background."""
    with scoped(actor):
        row, shown = _criteria(actor, public_id), shown_date(request, actor)
    if shown is None:
        raise Http404
    trials.ask_measures(actor=actor, as_of=shown.as_of, run_id=shown.run_id)
    messages.info(request, _("正在后台补算指标，完成后再看后果"))
    return redirect("definition", public_id=row.public_id)


@require_GET
@page("trials")
def compare(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the kept dry runs of a kind, and those that are chosen side by side."""
    kind = request.GET.get("kind", UNIT_KINDS[0])
    if kind not in UNIT_KINDS or not sees_whole_bank():
        raise Http404
    rows = select_trials.trials(actor, kind=kind)
    picked = [_id(text) for text in request.GET.getlist("pick")] or [row.public_id for row in rows[:2]]
    return render(request, "workspace/trials.html", {
        "title": _("测算对比"), "place": "definitions", "kind": kind, "kinds": UNIT_KINDS, "rows": rows, "picked": set(picked),
        "columns": [studio.kept(one) for one in select_trials.chosen(actor, public_ids=picked[:SIDE_BY_SIDE])],
    })  # fmt: skip


@require_GET
@page("definitions")
def file(_request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give the text of a version as a file that a person can read."""
    row = _version(actor, public_id)
    answer = HttpResponse(row.body, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.kind.lower()}-{row.version}.toml"'
    return answer
