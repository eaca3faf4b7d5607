"""The sample room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class GiftsConfig(AppConfig):
    name = "jinlan.domains.tests.gifts"
    label = "gifts"

    def ready(self) -> None:
        from jinlan.domains.tests.gifts.resources import Gifts
        from jinlan.kernel.resource.registry import register

        register(Gifts)
