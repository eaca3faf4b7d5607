"""Point AUM, daily averages, growth (01 §1.2): Σ day-end balance ÷ calendar days, in the entity's currency.

1. `account_slices`: one pass over the day-end balances, added up by account and slice (days without a delivery
   carried forward); accounts that lack days of their own are then carried forward one by one.
2. `account_windows`: each date adds up its slices.
3. `measures`: by party.

An account's window begins on its opening day: before that (and from its closing day on) its balance is 0. A day
inside its life without a row of its own is *missing*; more than AVG.MISSING of them make the average incomplete.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features import exact
from jinlan.lake.features.session import AUM_FAMILIES, Chunk, Session
from jinlan.lake.features.windows import CARRY

AVERAGED = ("month", "ytd", "12m", "base")
MOST = 9999 * exact.E8  # growth beyond this (1e-8) is shown as this


def day_ends(session: Session) -> Table:
    """Return (account_id, day, value): day-end balances in base currency of the days that count."""
    plan = session.plan
    rows = session.view.snapshots("balance_daily", plan.rows_from, plan.last)
    return rows.select("account_id", day=rows.as_of_date, value=rows.balance_base)


def account_slices(session: Session, families: Sequence[str] = AUM_FAMILIES) -> Table:
    """Return (account_id, slice, starts, ends, last, alive, total, covered, at_end, newest) of accounts of some families.

    Cents and days: ``total`` = Σ balance over the days of the slice, ``alive`` = its days in the account's life
    (``starts`` up to ``ends``, exclusive), ``covered`` = those not missing, ``at_end`` = balance on its last day,
    ``newest`` = last day with a row.
    """
    sums = session.keep("sums", _sums(session))
    life = _life(session, families)
    rows = life.left_join(sums, [life.account_id == sums.account_id, life.slice == sums.slice])
    plain = {name: rows[name].fill_null(0) for name in ("total", "covered", "carried")}
    at_end = ibis.ifelse(life.ends > life.last, sums.at_end.fill_null(0), 0)
    rows = rows.select(*life.columns, **plain, at_end=at_end, newest=sums.newest, oldest=sums.oldest)
    slices = session.keep("account_slices", rows)
    session.drop("sums")
    gaps = session.keep("gaps", _gaps(slices))
    if session.con.to_pyarrow(gaps.count()).as_py():
        slices = session.keep("account_slices_carried", _carried(session, slices, gaps))
    return slices.drop("carried", "oldest")


def _sums(session: Session) -> Table:
    """Add up the rows of each account and slice; days that stand for more than themselves are rare and come apart."""
    rows = day_ends(session)
    weights = session.keep("weights", session.deliveries.weights(session.plan))
    own = weights.filter(weights.own).select("source", "slice")
    plain = rows.join(own, rows.day == own.source)
    zero = ibis.literal(0, type=exact.MONEY)
    main = plain.group_by("account_id", "slice").aggregate(
        total=plain["value"].sum().cast("decimal(38, 2)"),
        covered=plain.count(),
        carried=plain.count(),
        newest=plain.day.max(),
        oldest=plain.day.min(),
    )
    main = main.mutate(at_end=zero.cast("decimal(38, 2)"))
    beyond = weights.filter(weights.closing | (weights.weight > weights.own.cast("int32")))
    more = rows.join(beyond, rows.day == beyond.source)
    once = more.own.cast("int32")
    rest = more.group_by("account_id", "slice").aggregate(
        total=(more["value"] * (more.weight - once)).sum().cast("decimal(38, 2)"),
        covered=(more.covered - once).sum().cast("int64"),
        carried=(more.weight - once).sum().cast("int64"),
        at_end=ibis.ifelse(more.closing, more["value"], zero).sum().cast("decimal(38, 2)"),
        newest=more.day.max(),
        oldest=more.day.min(),
    )
    both = ibis.union(main.select(*rest.columns), rest, distinct=False)
    grouped = both.group_by("account_id", "slice").aggregate(
        total=both.total.sum(),
        covered=both.covered.sum().cast("int64"),
        carried=both.carried.sum().cast("int64"),
        at_end=both.at_end.sum(),
        newest=both.newest.max(),
        oldest=both.oldest.min(),
    )
    whole = {name: (grouped[name] * 100).cast("int64") for name in ("total", "at_end")}
    return grouped.mutate(**whole)


def _life(session: Session, families: Sequence[str]) -> Table:
    """Return each account's days in each slice, by what was known at the slice's end.

    Before its first delivery an account lives by its first version: those days have no balances and are missing.
    """
    slices, accounts = session.slices, session.account_versions
    rows = slices.join(
        accounts,
        [
            accounts.lives_from <= slices.last,
            accounts.known_to > slices.last,
            accounts.open_date <= slices.last,
            accounts.gone > slices["first"],
            accounts.family.isin(families),
        ],
    )
    rows = rows.select(
        "account_id",
        "slice",
        "last",
        starts=ibis.greatest(rows["first"], rows.open_date),
        ends=ibis.least(rows["last"] + ibis.interval(days=1), rows.gone),
    )
    rows = rows.mutate(alive=rows.ends.delta(rows.starts, unit="day"))
    return rows.filter(rows.alive > 0)


def _gaps(slices: Table) -> Table:
    """Return the accounts that lack rows on delivered days after their first row."""
    begun = slices.group_by("account_id").aggregate(begun=slices.oldest.min())
    rows = slices.join(begun, "account_id")
    due = rows.ends.delta(ibis.greatest(rows.starts, rows.begun), unit="day")
    return rows.filter(rows.carried < due).select("account_id").distinct()


def _carried(session: Session, slices: Table, gaps: Table) -> Table:
    """Carry the rows of accounts with gaps forward, at most `CARRY` days, and replace their sums."""
    rows = day_ends(session).semi_join(gaps, "account_id")
    following = rows.day.lead().over(group_by=rows.account_id, order_by=rows.day)
    limit = rows.day + ibis.interval(days=CARRY + 1)
    rows = rows.mutate(until=ibis.least(limit, following.fill_null(limit)))
    spans = slices.select("account_id", "slice", "starts", "ends", "last")
    joined = spans.join(rows, ["account_id", spans.starts < rows.until, spans.ends > rows.day])
    first = ibis.greatest(joined.day, joined.starts)
    after = ibis.least(joined.until, joined.ends)
    holds_end = (joined.day <= joined.last) & (joined.until > joined.last) & (joined.ends > joined.last)
    fixed = joined.group_by("account_id", "slice").aggregate(
        total_=(joined.value * after.delta(first, unit="day")).sum(),
        at_end_=ibis.ifelse(holds_end, joined.value, 0).sum(),
    )
    fixed = fixed.mutate(
        total_=(fixed.total_ * 100).cast("int64"), at_end_=(fixed.at_end_ * 100).cast("int64")
    )
    both = slices.left_join(fixed, ["account_id", "slice"])
    total, at_end = (ibis.coalesce(both[f"{name}_"], both[name]) for name in ("total", "at_end"))
    return both.mutate(total=total, at_end=at_end).select(*slices.columns)


def account_windows(chunk: Chunk, slices: Table) -> Table:
    """Return per date and AUM account: aum, newest, open_now, total_<window>, missing_<window> in cents and days."""
    use = chunk.use
    rows = slices.join(use.filter(use.in_12m | use.in_base | use.in_ytd), "slice")
    missing = ibis.greatest(rows.alive - rows.covered, 0)
    sums = {f"total_{name}": _within(rows, name, rows.total) for name in AVERAGED}
    sums |= {f"missing_{name}": _within(rows, name, missing) for name in AVERAGED}
    grouped = rows.group_by("as_of", "account_id").aggregate(
        aum=ibis.ifelse(rows.closing, rows.at_end, 0).sum().cast("int64"),
        newest=rows.newest.max(),
        open_now=(rows.ends > rows.as_of).any(),
        **sums,
    )
    return chunk.keep("account_windows", grouped)


def _within(rows: Table, window: str, value: Table) -> Table:
    return ibis.ifelse(rows[f"in_{window}"], value, 0).sum().cast("int64")


def party_sums(chunk: Chunk, windows: Table) -> Table:
    """Return per date and party the sums that averages and deposit revenue are made of (cents, days, 1e-8).

    ``margin`` = Σ balance·days × (ftp_rate - interest_rate) of deposits; ``unpriced`` counts deposits that held a
    balance in the twelve months and lack one of the two rates.
    """
    accounts = chunk.accounts
    columns = ("party_id", "family", "interest_rate", "ftp_rate", "open_date")
    rows = windows.join(accounts.select("as_of", "account_id", *columns), ["as_of", "account_id"])
    deposit = rows.family == "DEPOSIT"
    margin = exact.e8(rows.ftp_rate) - exact.e8(rows.interest_rate)
    age = rows.as_of.delta(ibis.coalesce(rows.newest, rows.open_date), unit="day")
    stale = ibis.ifelse(rows.open_now, ibis.least(age, rows.missing_12m), 0)
    sums = {f"total_{name}": rows[f"total_{name}"].sum().cast("int64") for name in AVERAGED}
    sums |= {f"missing_{name}": rows[f"missing_{name}"].max() for name in AVERAGED}
    grouped = rows.group_by("as_of", "party_id").aggregate(
        aum=rows.aum.sum().cast("int64"),
        stale=stale.max(),
        deposit_12m=ibis.ifelse(deposit, rows.total_12m, 0).sum().cast("int64"),
        deposit_missing=ibis.ifelse(deposit, rows.missing_12m, 0).max(),
        margin=ibis.ifelse(deposit, exact.big(rows.total_12m) * margin, exact.big(0)).sum().cast(exact.BIG),
        unpriced=(deposit & margin.isnull() & (rows.total_12m != 0)).sum().cast("int64"),
        **sums,
    )
    return chunk.keep("party_balances", grouped)


def measures(chunk: Chunk, sums: Table) -> Table:
    """Return the balance measures by party in cents, ``<code>_state`` (0 ok, 1 incomplete) and lacks.

    ``lack_<window>`` are the missing days of the worst account; `aum_avg_base` is the average that growth compares
    with.
    """
    rows = sums.join(chunk.limits, "as_of")
    averages = {name: _average(rows, f"total_{name}", name) for name in AVERAGED}
    state = {name: (rows[f"missing_{name}"] > rows.allowed).cast("int8") for name in AVERAGED}
    found = rows.select(
        "as_of",
        "party_id",
        "aum",
        aum_state=(rows.stale > rows.allowed).cast("int8"),
        aum_avg_month=averages["month"],
        aum_avg_month_state=state["month"],
        aum_avg_ytd=averages["ytd"],
        aum_avg_ytd_state=state["ytd"],
        aum_avg_12m=averages["12m"],
        aum_avg_12m_state=state["12m"],
        aum_avg_base=averages["base"],
        aum_growth_12m_state=ibis.greatest(state["month"], state["base"]),
        deposit_avg_12m=_average(rows, "deposit_12m", "12m"),
        deposit_avg_12m_state=(rows.deposit_missing > rows.allowed).cast("int8"),
        lack_point=rows.stale,
        lack_month=rows.missing_month,
        lack_ytd=rows.missing_ytd,
        lack_12m=rows.missing_12m,
        lack_base=rows.missing_base,
        margin=rows.margin,
        unpriced=rows.unpriced,
        deposit_missing=rows.deposit_missing,
    )
    return chunk.keep("balances", found)


def _average(rows: Table, total: str, window: str) -> Table:
    return exact.div_half_up(rows[total], exact.small(rows[f"days_{window}"]), "int64")


def growth(month: Table, base: Table) -> Table:
    """Return month ÷ base - 1 (both in cents) in 1e-8, half up; null when the base is not positive."""
    now, then = exact.big(month), exact.big(base)
    fraction = exact.div_half_up((now - then) * exact.big(exact.E8), ibis.greatest(then, exact.big(1)))
    bounded = ibis.least(fraction, exact.big(MOST)).cast("int64")
    return ibis.ifelse(base > 0, bounded, ibis.null("int64"))
