"""`./jinlan db roles|migrate`."""

from __future__ import annotations

import argparse
import os
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """`roles` prints SQL for the administrator of a real PostgreSQL; `migrate` runs migrations there."""
    parser.add_argument("what", choices=("roles", "migrate"))
    parser.add_argument("--app", default="jl_app", help="应用登录角色 / the application's login role")
    parser.add_argument("--owner", default="jl_owner", help="迁移角色 / the owner of the tables")


def run(options: argparse.Namespace) -> int:
    """Print the roles' SQL, or migrate."""
    if options.what == "roles":
        from jinlan.kernel.roles import roles_sql

        sys.stdout.write(roles_sql(options.app, options.owner))
        return 0
    from jinlan.basics.errors import Refused
    from jinlan.site.database import external, migrate

    if not external():
        raise Refused(
            "DB_URLS",
            "没有给出真实数据库。",
            "请设置 DATABASE_URL 与 DATABASE_OWNER_URL;内置数据库在启动时自动迁移。",
        )
    migrate(os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"])
    sys.stdout.write("已迁移 / migrated\n")
    return 0
