"""TRUST.md: what was promised, what was tried, what was wrong, how long it took, and whether the planted holes were found.

The sections stand in TRUST.json beside it. A run replaces those of its own promises and leaves the others, so a night that proves one promise for
hours and a run of minutes that proves another stand in one report, each with its date, commit and seed.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jinlan.site.home import ROOT

SHOWN = 4  # wrong answers of one kind that the report names
KIND = re.compile(r"[A-Za-z]*\d+[\w-]*|\b[A-Z]+-\d\S*")


@dataclass
class Section:
    """One promise of a run."""

    promise: str
    title: str
    tried: str
    seconds: float
    wrong: list[str] = field(default_factory=list)
    canary: str = ""
    caught: bool = True
    lines: list[str] = field(default_factory=list)
    run: str = ""  # when, how thorough, seed, commit

    @property
    def good(self) -> bool:
        """Tell whether nothing was wrong and every planted hole was found."""
        return not self.wrong and self.caught


def kept(path: Path, new: list[Section]) -> list[Section]:
    """Return the sections of a record with those of the new run in place of older ones of the same promises; writes the record."""
    known = [Section(**one) for one in json.loads(path.read_text("utf-8"))] if path.is_file() else []
    fresh = {section.promise for section in new}
    every = [section for section in known if section.promise not in fresh] + new
    every.sort(key=lambda section: int(section.promise[1:]))
    path.write_text(
        json.dumps([asdict(one) for one in every], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return every


def commit() -> str:
    """Return the short name of the commit that runs."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-1", "--format=%h"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def _row(section: Section) -> str:
    caught = (
        f"{section.canary}: {'found' if section.caught else '**NOT FOUND**'}"
        if section.canary
        else "those of P3"
    )
    wrong = "0" if not section.wrong else f"**{len(section.wrong)}**"
    return f"| {section.promise} {section.title} | {section.tried} | {wrong} | {section.seconds:.0f} s | {caught} | {section.run} |"


def _wrong(lines: list[str]) -> list[str]:
    """Return some lines of every kind of fault: what the line says, without names and numbers."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        kinds.setdefault(KIND.sub("", line.rpartition(": ")[2]), []).append(line)
    shown: list[str] = []
    for found in kinds.values():
        shown += [f"- **wrong**: {line}" for line in found[:SHOWN]]
        shown += [f"- … and {len(found) - SHOWN} more like this"] if len(found) > SHOWN else []
    return shown


def text(sections: list[Section]) -> str:
    """Return the report as Markdown."""
    about = (
        "Written by `./jinlan trust`; anybody can run it on his own machine. Each promise is tried on a bank that is made from a seed, in a "
        'PostgreSQL that is thrown away. "Wrong" must be 0; a planted hole that is not found fails the run as well. '
        "A run replaces the rows of the promises that it proves."
    )
    held = "every promise held" if all(section.good for section in sections) else "NOT every promise held"
    where = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    parts = [
        "# Trust report",
        "",
        about,
        "",
        f"{where} · **{held}**",
        "",
        "| Promise | Tried | Wrong | Time | Planted hole | Run |",
        "|---|---|---|---|---|---|",
        *[_row(section) for section in sections],
    ]
    for section in sections:
        if section.lines or section.wrong:
            parts += ["", f"## {section.promise} {section.title}", *[f"- {line}" for line in section.lines]]
        parts += _wrong(section.wrong)
    return "\n".join([*parts, ""])
