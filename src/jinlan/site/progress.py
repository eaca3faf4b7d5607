"""The progress of the first start: a small file that the page `/filling` shows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Progress:
    """Steps with their state (``waiting running done failed``) and seconds, written atomically at each change."""

    path: Path
    steps: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""

    def plan(self, *names: str) -> None:
        """Announce the steps to come."""
        self.steps = [{"name": name, "state": "waiting", "seconds": None, "detail": ""} for name in names]
        self._write(ready=False)

    def _write(self, *, ready: bool) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(
            json.dumps({"steps": self.steps, "ready": ready, "note": self.note}, ensure_ascii=False)
        )
        fresh.replace(self.path)

    @contextmanager
    def step(self, index: int) -> Iterator[None]:
        """Run one step; its time is kept, a failure is shown and raised on."""
        step = self.steps[index]
        began = time.monotonic()
        step["state"] = "running"
        self._write(ready=False)
        try:
            yield
        except BaseException as error:
            step["state"] = "failed"
            self.note = str(error)[:300]
            raise
        else:
            step["state"] = "done"
        finally:
            step["seconds"] = round(time.monotonic() - began, 1)
            self._write(ready=False)

    def detail(self, index: int, text: str) -> None:
        """Show what a running step is at."""
        self.steps[index]["detail"] = text
        self._write(ready=False)

    def ready(self) -> None:
        """Everything stands."""
        self._write(ready=True)
