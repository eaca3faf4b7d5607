"""The directory of who is who as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Branches, employees, parties, units, coverage and the identity vault."""

    name = "jinlan.clients"
    label = "clients"
