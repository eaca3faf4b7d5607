"""Pages of a contact that say more than a declared list does: its next steps, and what became of a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import HiddenInput
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jinlan.clients.selectors import unit_of
from jinlan.clients.unmask import party_of
from jinlan.domains.compliance.contacts import drop_contact, now, release_contact
from jinlan.kernel.acts import Outcome
from jinlan.kernel.resource.declare import Action
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.resource.row_pages import FormPage, RowPage
from jinlan.kernel.scope import scoped
from jinlan.work.overrides import act_name
from jinlan.work.preflight import acknowledge

NAMED = ("unit", "party")


def _key(value: Any) -> UUID | None:
    """Return a public id, None for a name."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


class ContactPage(RowPage):
    """A contact, with the ways past a check only where that check stands in the way now."""

    def _actions(self, row: Any) -> list[dict[str, Any]]:
        found = super()._actions(row)
        in_the_way = [one for one in now(self.actor, row) if one.open]
        red = {act_name(one.check.code) for one in in_the_way if one.verdict.colour == "red"}
        amber = any(one.verdict.colour == "amber" for one in in_the_way)
        useful = red | {drop_contact.name} | ({acknowledge.name} if amber else set())
        if row.last is not None:  # who does not see its preflight cannot ask it anew
            useful.add(release_contact.name)
        return [one for one in found if one["action"].act.name in useful]


class NewContactPage(FormPage):
    """Preparing a contact; who comes from a client's page need not name client and person again."""

    about = ""

    def _given(self, action: Action) -> dict[str, Any]:
        named = {name: self.request.GET.get(name, "") for name in NAMED}
        return super()._given(action) | {name: key for name, key in named.items() if _key(key)}

    def _form(
        self, action: Action, row: Any, form: ActForm, *, said: str = "", status: int = 200
    ) -> HttpResponse:
        keys = [_key(form[name].value()) for name in NAMED]
        if keys[0] and keys[1]:
            client = unit_of(self.actor, public_id=keys[0])
            person = party_of(self.actor, public_id=keys[1])
            if client is None or person is None:
                raise Http404
            for name in NAMED:
                form.fields[name].widget = HiddenInput()
            self.about = f"{person.name} · {client.name}"
        return super()._form(action, row, form, said=said, status=status)

    def show(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Render the form with whom it is about."""
        return super().show(template, {**context, "about": self.about}, status)


class ReleasePage(FormPage):
    """Asking anew before a contact goes out: what the checks say now, one button, and whether it did."""

    template = "compliance/release.html"

    def show(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Render the form with what the checks say now."""
        row = self.row(self.kwargs["public_id"])
        return super().show(template, {**context, "answers": now(self.actor, row)}, status)

    def _done(self, action: Action, row: Any, outcome: Outcome) -> HttpResponse:
        with scoped(self.actor):
            after = self.row(row.public_id)
        if after.state == "stopped":
            messages.error(self.request, _("已拦下：%(why)s") % {"why": after.why})
        else:
            messages.success(self.request, _("已放行，可以联系"))
        return redirect(self.url("one", public_id=row.public_id))
