"""Taking a plan out as a document: the whole plan for our own people, or the part of it that the client is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.kernel.export import Mark
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.paper import Paper
from jinlan.kernel.paper.taking import take_paper
from jinlan.kernel.resource.file_page import answer
from jinlan.kernel.resource.files import PURPOSES, limit_of
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import require
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import unit_in_sight
from jinlan.workspace.plan import need_whole, version_wanted
from jinlan.workspace.plan_forms import back_to
from jinlan.workspace.plan_paper import mutual_paper, plan_paper

PAPERS = {"plan": gettext_lazy("客户计划"), "mutual": gettext_lazy("共赢计划")}


class PaperForm(forms.Form):
    """Format, purpose and reason of a document that leaves the house."""

    kind = forms.ChoiceField(label=gettext_lazy("格式"), choices=[("docx", "Word (docx)"), ("pdf", "PDF")])
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=list(PURPOSES.items()))
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("给谁、做什么用，记入审计；文件每页印有您的姓名、时间与编号"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def paper(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Ask what the document is for and give it, to who proved himself lately."""
    what = request.GET.get("paper", "plan")
    if not limit_of(actor) or what not in PAPERS:
        raise Http404
    if ask := require(request):
        return ask
    with scoped(actor):
        unit, row = _plan(request, actor, public_id)
    form = PaperForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            return answer(take_paper(
                actor=actor, what=what, about=str(row.public_id), compose=lambda mark: _composed(request, actor, public_id, mark), **form.cleaned_data
            ))  # fmt: skip
        except ScopeDenied:
            raise
        except Refused as refused:
            refuse(form, refused)
    back = (
        reverse("client-plan-share", kwargs={"public_id": public_id})
        if what == "mutual"
        else back_to(public_id, row.number)
    )
    return render(request, "workspace/plan_export.html", {
        "title": _("导出：%(list)s") % {"list": PAPERS[what]}, "place": "clients", "unit": unit, "row": row, "form": form, "back": back,
        "draft": row.state == reading.DRAFT, "mutual": what == "mutual",
    }, status=422 if request.method == "POST" else 200)  # fmt: skip


def _plan(request: HttpRequest, actor: Actor, public_id: UUID) -> tuple[Any, Any]:
    """Return the client and the version asked for; 404 for what is not in sight."""
    unit = unit_in_sight(actor, public_id)
    rows = reading.plans_of(actor, unit_id=unit.pk)
    need_whole(actor, unit, rows)
    if not rows:
        raise Http404
    return unit, version_wanted(request, rows)


def _composed(request: HttpRequest, actor: Actor, public_id: UUID, mark: Mark) -> Paper:
    """Compose the document as things stand in the transaction that records it."""
    unit, row = _plan(request, actor, public_id)
    writer = mutual_paper if request.GET.get("paper") == "mutual" else plan_paper
    return writer(actor, unit, row, mark)
