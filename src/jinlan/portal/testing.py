"""Makers of principals for tests and proofs: they are let in by the act, as in a bank, and choose a password of their own."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.test import Client

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.portal.models import PortalPrincipal
from jinlan.portal.services import invite

HOST = "portal.example"
OWN = "kettle-walrus-orbit"  # a password that nobody gave


def let_in(lead: Actor, party: str, name: str, email: str) -> tuple[int, str]:
    """Let somebody in as the lead manager; return his key and his one-time password."""
    made = invite(actor=lead, party=party, name=name, email=email)
    return PortalPrincipal.door.get(public_id=made.principal).pk, made.password


def settle(key: int) -> PortalPrincipal:
    """Return a principal who has chosen `OWN`."""
    hashed = make_password(OWN)
    PortalPrincipal.door.filter(pk=key).update(
        password=hashed, used=[hashed], one_time_until=None, password_at=now_utc()
    )
    found: PortalPrincipal = PortalPrincipal.door.get(pk=key)
    return found


def browser(**more: object) -> Client:
    """Return a browser that asks the portal's host."""
    return Client(SERVER_NAME=HOST, headers={"accept-language": "zh-hans"}, **more)  # type: ignore[arg-type]


def signed_in(email: str, password: str = OWN) -> Client:
    """Return a browser in which a principal signed in by the page."""
    client = browser()
    answer = client.post("/signin", {"email": email, "password": password})
    if answer.status_code != 302:
        raise AssertionError(answer.content.decode())
    return client
