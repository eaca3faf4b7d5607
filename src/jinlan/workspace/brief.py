"""会前要点: one page before a meeting: why, what changed, promises, people, figures, risks, three requests, three questions.

It is made anew for each reader at each reading, through the same selectors as every page, so it cannot cite what he may not open. What
holds inside information is left out even for its readers: a brief is printed and carried about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement.rules.briefing import CHANGES, QUESTIONS, RISKS, WHY
from jinlan.domains.engagement.selectors import people as reading
from jinlan.domains.engagement.selectors import timeline
from jinlan.domains.engagement.selectors.ledger import promises_of
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.serving import requests
from jinlan.serving import selectors as serving
from jinlan.work import happened
from jinlan.work.happened import Asked, Event, what_happened
from jinlan.workspace import brief_words as said
from jinlan.workspace import happened_words
from jinlan.workspace.access import page
from jinlan.workspace.brief_rules import Facts, Known, Move, Owed, Point, Talk, brief, offered
from jinlan.workspace.client import asked

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import UnitResult

FIGURES = ("aum", "loan", "revenue_12m", "limit_used", "deposit_avg_12m")
UNLIKE = frozenset(
    (happened.TIER, happened.LEAD, happened.CASE, happened.PROMISE, happened.INTERACTION, happened.CONSENT)
)
LOOKED = 40  # events that are looked at
WITHOUT = 90  # days back where nobody has met yet


@require_GET
@page("clients")
def brief_page(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the brief of a client for a meeting that is named, or for the next one that is planned."""
    it = asked(request, actor, public_id)
    gathered = Gathered(actor, it.unit, it.shown.latest, named(request))
    facts = gathered.facts()
    parts = [
        {"part": part, "title": said.PARTS[part], "rows": [{"text": said.sentence(one), "url": one.url, "by": one.values.get("by", "")} for one in rows]}
        for part, rows in groupby(brief(facts), key=lambda one: one.part)
    ]  # fmt: skip
    return render(request, "workspace/brief.html", {
        "title": _("会前要点"), "place": "clients", "unit": it.unit, "parts": parts, "made_at": actor.at, "as_of": it.shown.latest,
        "edit": edit_url(actor, gathered.meeting), "out": sum(1 for one in offered(facts) if one.mark in facts.out),
        "meeting": facts.meeting, "model": bool(settings.JINLAN_MODEL_URL), "asked": request.GET.get("meeting", ""),
    })  # fmt: skip


def named(request: HttpRequest) -> UUID | None:
    """Return the meeting that an address names; 404 for what is no name."""
    if not (text := request.GET.get("meeting", "")):
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def edit_url(actor: Actor, meeting: Any) -> str:
    """Return where a reader edits the brief of a meeting; "" for who may not, and where none is planned."""
    if meeting is None or meeting.state != "planned" or not actor.has(*ROLES):
        return ""
    return reverse("interaction-brief", kwargs={"public_id": meeting.public_id})


def facts_of(actor: Actor, unit: Unit, *, as_of: date, meeting: UUID | None = None) -> Facts:
    """Return what an actor may know of a client before a meeting; some twenty queries, whatever its history."""
    return Gathered(actor, unit, as_of, meeting).facts()


@dataclass
class Gathered:
    """Reads the facts of one client for one reader."""

    actor: Actor
    unit: Unit
    as_of: date
    named: UUID | None

    def __post_init__(self) -> None:
        self.today = business_date(self.actor.at)
        self.home = reverse("client", kwargs={"public_id": self.unit.public_id})
        self.last, self.planned = timeline.in_the_open(self.actor, unit_id=self.unit.pk, now=self.actor.at)
        self.meeting = self._meeting()
        self.since = business_date(self.last.starts_at) if self.last else self.today - timedelta(days=WITHOUT)

    def _meeting(self) -> Any:
        if self.named is None:
            return self.planned[0] if self.planned else None
        row = timeline.interaction_of(self.actor, public_id=self.named)
        if row is None or row.unit_id != self.unit.pk:
            raise Http404
        return None if row.inside else row

    def facts(self) -> Facts:
        """Return them."""
        row = serving.unit_result(self.actor, unit_id=self.unit.pk, as_of=self.as_of)
        found = reading.relations(self.actor, unit_id=self.unit.pk)
        there = set(self.meeting.people) if self.meeting else set()
        staff = {tie.employee for tie in found.ties if tie.access > 1}
        return Facts(
            self.today, _talk(self.meeting), _talk(self.last), self._happened(), self._owed(),
            [self._person(one, found, there) for one in found.people], len(staff), self._moves(row), self._risks(row), self._needs(),
            self._maturity(row), self._next(), Point(WHY, "CLIENT", f"unit:{self.unit.public_id}", self.home), self._own(),
            frozenset(self.meeting.brief_out if self.meeting else ()),
        )  # fmt: skip

    def _happened(self) -> list[Point]:
        rows = what_happened(self.actor, Asked(self.unit.pk, LOOKED, None, UNLIKE))
        return [
            Point(CHANGES, "EVENT", f"{one.source}:{one.key}", one.url or f"{self.home}/timeline", {"day": business_date(one.at), "title": happened_words.title(one)})
            for one in rows if self._tells(one)
        ]  # fmt: skip

    def _tells(self, one: Event) -> bool:
        own = {row.pk for row in (self.last, self.meeting) if row is not None}
        day = business_date(one.at)
        return (
            not one.inside
            and self.since <= day <= self.today
            and not (one.source == "interaction" and one.key in own)
        )

    def _owed(self) -> list[Owed]:
        rows = promises_of(self.actor, unit_id=self.unit.pk, today=self.today)
        return [
            Owed(row.side, row.what, row.due_on, f"promise:{row.public_id}", reverse("promises-one", kwargs={"public_id": row.public_id}))
            for row in rows if row.state == "made" and not row.inside
        ]  # fmt: skip

    def _person(self, one: Any, found: Any, there: set[int]) -> Known:
        url = reverse("contact-people-one", kwargs={"public_id": one.public_id})
        return Known(
            one.name, one.decision_role, one.influence, one.attitude, found.met.by_any.get(one.pk), one.pk in there,
            f"person:{one.public_id}", url,
        )  # fmt: skip

    def _moves(self, row: UnitResult | None) -> list[Move]:
        if row is None:
            return []
        before = self._then()
        found = []
        for code in FIGURES:
            now = getattr(row, code, None)
            if now is not None:
                url = reverse("figure", kwargs={"public_id": self.unit.public_id, "code": code})
                found.append(Move(code, now, before.get(code), f"figure:{code}:{self.as_of}", url))
        return found

    def _then(self) -> Mapping[str, Decimal]:
        """Return the figures of the last published date before the last meeting."""
        rows = serving.unit_history(self.actor, unit_id=self.unit.pk, until=min(self.since, self.as_of))
        return {
            code: value
            for code, value in (rows[-1] if rows else {}).items()
            if code in FIGURES and value is not None
        }

    def _risks(self, row: UnitResult | None) -> list[Point]:
        """Return what the newest figures say against the client, as its own page shows it to this reader, and open complaints."""
        found = self._gates((row.gates or "") if row is not None else "")
        why = f"{self.home}#gates"
        if row is not None and row.overdue:
            url = reverse("figure", kwargs={"public_id": self.unit.public_id, "code": "overdue"})
            found.append(
                Point(RISKS, "OVERDUE", f"figure:overdue:{self.as_of}", url, {"amount": row.overdue})
            )
        if row is not None and (row.five_tier_worst or 1) > 1:
            found.append(
                Point(RISKS, "CLASS", f"figure:five_tier:{self.as_of}", why, {"class": row.five_tier_worst})
            )
        if row is not None and row.tier_state in ("proposed_down", "observed"):
            found.append(Point(RISKS, "TIER", f"tier:{self.as_of}", self.home, {"state": row.tier_state}))
        return [*found, *self._complaints()]

    def _gates(self, gates: str) -> list[Point]:
        failed = [code for code in gates.split(",") if code and code != "ok" and not code.endswith("?")]
        return [
            Point(RISKS, "GATE", f"gate:{code}:{self.as_of}", f"{self.home}#gates", {"code": code})
            for code in failed
        ]

    def _complaints(self) -> list[Point]:
        rows = requests.open_complaints(self.actor, unit_id=self.unit.pk)
        return [
            Point(RISKS, "COMPLAINT", f"case:{one['id']}", f"{self.home}/timeline?kind=CASE", {"ref": one["id"], "day": one["received_on"]})
            for one in rows
        ]  # fmt: skip

    def _needs(self) -> list[Point]:
        if self.last is None:
            return []
        url = reverse("interactions-one", kwargs={"public_id": self.last.public_id})
        return [
            Point(QUESTIONS, "NEED", f"interaction:{self.last.public_id}", url, {"text": text})
            for text in self.last.needs
        ]

    def _own(self) -> list[Point]:
        """Return what people added; whoever sees the meeting may read it."""
        if self.meeting is None:
            return []
        url = reverse("interactions-one", kwargs={"public_id": self.meeting.public_id})
        return [
            Point(one["part"], "OWN", f"interaction:{self.meeting.public_id}", url, {"text": one["text"], "by": one["by"]})
            for one in self.meeting.brief_own
        ]  # fmt: skip

    def _maturity(self, row: UnitResult | None) -> Point | None:
        if row is None or row.next_maturity is None or row.next_maturity < self.today:
            return None
        return Point(
            RISKS,
            "MATURITY",
            f"unit:{self.unit.public_id}",
            f"{self.home}#figures",
            {"day": row.next_maturity},
        )

    def _next(self) -> bool:
        """Tell whether another meeting than this one is planned."""
        return any(self.meeting is None or row.pk != self.meeting.pk for row in self.planned)


def _talk(row: Any) -> Talk | None:
    if row is None:
        return None
    url = reverse("interactions-one", kwargs={"public_id": row.public_id})
    return Talk(business_date(row.starts_at), row.kind, row.subject, f"interaction:{row.public_id}", url)
