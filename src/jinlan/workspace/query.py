"""A list's address: reading it into a `Listing`, and writing it with one thing changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.clients.listing import SORTS, VIEWS, Listing
from jinlan.workspace.words import FIVE_TIER, KINDS, STATES, TIERS, look

TEXT_LIMIT = 60
DUE_DAYS = (30, 60, 90, 180)


def default_view(actor: Actor) -> str:
    """Return the view a person starts with: their own book, or everything for those without one."""
    return "mine" if actor.has("manager", "private_banker") else "all"


def listing_of(request: HttpRequest, actor: Actor) -> Listing:
    """Read the address; what cannot be read is left out rather than refused."""
    get = request.GET
    view = get.get("view", "")
    text = " ".join(get.get("q", "").replace("\0", "").split())[:TEXT_LIMIT]
    fallback = "all" if text else default_view(actor)
    return Listing(
        view=view if view in VIEWS and (view != "mine" or default_view(actor) == "mine") else fallback,
        text=text,
        kind=_known(get.get("kind", ""), KINDS),
        tier=_known(get.get("tier", ""), {**TIERS, "none": ""}),
        state=_known(get.get("state", ""), STATES),
        branch=get.get("branch", "").replace("\0", "")[:64],
        lead=get.get("lead", "").replace("\0", "")[:64],
        due_days=_number(get.get("due", ""), DUE_DAYS),
        five_tier=_number(get.get("class", ""), (2, 3, 4, 5)),
        overdue=get.get("overdue") == "1",
        gate=get.get("gate") == "1",
        cell=get.get("cell", "") if len(get.get("cell", "")) == 2 else "",
        sort=get.get("sort", "") if get.get("sort", "") in SORTS else "tier",
    )


def _known(value: str, table: Any) -> str:
    return value if value in table else ""


def _number(value: str, allowed: tuple[int, ...]) -> int:
    return int(value) if value.isascii() and value.isdigit() and int(value) in allowed else 0


def changed(request: HttpRequest, **changes: str | None) -> str:
    """Return the address with values set (None: taken out); the place in the list is always left."""
    query: QueryDict = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def chips_of(request: HttpRequest, listing: Listing, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the filters in force with the address that removes each; `names` holds names of branch and lead."""
    tier = "" if listing.tier == "none" else listing.tier
    branch, lead = names.get("branch") or listing.branch, names.get("lead") or listing.lead
    every: list[tuple[str, object, Any]] = [
        ("q", listing.text, _("搜索“%(text)s”") % {"text": listing.text}),
        ("kind", listing.kind, KINDS.get(listing.kind)),
        ("tier", listing.tier, look(TIERS, tier).word),
        ("state", listing.state, look(STATES, listing.state).word),
        ("branch", listing.branch, branch),
        ("lead", listing.lead, _("主办：%(name)s") % {"name": lead}),
        ("due", listing.due_days, _("%(n)s 天内到期") % {"n": listing.due_days}),
        (
            "class",
            listing.five_tier,
            _("五级分类 %(name)s 及以下") % {"name": look(FIVE_TIER, listing.five_tier).word},
        ),
        ("overdue", listing.overdue, _("有逾期")),
        ("gate", listing.gate, _("门槛未通过")),
        ("cell", listing.cell, _("矩阵格 %(code)s") % {"code": listing.cell}),
    ]
    return [
        {"label": label, "url": changed(request, **{name: None})} for name, value, label in every if value
    ]
