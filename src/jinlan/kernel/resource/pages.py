"""Pages of a resource: what all of them share, the list, and its side panel of filters, columns and kept views."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View as DjangoView
from django_filters.fields import DateRangeField

from jinlan.basics.actor import Actor
from jinlan.kernel.figures import speak_in
from jinlan.kernel.forms import dress
from jinlan.kernel.keyset import Cursor, decode, encode, page_of
from jinlan.kernel.pages import signed_in
from jinlan.kernel.resource import saved
from jinlan.kernel.resource.asking import Ask, read
from jinlan.kernel.resource.chips import in_force
from jinlan.kernel.resource.columns import Column, Title
from jinlan.kernel.resource.declare import SIZE, Action, Resource
from jinlan.kernel.resource.doing import row_of
from jinlan.kernel.scope import ScopeDenied, scoped


class ResourcePage(DjangoView):
    """Guards a page: sign in first, then the resource's roles (404 otherwise); reads run in the actor's scope.

    What acts opens its own scope to write in. `actor` is the person, `resource` the declaration.
    """

    http_method_names = ["get"]
    resource: Resource = None  # type: ignore[assignment]  # given to as_view
    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may open the resource."""
        if str(request.method).lower() not in self.http_method_names:
            return self.http_method_not_allowed(request)
        actor = signed_in(request)
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if not actor.has(*self.resource.roles):
            raise Http404
        self.actor = actor
        speak_in("")
        try:
            if request.method == "POST":
                return super().dispatch(request, *args, **kwargs)
            with scoped(actor):
                return super().dispatch(request, *args, **kwargs)
        except ScopeDenied:
            raise Http404 from None

    def url(self, page: str = "", **kwargs: Any) -> str:
        """Return the address of a page of this resource."""
        return reverse(f"{self.resource.name}-{page}" if page else self.resource.name, kwargs=kwargs or None)

    def show(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Render a page of this resource."""
        shared = {"resource": self.resource, "place": self.resource.name, "title": self.resource.title}
        return render(self.request, template, {**shared, **context}, status=status)

    def ask(self) -> Ask:
        """Return what the address asks for."""
        return read(self.resource, self.request.GET, self.actor)

    def row(self, public_id: UUID) -> Any:
        """Return a row in the actor's sight; 404 otherwise."""
        return row_of(self.resource, self.actor, public_id)

    def offered(self, action: Action | None) -> bool:
        """Tell whether an action is offered to this person."""
        return action is not None and action.allowed(self.actor)


class ListPage(ResourcePage):
    """The list: views, search, filters, columns, order, totals, pages."""

    template = "resource/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        ask, resource = self.ask(), self.resource
        rows, order = resource.listed(self.actor, ask), resource.order_of(ask)
        page = page_of(rows, order, decode(request.GET.get("cursor", ""), order), SIZE)
        shown = resource.decorate(self.actor, page.rows)
        summary = resource.summary(self.actor, ask, rows)
        columns = [(column, column.under(shown)) for column in resource.columns_of(ask)]
        context = {
            "heads": [self._head(column, under, ask) for column, under in columns],
            "lines": [self._line(row, columns) for row in shown], "foot": self._foot(summary.totals, columns) if shown else [],
            "count": summary.count, "pager": self._pager(page, ask, summary.count),
            "bulk": [one for one in resource.acts() if one.bulk and one.allowed(self.actor)], "may_create": self.offered(resource.create),
        } | self.bar(ask)  # fmt: skip
        return self.show(self.template, context | self.more(ask, rows, context))

    def bar(self, ask: Ask) -> dict[str, Any]:
        """Return what stands above the rows: views, search, filters in force, the way to a file."""
        chips = [{"label": words, "url": self._to(self._without(ask, name))} for name, words in in_force(self.resource, self.actor, ask)]  # fmt: skip
        return {
            "tabs": self._tabs(ask), "find_in": ask.text, "chips": chips, "clear": self._to(Ask(ask.view, sort=ask.sort, cols=ask.cols)),
            "query": ask.query(), "kept": self._kept(ask), "may_take": self.resource.may_take(self.actor),
        }  # fmt: skip

    def more(self, ask: Ask, rows: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a list of a room's own shows beside, or instead of, what every list shows."""
        return {}

    def _to(self, ask: Ask, **more: str) -> str:
        query = ask.query(**more)
        return f"{self.url()}?{query}" if query else self.url()

    @staticmethod
    def _without(ask: Ask, name: str) -> Ask:
        return ask.with_(text="") if name == "q" else ask.without(name)

    @staticmethod
    def _kept(ask: Ask) -> list[tuple[str, str]]:
        """Return what a search keeps of the address."""
        pairs = [("view", ask.view), ("sort", ask.sort), ("cols", ",".join(ask.cols))]
        pairs += [(name, value) for name, values in ask.filters for value in values]
        return [(name, value) for name, value in pairs if value]

    def _tabs(self, ask: Ask) -> list[dict[str, Any]]:
        views = self.resource.views_for(self.actor)
        found = [{"label": view.title, "url": self._to(Ask(view.code, cols=ask.cols)), "current": view.code == ask.view} for view in views]  # fmt: skip
        for kept in saved.pinned(self.actor, self.resource.name):
            mine = kept.query == ask.query()
            found.append({"label": kept.name, "url": f"{self.url()}?{kept.query}", "current": mine})
            if mine:
                found = [one | {"current": False} for one in found[:-1]] + [found[-1]]
        return found if len(found) > 1 else []

    def _head(self, column: Column, under: str, ask: Ask) -> dict[str, Any]:
        now = ask.sort or self.resource.sort
        current = now.removeprefix("-") == column.name and bool(column.sort)
        first = "-" if column.descending else ""
        turned = "" if now.startswith("-") else "-"
        return {
            "column": column, "under": under, "sorted": ("descending" if now.startswith("-") else "ascending") if current else "",
            "url": self._to(ask.with_(sort=f"{turned if current else first}{column.name}")) if column.sort else "",
        }  # fmt: skip

    def _line(self, row: Any, columns: list[tuple[Column, str]]) -> dict[str, Any]:
        cells = [
            {"column": column, "under": under, "shown": column.cell(row, under), "tone": column.tone(row)}
            for column, under in columns
        ]
        first = columns[0][0]
        beside = {"full": first.full(row), "beside": first.beside(row)} if isinstance(first, Title) else {}
        where = {"url": self.resource.url_of(row), "peek": self.resource.peek_of(row)}
        return {"row": row, "first": cells[0] | beside, "cells": cells[1:], **where}

    def _foot(self, sums: Mapping[str, Any], columns: list[tuple[Column, str]]) -> list[dict[str, Any]]:
        if not sums:
            return []
        return [
            {"column": column, "shown": column.cell(_summed(column, sums), under) if column.name in sums else ""}
            for column, under in columns[1:]
        ]  # fmt: skip

    def _pager(self, page: Any, ask: Ask, count: int) -> dict[str, Any]:
        def to(cursor: Cursor | None) -> str:
            return "" if cursor is None else self._to(ask, cursor=encode(cursor))

        first = page.before + 1 if page.rows else 0
        last = page.before + len(page.rows)
        return {
            "first": first, "last": last, "total": max(count, last), "prev_url": to(page.previous), "next_url": to(page.following),
            "first_url": self._to(ask) if page.before else "",
        }  # fmt: skip


def _summed(column: Column, sums: Mapping[str, Any]) -> SimpleNamespace:
    """Return what stands for a row whose values are totals, so that a column writes them as it writes its cells."""
    path = column.of if isinstance(column.of, str) and column.of else column.name
    return SimpleNamespace(**{**sums, path: sums[column.name]})


class FiltersPage(ResourcePage):
    """Filters, columns and kept views; a page of its own without JavaScript."""

    template, part = "resource/filters.html", "resource/_filters.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        ask, resource = self.ask(), self.resource
        form = _dressed(resource.filter_set(ask, resource.rows(self.actor, ask)).form)
        resource.dress_filters(self.actor, ask, form)
        shown = {column.name for column in resource.columns_of(ask)}
        context = {
            "title": _("筛选与显示"), "form": form, "ask": ask, "query": ask.query(),
            "columns": [{"column": column, "shown": column.name in shown} for column in resource.columns],
            "keep": [(name, value) for name, value in (("view", ask.view), ("q", ask.text), ("sort", ask.sort)) if value],
            "saved": saved.of(self.actor, resource.name), "may_share": saved.may_share(self.actor), "me": self.actor.person_id,
        }  # fmt: skip
        htmx = getattr(request, "htmx", False)
        return self.show(self.part if htmx else self.template, context)


def _dressed(form: Any) -> Any:
    """Give the filters the look of forms; the two ends of a range of days are days."""
    dress(form)
    for one in form.fields.values():
        if hasattr(one, "empty_label"):
            one.empty_label = _("不限")
        for end in getattr(one.widget, "widgets", ()):
            end.attrs["class"] = "form-control range-end"
            if isinstance(one, DateRangeField):
                end.input_type = "date"
    return form


def with_query(url: str, **values: str) -> str:
    """Return an address with a query string of the values that are not empty."""
    kept = {name: value for name, value in values.items() if value}
    return f"{url}?{urlencode(kept)}" if kept else url
