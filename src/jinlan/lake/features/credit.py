"""Loans, total financing, limits, overdue amounts, worst five-tier class (01 §1.2, 03 §3.1, §3.4).

Amounts are converted at the rate of the evaluated date.
"""

from __future__ import annotations

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features import asof, exact
from jinlan.lake.features.session import Chunk, Session

LOAN_COLUMNS = ("party_id", "currency", "outstanding", "maturity_date", "five_tier", "overdue_principal",
                "overdue_interest")  # fmt: skip


def in_base(chunk: Chunk, rows: Table, *amounts: str, currency: str = "currency") -> Table:
    """Turn `amounts` of (as_of, <currency>, ...) into 1e-8 cents of base currency; ``unrated`` = rate is lacking."""
    fx, base = chunk.fx, chunk.session.base
    joined = rows.left_join(fx, [rows.as_of == fx.as_of, rows[currency] == fx.ccy])
    rate = ibis.ifelse(joined[currency] == base, exact.E8, joined.rate_e8)
    values = {name: exact.cents(joined[name].fill_null(0)) * exact.big(rate.fill_null(0)) for name in amounts}
    return joined.mutate(**values, unrated=rate.isnull()).select(*rows.columns, "unrated")


def rounded(value: Table) -> Table:
    """Return a sum of 1e-8 cents as cents (int64), rounded once."""
    whole = value.fill_null(exact.big(0))
    return exact.div_half_up(whole, exact.big(exact.E8)).cast("int64")


def loans(chunk: Chunk) -> Table:
    """Return loan, overdue, five_tier_worst, loan_maturity by party in cents; `loan_unrated`: a rate is lacking."""
    rows = in_base(
        chunk, chunk.state("loan", LOAN_COLUMNS), "outstanding", "overdue_principal", "overdue_interest"
    )
    owing = rows.outstanding > 0
    grouped = rows.group_by("as_of", "party_id").aggregate(
        loan_e8=rows.outstanding.sum().cast(exact.BIG),
        overdue_e8=(rows.overdue_principal + rows.overdue_interest).sum().cast(exact.BIG),
        five_tier_worst=ibis.ifelse(owing, rows.five_tier.cast("int64"), ibis.null("int64")).max(),
        loan_maturity=_coming(rows, owing).min(),
        loan_unrated=rows.unrated.any(),
    )
    exactly = chunk.keep("loans_e8", grouped)
    return chunk.keep(
        "loans", exactly.mutate(loan=rounded(exactly.loan_e8), overdue=rounded(exactly.overdue_e8))
    )


def _coming(rows: Table, counts: Table) -> Table:
    return ibis.ifelse(counts & (rows.maturity_date >= rows.as_of), rows.maturity_date, ibis.null("date"))


def financing(chunk: Chunk, owed: Table) -> Table:
    """Return (as_of, party_id, fpa, fpa_unrated): loans (`owed`, of `loans`) and what is off the balance sheet.

    Off balance: guarantees, letters of credit, bills that have not expired.
    """
    rows = chunk.state("off_balance", ("party_id", "currency", "amount", "expiry_date"))
    rows = rows.filter(rows.expiry_date.isnull() | (rows.expiry_date >= rows.as_of))
    rows = in_base(chunk, rows, "amount")
    parts = ibis.union(
        rows.select("as_of", "party_id", value=rows.amount.cast(exact.BIG), unrated=rows.unrated),
        owed.select("as_of", "party_id", value=owed.loan_e8, unrated=owed.loan_unrated),
        distinct=False,
    )
    grouped = parts.group_by("as_of", "party_id").aggregate(
        value=parts["value"].sum().cast(exact.BIG), fpa_unrated=parts.unrated.any()
    )
    kept = chunk.keep("financing_e8", grouped)
    return kept.select("as_of", "party_id", "fpa_unrated", fpa=rounded(kept["value"]))


def facilities(chunk: Chunk) -> Table:
    """Return (as_of, party_id, limit, limit_used, limit_unrated) of active top-level facilities, in cents."""
    columns = ("party_id", "currency", "approved_amount", "used_amount", "parent_facility_id", "status",
               "start_date", "expiry_date")  # fmt: skip
    rows = chunk.state("facility", columns)
    begun = rows.start_date.isnull() | (rows.start_date <= rows.as_of)
    valid = rows.expiry_date.isnull() | (rows.expiry_date >= rows.as_of)
    rows = rows.filter(rows.status == "ACTIVE", rows.parent_facility_id.isnull(), begun, valid)
    rows = in_base(chunk, rows, "approved_amount", "used_amount")
    grouped = rows.group_by("as_of", "party_id").aggregate(
        limit=rows.approved_amount.sum().cast(exact.BIG),
        limit_used=rows.used_amount.sum().cast(exact.BIG),
        limit_unrated=rows.unrated.any(),
    )
    kept = chunk.keep("facilities_e8", grouped)
    return chunk.keep(
        "facilities", kept.mutate(limit=rounded(kept["limit"]), limit_used=rounded(kept.limit_used))
    )


def loan_slices(session: Session) -> Table:
    """Return (party_id, currency, slice, margin, unpriced): Σ outstanding·days × (interest_rate - ftp_rate).

    ``margin`` in 1e-8 cents·days of the loan's currency. Each version of a loan counts for the days it was in force,
    at its own rates; days after a slice's end never matter to it.
    """
    columns = ("party_id", "currency", "outstanding", "interest_rate", "ftp_rate")
    versions = asof.validity(session.view, "loan", columns, session.plan.last)
    slices = session.slices
    rows = slices.join(versions, [versions.known_from <= slices.last, versions.known_to > slices["first"]])
    after = ibis.least(rows.known_to, rows["last"] + ibis.interval(days=1))
    days = after.delta(ibis.greatest(rows.known_from, rows["first"]), unit="day")
    price = exact.e8(rows.interest_rate) - exact.e8(rows.ftp_rate)
    owed = exact.cents(rows.outstanding) * exact.big(days)
    grouped = rows.group_by("party_id", "currency", "slice").aggregate(
        margin=(owed * price).sum().cast(exact.BIG), unpriced=(price.isnull() & (rows.outstanding != 0)).any()
    )
    return session.keep("loan_slices", grouped)


def loan_margin(chunk: Chunk, slices: Table) -> Table:
    """Return (as_of, party_id, loan_margin, loan_unpriced) of the twelve months.

    ``loan_margin`` in 1e-16 cents·days of base currency divided by 1e8, that is 1e-8 cents·days, rounded once.
    """
    use = chunk.use
    rows = slices.join(use.filter(use.in_12m).select("as_of", "slice"), "slice")
    rows = rows.group_by("as_of", "party_id", "currency").aggregate(
        margin=rows.margin.sum().cast(exact.BIG), unpriced=rows.unpriced.any()
    )
    fx, base = chunk.fx, chunk.session.base
    joined = rows.left_join(fx, [rows.as_of == fx.as_of, rows.currency == fx.ccy])
    foreign = exact.div_half_up(joined.margin * exact.big(joined.rate_e8.fill_null(0)), exact.big(exact.E8))
    home = joined.currency == base
    rows = joined.select(
        "as_of",
        "party_id",
        margin=ibis.ifelse(home, joined.margin, foreign),
        unpriced=joined.unpriced | (~home & joined.rate_e8.isnull()),
    )
    rows = asof.resolve(rows, chunk.merges)
    grouped = rows.group_by("as_of", "party_id").aggregate(
        loan_margin=rows.margin.sum().cast(exact.BIG), loan_unpriced=rows.unpriced.any()
    )
    return chunk.keep("loan_margin", grouped)
