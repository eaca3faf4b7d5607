"""Engagement as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """People of a client, interactions with them, and promises of either side."""

    name = "jinlan.domains.engagement"
    label = "engagement"
