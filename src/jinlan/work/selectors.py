"""Reading what waits for somebody."""

from __future__ import annotations

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.work.models import Task


def open_tasks(actor: Actor, *, limit: int = 20) -> list[Task]:
    """Return the open tasks that the actor may see, the earliest due first."""
    return list(
        visible(actor, Task).filter(closed_at__isnull=True).order_by("due_on", "opened_on", "id")[:limit]
    )


def tasks_of_unit(actor: Actor, *, unit_id: int) -> list[Task]:
    """Return the open tasks about one unit."""
    return list(visible(actor, Task).filter(unit_id=unit_id, closed_at__isnull=True).order_by("due_on", "id"))
