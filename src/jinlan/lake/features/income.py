"""Revenue of twelve months (01 §1.2): deposit and loan margin over the transfer price, and fees net of VAT.

Revenue = Σ deposits' daily average × (ftp_rate - interest_rate) + Σ loans' daily average × (interest_rate -
ftp_rate) + Σ (fee - VAT). Rates are per year, the averages over twelve months. Deposits use the rates of the
evaluated date, loans those of each day; fees are converted at the rate of their day, loans at that of the date.
It is *revenue*: neither cost nor risk is taken off.
"""

from __future__ import annotations

from jinlan.lake.engines import Table
from jinlan.lake.features import asof, exact
from jinlan.lake.features.session import Chunk, Session

NO_TRANSFER_PRICE = "account.ftp_rate"


def priced(session: Session) -> bool:
    """Tell whether the bank delivers transfer prices at all."""
    rows = session.account_versions
    return bool(session.con.to_pyarrow(rows.ftp_rate.notnull().any()).as_py())


def fee_slices(session: Session) -> Table:
    """Return (party_id, slice, fee, unrated): fees net of VAT in 1e-8 cents of base currency."""
    plan, days = session.plan, session.days
    first = min(each.year[0] for each in plan.windows)
    rows = session.view.events("fee", first, plan.last)
    rows = rows.select("party_id", "booking_date", "ccy", net=rows.amount - rows.vat_amount.fill_null(0))
    rows = session.rated(rows, "ccy", "booking_date")
    rows = rows.select("party_id", "booking_date", "unrated", fee=exact.cents(rows.net) * rows.fx_e8)
    rows = rows.join(days, rows.booking_date == days.day)
    grouped = rows.group_by("party_id", "slice").aggregate(
        fee=rows.fee.sum().cast(exact.BIG), unrated=rows.unrated.any()
    )
    return session.keep("fees", grouped)


def party_fees(chunk: Chunk, slices: Table) -> Table:
    """Return (as_of, party_id, fee, fee_unrated) of the twelve months."""
    use = chunk.use
    rows = slices.join(use.filter(use.in_12m).select("as_of", "slice"), "slice")
    rows = rows.group_by("as_of", "party_id").aggregate(
        fee=rows.fee.sum().cast(exact.BIG), fee_unrated=rows.unrated.any()
    )
    rows = asof.resolve(rows, chunk.merges)
    grouped = rows.group_by("as_of", "party_id").aggregate(
        fee=rows.fee.sum().cast(exact.BIG), fee_unrated=rows.fee_unrated.any()
    )
    return chunk.keep("party_fees", grouped)


def revenue(margin: Table, loan_margin: Table, fee: Table, days: Table) -> Table:
    """Return (deposit + loan margin in 1e-8 cents·days) ÷ days + fee in 1e-8 cents as cents, rounded once."""
    total = margin + loan_margin + fee * exact.big(days)
    return exact.div_half_up(total, exact.big(days) * exact.big(exact.E8)).cast("int64")
