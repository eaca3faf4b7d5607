"""The workspace as a Django app: its places in the rail."""

from __future__ import annotations

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    """Pages of the bank's people."""

    name = "jinlan.workspace"
    label = "workspace"

    def ready(self) -> None:
        """Register the places that this floor has."""
        from jinlan.kernel.pages import RailEntry, register_rail
        from jinlan.kernel.resource.registry import register
        from jinlan.workspace.access import may_open
        from jinlan.workspace.clients import Clients

        for order, (name, label, icon, key) in enumerate((
            ("today", _("今日"), "calendar", "t"),
            ("department", _("部门一屏"), "gauge", "d"),
            ("definitions", _("标准"), "adjustments", "s"),
            ("charter", _("服务章程"), "calendar", "s"),
            ("targets", _("目标"), "trending-up", "g"),
            ("pipeline", _("商机漏斗"), "layout-grid", "o"),
            ("quality", _("数据质量"), "database-search", "q"),
            ("runs", _("运行"), "history", "r"),
            ("approvals", _("复核"), "checks", "a"),
            ("committee", _("委员会"), "users", "m"),
            ("record", _("审计"), "list-details", "u"),
        )):  # fmt: skip
            register_rail(RailEntry(name, label, name, icon, key, partial(may_open, page=name), 2 * order))
        register(Clients)
