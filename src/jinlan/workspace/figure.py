"""The ⓘ of a figure: formula, inputs, rule version, run, load; its source rows and accounts through the lake reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.money import NOT_APPLICABLE
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.selectors.definitions import definition
from jinlan.kernel.audit import audit
from jinlan.kernel.figures import currency, moment, number, percent
from jinlan.lake.features.catalog import MEASURES
from jinlan.serving import selectors as serving
from jinlan.workspace import lake
from jinlan.workspace.access import page
from jinlan.workspace.client import Asked, asked, panel
from jinlan.workspace.measures import Value, formula_of, measure_name, typed, value_of
from jinlan.workspace.words import VALUES, word

if TYPE_CHECKING:
    from jinlan.serving.models import MemberResult, Run, UnitResult

SCORE = "score"
SCALARS = (SCORE,)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that the actor may open: of a whole unit, or of one member of it."""

    it: Asked
    code: str
    value: Value
    run: Run
    result: UnitResult | None
    parties: dict[int, Any]  # key -> Party, whose rows are behind the figure
    rows: dict[int, MemberResult]
    party: Any = None

    @property
    def about(self) -> lake.About:
        """Return whose rows are behind the figure, as known at the load of its run."""
        return _about(self.it, self.run, self.parties, self.rows)


@dataclass(frozen=True, slots=True)
class Behind:
    """The members of a unit whose rows of the lake the actor may read, and the run that published them."""

    it: Asked
    own: dict[int, MemberResult]
    parties: dict[int, Any]  # key -> Party

    @property
    def run(self) -> Run:
        """Return the run; one speaks for all members of a date."""
        return next(iter(self.own.values())).run

    @property
    def about(self) -> lake.About:
        """Return whose rows may be asked for."""
        return _about(self.it, self.run, self.parties, self.own)

    @property
    def names(self) -> dict[str, str]:
        """Return code -> name of the members."""
        return {party.code: party.name for party in self.parties.values()}


def behind(request: HttpRequest, actor: Actor, public_id: UUID) -> Behind:
    """Return the members in sight; 404 before anything is read from the lake."""
    it = asked(request, actor, public_id)
    own = serving.member_results(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if not own:
        raise Http404
    return Behind(it, own, clients.parties_by_key(actor, party_ids=own))


def _about(it: Asked, run: Run, parties: dict[int, Any], rows: dict[int, MemberResult]) -> lake.About:
    codes = tuple(sorted(party.code for party in parties.values()))
    return lake.About(run.load, it.shown.as_of, codes, lake.domains_of(rows.values()))


def _figure(request: HttpRequest, actor: Actor, public_id: UUID, code: str) -> Figure:
    """Resolve a figure inside the actor's scope; 404 before anything is read from the lake."""
    it = asked(request, actor, public_id)
    if code not in MEASURES and code not in SCALARS:
        raise Http404
    own = serving.member_results(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if wanted := request.GET.get("party"):
        return _of_member(actor, it, code, own, wanted)
    result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if result is None:
        raise Http404
    if code == SCORE:
        value = Value(SCORE, "score", result.score, "ok" if result.score is not None else "unknown")
    else:
        value = value_of(result.measures, code)
    parties = clients.parties_by_key(actor, party_ids=own)
    return Figure(it, code, value, result.run, result, parties, own)


def _of_member(actor: Actor, it: Asked, code: str, own: dict[int, MemberResult], wanted: str) -> Figure:
    parties = clients.parties_by_key(actor, party_ids=own)
    party = next((party for party in parties.values() if str(party.public_id) == wanted), None)
    if party is None or code == SCORE:
        raise Http404
    row = own[party.pk]
    return Figure(
        it, code, value_of(row.measures, code), row.run, None, {party.pk: party}, {party.pk: row}, party
    )


@require_GET
@page("clients")
def figure(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Show where a figure comes from."""
    it = _figure(request, actor, public_id, code)
    measure = MEASURES.get(code)
    detail: dict[str, Any] = it.result.detail if it.result else {}
    used = detail.get("definition") or it.run.definitions.get(it.it.unit.kind) or {}
    law = definition(actor, kind=it.it.unit.kind, version=str(used.get("version", "")))
    own = [raw for raw in detail.get("criteria", ()) if code in (SCORE, raw.get("measure"))]
    criteria = [_criterion(raw) for raw in own]
    context = {
        "title": measure_name(code), "place": "clients", "unit": it.it.unit, "as_of_query": it.it.query, "figure": it,
        "name": measure_name(code), "formula": formula_of(measure) if measure else _("各准则得分 × 权重之和（满分 100）"),
        "needs": measure.needs if measure else (), "source": measure.source if measure else "01 §1.5", "rollup": measure.rollup if measure else "",
        "definition": used, "law": law, "rules": (detail.get("rules") or {}).items(), "run": it.run, "load": it.run.load,
        "criteria": criteria,
        "reference": f"R{it.run.pk}-L{it.run.load_id}-{code}-{it.it.shown.as_of:%Y%m%d}", "shown": it.it.shown,
        "party_query": _party_query(it),
    }  # fmt: skip
    return panel(request, "workspace/_figure.html", context)


def _party_query(it: Figure) -> str:
    parts = [f"as_of={it.it.shown.as_of.isoformat()}"] + ([f"party={it.party.public_id}"] if it.party else [])
    return "?" + "&".join(parts)


def _criterion(raw: dict[str, Any]) -> dict[str, Any]:
    numbers = {
        name: typed(raw.get(name), "score") for name in ("weight", "points", "contribution", "peer_points")
    }
    return {"name": measure_name(str(raw.get("measure") or raw.get("code"))), **numbers}


@require_GET
@page("clients")
def figure_rows(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Show the source rows of a figure, read from the lake as known at the load of its run."""
    it = _figure(request, actor, public_id, code)
    _audit(actor, "workspace.sources_read", it.it, code)
    answers = lake.source_rows(it.about, measure=code)
    names = {party.code: party.name for party in it.parties.values()}
    context = {
        "title": measure_name(code),
        "place": "clients",
        "answers": [_named(answer, names) for answer in answers],
    }
    return panel(request, "workspace/_sources.html", context)


@require_GET
@page("clients")
def accounts(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show accounts and products of the members that the actor sees, through the lake reader."""
    found = behind(request, actor, public_id)
    _audit(actor, "workspace.accounts_read", found.it, "accounts")
    answer = lake.accounts(found.about)
    context = {
        "title": _("账户与产品"), "place": "clients", "unit": found.it.unit,
        "answer": _named(answer, found.names),
    }  # fmt: skip
    return panel(request, "workspace/_accounts.html", context)


def _named(answer: lake.Answer, names: dict[str, str]) -> dict[str, Any]:
    """Put the names of visible parties for their codes (the lake holds no names), and write every cell."""
    order = sorted(
        range(len(answer.columns)), key=lambda place: _place(answer.columns[place], answer.kinds[place])
    )
    heads = [(answer.columns[place], answer.kinds[place]) for place in order]
    rows = [
        [{"text": _written(row[place], column, kind, names), "kind": kind} for place, (column, kind) in zip(order, heads, strict=True)]
        for row in answer.rows
    ]  # fmt: skip
    sums = [(name or currency(), number(value, 2)) for name, value in answer.sums]
    return {"answer": answer, "heads": heads, "rows": rows, "sums": sums, "more": answer.total - len(rows)}


def _place(column: str, kind: str) -> int:
    """Say where a column stands: whose row, then its money, then the rest as delivered."""
    if column == "party_id":
        return 0
    return 1 if kind == "money" and not column.endswith("rate") else 2


def _written(value: Any, column: str, kind: str, names: dict[str, str]) -> str:
    """Write one cell; rates keep their digits, money has two, codes are put in words."""
    if value is None or value == "":
        return NOT_APPLICABLE
    if kind == "money" and column.endswith("rate"):
        return percent(value, 4)
    if kind == "money":
        return number(value, 2)
    if kind == "bool":
        return _("是") if value else _("否")
    if column == "party_id":
        return names.get(str(value), str(value))
    return moment(value) if isinstance(value, datetime) else str(word(VALUES.get(column, {}), str(value)))


def read_sources(actor: Actor, it: Asked, what: str) -> None:
    """Record who read what is behind the figures of a unit."""
    _audit(actor, "workspace.sources_read", it, what)


def _audit(actor: Actor, verb: str, it: Asked, what: str) -> None:
    """Record who read source rows of whom."""
    audit(
        actor,
        verb,
        "unit",
        it.unit.code,
        after={"what": what, "as_of": it.shown.as_of.isoformat(), "run": it.shown.run_id},
    )
