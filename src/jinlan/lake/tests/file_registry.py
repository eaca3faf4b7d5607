"""A load registry in one JSON file, replaced atomically: what the lake's own tests flip instead of PostgreSQL."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.lake.registry import LoadRecord, Outcome


class FileRegistry:
    """Keeps finished loads, and of every outcome its checks, quarantine, identities and erasures."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.outcomes: list[Outcome] = []

    def _read(self) -> dict[str, Any]:
        return json.loads(self._path.read_text()) if self._path.exists() else {"next": 1, "loads": []}

    def _write(self, content: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half = self._path.with_suffix(".half")
        with half.open("w") as stream:
            stream.write(json.dumps(content))
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(self._path)

    def latest(self, entity: str) -> LoadRecord | None:
        loads = self.loads(entity)
        return loads[-1] if loads else None

    def pinned(self, entity: str, load_id: int) -> LoadRecord:
        for load in self.loads(entity):
            if load.load_id == load_id:
                return load
        raise Refused("LOAD.UNKNOWN", f"没有编号为 {load_id} 的装载。")

    def loads(self, entity: str) -> Sequence[LoadRecord]:
        return [_record(row) for row in self._read()["loads"] if row["entity"] == entity]

    def begin(self, entity: str, *, source: str, as_of: date) -> int:
        content = self._read()
        load_id = content["next"]
        self._write({**content, "next": load_id + 1})
        return load_id

    def finish(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if outcome.status != "loaded":
            return
        content = self._read()
        row = {
            key: str(value) if isinstance(value, date) else value
            for key, value in asdict(outcome.record).items()
        }
        self._write({**content, "loads": [*content["loads"], row]})


def _record(row: dict[str, Any]) -> LoadRecord:
    days = {
        key: date.fromisoformat(row[key]) if row[key] else None
        for key in ("as_of", "from_date", "touched_from")
    }
    return LoadRecord(**{**row, **days})
