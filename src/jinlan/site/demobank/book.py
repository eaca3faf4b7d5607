"""What the generator knows while it builds: parties, accounts, units, and the rows of the state tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from jinlan.site.demobank.rand import Dice
from jinlan.site.demobank.timeline import EPOCH, MISSING, Timeline

Path64: TypeAlias = "npt.NDArray[np.int64]"


@dataclass(slots=True)
class Party:
    """A row of `party`; attributes carry the names of its columns."""

    party_id: str
    party_type: str
    name_zh: str
    home_branch_id: str
    region_code: str
    name_en: str | None = None
    former_name: str | None = None
    id_type: str | None = None
    id_no: str | None = None
    id_country: str | None = "CN"
    id_expiry: int | None = None
    lei: str | None = None
    bic: str | None = None
    birth_or_incorp_date: int | None = None
    gender: str | None = None
    occupation_code: str | None = None
    country_of_residence: str = "CN"
    country_of_risk: str = "CN"
    tax_residencies: str = "CN"
    industry_code: str | None = None
    org_size: str | None = None
    economic_type: str | None = None
    registered_capital: int | None = None
    registered_capital_ccy: str | None = None
    listed_flag: bool | None = None
    stock_code: str | None = None
    party_status: str = "PROSPECT"
    cdd_status: str | None = None
    cdd_due_date: int | None = None
    ml_risk_level: str | None = None
    five_tier_worst: str | None = None
    internal_rating: str | None = None
    pd: int | None = None
    onboard_date: int | None = None
    close_date: int | None = None
    source_key: str = ""
    source_system: str = "ECIF"


@dataclass(slots=True)
class Account:
    """A row of `account`; `number` is its place in the list of all accounts."""

    account_id: str
    party_id: str
    product_code: str
    currency: str
    open_date: int
    branch_id: str
    number: int
    owner: Party
    family: str
    interest_rate: int | None = None
    ftp_rate: int | None = None
    rate_type: str | None = "FIXED"
    spread_bp: int | None = None
    day_count: str | None = "ACT365"
    ftp_date: int | None = None
    maturity_date: int | None = None
    close_date: int | None = None
    status: str = "ACTIVE"
    joint_flag: bool = False
    account_no_masked: str = ""
    source_key: str = ""
    source_system: str = "CORE"


@dataclass(slots=True)
class Cash:
    """How a deposit account lives. Money in cents of its currency, flows per month.

    `level` is the balance aimed at by the end of history, `growth` the yearly factor - 1 that leads there,
    `vol` the noise. `path` (one value per month-end, first = opening) replaces all three. `settle` are
    credits from others; `salary` comes on `pay_day`. Without `steer` nothing pulls the balance to an aim.
    On the day `closes` everything is paid out.
    """

    account: Account
    level: int
    person: bool
    growth: float = 0.06
    vol: float = 0.08
    settle: int = 0
    credits: float = 1.0
    debits: float = 1.0
    salary: int = 0
    pay_day: int = 0
    staff: bool = False
    fee: int = 0
    steer: bool = True
    closes: int | None = None
    term: bool = False
    tenor: int = 0
    path: Path64 | None = None


@dataclass(slots=True)
class Position:
    """A holding in an investment account: market value aimed at, as in `Cash`; `fee` in cents per month."""

    account: Account
    instrument: int
    level: int
    growth: float = 0.05
    vol: float = 0.03
    fee: int = 0
    path: Path64 | None = None


@dataclass(slots=True)
class Unit:
    """A client unit as the bank sees it. `klass` is what it was planted as: HQ BRANCH KEY SMALL, ULTRA ...

    `named`: the bank gave it a number. `listed`: its members come from the approved list. `quiet`: told, so
    its approval is told, not drawn. `silent`: nobody visits. `decided`: it is on the approved list.
    """

    unit_id: str
    kind: str
    klass: str
    root: Party
    members: list[Party]
    named: bool = True
    lead: str = ""
    quiet: bool = False
    silent: bool = False
    listed: bool = False
    decided: bool = False


@dataclass(slots=True)
class Planned:
    """A booking decided in advance. `free` ones move the balance away from its aim; others are evened out."""

    day: int
    account: int
    cents: int
    kind: str
    other: int = -1
    internal: bool = False
    free: bool = False
    text: str = ""
    late: int = 0


@dataclass(slots=True)
class State:
    """Rows of the state tables and of small event tables: (as_of day, change type, row)."""

    rows: dict[str, list[tuple[int, str, Any]]] = field(default_factory=dict)

    def put(self, table: str, as_of: int, row: Any, change: str = "I") -> None:
        """Record one row (a mapping, or an object with the columns as attributes)."""
        self.rows.setdefault(table, []).append((as_of, change, row))


class Bank:
    """Everything planned so far; the builders fill it, the monthly engine reads it."""

    def __init__(self, seed: int, time: Timeline) -> None:
        self.seed, self.time = seed, time
        self.state = State()
        self.parties: list[Party] = []
        self.accounts: list[Account] = []
        self.cash: list[Cash] = []
        self.positions: list[Position] = []
        self.units: list[Unit] = []
        self.planned: list[Planned] = []
        self.by_party: dict[str, list[Account]] = {}
        self.series: dict[str, int] = {}
        self.edits: list[tuple[int, Party | Account, dict[str, Any]]] = []

    def next_id(self, prefix: str) -> str:
        """Return the next number of a series such as ``G00001``."""
        self.series[prefix] = self.series.get(prefix, 0) + 1
        return f"{prefix}{self.series[prefix]:05d}"

    def count(self, table: str) -> int:
        """Return how many rows a state table has so far."""
        return len(self.state.rows.get(table, ()))

    def dice(self, *names: object) -> Dice:
        """Return a buffered stream of its own for one subject."""
        return Dice(self.seed, *names)

    def accounts_of(self, parties: Iterable[Party]) -> list[Account]:
        """Return the accounts of some parties."""
        return [account for party in parties for account in self.by_party.get(party.party_id, [])]

    def edit(self, day: int, row: Party | Account, **changes: Any) -> None:
        """Note that a party or account changes on a day; `settle_edits` turns the notes into U rows."""
        self.edits.append((day, row, changes))

    def settle_edits(self) -> None:
        """Apply all noted changes in order of time: one U row per row and day, each on top of the earlier."""
        newest: dict[int, Any] = {}
        order = sorted(range(len(self.edits)), key=lambda place: (self.edits[place][0], place))
        pending: dict[tuple[int, int], Any] = {}
        for place in order:
            when, row, changes = self.edits[place]
            current = replace(newest.get(id(row), row), **changes)
            newest[id(row)] = pending[when, id(row)] = current
        for (when, _), row in pending.items():
            self.state.put("party" if isinstance(row, Party) else "account", when, row, "U")

    def born(self, number: int) -> int:
        """Return the day itself, or the next one where it is the missing day of the demo."""
        return number + 1 if number == MISSING.toordinal() - EPOCH else number

    def since(self, day: int | None) -> int:
        """Return the day a fact of `day` is delivered: at the earliest with the initial stock."""
        return max(self.time.first, day or 0)
