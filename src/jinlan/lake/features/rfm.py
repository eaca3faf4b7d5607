"""RFM (最近一次、频次、金额), 01 §1.3: quintiles inside the segment, ties share the lower boundary's score.

`RFM = 100·R + 10·F + M` is a label, not a number to average. M is revenue where it is known, else settlement.
"""

from __future__ import annotations

import ibis

from jinlan.lake.engines import Table

NEVER = 1_000_000  # days: a client without a transaction ranks last


def quintile(value: Table, *, segment: list[Table], n: Table, reverse: bool = False) -> Table:
    """Return 1..5 by rank inside `segment` of `n` rows; the highest value scores 5, `reverse`: the lowest.

    The score is floor(5 · rank ÷ n) + 1 with the rank of the lowest of equal values (0-based).
    """
    order = value.desc() if reverse else value.asc()
    rank = ibis.rank().over(group_by=segment, order_by=order)
    return 1 + sum((5 * rank >= step * n).cast("int64") for step in range(1, 5))


def label(rows: Table, segment: str, *, recency: str, frequency: str, monetary: str) -> Table:
    """Add `rfm` to (as_of, <segment>, <recency>, <frequency>, <monetary>): null when frequency or money is null."""
    known = rows[frequency].notnull() & rows[monetary].notnull()
    ranked = rows.mutate(rfm_known=known, rfm_last=rows[recency].fill_null(NEVER))
    group = [ranked.as_of, ranked[segment], ranked.rfm_known]
    ranked = ranked.mutate(rfm_n=ibis._.count().over(group_by=group))
    group = [ranked.as_of, ranked[segment], ranked.rfm_known]
    scores = [
        quintile(ranked.rfm_last, segment=group, n=ranked.rfm_n, reverse=True),
        quintile(ranked[frequency], segment=group, n=ranked.rfm_n),
        quintile(ranked[monetary], segment=group, n=ranked.rfm_n),
    ]
    value = scores[0] * 100 + scores[1] * 10 + scores[2]
    ranked = ranked.mutate(rfm=ibis.ifelse(ranked.rfm_known, value, ibis.null("int64")))
    return ranked.drop("rfm_known", "rfm_last", "rfm_n")
