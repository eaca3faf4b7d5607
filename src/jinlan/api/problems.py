"""Answers that are no success, as problem details (RFC 9457): a stable code, what happened, the way out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from jinlan.basics.errors import Refused
from jinlan.kernel.resource.doing import NOT_NOW, STALE
from jinlan.kernel.scope import ScopeDenied

CONFLICTS = {STALE, NOT_NOW, "KEY_USED", "APPROVAL_OPEN"}


def problem(status: int, code: str, detail: str = "", way_out: str = "", **more: Any) -> HttpResponse:
    """Return one problem document."""
    body = {
        "type": f"urn:jinlan:problem:{code.lower()}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
    }
    said = {"detail": detail, "way_out": way_out}
    body |= {name: text for name, text in said.items() if text} | more
    return JsonResponse(body, status=status, content_type="application/problem+json")


def nothing() -> HttpResponse:
    """Return the one answer for what does not exist and for what this person may not see."""
    return problem(404, "ABSENT")


def refused(error: Refused) -> HttpResponse:
    """Return a refusal: 409 where the state of things is against it, 422 where the content is."""
    field = error.params.get("field")
    more = {"errors": [{"field": field, "message": str(error)}]} if field else {}
    status = 409 if error.code in CONFLICTS else 422
    return problem(status, error.code, error.message, error.way_out, **more)


def invalid(errors: list[dict[str, str]]) -> HttpResponse:
    """Return what is wrong with the content, field by field."""
    return problem(422, "INVALID", errors=errors)


def answer_with_problems(api: NinjaAPI) -> None:
    """Let every failure of an API answer as a problem."""

    @api.exception_handler(ScopeDenied)
    def _denied(_request: HttpRequest, _error: Any) -> HttpResponse:
        return nothing()

    @api.exception_handler(Http404)
    def _absent(_request: HttpRequest, _error: Any) -> HttpResponse:
        return nothing()

    @api.exception_handler(Refused)
    def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
        return refused(error)

    @api.exception_handler(ValidationError)
    def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
        return invalid([{"field": str(one["loc"][-1]), "message": one["msg"]} for one in error.errors])

    @api.exception_handler(AuthenticationError)
    def _nobody(_request: HttpRequest, _error: Any) -> HttpResponse:
        found = problem(401, "NOBODY")
        found["WWW-Authenticate"] = 'Bearer realm="jinlan"'
        return found

    @api.exception_handler(HttpError)
    def _http(_request: HttpRequest, error: Any) -> HttpResponse:
        return problem(error.status_code, "HTTP", str(error))
