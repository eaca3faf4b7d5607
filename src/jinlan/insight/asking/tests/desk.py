"""A reader process that knows definitions, over a lake that holds one evaluated date of many made-up clients."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from jinlan.insight.results import UNITS
from jinlan.lake import results
from jinlan.lake.reader.client import LakeReader

DAY = date(2026, 11, 10)


def a_row(number: int, deposits: int, tier: str, **more: Any) -> dict[str, Any]:
    """Return a stored row of a group whose measures follow its deposits (yuan)."""
    figures = {
        "deposit_avg_12m": f"{deposits}.00", "fpa": f"{deposits}.00", "revenue_12m": f"{deposits // 50}.00",
        "settlement_12m": f"{deposits * 4}.00", "product_families": "4", "aum_growth_12m": "0.10000000", "tenure_years": "8.00",
        "aum": f"{deposits}.00", "loan": f"{deposits}.00",
    }  # fmt: skip
    measures = {code: {"v": value, "s": "ok"} for code, value in figures.items()}
    gates = more.get("gates") or [
        {"code": "FIVE_TIER", "passed": True, "secret": False, "value": "1", "limit": "2", "detail": ""}
    ]
    detail = {"gates": gates, "facts": {"size": "LARGE", "ended": False, "listed": None}, "override": None}
    return {
        "as_of": DAY, "unit_id": f"G-{number}", "kind": "GROUP", "root_party_id": f"P{number}", "root_source_key": f"S{number}",
        "branch_id": ("BJ", "SH")[number % 2], "score": None, "rank": None, "rank_n": None, "computed_tier": tier, "proposed_tier": None,
        "effective_tier": tier, "tier_state": "active" if tier else "none", "tier_since": None, "tier_source": "", "managed": bool(tier),
        "gates": "ok", "measures": json.dumps(measures), "detail": json.dumps(detail), "machine": "{}",
    }  # fmt: skip


def store(lake: Path, entity: str, run_id: int, rows: list[dict[str, Any]]) -> str:
    """Store the rows as a date's results and return their folder."""
    units = pa.Table.from_pylist(rows, UNITS)
    return results.write(
        lake, entity, run_id, DAY, units=units, members=pa.table({"unit_id": pa.array([], pa.string())})
    )


class Desk:
    """The reader process with a client."""

    def __init__(self, lake: Path, socket: Path) -> None:
        self.lake, self.client = lake, LakeReader(socket)
        command = [
            sys.executable,
            "-m",
            "jinlan.insight.asking",
            "--lake",
            str(lake),
            "--socket",
            str(socket),
        ]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self.process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + 60
        while not self.client.ready():
            assert self.process.poll() is None, "the reader ended at once"
            assert time.monotonic() < deadline, "the reader did not come up"

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=20)
