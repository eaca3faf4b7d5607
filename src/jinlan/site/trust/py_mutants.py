"""Holes planted in Python: a guard left out, a scope ignored, a mask that masks nothing, a refusal that tells too much."""
# ruff: noqa: ARG001, ARG005  what is planted keeps the signature of what it replaces

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import get_resolver, path

from jinlan.api import doors
from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.clients import selectors as clients
from jinlan.clients import unmask as vault
from jinlan.clients.models import Party, Unit, UnitMember
from jinlan.kernel import masking, scope, sessions, views
from jinlan.kernel.acts import ACTS
from jinlan.kernel.models import Person
from jinlan.kernel.operations import ANYBODY
from jinlan.kernel.resource import pages as resource_pages
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.search import search_of
from jinlan.kernel.testing import ENTITY
from jinlan.serving import selectors as serving
from jinlan.serving.models import MemberResult, Quarantine, RestrictedGate, UnitResult
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.matrix import MATRIX, METHODS
from jinlan.work import services
from jinlan.work.models import Approval
from jinlan.workspace import access, approvals, cockpit, unmask, urls
from jinlan.workspace import clients as client_list

Plant = Callable[[Bank], AbstractContextManager[Any]]
OBJECTS = frozenset(name for name, row in MATRIX.items() if row.about)
GUARDED = {one.name for one in urls.urlpatterns} - {"client-identity"}  # which has a guard of its own
PAGES = frozenset(name for name, row in MATRIX.items() if row.public is None and name in GUARDED)


@dataclass(frozen=True, slots=True)
class PyMutant:
    """A hole in Python and the probes that are aimed at it."""

    name: str
    plant: Plant
    only: frozenset[str]
    methods: tuple[str, ...] = ("GET",)
    quick: bool = True


@dataclass(frozen=True, slots=True)
class Everything:
    """All rows, read as the system before a hole is planted: what a query without a scope would give."""

    units: dict[Any, Unit]
    members: dict[int, list[clients.Member]]
    results: dict[tuple[int, Any], UnitResult]
    own: dict[tuple[int, Any], dict[int, MemberResult]]
    gates: list[RestrictedGate]
    quarantine: list[Quarantine]


def everything() -> Everything:
    """Read all rows as the system."""
    with scope.scoped(scope.system_actor(ENTITY, now_utc())):
        units = {unit.public_id: unit for unit in Unit.objects.select_related("branch")}
        parties = Party.objects.in_bulk()
        members: dict[int, list[clients.Member]] = {}
        for row in UnitMember.objects.all():
            members.setdefault(row.unit_id, []).append(clients.Member(row, parties[row.party_id], 0))
        results = {(row.unit_id, row.as_of): row for row in UnitResult.objects.select_related("run__load")}
        own: dict[tuple[int, Any], dict[int, MemberResult]] = {}
        for one in MemberResult.objects.select_related("run__load"):
            own.setdefault((one.unit_id, one.as_of), {})[one.party_id] = one
        return Everything(
            units, members, results, own, list(RestrictedGate.objects.all()), list(Quarantine.objects.all())
        )


def pattern(name: str) -> Any:
    """Return the address of a page."""
    return next(
        one for one in (*urls.urlpatterns, *get_resolver().url_patterns) if getattr(one, "name", "") == name
    )


@contextmanager
def view_of(name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Put another view in a page's place; `make` gets the present one."""
    one = pattern(name)
    before = one.callback
    one.callback = make(before)
    try:
        yield
    finally:
        one.callback = before


def raw(view: Any) -> Any:
    """Return the innermost function of a decorated view."""
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view


def _unguarded(name: str) -> Plant:
    def plant(bank: Bank) -> AbstractContextManager[Any]:
        system = scope.system_actor(ENTITY, now_utc())

        def make(view: Any) -> Any:
            def opened(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
                actor = getattr(request, "actor", None) or system
                try:
                    with scope.scoped(actor):
                        answer: HttpResponse = raw(view)(request, *args, actor=actor, **more)
                        return answer
                except scope.ScopeDenied:
                    raise Http404 from None

            return opened

        return view_of(name, make)

    return plant


def _without_role(name: str) -> Plant:
    def plant(bank: Bank) -> AbstractContextManager[Any]:
        anyone = {page: roles if page != name else ALL_ROLES for page, roles in access.PAGES.items()}
        return patch.dict(access.PAGES, anyone)

    return plant


def _open_list(name: str) -> Plant:
    """The list asks for no role."""
    return lambda bank: patch.object(type(RESOURCES[name]), "roles", ALL_ROLES)


def _open_api(name: str) -> Plant:
    """The API lets everybody in who shows himself."""
    return lambda bank: patch.object(doors.Guard, "allowed", lambda guard, request, actor: actor)


ALL_STAFF = frozenset(access.EVERYBODY)
ALL_ROLES = access.ANYBODY


def _any_method(name: str) -> Plant:
    return lambda bank: view_of(name, lambda view: view.__wrapped__)


def _entered_as(shift: Callable[[Actor, Bank], Actor]) -> Plant:
    def plant(bank: Bank) -> AbstractContextManager[Any]:
        real = scope._enter
        scope.system_actor(ENTITY, now_utc())
        return patch.object(scope, "_enter", lambda actor, *, write: real(shift(actor, bank), write=write))

    return plant


def _system(actor: Actor, bank: Bank) -> Actor:
    return replace(actor, person_id=bank.people["system"])


def _selector(module: Any, name: str, make: Callable[[Everything], Any]) -> Plant:
    return lambda bank: patch.object(module, name, make(everything()))


def _found(every: Everything, text: str) -> list[Unit]:
    return [unit for unit in every.units.values() if text.lower() in unit.search_text][:8] if text else []


def _plain_mask(bank: Bank) -> AbstractContextManager[Any]:
    """The labels of controlling persons were written without their mask."""

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(masking, "mask_person", lambda name: name):
            names = {key: party.name for key, party in _everybody().items() if party.domain == 0}
            with scope.scoped(scope.system_actor(ENTITY, now_utc()), write=True):
                for unit in Unit.objects.exclude(controller_label=""):
                    label = masking.mask_person(names[min(names)])
                    Unit.objects.filter(pk=unit.pk).update(controller_label=label)
        yield

    return planted()


def _everybody() -> dict[int, Party]:
    with scope.scoped(scope.system_actor(ENTITY, now_utc())):
        return Party.objects.in_bulk()


def _telling(bank: Bank) -> AbstractContextManager[Any]:
    real = views._plain

    def plain(request: HttpRequest, status: int, title: str, text: str, way_out: str) -> HttpResponse:
        return real(request, status, title, text + request.path if status == 404 else text, way_out)

    return patch.object(views, "_plain", plain)


def _refusing(bank: Bank) -> AbstractContextManager[Any]:
    """A refusal of the role says 403."""
    real = access.may_open

    class Forbidden(Http404):
        pass

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        answer = views._plain(request, 404, "", "", "")
        answer.status_code = 403 if isinstance(exception, Forbidden) else 404
        return answer

    def may_open(actor: Actor | None, page: str) -> bool:
        if not real(actor, page):
            raise Forbidden
        return True

    @contextmanager
    def planted() -> Iterator[None]:
        resolver = get_resolver()
        with (
            patch.object(access, "may_open", may_open),
            patch.object(resolver, "resolve_error_handler", lambda _type: handler),
        ):
            yield

    return planted()


def _writing(name: str, method: str) -> Plant:
    """A page that changes its reader's row when it is asked with a method."""

    def make(view: Any) -> Any:
        def changed(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
            if request.method == method and request.user.is_authenticated:
                Person.objects.filter(pk=request.user.pk).update(theme="dark")
            answer: HttpResponse = view(request, *args, **more)
            return answer

        return changed

    return lambda bank: view_of(name, make)


def _remembering(bank: Bank) -> AbstractContextManager[Any]:
    kept: dict[str, Any] = {}

    def remembered(actor: Actor, key: str, make: Callable[[], Any]) -> Any:
        return kept.setdefault(key, make())

    return patch.object(client_list, "remembered", remembered)


@contextmanager
def _new_address(bank: Bank) -> Iterator[None]:
    urls.urlpatterns.append(path("planted", lambda request: HttpResponseNotAllowed(["GET"]), name="planted"))
    try:
        yield
    finally:
        urls.urlpatterns.pop()


def _by_any_member(bank: Bank) -> AbstractContextManager[Any]:
    """Units were stored with the names of all their members."""

    @contextmanager
    def planted() -> Iterator[None]:
        with scope.scoped(scope.system_actor(ENTITY, now_utc()), write=True):
            for unit in Unit.objects.all():
                found = search_of([unit.name, *unit.members.values_list("party__name", flat=True)])
                Unit.objects.filter(pk=unit.pk).update(grams=found.grams, search_text=found.search_text)
        yield

    return planted()


def _withdrawn(*, actor: Actor, approval: UUID, reason: str) -> Approval:
    """Close a request whoever asks."""
    with scope.scoped(actor, write=True):
        return services._close(actor, services._locked(approval), "void", reason)


def _any_proposer(bank: Bank) -> AbstractContextManager[Any]:
    act = ACTS["strategy.override_tier"]
    return patch.dict(ACTS, {act.name: replace(act, roles=ALL_STAFF)})


def _anonymous_404(guard: Any) -> Callable[[Bank], AbstractContextManager[Any]]:
    def refuse(_next: str) -> HttpResponse:
        raise Http404

    return lambda _bank: patch.object(guard, "redirect_to_login", refuse)


def _quarantine(bank: Bank) -> AbstractContextManager[Any]:
    every = everything()

    @contextmanager
    def planted() -> Iterator[None]:
        with (
            patch.object(cockpit, "may_open", lambda actor, page: True),
            patch.object(cockpit, "sees_whole_bank", lambda: True),
            patch.object(
                serving, "quarantine", lambda actor, *, load_id: (len(every.quarantine), every.quarantine)
            ),
        ):
            yield

    return planted()


def _named(*names: str) -> frozenset[str]:
    return frozenset(names)


def _families() -> list[PyMutant]:
    quick = _named("clients", "client", "client-trend", "figure", "department")
    # A list that is for everybody asks for no role: there is no guard to take away.
    guarded = [name for name in sorted(RESOURCES) if set(RESOURCES[name].roles) != set(ANYBODY)]
    made = [
        PyMutant(f"no guard at all on {name}", _unguarded(name), _named(name), quick=name in quick)
        for name in sorted(PAGES)
    ]
    made += [
        PyMutant(
            f"no role asked for on the list {name}", _open_list(name), _named(name), quick=name == "clients"
        )
        for name in guarded
    ]
    made += [
        PyMutant(
            f"no role asked for by the API of {name}",
            _open_api(name),
            _named(f"api:{name}"),
            quick=name == "clients",
        )
        for name in guarded
    ]
    made += [PyMutant(f"no role asked for on {name}", _without_role(name), _named(name), quick=name == "department")
             for name in ("department", "quality", "runs")]  # fmt: skip
    made += [PyMutant(f"any method on {name}", _any_method(name), _named(name), METHODS, quick=name in ("clients", "client-peek"))
             for name in sorted(PAGES)]  # fmt: skip
    return made


def _single() -> list[PyMutant]:
    page = _named("client", "client-peek", "find", "clients", "client-members")
    return [
        PyMutant("rows are read as the system", _entered_as(_system), page),
        PyMutant("rows are read as the head of department", _entered_as(lambda a, b: replace(a, person_id=b.people["dept"])), page),
        PyMutant("rights of five days ago", _entered_as(lambda a, b: replace(a, at=a.at - timedelta(days=5))), page),
        PyMutant("rights of next week", _entered_as(lambda a, b: replace(a, at=a.at + timedelta(days=4))), page),
        PyMutant("may_open is always true", lambda b: patch.object(access, "may_open", lambda actor, page: actor is not None), _named("department", "runs")),
        PyMutant("no 404 for a unit out of sight", _selector(clients, "unit_of", lambda every: lambda actor, *, public_id: every.units.get(public_id)), _named("client")),
        PyMutant("search ignores the scope", _selector(clients, "find_units", lambda every: lambda actor, *, text, limit=8: _found(every, text)), _named("find")),
        PyMutant("members ignore the wall", _selector(clients, "members_of", lambda every: lambda actor, *, unit, as_of: every.members[unit.pk]), _named("client", "client-members")),
        PyMutant("whole figures for a member's manager", _selector(serving, "unit_result", lambda every: lambda actor, *, unit_id, as_of: every.results.get((unit_id, as_of))), _named("client-peek", "figure")),
        PyMutant("history ignores the scope", _selector(serving, "unit_history", lambda every: lambda actor, *, unit_id, until: [_line(row) for (key, day), row in sorted(every.results.items()) if key == unit_id and day <= until]), _named("client-trend")),
        PyMutant("member figures ignore the scope", _selector(serving, "member_results", lambda every: lambda actor, *, unit_id, as_of: every.own.get((unit_id, as_of), {})), _named("client-accounts", "figure", "client")),
        PyMutant("secret gates for everybody", _selector(serving, "restricted_gates", lambda every: lambda actor, *, unit_id, as_of: [one for one in every.gates if one.unit_id == unit_id]), _named("client")),
        PyMutant("quarantine for the system administrator", _quarantine, _named("quality")),
        PyMutant("a mask that masks nothing", _plain_mask, _named("client")),
        PyMutant("totals remembered across people", _remembering, _named("clients")),
        PyMutant("a refusal names the address", _telling, _named("client")),
        PyMutant("a refusal of the role says 403", _refusing, _named("department")),
        PyMutant("a page writes while it is read", _writing("clients", "GET"), _named("clients")),
        PyMutant("a refused POST writes", _writing("client", "POST"), _named("client"), METHODS),
        PyMutant("disabled people stay signed in", lambda b: patch.object(sessions, "_outlived", lambda row, auth_hash, at: ""), _named("clients")),
        PyMutant("units are found by any member's name", _by_any_member, _named("find", "clients")),
        PyMutant("plain values without proving oneself", lambda b: patch.object(unmask, "require", lambda request: None), _named("client-identity")),
        PyMutant("plain values for the auditor", lambda b: patch.object(vault, "may_unmask", lambda actor: True), _named("client-identity")),
        PyMutant("a granted file for everybody", lambda b: patch.object(approvals, "may_take", lambda actor, row: row.state == "done"), _named("approval-file")),
        PyMutant("anybody takes back a request", lambda b: patch.object(services, "withdraw", _withdrawn), _named("approval-decide"), ("POST",)),
        PyMutant("anybody's word counts", lambda b: patch.object(services, "_may_decide", lambda actor, row: None), _named("approval-decide"), ("POST",)),
        PyMutant("anybody sets a tier by hand", _any_proposer, _named("client-override"), ("POST",)),
        PyMutant("an administrator of another bank's people", lambda b: patch.object(sessions, "people", lambda actor: Person.objects.all()), _named("people-switch"), ("POST",)),
        PyMutant("strangers get 404 instead of the sign-in", _anonymous_404(access), _named("department")),
        PyMutant("strangers of a list get 404 instead of the sign-in", _anonymous_404(resource_pages), _named("clients")),
        PyMutant("an address without a row", _new_address, _named("filling")),
    ]  # fmt: skip


def _line(row: UnitResult) -> dict[str, Any]:
    fields = ("as_of", "effective_tier", "tier_state", "tier_level", "proposed_tier", *serving.TREND_COLUMNS)
    return {name: getattr(row, name) for name in fields}


PY_MUTANTS = (*_families(), *_single())
