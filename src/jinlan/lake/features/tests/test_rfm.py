"""RFM of 01 §1.3."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from jinlan.lake import engines
from jinlan.lake.features import rfm
from jinlan.lake.features.measures import party_measures
from jinlan.lake.features.tests.memory import PRODUCTS, MemoryView, account, balances, party, span, txn

AS_OF = date(2024, 12, 31)


def labels(rows):
    con = engines.connect()
    table = con.create_table("t", {name: [row[name] for row in rows] for name in rows[0]})
    found = con.to_pyarrow(rfm.label(table, "segment", recency="r", frequency="f", monetary="m")).to_pylist()
    return [row["rfm"] for row in sorted(found, key=lambda row: row["id"])]


def rows_of(recency, frequency, money):
    return [
        {"id": i, "as_of": AS_OF, "segment": "ORG", "r": r, "f": f, "m": m}
        for i, (r, f, m) in enumerate(zip(recency, frequency, money, strict=True))
    ]


def test_the_worked_example_of_the_reference_scores_recency_5_4_3_2_1():
    found = labels(rows_of([5, 20, 40, 90, 300], [9, 7, 5, 3, 1], [1, 2, 3, 4, 5]))
    assert [value // 100 for value in found] == [5, 4, 3, 2, 1]
    assert [value // 10 % 10 for value in found] == [5, 4, 3, 2, 1]
    assert [value % 10 for value in found] == [1, 2, 3, 4, 5]


def test_ties_share_the_score_of_the_lower_boundary():
    found = labels(rows_of([40, 40, 40, 90, 300], [1, 1, 1, 1, 9], [1, 2, 2, 2, 3]))
    assert [value // 100 for value in found] == [3, 3, 3, 2, 1]
    assert [value // 10 % 10 for value in found] == [1, 1, 1, 1, 5]
    assert [value % 10 for value in found] == [1, 2, 2, 2, 5]


def test_a_client_without_a_transaction_ranks_last_and_unknown_money_has_no_label():
    rows = rows_of([None, 5, 20, 40, 90], [0, 4, 3, 2, 1], [5, 1, 1, 1, 1])
    assert labels(rows)[0] // 100 == 1
    rows.append({"id": 5, "as_of": AS_OF, "segment": "ORG", "r": 1, "f": 100, "m": None})
    assert labels(rows)[5] is None
    assert labels(rows)[1] // 100 == 5


def test_persons_and_organisations_are_not_mixed():
    parties, accounts, txns, ends = [], [], [], []
    for i, kind in enumerate(("PERSON",) * 5 + ("ORG",) * 5):
        parties.append(party(f"P{i}", kind))
        accounts.append(account(f"A{i}", f"P{i}"))
        ends += balances(f"A{i}", dict.fromkeys(span(date(2024, 1, 1), AS_OF), 1))
        day = AS_OF - timedelta(days=(5, 20, 40, 90, 300)[i % 5])
        txns.append(txn(f"T{i}", f"A{i}", day, 1000 + i))
    rows = {
        "party": parties,
        "account": accounts,
        "product": PRODUCTS,
        "balance_daily": ends,
        "transaction": txns,
    }
    view = MemoryView(rows, AS_OF)
    found = view.connect().to_pyarrow(party_measures(view, AS_OF).order_by("party_id"))
    assert [value // 100 for value in found["rfm"].to_pylist()] == [5, 4, 3, 2, 1, 5, 4, 3, 2, 1]
    assert found["recency_days"].to_pylist() == [5, 20, 40, 90, 300] * 2
    assert found["settlement_12m"].to_pylist() == [Decimal(1000 + i) for i in range(10)]
    assert set(found["revenue_12m_state"].to_pylist()) == {2}


def test_a_number_that_five_does_not_divide_is_cut_at_the_lower_boundary():
    found = labels(rows_of(range(1, 12), range(11, 0, -1), [1] * 11))
    assert [value // 100 for value in found] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1]
    assert [value // 10 % 10 for value in found] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1]
