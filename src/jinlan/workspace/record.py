"""审计: who did and read what, with reason and values; for the auditor and compliance, and the audit administrator in part."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.kernel.resource.declare import verb_words
from jinlan.kernel.scope import scoped
from jinlan.kernel.trail import Wanted, chain, entries, may_read, sees_content, verified
from jinlan.workspace import words
from jinlan.workspace.access import doing, page

LONGEST = 120


@require_GET
@page("record")
def record(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the newest entries that the filters leave, and the way to older ones; an auditor of one side has none."""
    if not may_read():
        raise Http404
    wanted = _wanted(request)
    found, older = entries(actor, wanted)
    by = "administrators" if wanted.administrators else ""
    kept = {"person": wanted.person, "verb": wanted.verb, "about": wanted.about, "by": by}
    kept = {name: value for name, value in kept.items() if value}
    context = {
        "title": _("审计"), "place": "record", "wanted": wanted, "kept": kept, "rows": [_shown(row) for row in found],
        "older": f"{reverse('record')}?{urlencode(kept | {'before': older})}" if older else "",
        "chain": chain(actor), "whole": sees_content(), "verbs": [("", _("全部操作")), *(words.VERBS | verb_words()).items()],
    }  # fmt: skip
    return render(request, "workspace/record.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    get = request.GET
    before = get.get("before", "")
    texts = {name: get.get(name, "").replace("\0", "").strip()[:120] for name in ("person", "verb", "about")}
    return Wanted(
        **texts,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else 0,
        administrators=get.get("by") == "administrators",
    )


@require_POST
@doing("record")
def verify(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Check the chain now and say what was found."""
    with scoped(actor):
        if not may_read():
            raise Http404
    found = verified(actor)
    if found.finding is None:
        messages.success(
            request,
            _("已核对 %(n)s 条记录、%(b)s 个批次，没有发现改动。") % {"n": found.rows, "b": found.batches},
        )
    else:
        messages.error(request, _("核对不通过：%(finding)s。请立即报告。") % {"finding": str(found.finding)})
    return redirect("record")


def _shown(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "verb": words.VERBS.get(row.verb) or verb_words().get(row.verb, row.verb),
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
