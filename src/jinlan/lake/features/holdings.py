"""Product families in use, tenure, next maturity (01 §1.2)."""

from __future__ import annotations

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.extracts.schema import FAMILIES
from jinlan.lake.features import asof
from jinlan.lake.features.session import Chunk

DAYS_PER_YEAR = 365.25
FAMILY_BITS = {family: 1 << place for place, family in enumerate(FAMILIES)}


def accounts(chunk: Chunk) -> Table:
    """Return (as_of, party_id, opened, families, product_families, account_maturity) by party.

    ``opened`` = first account opening, closed accounts included; ``families`` = a bit per product family of the
    open accounts (`FAMILY_BITS`).
    """
    rows = chunk.accounts
    bits = rows.family.cases(*FAMILY_BITS.items(), else_=0)
    is_open = rows.gone > rows.as_of
    coming = is_open & (rows.maturity_date >= rows.as_of)
    grouped = rows.group_by("as_of", "party_id").aggregate(
        opened=rows.open_date.min(),
        families=ibis.ifelse(is_open, bits, 0).cast("int64").bit_or(),
        product_families=rows.family.nunique(where=is_open & (rows.family != "")),
        account_maturity=ibis.ifelse(coming, rows.maturity_date, ibis.null("date")).min(),
    )
    return chunk.keep("opened", grouped)


def maturities(chunk: Chunk) -> Table:
    """Return (as_of, party_id, holding_maturity): the earliest maturity among the positions of the day."""
    rows = chunk.session.view.table("holding")
    months = sorted({f"{day:%Y-%m}" for day in chunk.dates})
    rows = rows.filter(rows.month.isin(months), rows.maturity_date >= rows.as_of_date)
    rows = rows.select("account_id", "maturity_date", as_of=rows.as_of_date)
    rows = rows.semi_join(chunk.as_ofs, "as_of")
    joined = rows.join(chunk.accounts.select("as_of", "account_id", "party_id"), ["as_of", "account_id"])
    grouped = joined.group_by("as_of", "party_id").aggregate(holding_maturity=joined.maturity_date.min())
    return chunk.keep("maturities", grouped)


def families_count(mask: Table) -> Table:
    """Return how many families a mask of `FAMILY_BITS` holds."""
    return sum(((mask & bit) != 0).cast("int64") for bit in FAMILY_BITS.values())


def parties(chunk: Chunk) -> Table:
    """Return the parties known on each date, merged numbers left out: (as_of, party_id, party_type)."""
    versions = asof.validity(chunk.session.view, "party", ("party_type",), chunk.dates[-1])
    rows = asof.on_dates(versions, chunk.as_ofs)
    merges = chunk.merges
    if merges is not None:
        rows = rows.anti_join(merges, [rows.as_of == merges.as_of, rows.party_id == merges.old])
    return chunk.keep("parties", rows.select("as_of", "party_id", "party_type"))
