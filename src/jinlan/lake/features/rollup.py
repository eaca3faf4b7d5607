"""From parties to client units: sums add up; a unit is incomplete as soon as one member is.

Growth, product families and RFM are derived anew from the members' figures, never averaged.
"""

from __future__ import annotations

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features import balances, holdings, rfm
from jinlan.lake.features.catalog import MEASURES
from jinlan.lake.features.measures import LACKS, Measures, kind_of
from jinlan.lake.features.session import Chunk


def units(chunk: Chunk, measures: Table, members: Table, known: Measures) -> Table:
    """Roll party measures (whole numbers) up to (as_of, kind, unit_id); same columns, materialised.

    `members` has (as_of, kind, unit_id, party_id); a party stands in at most one unit of a kind on a date.
    """
    rows = members.join(measures, ["as_of", "party_id"])
    found = {"families": rows.families.bit_or(), "aum_avg_base": rows.aum_avg_base.sum().cast("int64")}
    found |= {name: rows[name].max() for name in LACKS}
    for code, measure in MEASURES.items():
        found[f"{code}_state"] = rows[f"{code}_state"].max()
        if measure.rollup == "sum":
            found[code] = rows[code].sum().cast("int64")
        elif measure.rollup in ("max", "min"):
            found[code] = getattr(rows[code], measure.rollup)().cast(kind_of(code))
    grouped = rows.group_by("as_of", "kind", "unit_id").aggregate(**found)
    plain = chunk.keep("units_plain", grouped)
    whole = {code: ibis.ifelse(plain[f"{code}_state"] == 0, plain[code], ibis.null("int64"))
             for code, measure in MEASURES.items() if measure.rollup == "sum"}  # fmt: skip
    growth = balances.growth(plain.aum_avg_month, plain.aum_avg_base)
    derived = plain.mutate(
        **whole,
        product_families=holdings.families_count(plain.families),
        aum_growth_12m=ibis.ifelse(plain.aum_growth_12m_state == 0, growth, ibis.null("int64")),
    )
    return chunk.keep("units", _ranked(chunk.keep("units_derived", derived), known))


def _ranked(rows: Table, known: Measures) -> Table:
    if not known.known("rfm"):
        return rows.mutate(rfm=ibis.null("int64"))
    monetary = "revenue_12m" if known.known("revenue_12m") else "settlement_12m"
    return rfm.label(rows, "kind", recency="recency_days", frequency="txn_count_12m", monetary=monetary)
