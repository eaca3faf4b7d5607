"""Puts the demo bank together and writes it, month by month, with memory bounded by one month."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from jinlan.basics.errors import Refused
from jinlan.lake.extracts.schema import TABLES
from jinlan.site.demobank import (
    arrow,
    companies,
    coverage,
    credit,
    groups,
    households,
    org,
    partners,
    plots_days,
    plots_groups,
    plots_homes,
    products,
    service,
    silences,
)  # fmt: skip
from jinlan.site.demobank.accruals import Accruals
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.costs import Costs
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.flows import Engine, Result
from jinlan.site.demobank.holdings import Holdings
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.market import Market
from jinlan.site.demobank.names import Names
from jinlan.site.demobank.sizes import SIZES, Size
from jinlan.site.demobank.stage import Stage
from jinlan.site.demobank.stories import save_stories, table
from jinlan.site.demobank.tables import Books, Ledger
from jinlan.site.demobank.timeline import DAILY, MERGER, day, timeline
from jinlan.site.demobank.writer import Sink

_CHUNK = 20_000


def generate(
    out: Path, size_name: str, seed: int, progress: Callable[[str], None], daily: int = DAILY
) -> None:
    """Write the whole demo bank into `out`, which appears only when it is complete; `daily` deliveries follow its history.

    Raises:
        Refused: `out` exists and is not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(
            "demo.out_exists", "目标目录 %(out)s 已存在且不为空。", "请换一个目录,或先清空它。", out=out
        )
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    size = SIZES[size_name]
    bank = Bank(seed, timeline(size.months, daily))
    progress("布置机构、客户与故事")
    stage = build(bank, size)
    sink = Sink(partial, bank.time, frozenset(stage.missing), frozenset(_corrected(stage)))
    progress(f"写主数据:客户 {len(bank.parties)},账户 {len(bank.accounts)}")
    accruals = Accruals(bank)
    write_state(bank, sink)
    _months(bank, size, stage, sink, accruals, progress)
    progress("封包与校验和")
    sink.close()
    save_stories(partial, stage.stories)
    _save_staff(partial)
    partial.replace(out)


def build(bank: Bank, size: Size) -> Stage:
    """Plan everything: stories first, so that their numbers do not depend on the size."""
    names = Names(bank.seed)
    tree = org.build(bank, size, names)
    kit = Kit(bank, size, tree, names)
    products.build(bank)
    stage = Stage(kit, credit.Credit(kit))
    for plot in (plots_groups, plots_homes, plots_days):
        plot.plant(stage)
    households.build(kit)
    borrowers = groups.build(kit) + companies.build(kit)
    partners.build(kit)
    credit.build(stage.credit, borrowers)
    stage.credit.finish()
    partners.supply_chain(kit, borrowers)
    coverage.approvals(kit)
    coverage.assignments(kit)
    service.build(kit)
    silences.plant(stage)
    _merge_branches(bank, kit)
    bank.settle_edits()
    return stage


def _merge_branches(bank: Bank, kit: Kit) -> None:
    """Clients and accounts of the closed sub-branch move to the other one on the day of the merger."""
    when = day(MERGER.year, MERGER.month, MERGER.day)
    for party in bank.parties:
        if party.home_branch_id == kit.org.merged:
            if bank.since(party.onboard_date) < when:
                bank.edit(when, party, home_branch_id=kit.org.into)
            else:
                party.home_branch_id = kit.org.into
    for account in bank.accounts:
        if account.branch_id == kit.org.merged:
            if bank.since(account.open_date) < when:
                bank.edit(when, account, branch_id=kit.org.into)
            else:
                account.branch_id = kit.org.into


def write_state(bank: Bank, sink: Sink) -> None:
    """Write the state tables and the small event tables in order of delivery, in chunks."""
    for name in sorted(bank.state.rows):
        rows = sorted(bank.state.rows[name], key=lambda row: row[0])
        spec = TABLES[name]
        for start in range(0, len(rows), _CHUNK):
            part = [row for row in rows[start : start + _CHUNK] if row[0] <= bank.time.end]
            if not part:
                continue
            get = dict.get if isinstance(part[0][2], dict) else _attribute
            columns = {
                c.name: arrow.column_of(c.type, [get(row[2], c.name) for row in part]) for c in spec.columns
            }
            columns["as_of_date"] = arrow.column_of("date", [row[0] for row in part])
            for extra in ("source_system", "source_key"):
                columns[extra] = pa.array([get(row[2], extra) for row in part], pa.string())
            if spec.kind == "state":
                columns["change_type"] = pa.array([row[1] for row in part], pa.string())
            sink.write(name, pa.table(columns), np.array([row[0] for row in part], dtype=np.int64))
    bank.state.rows.clear()


def _attribute(row: object, name: str) -> object:
    return getattr(row, name, None)


def _corrected(stage: Stage) -> list[int]:
    return sorted({number for fault in stage.faults for number in range(fault.first, fault.last + 1)})


def _months(
    bank: Bank, size: Size, stage: Stage, sink: Sink, accruals: Accruals, progress: Callable[[str], None]
) -> None:
    market, costs = Market(bank), Costs(bank)
    market.deliver(sink)
    engine, holdings = Engine(bank, size.intensity), Holdings(bank, sink, market)
    books = Books(bank, sink)
    ledger = Ledger(bank, sink, [one.account for one in bank.cash] + [one.account for one in bank.positions])
    for month in bank.time.months:
        result = engine.month(month)
        booked = books.write(month, result.entries)
        quantity, value, held = holdings.month(month)
        accruals.fees(sink, booked, holdings.fees(month))
        base = _in_base(books, market, result)
        closing = np.concatenate([result.balance, value])
        accrued = np.concatenate([result.accrued, np.zeros_like(value)])
        is_open = np.concatenate([result.open, held])
        ledger.totals(month, closing, is_open, books.currency, books.currencies)
        accruals.write(sink, month, base, result.open, costs.write(sink, month))
        wrong = _Faults(stage, holdings, month.first, month.last)
        wrong.correct(sink, ledger, closing, accrued, np.concatenate([base, value]), is_open, quantity)
        spoiled = wrong.spoil(value)
        ledger.write(
            month,
            np.concatenate([result.balance, spoiled]),
            accrued,
            np.concatenate([base, spoiled]),
            is_open,
        )
        holdings.write(month, quantity, spoiled, held)
        progress(f"{month.key}:累计 {books.count} 笔交易")


def _in_base(books: Books, market: Market, result: Result) -> Ints:
    base = result.balance.copy()
    for code, currency in enumerate(books.currencies.to_pylist()):
        if currency != "CNY":
            some = books.currency == code
            base[some] = market.base(result.balance[some], currency, result.month.first)
    return base


class _Faults:
    """The faults of one month: what was delivered wrong at first, and the corrected days."""

    def __init__(self, stage: Stage, holdings: Holdings, first: int, last: int) -> None:
        self.holdings, self.first = holdings, first
        self.rows = [fault for fault in stage.faults if first <= fault.first and fault.last <= last]

    def spoil(self, value: Ints) -> Ints:
        """Return the market values as first delivered; prices are spoiled where holdings are written."""
        if not self.rows:
            self.holdings.spoiled = {}
            return value
        out = value.copy()
        for fault in self.rows:
            place = self.holdings.place_of(fault.position)
            out[place, fault.first - self.first : fault.last - self.first + 1] *= fault.factor
            self.holdings.spoiled[place] = (fault.first, fault.last, fault.factor)
        return out

    def correct(self, sink: Sink, ledger: Ledger, closing: Ints, accrued: Ints, base: Ints, is_open: Ints,
                quantity: Ints) -> None:  # fmt: skip
        """Write the right tables of every faulty day as deliveries of their own."""
        for fault in self.rows:
            for number in range(fault.first, fault.last + 1):
                day_of = number - self.first
                place = np.flatnonzero(is_open[:, day_of])
                days, when = np.full(len(place), day_of), np.full(len(place), number)
                sink.correct(
                    "balance_daily", ledger.rows(closing.T, accrued.T, base.T, days, place, when), number
                )
                held = place[place >= ledger.cash] - ledger.cash
                value = closing[held + ledger.cash, day_of]
                table_of = self.holdings.rows(quantity[held], value, held, np.full(len(held), number))
                sink.correct("holding", table_of, number)


def _save_staff(out: Path) -> None:
    parts = ["# People who sign in to the demo.\n"]
    for username, name, employee, role, title in org.STAFF:
        parts.append(
            table(
                "[[staff]]",
                {"employee": employee, "username": username, "role": role, "name": name, "title": title},
            )
        )
    (out / "staff.toml").write_text("\n".join(parts), encoding="utf-8")
