"""审计: who did and read what, with reason and values; for the auditor and compliance."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.trail import Wanted, chain, entries
from jinlan.workspace import words
from jinlan.workspace.access import page

LONGEST = 120


@require_GET
@page("record")
def record(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the newest entries that the filters leave, and the way to older ones; an auditor of one side has none."""
    if not sees_whole_bank():
        raise Http404
    wanted = _wanted(request)
    found, older = entries(actor, wanted)
    kept = {
        name: value
        for name, value in (("person", wanted.person), ("verb", wanted.verb), ("about", wanted.about))
        if value
    }
    context = {
        "title": _("审计"), "place": "record", "wanted": wanted, "kept": kept, "rows": [_shown(row) for row in found],
        "older": f"{reverse('record')}?{urlencode(kept | {'before': older})}" if older else "",
        "chain": chain(actor), "verbs": [("", _("全部操作")), *words.VERBS.items()],
    }  # fmt: skip
    return render(request, "workspace/record.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    get = request.GET
    before = get.get("before", "")
    texts = {name: get.get(name, "").replace("\0", "").strip()[:120] for name in ("person", "verb", "about")}
    return Wanted(
        **texts, before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else 0
    )


def _shown(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "verb": words.VERBS.get(row.verb, row.verb),
        "before": _short(row.before),
        "after": _short(row.after),
    }


def _short(values: Any) -> str:
    """Return the values of an entry in one line."""
    if not values:
        return ""
    text = " · ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
    )
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
