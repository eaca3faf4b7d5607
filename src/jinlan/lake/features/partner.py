"""Partners: joint volume, referrals, revenue share of twelve months (01 §1.5)."""

from __future__ import annotations

from jinlan.lake.engines import Table
from jinlan.lake.features import asof, exact
from jinlan.lake.features.credit import rounded
from jinlan.lake.features.session import Chunk, Session


def volume_slices(session: Session) -> Table:
    """Return (party_id, slice, volume, share, referrals, unrated); money in 1e-8 cents of base currency."""
    plan, days = session.plan, session.days
    first = min(each.year[0] for each in plan.windows)
    rows = session.view.events("partner_volume", first, plan.last)
    rows = session.rated(rows, "ccy", "booking_date")
    rows = rows.select(
        "party_id",
        "booking_date",
        "referrals",
        "unrated",
        volume=exact.cents(rows.joint_volume) * rows.fx_e8,
        share=exact.cents(rows.revenue_share) * rows.fx_e8,
    )
    rows = rows.join(days, rows.booking_date == days.day)
    grouped = rows.group_by("party_id", "slice").aggregate(
        volume=rows.volume.sum().cast(exact.BIG),
        share=rows.share.sum().cast(exact.BIG),
        referrals=rows.referrals.sum().cast("int64"),
        unrated=rows.unrated.any(),
    )
    return session.keep("volumes", grouped)


def measures(chunk: Chunk, slices: Table) -> Table:
    """Return joint_volume_12m, referrals_12m, revenue_share_12m by party; ``volume_unrated``: a rate is lacking."""
    use = chunk.use
    rows = slices.join(use.filter(use.in_12m).select("as_of", "slice"), "slice")
    rows = asof.resolve(rows, chunk.merges)
    grouped = rows.group_by("as_of", "party_id").aggregate(
        joint_volume_12m=rounded(rows.volume.sum().cast(exact.BIG)),
        referrals_12m=rows.referrals.sum().cast("int64"),
        revenue_share_12m=rounded(rows.share.sum().cast(exact.BIG)),
        volume_unrated=rows.unrated.any(),
    )
    return chunk.keep("partner", grouped)
