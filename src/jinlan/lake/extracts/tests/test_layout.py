"""The declaration of the extract and its place in the lake agree with each other."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from jinlan.lake.extracts.layout import MONTH, lake_key, lake_schema, table_path
from jinlan.lake.extracts.schema import REQUIRED, TABLES
from jinlan.lake.loading.checks import order


def test_the_required_tables_are_those_of_the_reference() -> None:
    assert sorted(REQUIRED) == ["account", "balance_daily", "branch", "party", "product", "transaction"]


def test_money_rates_and_times_have_one_type_everywhere() -> None:
    account = lake_schema(TABLES["account"])
    assert account.field("interest_rate").type == pa.decimal128(12, 8)
    assert lake_schema(TABLES["balance_daily"]).field("closing_balance").type == pa.decimal128(24, 2)
    assert lake_schema(TABLES["transaction"]).field("booking_ts").type == pa.timestamp("us", "UTC")
    assert account.field("account_no_masked_hash").type == pa.string()


def test_every_lake_table_has_its_key_and_ends_with_the_month() -> None:
    for table in TABLES.values():
        names = lake_schema(table).names
        assert names[-1] == MONTH
        assert set(lake_key(table)) <= set(names), table.name
        assert ("change_type" in names) == (table.kind == "state"), table.name


def test_a_key_that_is_an_identifier_is_a_token_in_the_lake() -> None:
    assert lake_key(TABLES["party_contact_point"]) == ("party_id", "type", "value_hash")


def test_references_name_tables_with_a_single_key() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.references:
                assert len(TABLES[column.references].key) == 1, (table.name, column.name)


def test_referenced_tables_are_checked_first() -> None:
    found = order(list(TABLES))
    assert sorted(found) == sorted(TABLES)
    for table in TABLES.values():
        for column in table.columns:
            if column.references not in ("", table.name):
                assert found.index(column.references) < found.index(table.name)


def test_the_compliance_zone_lies_apart() -> None:
    assert table_path(Path("l"), "E", "screening_hit") == Path("l/E/compliance/screening_hit")
    assert table_path(Path("l"), "E", "party") == Path("l/E/lake/party")
