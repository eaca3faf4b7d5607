"""Settlement volume, number of transactions, days since the last one (01 §1.2, §1.3).

Settlement = Σ credits of twelve months, booked, without internal entries, interest and fee postings, transfers
between accounts of the party itself or of one client unit (membership on the evaluated date), and reversals: a
reversal is taken off on the day it is booked, so that a later reversal never rewrites an earlier month.
Activity counts booked entries in both directions without internal entries, reversals, interest and fees.
"""

from __future__ import annotations

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features import exact
from jinlan.lake.features.credit import rounded
from jinlan.lake.features.session import Chunk, Session

POSTINGS = ("INTEREST", "FEE")
_COLUMNS = ("account_id", "booking_date", "amount", "currency", "credit_debit_ind", "is_reversal",
            "counterparty_account_masked_hash")  # fmt: skip


def account_flows(session: Session) -> Table:
    """Return (account_id, other_id, slice, credit, unrated, n, newest): one pass over the transactions.

    ``other_id`` = the counterparty's account when it is at this bank; ``credit`` in 1e-8 cents of base currency;
    ``unrated`` = credits without a rate of exchange; ``newest`` = last day with a client-initiated entry.
    """
    plan = session.plan
    rows = session.view.events("transaction", plan.flows_from, plan.last)
    rows = rows.filter(
        rows.status == "BOOK", ~rows.is_internal.fill_null(ibis.literal(False)), rows.txn_type.notin(POSTINGS)
    ).select(*_COLUMNS)
    rows = rows.mutate(is_reversal=rows.is_reversal.fill_null(ibis.literal(False)))
    own = rows.filter(rows.currency == session.base)
    foreign = rows.filter(rows.currency != session.base)
    parts = [_sums(session, own, None), _sums(session, foreign, session.fx)]
    both = session.keep("flow_parts", ibis.union(*parts, distinct=False))
    keys = ("account_id", "other_id", "slice")
    merged = both.group_by(*keys).aggregate(
        credit=both.credit.sum().cast(exact.BIG),
        unrated=both.unrated.sum().cast("int64"),
        n=both.n.sum().cast("int64"),
        newest=both.newest.max(),
    )
    kept = session.keep("flows", merged)
    session.drop("flow_parts")
    return kept


def _sums(session: Session, rows: Table, fx: Table | None) -> Table:
    """Add up entries by account, counterparty's account and slice, in 1e-8 cents of base currency."""
    days, numbers = session.days, _account_numbers(session)
    rows = rows.join(days, rows.booking_date == days.day)
    rows = rows.left_join(numbers, rows.counterparty_account_masked_hash == numbers.hash)
    signed = ibis.ifelse(rows.credit_debit_ind == "CRDT", rows.amount, -rows.amount)
    counts = (rows.credit_debit_ind == "CRDT") != rows.is_reversal
    keys = ["account_id", "other_id", "slice"]
    rows = rows.mutate(signed=ibis.ifelse(counts, signed, ibis.literal(0, type=exact.MONEY)), counts=counts)
    if fx is not None:
        rows = rows.left_join(fx, [rows.currency == fx.ccy, rows.booking_date == fx.day])
        value = exact.cents(rows.signed) * exact.big(rows.rate_e8.fill_null(0))
        credit, unrated = value.sum(), (rows.rate_e8.isnull() & rows.counts).sum()
    else:
        credit, unrated = rows.signed.sum(), ibis.literal(0)
    initiated = ~rows.is_reversal
    grouped = rows.group_by(*keys).aggregate(
        credit=credit,
        n=initiated.sum().cast("int64"),
        newest=ibis.ifelse(initiated, rows.booking_date, ibis.null("date")).max(),
        **({"unrated": unrated.cast("int64")} if fx is not None else {}),
    )
    if fx is None:
        grouped = grouped.mutate(
            credit=exact.cents(grouped.credit) * exact.big(exact.E8), unrated=unrated.cast("int64")
        )
    return grouped.select(*keys, grouped.credit.cast(exact.BIG).name("credit"), "n", "newest", "unrated")


def _account_numbers(session: Session) -> Table:
    """Return (hash, other_id): whose account a hashed account number is."""
    rows = session.account_versions
    rows = rows.filter(rows.account_no_masked_hash.notnull())
    grouped = rows.group_by(hash=rows.account_no_masked_hash).aggregate(other_id=rows.account_id.min())
    return session.keep("account_numbers", grouped)


def party_settlement(chunk: Chunk, flows: Table, peers: Table | None) -> Table:
    """Return (as_of, party_id, credit, unrated) of the twelve months, own transfers left out.

    `peers` has (as_of, party_id, unit_key) of client units with several members.
    """
    use = chunk.use
    use = use.filter(use.in_12m).select("as_of", "slice")
    holders = chunk.accounts.select("as_of", "account_id", "party_id")
    outside = _by_party(flows.filter(flows.other_id.isnull()), use, holders)
    inside = flows.filter(flows.other_id.notnull()).join(use, "slice")
    inside = inside.group_by("as_of", "account_id", "other_id").aggregate(
        credit=inside.credit.sum().cast(exact.BIG), unrated=inside.unrated.sum().cast("int64")
    )
    inside = inside.join(holders, ["as_of", "account_id"])
    others = holders.select("as_of", other_id="account_id", other_party="party_id")
    inside = inside.left_join(others, ["as_of", "other_id"], rname="{name}_of_other")
    inside = inside.filter(inside.other_party.isnull() | (inside.other_party != inside.party_id))
    inside = inside.group_by("as_of", "party_id", "other_party").aggregate(
        credit=inside.credit.sum().cast(exact.BIG), unrated=inside.unrated.sum().cast("int64")
    )
    inside = chunk.keep("pairs", inside)
    if peers is not None:
        inside = inside.anti_join(_together(inside, peers), ["as_of", "party_id", "other_party"])
    parts = ibis.union(outside, inside.select("as_of", "party_id", "credit", "unrated"), distinct=False)
    grouped = parts.group_by("as_of", "party_id").aggregate(
        credit=parts.credit.sum().cast(exact.BIG), unrated=parts.unrated.sum().cast("int64")
    )
    return chunk.keep("settlement", grouped)


def _by_party(flows: Table, use: Table, holders: Table) -> Table:
    rows = flows.join(use, "slice")
    rows = rows.group_by("as_of", "account_id").aggregate(
        credit=rows.credit.sum().cast(exact.BIG), unrated=rows.unrated.sum().cast("int64")
    )
    return rows.join(holders, ["as_of", "account_id"]).select("as_of", "party_id", "credit", "unrated")


def _together(pairs: Table, peers: Table) -> Table:
    """Return the (as_of, party_id, other_party) that sit in one unit."""
    mine = pairs.select("as_of", "party_id", "other_party").join(peers, ["as_of", "party_id"])
    theirs = peers.select("as_of", "unit_key", other_party="party_id")
    return mine.join(theirs, ["as_of", "unit_key", "other_party"]).select("as_of", "party_id", "other_party")


def party_activity(chunk: Chunk, flows: Table) -> Table:
    """Return (as_of, party_id, n, newest): entries of twelve months, last day with one in 24 months."""
    by_account = flows.group_by("account_id", "slice").aggregate(
        n=flows.n.sum().cast("int64"), newest=flows.newest.max()
    )
    use = chunk.use
    rows = by_account.join(use.filter(use.in_24m).select("as_of", "slice", "in_12m"), "slice")
    rows = rows.group_by("as_of", "account_id").aggregate(
        n=ibis.ifelse(rows.in_12m, rows.n, 0).sum().cast("int64"), newest=rows.newest.max()
    )
    rows = rows.join(chunk.accounts.select("as_of", "account_id", "party_id"), ["as_of", "account_id"])
    grouped = rows.group_by("as_of", "party_id").aggregate(
        n=rows.n.sum().cast("int64"), newest=rows.newest.max()
    )
    return chunk.keep("activity", grouped)


def lacks(chunk: Chunk, tenure: Table) -> Table:
    """Return (as_of, party_id, lack_flows): owed days of the 12m window without a delivery since the first account.

    `tenure` has (as_of, party_id, opened).
    """
    session = chunk.session
    table = chunk.keep("missing_days", session.deliveries.missing_table(session.plan, chunk.dates))
    limits = chunk.limits.select("as_of", "days_12m")
    rows = tenure.join(limits, "as_of")
    start = rows.as_of - (rows.days_12m - 1).as_interval("D")
    rows = rows.mutate(day=ibis.greatest(rows.opened, start))
    joined = rows.left_join(table, [rows.as_of == table.as_of, rows.day == table.day])
    return joined.select("as_of", "party_id", lack_flows=joined.missing.fill_null(0))


def measures(chunk: Chunk, flows: Table, peers: Table | None, tenure: Table) -> Table:
    """Return settlement_12m, txn_count_12m, recency_days by party with their states and `lack_flows`."""
    base = lacks(chunk, tenure)
    base = base.left_join(party_settlement(chunk, flows, peers), ["as_of", "party_id"])
    base = base.select("as_of", "party_id", "lack_flows", "credit", "unrated")
    base = base.left_join(party_activity(chunk, flows), ["as_of", "party_id"])
    base = base.select("as_of", "party_id", "lack_flows", "credit", "unrated", "n", "newest")
    rows = base.join(chunk.limits.select("as_of", "allowed"), "as_of")
    short = rows.lack_flows > rows.allowed
    found = rows.select(
        "as_of",
        "party_id",
        "lack_flows",
        settlement_12m=rounded(rows.credit),
        settlement_12m_state=(short | (rows.unrated.fill_null(0) > 0)).cast("int8"),
        txn_count_12m=rows.n.fill_null(0),
        txn_count_12m_state=short.cast("int8"),
        recency_days=rows.as_of.delta(rows.newest, unit="day"),
        recency_days_state=(rows.newest.isnull() & short).cast("int8"),
    )
    return chunk.keep("flow_measures", found)
