"""Backup and restore as a person does it, on the command line: a small bank that runs, is backed up, lost, and stands elsewhere."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jinlan.basics.clock import now_utc
from jinlan.lake.tests import tiny_bank
from jinlan.site.backup.keys import held
from jinlan.site.embedded import Embedded
from jinlan.site.home import Home
from jinlan.site.trust.damage import Damager, blind
from tests.conftest import Product, clean_environment, free_port, small_disk, start_product
from tests.test_staff import lands_on
from tests.test_start import answers, living, until

pytestmark = pytest.mark.xdist_group("backup")

PEOPLE = '[[staff]]\nusername = "newhead"\nname = "新任总经理"\nrole = "dept_head"\n'
PASSPHRASE = "correct horse battery"
IDENTITIES = 5  # the account numbers of four accounts and one document number


def command(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    env = clean_environment(home) | {"JINLAN_ENTITY": tiny_bank.ENTITY} | more
    return subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", *words], env=env, capture_output=True, text=True, check=False, timeout=180
    )  # fmt: skip


def ran(home: Path, *words: str) -> str:
    done = command(home, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the code of a refusal, which is one sentence and no traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.rstrip().rpartition("[")[2].rstrip("]\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a home that runs, holds a delivery and one person, and was backed up while it ran."""
    folder = tmp_path_factory.mktemp("backup")
    home, port = folder / "home", free_port()
    rows = tiny_bank.first_day()
    rows["party"][0]["id_no"] = "911100001234567890"
    tiny_bank.write(folder / "delivery", rows)
    (folder / "people.toml").write_text(PEOPLE, encoding="utf-8")
    (folder / "pass").write_text(PASSPHRASE + "\n")
    process = start_product(home, port, "--no-demo")
    try:
        until(lambda: answers(port))
        ran(home, "load", str(folder / "delivery"))
        ran(home, "nightly", "--as-of", "2026-01-30")
        password = ran(home, "staff", str(folder / "people.toml")).split()[1]
        (folder / "password").write_text(password)
        ran(
            home,
            "backup",
            str(folder / "backup"),
            "--keys",
            str(folder / "keys.json"),
            "--passphrase",
            str(folder / "pass"),
        )
        yield folder
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        for path in folder.iterdir():
            for left in living(path) if path.is_dir() else ():
                os.kill(left, signal.SIGKILL)


def keys(place: Path) -> list[str]:
    return ["--keys", str(place / "keys.json"), "--passphrase", str(place / "pass")]


def test_who_could_sign_in_before_can_sign_in_where_it_was_restored(place: Path) -> None:
    nowhere, elsewhere, port = place / "nowhere", place / "elsewhere", free_port()

    said = ran(nowhere, "restore", str(place / "backup"), "--into", str(elsewhere), *keys(place))

    assert "与清单一致" in said
    assert f"保险库抽样打开 / vault sample opened  {IDENTITIES}" in said
    assert not nowhere.exists()
    process = start_product(elsewhere, port, "--no-demo")
    until(lambda: answers(port))
    product = Product(f"http://127.0.0.1:{port}", elsewhere)
    assert lands_on(product, "newhead", (place / "password").read_text()).endswith("/account/password")
    there = Product("", place / "home").units("2026-01-30", user="newhead")
    assert product.units("2026-01-30", user="newhead") == there != {}
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_what_was_deleted_by_mistake_is_back_at_the_instant_before(place: Path) -> None:
    server, again = Embedded(Home(place / "home")), place / "again"
    with psycopg.connect(server.url("admin"), autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("create table saved as select * from clients_partyidentity")
        (at,) = admin.execute("select clock_timestamp()").fetchone() or ()
        assert admin.execute("delete from clients_partyidentity").rowcount == IDENTITIES
        (segment,) = admin.execute("select pg_walfile_name(pg_switch_wal())").fetchone() or ()
        until((place / "home" / "wal" / str(segment)).exists, 30)

    ran(place / "home", "restore", str(place / "backup"), "--into", str(again), "--at", at.isoformat())

    assert count(again, "clients_partyidentity") == IDENTITIES
    assert count(place / "home", "clients_partyidentity") == 0
    with psycopg.connect(server.url("admin"), autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("insert into clients_partyidentity select * from saved")
        admin.execute("drop table saved")


def count(home: Path, table: str) -> int:
    """Count in a home's database, started for this when it does not run."""
    server = Embedded(Home(home).make())
    started = not server.running() and bool(server.start())
    try:
        with psycopg.connect(server.url("admin")) as admin:
            row = admin.execute(f"select count(*) from {table}".encode()).fetchone()
            return int(row[0]) if row else -1
    finally:
        if started:
            server.stop()


def test_an_instant_that_the_log_does_not_reach_is_refused_and_leaves_nothing(place: Path) -> None:
    for at, code in (("2020-01-01T00:00:00Z", "RESTORE_EARLIER"), (f"{now_utc().year + 1}-01-01T00:00:00Z", "RESTORE_BEYOND"),
                     ("2026-11-25T10:00:00", "RESTORE_AT")):  # fmt: skip
        done = command(
            place / "home", "restore", str(place / "backup"), "--into", str(place / "never"), "--at", at
        )
        assert refusal(done) == code
    assert not [path for path in place.iterdir() if "never" in path.name]


def test_a_home_that_holds_anything_is_never_overwritten(place: Path) -> None:
    before = sorted((place / "home" / "keys").iterdir())
    busy = place / "busy"
    busy.mkdir()
    (busy / "mine").write_text("x")

    over = command(place / "home", "restore", str(place / "backup"), "--into", str(place / "home"))
    beside = command(place / "home", "restore", str(place / "backup"), "--into", str(busy))

    assert (refusal(over), refusal(beside)) == ("RESTORE_OVER", "RESTORE_OVER")
    assert "已有数据库" in over.stderr
    assert sorted((place / "home" / "keys").iterdir()) == before
    assert [path.name for path in busy.iterdir()] == ["mine"]


def test_without_keys_identities_stay_sealed_and_it_is_said(place: Path) -> None:
    nowhere, sealed = place / "nowhere", place / "sealed"

    silent = command(nowhere, "restore", str(place / "backup"), "--into", str(sealed))
    said = ran(nowhere, "restore", str(place / "backup"), "--into", str(sealed), "--without-keys")

    assert refusal(silent) == "KEYS_ABSENT"
    assert "身份信息仍然封存,备份的来源未经证明" in said
    assert count(sealed, "clients_partyidentity") == IDENTITIES
    assert held(Home(sealed)) != held(Home(place / "home"))


def test_wrong_keys_are_refused_and_leave_nothing(place: Path) -> None:
    (place / "wrong").write_text(PASSPHRASE + "x")
    other = place / "other"
    Home(other).make().key("hash")
    into = ["restore", str(place / "backup"), "--into", str(place / "never")]

    wrong = command(
        place / "nowhere", *into, "--keys", str(place / "keys.json"), "--passphrase", str(place / "wrong")
    )
    foreign = command(other, *into)

    assert (refusal(wrong), refusal(foreign)) == ("KEYS_PASSPHRASE", "BACKUP_FOREIGN")
    assert not [path for path in place.iterdir() if "never" in path.name]


def test_the_backup_holds_no_key_of_the_vault(place: Path) -> None:
    own = held(Home(place / "home")) or {}
    secret = [key for name, key in own.items() if name in {"vault", "hash", "django"}]
    forms = [form for key in secret for form in (key, key.hex().encode())]

    files = [path for path in (place / "backup").rglob("*") if path.is_file()]

    assert len(forms) == 6
    assert not [path for path in files if any(form in path.read_bytes() for form in forms)]


def test_planted_damage_is_refused_and_a_restore_that_does_not_compare_is_found(place: Path) -> None:
    scratch, own = place / "damage", held(Home(place / "home")) or {}
    scratch.mkdir()
    shutil.copytree(place / "backup", place / "copy")

    honest = Damager(place / "copy", scratch, own, random.Random(1))
    honest.flips(1)
    honest.losses()
    honest.others(place / "home")
    blinded = Damager(place / "copy", scratch, own, random.Random(1), blind)
    blinded.flips(1)

    assert honest.found.wrong == []
    assert honest.found.planted == 25
    assert any("not refused" in line or "refused with RESTORE_WRONG" in line for line in blinded.found.wrong)


def test_verify_says_right_and_then_names_what_is_not(place: Path) -> None:
    shutil.copytree(place / "backup", place / "second")
    good = command(place / "home", "backup", "verify", str(place / "second"))
    roots = place / "second" / "audit" / "roots.jsonl"
    roots.write_text(roots.read_text().replace('"number": 1', '"number": 2'))

    bad = command(place / "home", "backup", "verify", str(place / "second"))

    assert (good.returncode, "无误" in good.stdout) == (0, True)
    assert (refusal(bad), "audit/roots.jsonl" in bad.stderr) == ("BACKUP_DAMAGED", True)


def test_a_killed_backup_looks_like_none_and_the_next_one_clears_it(place: Path) -> None:
    folder = place / "kept"
    process = subprocess.Popen(
        [sys.executable, "-m", "jinlan.site.cli", "backup", str(folder / "one")], env=clean_environment(place / "home"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    half = folder / ".one.unfinished"
    until((half / "base" / "global").exists)
    process.kill()
    process.wait()

    assert [path.name for path in folder.iterdir()] == [half.name]
    assert "这不是备份" in (half / "UNFINISHED.txt").read_text("utf-8")
    assert refusal(command(place / "home", "backup", "verify", str(half))) == "BACKUP_ABSENT"
    ran(place / "home", "backup", str(folder / "two"), "--keep", "1")
    assert [path.name for path in folder.iterdir()] == ["two"]


def test_a_backup_that_is_told_to_stop_takes_its_half_away(place: Path) -> None:
    for attempt in range(8):  # a small bank may be backed up before the word arrives: then once more
        folder = place / f"stopped{attempt}"
        process = subprocess.Popen(
            [sys.executable, "-m", "jinlan.site.cli", "backup", str(folder / "one")], env=clean_environment(place / "home"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until((folder / ".one.unfinished").exists)
        process.terminate()
        if process.wait(30) != 0:
            break

    assert process.returncode == 143
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_no_half_backup(place: Path) -> None:
    with small_disk(place / "small", 20) as small:
        done = command(place / "home", "backup", str(small / "one"))
        left = list(small.iterdir())

    assert (refusal(done), left) == ("BACKUP_SPACE", [])


def test_the_keys_cannot_lie_in_the_backup(place: Path) -> None:
    done = command(
        place / "home",
        "backup",
        str(place / "both"),
        "--keys",
        str(place / "both" / "k"),
        "--passphrase",
        str(place / "pass"),
    )

    assert refusal(done) == "KEYS_INSIDE"
    assert not (place / "both").exists()


def test_a_banks_own_server_is_named_as_its_own_business(place: Path) -> None:
    server, home = Embedded(Home(place / "home")), place / "external"
    shutil.copytree(place / "home" / "keys", home / "keys")
    shutil.copytree(place / "home" / "lake", home / "lake")
    urls = {"DATABASE_URL": server.url("app"), "DATABASE_OWNER_URL": server.url("owner")}

    done = command(home, "backup", str(place / "lake-only"), **urls)
    said = ran(home, "restore", str(place / "lake-only"), "--into", str(place / "lake-back"))

    assert done.returncode == 0, done.stderr
    assert "数据库不在这份备份里" in done.stdout
    assert not (place / "lake-only" / "base").exists()
    assert "只有数据湖与审计根" in said
    assert not (place / "lake-back" / "pg").exists()
    assert (place / "lake-back" / "lake" / "TNY").is_dir()


def test_backing_up_what_is_not_there_is_refused(tmp_path: Path) -> None:
    began = time.monotonic()

    assert refusal(command(tmp_path / "home", "backup")) == "BACKUP_NOTHING"
    assert time.monotonic() - began < 10
