"""Who acts: the person, what they are, why and when. Passed in; never looked up deep inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at an instant (aware UTC). `employee` is the bank's employee code, "" for technical persons."""

    person_id: int
    username: str
    roles: frozenset[str]
    at: datetime
    employee: str = ""
    purpose: str = "service"
    entity: str = ""

    def has(self, *roles: str) -> bool:
        """Tell whether the actor holds any of `roles`."""
        return not self.roles.isdisjoint(roles)
