"""Hand-written SQL of the few measures that the stories speak about; independent of the lake's own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb

_ACCOUNTS = """
create temp table if not exists acc as
select account_id, arg_max(party_id, a.as_of_date) as party_id, any_value(account_no_masked) as mask,
  any_value(p.family) as family, any_value(interest_rate) as rate, any_value(ftp_rate) as ftp
from account a join product p using (product_code) group by account_id
"""


class Lens:
    """Asks the demo bank; money comes back in yuan as float."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(_ACCOUNTS)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a query."""
        named = values[0] if values and isinstance(values[0], dict) else list(values)
        return self.connection.execute(sql, named).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """Run a query that returns one value."""
        return self.rows(sql, *values)[0][0]

    def average(self, parties: Sequence[str], day: str, family: str = "%") -> float:
        """Average of 12 months of balances in base currency."""
        return _number(self.one(
            """select sum(balance_base) / (?::date - (?::date - interval 1 year)::date) from balance_daily b
            join acc using (account_id) where list_contains(?, party_id) and family like ?
            and b.as_of_date > ?::date - interval 1 year and b.as_of_date <= ?""",
            day, day, list(parties), family, day, day))  # fmt: skip

    def aum(self, parties: Sequence[str], day: str) -> float:
        """Balances of one day."""
        return _number(self.one(
            """select sum(balance_base) from balance_daily b join acc using (account_id)
            where list_contains(?, party_id) and b.as_of_date = ?""", list(parties), day))  # fmt: skip

    def month(self, parties: Sequence[str], day: str) -> float:
        """Average of the month that ends on `day`."""
        return _number(self.one(
            """select sum(balance_base) / day(?::date) from balance_daily b join acc using (account_id)
            where list_contains(?, party_id) and b.as_of_date between date_trunc('month', ?::date) and ?""",
            day, list(parties), day, day))  # fmt: skip

    def settlement(self, parties: Sequence[str], day: str, *, gross: bool = False) -> float:
        """Credits of 12 months; not `gross`: without those from the same parties' own accounts."""
        return _number(self.one(
            """select sum(amount) from transaction t join acc using (account_id)
            where list_contains($parties, party_id) and credit_debit_ind = 'CRDT' and status = 'BOOK'
            and not is_internal and not is_reversal and txn_type not in ('INTEREST', 'FEE')
            and booking_date > $day::date - interval 1 year and booking_date <= $day
            and ($gross or coalesce(counterparty_account_masked, '') not in
              (select mask from acc where list_contains($parties, party_id)))""",
            {"parties": list(parties), "day": day, "gross": gross}))  # fmt: skip

    def revenue(self, parties: Sequence[str], day: str) -> float:
        """Deposit margin + loan margin of 12 months (loans as they stand) + fees without VAT."""
        deposits = _number(self.one(
            """select sum(balance_base * (ftp - rate)) / 365 from balance_daily b join acc using (account_id)
            where list_contains(?, party_id) and family = 'DEPOSIT'
            and b.as_of_date > ?::date - interval 1 year and b.as_of_date <= ?""", list(parties), day,
            day))  # fmt: skip
        loans = _number(self.one(
            """select sum(outstanding * (interest_rate - ftp_rate)) from (select * from loan where
                as_of_date <= ?
            qualify row_number() over (partition by loan_id order by as_of_date desc) = 1)
            where list_contains(?, party_id)""", day, list(parties)))  # fmt: skip
        fees = _number(self.one(
            """select sum(amount - vat_amount) from fee where list_contains(?, party_id)
            and booking_date > ?::date - interval 1 year and booking_date <= ?""", list(parties), day,
            day))  # fmt: skip
        return deposits + loans + fees


def _number(value: Decimal | float | None) -> float:
    return 0.0 if value is None else float(value)
