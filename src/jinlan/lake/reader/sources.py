"""Which rows of the lake stand behind each measure of the catalogue, for given parties on a date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features.flows import POSTINGS
from jinlan.lake.features.session import AUM_FAMILIES
from jinlan.lake.features.windows import CARRY, DAY, Windows, windows_of
from jinlan.lake.view import LakeView

DEPOSITS = ("DEPOSIT",)
_BALANCE = (
    "as_of_date",
    "party_id",
    "account_id",
    "product_code",
    "currency",
    "closing_balance",
    "balance_base",
)
_ENTRY = ("booking_date", "as_of_date", "party_id", "account_id", "txn_id", "credit_debit_ind", "txn_type", "channel",
          "currency", "amount", "is_reversal", "value")  # fmt: skip
_LOAN = ("party_id", "loan_id", "account_id", "currency", "principal", "outstanding", "dpd", "overdue_principal",
         "overdue_interest", "overdue", "five_tier", "start_date", "maturity_date", "as_of_date")  # fmt: skip
_ACCOUNT = ("party_id", "account_id", "product_code", "family", "currency", "status", "open_date", "close_date",
            "maturity_date", "interest_rate", "ftp_rate", "as_of_date")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one lake table; `value` is the column that adds up to the figure, `currency` its currency's column."""

    table: str
    rows: Table
    columns: tuple[str, ...]
    order: tuple[str, ...]
    value: str = ""
    currency: str = ""
    note: str = ""


class Asked:
    """The parties of a question inside a view: their accounts, their rows; `peers` only for own-account transfers."""

    def __init__(
        self, view: LakeView, as_of: date, parties: tuple[str, ...], peers: tuple[str, ...] = ()
    ) -> None:
        """Take parties that the scope has already let through; numbers merged into them belong to them."""
        self.view, self.as_of = view, as_of
        self.parties = view.with_merged(parties, as_of)
        self.peers = view.with_merged((*parties, *peers), as_of)
        self.windows: Windows = windows_of(as_of)

    def of_parties(self, rows: Table) -> Table:
        """Keep the rows of the asked parties."""
        return rows.filter(rows.party_id.isin(self.parties))

    @cached_property
    def accounts(self) -> Table:
        """Every account of the parties as of the date, with the family of its product (few: read once)."""
        return ibis.memtable(self.view.connect().to_pyarrow(self._accounts(self.parties)))

    def _accounts(self, parties: list[str]) -> Table:
        rows = self.view.state("account", self.as_of)
        rows = rows.filter(rows.party_id.isin(parties))
        if not self.view.has("product"):
            return rows.mutate(family=ibis.literal(""))
        products = self.view.state("product", self.as_of).select("product_code", "family")
        joined = rows.left_join(products, "product_code")
        return joined.select(*rows.columns, family=joined.family.fill_null(""))

    def open_accounts(self) -> Table:
        """Accounts that are not closed on the date."""
        rows = self.accounts
        return rows.filter(rows.status != "CLOSED", rows.close_date.isnull() | (rows.close_date > self.as_of))

    def balances(self, first: date, last: date, families: tuple[str, ...]) -> Table:
        """Balance rows of the parties' accounts of these families, day by day."""
        rows = self.view.snapshots("balance_daily", first, last)
        mine = self.accounts.filter(self.accounts.family.isin(families))
        mine = mine.select("account_id", "party_id", "product_code", "currency")
        return rows.inner_join(mine, "account_id").select(*_BALANCE)

    def balance_day(self) -> date | None:
        """The newest delivered day not later than the date, None when too old to be carried forward."""
        rows = self.view.snapshots("balance_daily", self.as_of - DAY * CARRY, self.as_of)
        found = self.view.connect().to_pyarrow(rows.as_of_date.max()).as_py()
        return found if isinstance(found, date) else None

    def entries(self, first: date, last: date) -> Table:
        """Client-initiated booked entries: neither internal nor interest nor fees."""
        rows = self.view.events("transaction", first, last)
        mine = self.accounts.select("account_id", "party_id")
        rows = rows.filter(
            rows.status == "BOOK",
            ~rows.is_internal.fill_null(ibis.literal(False)),
            rows.txn_type.notin(POSTINGS),
        )
        return rows.mutate(is_reversal=rows.is_reversal.fill_null(ibis.literal(False))).inner_join(
            mine, "account_id"
        )

    def settlement(self, first: date, last: date) -> Table:
        """Credits that count as settlement, reversals of credits taken off, without transfers inside the unit."""
        rows = self.entries(first, last)
        rows = rows.filter((rows.credit_debit_ind == "CRDT") != rows.is_reversal)
        own = self._accounts(self.peers)
        own = (
            own.filter(own.account_no_masked_hash.notnull())
            .select(own_hash="account_no_masked_hash")
            .distinct()
        )
        rows = rows.anti_join(own, rows.counterparty_account_masked_hash == own.own_hash)
        return rows.mutate(value=ibis.ifelse(rows.credit_debit_ind == "CRDT", rows.amount, -rows.amount))

    def activity(self, first: date, last: date) -> Table:
        """Entries that count as activity, in both directions."""
        rows = self.entries(first, last)
        return rows.filter(~rows.is_reversal).mutate(value=rows.amount)

    def loans(self) -> Table:
        """Loans of the parties as of the date."""
        rows = self.of_parties(self.view.state("loan", self.as_of))
        return rows.mutate(overdue=rows.overdue_principal.fill_null(0) + rows.overdue_interest.fill_null(0))


def _point(asked: Asked, families: tuple[str, ...] = AUM_FAMILIES) -> Iterator[Source]:
    day = asked.balance_day()
    if day is None:
        return
    note = "" if day == asked.as_of else f"{asked.as_of} 没有供数,沿用 {day} 的余额。"
    yield Source("balance_daily", asked.balances(day, day, families), _BALANCE, ("-balance_base",), "balance_base",
                 note=note)  # fmt: skip


def _average(
    window: Callable[[Windows], tuple[date, date]], families: tuple[str, ...] = AUM_FAMILIES
) -> _Maker:
    def make(asked: Asked) -> Iterator[Source]:
        first, last = window(asked.windows)
        yield Source(
            "balance_daily", asked.balances(first, last, families), _BALANCE, ("-as_of_date", "-balance_base"),
            "balance_base", note=f"{first} 至 {last} 每日余额;合计除以自然日数即日均(缺日沿用前一日)。",
        )  # fmt: skip

    return make


def _loans(value: str) -> _Maker:
    def make(asked: Asked) -> Iterator[Source]:
        if asked.view.has("loan"):
            yield Source(
                "loan",
                asked.loans(),
                _LOAN,
                (f"-{value}",),
                value if value != "five_tier" else "",
                "currency",
            )

    return make


def _financing(asked: Asked) -> Iterator[Source]:
    yield from _loans("outstanding")(asked)
    if asked.view.has("off_balance"):
        rows = asked.of_parties(asked.view.state("off_balance", asked.as_of))
        rows = rows.filter(rows.expiry_date.isnull() | (rows.expiry_date >= asked.as_of))
        columns = (
            "party_id",
            "instrument_id",
            "facility_id",
            "type",
            "currency",
            "amount",
            "expiry_date",
            "as_of_date",
        )
        yield Source("off_balance", rows, columns, ("-amount",), "amount", "currency")


def _net_assets(asked: Asked) -> Iterator[Source]:
    yield from _point(asked)
    yield from _loans("outstanding")(asked)


def _growth(asked: Asked) -> Iterator[Source]:
    for window in (lambda each: each.month, lambda each: each.base):
        yield from _average(window)(asked)


def _settlement(asked: Asked) -> Iterator[Source]:
    rows = asked.settlement(*asked.windows.year)
    yield Source("transaction", rows, _ENTRY, ("-booking_date", "txn_id"), "value", "currency",
                 note="已剔除本户互转、内部转账、利息与费用;冲正记为负数。")  # fmt: skip


def _activity(asked: Asked) -> Iterator[Source]:
    rows = asked.activity(*asked.windows.year)
    yield Source("transaction", rows, _ENTRY, ("-booking_date", "txn_id"))


def _revenue(asked: Asked) -> Iterator[Source]:
    first, last = asked.windows.year
    if asked.view.has("fee"):
        rows = asked.of_parties(asked.view.events("fee", first, last))
        rows = rows.mutate(value=rows.amount - rows.vat_amount.fill_null(0))
        columns = (
            "booking_date",
            "party_id",
            "account_id",
            "product_code",
            "fee_id",
            "ccy",
            "amount",
            "vat_amount",
            "value",
        )
        yield Source(
            "fee",
            rows,
            columns,
            ("-booking_date", "fee_id"),
            "value",
            "ccy",
            "手续费,value 为不含增值税金额。",
        )
    rows = asked.accounts.filter(asked.accounts.ftp_rate.notnull())
    yield Source(
        "account", rows, _ACCOUNT, ("account_id",), note="利差 = 日均余额 ×(FTP 价格与客户利率之差)。"
    )
    yield from _average(lambda each: each.year, (*DEPOSITS, "LOAN"))(asked)


def _families(asked: Asked) -> Iterator[Source]:
    yield Source("account", asked.open_accounts(), _ACCOUNT, ("family", "account_id"))


def _tenure(asked: Asked) -> Iterator[Source]:
    yield Source("account", asked.accounts, _ACCOUNT, ("open_date", "account_id"))


def _limits(value: str) -> _Maker:
    def make(asked: Asked) -> Iterator[Source]:
        rows = asked.of_parties(asked.view.state("facility", asked.as_of))
        rows = rows.filter(
            rows.status == "ACTIVE", rows.parent_facility_id.isnull(),
            rows.start_date.isnull() | (rows.start_date <= asked.as_of),
            rows.expiry_date.isnull() | (rows.expiry_date >= asked.as_of),
        )  # fmt: skip
        columns = ("party_id", "facility_id", "type", "currency", "approved_amount", "used_amount", "start_date",
                   "expiry_date", "status", "as_of_date")  # fmt: skip
        yield Source("facility", rows, columns, (f"-{value}",), value, "currency")

    return make


def _maturity(asked: Asked) -> Iterator[Source]:
    rows = asked.open_accounts()
    yield Source("account", rows.filter(rows.maturity_date >= asked.as_of), _ACCOUNT, ("maturity_date",))
    if asked.view.has("loan"):
        loans = asked.loans()
        due = loans.filter(loans.outstanding > 0, loans.maturity_date >= asked.as_of)
        yield Source("loan", due, _LOAN, ("maturity_date",))


def _volumes(value: str) -> _Maker:
    def make(asked: Asked) -> Iterator[Source]:
        rows = asked.of_parties(asked.view.events("partner_volume", *asked.windows.year))
        columns = (
            "booking_date",
            "party_id",
            "volume_id",
            "joint_volume",
            "revenue_share",
            "referrals",
            "ccy",
        )
        yield Source(
            "partner_volume", rows, columns, ("-booking_date",), value, "" if value == "referrals" else "ccy"
        )

    return make


_Maker = Callable[[Asked], Iterator[Source]]
MAKERS: dict[str, _Maker] = {
    "aum": _point,
    "net_financial_assets": _net_assets,
    "aum_avg_month": _average(lambda each: each.month),
    "aum_avg_ytd": _average(lambda each: each.ytd),
    "aum_avg_12m": _average(lambda each: each.year),
    "deposit_avg_12m": _average(lambda each: each.year, DEPOSITS),
    "aum_growth_12m": _growth,
    "loan": _loans("outstanding"),
    "fpa": _financing,
    "settlement_12m": _settlement,
    "txn_count_12m": _activity,
    "recency_days": _activity,
    "revenue_12m": _revenue,
    "product_families": _families,
    "tenure_years": _tenure,
    "limit": _limits("approved_amount"),
    "limit_used": _limits("used_amount"),
    "overdue": _loans("overdue"),
    "next_maturity": _maturity,
    "five_tier_worst": _loans("five_tier"),
    "joint_volume_12m": _volumes("joint_volume"),
    "referrals_12m": _volumes("referrals"),
    "revenue_share_12m": _volumes("revenue_share"),
    "rfm": _activity,
}
