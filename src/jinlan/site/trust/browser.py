"""A browser of Django's in which somebody of the bank from a seed is signed in."""

from __future__ import annotations

from django.test import Client

from jinlan.kernel.models import Person
from jinlan.kernel.testing import prove
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.facts import ANONYMOUS

BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(bank: Bank, who: str, *, proved: bool = True) -> Client:
    """Return a browser of a person, or of a stranger; a failure is an answer in it. `proved`: he proved himself this moment."""
    client = Client(
        SERVER_NAME="localhost", raise_request_exception=False, headers={"accept-language": "zh-hans"}
    )
    if who != ANONYMOUS:
        client.force_login(Person.objects.get(pk=bank.people[who]), backend=BACKEND)
        if proved:
            prove(client)
    return client
