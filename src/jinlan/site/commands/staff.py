"""`./jinlan staff FILE`: sign-ins of a bank's own people."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from jinlan.basics.errors import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Which file."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="TOML: [[staff]] username name role [employee branch domain]"
    )


def run(options: argparse.Namespace) -> int:
    """Make the people who are new; each gets a password of his own, printed once and kept nowhere."""
    try:
        rows = tomllib.loads(options.file.read_text("utf-8"))["staff"]
        missing = [
            row for row in rows if not {"username", "name"} <= set(row) or not {"role", "roles"} & set(row)
        ]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise Refused(
            "STAFF.FILE",
            "读不到人员名单 %(path)s:%(said)s",
            "请给一个 UTF-8 的 TOML 文件,每人一段 [[staff]]。",
            path=options.file,
            said=error,
        ) from None
    if missing:
        raise Refused(
            "STAFF.ROW",
            "缺少 username、name 或 role:%(first)s",
            "请补齐后重试;没有建立任何人。",
            first=missing[0],
        )
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs

        for username, password in jobs.create_staff_with_passwords(rows).items():
            sys.stdout.write(f"{username}  {password or '已存在,未改密码 / exists, password unchanged'}\n")
    return 0
