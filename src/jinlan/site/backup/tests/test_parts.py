"""The parts of a backup, each by itself: log segments, keys, manifest, files, lake."""

from __future__ import annotations

import itertools
import json
import random
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from jinlan.basics.errors import Refused
from jinlan.lake import delta
from jinlan.lake.extracts.layout import MONTH, table_path
from jinlan.site.backup import check, lake, manifest, wal
from jinlan.site.backup.archive import SEGMENT, get, put
from jinlan.site.backup.files import copy, digest, same, same_names
from jinlan.site.backup.keys import Keys, installation, keys_of, read_bundle, write_bundle
from jinlan.site.backup.manifest import Manifest
from jinlan.site.home import KEYS, Home

PASSPHRASE = "correct horse battery"
SEGMENT_NAME = "0000000100000000000000{:02X}"


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def some_keys() -> Keys:
    return {name: secrets.token_bytes(32) for name in KEYS}


# the log


def test_a_segment_comes_back_byte_for_byte_though_its_zeros_were_left_out(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(5000) + b"\0" * 100 + b"x"
    source, archive, back = tmp_path / "source", tmp_path / "wal", tmp_path / "back"
    source.write_bytes(data.ljust(SEGMENT, b"\0"))
    archive.mkdir()

    assert put(source, archive / SEGMENT_NAME.format(1)) == 0
    assert (archive / SEGMENT_NAME.format(1)).stat().st_size == len(data)
    assert get(SEGMENT_NAME.format(1), back, [tmp_path / "none", archive]) == 0
    assert back.read_bytes() == source.read_bytes()
    assert get(SEGMENT_NAME.format(2), back, [archive]) == 1


def test_before_the_first_backup_nothing_is_archived_and_nothing_fails(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")

    assert put(source, tmp_path / "wal" / SEGMENT_NAME.format(1)) == 0
    assert not (tmp_path / "wal").exists()


def test_a_segment_is_archived_twice_without_harm_and_never_over_another(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "wal" / SEGMENT_NAME.format(1)
    target.parent.mkdir()
    source.write_bytes(b"one")
    assert [put(source, target), put(source, target)] == [0, 0]

    source.write_bytes(b"two")

    assert put(source, target) == 1
    assert target.read_bytes() == b"one"


def test_the_commands_survive_every_character_of_a_path(tmp_path: Path) -> None:
    archive = tmp_path / "it's 100% 备份"
    archive.mkdir()
    (tmp_path / "source").write_bytes(b"x" * 9)
    command = (
        wal.archive_command(archive)
        .replace("%p", str(tmp_path / "source"))
        .replace("%f", SEGMENT_NAME.format(7))
    )

    subprocess.run(command.replace("%%", "%"), shell=True, check=True)

    assert (archive / SEGMENT_NAME.format(7)).read_bytes() == b"x" * 9


def test_pruning_keeps_what_the_oldest_kept_backup_needs_on_every_timeline(tmp_path: Path) -> None:
    names = [SEGMENT_NAME.format(n) for n in range(1, 6)]
    newer = "0000000200000000000000" + "02"
    for name in [*names, newer, f"{names[0]}.00000028.backup", "00000002.history"]:
        (tmp_path / name).write_bytes(b"123")

    assert wal.prune(tmp_path, names[2]) == (4, 12)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[2:], "00000002.history"])


# keys


def test_a_bundle_opens_with_its_passphrase_only_and_shows_no_key(tmp_path: Path) -> None:
    keys, path = some_keys(), tmp_path / "keys.json"
    write_bundle(path, keys, PASSPHRASE)

    assert read_bundle(path, PASSPHRASE) == keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any(key.hex() in path.read_text() for key in keys.values())
    with pytest.raises(Refused) as refused:
        read_bundle(path, PASSPHRASE.upper())
    assert code_of(refused) == "KEYS_PASSPHRASE"


@pytest.mark.parametrize("field", ["installation", "salt", "nonce", "sealed"])
def test_a_bundle_that_was_changed_does_not_open(tmp_path: Path, field: str) -> None:
    path = tmp_path / "keys.json"
    write_bundle(path, some_keys(), PASSPHRASE)
    body = json.loads(path.read_text())
    body[field] = ("0" if body[field][0] != "0" else "1") + body[field][1:]
    path.write_text(json.dumps(body))

    with pytest.raises(Refused) as refused:
        read_bundle(path, PASSPHRASE)

    assert code_of(refused) == "KEYS_PASSPHRASE"


def test_a_bundle_never_asks_for_more_memory_than_ours(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_bundle(path, some_keys(), PASSPHRASE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"n": 2**30}))

    with pytest.raises(Refused) as refused:
        read_bundle(path, PASSPHRASE)

    assert code_of(refused) == "KEYS_UNREADABLE"


def test_a_bundle_overwrites_nothing_and_wants_a_long_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(Refused) as weak:
        write_bundle(path, some_keys(), "short")
    path.write_text("mine")
    with pytest.raises(Refused) as there:
        write_bundle(path, some_keys(), PASSPHRASE)

    assert (code_of(weak), code_of(there), path.read_text()) == ("KEYS_WEAK", "KEYS_EXIST", "mine")


# manifest and files


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").make()


@pytest.fixture
def backup(tmp_path: Path, home: Home) -> Path:
    """A backup of two files, signed by the home."""
    return small_backup(
        tmp_path / "backups" / "one", keys_of(home), "2026-11-25T10:00:00+00:00", SEGMENT_NAME.format(3)
    )


def small_backup(folder: Path, keys: Keys, made: str, first: str) -> Path:
    for name in ("base/PG_VERSION", "lake/x.parquet"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(name)
    files = {name: digest(folder / name) for name in ("base/PG_VERSION", "lake/x.parquet")}
    manifest.write(
        folder,
        Manifest(
            "embedded",
            made,
            installation(keys),
            "1",
            180006,
            "0/3",
            "p",
            first,
            {"t": 1},
            None,
            [],
            [],
            files,
            [],
        ),
        keys,
    )
    return folder


def test_a_backup_as_it_was_written_is_right(backup: Path, home: Home) -> None:
    done = check.verify(backup, keys_of(home))

    assert (done.manifest.counts, done.manifest.size, done.versions) == ({"t": 1}, 29, 0)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.hmac", "base/PG_VERSION", "lake/x.parquet"])
def test_every_single_bit_of_a_backup_counts(backup: Path, home: Home, name: str) -> None:
    kept = (backup / name).read_bytes()
    places = {*range(0, len(kept), max(1, len(kept) // 40)), len(kept) - 1}
    for at, bit in itertools.product(sorted(places), range(8)):
        (backup / name).write_bytes(kept[:at] + bytes([kept[at] ^ 1 << bit]) + kept[at + 1 :])
        with pytest.raises(Refused) as refused:
            check.verify(backup, keys_of(home))
        assert code_of(refused) in {"BACKUP_DAMAGED", "BACKUP_FOREIGN", "BACKUP_NEWER"}


def test_without_comparing_hashes_a_flipped_bit_would_pass(backup: Path) -> None:
    wanted = digest(backup / "lake/x.parquet")
    (backup / "lake/x.parquet").write_text("lake/y.parquet")

    same_names(backup, dict.fromkeys(("base/PG_VERSION", "lake/x.parquet"), wanted), manifest.OWN)
    with pytest.raises(Refused):
        same("lake/x.parquet", wanted, digest(backup / "lake/x.parquet"))


def test_another_installations_backup_is_named_as_such(backup: Path) -> None:
    with pytest.raises(Refused) as refused:
        manifest.read(backup, some_keys())

    assert code_of(refused) == "BACKUP_FOREIGN"


def test_files_too_few_or_too_many_are_refused(backup: Path, home: Home) -> None:
    (backup / "base/strange").touch()
    with pytest.raises(Refused, match="多出 base/strange"):
        check.verify(backup, keys_of(home))
    (backup / "base/strange").unlink()
    (backup / "base/PG_VERSION").unlink()
    with pytest.raises(Refused, match="缺少 base/PG_VERSION"):
        check.verify(backup, keys_of(home))


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "base/../../x", "strange/x", ""])
def test_a_manifest_cannot_name_a_place_outside(backup: Path, name: str) -> None:
    body = json.loads((backup / "manifest.json").read_text())
    body["files"][name] = [1, "0"]
    (backup / "manifest.json").write_text(json.dumps(body))

    with pytest.raises(Refused, match="不允许的文件名"):
        manifest.read(backup, None)


def test_a_link_in_a_backup_is_refused(backup: Path, home: Home) -> None:
    (backup / "lake/x.parquet").unlink()
    (backup / "lake/x.parquet").symlink_to("/etc/hostname")

    with pytest.raises(Refused, match="不是普通文件"):
        check.verify(backup, keys_of(home))


def test_keeping_two_removes_the_oldest_and_the_log_before_the_rest(backup: Path, home: Home) -> None:
    keys, parent = keys_of(home), backup.parent
    for number, day in ((4, 26), (5, 27)):
        small_backup(parent / str(number), keys, f"2026-11-{day}T10:00:00+00:00", SEGMENT_NAME.format(number))
    small_backup(parent / "foreign", some_keys(), "2020-01-01T00:00:00+00:00", SEGMENT_NAME.format(1))
    home.wal.mkdir()
    for number in range(1, 7):
        (home.wal / SEGMENT_NAME.format(number)).write_bytes(b"12")

    gone, size = check.keep(parent, 2, home, keys)

    assert ([path.name for path in gone], size) == (["one"], 6)
    assert sorted(path.name for path in parent.iterdir()) == ["4", "5", "foreign"]
    assert sorted(path.name[-1] for path in home.wal.iterdir()) == ["4", "5", "6"]


# the lake


def commit(root: Path, number: int) -> int:
    schema = pa.schema([("as_of_date", pa.date32()), ("n", pa.int64()), (MONTH, pa.string())])
    rows = pa.record_batch([[date(2026, 1, 1)], [number], ["2026-01"]], schema=schema)
    return delta.replace_days(
        table_path(root, "TNY", "party"), schema, [rows], predicate="as_of_date = '2026-01-01'", metadata={}
    )


def pinned(version: int) -> list[dict[str, object]]:
    return [{"load": 1, "entity": "TNY", "versions": {"party": version}}]


def copied_under_commits(root: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Copy a lake while a version is committed after each file; return the newest version that the copy claims."""

    def copying(source: Path, place: Path) -> tuple[int, str]:
        seen = copy(source, place)
        commit(root, 1)
        return seen

    monkeypatch.setattr(lake, "copy", copying)
    lake.copy_lake(root, target)
    return max(int(path.stem) for path in (table_path(target, "TNY", "party") / "_delta_log").glob("0*.json"))


def test_a_lake_copied_under_commits_is_whole_at_every_version_that_it_claims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        commit(tmp_path / "lake", number)

    newest = copied_under_commits(tmp_path / "lake", tmp_path / "copy", monkeypatch)

    assert newest >= 2
    for version in range(newest + 1):
        assert lake.readable(tmp_path / "copy", pinned(version), []) == 1


def test_copying_data_before_the_log_would_tear_it_and_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        commit(tmp_path / "lake", number)

    def backwards(root: Path) -> Iterator[Path]:
        yield from sorted(root.rglob("*.parquet"))
        yield from sorted(root.rglob("*.json"))

    monkeypatch.setattr(lake, "ordered", backwards)
    newest = copied_under_commits(tmp_path / "lake", tmp_path / "copy", monkeypatch)

    with pytest.raises(Refused) as refused:
        lake.readable(tmp_path / "copy", pinned(newest), [])
    assert code_of(refused) == "LAKE_TORN"


def test_a_missing_result_or_version_is_named(tmp_path: Path) -> None:
    commit(tmp_path / "lake", 0)

    with pytest.raises(Refused, match="party 版本 9 无法读取"):
        lake.readable(tmp_path / "lake", pinned(9), [])
    with pytest.raises(Refused, match="缺少结果 TNY/results/run=1"):
        lake.readable(tmp_path / "lake", [], ["TNY/results/run=1"])


def test_half_made_things_stay_behind(tmp_path: Path) -> None:
    for name in ("TNY/.tmp/x", "TNY/results/.half-a/x", "TNY/results/run=1/units.parquet"):
        (tmp_path / "lake" / name).parent.mkdir(parents=True)
        (tmp_path / "lake" / name).touch()

    assert list(lake.copy_lake(tmp_path / "lake", tmp_path / "copy")) == ["TNY/results/run=1/units.parquet"]


def test_a_newer_format_is_refused_before_anything_else(backup: Path, home: Home) -> None:
    found = manifest.read(backup, keys_of(home))
    manifest.write(backup, replace(found, format=2), keys_of(home))

    with pytest.raises(Refused) as refused:
        manifest.read(backup, keys_of(home))

    assert code_of(refused) == "BACKUP_NEWER"


def test_what_came_after_a_copy_is_added_and_what_nobody_knew_is_taken_anew(tmp_path: Path) -> None:
    live, held = tmp_path / "lake", tmp_path / "copy"
    commit(live, 0)
    half = table_path(held, "TNY", "account")
    for folder in (
        half / "_delta_log",
        held / "TNY/results/run=1/as_of=2026-01-31",
        held / "TNY/results/run=2/as_of=2026-01-31",
    ):
        folder.mkdir(parents=True)
    lake.copy_lake(live, held)
    commit(live, 1)
    known = ["TNY/results/run=1/as_of=2026-01-31"]

    with pytest.raises(Refused):
        lake.readable(held, pinned(1), known)
    lake.forget_unknown(held, pinned(0), known)
    lake.add_newer(live, held)

    assert (lake.readable(held, pinned(0), known), lake.readable(held, pinned(1), known)) == (1, 1)
    assert (half.exists(), (held / "TNY/results/run=2/as_of=2026-01-31").exists()) == (False, False)
