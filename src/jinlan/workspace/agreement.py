"""战略合作协议: what both groups agreed on, how each side keeps it, and when it is to be renewed, as it stands today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.domains.engagement import agreement_words as words
from jinlan.domains.engagement import ledger_words, plan_words
from jinlan.domains.engagement.rules.agreement import (
    AGREEMENT,
    DEED,
    MEASURE,
    REACH,
    SECTIONS,
    SHAPES,
    sides_without,
)
from jinlan.domains.engagement.rules.document import OWN, SIDES, Entry
from jinlan.domains.engagement.selectors import agreements as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.selectors.plans import DRAFT, IN_FORCE, entries_of, newest_result, value_text
from jinlan.domains.engagement.services.agreement_life import clear_agreement, end_agreement, sign_agreement
from jinlan.domains.engagement.services.agreements import draft_agreement
from jinlan.kernel import figures
from jinlan.workspace.access import page
from jinlan.workspace.client import panel
from jinlan.workspace.drafted import need_whole, wanted
from jinlan.workspace.engagement import unit_in_sight
from jinlan.workspace.measures import measure_name, value_of
from jinlan.workspace.plan_grid import members_seen

Context = dict[str, Any]


@require_GET
@page("clients")
def client_agreement(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show an agreement with a client: the one that is asked for, else the one in force, else the newest."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    rows = reading.agreements_of(actor, unit_id=unit.pk)
    need_whole(actor, unit, rows)
    context: Context = {
        "title": _("战略合作协议"), "place": "clients", "unit": unit, "today": today, "rows": rows, "may": actor.has(*draft_agreement.roles),
        "may_ask": actor.has(*clear_agreement.roles), "may_sign": actor.has(*sign_agreement.roles), "may_end": actor.has(*end_agreement.roles),
    }  # fmt: skip
    if rows:
        context |= Shown(actor, unit, wanted(request, rows, "number"), today).context()
    return render(request, "workspace/agreement.html" if rows else "workspace/agreement_none.html", context)


@require_GET
@page("clients")
def agreement_card(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the card of the client's page: the agreement in force with how each side keeps it, or that there is none."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    row = reading.agreement_in_force(actor, unit_id=unit.pk)
    need_whole(actor, unit, [row] if row else [])
    kept = reading.performance(actor, row, today=today) if row else None
    return panel(request, "workspace/_agreement_summary.html", {
        "title": _("战略合作协议"), "place": "clients", "unit": unit, "row": row, "sides": sides_of(kept) if kept else [],
        "clock": clock_of(row, today) if row else None,
    })  # fmt: skip


def clock_of(row: Any, today: date) -> Context:
    """Return the renewal clock of an agreement with its look."""
    found = reading.clock_of(row, today)
    return {"clock": found, "look": words.CLOCKS[found.state], "left": abs(found.left)}


def sides_of(kept: reading.Performance) -> list[Context]:
    """Return how each side keeps an agreement: its deeds by the ledger, its measures as they stand."""
    found = []
    for side in SIDES:
        met, known, whole = kept.measured(side)
        tally = kept.tally(side)
        found.append({"look": ledger_words.SIDES[side], "tally": tally, "due": tally.closed + tally.overdue, "met": met, "known": known, "measures": whole})  # fmt: skip
    return found


class Shown:
    """Reads what the page of one agreement shows to one reader."""

    def __init__(self, actor: Actor, unit: Any, row: Any, today: date) -> None:
        self.actor, self.unit, self.row, self.today = actor, unit, row, today
        self.entries = entries_of(row)
        self.edits = row.state == DRAFT and actor.has(*draft_agreement.roles)
        self.lives = row.state == IN_FORCE
        self.kept = reading.performance(actor, row, today=today) if row.signed_on else None
        self.result = newest_result(actor, unit.pk)
        self.people = {one.key: one.name for one in roster.contacts_of(actor, unit_id=unit.pk, on=today)}
        as_of = self.result.as_of if self.result is not None else today
        self.members = {key: name for key, name, _party in members_seen(actor, unit, as_of)}
        self.branches = {one.code: one.name for one in clients.branches(actor)}
        self.names = teams.names_of_employees(actor, codes=sorted(self._owners()))

    def _owners(self) -> Iterable[str]:
        yield from {one.owner for one in self.entries if one.owner}
        if self.kept:
            yield from {one.owner for deed in self.kept.deeds for one in deed.promises}

    def context(self) -> Context:
        """Return everything that the template needs."""
        lines = self.lines()
        return {
            "row": self.row, "state": words.STATES[self.row.state], "edits": self.edits, "lives": self.lives, "lines": lines,
            "sections": [self.section(code, place, lines) for place, code in enumerate(SECTIONS, 1)], "missing": self.missing(),
            "sides": sides_of(self.kept) if self.kept else [], "clock": clock_of(self.row, self.today), "credit": self.credit(),
        }  # fmt: skip

    def missing(self) -> list[Context]:
        """Return what a draft lacks before others look at it."""
        if self.row.state != DRAFT:
            return []
        found: list[Context] = [
            {"word": words.KINDS[one.kind], "section": SHAPES[one.kind].section} for one in AGREEMENT.missing_of(self.entries)
        ]  # fmt: skip
        return found + [
            {"word": _("%(side)s的承诺或指标") % {"side": ledger_words.SIDES[side].word}, "section": "DEEDS"} for side in sides_without(self.entries)
        ]  # fmt: skip

    def section(self, code: str, place: int, lines: Sequence[Context]) -> Context:
        """Return a section with its kinds, each with its entries in words."""
        kinds = [
            {"kind": kind, "word": words.KINDS[kind], "least": shape.least, "rows": [one for one in lines if one["entry"].kind == kind],
             "more": sum(one.kind == kind for one in self.entries) < shape.most}
            for kind, shape in SHAPES.items() if shape.section == code
        ]  # fmt: skip
        return {"code": code, "place": place, "word": words.SECTIONS[code], "kinds": kinds if self.edits else [one for one in kinds if one["rows"]]}  # fmt: skip

    def lines(self) -> list[Context]:
        """Return the entries as the page shows them, commitments with what became of them."""
        deeds = {one.entry.key: one for one in self.kept.deeds} if self.kept else {}
        measures = {one.entry.key: one for one in self.kept.measures} if self.kept else {}
        return [
            {"entry": one, "name": self.called(one), "said": self.said(one), **self.deed(one, deeds.get(one.key)), **self.measure(one, measures.get(one.key))}
            for one in self.entries
        ]  # fmt: skip

    def called(self, one: Entry) -> str:
        """Return what an entry says first."""
        if one.branch:
            return self.branches.get(one.branch, one.branch)
        if one.member:
            return self.members.get(one.member, str(_("成员")))
        return reading.amount_text(one) if one.amount is not None else one.text

    def said(self, one: Entry) -> list[tuple[Any, str]]:
        """Return what an entry says besides, each with its word."""
        found = [
            (words.FIELDS["text"], one.text if one.branch or one.member or one.amount is not None else ""),
            (words.FIELDS["product"], str(plan_words.PRODUCTS.get(one.product, ""))),
            (words.FIELDS["side"], str(ledger_words.SIDES[one.side].word) if one.side else ""),
            (words.FIELDS["person"], self.people.get(one.person, "")), (words.FIELDS["owner"], self.names.get(one.owner, one.owner)),
        ]  # fmt: skip
        return [(word, text) for word, text in found if text]

    def deed(self, one: Entry, kept: reading.Deed | None) -> Context:
        """Return when a deed is due, and its promises."""
        if one.kind != DEED:
            return {}
        promises = kept.promises if kept else ()
        ahead = next((each for each in promises if each.state == "made"), promises[-1] if promises else None)
        return {
            "side": ledger_words.SIDES[one.side], "promises": promises, "ahead": ahead, "every": figures.number(one.every) if one.every else "",
            "done": sum(each.state in ("kept", "late") for each in promises), "owner_name": self.names.get(ahead.owner if ahead else one.owner, one.owner),
        }  # fmt: skip

    def measure(self, one: Entry, kept: reading.Measure | None) -> Context:
        """Return what a measure holds, and how it stands."""
        if one.kind != MEASURE:
            return {}
        return {
            "side": ledger_words.SIDES[one.side], "agreed": agreed_text(one), "metric": one.unit or str(plan_words.BY_HAND) if one.metric == OWN else measure_name(one.metric),
            "kept": kept.kept if kept else None, "look": words.HEALTH[kept.kept.health] if kept else None, "actual": value_text(one, kept.kept.actual) if kept else "",
            "evidence": kept.evidence if kept else "", "by_hand": one.metric == OWN, "own": 100 * min(max(kept.kept.share or Decimal(0), Decimal(0)), Decimal(1)) if kept else None,
            "reach": one.keeping == REACH,
        }  # fmt: skip

    def credit(self) -> Context | None:
        """Return the intended credit line beside the limit that holds and what is used of it."""
        one = reading.credit_of(self.entries)
        if one is None:
            return None
        measures = self.result.measures if self.result is not None else {}
        return {
            "amount": reading.amount_text(one), "text": one.text, "note": words.CREDIT_NOTE, "as_of": self.result.as_of if self.result is not None else None,
            "figures": [{"name": measure_name(code), "value": value_of(measures, code)} for code in ("limit", "limit_used") if code in measures],
        }  # fmt: skip


def agreed_text(one: Entry) -> str:
    """Return in words what a measure holds."""
    target = value_text(one, one.target)
    if one.keeping == REACH:
        return _("从 %(from)s 到 %(to)s") % {"from": value_text(one, one.baseline), "to": target}
    return f"{words.KEEPING[one.keeping]} {target}"
