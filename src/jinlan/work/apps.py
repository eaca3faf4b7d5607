"""What someone must do next, as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Tasks."""

    name = "jinlan.work"
    label = "work"
