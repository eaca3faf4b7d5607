"""The core measures by polars and by pandas: 12-month average, settlement, number of transactions.

Money is float64 here, as is usual in data frames; the product adds up decimals and whole cents.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from jinlan.lake.features.asof import fx_table
from jinlan.lake.features.session import AUM_FAMILIES
from jinlan.lake.features.windows import CARRY, windows_of
from jinlan.site.bench.bank import Lake

FLOW = ("account_id", "booking_date", "amount", "currency", "credit_debit_ind", "txn_type", "status", "is_internal",
        "is_reversal", "counterparty_account_masked_hash")  # fmt: skip
ACCOUNT = (
    "account_id",
    "party_id",
    "product_code",
    "open_date",
    "as_of_date",
    "change_type",
    "account_no_masked_hash",
)


def weights(days: Sequence[date], first: date, last: date) -> dict[date, int]:
    """Return for each delivered day how many days of first..last its balances stand for."""
    ordered, found = sorted(days), Counter[date]()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        place = bisect_right(ordered, day)
        if place and (day - ordered[place - 1]).days <= CARRY:
            found[ordered[place - 1]] += 1
    return dict(found)


def files(lake: Lake, name: str, first: date | None = None, last: date | None = None) -> list[str]:
    """Return the files of the months from `first` to `last`."""
    found = []
    for uri in lake.view().files(name):
        month = uri.partition("month=")[2][:7]
        if (first is None or month >= f"{first:%Y-%m}") and (last is None or month <= f"{last:%Y-%m}"):
            found.append(uri.removeprefix("file://"))
    return found


def rates(lake: Lake, first: date, last: date) -> pa.Table:
    """Return (ccy, day, rate_e8), the base currency included."""
    view = lake.view()
    table = fx_table(view, "CNY", first, last)
    view.close()
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    base = {"ccy": ["CNY"] * len(days), "day": days, "rate_e8": [10**8] * len(days)}
    return pa.concat_tables([table, pa.table(base).select(table.column_names).cast(table.schema)])


def by_polars(lake: Lake, day: date) -> dict[str, float]:
    """Return the totals of the core measures."""
    import polars as pl

    first = windows_of(day).year[0]
    products = pl.scan_parquet(files(lake, "product")).select("product_code", "family").unique("product_code")
    merges = pl.scan_parquet(files(lake, "party_merge")).filter(pl.col("effective_date") <= day)
    accounts = (
        pl.scan_parquet(files(lake, "account")).select(ACCOUNT).filter(pl.col("as_of_date") <= day)
        .sort("as_of_date").unique("account_id", keep="last").filter(pl.col("open_date") <= day)
        .join(products, on="product_code", how="left")
        .join(merges.select("new_party_id", party_id="old_party_id"), on="party_id", how="left")
        .with_columns(party_id=pl.coalesce("new_party_id", "party_id")).collect().lazy()
    )  # fmt: skip
    start = first - timedelta(days=CARRY)
    rows = pl.scan_parquet(files(lake, "balance_daily", start, day)).select(
        "account_id", "as_of_date", "balance_base"
    )
    days = rows.select("as_of_date").unique().collect()["as_of_date"].to_list()
    weight = weights(days, first, day)
    table = pl.LazyFrame({"as_of_date": list(weight), "weight": list(weight.values())})
    averages = (
        rows.join(table, on="as_of_date").join(accounts.filter(pl.col("family").is_in(AUM_FAMILIES)), on="account_id")
        .group_by("party_id").agg(total=(pl.col("balance_base").cast(pl.Float64) * pl.col("weight")).sum()).collect()
    )  # fmt: skip
    volume, count = _polars_flows(pl, lake, accounts, first, day)
    return {
        "average": averages["total"].sum() / ((day - first).days + 1),
        "settlement": volume,
        "count": count,
    }


def _polars_flows(pl: Any, lake: Lake, accounts: Any, first: date, day: date) -> tuple[float, float]:
    back = pl.col("is_reversal").fill_null(value=False)
    credit, debit = pl.col("credit_debit_ind") == "CRDT", pl.col("credit_debit_ind") == "DBIT"
    amount = pl.col("amount").cast(pl.Float64) * pl.col("rate_e8") / 1e8
    others = accounts.select("account_no_masked_hash", other_party="party_id").unique(
        "account_no_masked_hash"
    )
    found = (
        pl.scan_parquet(files(lake, "transaction", first)).select(FLOW)
        .filter(pl.col("booking_date").is_between(first, day), pl.col("status") == "BOOK",
                ~pl.col("is_internal").fill_null(value=False), ~pl.col("txn_type").is_in(["FEE", "INTEREST"]))
        .join(accounts.select("account_id", "party_id"), on="account_id")
        .join(others, left_on="counterparty_account_masked_hash", right_on="account_no_masked_hash", how="left")
        .join(pl.from_arrow(rates(lake, first, day)).lazy(), left_on=["currency", "booking_date"], right_on=["ccy", "day"],
              how="left")
        .with_columns(credit=pl.when(pl.col("other_party").eq_missing(pl.col("party_id"))).then(0.0)
                      .when(credit & ~back).then(amount).when(debit & back).then(-amount).otherwise(0.0))
        .group_by("party_id").agg(volume=pl.col("credit").sum(), n=(~back).sum()).collect()
    )  # fmt: skip
    return found["volume"].sum(), float(found["n"].sum())


def by_pandas(lake: Lake, day: date) -> dict[str, float]:
    """Return the totals of the core measures; only the needed columns and days are read."""
    first = windows_of(day).year[0]
    products = _frame(files(lake, "product"), ("product_code", "family")).drop_duplicates("product_code")
    accounts = _frame(files(lake, "account"), ACCOUNT)
    accounts = (
        accounts[accounts.as_of_date <= day]
        .sort_values("as_of_date")
        .drop_duplicates("account_id", keep="last")
    )
    accounts = accounts[accounts.open_date <= day].merge(products, on="product_code", how="left")
    merges = _frame(files(lake, "party_merge"), ("old_party_id", "new_party_id", "effective_date"))
    merges = merges[merges.effective_date <= day].set_index("old_party_id").new_party_id
    accounts["party_id"] = accounts.party_id.map(merges).fillna(accounts.party_id)
    start = first - timedelta(days=CARRY)
    rows = _frame(files(lake, "balance_daily", start, day), ("account_id", "as_of_date", "balance_base"))
    weight = weights(list(rows.as_of_date.unique()), first, day)
    rows["total"] = rows.balance_base * rows.as_of_date.map(weight).fillna(0)
    rows = rows.merge(accounts[accounts.family.isin(AUM_FAMILIES)], on="account_id")
    average = rows.groupby("party_id").total.sum().sum() / ((day - first).days + 1)
    volume, count = _pandas_flows(lake, accounts, first, day)
    return {"average": float(average), "settlement": volume, "count": count}


def _pandas_flows(lake: Lake, accounts: Any, first: date, day: date) -> tuple[float, float]:
    wanted = (
        (ds.field("booking_date") >= first)
        & (ds.field("booking_date") <= day)
        & (ds.field("status") == "BOOK")
    )
    rows = _frame(files(lake, "transaction", first), FLOW, wanted)
    rows = rows[~rows.is_internal.fillna(value=False).astype(bool) & ~rows.txn_type.isin(["FEE", "INTEREST"])]
    rows = rows.merge(accounts[["account_id", "party_id"]], on="account_id")
    others = accounts.dropna(subset="account_no_masked_hash").drop_duplicates("account_no_masked_hash")
    names = others.set_index("account_no_masked_hash").party_id
    rows["other"] = rows.counterparty_account_masked_hash.map(names)
    fx = rates(lake, first, day).to_pandas(date_as_object=True)
    rows = rows.merge(fx, left_on=["currency", "booking_date"], right_on=["ccy", "day"], how="left")
    back = rows.is_reversal.fillna(value=False).astype(bool)
    credit = rows.credit_debit_ind == "CRDT"
    counts = (credit != back) & (rows.other != rows.party_id)
    signed = rows.amount.where(credit, -rows.amount) * rows.rate_e8 / 1e8
    rows["credit"], rows["own"] = signed.where(counts, 0.0), ~back
    sums = rows.groupby("party_id")[["credit", "own"]].sum()
    return float(sums.credit.sum()), float(sums.own.sum())


def _frame(paths: list[str], columns: Sequence[str], wanted: Any = None) -> Any:
    """Read columns into pandas: decimals as floats, as pandas has none."""
    table = ds.dataset(paths, format="parquet").to_table(columns=list(columns), filter=wanted)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(pa.float64()))
    return table.to_pandas()
