"""A demo bank in a temporary lake, without PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.basics.periods import month_ends
from jinlan.lake.load import load_deliveries
from jinlan.lake.registry import LoadRecord
from jinlan.lake.view import LakeView
from jinlan.site.berka.pipeline import MemoryRegistry
from jinlan.site.demobank import write_demo_bank
from jinlan.site.demobank.sizes import SIZES, Size

_SECRET = b"a benchmark needs no secret"
_MASSES = ("mass", "ultra", "private", "affluent", "hq", "branch", "key", "small", "single_key", "single_small",
           "rising", "suppliers", "managers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lake:
    """A loaded bank; picklable, so that a child process can open it."""

    root: Path
    record: LoadRecord

    def view(self, spill: Path | None = None) -> LakeView:
        """Open the lake as the load left it."""
        return LakeView(self.root, self.record, spill=spill)

    def count(self, table: str) -> int:
        """Return the rows of a table."""
        view = self.view()
        try:
            return int(view.connect().to_pyarrow(view.table(table).count()).as_py())
        finally:
            view.close()

    def month_ends(self, number: int) -> list[date]:
        """Return the last month-ends that lie in the lake, ascending."""
        last = self.record.as_of
        return list(month_ends(date(last.year - 2, 1, 1), last))[-number:]


def build(work: Path, scale: str, say: Callable[[str], None], share: float = 1.0) -> Lake:
    """Write and load a bank of a demo size into the new folder `work`; `share` of its clients.

    Raises:
        Refused: BENCH.LOAD when the loader did not take the history.
    """
    name = scale
    if share != 1:
        name = f"{scale} x {share:g}"
        SIZES[name] = shrunk(SIZES[scale], name, share)
    work.mkdir(parents=True)
    size: Any = name  # a size of our own, known to SIZES but not to the type
    write_demo_bank(work / "extracts", size=size, seed=20261031)
    registry = MemoryRegistry()
    reports = load_deliveries(work / "extracts", lake=work / "lake", registry=registry, secret=_SECRET)
    latest = registry.latest(next((one.record.entity for one in reports if one.record), ""))
    if latest is None:
        raise Refused("BENCH.LOAD", "测试用的供数没有装载成功。", "请查看 `./jinlan load` 的检查结果。")
    lake = Lake(work / "lake", replace(latest, versions=dict(latest.versions)))
    say(f"银行 {name}: 客户 {lake.count('party')} 行,账户 {lake.count('account')} 行,交易 {lake.count('transaction')} 行,"
        f"余额 {lake.count('balance_daily')} 行,截至 {latest.as_of}")  # fmt: skip
    return lake


def shrunk(size: Size, name: str, share: float) -> Size:
    """Return a size with a share of the clients; the planted stories stay whole."""
    smaller = {field: max(1, round(getattr(size, field) * share)) for field in _MASSES}
    return replace(size, name=name, **smaller)
