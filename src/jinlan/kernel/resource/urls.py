"""Addresses of every registered resource: ``<name>``, ``<name>/new``, ``<name>/<public id>`` …; rows are named by public id only."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.kernel.resource.file_page import FilePage, KeptPage
from jinlan.kernel.resource.many import ManyPage
from jinlan.kernel.resource.pages import FiltersPage, ListPage
from jinlan.kernel.resource.row_pages import FormPage, RowPage

PAGES: dict[str, Any] = {
    "": ListPage, "filters": FiltersPage, "new": FormPage, "many": ManyPage, "file": FilePage, "views": KeptPage, "one": RowPage,
}  # fmt: skip


def pages_of(resource: Resource) -> dict[str, Any]:
    """Return the pages that a resource has, by name; a page for each action on a row is called as the action."""
    pages = {**PAGES, **resource.pages}
    if resource.create is None:
        del pages["new"]
    if not any(one.bulk for one in resource.acts()):
        del pages["many"]
    found = {name: _class(page).as_view(resource=resource) for name, page in pages.items() if page}
    for action in resource.acts():
        if action.target:
            page = _class(resource.pages.get(action.name, FormPage))
            found[action.name] = page.as_view(resource=resource, action=action)
    return found


def _class(page: Any) -> Any:
    return import_string(page) if isinstance(page, str) else page


def resource_urls() -> list[URLPattern]:
    """Return the addresses of all resources."""
    found = []
    for resource in RESOURCES.values():
        for name, page in pages_of(resource).items():
            on_row = name == "one" or resource.action(name) is not None
            parts = [resource.name, "<uuid:public_id>" if on_row else "", "" if name == "one" else name]
            named = f"{resource.name}-{name}" if name else resource.name
            found.append(path("/".join(filter(None, parts)), page, name=named))
    return found
