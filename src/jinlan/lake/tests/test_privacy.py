"""Direct identifiers never enter the lake, in whatever column they come (10 §10.10)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from jinlan.lake import delta
from jinlan.lake.extracts.layout import lake_schema, table_path
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import ENTITY, FIRST, House
from jinlan.lake.tests.tiny_bank import SECRET
from jinlan.lake.tokens import token

AT = datetime(2026, 1, 30, 2, tzinfo=UTC)
CANARIES = {
    "name": "金丝雀甲乙丙", "english": "Canary Alpha", "former": "金丝雀旧名", "id": "11010519491231002X",
    "mobile": "13912345678", "contact": "金丝雀联系人", "staff": "金丝雀客户经理", "account": "6222 99** **** 9999 999",
    "counterparty": "金丝雀对手方", "other_account": "6217 88** **** 8888 888", "remark": "金丝雀货款", "summary": "金丝雀纪要",
    "subject": "金丝雀主题", "next": "金丝雀下一步", "verbatim": "金丝雀原话", "beneficiary": "金丝雀受益人",
}  # fmt: skip
BORN = date(1987, 6, 5)


def _canary_bank(house: House) -> None:
    tables = bank.first_day()
    c = CANARIES
    person = bank.party(
        "P9", party_type="PERSON", name_zh=c["name"], name_en=c["english"], former_name=c["former"], id_type="RESIDENT_ID",
        id_no=c["id"], birth_or_incorp_date=BORN, gender="F",
    )  # fmt: skip
    entry = bank.txn(
        "TX", FIRST, counterparty_name=c["counterparty"], counterparty_account_masked=c["other_account"],
        remittance_info=c["remark"],
    )  # fmt: skip
    report = house.deliver(
        {
            **tables, "party": [*tables["party"], person],
            "account": [*tables["account"], bank.account("A9", "P9", account_no_masked=c["account"])],
            "transaction": [*tables["transaction"], entry],
            "party_contact_point": [{"party_id": "P9", "type": "MOBILE", "value": c["mobile"]}],
            "contact_person": [{"contact_id": "K1", "org_party_id": "P1", "name": c["contact"]}],
            "employee": [{"employee_id": "E1", "name": c["staff"], "branch_id": "B1"}],
            "interaction": [{"interaction_id": "I1", "party_id": "P9", "ts_start": AT, "type": "CALL", "subject": c["subject"],
                             "summary": c["summary"], "next_action": c["next"]}],
            "survey_response": [{"response_id": "R1", "survey_id": "S", "party_id": "P9", "metric": "NPS", "score": 9,
                                 "answered_ts": AT, "verbatim": c["verbatim"]}],
            "off_balance": [{"instrument_id": "O1", "party_id": "P9", "type": "LC", "currency": "CNY",
                             "amount": bank.money("5"), "beneficiary": c["beneficiary"]}],
            "screening_hit": [{"hit_id": "H1", "party_id": "P9", "list_code": "UN", "status": "OPEN"}],
        }
    )  # fmt: skip
    assert (report.status, report.quarantined) == ("loaded", 0)


def test_no_planted_identifier_is_in_any_file_of_the_lake(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    needles = {name: [text, text.replace(" ", "")] for name, text in CANARIES.items()}
    scanned = 0
    for file in (house.lake / ENTITY).rglob("*"):
        if not file.is_file():
            continue
        haystack = str(pq.read_table(file).to_pylist()) if file.suffix == ".parquet" else ""
        haystack += file.read_bytes().decode("utf-8", errors="ignore")
        assert [name for name, texts in needles.items() if any(text in haystack for text in texts)] == []
        assert "1987-06-05" not in haystack
        assert "datetime.date(1987, 6, 5)" not in haystack
        scanned += 1
    assert scanned > 25


def test_the_search_would_find_an_identifier_that_is_there(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    file = next((house.lake / ENTITY).rglob("*.parquet"))
    table = pq.read_table(file)
    spoiled = tmp_path / "spoiled.parquet"
    pq.write_table(table.set_column(0, table.schema.names[0], [[CANARIES["name"]] * table.num_rows]), spoiled)
    assert CANARIES["name"] in str(pq.read_table(spoiled).to_pylist())


def test_every_vault_and_dropped_column_has_no_place_in_any_lake_schema() -> None:
    for table in TABLES.values():
        names = set(lake_schema(table).names)
        for column in table.columns:
            assert (column.name in names) == (column.keep == "plain"), (table.name, column.name)
            assert (f"{column.name}_hash" in names) == (column.keep == "hash"), (table.name, column.name)


def test_the_lake_keeps_a_token_by_which_equal_numbers_meet(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    rows = dict(house.rows("party", "party_id", "id_no_hash"))
    assert rows["P9"] == token(SECRET, "11010519491231002x ")
    assert rows["P1"] is None
    (contact,) = house.rows("party_contact_point", "value_hash")
    assert contact == (token(SECRET, "139-1234-5678"),)


def test_the_vault_gets_the_clear_values(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    identities = house.outcome.identities
    assert sorted(identities) == [
        "account",
        "contact_person",
        "counterparty",
        "employee",
        "party",
        "party_contact_point",
    ]
    person = next(row for row in identities["party"].to_pylist() if row["party_id"] == "P9")
    assert person["name_zh"] == CANARIES["name"]
    assert (person["id_no"], person["birth_or_incorp_date"], person["gender"]) == (CANARIES["id"], BORN, "F")
    assert person["id_no_hash"] == token(SECRET, CANARIES["id"])
    assert identities["employee"].to_pylist()[0]["name"] == CANARIES["staff"]
    assert identities["party_contact_point"].to_pylist()[0]["value"] == CANARIES["mobile"]


def test_screening_lies_in_a_zone_of_its_own(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    assert (
        table_path(house.lake, ENTITY, "screening_hit")
        == house.lake / ENTITY / "compliance" / "screening_hit"
    )
    assert delta.version(house.lake / ENTITY / "compliance" / "screening_hit") == 0
    assert not (house.lake / ENTITY / "lake" / "screening_hit").exists()


def test_a_token_that_the_bank_made_replaces_the_number(tmp_path: Path) -> None:
    import json

    import pyarrow as pa

    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    file = folder / "party.parquet"
    table = pq.read_table(file)
    pq.write_table(table.append_column("id_hash", pa.array(["f" * 64] * table.num_rows)), file)
    manifest = json.loads((folder / "manifest.json").read_text())
    next(entry for entry in manifest["tables"] if entry["table"] == "party")["sha256"] = bank.sha256(file)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert house.load()[0].status == "loaded"
    assert {row[0] for row in house.rows("party", "id_no_hash")} == {"f" * 64}


def test_nothing_of_a_load_stays_in_the_spill_folder(tmp_path: Path) -> None:
    house = House(tmp_path)
    _canary_bank(house)
    assert not (house.lake / ENTITY / ".tmp").exists()
