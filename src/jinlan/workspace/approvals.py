"""复核: what waits for a second person, what one asked for oneself, and the first act that needs it (a tier by hand)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.selectors import definitions as strategy
from jinlan.kernel.acts import ACTS
from jinlan.kernel.forms import dress
from jinlan.kernel.resource import files
from jinlan.kernel.resource.declare import labels_of
from jinlan.kernel.resource.file_page import answer
from jinlan.kernel.scope import scoped
from jinlan.kernel.stepup import fresh, require
from jinlan.serving import selectors as serving
from jinlan.work import selectors as work
from jinlan.work import services
from jinlan.workspace import words
from jinlan.workspace.access import doing, page
from jinlan.workspace.client import asked

FIELDS = {"tier": gettext_lazy("层级"), "reason_code": gettext_lazy("原因"),
          "evidence": gettext_lazy("依据"), "expires": gettext_lazy("调整有效至"),
          "list": gettext_lazy("名单"), "conditions": gettext_lazy("条件"), "rows": gettext_lazy("行数"), "as_of": gettext_lazy("数据日期"), "kind": gettext_lazy("格式"), "purpose": gettext_lazy("用途")}  # fmt: skip
HOURS = 24  # how long a granted file may be taken
MONTHS = 6  # the term that the form proposes


@require_GET
@page("approvals")
def approvals(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what waits for this person, what he asked for, and what was closed lately."""
    lists = [
        (_("待我复核"), _named(work.waiting_for(actor)), _("没有等您复核的申请")),
        (_("我提交的"), _named(work.asked_by(actor)), _("您还没有提交过申请")),
        (_("最近办结"), _named(work.decided_lately(actor)), _("还没有办结的申请")),
    ]
    return render(
        request, "workspace/approvals.html", {"title": _("复核"), "place": "approvals", "lists": lists}
    )


def _named(rows: list[Any]) -> list[dict[str, Any]]:
    return [{"row": row, "act": ACTS[row.act].title if row.act in ACTS else row.act} for row in rows]


@require_GET
@page("approvals")
def approval(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show one request: what would change, who said what, and the two buttons for whom it waits for."""
    return _shown(request, actor, public_id)


def _shown(
    request: HttpRequest, actor: Actor, public_id: UUID, refused: Refused | None = None, reason: str = ""
) -> HttpResponse:
    found = work.approval(actor, public_id=public_id)
    if found is None:
        raise Http404
    row, decisions, why_not = found
    unit = clients.unit_by_key(actor, unit_id=row.unit_id) if row.unit_id else None
    said = {one.stage: one for one in decisions}
    stages = [
        {"roles": [words.word(words.ROLES, role) for role in roles], "decision": said.get(number), "now": row.state == "open" and number == row.stage}
        for number, roles in enumerate(row.stages)
    ]  # fmt: skip
    return render(request, "workspace/approval.html", {
        "title": _("复核"), "place": "approvals", "row": row, "act": _named([row])[0]["act"], "stages": stages, "unit": unit,
        "changes": _changes(row), "file": may_take(actor, row), "may": why_not is None, "proved": fresh(request), "why_not": why_not, "refused": refused, "said": reason,
    }, status=422 if refused else 200)  # fmt: skip


def _changes(row: Any) -> list[dict[str, Any]]:
    names = labels_of(row.act) | FIELDS
    return [
        {
            "name": names.get(code, code),
            "code": code,
            "before": row.before.get(code, ""),
            "after": row.after.get(code, ""),
        }
        for code in dict.fromkeys([*row.before, *row.after])
    ]


@require_POST
@doing("approvals")
def decide(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Take yes or no of who proved himself lately, or one's own request back; one that turned out void or expired says so."""
    back = reverse("approval", kwargs={"public_id": public_id})
    if request.POST.get("say") != "withdraw" and (ask := require(request, back=back)):
        return ask
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("say") == "withdraw":
            row = services.withdraw(actor=actor, approval=public_id, reason=reason)
        else:
            row = services.decide(
                actor=actor, approval=public_id, approves=request.POST.get("say") == "yes", reason=reason
            )
    except Refused as refused:
        if refused.code in {"ABSENT", "NO_SCOPE"}:
            raise
        with scoped(actor):
            return _shown(request, actor, public_id, refused, reason)
    messages.info(
        request,
        f"{row.title} · {_('已进入下一环节') if row.state == 'open' else words.look(words.APPROVAL_STATES, row.state).word}",
    )
    return redirect("approval", public_id=public_id)


@require_GET
@doing("approvals")
def granted(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give the file of a granted request to whom it was granted, in his own scope of now, for a day, once he proved himself."""
    if ask := require(request):
        return ask
    with scoped(actor, write=True):
        found = work.approval(actor, public_id=public_id)
        if found is None or not may_take(actor, found[0]):
            raise Http404
        return answer(files.take(actor, found[0].payload, granted_by=str(public_id)))


def may_take(actor: Actor, row: Any) -> bool:
    """Tell whether this person may take the file of a request now."""
    return bool(
        row.act == files.export_large.name and row.state == "done" and row.maker_id == actor.person_id
        and actor.at < row.closed_at + timedelta(hours=HOURS)
    )  # fmt: skip


class OverrideForm(forms.Form):
    """What is asked for when a tier is set by hand."""

    tier = forms.ChoiceField(label=gettext_lazy("调整到"))
    reason_code = forms.ChoiceField(label=gettext_lazy("原因"), choices=list(words.OVERRIDE_REASONS.items()))
    expires = forms.DateField(
        label=gettext_lazy("调整有效至"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    evidence = forms.CharField(
        label=gettext_lazy("依据"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason = forms.CharField(
        label=gettext_lazy("申请说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, tiers: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["tier"]
        chosen.choices = [(tier, words.look(words.TIERS, tier).word) for tier in tiers]
        dress(self)


PLACES = {"OVERRIDE_TIER": "tier", "OVERRIDE_SAME": "tier", "OVERRIDE_REASON": "reason_code", "OVERRIDE_EVIDENCE": "evidence",
          "OVERRIDE_TERM": "expires", "REASON_SHORT": "reason"}  # fmt: skip


@require_http_methods(["GET", "POST"])
@doing("clients")
def override(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Ask for a tier by hand; the rule's refusal stands at its field."""
    with scoped(actor):
        it = asked(request, actor, public_id)
        result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.latest)
        line = strategy.ladder(actor, kind=it.unit.kind, on=it.shown.latest)
        if result is None or line is None or not actor.has(*ACTS["strategy.override_tier"].roles):
            raise Http404
        base = {
            "title": it.unit.name,
            "place": "clients",
            "unit": it.unit,
            "result": result,
            "today": it.shown.latest,
        }
    first: date = add_months(it.shown.latest, MONTHS)
    form = OverrideForm(
        request.POST or None, tiers=line.tiers, initial={"expires": first, "tier": result.effective_tier}
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            row = services.propose(
                actor=actor,
                act="strategy.override_tier",
                payload=given | {"unit": str(public_id)},
                reason=reason,
            )
        except Refused as refused:
            if refused.code == "ABSENT":
                raise
            form.add_error(PLACES.get(refused.code), str(refused))
        else:
            messages.info(request, _("申请已提交，等待复核"))
            return redirect("approval", public_id=row.public_id)
    with scoped(actor):
        return render(
            request, "workspace/override.html", base | {"form": form}, status=422 if form.errors else 200
        )
