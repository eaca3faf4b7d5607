"""Gifts to clients."""

from __future__ import annotations

from django.db import models

from jinlan.kernel.fields import CONTACT, FIGURE, INTERNAL
from jinlan.kernel.record import AboutUnit
from jinlan.kernel.search import Searchable


class Gift(AboutUnit, Searchable):
    CLASSES = {"*": INTERNAL, "what": FIGURE, "value": FIGURE, "phone": CONTACT, "note": FIGURE}
    what = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    value = models.DecimalField(max_digits=18, decimal_places=2)
    given_on = models.DateField()
    phone = models.CharField(max_length=20, blank=True)  # of who received it
    note = models.CharField(max_length=200, blank=True)
    returned = models.BooleanField(default=False)
