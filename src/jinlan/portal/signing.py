"""Who a principal is: his password, wrong guesses, and choosing a password of his own. The bank's people's rules, not new ones."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest

from jinlan.kernel import passwords
from jinlan.kernel.sessions import where
from jinlan.portal import sessions
from jinlan.portal.models import PortalPrincipal, PortalSession


class Paused(Exception):
    """Too many wrong guesses of one name from one address."""


def principal_named(match_hash: str) -> PortalPrincipal | None:
    """Return who signs in with a name, None when nobody does any more."""
    found: PortalPrincipal | None = PortalPrincipal.door.filter(match_hash=match_hash, is_active=True).first()
    return found


def is_right(request: HttpRequest, match_hash: str, principal: PortalPrincipal | None, password: str) -> bool:
    """Check a password; a wrong one is counted, an unknown name takes as long and counts as much.

    Raises:
        Paused: there were too many wrong ones, this one perhaps among them.
    """
    who = {"username": f"portal:{match_hash}"}  # no address of anybody in the counter's table
    if not AxesProxyHandler.is_allowed(request, who):
        raise Paused
    if principal is None:
        make_password(password)
        good = False
    else:
        good = check_password(password, principal.password)
    if not good:
        AxesProxyHandler.user_login_failed(sender=__name__, credentials=who, request=request)
        if request.axes_locked_out:  # type: ignore[attr-defined]
            raise Paused
    return good


def due(principal: PortalPrincipal, at: datetime) -> bool:
    """Tell whether a principal must choose a new password now: it was given for one time, or is too old."""
    if principal.one_time_until is not None or principal.password_at is None:
        return True
    days = passwords.profile().days
    return days is not None and principal.password_at <= at - timedelta(days=days)


def problems(password: str, principal: PortalPrincipal) -> list[str]:
    """Return what is wrong with a new password."""
    words = passwords.context_words(principal.name)
    return passwords.problems_of(password, words, principal.password, principal.used)


def change(request: HttpRequest, session: PortalSession, password: str, at: datetime) -> str:
    """Set a principal's own password, end his other sessions, and return this one's new token."""
    principal = session.principal
    hashed = make_password(password)
    with transaction.atomic():
        PortalPrincipal.door.filter(pk=principal.pk).update(
            password=hashed,
            used=[hashed, *principal.used][: passwords.KEPT],
            password_at=at,
            one_time_until=None,
        )
        sessions.close_others(principal, session, at)
        sessions.note(principal, "password_changed", at, where(request))
        return sessions.renew(session)
