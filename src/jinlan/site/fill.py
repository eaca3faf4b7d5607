"""Fill the demo bank: write its extracts, load them, evaluate, make the sign-ins. Each step can be run again."""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from datetime import date
from typing import Any

from jinlan.site.home import Home, home
from jinlan.site.progress import Progress

PASSWORD = "jinlan-demo"  # noqa: S105  printed at start: the demo bank is fictional
AS_OF = date(2026, 11, 10)
STEPS = ("生成演示银行", "装入数据湖", "评估与发布", "建立演示账号")


def staff(place: Home) -> list[dict[str, Any]]:
    """Return the demo sign-ins in the order in which they are shown."""
    path = place.demo / "staff.toml"
    if not path.exists():
        return []
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text())["staff"]
    return rows


def write_extracts(place: Home, progress: Progress) -> None:
    """Write the demo bank's files beside their place and rename them whole."""
    from jinlan.site.demobank import write_demo_bank

    if place.demo.exists():
        return
    fresh = place.path / "demo.new"
    shutil.rmtree(fresh, ignore_errors=True)
    write_demo_bank(fresh, size="small", seed=20261124, progress=lambda text: progress.detail(0, text))
    fresh.rename(place.demo)


def main() -> int:
    """Run the four steps."""
    place = home().make()
    os.environ.setdefault("JINLAN_ENTITY", "JLB")
    progress = Progress(place.run / "progress.json")
    progress.plan(*STEPS)
    with progress.step(0):
        write_extracts(place, progress)
    from jinlan.site.database import setup_django

    setup_django()
    from jinlan.site.jobs import (
        care_for_demo_people,
        create_demo_staff,
        evaluate_and_publish,
        leave_demo_clients_alone,
        load,
        log_demo_talks,
        set_demo_people,
        set_demo_targets,
    )

    with progress.step(1):
        load(place.demo, progress=lambda text: progress.detail(1, text))
    with progress.step(2):
        evaluate_and_publish(AS_OF, progress=lambda text: progress.detail(2, text))
    with progress.step(3):
        create_demo_staff(staff(place), PASSWORD)
        set_demo_targets()
        set_demo_people()
        leave_demo_clients_alone(place.demo)
        log_demo_talks()
        care_for_demo_people()
    place.filled.write_text(AS_OF.isoformat())
    progress.ready()
    return 0


if __name__ == "__main__":
    sys.exit(main())
