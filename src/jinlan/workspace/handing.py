"""移交整个组合: one form that begins the hand-over of every client that somebody leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement import handover_words as words
from jinlan.domains.engagement.services.handover import begin_book_hand_over
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.scope import ScopeDenied
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import DAY


class BookForm(forms.Form):
    """Whose book goes to whom, why and from when."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    giver = forms.CharField(label=gettext_lazy("移交人的工号"), max_length=64)
    taker = forms.CharField(label=gettext_lazy("接收人的工号"), max_length=64)
    trigger = forms.ChoiceField(
        label=gettext_lazy("原因"), choices=[(code, look.word) for code, look in words.TRIGGERS.items()]
    )
    effective_on = forms.DateField(
        label=gettext_lazy("生效日"),
        widget=DAY,
        help_text=gettext_lazy("这一天起由接收人负责，移交人不再看得到"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=gettext_lazy("审计会看到")
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("hand-over-book")
def book(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Begin the hand-over of a whole book; each client has a pack and signatures of its own."""
    giver = request.GET.get("giver", "")[:64]
    form = BookForm(request.POST or None, initial={"key": str(uuid7()), "giver": giver})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            found = begin_book_hand_over.once(given.pop("key"), actor=actor, **given)
        except ScopeDenied:
            raise
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已为 %(n)s 户客户发起移交。") % {"n": found["clients"]})
            return redirect("hand-overs")
    context = {"title": _("移交整个客户组合"), "place": "balance", "form": form}
    return render(
        request, "workspace/handing_book.html", context, status=422 if request.method == "POST" else 200
    )
