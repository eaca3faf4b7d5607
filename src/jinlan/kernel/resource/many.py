"""One action on many rows: first what it would do to each, then row by row, each in its own transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jinlan.basics.errors import Refused
from jinlan.kernel.acts import perform
from jinlan.kernel.keyset import ordering
from jinlan.kernel.resource.asking import from_query
from jinlan.kernel.resource.declare import LARGEST, Action
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.resource.pages import ResourcePage
from jinlan.kernel.scope import scoped


class ManyPage(ResourcePage):
    """Preview, form and result of an action on the chosen rows of a list, or on all rows that it found."""

    http_method_names = ["get", "post"]
    template, done_template = "resource/many.html", "resource/many_done.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what it would do."""
        action = self._wanted(request.GET.get("action", ""))
        return self._preview(
            action, self._chosen(request.GET), ActForm(None, action=action, actor=self.actor)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it to each row; a refusal of one does not touch the others."""
        with scoped(self.actor):
            action = self._wanted(request.POST.get("action", ""))
            rows = self._chosen(request.POST)
            form = ActForm(request.POST, action=action, actor=self.actor)
            payload = self._payload(form)
            if payload is None or not rows:
                return self._preview(action, rows, form, status=422)
            labels = [(row.public_id, self.resource.label(row), action.when(row)) for row in rows]
        results = [self._one(action, payload, form.cleaned_data, *label) for label in labels]
        done = sum(1 for one in results if one["done"])
        with scoped(self.actor):
            context = {
                "title": action.label,
                "results": results,
                "done": done,
                "left": len(results) - done,
                "back": self.url(),
            }
            return self.show(self.done_template, context)

    def _payload(self, form: ActForm) -> dict[str, Any] | None:
        if not form.is_valid():
            return None
        try:
            return form.payload()
        except Refused as refused:
            form.refuse(refused)
            return None

    def _wanted(self, name: str) -> Action:
        action = self.resource.action(name)
        if action is None or not action.bulk or not action.allowed(self.actor):
            raise Http404
        return action

    def _chosen(self, asked: Any) -> list[Any]:
        """Return the chosen rows in sight, at most `LARGEST` and one more."""
        rows = self.resource.rows(self.actor)
        if asked.get("all"):
            ask = from_query(self.resource, asked.get("query", ""), self.actor)
            order = ordering(self.resource.order_of(ask))
            found = list(self.resource.listed(self.actor, ask).order_by(*order)[: LARGEST + 1])
        else:
            named = self.resource.pick(self.actor, rows, _keys(asked.getlist("row")))
            found = list(named.order_by("pk")[: LARGEST + 1])
        return self.resource.decorate(self.actor, found[:LARGEST]) if len(found) <= LARGEST else found

    def _preview(self, action: Action, rows: list[Any], form: ActForm, status: int = 200) -> HttpResponse:
        many = len(rows) > LARGEST
        lines = [] if many else [{"row": row, "label": self.resource.label(row), "possible": action.when(row)} for row in rows]  # fmt: skip
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        return self.show(self.template, {
            "title": action.label, "action": action, "lines": lines, "form": form, "too_many": many, "most": LARGEST, "back": self.url(),
            "possible": sum(1 for line in lines if line["possible"]), "all": asked.get("all", ""), "query": asked.get("query", ""),
        }, status)  # fmt: skip

    def _one(self, action: Action, payload: dict[str, Any], given: dict[str, Any], key: UUID, label: str, possible: bool) -> dict[str, Any]:  # fmt: skip
        if not possible:
            return {"label": label, "done": False, "said": str(action.why_not or _("不适用，已跳过"))}
        try:
            outcome = perform(
                actor=self.actor, act=action.act.name, payload=payload | {action.target: key},
                key=f"{given['key'][:31]}:{key.hex}", reason=given.get("reason", ""),
            )  # fmt: skip
        except Refused as refused:
            return {"label": label, "done": False, "said": str(refused)}
        said = _("已提交复核") if outcome.asked else _("已完成")
        return {
            "label": label, "done": True, "said": said, "url": self.url("one", public_id=key)
        }  # fmt: skip


def _keys(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[: LARGEST + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
