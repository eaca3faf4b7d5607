"""What rooms call when somebody must act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.kernel.audit import audit
from jinlan.work.models import Task


def open_task(
    *, actor: Actor, entity: str, subject: str, kind: str, unit_id: int, domain: int, branch_id: int, role: str, title: str,
    detail: Mapping[str, Any], opened_on: date, due_on: date | None = None,
) -> Task:  # fmt: skip
    """Open a task about a unit inside the running scope; `subject` names the matter, and an open one is not doubled."""
    found: Task | None = Task.objects.filter(entity=entity, subject=subject).first()
    if found is not None:
        return found
    task: Task = Task.objects.create(
        entity=entity, subject=subject, kind=kind, unit_id=unit_id, domain=domain, branch_id=branch_id, role=role, title=title,
        detail=dict(detail), opened_on=opened_on, due_on=due_on,
    )  # fmt: skip
    audit(actor, "work.task_opened", "task", task.pk, after={"subject": subject, "role": role})
    return task
