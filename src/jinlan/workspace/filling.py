"""The progress page while the first start fills the demo bank; needs no sign-in, it names no client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


def read_progress() -> dict[str, Any] | None:
    """Return the launcher's progress file, None when there is none or it is being written."""
    path = Path(getattr(settings, "JINLAN_HOME", "var")) / "run" / "progress.json"
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@never_cache
@require_GET
def filling(request: HttpRequest) -> HttpResponse:
    """Show the steps; once everything stands, go to the sign-in."""
    found = read_progress()
    ready = found is None or bool(found.get("ready"))
    steps = list(found.get("steps", ())) if found else []
    context = {
        "title": _("正在准备演示银行"), "steps": steps, "ready": ready, "note": (found or {}).get("note", ""),
        "done": sum(1 for step in steps if step.get("state") == "done"), "failed": any(step.get("state") == "failed" for step in steps),
    }  # fmt: skip
    if getattr(request, "htmx", False):
        response = render(request, "workspace/_filling.html", context)
        if ready:
            response["HX-Redirect"] = reverse("signin")
        return response
    return render(request, "workspace/filling.html", context)
