"""The reader process: asked over its socket as the web half asks it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from jinlan.basics.errors import Refused
from jinlan.lake.features.catalog import MEASURES
from jinlan.lake.reader.client import LakeReader
from jinlan.lake.reader.questions import Accounts, MeasureHistory, Pin, Scope, SourceRows
from jinlan.lake.reader.sources import MAKERS
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import ENTITY, FIRST, House
from jinlan.lake.tests.tiny_bank import money

DAY = timedelta(days=1)
ALL = Scope(all=True, domains=(0, 1))


class Reader:
    """A reader process with a client and the newest load of the house's lake."""

    def __init__(self, house: House, path: Path) -> None:
        self.house, self.path = house, path
        self.client = LakeReader(path)
        command = [
            sys.executable,
            "-m",
            "jinlan.lake.reader",
            "--lake",
            str(house.lake),
            "--socket",
            str(path),
        ]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self.process = subprocess.Popen(command, env=environment)
        deadline = time.monotonic() + 60
        while not self.client.ready():
            assert self.process.poll() is None, "the reader ended at once"
            assert time.monotonic() < deadline, "the reader did not come up"

    def pin(self, load_id: int | None = None) -> Pin:
        latest = self.house.registry.latest(ENTITY)
        assert latest is not None
        return Pin.of(self.house.registry.pinned(ENTITY, load_id or latest.load_id))

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=20)


PIN = Pin(ENTITY, 1, {}, "CNY")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("reader")
    house = House(folder)
    tables = bank.first_day()
    own = "6222 A2 00** **** 0001"
    moved = bank.txn("TOWN", FIRST, "500.00", account_id="A1", counterparty_account_masked=own)
    undone = bank.txn("TREV", FIRST, "4.00", account_id="A1", credit_debit_ind="DBIT", is_reversal=True)
    fee = {
        "fee_id": "F1",
        "party_id": "P1",
        "booking_date": FIRST,
        "amount": money("10.60"),
        "vat_amount": money("0.60"),
        "ccy": "CNY",
    }
    tables |= {
        "party": [
            bank.party("P1"),
            bank.party("P2"),
            bank.party("P3", party_type="PERSON"),
            bank.party("P4"),
        ],
        "transaction": [*tables["transaction"], moved, undone],
        "loan": [bank.loan("L1", dpd=3, overdue_principal=money("7"))],
        "fee": [fee],
        "screening_hit": [{"hit_id": "H1", "party_id": "P1", "list_code": "UN", "status": "OPEN"}],
    }
    house.deliver(tables)
    house.deliver(bank.next_day(FIRST + DAY), day=FIRST + DAY)
    # a socket's path must be short
    path = Path(os.path.relpath(folder / "r.sock")) if len(str(folder)) > 90 else folder / "r.sock"
    started = Reader(house, path)
    yield started
    assert started.stop() == 0
    assert not path.exists()


def test_only_its_owner_may_open_the_socket(reader: Reader) -> None:
    assert stat.S_IMODE(reader.path.stat().st_mode) == 0o600


def test_point_aum_shows_the_days_balances_and_their_sum(reader: Reader) -> None:
    (rows,) = reader.client.source_rows(SourceRows(reader.pin(), "aum", FIRST, ("P1", "P2"), ALL))
    assert (rows.table, rows.version, rows.total, rows.note) == ("balance_daily", 1, 2, "")
    assert rows.columns[:3] == ("as_of_date", "party_id", "account_id")
    assert rows.rows[0] == (FIRST, "P1", "A1", "CUR", "CNY", Decimal("100.00"), Decimal("100.00"))
    assert rows.sums == {"": Decimal("200.00")}


def test_rows_are_read_as_known_at_the_load(reader: Reader) -> None:
    day = FIRST + DAY
    (rows,) = reader.client.source_rows(SourceRows(reader.pin(1), "aum", day, ("P1",), ALL))
    assert (rows.version, rows.rows[0][0], rows.note) == (
        0,
        FIRST,
        "2026-01-31 没有供数,沿用 2026-01-30 的余额。",
    )
    (rows,) = reader.client.source_rows(SourceRows(reader.pin(2), "aum", day, ("P1",), ALL))
    assert (rows.version, rows.sums) == (1, {"": Decimal("110.00")})


def test_settlement_leaves_out_transfers_inside_the_unit_and_takes_reversals_off(reader: Reader) -> None:
    day = FIRST + DAY
    (alone,) = reader.client.source_rows(SourceRows(reader.pin(), "settlement_12m", day, ("P1",), ALL))
    assert (alone.total, alone.sums) == (4, {"CNY": Decimal("516.00")})  # 10 + 10 + 500 - 4
    (unit,) = reader.client.source_rows(
        SourceRows(reader.pin(), "settlement_12m", day, ("P1",), ALL, peers=("P2",))
    )
    assert (unit.total, unit.sums) == (3, {"CNY": Decimal("16.00")})
    assert {row[2] for row in unit.rows} == {"P1"}


def test_only_as_many_rows_as_asked_come_but_all_are_counted(reader: Reader) -> None:
    (rows,) = reader.client.source_rows(
        SourceRows(reader.pin(), "settlement_12m", FIRST, ("P1", "P2"), ALL, limit=1)
    )
    assert (len(rows.rows), rows.total) == (1, 3)  # the transfer between P1 and P2 is left out


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_of_the_catalogue_has_sources(reader: Reader, measure: str) -> None:
    question = SourceRows(reader.pin(), measure, FIRST, ("P1",), ALL)
    if any(name not in question.record.versions for name in MEASURES[measure].needs):
        with pytest.raises(Refused) as caught:
            reader.client.source_rows(question)
        assert caught.value.code == "LAKE.ABSENT"
    else:
        assert [rows.table for rows in reader.client.source_rows(question)]


def test_the_catalogue_and_the_sources_agree() -> None:
    assert set(MAKERS) == set(MEASURES)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(all=True, domains=(0, 1)), {"P1", "P2", "P3"}),
        (Scope(parties=("P1", "P3"), domains=(0, 1)), {"P1", "P3"}),
        (Scope(parties=("P1", "P3"), domains=(1,)), {"P1"}),
        (Scope(parties=("P1", "P3"), domains=(0,)), {"P3"}),
        (Scope(all=True, domains=(0,)), {"P3"}),
        (Scope(parties=("P4",), domains=(0, 1)), set()),
        (Scope(parties=("P1",), domains=()), set()),
        (Scope(), set()),
    ],
)
def test_rows_outside_the_scope_are_never_returned(reader: Reader, scope: Scope, seen: set[str]) -> None:
    asked = ("P1", "P2", "P3")
    for measure in ("aum", "tenure_years", "settlement_12m", "loan", "revenue_12m"):
        for rows in reader.client.source_rows(
            SourceRows(reader.pin(), measure, FIRST, asked, scope, peers=("P4",))
        ):
            place = rows.columns.index("party_id")
            assert {row[place] for row in rows.rows} <= seen
            assert rows.total == len(rows.rows)
    accounts = reader.client.accounts(Accounts(reader.pin(), asked, FIRST, scope))
    assert {row[0] for row in accounts.rows} == seen
    history = reader.client.history(MeasureHistory(reader.pin(), "aum", FIRST, FIRST, asked, scope))
    expected = [(FIRST, "", Decimal(100 * len(seen)).quantize(Decimal("0.01")))] if seen else []
    assert list(history.rows) == expected


def test_accounts_come_with_family_balance_and_worst_class(reader: Reader) -> None:
    rows = reader.client.accounts(Accounts(reader.pin(), ("P1", "P2"), FIRST, ALL))
    assert rows.total == 2
    shown = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    first = {
        key: shown[0][key]
        for key in ("account_id", "family", "currency", "status", "open_date", "balance_base")
    }
    assert first == {
        "account_id": "A1", "family": "DEPOSIT", "currency": "CNY", "status": "ACTIVE", "open_date": date(2020, 1, 1),
        "balance_base": Decimal("100.00"),
    }  # fmt: skip
    assert (shown[0]["outstanding"], shown[0]["five_tier"]) == (Decimal("800.00"), "1")
    assert (shown[1]["outstanding"], shown[1]["five_tier"]) == (None, None)


def test_no_answer_holds_a_token_or_an_identifier(reader: Reader) -> None:
    rows = reader.client.source_rows(SourceRows(reader.pin(), "settlement_12m", FIRST, ("P1",), ALL))
    accounts = reader.client.accounts(Accounts(reader.pin(), ("P1",), FIRST, ALL))
    for answer in (*rows, accounts):
        assert not [name for name in answer.columns if name.endswith("_hash") or "name" in name]


def test_history_is_daily_for_balances_and_monthly_for_flows(reader: Reader) -> None:
    pin, last = reader.pin(), FIRST + DAY
    balances = reader.client.history(MeasureHistory(pin, "aum", FIRST, last, ("P1",), ALL))
    assert balances.rows == ((FIRST, "", Decimal("100.00")), (last, "", Decimal("110.00")))
    flows = reader.client.history(
        MeasureHistory(pin, "settlement_12m", FIRST, last, ("P1",), ALL, peers=("P2",))
    )
    assert flows.rows == ((date(2026, 1, 1), "CNY", Decimal("16.00")),)
    loans = reader.client.history(MeasureHistory(pin, "overdue", FIRST, last, ("P1",), ALL))
    assert loans.rows == ((last, "CNY", Decimal("7.00")),)


def test_the_compliance_zone_does_not_exist_here(reader: Reader) -> None:
    assert "screening_hit" in reader.pin().versions
    question = SourceRows(reader.pin(), "screening_hit", FIRST, ("P1",), ALL)
    with pytest.raises(Refused) as caught:
        reader.client.source_rows(question)
    assert caught.value.code == "LAKE_MEASURE"


PATH_TRAVERSAL = (
    b'{"ask": "Accounts", "body": {"record": {"entity": "../../etc", "load_id": 9, "versions": {}}, "parties": ["P1"],'
    b' "as_of": "2026-01-30", "scope": {"all": true, "parties": [], "domains": [0, 1]}}}'
)


def _say(reader: Reader, line: bytes) -> dict[str, object]:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(20)
        link.connect(str(reader.path))
        link.sendall(line + b"\n")
        with link.makefile("rb") as stream:
            answer: dict[str, object] = json.loads(stream.readline())
            return answer


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"[]",
        b"{}",
        b'{"ask": "DropTable", "body": {}}',
        b'{"ask": "Ping", "body": {"x": 1}}',
        b'{"ask": "Accounts", "body": {"record": {"entity": "TNY", "load_id": 1, "versions": {}}, "parties": ["P1"]}}',
        PATH_TRAVERSAL,
    ],
)
def test_nonsense_is_refused_and_the_reader_lives_on(reader: Reader, line: bytes) -> None:
    answer = _say(reader, line)
    assert (answer["ok"], answer["code"]) == (False, "LAKE_QUESTION")
    assert reader.client.ready()


def test_a_lake_that_is_not_there_is_a_refusal_not_a_crash(reader: Reader) -> None:
    pin = Pin("GONE", 5, {"account": 3, "product": 0})
    with pytest.raises(Refused) as caught:
        reader.client.accounts(Accounts(pin, ("P1",), FIRST, ALL))
    assert caught.value.code == "LAKE_FAILED"
    assert reader.client.ready()


def test_a_refusal_crosses_over_with_its_template_and_what_fills_it(reader: Reader) -> None:
    question = SourceRows(reader.pin(), "luck", FIRST, ("P1",), ALL)
    with pytest.raises(Refused) as caught:
        reader.client.source_rows(question)

    assert (caught.value.code, caught.value.templates, caught.value.params) == (
        "LAKE_MEASURE",
        ("没有指标 %(measure)s 的来源。", "请在指标目录中选择。"),
        {"measure": "luck"},
    )
    assert caught.value.message == "没有指标 luck 的来源。"


def test_a_second_reader_on_the_same_socket_is_refused(reader: Reader) -> None:
    command = [
        sys.executable,
        "-m",
        "jinlan.lake.reader",
        "--lake",
        str(reader.house.lake),
        "--socket",
        str(reader.path),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1
    assert "已有湖读取进程" in done.stderr
    assert reader.client.ready()


def test_without_a_reader_the_client_says_so(tmp_path: Path) -> None:
    client = LakeReader(tmp_path / "nobody.sock")
    assert not client.ready()
    with pytest.raises(Refused) as caught:
        client.accounts(Accounts(Pin("TNY", 1, {}), ("P1",), FIRST, ALL))
    assert (caught.value.code, caught.value.message) == (
        "LAKE_AWAY",
        "数据湖读取进程没有运行,暂时看不到来源明细。",
    )


def test_a_reader_that_does_not_answer_in_time_is_slow(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(1)
        with pytest.raises(Refused) as caught:
            LakeReader(path, seconds=0.2).accounts(Accounts(Pin("TNY", 1, {}), ("P1",), FIRST, ALL))
    assert caught.value.code == "LAKE_SLOW"


@pytest.mark.parametrize(
    "line", [b"null\n", b"[]\n", b'{"ok": true}\n', b'{"ok": true, "answer": {"sources": [{"x": 1}]}}\n', b'{"ok": false}\n', b'{"ok": false, "code": "X", "message": "%(a)s", "way_out": "", "params": {}}\n', b'{"ok": tr']
)  # fmt: skip
def test_what_is_no_answer_of_ours_counts_as_none(tmp_path: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()

        def serve() -> None:
            with listening.accept()[0] as taken:
                taken.recv(65536)
                taken.sendall(line)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(Refused) as caught:
            LakeReader(tmp_path / "s").source_rows(
                SourceRows(PIN, "aum", FIRST, ("P",), Scope(("P",), (1,)), 1)
            )

    assert caught.value.code == "LAKE_AWAY"


def test_a_reader_that_answers_byte_by_byte_is_slow(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()

        def serve() -> None:
            with listening.accept()[0] as taken, contextlib.suppress(OSError):
                for _piece in range(100):
                    taken.sendall(b" ")
                    time.sleep(0.05)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(Refused) as caught:
            LakeReader(tmp_path / "s", seconds=0.3).source_rows(
                SourceRows(PIN, "aum", FIRST, ("P",), Scope(("P",), (1,)), 1)
            )

    assert caught.value.code == "LAKE_SLOW"


def test_the_client_brings_no_engine_into_the_web_process() -> None:
    code = (
        "import sys; import jinlan.lake.reader.client; "
        "bad = {'ibis', 'duckdb', 'pyarrow', 'deltalake', 'pandas', 'numpy'} & set(sys.modules); sys.exit(bool(bad))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, timeout=60, check=False).returncode == 0
    )
