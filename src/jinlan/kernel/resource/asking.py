"""What a list is asked for: one query string, the same in an address, a saved view, a file's request and the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from jinlan.basics.actor import Actor

if TYPE_CHECKING:
    from jinlan.kernel.resource.declare import Resource

TEXT_LIMIT = 60
VALUE_LIMIT = 120
VALUES = 40  # of one filter
OWN = ("view", "q", "sort", "cols", "cursor", "limit")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a list; what an address holds beside it is left out.

    Args:
        view: code of a view of the resource.
        text: what is searched for, cleaned.
        filters: values by filter name, as written; the filter itself reads them.
        sort: a column's name, with a minus for descending; "" for the resource's own order.
        cols: names of the columns, in order; empty for those shown at first.
    """

    view: str
    text: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""
    cols: tuple[str, ...] = ()

    def with_(self, **changes: Any) -> Ask:
        """Return it with some parts changed."""
        return replace(self, **changes)

    def without(self, name: str) -> Ask:
        """Return it without one filter."""
        return replace(self, filters=tuple(one for one in self.filters if one[0] != name))

    def value(self, name: str) -> str:
        """Return the first value of a filter, "" for none."""
        return next((values[0] for one, values in self.filters if one == name), "")

    def data(self) -> QueryDict:
        """Return the filters as a form reads them."""
        found = QueryDict(mutable=True)
        for name, values in self.filters:
            found.setlist(name, list(values))
        return found

    def query(self, **more: str) -> str:
        """Return its query string, in one order, without a leading question mark; `more` is added where not empty."""
        found = QueryDict(mutable=True)
        for name, value in (
            ("view", self.view),
            ("q", self.text),
            ("sort", self.sort),
            ("cols", ",".join(self.cols)),
        ):
            if value:
                found[name] = value
        for name, values in self.filters:
            found.setlist(name, list(values))
        for name, value in more.items():
            if value:
                found[name] = value
        return found.urlencode(safe=",")


def cleaned(text: str, limit: int = VALUE_LIMIT) -> str:
    """Return a text from an address as the database can take it."""
    return " ".join(text.replace("\0", "").split())[:limit]


def read(resource: Resource, data: QueryDict, actor: Actor) -> Ask:
    """Read an address; what cannot be read is left out rather than refused."""
    text = cleaned(data.get("q", ""), TEXT_LIMIT)
    return Ask(
        view=_view(resource, data.get("view", ""), actor, searched=bool(text)),
        text=text,
        filters=_filters(resource, data),
        sort=_sort(resource, data.get("sort", "")),
        cols=_cols(resource, ",".join(data.getlist("cols"))),
    )


def from_query(resource: Resource, query: str, actor: Actor) -> Ask:
    """Read a query string that was kept."""
    return read(resource, QueryDict(query[:4000]), actor)


def _view(resource: Resource, code: str, actor: Actor, *, searched: bool) -> str:
    views = resource.views_for(actor)
    codes = [view.code for view in views]
    if code in codes:
        return code
    wide = next((view.code for view in views if view.wide), codes[0])
    return wide if searched else codes[0]  # who searches without naming a view looks everywhere


def _filters(resource: Resource, data: QueryDict) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = resource.filter_names()
    found = []
    for name in names:
        values = tuple(cleaned(value) for value in data.getlist(name)[:VALUES] if cleaned(value))
        if values:
            found.append((name, values))
    return tuple(found)


def _sort(resource: Resource, text: str) -> str:
    name = text.removeprefix("-")
    return text if any(column.name == name and column.sort for column in resource.columns) else ""


def _cols(resource: Resource, text: str) -> tuple[str, ...]:
    known = {column.name for column in resource.columns}
    wanted = tuple(dict.fromkeys(name for name in text.split(",") if name in known))
    if not wanted:
        return ()
    first = resource.columns[0].name  # what a row is called always leads
    return (first, *(name for name in wanted if name != first))
