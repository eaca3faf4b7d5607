"""`./jinlan restore BACKUP --into HOME [--at INSTANT] [--wal DIR] [--keys FILE | --without-keys]`."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinlan.basics.errors import Refused
from jinlan.site.commands.backup import MB, add_keys, given_keys

if TYPE_CHECKING:
    from jinlan.site.backup.recover import At
    from jinlan.site.backup.restore import Restored


def configure(parser: argparse.ArgumentParser) -> None:
    """What, where to, to which instant, with which keys."""
    parser.add_argument("backup", type=Path, help="备份目录 / the backup's folder")
    parser.add_argument(
        "--into",
        type=Path,
        required=True,
        metavar="HOME",
        help="新的安装目录,空或不存在 / a new home, empty or absent",
    )
    parser.add_argument(
        "--at",
        metavar="INSTANT",
        help="恢复到某时刻(含时区),如 2026-11-25T10:00:00+08:00,或 latest / an instant with its zone, or latest",
    )
    parser.add_argument(
        "--wal",
        type=Path,
        metavar="DIR",
        help="日志归档(默认本安装的 wal) / archive of the log, this home's by default",
    )
    parser.add_argument(
        "--lake",
        type=Path,
        metavar="DIR",
        help="备份之后的数据湖(默认本安装的) / the lake that went on, this home's by default",
    )
    add_keys(parser)
    parser.add_argument(
        "--without-keys", action="store_true", help="没有密钥:身份信息保持封存 / identities stay sealed"
    )


def instant(text: str | None) -> At:
    """Return an aware instant, or the word for the end of the log."""
    from jinlan.site.backup.recover import LATEST

    if text is None or text == LATEST:
        return LATEST if text else None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(
            "RESTORE_AT", "--at %(text)s 不是带时区的时刻。", "例如 --at 2026-11-25T10:00:00+08:00", text=text
        )
    return found


def run(options: argparse.Namespace) -> int:
    """Restore and say what was found."""
    from jinlan.site.backup.restore import Later, refuse_taken, restore
    from jinlan.site.home import home

    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    at = instant(options.at)
    refuse_taken(options.into)
    if options.without_keys and options.keys is not None:
        raise Refused("KEYS_WORDS", "--keys 与 --without-keys 不能同时给。")
    keys = None if options.without_keys else given_keys(options)
    if keys is None and not options.without_keys:
        raise Refused(
            "KEYS_ABSENT",
            "没有密钥:这里没有安装,也没有给密钥包。",
            "请用 --keys FILE;确实没有时用 --without-keys,身份信息将保持封存。",
        )
    archive = options.wal or home().wal
    if options.wal is not None and not archive.is_dir():
        raise Refused("RESTORE_WAL", "没有日志归档 %(archive)s。", "请核对 --wal。", archive=archive)
    done = restore(
        options.backup,
        options.into,
        keys=keys,
        at=at,
        later=Later([archive.resolve()], (options.lake or home().lake).resolve()),
        step=lambda text: print(f"· {text}", flush=True),
    )
    report(done, at)
    return 0


def report(done: Restored, at: At) -> None:
    """Print what stands now."""
    print(f"已恢复 / restored  {done.into}\n  时刻 / as of  {at or done.manifest.made}")
    if done.manifest.kind == "external":
        print(
            "  只有数据湖与审计根;数据库由贵行自己恢复。/ lake and roots only: the database is the bank's own to restore."
        )
    else:
        equal = (
            "与清单一致 / as the manifest says"
            if at is None
            else "晚于备份,不与清单比较 / later than the backup"
        )
        print(
            f"  {done.tables} 张表 / tables  {done.rows} 行 / rows({equal})\n  审计链无误 / audit right  {done.entries} 条 / entries  {done.batches} 批 / batches"
        )
    print(f"  {done.versions} 个湖表版本可读 / lake versions readable")
    if done.values is None:
        print(
            "  身份信息仍然封存,备份的来源未经证明:没有密钥。不要向这里装载供数。\n  Identities stay sealed and the backup's origin is unproven: no keys were given. Do not load deliveries here."
        )
    else:
        print(f"  保险库抽样打开 / vault sample opened  {done.values}")
    print(
        f"  {done.manifest.size / MB:.1f} MB  {done.seconds:.1f} s(复制 / copying {done.copying:.1f} s)\n  启动 / start it:  JINLAN_HOME={done.into} ./jinlan start --no-demo"
    )
