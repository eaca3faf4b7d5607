"""The page on which a list is taken as a file, and the small acts of kept views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.kernel.acts import perform
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.resource import files, saved
from jinlan.kernel.resource.asking import from_query
from jinlan.kernel.resource.chips import words_of
from jinlan.kernel.resource.files import PURPOSES, Taken
from jinlan.kernel.resource.pages import ResourcePage
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import require


class FileForm(forms.Form):
    """Format, purpose and reason of a file that leaves the house."""

    kind = forms.ChoiceField(label=gettext_lazy("格式"), choices=[("xlsx", "Excel (xlsx)"), ("csv", "CSV")])
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=list(PURPOSES.items()))
    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("给谁、做什么用；与您的姓名、时间一起写在文件末行，并记入审计"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class FilePage(ResourcePage):
    """Ask what the file is for; give it, or ask others when it is larger than one may take alone."""

    http_method_names = ["get", "post"]
    template = "resource/file.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form to who proved himself lately."""
        return self._unproved() or self._form(FileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Give the file, or ask for it."""
        if ask_first := self._unproved():
            return ask_first
        form = FileForm(request.POST)
        with scoped(self.actor):
            count, most = self._size()
            ask = self.ask()
        if form.is_valid():
            asked = form.cleaned_data | {"resource": self.resource.name, "query": ask.query()}
            try:
                if count <= most:
                    return answer(files.export(actor=self.actor, **asked))
                outcome = perform(
                    actor=self.actor, act="resource.export_large", payload=asked, key=str(uuid7())
                )
                messages.info(request, _("申请已提交，等待复核"))
                return redirect("approval", public_id=outcome.asked)
            except ScopeDenied:
                raise
            except Refused as refused:
                refuse(form, refused)
        with scoped(self.actor):
            return self._form(form, 422)

    def _unproved(self) -> HttpResponse | None:
        """Return the way to prove oneself, None when that was done lately; 404 for who may take no file."""
        if not files.limit_of(self.actor) or not self.resource.may_take(self.actor):
            raise Http404
        return require(self.request)

    def _size(self) -> tuple[int, int]:
        most = files.limit_of(self.actor)
        return self.resource.count(self.actor, self.ask()), most

    def _form(self, form: FileForm, status: int = 200) -> HttpResponse:
        count, most = self._size()
        ask = self.ask()
        return self.show(self.template, {
            "title": _("导出：%(list)s") % {"list": self.resource.title}, "form": form, "count": count, "most": most,
            "words": words_of(self.resource, self.actor, ask), "back": f"{self.url()}?{ask.query()}",
        }, status)  # fmt: skip


def answer(taken: Taken) -> HttpResponse:
    """Return a file as an attachment."""
    found = HttpResponse(taken.body, content_type=taken.content_type)
    found["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return found


class KeptPage(ResourcePage):
    """Keeps a view under a name, or forgets one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it and go back to the list."""
        with scoped(self.actor):
            query = from_query(self.resource, request.POST.get("query", ""), self.actor).query()
        try:
            if request.POST.get("drop"):
                saved.drop_view(actor=self.actor, public_id=_key(request.POST["drop"]))
                messages.success(request, _("视图已删除"))
            else:
                saved.keep_view(
                    actor=self.actor, resource=self.resource.name, name=request.POST.get("name", ""), query=query,
                    role=request.POST.get("role", ""), pinned=bool(request.POST.get("pinned")),
                )  # fmt: skip
                messages.success(request, _("视图已保存"))
        except ScopeDenied:
            raise
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(f"{self.url()}?{query}")


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
