"""What a list of units asks for: views, filters and orders."""

from __future__ import annotations

from dataclasses import dataclass

from jinlan.kernel.keyset import Key, Order, a_day, a_key, a_text

VIEWS = ("mine", "all", "borderline", "watch", "decide")
NEW_DAYS = 92  # entered within a quarter


_LAST = Key("id", nullable=False, read=a_key)
_SCORE = Key("score")
SORTS: dict[str, Order] = {
    "tier": (Key("tier_level", nullable=False, read=a_key), _SCORE, _LAST),
    "name": (Key("pinyin_key", descending=False, nullable=False, read=a_text), _LAST),
    "score": (_SCORE, _LAST),
    "aum": (Key("aum"), _LAST),
    "deposit": (Key("deposit_avg_12m"), _LAST),
    "loan": (Key("loan"), _LAST),
    "revenue": (Key("revenue_12m"), _LAST),
    "limit": (Key("limit"), _LAST),
    "maturity": (Key("next_maturity", descending=False, read=a_day), _LAST),
    "class": (Key("five_tier_worst", read=a_key), _LAST),
    "overdue": (Key("overdue"), _LAST),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One request for a list; every field is safe to put into a query."""

    view: str = "all"
    text: str = ""
    kind: str = ""
    tier: str = ""
    state: str = ""
    branch: str = ""
    lead: str = ""
    due_days: int = 0
    five_tier: int = 0
    overdue: bool = False
    gate: bool = False
    cell: str = ""  # a cell of the matrix: value band 1-3 and potential band 1-3
    sort: str = "tier"
    size: int = 50
