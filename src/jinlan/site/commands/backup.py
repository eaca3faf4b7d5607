"""`./jinlan backup [DIR] [--keep N] [--keys FILE]` and `./jinlan backup verify DIR`."""

from __future__ import annotations

import argparse
import getpass
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jinlan.basics.errors import Refused

if TYPE_CHECKING:
    from jinlan.site.backup.keys import Keys

MB = 1 << 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to, how many to keep, and where the keys go."""
    parser.add_argument(
        "words", nargs="*", metavar="DIR", help="备份目录;或 verify DIR 核对一份备份 / folder, or verify DIR"
    )
    parser.add_argument("--keep", type=int, metavar="N", help="只留最新的 N 份 / keep the newest N backups")
    add_keys(parser)


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Add how keys are given: a bundle and its passphrase."""
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="密钥包 / bundle of the keys, apart from the backup"
    )
    parser.add_argument(
        "--passphrase", type=Path, metavar="FILE", help="口令文件(否则从终端读) / file with the passphrase"
    )


def passphrase(options: argparse.Namespace, *, twice: bool) -> str:
    """Return the passphrase of a bundle, from a file or the terminal."""
    if options.passphrase is not None:
        try:
            return str(options.passphrase.read_text("utf-8")).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(
                "KEYS_PASSPHRASE", "读不到口令文件 %(path)s:%(said)s", path=options.passphrase, said=error
            ) from None
    if not sys.stdin.isatty():
        raise Refused("KEYS_PASSPHRASE", "密钥包需要口令。", "请用 --passphrase FILE,或在终端里运行。")
    first = getpass.getpass("口令 / passphrase: ")
    if twice and getpass.getpass("再输一次 / again: ") != first:
        raise Refused("KEYS_PASSPHRASE", "两次输入的口令不同。", "请重试。")
    return first


def given_keys(options: argparse.Namespace) -> Keys | None:
    """Return the keys of the bundle, else those of this installation, None when there are none here."""
    from jinlan.site.backup.keys import held, read_bundle
    from jinlan.site.home import home

    if options.keys is not None:
        return read_bundle(options.keys, passphrase(options, twice=False))
    return held(home())


def run(options: argparse.Namespace) -> int:
    """Back up or verify."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))  # what is half written is taken away
    words = options.words
    if words and words[0] == "verify":
        if len(words) != 2 or options.keep is not None:
            raise Refused("BACKUP_WORDS", "核对需要一份备份。", "./jinlan backup verify DIR")
        return _verify(Path(words[1]), options)
    if len(words) > 1 or (options.keep is not None and options.keep < 1):
        raise Refused("BACKUP_WORDS", "给一个目录,--keep 至少为 1。", "./jinlan backup [DIR] [--keep N]")
    return _back_up(Path(words[0]) if words else None, options)


def _back_up(folder: Path | None, options: argparse.Namespace) -> int:
    from jinlan.basics.clock import now_utc
    from jinlan.site.backup import wal
    from jinlan.site.backup.make import back_up, default_folder
    from jinlan.site.home import home

    place = home()
    folder = (folder or default_folder(place, now_utc())).resolve()
    bundle = _bundle(folder, options)
    done = back_up(place, folder, lambda text: print(f"· {text}", flush=True))
    found = done.manifest
    print(
        f"备份 / backup  {folder}\n  {found.made}  {len(found.files)} 个文件 / files  {found.size / MB:.1f} MB  {done.seconds:.1f} s\n"
        f"  {len(found.counts)} 张表 / tables  {sum(found.counts.values())} 行 / rows  {len(found.loads)} 批供数 / loads"
    )
    if found.kind == "external":
        print(
            f"  数据库不在这份备份里:请用贵行自己的方式备份 PostgreSQL(此刻的日志位置 {found.wal})。\n"
            f"  The database is NOT in this backup: back it up by the bank's own means, up to log position {found.wal} or later."
        )
    if bundle:
        _write_keys(*bundle)
    else:
        print(
            "  密钥不在备份里;没有密钥,身份信息打不开。/ The keys are not in it: write them apart with --keys FILE."
        )
    if options.keep is not None:
        _keep(folder, options.keep)
    if found.kind == "embedded":
        print(f"  日志归档 / log archive  {place.wal}  {wal.size_of(place.wal) / MB:.1f} MB")
    return 0


def _bundle(folder: Path, options: argparse.Namespace) -> tuple[Path, str] | None:
    """Return bundle and passphrase, asked for before the work; the two never lie in one folder."""
    from jinlan.site.backup.keys import refuse_bundle

    if options.keys is None:
        return None
    path = options.keys.resolve()
    if path.is_relative_to(folder):
        raise Refused("KEYS_INSIDE", "密钥包不能放在备份目录里:拿到一个就等于拿到两个。", "请放到别处。")
    word = passphrase(options, twice=True)
    refuse_bundle(path, word)
    return path, word


def _write_keys(path: Path, word: str) -> None:
    from jinlan.site.backup.keys import keys_of, write_bundle
    from jinlan.site.home import home

    write_bundle(path, keys_of(home()), word)
    print(f"  密钥包 / keys  {path}")


def _keep(folder: Path, number: int) -> None:
    """Prove the new backup, then remove older ones."""
    from jinlan.site.backup import check
    from jinlan.site.backup.keys import keys_of
    from jinlan.site.home import home

    place = home()
    keys = keys_of(place)
    check.verify(folder, keys)
    gone, size = check.keep(folder.parent, number, place, keys)
    for path in gone:
        print(f"  已删除 / removed  {path}")
    print(f"  新备份核对无误;清理日志 / verified; log pruned  {size / MB:.1f} MB")


def _verify(folder: Path, options: argparse.Namespace) -> int:
    from jinlan.site.backup import check

    keys = given_keys(options)
    if keys is None:
        raise Refused("KEYS_ABSENT", "没有密钥,不能证明这份备份的来源。", "请用 --keys FILE 给出密钥包。")
    done = check.verify(folder, keys)
    print(
        f"无误 / right  {folder}\n  {done.manifest.made}  {len(done.manifest.files)} 个文件 / files  {done.manifest.size / MB:.1f} MB  "
        f"{done.versions} 个湖表版本 / lake versions  {done.seconds:.1f} s"
    )
    return 0
