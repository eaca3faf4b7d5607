"""How every model field is classified: JR/T 0171 class, JR/T 0197 level, mask, purpose, retention.

A model names its fields' classes in ``CLASSES = {"field": C2_NAME, …}`` and its default in ``CLASSES["*"]``;
a test fails for any field without one. C3 cannot be expressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Classified:
    """Class C1 or C2, level 1-5, mask kind, purpose (PIPL) and retention after the relation ends, in years."""

    c_class: Literal["C1", "C2"]
    level: Literal[1, 2, 3, 4, 5]
    mask: Literal["none", "name", "id", "phone", "address", "account", "hidden"] = "none"
    purpose: str = "service"
    retention_years: int = 10


PUBLIC = Classified("C1", 1, purpose="reference", retention_years=10)
INTERNAL = Classified("C1", 2)
STAFF = Classified("C1", 2, purpose="employment", retention_years=10)
FIGURE = Classified("C2", 3)
NAME = Classified("C2", 3, "name")
IDENTITY = Classified("C2", 3, "id")
CONTACT = Classified("C2", 3, "phone")
SECRET_FACT = Classified("C2", 4, "hidden", "compliance", 10)
