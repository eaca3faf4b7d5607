"""`./jinlan vault status|rotate|forget [KEY]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """`rotate` goes on with an unfinished round; `forget` destroys an earlier key."""
    parser.add_argument("what", choices=("status", "rotate", "forget"))
    parser.add_argument("key", nargs="?", default="", help="要销毁的密钥名 / the name of the key to destroy")


def run(options: argparse.Namespace) -> int:
    """Show, exchange or destroy keys."""
    from jinlan.basics.errors import Refused
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    if (options.what == "forget") != bool(options.key):
        raise Refused("VAULT_USAGE", "只有 forget 带密钥名。", "例如 ./jinlan vault forget 1a2b3c4d。")
    with serving_database(home()):
        setup_django()
        if options.what == "rotate":
            _rotate()
        if options.what == "forget":
            _forget(options.key)
        return _status(home().keys)


def _rotate() -> None:
    from jinlan.site.vaultkeys import rotate

    done: dict[str, int] = {}

    def tell(name: str, count: int) -> None:
        done[name] = done.get(name, 0) + count

    rotate(tell)
    for name, count in done.items():
        sys.stdout.write(f"{name}: {count} 个值已重新封存 / values sealed anew\n")
    sys.stdout.write("请重新导出密钥包:./jinlan backup --keys FILE / write a new bundle of keys\n")


def _forget(name: str) -> None:
    from jinlan.basics.errors import Refused
    from jinlan.site.vaultkeys import forget

    try:
        key = bytes.fromhex(name)
    except ValueError:
        raise Refused(
            "VAULT_ABSENT", "没有密钥 %(name)s。", "`./jinlan vault status` 列出全部密钥。", name=name
        ) from None
    forget(key)
    sys.stdout.write(
        f"密钥 {name} 已销毁;用它封存的旧备份不再能打开身份信息。 / destroyed; identities of backups from its time open no more\n"
    )


def _status(keys: Path) -> int:
    """Print the keys and what is sealed; exit 1 while something waits to be sealed anew."""
    from django.conf import settings

    from jinlan.kernel.keyring import keyring
    from jinlan.site.vaultkeys import standing

    names = [name.hex() for name in keyring().all()]
    sys.stdout.write(f"{keys}: {names[0]} 封存 / seals ({settings.JINLAN_VAULT_CIPHER})\n")
    for name in names[1:]:
        sys.stdout.write(f"  {name} 只能打开 / only opens\n")
    left = 0
    for one in standing():
        sys.stdout.write(f"  {one.name}: {one.values} 个值 / values, {one.waiting} 待重新封存 / waiting\n")
        left += one.waiting
    return 1 if left else 0
