"""The app on a phone: its manifest, its service worker, and the page that opens without a network.

All three are the same for everybody and hold nobody's data, so they are open to everybody and may lie in a device's cache.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import jinlan.kernel
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.kernel.pages import signed_in
from jinlan.workspace.access import may_open

INK, PAGE = "#1e3a5f", "#f6f6f3"  # of assets/src/css/tokens.css, in light; a test compares them
SHELL = ("vendor/app.css", "vendor/app.js", "vendor/icons.svg", "seal.svg")
ICONS = ((192, "any"), (512, "any"), (512, "maskable"))
PAGES = {"zh-Hans": "offline-zh", "en": "offline-en"}
FRESH = "no-cache, no-store"
_WORKER = Path(jinlan.kernel.__file__).parent / "static" / "vendor" / "worker.js"


def phone_context(request: HttpRequest) -> dict[str, bool]:
    """Context processor: whether somebody writes logs, so that his browser asks for the key to seal them with."""
    actor = signed_in(request)
    return {"writes_logs": actor is not None and may_open(actor, "engagement-log")}


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """Say what a phone installs: name, marks, colours, where it begins (the first page of one's rail; Today for who has it)."""
    kinds = [
        {"src": static(f"vendor/seal-{size}{'-maskable' * (use == 'maskable')}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
        for size, use in ICONS
    ]  # fmt: skip
    told = {
        "id": "/", "name": _("金兰 · 银行战略客户管理"), "short_name": _("金兰"), "lang": translation.get_language(), "start_url": reverse("home"),
        "scope": "/", "display": "standalone", "theme_color": PAGE, "background_color": PAGE,
        "icons": [*kinds, {"src": static("seal.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json", headers={"Cache-Control": FRESH})


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """Give the service worker with the list of what it may keep; its version changes with any of it."""
    return HttpResponse(
        _worker(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": FRESH}
    )


@require_safe
def offline(_request: HttpRequest, *, language: str) -> HttpResponse:
    """Show the page of kept logs, the same bytes to everybody: no name, no cookie's choice, no token."""
    return HttpResponse(_offline(language), headers={"Cache-Control": FRESH})


@lru_cache(maxsize=4)
def _offline(language: str) -> str:
    with translation.override("en" if language == "en" else "zh-hans"):
        kinds = [{"code": code, "word": str(look.word)} for code, look in ledger.KINDS.items()]
        return render_to_string(
            "workspace/offline.html", {"title": _("离线记录"), "html_lang": language, "kinds": kinds}
        )


@lru_cache(maxsize=1)
def _worker() -> str:
    files = [static(name) for name in SHELL]
    pages = {language: reverse(name) for language, name in PAGES.items()}
    code = _WORKER.read_text("utf-8")
    seen = "".join((code, *files, *map(_offline, PAGES)))
    shell = {"version": hashlib.sha256(seen.encode()).hexdigest()[:16], "files": files, "pages": pages}
    return f"self.jlShell = {json.dumps(shell)};\n{code}"
