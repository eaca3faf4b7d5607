"""The leakproof array look-up that keeps its GIN index behind row-level security: ``grams__holds=[…]``."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains  # type: ignore[attr-defined]


@ArrayField.register_lookup
class Holds(ArrayContains):  # type: ignore[misc]
    """True when the array holds every element of the value; as ``contains``, by our operator (kernel/sql/roles.sql)."""

    lookup_name = "holds"
    postgres_operator = "OPERATOR(sec.@>>)"
