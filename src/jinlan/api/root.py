"""The API: one root, one version, its own description at ``/api/v1/openapi.json``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from jinlan.api import between, contents, indicators, problems
from jinlan.api.rows import add
from jinlan.kernel.pages import signed_in
from jinlan.kernel.resource.declare import RESOURCES

VERSION = "1"
ABOUT = (
    "Lists, rows and acts of Jinlan, with the same rights, masks and refusals as its pages. Sign in with a person's key "
    "(Authorization: Bearer) or with the session's cookie and X-CSRFToken. Failures are problem details (RFC 9457). "
    "Send Idempotency-Key with what changes something, and the row's version as If-Match."
)


def _signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        return view(request, *args, **kwargs) if signed_in(request) else problems.problem(401, "NOBODY")

    return inner


@csrf_exempt
def _nothing(_request: HttpRequest, **_rest: Any) -> HttpResponse:
    return problems.nothing()


def api_urls() -> tuple[list[Any], str, str]:
    """Return the addresses of the API: those of every registered resource, and one answer for everything else."""
    api = NinjaAPI(
        title="Jinlan 金兰", version=VERSION, description=ABOUT, urls_namespace="api", docs_url=None, docs_decorator=_signed_in
    )  # fmt: skip
    problems.answer_with_problems(api)
    for resource in RESOURCES.values():
        add(api, resource)
    between.add(api)
    indicators.add(api)
    contents.add(api)
    urls, app, name = api.urls
    urls = [
        one for one in urls if getattr(one, "name", "") != "api-root"
    ]  # it leads to pages that are not there
    return (
        [*urls, path("", _nothing, name="api-root"), path("<path:rest>", _nothing, name="nothing")],
        app,
        name,
    )
