"""One action on many rows: first what it would do to each, then row by row, each in its own transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from jinlan.basics.errors import Refused
from jinlan.kernel.forms import refuse
from jinlan.kernel.jobs import defer
from jinlan.kernel.keyset import ordering
from jinlan.kernel.resource.asking import from_query
from jinlan.kernel.resource.declare import LARGEST, MOST, Action
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.resource.many_job import NAME, one_of_many
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
        """Do it to each row; a refusal of one does not touch the others. More than a page waits for are left to a job."""
        with scoped(self.actor):
            action = self._wanted(request.POST.get("action", ""))
            rows = self._chosen(request.POST)
            form = ActForm(request.POST, action=action, actor=self.actor)
            payload = self._payload(form)
            if payload is None or not 0 < len(rows) <= MOST:
                return self._preview(action, rows, form, status=422)
            labels = [(row.public_id, self.resource.label(row)) for row in self._dressed(rows)]
        key, reason = form.cleaned_data["key"], form.cleaned_data.get("reason", "")
        if len(rows) > LARGEST:
            made = defer(
                NAME, actor=self.actor, key=key, resource=self.resource.name, action=action.name, payload=payload, reason=reason,
                rows=[str(row.public_id) for row in rows],
            )  # fmt: skip
            return redirect("jobs-one", public_id=made)
        results = [self._one(action, payload, public_id, label, key, reason) for public_id, label in labels]
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
            refuse(form, refused)
            return None

    def _wanted(self, name: str) -> Action:
        action = self.resource.action(name)
        if action is None or not action.bulk or not action.allowed(self.actor):
            raise Http404
        return action

    def _chosen(self, asked: Any) -> list[Any]:
        """Return the chosen rows in sight, at most `MOST` and one more."""
        rows = self.resource.rows(self.actor)
        if asked.get("all"):
            ask = from_query(self.resource, asked.get("query", ""), self.actor)
            order = ordering(self.resource.order_of(ask))
            return list(self.resource.listed(self.actor, ask).order_by(*order)[: MOST + 1])
        named = self.resource.pick(self.actor, rows, _keys(asked.getlist("row")))
        return list(named.order_by("pk")[: MOST + 1])

    def _dressed(self, rows: list[Any]) -> list[Any]:
        """Return the first rows as the list shows them."""
        return self.resource.decorate(self.actor, rows[:LARGEST])

    def _preview(self, action: Action, rows: list[Any], form: ActForm, status: int = 200) -> HttpResponse:
        many = len(rows) > MOST
        shown = [] if many else self._dressed(rows)
        lines = [
            {"row": row, "label": self.resource.label(row), "possible": action.when(row)} for row in shown
        ]
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        return self.show(self.template, {
            "title": action.label, "action": action, "lines": lines, "form": form, "too_many": many, "most": MOST, "back": self.url(),
            "rest": [row.public_id for row in rows[LARGEST:]] if not many else [], "count": len(rows),
            "possible": sum(1 for line in lines if line["possible"]), "all": asked.get("all", ""), "query": asked.get("query", ""),
        }, status)  # fmt: skip

    def _one(self, action: Action, payload: dict[str, Any], public_id: UUID, label: str, key: str, reason: str) -> dict[str, Any]:  # fmt: skip
        done, said = one_of_many(
            self.actor, self.resource, action, payload, public_id, key=key, reason=reason
        )
        url = self.url("one", public_id=public_id) if done else ""
        return {"label": label, "done": done, "said": said, "url": url}


def _keys(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[: MOST + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
