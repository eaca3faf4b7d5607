"""Stories about deliveries: a missing day, a late booking, a merged party number."""

from __future__ import annotations

from jinlan.site.demobank.companies import Figures
from jinlan.site.demobank.stage import Stage
from jinlan.site.demobank.stories import yuan
from jinlan.site.demobank.timeline import MISSING, day, iso

_MISSING = day(MISSING.year, MISSING.month, MISSING.day)


def plant(stage: Stage) -> None:
    """Plant all stories about deliveries."""
    stage.missing.add(_MISSING)
    stage.tell("missing_day", "缺了一天的供数,后来补到", "A missing day, delivered later", [], [],
               [iso(_MISSING)],
               folder=f"late/JLB/as_of_date={iso(_MISSING)}/delivery=1", carried_forward=True,
               incomplete=False)  # fmt: skip
    _late(stage)
    _merge(stage)


def _late(stage: Stage) -> None:
    party = stage.company("SMALL")
    cash = stage.steady(party, Figures(6e6, 2e7, 0, 2e4))
    booked, arrived = day(2026, 10, 29), day(2026, 11, 3)
    stage.book(cash, booked, 4.8e6, text="货款", late=arrived - booked)
    unit = stage.group("SMALL", [party], "DELIVERED")
    stage.tell("late_transaction", "迟到五天的一笔入账", "A late transaction", [unit], [party],
               [iso(booked), iso(arrived)],
               booking_date=iso(booked), as_of_date=iso(arrived), amount=yuan(4.8e6),
               account_id=cash.account.account_id,
               raw={"settlement_12m_added_at_2026_10_31": yuan(4.8e6)})  # fmt: skip


def _merge(stage: Stage) -> None:
    """Two numbers of one firm become one. One account is delivered anew, the other keeps the old number."""
    kit, when = stage.kit, day(2026, 5, 15)
    new, old = stage.company("KEY"), stage.company("KEY")
    old.name_zh, old.name_en, old.id_no = new.name_zh, new.name_en, None
    old.id_type = None
    stage.steady(new, Figures(2e7, 6e7, 1e7, 8e4))
    kept = stage.steady(old, Figures(2.5e7, 1e8, 0, 8e4))
    moved = kit.cash(old, "DAGR-C", 1e7, growth=0.0, vol=0.0)
    kit.bank.edit(when, moved.account, party_id=new.party_id)
    kit.bank.edit(when, old, party_status="CLOSED", close_date=when)
    kit.bank.state.put("party_merge", when, {
        "old_party_id": old.party_id, "new_party_id": new.party_id, "effective_date": when,
        "source_system": "ECIF",
        "source_key": old.party_id,
    })  # fmt: skip
    unit = stage.group("KEY", [new], "DELIVERED")
    stage.tell("party_merge", "并号:同一客户的两个号合为一个", "A merged party number", [unit], [new, old],
               [iso(when)],
               resolves_to=new.party_id, effective_date=iso(when), kept_account=kept.account.account_id,
               moved_account=moved.account.account_id, computed_tier="KEY",
               raw={"deposit_avg_12m": yuan(5.5e7), "settlement_12m": yuan(1.6e8)})  # fmt: skip
