"""`Resource`: what a room says once about a kind of thing, and gets pages, files, API, history and rights for.

A room subclasses it with plain attributes and registers it in `AppConfig.ready`::

    class Gifts(Resource):
        name, title, model, roles = "gifts", _("礼品"), Gift, ("manager", "compliance")
        columns = (Title("what", _("礼品"), sort="what"), Money("value", _("价值"), sort="value"), Day("given_on", _("日期")))
        create = Action(give_gift)

    register(Gifts)

Every hook and every page class may be replaced; a room may leave the path at any point. See docs/recipes/add-a-room.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from jinlan.basics.actor import Actor
from jinlan.kernel.acts import Act, content_hash
from jinlan.kernel.keyset import Key, Order, a_key
from jinlan.kernel.reading import visible
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.columns import Column
from jinlan.kernel.search import Searchable, named

SIZE = 50
LARGEST = 200  # rows of one answer of the API, and of one action on many rows that a page waits for
MOST = 5_000  # rows of one action on many rows; above `LARGEST` a job does them
_LAST = Key("pk", nullable=False, read=a_key)


@dataclass(frozen=True, slots=True)
class View:
    """A way to look at a list: its rows for an actor and what he asked for. `wide` is where a search without a view looks."""

    code: str
    title: Any
    rows: Callable[[Actor, Ask], Q] = lambda _actor, _ask: Q()
    roles: tuple[str, ...] = ()  # empty: everybody who may open the list
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """How a form asks for one value of an act; its type comes from the act.

    Args:
        label: what it is called.
        choices: (value, word) pairs, or a function that reads them in the actor's scope.
        help: a line under it.
        long: several lines of text.
        initial: what it holds at first; a function gets the actor and the row (None for a new one).
        clean: turns what was typed into the act's value in the actor's scope; raises `Refused` for what it cannot be.
        reads: how a value that an address holds reads in the form; with `clean`.
    """

    label: Any
    choices: Sequence[tuple[Any, Any]] | Callable[[Actor], Sequence[tuple[Any, Any]]] = ()
    help: Any = ""
    long: bool = False
    initial: Any = None
    clean: Callable[[Actor, str], Any] | None = None
    reads: Callable[[Actor, Any], str] | None = None


@dataclass(frozen=True)
class Action:
    """An act as a list offers it.

    Args:
        act: the act.
        fields: its form; `target` and what stands in `fixed` are not asked for.
        word: the button's word; the act's title if empty.
        target: the argument of the act that takes the row's public id; "" for an act that makes a row.
        when: whether it makes sense for a row; such a row is skipped with `why_not`.
        offered: whether a row's page shows its button to who reads it (the row is decorated); it may be done all the same.
        bulk: it may be done to many rows at once.
        icon: its icon.
    """

    act: Act[..., Any]
    fields: Mapping[str, Field] = field(default_factory=dict, kw_only=True)
    word: Any = field(default="", kw_only=True)
    target: str = field(default="public_id", kw_only=True)
    when: Callable[[Any], bool] = field(default=lambda _row: True, kw_only=True)
    why_not: Any = field(default="", kw_only=True)
    offered: Callable[[Any], bool] = field(default=lambda _row: True, kw_only=True)
    bulk: bool = field(default=False, kw_only=True)
    icon: str = field(default="", kw_only=True)

    @property
    def name(self) -> str:
        """Return its name in addresses: the act's, without the room."""
        return self.act.name.rpartition(".")[2].replace("_", "-")

    @property
    def label(self) -> Any:
        """Return the word of its button."""
        return self.word or self.act.title

    def allowed(self, actor: Actor) -> bool:
        """Tell whether this actor may do, or ask for, it at all."""
        return actor.has(*self.act.roles)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows a list has, and sums by column name."""

    count: int
    totals: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a row's page: `read` gets the actor and the row, its answer is the template's ``panel``."""

    name: str
    title: Any
    template: str
    read: Callable[[Actor, Any], Any]
    roles: tuple[str, ...] = ()


class Resource:
    """See the module's own text. Attributes are the declaration, methods are hooks."""

    name: ClassVar[str]
    title: ClassVar[Any]
    one: ClassVar[Any] = ""  # what one row is called; the title if empty
    purpose: ClassVar[Any] = ""
    model: ClassVar[type[Model]]
    roles: ClassVar[tuple[str, ...]]
    columns: ClassVar[tuple[Column, ...]]
    facts: ClassVar[tuple[Column, ...]] = ()  # what a row's page shows beside the columns
    sort: ClassVar[str] = ""  # a column's name, with a minus for descending; newest first if empty
    views: ClassVar[tuple[View, ...]] = ()
    filters: ClassVar[Mapping[str, django_filters.Filter]] = {}
    search: ClassVar[
        tuple[str, ...]
    ] = ()  # text columns that a search looks into, for a model that is not Searchable
    create: ClassVar[Action | None] = None
    change: ClassVar[Action | None] = None
    actions: ClassVar[tuple[Action, ...]] = ()
    panels: ClassVar[tuple[Panel, ...]] = ()
    takers: ClassVar[tuple[str, ...]] = ()  # who may take it as a file; `roles` if empty
    searchable: ClassVar[bool | None] = (
        None  # whether its page has a search of its own; None: when there is anything to search
    )
    history: ClassVar[bool] = True  # its table is tracked (sec.track)
    icon: ClassVar[str] = "list-details"
    key: ClassVar[str] = ""  # its letter after g; "" for no place in the rail
    order: ClassVar[int] = 50
    railed: ClassVar[tuple[str, ...]] = ()  # who has it in the rail; `roles` if empty
    pages: ClassVar[
        Mapping[str, Any]
    ] = {}  # page classes (or their dotted names) instead of the kernel's, None for no such page
    nothing: ClassVar[Any] = ""  # what the empty list says
    verbs: ClassVar[Mapping[str, Any]] = {}  # words for the verbs that its acts write into the audit

    # rows -----------------------------------------------------------------------------------------------------------
    def rows(self, actor: Actor, ask: Ask | None = None) -> QuerySet[Any]:
        """Return the rows that there are for an actor; the database's policies decide. `ask` may narrow them, to a date say."""
        return visible(actor, self.model)

    def pick(self, actor: Actor, rows: QuerySet[Any], keys: Sequence[UUID]) -> QuerySet[Any]:
        """Return the rows that public ids name."""
        return rows.filter(public_id__in=keys)

    def found(self, actor: Actor, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows that answer to a text: Chinese, pinyin, initials or a fragment for a `Searchable` model."""
        if issubclass(self.model, Searchable):
            return rows.filter(named(text))
        wanted = Q(pk__in=[])
        for column in self.search:
            wanted |= Q(**{f"{column}__icontains": text})
        return rows.filter(wanted)

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along what the columns show from elsewhere (names, say) for one page of rows; some queries a page."""
        return rows

    def summary(self, actor: Actor, ask: Ask, rows: QuerySet[Any]) -> Summary:
        """Return how many rows a list has, and its foot."""
        return Summary(rows.count(), self.totals(rows))

    def totals(self, rows: QuerySet[Any]) -> Mapping[str, Decimal | int | None]:
        """Return the foot of the list: values by column name, e.g. ``rows.aggregate(value=Sum("value"))``."""
        return {}

    def count(self, actor: Actor, ask: Ask) -> int:
        """Return how many rows a list has."""
        return self.summary(actor, ask, self.listed(actor, ask)).count

    def url_of(self, row: Any) -> str:
        """Return the page of a row."""
        return reverse(f"{self.name}-one", kwargs={"public_id": row.public_id})

    def peek_of(self, row: Any) -> str:
        """Return what the side panel shows of a row."""
        return self.url_of(row)

    def edition(self, actor: Actor, ask: Ask) -> str:
        """Return a text that changes when the list does: a file that was granted for another one is not given."""
        return str(self.count(actor, ask))

    def label(self, row: Any) -> str:
        """Return what a row is called."""
        return str(self.columns[0].value(row))

    def version(self, row: Any) -> str:
        """Return a text that changes when the row does: an edit of an older version is refused."""
        fields = row._meta.concrete_fields
        return content_hash({one.attname: str(getattr(row, one.attname)) for one in fields})[:32]

    def dress_filters(self, actor: Actor, ask: Ask, form: Any) -> None:
        """Fill in choices of the filters that depend on who asks."""

    def filter_word(self, actor: Actor, name: str, value: str) -> str:
        """Return how a filter's value reads, "" for the word of its choice."""
        return ""

    # what follows from the declaration ------------------------------------------------------------------------------
    def listed(self, actor: Actor, ask: Ask) -> QuerySet[Any]:
        """Return the rows of a list before paging: view, filters and search applied."""
        view = next(one for one in self.views_for(actor) if one.code == ask.view)
        rows = self.filter_set(ask, self.rows(actor, ask).filter(view.rows(actor, ask))).qs
        return self.found(actor, rows, ask.text) if ask.text else rows

    def views_for(self, actor: Actor) -> list[View]:
        """Return the views of an actor, never none."""
        found = [view for view in self.views if not view.roles or actor.has(*view.roles)]
        return found or [View("all", self.title, wide=True)]

    @cached_property
    def _filter_class(self) -> type[django_filters.FilterSet]:
        meta = type("Meta", (), {"model": self.model, "fields": []})
        return type(
            f"{type(self).__name__}Filters", (django_filters.FilterSet,), {**self.filters, "Meta": meta}
        )

    def filter_set(self, ask: Ask, rows: QuerySet[Any]) -> django_filters.FilterSet:
        """Return the filters bound to what was asked; those that cannot be read have no effect."""
        return self._filter_class(ask.data(), queryset=rows)

    def filter_names(self) -> list[str]:
        """Return the names that filters have in an address: a range has two."""
        form = self._filter_class(queryset=QuerySet(self.model).none()).form
        found: list[str] = []
        for name, one in form.fields.items():
            suffixes = getattr(one.widget, "suffixes", None)
            found += [f"{name}_{suffix}" for suffix in suffixes] if suffixes else [name]
        return found

    def columns_of(self, ask: Ask) -> list[Column]:
        """Return the columns of a list, in order."""
        known = {column.name: column for column in self.columns}
        return [known[name] for name in ask.cols] or [column for column in self.columns if column.shown]

    def order_of(self, ask: Ask) -> Order:
        """Return the order of a list; the key of the table makes it one."""
        text = ask.sort or self.sort
        column = next((one for one in self.columns if one.name == text.removeprefix("-") and one.sort), None)
        if column is None:
            return (_LAST,)
        down = text.startswith("-")
        if isinstance(column.sort, str):
            return (Key(column.sort, down, column.nullable, type(column).read), _LAST)
        turned = column.sort[0].descending != down
        return (*(replace(key, descending=key.descending != turned) for key in column.sort), _LAST)

    def can_search(self) -> bool:
        """Tell whether its page offers a search."""
        if self.searchable is not None:
            return self.searchable
        return (
            bool(self.search) or issubclass(self.model, Searchable) or type(self).found is not Resource.found
        )

    def acts(self) -> list[Action]:
        """Return all its actions."""
        return [one for one in (self.create, self.change, *self.actions) if one is not None]

    def action(self, name: str) -> Action | None:
        """Return an action on rows by its name."""
        return next((one for one in self.acts() if one.target and one.name == name), None)

    def may_take(self, actor: Actor) -> bool:
        """Tell whether an actor may take the list as a file."""
        return actor.has(*(self.takers or self.roles))


RESOURCES: dict[str, Resource] = {}


def labels_of(act: str) -> dict[str, Any]:
    """Return what the arguments of an act, and the values that it changes, are called by the resource that offers it."""
    for resource in RESOURCES.values():
        for action in resource.acts():
            if action.act.name == act:
                titles = {column.name: column.title for column in (*resource.columns, *resource.facts)}
                return titles | {name: one.label for name, one in action.fields.items()}
    return {}


def verb_words() -> dict[str, Any]:
    """Return the words for the verbs of all resources."""
    return {verb: word for resource in RESOURCES.values() for verb, word in resource.verbs.items()}
