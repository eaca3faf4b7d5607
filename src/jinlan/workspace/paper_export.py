"""The page on which somebody says what a document is for and takes it out of the house; whatever the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.export import Mark
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.paper import Paper
from jinlan.kernel.paper.taking import take_paper
from jinlan.kernel.resource.file_page import answer
from jinlan.kernel.resource.files import PURPOSES, limit_of
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import require


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


@dataclass(frozen=True)
class Offered:
    """A document that may be taken: what it is called, what it says of itself, and where its page is.

    `find` returns client and row in a running scope, or raises 404; `compose` makes the paper for them.
    """

    what: str
    name: Any
    crumb: Any
    said: Any
    find: Callable[[], tuple[Any, Any]]
    compose: Callable[[Actor, Any, Any, Mark], Paper]
    back: Callable[[Any], str]
    draft: str = "draft"  # state of what is none yet


def paper_page(request: HttpRequest, actor: Actor, offered: Offered) -> HttpResponse:
    """Ask what a document is for and give it, to who proved himself lately."""
    if not limit_of(actor):
        raise Http404
    if ask := require(request):
        return ask
    with scoped(actor):
        unit, row = offered.find()
    form = PaperForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            return answer(take_paper(
                actor=actor, what=offered.what, about=str(row.public_id), compose=lambda mark: _composed(actor, offered, mark), **form.cleaned_data
            ))  # fmt: skip
        except ScopeDenied:
            raise
        except Refused as refused:
            refuse(form, refused)
    return render(request, "workspace/paper.html", {
        "title": _("导出：%(list)s") % {"list": offered.name}, "place": "clients", "unit": unit, "row": row, "form": form, "back": offered.back(row),
        "draft": row.state == offered.draft, "said": offered.said, "crumb": offered.crumb,
    }, status=422 if request.method == "POST" else 200)  # fmt: skip


def _composed(actor: Actor, offered: Offered, mark: Mark) -> Paper:
    """Compose the document as things stand in the transaction that records it."""
    unit, row = offered.find()
    return offered.compose(actor, unit, row, mark)
