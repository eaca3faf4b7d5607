"""Sources that are not canonical: text files, old encodings, flag files, other names and codes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.lake.loading.mapping import Mapping, parse_mapping, read_mapping
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import House, checks, finding, quarantined, rejected

MAPPING = """
entity = "OLD"
encoding = "gb18030"
delimiter = "|"
folder = "{date}"
flag = "{date}.ok"
flag_columns = ["file", "rows"]
name_date_format = "%Y%m%d"
date_format = "%Y%m%d"
timestamp_format = "%Y%m%d%H%M%S"
utc_offset = "+08:00"

[tables.branch]
file = "ORG_{date}.dat"
columns = { branch_id = "机构号", name = "机构名称", level = "级别" }

[tables.product]
file = "PROD_{date}.dat"
columns = { product_code = "产品号", name_zh = "产品名" }
constants = { family = "DEPOSIT" }

[tables.party]
file = "CUST_{date}.dat"
columns = { party_id = "客户号", name_zh = "客户名称", party_type = "类型", home_branch_id = "机构号", id_no = "证件号" }
constants = { party_status = "ACTIVE", id_type = "USCC", id_country = "CN" }
values.party_type = { "1" = "PERSON", "2" = "ORG" }

[tables.account]
file = "ACCT_{date}.dat"
columns = { account_id = "账号", party_id = "客户号", open_date = "开户日", status = "状态", branch_id = "机构号", joint_flag = "联名" }
constants = { currency = "CNY", product_code = "CUR" }
values.status = { "A" = "ACTIVE", "C" = "CLOSED" }

[tables.balance_daily]
file = "BAL_{date}.dat"
columns = { account_id = "账号", closing_balance = "余额", balance_base = "余额" }

[tables.transaction]
file = "TXN_{date}.dat"
columns = { txn_id = "流水号", account_id = "账号", booking_date = "记账日", booking_ts = "时间", amount = "金额", credit_debit_ind = "借贷" }
constants = { currency = "CNY", txn_type = "TRANSFER", status = "BOOK" }
values.credit_debit_ind = { "贷" = "CRDT", "借" = "DBIT" }
"""


def _mapping(tmp_path: Path, text: str = MAPPING) -> Mapping:
    path = tmp_path / "old.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def _old_bank(
    folder: Path, *, delimiter: str = "|", encoding: str = "gb18030", flag: bool = True, rows: int = 2
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, tuple[list[str], list[list[str]]]] = {
        "ORG": (["机构号", "机构名称", "级别"], [["B1", "金澜银行总行营业部", "1"]]),
        "PROD": (["产品号", "产品名"], [["CUR", "活期存款"]]),
        "CUST": (
            ["客户号", "客户名称", "类型", "机构号", "证件号"],
            [["C1", "龘靐信息|技术有限公司", "2", "B1", "91330100799655058B"], ["C2", "张\"三\"", "1", "B1", ""]],
        ),
        "ACCT": (
            ["账号", "客户号", "开户日", "状态", "机构号", "联名"],
            [["A1", "C1", "20200102", "A", "B1", "否"], ["A2", "C2", "20210304", "A", "B1", "1"]],
        ),
        "BAL": (["账号", "余额"], [["A1", "1000.50"], ["A2", "-3.2"]]),
        "TXN": (
            ["流水号", "账号", "记账日", "时间", "金额", "借贷"],
            [["T1", "A1", "20260130", "20260130073001", "7.00", "贷"], ["T2", "A2", "20260130", "", "8", "借"]],
        ),
    }  # fmt: skip
    lines = []
    for name, (header, body) in files.items():
        path = folder / f"{name}_20260130.dat"
        if len(delimiter) == 1:
            bank.write_csv(path, header, body, encoding, delimiter)
        else:
            path.write_text(
                "".join(delimiter.join(row) + "\r\n" for row in [header, *body]), encoding=encoding
            )
        lines.append(delimiter.join([path.name, str(len(body) if name != "BAL" else rows)]))
    if flag:
        (folder / "20260130.ok").write_text("\n".join(lines) + "\n", encoding=encoding)


def _load(house: House, mapping: Mapping) -> Any:
    return house.load(mapping=mapping)[0]


def test_a_gb18030_source_with_bars_and_a_flag_file_loads_as_if_it_were_canonical(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130")
    report = _load(house, _mapping(tmp_path))

    assert (report.status, report.label) == ("loaded", "OLD 2026-01-30 #1")
    assert checks(report, "E") == []
    names = house.outcome.identities["party"]["name_zh"].to_pylist()
    assert names == ["龘靐信息|技术有限公司", '张"三"']
    day = date(2026, 1, 30)
    assert _rows(house, "party", "party_id", "party_type", "as_of_date") == [
        ("C1", "ORG", day),
        ("C2", "PERSON", day),
    ]


def test_amounts_dates_times_and_codes_of_an_old_source_are_understood(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130")
    _load(house, _mapping(tmp_path))

    balances = _rows(house, "balance_daily", "account_id", "balance_base")
    assert balances == [("A1", Decimal("1000.50")), ("A2", Decimal("-3.20"))]
    at = datetime(2026, 1, 29, 23, 30, 1, tzinfo=UTC)
    assert _rows(house, "transaction", "credit_debit_ind", "booking_ts") == [("CRDT", at), ("DBIT", None)]
    accounts = _rows(house, "account", "open_date", "joint_flag")
    assert accounts == [(date(2020, 1, 2), False), (date(2021, 3, 4), True)]


def _rows(house: House, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return rows of the old bank's lake, sorted by the first column."""
    table = _view(house).table(name)
    return [
        tuple(row.values()) for row in table.select(*columns).order_by(columns[0]).to_pyarrow().to_pylist()
    ]


def _view(house: House) -> Any:
    from jinlan.lake.view import LakeView

    record = house.registry.latest("OLD")
    assert record is not None
    return LakeView(house.lake, record, memory_limit="256MB", threads=1)


def test_a_delimiter_of_several_characters_works(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130", delimiter="|@|", encoding="utf-8")
    text = MAPPING.replace('delimiter = "|"', 'delimiter = "|@|"\nquote = ""').replace("gb18030", "utf-8")
    assert _load(house, _mapping(tmp_path, text)).status == "loaded"
    assert house.outcome.identities["party"]["name_zh"].to_pylist() == ["龘靐信息|技术有限公司", '张"三"']


def test_without_its_flag_file_a_delivery_is_not_loaded_and_that_is_said(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130", flag=False)
    report = _load(house, _mapping(tmp_path))
    assert (report.status, report.message) == ("incomplete", "没有清单 {date}.ok,视为尚未投送完,未装载")


def test_the_flag_files_row_count_is_checked(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130", rows=3)
    report = _load(house, _mapping(tmp_path))
    assert checks(report, "F") == [("balance_daily", "ROW_COUNT", 1)]


def test_the_wrong_encoding_is_named(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130", encoding="utf-16")
    report = _load(house, _mapping(tmp_path, MAPPING.replace('flag_columns = ["file", "rows"]', "")))
    assert report.status == "rejected"
    assert report.checks[-1].code in {"ENCODING", "HEADER", "COLUMN_MISSING"}


def test_a_row_with_a_field_too_many_rejects_the_file_without_quoting_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = house.source / "20260130"
    _old_bank(folder)
    path = folder / "CUST_20260130.dat"
    path.write_bytes(path.read_bytes() + "C3|李四|1|B1||多\r\n".encode("gb18030"))
    report = _load(house, _mapping(tmp_path))
    assert checks(report, "F") == [("party", "SHAPE", 1)]
    assert finding(report, "SHAPE").detail == "第 1 行之后有一行是 6 列,表头是 5 列"


def test_values_that_cannot_be_read_are_quarantined_with_their_text(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = house.source / "20260130"
    _old_bank(folder)
    body = [[f"A{1 + n % 2}", "1.00"] for n in range(2)]
    bank.write_csv(folder / "BAL_20260130.dat", ["账号", "余额"], body, "gb18030", "|")
    entries = [[f"T{n}", "A1", "20260130", "", "1.00", "贷"] for n in range(600)]
    entries += [
        ["TX", "A1", "20260231", "", "1.00", "贷"],
        ["TY", "A1", "20260130", "", "1.005", "贷"],
        ["TZ", "A1", "20260130", "", "1.00", "转"],
    ]
    bank.write_csv(
        folder / "TXN_20260130.dat",
        ["流水号", "账号", "记账日", "时间", "金额", "借贷"],
        entries,
        "gb18030",
        "|",
    )
    report = _load(house, _mapping(tmp_path, MAPPING.replace('flag_columns = ["file", "rows"]', "")))

    assert report.status == "loaded"
    assert quarantined(house) == [
        ("transaction", 601, "booking_date", "TYPE"), ("transaction", 602, "amount", "TYPE"),
        ("transaction", 603, "credit_debit_ind", "CODE"),
    ]  # fmt: skip
    first = rejected(house, "TYPE")
    assert (first.key, first.value, first.reason) == ("TX", "20260231", "值不是日期")


def test_canonical_csv_in_utf_8_needs_no_mapping(tmp_path: Path) -> None:
    import json

    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    header = ["account_id", "closing_balance", "balance_base", "as_of_date"]
    body = [[f"A{n}", "100.00", "100.00", "2026-01-30"] for n in range(1, 5)]
    path = folder / "balance_daily.csv"
    bank.write_csv(path, header, body, "utf-8-sig", ",")
    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["tables"]:
        if entry["table"] == "balance_daily":
            entry |= {"file": path.name, "sha256": bank.sha256(path)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    report = house.load()[0]
    assert (report.status, checks(report, "E")) == ("loaded", [])
    assert len(house.rows("balance_daily", "account_id")) == 4


def test_another_mapping_of_the_same_files_is_another_content(tmp_path: Path) -> None:
    house = House(tmp_path)
    _old_bank(house.source / "20260130")
    mapping = _mapping(tmp_path)
    assert _load(house, mapping).status == "loaded"
    assert _load(house, mapping).status == "unchanged"
    with pytest.raises(Refused, match="需要批准"):
        _load(house, _mapping(tmp_path, MAPPING.replace('"2" = "ORG"', '"2" = "GOV"')))


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ({"encoding": "gb9999"}, "MAPPING.ENCODING", "未知的字符编码 gb9999"),
        ({"delimiter": ""}, "MAPPING.DELIMITER", "分隔符不能为空"),
        ({"colour": "red"}, "MAPPING.KEY", "映射文件 中有未知的键 colour"),
        ({"delimiter": 7}, "MAPPING.TYPE", "键 delimiter 的类型不对"),
        ({"tables": {"clients": {}}}, "MAPPING.TABLE", "规范中没有表 clients"),
        ({"tables": {"party": {"mode": "weekly"}}}, "MAPPING.MODE", "tables.party.mode 只能是 full 或 delta"),
        (
            {"tables": {"party": {"columns": {"nick": "x"}}}},
            "MAPPING.COLUMN",
            "tables.party 写了规范中没有的列 nick",
        ),
        ({"tables": {"party": {"values": {"gender": "x"}}}}, "MAPPING.TYPE", "tables.party.values"),
        ({"flag": "x.ok"}, "MAPPING.FLAG", "使用标志文件时,至少一张表要写明 file"),
    ],
)
def test_a_wrong_mapping_is_refused_and_the_key_is_named(
    document: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(Refused) as caught:
        parse_mapping(document)
    assert caught.value.code == code
    assert words in caught.value.message


def test_a_mapping_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        _mapping(tmp_path, "= =")
    assert caught.value.code == "MAPPING.SYNTAX"
    with pytest.raises(Refused) as caught:
        read_mapping(tmp_path / "none.toml")
    assert caught.value.code == "MAPPING.ABSENT"
