"""`./jinlan test`: every test on a database of its own that is thrown away afterwards."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from jinlan.site.bytecode import keep_bytecode
from jinlan.site.database import create, migrate
from jinlan.site.embedded import Embedded
from jinlan.site.home import ROOT, SAMPLE, Home

TEMPLATE = "jinlan_template"
# Tests are shuffled, the same way for everybody; `./jinlan test --randomly-seed=NUMBER` tries another order.
SEED = "557421982"

# Tests connect thousands of times and empty tables as often: a password is hashed once for each, not 4,096 times,
# and there are few buffers to look through when a table's pages go.
SERVER = {"scram_iterations": "1", "shared_buffers": "32MB"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything after the command goes to pytest."""
    parser.epilog = "其余参数交给 pytest / everything else goes to pytest"


def run(options: argparse.Namespace) -> int:
    """Start a database without fsync, migrate a template once, run pytest on two workers."""
    with tempfile.TemporaryDirectory(prefix="jl-test-") as folder:
        place = Home(Path(folder) / "home").make()
        (place.path / "static").mkdir()  # whitenoise warns when it is missing
        keep_bytecode()
        server = Embedded(place, durable=False).start(SERVER)
        try:
            os.environ.setdefault("JINLAN_ROOMS", SAMPLE)
            os.environ |= {"JINLAN_HOME": str(place.path), "DATABASE_URL": server.url("app", TEMPLATE)}
            create(server, TEMPLATE)
            migrate(server.url("owner", TEMPLATE), server.url("app", TEMPLATE))
            # A template must have no connection; nobody connects to it again.
            with psycopg.connect(server.url("admin", "postgres"), autocommit=True) as admin:
                admin.execute(f'alter database "{TEMPLATE}" with allow_connections false is_template true')
            env = os.environ | {
                "JINLAN_TEST_ADMIN_URL": server.url("admin", "postgres"),
                "JINLAN_TEST_OWNER_URL": server.url("owner", "postgres"),
                "JINLAN_TEST_TEMPLATE": TEMPLATE,
                "LC_ALL": "C.UTF-8",  # refusals in Chinese, whatever language this terminal has
            }
            workers = [] if any(word in options.rest for word in ("-n", "--pdb")) else ["-n", "2"]
            shuffled = "no:randomly" not in options.rest and not any(
                "randomly-seed" in one for one in options.rest
            )
            order = [f"--randomly-seed={SEED}"] if shuffled else []
            slowest = [
                "--durations=20",
                "--durations-min=10",
            ]  # seconds: what makes the suite long is named at its end
            command = [sys.executable, "-m", "pytest", *workers, *order, *slowest, *options.rest]
            return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        finally:
            server.stop()
