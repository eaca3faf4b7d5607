"""The page on which somebody says what a document is for and takes it out of the house; whatever the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.selectors.plans import DRAFT
from jinlan.kernel.export import Mark
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.paper import Paper
from jinlan.kernel.paper.taking import take_paper
from jinlan.kernel.resource.file_page import answer
from jinlan.kernel.resource.files import PURPOSES, limit_of
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import require
from jinlan.workspace.drafted import need_whole, wanted
from jinlan.workspace.engagement import unit_in_sight


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
    """A document that may be taken: what it is called, what its page says of it, and who composes it in a running scope."""

    name: Any
    said: Any
    compose: Callable[[Actor, Any, Any, Mark], Paper]


@dataclass(frozen=True)
class Shelf:
    """The documents of one page by code, the first one unless another is asked for.

    `rows_of` reads the versions of a client, `number` is what an address asks for one by, `back` leads back from a document.
    """

    crumb: Any
    papers: Mapping[str, Offered]
    rows_of: Callable[..., Sequence[Any]]
    number: str
    back: Callable[[UUID, Any, str], str]


def paper_page(request: HttpRequest, public_id: UUID, actor: Actor, shelf: Shelf) -> HttpResponse:
    """Ask what a document is for and give it, to who proved himself lately."""
    what = request.GET.get("paper", next(iter(shelf.papers)))
    if not limit_of(actor) or what not in shelf.papers:
        raise Http404
    if ask := require(request):
        return ask
    offered = shelf.papers[what]

    def find() -> tuple[Any, Any]:
        """Return the client and the version asked for; 404 for what is not in sight."""
        unit = unit_in_sight(actor, public_id)
        rows = shelf.rows_of(actor, unit_id=unit.pk)
        need_whole(actor, unit, rows)
        if not rows:
            raise Http404
        return unit, wanted(request, rows, shelf.number)

    with scoped(actor):
        unit, row = find()
    form = PaperForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:  # composed as things stand in the transaction that records it
            return answer(take_paper(
                actor=actor, what=what, about=str(row.public_id), compose=lambda mark: offered.compose(actor, *find(), mark), **form.cleaned_data
            ))  # fmt: skip
        except ScopeDenied:
            raise
        except Refused as refused:
            refuse(form, refused)
    return render(request, "workspace/paper.html", {
        "title": _("导出：%(list)s") % {"list": offered.name}, "place": "clients", "unit": unit, "row": row, "form": form,
        "back": shelf.back(public_id, row, what), "draft": row.state == DRAFT, "said": offered.said, "crumb": shelf.crumb,
    }, status=422 if request.method == "POST" else 200)  # fmt: skip
