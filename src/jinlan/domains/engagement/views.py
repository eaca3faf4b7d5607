"""Pages of this room's lists that show more than a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jinlan.basics.clock import business_date
from jinlan.domains.engagement import ledger_words as words
from jinlan.domains.engagement.rules.care import STOPPED
from jinlan.domains.engagement.selectors import ledger
from jinlan.kernel.acts import Outcome
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.declare import Action
from jinlan.kernel.resource.pages import ListPage
from jinlan.kernel.resource.row_pages import FormPage


class PromisesPage(ListPage):
    """The ledger, with how well either side keeps its word above it: of the client asked for, or of all in sight."""

    def more(self, ask: Ask, rows: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the shares of both sides, of whatever state: a view narrows the list, not the figures."""
        whole = ask.with_(view="all", text="").without("state").without("due_on").without("side")
        found = ledger.tallies(self.resource.listed(self.actor, whole), business_date(self.actor.at))
        return {
            "above": "engagement/_rates.html",
            "sides": [{"look": words.SIDES[side], "tally": one} for side, one in found.items()],
        }


class CarePage(ListPage):
    """The occasions, with the ways to the days that were given, to the silences and to the gifts above them, of the client asked for."""

    def more(self, ask: Ask, rows: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the client's public id, "" for all in sight."""
        return {"above": "engagement/_care_ways.html", "client_asked": ask.value("unit")}


class GreetPage(FormPage):
    """Writing down a greeting: whether it went through when everything was asked anew."""

    def _done(self, action: Action, row: Any, outcome: Outcome) -> HttpResponse:
        if outcome.result == STOPPED:
            messages.error(self.request, _("已拦下，请不要问候：原因见下"))
        else:
            messages.success(self.request, _("已登记问候"))
        return redirect(self.url("one", public_id=row.public_id))
