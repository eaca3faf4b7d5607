"""Addresses of every registered resource: ``<name>``, ``<name>/new``, ``<name>/<public id>`` …; rows are named by public id only."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.kernel.resource.file_page import FilePage, KeptPage
from jinlan.kernel.resource.many import ManyPage
from jinlan.kernel.resource.pages import FiltersPage, ListPage
from jinlan.kernel.resource.row_pages import FormPage, RowPage

PAGES: dict[str, Any] = {
    "": ListPage, "filters": FiltersPage, "new": FormPage, "many": ManyPage, "file": FilePage, "views": KeptPage, "one": RowPage,
    "do": FormPage,
}  # fmt: skip
ROUTES = {"one": "<uuid:public_id>", "do": "<uuid:public_id>/<slug:action>"}


def pages_of(resource: Resource) -> dict[str, Any]:
    """Return the pages that a resource has, by name: without an act that makes rows there is no form for it."""
    left_out = set() if resource.create is not None else {"new"}
    if not any(one.target for one in resource.acts()):
        left_out.add("do")
    if not any(one.bulk for one in resource.acts()):
        left_out.add("many")
    return {name: page for name, page in {**PAGES, **resource.pages}.items() if name not in left_out and page}


def resource_urls() -> list[URLPattern]:
    """Return the addresses of all resources."""
    found = []
    for resource in RESOURCES.values():
        for name, page in pages_of(resource).items():
            route = "/".join(filter(None, (resource.name, ROUTES.get(name, name))))
            named = f"{resource.name}-{name}" if name else resource.name
            found.append(path(route, page.as_view(resource=resource), name=named))
    return found
