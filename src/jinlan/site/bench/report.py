"""What a part of the benchmark says: lines for people and the goals it met or missed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Lines as they were printed, and the goals that were missed."""

    missed: list[str] = field(default_factory=list)

    def say(self, text: str = "") -> None:
        """Print one line at once."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def goal(self, name: str, value: float, most: float, unit: str = "") -> None:
        """Print a figure beside its goal and remember a miss."""
        met = value <= most
        word = "达标" if met else "未达标"
        line = f"{name}: {value:.2f}{unit} (≤ {most:g}{unit}) {word}"
        self.say(line)
        if not met:
            self.missed.append(line)

    def proof(self, name: str, found: bool) -> None:
        """Print whether two ways agree; a benchmark of two different answers is a missed goal."""
        self.say(f"{name}: {'一致' if found else '不一致'}")
        if not found:
            self.missed.append(f"{name}: 不一致")
