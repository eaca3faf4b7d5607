"""Proposals for another lead: worked examples by hand, and what holds for every book (06 §6.4)."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.domains.strategy.rules.balance import Client, Manager, balance
from jinlan.domains.strategy.rules.charter import load

HOURS = {"HQ": Decimal(16), "BRANCH": Decimal(8), "KEY": Decimal(3), "POTENTIAL": Decimal(2), "": Decimal(0)}
OVER = Decimal("1.10")


def client(code, tier, lead="", branch="BJ", main="BJ", industry="C", domain=1, since="2024-01-01"):
    return Client(code, tier, HOURS[tier], domain, branch, main, industry, lead, since)


def manager(code, *tiers, path=("HQ", "BJ"), active=True, **about):
    books = [
        client(f"{code}-{n}", tier, code, **({"branch": path[-1]} | about)) for n, tier in enumerate(tiers)
    ]
    return Manager(code, path, Decimal(140), active, books)


def told(found):
    return [(one.client.code, one.why, one.giver, one.takers[0].code) for one in found.proposals]


def test_the_load_is_the_references_own():
    book = manager("A", *["HQ"] * 5, *["BRANCH"] * 6, *["KEY"] * 4)
    assert (
        book.share() == load({"HQ": 5, "BRANCH": 6, "KEY": 4}, HOURS, Decimal(140)).share == Decimal("1.0000")
    )


def test_an_overloaded_manager_gives_the_lowest_tier_first_until_the_line():
    # 10 × 16 = 160 hours: 114.29 %; a key client more, 163: 116.43 %. Without it 114.29 %, so one strategic goes too: 102.86 %.
    heavy, light = manager("A", *["HQ"] * 10, "KEY"), manager("B", "KEY")
    found = balance([heavy, light], [], OVER)

    assert told(found) == [("A-10", "OVERLOADED", "A", "B"), ("A-0", "OVERLOADED", "A", "B")]
    first, second = found.proposals
    assert (first.giver_before, first.giver_after) == (Decimal("1.1643"), Decimal("1.1429"))
    assert (second.giver_before, second.giver_after) == (Decimal("1.1429"), Decimal("1.0286"))
    assert (second.takers[0].before, second.takers[0].after) == (Decimal("0.0429"), Decimal("0.1571"))


def test_of_one_tier_the_client_who_came_last_goes():
    heavy = manager("A", *["HQ"] * 10)
    heavy.clients[3] = client("NEW", "HQ", "A", since="2026-05-01")
    assert told(balance([heavy, manager("B", "KEY")], [], OVER)) == [("NEW", "OVERLOADED", "A", "B")]


def test_the_taker_is_near_then_skilled_then_the_least_loaded():
    alone = client("X", "KEY", branch="BJ-1", industry="J")
    far = manager("FAR", path=("HQ", "SH"))
    far.clients.append(client("F", "KEY", "FAR", branch="SH", main="SH"))
    here = manager("HERE", *["BRANCH"] * 9, path=("HQ", "BJ", "BJ-1"))
    skilled = manager("SKILLED", *["BRANCH"] * 3, path=("HQ", "BJ", "BJ-2"), industry="J")
    idle = manager("IDLE", "KEY", path=("HQ", "BJ", "BJ-2"))
    (one,) = balance([far, idle, skilled, here], [alone], OVER).proposals

    assert [(taker.code, taker.reasons) for taker in one.takers] == [
        ("HERE", ("SAME_BRANCH", "ROOM")),
        ("SKILLED", ("NEAR_BRANCH", "INDUSTRY", "ROOM")),
        ("IDLE", ("NEAR_BRANCH", "ROOM")),
    ]


def test_who_left_gives_everything_and_takes_nothing_the_other_side_of_the_wall_neither():
    gone, banker, other = (
        manager("GONE", "BRANCH", active=False),
        manager("P", "KEY", domain=0),
        manager("C", "KEY"),
    )
    assert told(balance([gone, banker, other], [], OVER)) == [("GONE-0", "GONE", "GONE", "C")]


def test_where_nobody_has_room_that_is_said():
    full, fuller = manager("A", *["HQ"] * 8, "BRANCH"), manager("B", *["HQ"] * 10)
    found = balance([full, fuller], [client("X", "HQ")], OVER)
    assert told(found) == []
    assert [(one.code, why) for one, why in found.stuck] == [("X", "NOBODY"), ("B-0", "OVERLOADED")]


BOOKS = st.lists(st.lists(st.sampled_from(sorted(HOURS)), max_size=25), min_size=1, max_size=6)


@given(
    BOOKS,
    st.lists(st.sampled_from(sorted(HOURS)), max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_nobody_becomes_overloaded_nobody_is_moved_twice_and_no_hour_is_lost(books, alone, active):
    managers = [
        manager(f"M{n}", *tiers, path=("HQ", "BJ", f"BJ-{n % 3}"), active=active[n])
        for n, tiers in enumerate(books)
    ]
    nobody = [client(f"N{n}", tier) for n, tier in enumerate(alone)]
    before = {one.code: one.share() for one in managers}
    hours = sum(one.hours for one in managers) + sum(one.hours for one in nobody)
    found = balance(managers, nobody, OVER)

    moved = [one.client.code for one in found.proposals]
    assert len(moved) == len(set(moved))
    takers = {one.takers[0].code for one in found.proposals}
    after = {one.code: one.share() for one in managers}
    assert all(after[code] <= 1 for code in takers)
    assert all(after[code] <= before[code] for code in after.keys() - takers)
    stuck = {one.code: one.hours for one, why in found.stuck if why == "NOBODY"}
    assert sum(one.hours for one in managers) + sum(stuck.values()) == hours
