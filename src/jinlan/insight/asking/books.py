"""The lines of the statement for a few parties, straight from the lake as one load left it."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jinlan.lake.engines import Table
from jinlan.lake.features import statement
from jinlan.lake.features.lines import FLAGS, KEYS, LINES
from jinlan.lake.features.session import Session
from jinlan.lake.features.windows import Months
from jinlan.lake.view import LakeView

OWN = ("account", "loan", "fee", "activity_count")  # tables whose rows name their party


class Few:
    """A view of the lake that holds the rows of some parties only; numbers merged into theirs belong to them."""

    def __init__(self, view: LakeView, parties: tuple[str, ...], last: date) -> None:
        """Look through `view`; `last` is the day whose mergers count."""
        self._view, self.record = view, view.record
        self.parties = view.with_merged(parties, last)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    @cached_property
    def accounts(self) -> list[str]:
        """The accounts that ever were theirs."""
        rows = self.table("account").select("account_id").distinct()
        found: list[str] = self._view.connect().to_pyarrow(rows)["account_id"].to_pylist()
        return found

    def table(self, name: str) -> Table:
        """Return the rows of the parties, where a table names one."""
        rows = self._view.table(name)
        return rows.filter(rows.party_id.isin(self.parties)) if name in OWN else rows

    def events(self, name: str, first: date, last: date) -> Table:
        """Return what happened to the parties in the days."""
        rows = self._view.events(name, first, last)
        return rows.filter(rows.party_id.isin(self.parties)) if name in OWN else rows

    def snapshots(self, name: str, first: date, last: date) -> Table:
        """Return the rows of the delivered days; balances of their accounts only."""
        rows = self._view.snapshots(name, first, last)
        return rows.filter(rows.account_id.isin(self.accounts)) if name == "balance_daily" else rows


def lines(view: LakeView, parties: tuple[str, ...], first: date, turn: date, last: date) -> dict[str, Any]:
    """Return {"rows": [...], "absent": [...]}: the account lines added up by period ("before" up to `turn`, "now" from it on)."""
    if not parties:
        return {"rows": [], "absent": []}
    with Session(Few(view, parties, last), Months(first, last)) as session:
        absent = statement.absent(session)
        if any(name in absent for name in statement.NEEDS):
            return {"rows": [], "absent": list(absent)}
        return {"rows": _by_period(statement.account_months(session), turn), "absent": list(absent)}


def _by_period(rows: pa.Table, turn: date) -> list[dict[str, Any]]:
    period = pc.if_else(pc.greater_equal(rows["month"], pa.scalar(turn)), "now", "before")
    sums = [(name, "sum") for name in LINES] + [(name, "max") for name in FLAGS]
    grouped = rows.append_column("period", period).group_by(["period", *KEYS]).aggregate(sums)
    names = [name.removesuffix("_sum").removesuffix("_max") for name in grouped.column_names]
    found: list[dict[str, Any]] = (
        grouped.rename_columns(names).sort_by([(key, "ascending") for key in ("period", *KEYS)]).to_pylist()
    )
    return found
