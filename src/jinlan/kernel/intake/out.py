"""How a file that somebody handed in is given out again: to be kept, never to be shown."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

# A browser that shows what it was told to keep shows it without scripts, forms, frames and origin.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"


def given_out(name: str, content: bytes) -> HttpResponse:
    """Return a file as an attachment of no type; the plain name for old browsers is ours, the other one is escaped."""
    answer = HttpResponse(content, content_type="application/octet-stream")
    ending = name.rpartition(".")[2]
    answer["Content-Disposition"] = (
        f"attachment; filename=\"attachment.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
