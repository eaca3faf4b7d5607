"""The names of the lines of the profitability statement, for both halves: no engine is needed to read them."""

from __future__ import annotations

LOAN, DEPOSIT, OTHER = "LOAN", "DEPOSIT", ""  # the sides of the books
KEYS = ("party_id", "account_id", "product_code", "side")
LINES = ("balance_days", "interest", "transfer", "fees", "fee_expense", "other", "vat", "cost", "expected_loss", "capital")  # fmt: skip
# Something was lacking: a transfer price, a rate of exchange, the risk of a loan, a risk weight (then 100 % is taken).
FLAGS = ("unpriced", "unrated", "unrisked", "assumed")
