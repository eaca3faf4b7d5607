"""Pages of one row: what it is, what happened to it, and the forms of its actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jinlan.basics.errors import Refused
from jinlan.kernel.acts import Outcome
from jinlan.kernel.forms import refuse
from jinlan.kernel.history import Change, changes_of
from jinlan.kernel.masking import mask
from jinlan.kernel.resource.columns import Badge
from jinlan.kernel.resource.declare import Action
from jinlan.kernel.resource.doing import NOT_NOW, STALE, do, possible
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.resource.pages import ResourcePage, with_query
from jinlan.kernel.scope import ScopeDenied, scoped


class RowPage(ResourcePage):
    """One row: its facts, the panels of other rooms, its actions, and its history."""

    template, part = "resource/row.html", "resource/_row.html"

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show it."""
        row, resource = self.row(public_id), self.resource
        facts = [(column, column.cell(row)) for column in (*resource.columns[1:], *resource.facts)]
        tracked = resource.history and request.GET.get("tab") == "history"
        panels = [
            {"panel": one, "content": one.read(self.actor, row)}
            for one in resource.panels if not one.roles or self.actor.has(*one.roles)
        ]  # fmt: skip
        context = {
            "title": resource.label(row), "row": row, "facts": facts, "panels": panels, "actions": self._actions(row),
            "tabs": self._tabs(row, history=tracked), "as_history": tracked, "field": request.GET.get("field", ""),
            "changes": self._history(row, request.GET.get("field", "")) if tracked else [],
        }  # fmt: skip
        return self.show(self.part if getattr(request, "htmx", False) else self.template, context)

    def _actions(self, row: Any) -> list[dict[str, Any]]:
        found = [one for one in (self.resource.change, *self.resource.actions) if self.offered(one)]
        return [
            {
                "action": one,
                "url": self.url(one.name, public_id=row.public_id),
                "possible": one.when(row) and one.offered(row),
            }
            for one in found if one is not None
        ]  # fmt: skip

    def _tabs(self, row: Any, *, history: bool) -> list[dict[str, Any]]:
        if not self.resource.history:
            return []
        here = self.url("one", public_id=row.public_id)
        return [
            {"label": _("详情"), "url": here, "current": not history},
            {"label": _("历史"), "url": f"{here}?tab=history", "current": history},
        ]

    def _history(self, row: Any, field: str) -> list[dict[str, Any]]:
        table = row._meta.db_table
        names = _words(self.resource)
        change = self.resource.change
        offered = change is not None and change.allowed(self.actor) and change.when(row)
        open_to = set(change.fields) if change is not None and offered else set()
        found = []
        for one in changes_of(self.actor, table=table, row_id=str(row.pk)):
            lines = [
                self._change(row, one, column, old, new, names, open_to)
                for column, old, new in one.fields if column in names and field in ("", column)
            ]  # fmt: skip
            if lines:
                found.append({"change": one, "lines": lines})
        return found

    def _value(self, column: str, kind: str, value: Any) -> str:
        """Return a value of the history as its column writes it."""
        for one in (*self.resource.columns, *self.resource.facts):
            if isinstance(one, Badge) and column in {one.name, one.of} and value in one.looks:
                return str(one.looks[value].word)
        return _shown(kind, value)

    def _change(self, row: Any, one: Change, column: str, old: Any, new: Any, names: dict[str, str], open_to: set[str]) -> dict[str, Any]:  # fmt: skip
        kind = _mask_of(row, column)
        back = column in open_to and one.op == "U" and str(old) != str(getattr(row, column))
        change = self.resource.change
        url = self.url(change.name, public_id=row.public_id) if back and change else ""
        return {
            "column": column, "name": names[column], "old": self._value(column, kind, old), "new": self._value(column, kind, new),
            "restore": with_query(url, field=column, change=str(one.key)) if url else "",
        }  # fmt: skip


def _shown(kind: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value) if kind in {"none", "name"} else mask(kind, str(value))


def _words(resource: Any) -> dict[str, str]:
    """Return what the columns of the table are called; those without a word are not shown."""
    found = {column.name: str(column.title) for column in (*resource.columns, *resource.facts)}
    for action in resource.acts():
        found |= {name: str(one.label) for name, one in action.fields.items()}
    return found


def _mask_of(row: Any, column: str) -> str:
    classes = getattr(row, "CLASSES", {})
    kind: str = classes.get(column, classes["*"]).mask
    return kind


class FormPage(ResourcePage):
    """The form of an action: making a row, changing it, or doing something about it; also giving a value back."""

    http_method_names = ["get", "post"]
    template = "resource/form.html"
    action: Action | None = None  # given to as_view; the act that makes rows without one

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead back to the row what is not possible any more."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refused:
            if refused.code != NOT_NOW:
                raise
            messages.error(request, str(refused))
            return redirect(self.url("one", public_id=kwargs["public_id"]))

    def get(self, request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
        """Show the form, filled with what is; with ``change`` and ``field`` with what was."""
        wanted, row = self._wanted(public_id)
        was, said = self._was(row)
        seen = "" if row is None else self.resource.version(row)
        given = self._given(wanted)
        form = ActForm(None, action=wanted, actor=self.actor, row=row, seen=seen, initial=given | was)
        return self._form(wanted, row, form, said=said)

    def post(self, request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
        """Do it; what was typed is kept when it is refused."""
        with scoped(self.actor):
            wanted, row = self._wanted(public_id)
            form = ActForm(request.POST, action=wanted, actor=self.actor, row=row)
        if form.is_valid():
            try:
                return self._done(wanted, row, self._do(wanted, public_id, form))
            except ScopeDenied:
                raise
            except Refused as refused:
                refuse(form, refused)
                stale = refused.code == STALE
        else:
            stale = False
        with scoped(self.actor):
            if stale:
                typed = request.POST.copy()
                typed["seen"] = self.resource.version(self.row(row.public_id))
                form.data = typed
            return self._form(wanted, row, form, status=422)

    def _wanted(self, public_id: UUID | None) -> tuple[Action, Any]:
        """Return the action and its row; 404 for what this person is not offered."""
        action = self.action or self.resource.create
        if action is None or not action.allowed(self.actor):
            raise Http404
        row = self.row(public_id) if public_id else None
        possible(action, row)
        return action, row

    def _given(self, action: Action) -> dict[str, Any]:
        """Return what the address fills in, as it reads in the form."""
        found = {}
        for name, value in self.request.GET.items():
            one = action.fields.get(name)
            if one is not None:
                found[name] = one.reads(self.actor, value) if one.reads else value
        return found

    def _was(self, row: Any) -> tuple[dict[str, Any], str]:
        """Return the old value that a link of the history gives back, and a sentence about it."""
        name, key = self.request.GET.get("field", ""), self.request.GET.get("change", "")
        if row is None or not key:
            return {}, ""
        for one in changes_of(self.actor, table=row._meta.db_table, row_id=str(row.pk)):
            for column, old, _new in one.fields:
                if str(one.key) == key and column == name:
                    words = _words(self.resource).get(column, column)
                    said = _("恢复“%(name)s”在 %(at)s 之前的值：请写明原因后提交。")
                    return {column: old}, said % {"name": words, "at": f"{one.at:%Y-%m-%d}"}
        return {}, ""

    def _do(self, action: Action, public_id: UUID | None, form: ActForm) -> Outcome:
        return do(actor=self.actor, resource=self.resource, action=action, public_id=public_id, form=form)

    def _done(self, action: Action, row: Any, outcome: Outcome) -> HttpResponse:
        if outcome.asked is not None:
            messages.info(self.request, _("申请已提交，等待复核"))
            return redirect("approval", public_id=outcome.asked)
        messages.success(self.request, _("已完成：%(what)s") % {"what": action.label})
        key = str(row.public_id) if row is not None else str(outcome.result or "")
        return redirect(self.url("one", public_id=UUID(key)) if key else self.url())

    def _form(self, action: Action, row: Any, form: ActForm, *, said: str = "", status: int = 200) -> HttpResponse:  # fmt: skip
        back = self.url("one", public_id=row.public_id) if row is not None else self.url()
        return self.show(self.template, {
            "title": action.label, "about": self.resource.label(row) if row is not None else "", "form": form, "back": back,
            "asks": bool(action.act.stages), "said": said,
        }, status)  # fmt: skip
