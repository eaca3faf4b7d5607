"""P1 for every registered `Resource`: rows of the matrix, and a row of each list about every unit; nothing to add by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jinlan.basics.clock import now_utc
from jinlan.basics.ids import uuid7
from jinlan.kernel.models import Person
from jinlan.kernel.record import AboutUnit
from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.kernel.resource.files import TAKERS
from jinlan.kernel.resource.urls import pages_of
from jinlan.kernel.scope import actor_for, scoped, system_actor
from jinlan.kernel.search import Searchable, findable
from jinlan.site.trust.facts import Row

if TYPE_CHECKING:
    from jinlan.site.trust.bank import Bank

LISTS_OF_UNITS = frozenset(name for name, one in RESOURCES.items() if issubclass(one.model, AboutUnit))
# Lists of one's own rows, and of rows of the house that one duty looks after.
OWN_LISTS = frozenset(
    name for name, one in RESOURCES.items() if one.model._meta.label in {"kernel.Job", "kernel.Webhook"}
)
# Lists of what everybody of the business sees: about staff, not about clients.
HOUSE_LISTS = frozenset(
    name
    for name, one in RESOURCES.items()
    if one.model._meta.label in {"clients.Delegation", "engagement.PipelineMeasure"}
)
_MEMBER = {
    "party_id",
    "unit_branch_id",
}  # of rows about a member of a unit; there is one about none, so the unit alone decides
_KEYS = {
    "id",
    "public_id",
    "entity",
    "unit_id",
    "domain",
    "branch_id",
    "pinyin_key",
    "grams",
    "search_text",
} | _MEMBER
_READ = {"GET": 200}
_FORM = {"GET": 200, "POST": 422}  # without what it needs, its key above all, a form is refused


def rows_of_lists() -> dict[str, Row]:
    """Return what every address of every resource must answer to whom."""
    found: dict[str, Row] = {}
    for resource in RESOURCES.values():
        there = {f"{resource.name}-{page}" if page else resource.name for page in pages_of(resource)}
        found |= {name: row for name, row in _rows(resource) if name in there} | dict(_api(resource))
    return found


def _rows(resource: Resource) -> Iterator[tuple[str, Row]]:
    name, roles = resource.name, frozenset(resource.roles)
    about = name if name in LISTS_OF_UNITS | OWN_LISTS | HOUSE_LISTS else ""
    yield name, Row(roles, queries=tuple(_queries(resource)))
    yield f"{name}-filters", Row(roles, queries=("", "view=none"))
    yield f"{name}-views", Row(roles, answers={"POST": 302})
    takers = roles & frozenset(resource.takers or roles) & frozenset(TAKERS)
    yield f"{name}-file", Row(takers, answers=_FORM, queries=tuple(_queries(resource))[:2])
    yield f"{name}-one", Row(roles, about, queries=("", "tab=history"))
    many = [one for one in resource.acts() if one.bulk]
    if many:
        asked = frozenset(role for one in many for role in one.act.roles)
        yield (
            f"{name}-many",
            Row(asked, queries=(f"action={many[0].name}",), answers={"GET": 200, "POST": 404}),
        )
    if resource.create is not None:
        yield f"{name}-new", Row(frozenset(resource.create.act.roles), answers=_FORM)
    for action in resource.acts():
        if action.target:
            answers = _FORM if _open(action, resource) else {"GET": 302, "POST": 302}
            yield f"{name}-{action.name}", Row(frozenset(action.act.roles), about, answers=answers)


def _open(action: Any, resource: Resource) -> bool:
    """Tell whether an action fits a row as it is made: a state that it does not fit leads back to the row's page."""
    model = resource.model
    made = {
        one.attname: _value(one, "x", date.max)
        for one in model._meta.concrete_fields
        if one.name not in _KEYS and one.choices
    }
    try:
        return bool(action.when(model(**made)))
    except (TypeError, AttributeError):  # it looks at more than the state
        return True


def _api(resource: Resource) -> Iterator[tuple[str, Row]]:
    """The same by the API: a body that is no JSON is never acted upon."""
    about = resource.name if resource.name in LISTS_OF_UNITS | OWN_LISTS | HOUSE_LISTS else ""
    name, roles = f"api:{resource.name}", frozenset(resource.roles)
    makes = resource.create and frozenset(resource.create.act.roles)
    changes = resource.change and frozenset(resource.change.act.roles)
    more = {"POST": 400} if makes else {}
    yield name, Row(roles, answers=_READ | more, may={"POST": makes} if makes else {}, stranger=401, queries=tuple(_queries(resource)))  # fmt: skip
    more = {"PATCH": 400} if changes else {}
    yield f"{name}-one", Row(roles, about, answers=_READ | more, may={"PATCH": changes} if changes else {}, stranger=401)  # fmt: skip
    for action in resource.acts():
        if action.target and action is not resource.change:
            asked = frozenset(action.act.roles)
            yield f"{name}-{action.name}", Row(asked, about, answers={"POST": 400}, stranger=401)


def _queries(resource: Resource) -> Iterator[str]:
    yield from ("", "cursor=W10&view=none", "q=zz", "sort=drop&cols=none,none")
    yield from (f"sort=-{column.name}" for column in resource.columns if column.sort)
    yield from (f"view={view.code}" for view in resource.views)
    yield from (f"{name}=%27" for name in resource.filter_names())


def fill(bank: Bank, token: Callable[[str, str], str]) -> None:
    """Write one row about each unit into every list about units; each says a word that stands nowhere else."""
    known: dict[tuple[Any, str], Any] = {}  # rows that later lists point at
    for name in _in_order():
        model = RESOURCES[name].model
        made = [
            _row(model, bank, code, token("R", f"{name}:{code}"), known) for code in sorted(bank.unit_ids)
        ]
        model._default_manager.bulk_create(made)
        known |= {(model, code): row for code, row in zip(sorted(bank.unit_ids), made, strict=True)}
        for code, row in zip(sorted(bank.unit_ids), made, strict=True):
            thing = f"{name}:{code}"
            bank.thing_ids[thing], bank.facts.rows[thing] = row.public_id, code


def _in_order() -> list[str]:
    """Return the lists by name, each after those whose rows its own point at."""
    names = {RESOURCES[name].model: name for name in LISTS_OF_UNITS}
    needs = {
        name: {names[one.related_model] for one in model._meta.concrete_fields if one.related_model in names} - {name}
        for model, name in names.items()
    }  # fmt: skip
    return list(
        TopologicalSorter({name: sorted(needs[name]) for name in sorted(names.values())}).static_order()
    )


def fill_contents(bank: Bank) -> None:
    """Give every file of the bank something that it holds."""
    from jinlan.domains.engagement.models import Attachment
    from jinlan.domains.engagement.services.attachments import keep_content

    with scoped(system_actor(bank.facts.entity, now_utc()), write=True):
        for row in Attachment.objects.order_by("id"):
            keep_content(row, b"trust")


def fill_consents(bank: Bank) -> None:
    """Write one consent of every party, as the extract brings them."""
    from jinlan.clients.models import Party
    from jinlan.domains.compliance.models import ConsentEntry

    at = now_utc()
    with scoped(system_actor(bank.facts.entity, at), write=True) as scope:
        rows = [
            ConsentEntry(
                entity=party.entity, party_id=party.pk, act="given", purpose="MARKETING", channel="PHONE", legal_entity=party.entity, at=at,
                source="extract", source_key=f"trust {party.pk}", person_id=scope.actor.person_id, person_name="system", recorded_at=at,
            )
            for party in Party.objects.only("id", "entity")
        ]  # fmt: skip
        ConsentEntry.objects.bulk_create(rows)


def fill_own(bank: Bank) -> None:
    """Write a notice to everybody of the house, a job of everybody who has a scope there, and one address for events."""
    from jinlan.kernel.outbox import Job, Notice, Webhook

    at = now_utc()
    with scoped(system_actor(bank.facts.entity, at), write=True) as scope:
        for who, person in bank.people.items():
            if bank.facts.people[who].entity == bank.facts.entity:
                _keep(
                    bank,
                    f"notices:{who}",
                    who,
                    Notice(
                        entity=bank.facts.entity,
                        person_id=person,
                        by_id=scope.actor.person_id,
                        kind="none",
                        key=who,
                        at=at,
                    ),
                )
    for who, person in bank.people.items():
        actor = actor_for(Person.objects.get(pk=person), at)
        if actor.entity != bank.facts.entity or not actor.roles:
            continue
        with scoped(actor, write=True):
            job = Job(
                entity=actor.entity, person_id=person, name="kernel.tidy", key="trust", made_at=at, due_at=at
            )
            _keep(bank, f"jobs:{who}", who, job)
            if actor.has("system_admin") and "webhooks:house" not in bank.thing_ids:
                _keep(
                    bank,
                    "webhooks:house",
                    "",
                    Webhook(
                        entity=actor.entity,
                        name="trust",
                        url="https://x",
                        verbs="work.",
                        secret=b"",
                        made_at=at,
                    ),
                )


def fill_house(bank: Bank) -> None:
    """Keep one absence that runs, and one proposal of chances: everybody of the business sees them."""
    from jinlan.clients.models import Delegation
    from jinlan.domains.engagement.models import PipelineMeasure

    with scoped(system_actor(bank.facts.entity, now_utc())):
        row = Delegation.objects.filter(valid_from__lte=bank.today, valid_to__gt=bank.today).order_by("id")[0]
    bank.thing_ids["absences:house"], bank.facts.own["absences:house"] = row.public_id, ""
    stages = {str(stage): {"chance": "0.5", "won": 1, "n": 2, "share": "0.5", "low": "0.1", "high": "0.9", "shrunk": True, "default": "0.5"} for stage in range(1, 6)}  # fmt: skip
    with scoped(system_actor(bank.facts.entity, now_utc()), write=True):
        proposed = PipelineMeasure.objects.create(
            entity=bank.facts.entity, kind="CHANCE", state="proposed", as_of=bank.today, run=uuid7(), figures=stages, made_at=now_utc(),
            inputs={"won": 1, "lost": 1, "cancelled": 0, "least": 20, "rules": []},
        )  # fmt: skip
    bank.thing_ids["pipeline-chances:house"], bank.facts.own["pipeline-chances:house"] = (
        proposed.public_id,
        "",
    )


def _keep(bank: Bank, thing: str, owner: str, row: Any) -> None:
    type(row)._default_manager.bulk_create([row], ignore_conflicts=True)
    bank.thing_ids[thing], bank.facts.own[thing] = row.public_id, owner


def _row(model: type[models.Model], bank: Bank, code: str, word: str, known: Mapping[tuple[Any, str], Any]) -> Any:  # fmt: skip
    from jinlan.clients.models import Unit

    unit = Unit.objects.get(pk=bank.keys[code])
    about = {"entity": unit.entity, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id}
    if hasattr(model, "unit_branch_id"):
        about |= {"party_id": 0, "unit_branch_id": unit.branch_id}
    search = findable(word) if issubclass(model, Searchable) else {}
    rest = {
        one.name: known.get((one.related_model, code))
        or _value(
            one, word, bank.today + timedelta(days=place)
        )  # later columns hold later days: periods have an end
        for place, one in enumerate(model._meta.concrete_fields)
        if one.name not in _KEYS
    }
    if "renew_on" in rest:  # within the period of which it is the end's notice
        rest["renew_on"] = rest["ends_on"]
    return model(public_id=uuid7(), **about, **search, **rest)


def _value(one: Any, word: str, day: date) -> Any:
    """Return something that a column takes: its default, nothing, its first choice, else by its type."""
    if one.has_default():
        return one.get_default()
    if one.null:
        return None
    if one.choices:
        return one.choices[0][0]
    if one.name == "currency":
        return "CNY"
    by_type: tuple[tuple[Any, Any], ...] = (
        (models.DateTimeField, now_utc()), (models.DateField, day), (models.DecimalField, Decimal(1)), (models.BooleanField, False),
        (models.IntegerField, 1), (models.JSONField, {}), (models.UUIDField, uuid7()), (ArrayField, [word]),
    )  # fmt: skip
    for kind, value in by_type:
        if isinstance(one, kind):
            return value
    if isinstance(one, models.CharField | models.TextField):
        return word[: one.max_length or len(word)]
    raise TypeError(f"no value for {one}")
