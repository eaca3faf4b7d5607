"""Sessions of principals: a random token in a cookie, its hash in a row; looked at afresh for every request."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jinlan.kernel.audit import audit_signin
from jinlan.kernel.sessions import SEEN_EVERY, hashed, where
from jinlan.portal.models import PortalPrincipal, PortalSession


def begin(request: HttpRequest, principal: PortalPrincipal, at: datetime) -> str:
    """Open a session and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    PortalSession.door.create(
        entity=principal.entity, principal=principal, token_hash=hashed(token), created_at=at, last_seen=at,
        ends_at=at + timedelta(seconds=settings.JINLAN_SESSION_SECONDS), address=where(request),
    )  # fmt: skip
    return token


def current(request: HttpRequest, at: datetime) -> tuple[PortalSession | None, str]:
    """Return the session of a request, or None and why it is over ("" when there is none).

    One query. A session that has outlived its limits is ended here; the why is a code of `PortalSession.ENDS`.
    """
    token = request.COOKIES.get(settings.JINLAN_PORTAL_COOKIE)
    if not token:
        return None, ""
    row = PortalSession.door.select_related("principal").filter(token_hash=hashed(token)).first()
    if row is None:
        return None, ""
    why = row.ended_why or outlived(row, at)
    if why:
        close(row, why, at)
        return None, why
    if at - row.last_seen >= SEEN_EVERY:
        PortalSession.door.filter(pk=row.pk, ended_at=None).update(last_seen=at)
    return row, ""


def outlived(row: PortalSession, at: datetime) -> str:
    """Return why a session that nobody ended is over, "" when it is not."""
    if not row.principal.is_active:
        return "disabled"
    if at >= row.ends_at:
        return "too_long"
    return "idle" if at - row.last_seen >= timedelta(seconds=settings.JINLAN_IDLE_SECONDS) else ""


def close(row: PortalSession, why: str, at: datetime) -> None:
    """End a session, once, and record it."""
    if PortalSession.door.filter(pk=row.pk, ended_at=None).update(ended_at=at, ended_why=why):
        note(row.principal, "ended" if why == "signed_out" else f"ended_{why}", at, row.address)


def close_others(principal: PortalPrincipal, kept: PortalSession, at: datetime) -> None:
    """End a principal's sessions but one."""
    others = PortalSession.door.filter(principal=principal, ended_at=None).exclude(pk=kept.pk)
    others.update(ended_at=at, ended_why="password")


def renew(row: PortalSession) -> str:
    """Give a session a new token and return it; the old one opens nothing any more."""
    token = secrets.token_urlsafe(32)
    PortalSession.door.filter(pk=row.pk).update(token_hash=hashed(token))
    return token


def note(principal: PortalPrincipal, outcome: str, at: datetime, address: str) -> None:
    """Record something about signing in, under the principal's public id: the record holds no e-mail address."""
    audit_signin(principal.entity, str(principal.public_id), f"portal_{outcome}", at, where=address)


def keep(response: HttpResponse, token: str) -> None:
    """Give the browser the token: for this host alone, out of reach of scripts and of other sites' links and forms."""
    response.set_cookie(
        settings.JINLAN_PORTAL_COOKIE,
        token,
        max_age=settings.JINLAN_SESSION_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def forget(response: HttpResponse) -> None:
    """Take the token away."""
    response.delete_cookie(settings.JINLAN_PORTAL_COOKIE, samesite="Strict")
