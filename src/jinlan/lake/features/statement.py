"""The lines of the profitability statement (客户综合收益表) by account and calendar month, in cents of base currency (02 §2.1).

Every line is rounded once, half up, for one account and month, as a ledger posts it: accounts, parties, units and months then add up
without a remainder, and so does the whole bank against its general ledger. Interest is the client's, `transfer` what treasury charges
for a loan or pays for a deposit: the margin of a loan is interest - transfer, that of a deposit transfer - interest. `capital` is what
is bound in a year: Σ of days ÷ 365, so twelve months add up to the year's average.
"""

from __future__ import annotations

from functools import reduce

import ibis
import pyarrow as pa

from jinlan.basics.register import rule
from jinlan.lake.engines import Table
from jinlan.lake.features import asof, exact, transfer
from jinlan.lake.features.balances import account_slices
from jinlan.lake.features.lines import DEPOSIT, FLAGS, KEYS, LINES, LOAN, OTHER
from jinlan.lake.features.session import Session
from jinlan.lake.features.windows import Months

NEEDS = ("account", "product", "balance_daily")
YEAR = 365
THIRTY = "30360"
FX_FAMILY = "FX"
_RATES = (
    "party_id",
    "currency",
    "interest_rate",
    "rate_type",
    "day_count",
    "ftp_rate",
    "ftp_date",
    "maturity_date",
)


def account_months(session: Session) -> pa.Table:
    """Return (month, KEYS, LINES, FLAGS), ordered, of a session whose plan is `Months`.

    What belongs to no account (activities, fees of a party) has account "". Party numbers are those that stand at the month's end.
    A line whose table the bank does not deliver is 0 in every row; `absent` names the tables.
    """
    if not isinstance(session.plan, Months):
        raise TypeError("a statement is made of whole months")
    parts = [_deposits(session)]
    parts += [_loans(session)] if session.has("loan") else []
    parts += [_fees(session)] if session.has("fee") else []
    parts += [_activities(session)] if session.has("activity_count", "unit_cost") else []
    rows = reduce(lambda left, right: ibis.union(left, right, distinct=False), parts)
    rows = rows.join(session.slices, "slice")
    rows = rows.select(as_of=rows["last"], month=rows["first"], **{one: rows[one] for one in (*KEYS, *LINES, *FLAGS)})  # fmt: skip
    rows = asof.resolve(rows, _merges(session))
    rows = _with_products(session, rows)
    grouped = rows.group_by("month", *KEYS).aggregate(
        **{name: rows[name].sum().cast("int64") for name in LINES},
        **{name: rows[name].max() for name in FLAGS},
    )
    return session.con.to_pyarrow(grouped.order_by("month", *KEYS))


def absent(session: Session) -> tuple[str, ...]:
    """Return the tables without which a line of the statement is not known."""
    return tuple(
        name for name in (*NEEDS, "loan", "fee", "activity_count", "unit_cost") if not session.has(name)
    )


def _merges(session: Session) -> Table | None:
    rows = asof.merges_table(session.view, session.plan.dates)
    return session.keep("merges", rows) if rows.num_rows else None


def _with_products(session: Session, rows: Table) -> Table:
    """Give every row of an account the product that the account has now, and the side of the books on which it stands."""
    known = session.account_versions
    newest = known.group_by("account_id").aggregate(
        now=known.product_code.argmax(known.known_from), family=known.family.argmax(known.known_from)
    )
    joined = rows.left_join(newest, rows.account_id == newest.account_id)
    product = ibis.coalesce(joined.now, joined.product_code)
    side = ibis.ifelse(joined.family.isin((LOAN, DEPOSIT)), joined.family, joined.side)
    return joined.mutate(product_code=product, side=side).select(*rows.columns)


def _part(rows: Table, side: str, **values: Table) -> Table:
    """Bring a part into the shape that all parts share; lines that it does not speak of are 0."""
    zero = ibis.literal(0)
    words = {
        name: values.get(name, ibis.literal("")).fill_null("") for name in ("account_id", "product_code")
    }
    lines = {name: values.get(name, zero).cast("int64") for name in LINES}
    flags = {name: values.get(name, zero).cast("int8") for name in FLAGS}
    return rows.select("slice", "party_id", **words, side=ibis.literal(side), **lines, **flags)


def _in_base(money: Table, rate: Table) -> Table:
    """Return money (2 decimals) as whole cents of base currency at a rate of `Session.rated`."""
    return exact.div_half_up(exact.cents(money.fill_null(0)) * rate, exact.big(exact.E8))


def _rules(session: Session) -> Table:
    """Return the months with the rules in force on the last day of each: a rule that changes leaves the months before as they were."""
    codes = {"lpr": "VALUE.FTP.LPR", "shibor": "VALUE.FTP.SHIBOR"}
    days = {
        name: [int(rule(code, one.last).value) for one in session.plan.slices] for name, code in codes.items()
    }
    ratio = [int(rule("VALUE.CAPITAL.RATIO", one.last).value * exact.E8) for one in session.plan.slices]
    held = session.keep(
        "value_rules", pa.table({"slice": session.plan.slice_table()["slice"], **days, "ratio": ratio})
    )
    return session.slices.join(held, "slice")


def _spells(session: Session, name: str, versions: Table) -> Table:
    """Return the versions by month with `days` in force, `rate` and `price` (the client's and treasury's, 1e-8), `unpriced`.

    `versions` has the columns _RATES, starts and ends (exclusive), and opened: the day on which the contract was priced.
    """
    slices = _rules(session)
    rows = slices.join(versions, [versions.starts <= slices["last"], versions.ends > slices["first"]])
    after = ibis.least(rows.ends, rows["last"] + ibis.interval(days=1))
    days = after.delta(ibis.greatest(rows.starts, rows["first"]), unit="day")
    term = rows.maturity_date.delta(rows.opened, unit="day").cast("int64")
    floating = ibis.cases(
        (rows.rate_type == "LPR", rows.lpr), (rows.rate_type == "SHIBOR", rows.shibor), else_=term
    )
    kept = session.keep(f"{name}_spells", rows.mutate(
        days=days, rate=exact.e8(rows.interest_rate), delivered=exact.e8(rows.ftp_rate),
        tenor=ibis.coalesce(ibis.least(term, floating), transfer.NO_MATURITY),
        priced_on=ibis.ifelse(rows.maturity_date.isnull(), rows["first"], ibis.coalesce(rows.ftp_date, rows.opened)),
    ))  # fmt: skip
    return _priced(session, name, kept.filter(kept.days > 0))


def _priced(session: Session, name: str, rows: Table) -> Table:
    """Add the transfer price: the delivered one, else that of the funding curve.

    What cannot be priced earns no margin: its price is then the client's own rate, so that its interest still meets the ledger.
    """
    lacking = rows.filter(rows.delivered.isnull()).select("currency", "priced_on", "tenor").distinct()
    wanted = session.con.to_pyarrow(lacking).to_pylist()
    curves = transfer.curves_of(session.view, session.plan.last) if wanted else {}
    made = transfer.price_table(curves, ((one["currency"], one["priced_on"], one["tenor"]) for one in wanted))
    prices = session.keep(f"{name}_prices", made)
    same = [rows.currency == prices.ccy, rows.priced_on == prices.on, rows.tenor == prices.days]
    joined = rows.left_join(prices, same)
    price = ibis.coalesce(joined.delivered, joined.price_e8.cast(exact.BIG))
    rate, unpriced = rows.rate.fill_null(exact.big(0)), price.isnull() | rows.rate.isnull()
    kept = {one: rows[one] for one in rows.columns if one != "rate"}
    return joined.select(**kept, rate=rate, price=ibis.ifelse(unpriced, rate, price), unpriced=unpriced)


def _basis(rows: Table) -> tuple[Table, Table]:
    """Return by what a Σ of balance × days × rate is multiplied and divided to be interest: days of the year, and months of thirty days."""
    count = rows.day_count.fill_null("")
    thirty = count == THIRTY
    in_month = rows["last"].delta(rows["first"], unit="day") + 1
    year = ibis.ifelse(thirty | (count == "ACT360"), 360, YEAR)
    return exact.big(ibis.ifelse(thirty, 30, 1)), exact.big(year) * exact.big(
        ibis.ifelse(thirty, in_month, 1)
    )


def _deposits(session: Session) -> Table:
    """A balance is known day by day, its rates by version: a change inside the month counts by its days."""
    versions = session.account_versions
    versions = versions.filter(versions.family == DEPOSIT).select(
        "account_id", *_RATES, starts=ibis.greatest(versions.lives_from, versions.open_date),
        ends=ibis.least(versions.known_to, versions.gone), opened=versions.open_date, since=versions.known_from,
    )  # fmt: skip
    spells = _spells(session, "deposit", versions)
    terms = spells.group_by("account_id", "slice", "first", "last").aggregate(
        party_id=spells.party_id.argmax(spells.since), day_count=spells.day_count.argmax(spells.since),
        days=spells.days.sum(), rate=(spells.rate * exact.big(spells.days)).sum().cast(exact.BIG),
        price=(spells.price * exact.big(spells.days)).sum().cast(exact.BIG), unpriced=spells.unpriced.any(),
    )  # fmt: skip
    totals = account_slices(session, (DEPOSIT,)).select("account_id", "slice", "total")
    rows = terms.join(totals, ["account_id", "slice"])
    rows = rows.filter(rows.total != 0)
    scale, year = _basis(rows)
    whole = exact.big(rows.total) * scale
    over = year * exact.big(rows.days) * exact.big(exact.E8)
    return _part(
        rows, DEPOSIT, account_id=rows.account_id, balance_days=rows.total, unpriced=rows.unpriced,
        interest=exact.div_half_up(whole * rows.rate, over), transfer=exact.div_half_up(whole * rows.price, over),
    )  # fmt: skip


def _loans(session: Session) -> Table:
    """A loan is known by its versions: what is owed, at which rates, with which risk; each counts for its days."""
    amounts = ("outstanding", "ead", "rwa")
    found = asof.validity(
        session.view, "loan", ("account_id", *_RATES, "start_date", *amounts, "pd", "lgd"), session.plan.last
    )
    found = found.mutate(starts=found.known_from, ends=found.known_to, opened=found.start_date)
    spells = _spells(session, "loan", found)
    lacks = spells.mutate(
        no_weight=spells.rwa.isnull(), no_risk=spells.pd.isnull() | spells.lgd.isnull() | spells.ead.isnull()
    )
    rows = session.rated(lacks, "currency", "last")
    rows = rows.mutate(**{name: _in_base(rows[name], rows.fx_e8) for name in amounts})
    days, none = exact.big(rows.days), exact.big(0)
    owed = rows.outstanding * days
    weight = ibis.ifelse(rows.no_weight, rows.outstanding, rows.rwa) * days
    risk = ibis.ifelse(rows.no_risk, none, exact.e8(rows.pd) * exact.e8(rows.lgd)) * rows.ead * days
    grouped = rows.group_by("account_id", "party_id", "slice", "first", "last", "day_count", "ratio").aggregate(
        owed=owed.sum().cast(exact.BIG), weight=weight.sum().cast(exact.BIG), risk=risk.sum().cast(exact.BIG),
        charged=(owed * rows.rate).sum().cast(exact.BIG), transfer=(owed * rows.price).sum().cast(exact.BIG),
        unpriced=(rows.unpriced & (rows.outstanding != 0)).any(), unrated=rows.unrated.any(),
        unrisked=(rows.no_risk & (rows.outstanding != 0)).any(), assumed=(rows.no_weight & (rows.outstanding != 0)).any(),
    )  # fmt: skip
    scale, year = _basis(grouped)
    over = year * exact.big(exact.E8)
    of_year = exact.big(YEAR) * exact.big(exact.E8)
    return _part(
        grouped, LOAN, account_id=grouped.account_id, balance_days=grouped.owed,
        interest=exact.div_half_up(grouped.charged * scale, over), transfer=exact.div_half_up(grouped.transfer * scale, over),
        expected_loss=exact.div_half_up(grouped.risk, of_year * exact.big(exact.E8)),
        capital=exact.div_half_up(grouped.weight * exact.big(grouped.ratio), of_year),
        **{name: grouped[name] for name in FLAGS},
    )  # fmt: skip


def _fees(session: Session) -> Table:
    """Fees as booked, VAT inside; those of foreign exchange are its spread, which is another line."""
    plan, products, days = session.plan, session.products, session.days
    rows = session.view.events("fee", plan.flows_from, plan.last)
    rows = rows.select(
        "party_id", "account_id", "product_code", "booking_date", "ccy", "amount", vat=rows.vat_amount
    )
    rows = session.rated(rows, "ccy", "booking_date")
    rows = rows.mutate(amount=_in_base(rows.amount, rows.fx_e8), vat=_in_base(rows.vat, rows.fx_e8))
    rows = rows.left_join(products, rows.product_code == products.product_code).select(
        *rows.columns, "family"
    )
    rows = rows.join(days, rows.booking_date == days.day)
    none, spread = exact.big(0), rows.family.fill_null("") == FX_FAMILY
    of_account = ibis.ifelse(rows.account_id.isnull(), rows.product_code, ibis.literal(""))
    grouped = rows.group_by("slice", "party_id", account=rows.account_id.fill_null(""), product=of_account).aggregate(
        fees=ibis.ifelse(~spread & (rows.amount > 0), rows.amount, none).sum().cast(exact.BIG),
        fee_expense=ibis.ifelse(~spread & (rows.amount < 0), -rows.amount, none).sum().cast(exact.BIG),
        other=ibis.ifelse(spread, rows.amount, none).sum().cast(exact.BIG),
        vat=rows.vat.sum().cast(exact.BIG), unrated=rows.unrated.any(),
    )  # fmt: skip
    lines = {name: grouped[name] for name in ("fees", "fee_expense", "other", "vat", "unrated")}
    return _part(grouped, OTHER, account_id=grouped.account, product_code=grouped["product"], **lines)


def _activities(session: Session) -> Table:
    """What was done for a party × what one such activity costs at practical capacity; unused capacity is nobody's."""
    # Counts and costs of a month are delivered after it: what the load knows speaks.
    counts = asof.validity(session.view, "activity_count", ("count",), asof.FOREVER)
    prices = asof.validity(session.view, "unit_cost", ("unit_cost", "ccy"), asof.FOREVER)
    counts, prices = (one.filter(one.known_to == asof.FOREVER) for one in (counts, prices))
    slices = session.slices
    months = slices.mutate(period=slices["first"].strftime("%Y-%m"))
    rows = counts.join(months, "period").join(prices, ["period", "activity_code"])
    rows = session.rated(rows, "ccy", "last")
    whole = exact.big(rows["count"]) * exact.e8(rows.unit_cost) * rows.fx_e8  # 1e-16 of base currency
    rows = rows.mutate(cost=exact.div_half_up(whole, exact.big(exact.E8 * exact.E8 // 100)))
    grouped = rows.group_by("slice", "party_id").aggregate(
        cost=rows.cost.sum().cast(exact.BIG), unrated=rows.unrated.any()
    )
    return _part(grouped, OTHER, cost=grouped.cost, unrated=grouped.unrated)
