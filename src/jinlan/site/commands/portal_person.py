"""`./jinlan portal-person PARTY`: let a client's own person into the portal, or end him."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """Which party, whose person, and which lead manager does it."""
    parser.add_argument("party", metavar="PARTY", help="客户编号 / the party's code")
    parser.add_argument(
        "--as", dest="user", required=True, metavar="USER", help="主办客户经理 / its lead manager"
    )
    parser.add_argument("--email", required=True, help="登录用的邮箱 / signs in with it")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="姓名 / name of who is let in")
    what.add_argument("--end", action="store_true", help="停用,不可恢复 / end the access for good")


def run(options: argparse.Namespace) -> int:
    """Do it; the one-time password is printed once and kept nowhere."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs

        told = jobs.portal_person(
            options.user, party=options.party, email=options.email, name=None if options.end else options.name
        )
    sys.stdout.write(told + "\n")
    return 0
