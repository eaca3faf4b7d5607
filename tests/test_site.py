"""Facts about the whole site: chapters point at what exists, the command line and the documents agree."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib

import psycopg
import pytest
from django.utils import translation

from jinlan.site.cli import COMMANDS
from jinlan.site.home import ROOT

CHAPTERS = tomllib.loads((ROOT / "docs" / "chapters.toml").read_text("utf-8"))["chapter"]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["number"])
def test_a_chapter_names_a_room_a_page_and_tests_that_exist(chapter):
    from jinlan.site.trust.matrix import addresses

    importlib.import_module(chapter["room"])
    assert chapter["page"].lstrip("/") in set(addresses().values())
    assert list((ROOT / chapter["test"]).rglob("test_*.py"))


def test_every_indicator_is_named_by_its_chapter_and_every_named_one_is_registered():
    from jinlan.work.indicators import INDICATORS

    named = [(chapter["number"], code) for chapter in CHAPTERS for code in chapter["indicator"]]

    assert sorted(named) == sorted((one.chapter, one.code) for one in INDICATORS.values())


def test_chapters_are_called_on_pages_what_they_are_called_here():
    from jinlan.workspace.indicators import CHAPTERS as NAMES

    titles = {chapter["number"]: chapter["title"] for chapter in CHAPTERS if chapter["indicator"]}
    with translation.override("zh-hans"):
        assert {number: str(name) for number, name in NAMES.items()} == titles


def test_help_lists_every_command_with_one_line():
    shown = subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", "help"], capture_output=True, text=True, check=True
    )

    listed = [line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")]
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_options_described(name):
    done = subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", name, "--help"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert f"./jinlan {name}" in done.stdout


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readmes_speak_of_commands_that_exist(readme):
    named = set(re.findall(r"`?\./jinlan ([a-z-]+)", (ROOT / readme).read_text("utf-8")))

    assert named - {"bench"} <= set(COMMANDS)
    assert {"start", "load", "nightly", "list", "why", "demo-bank", "berka", "db", "test"} <= named


def test_an_unknown_command_is_told_where_to_look():
    done = subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", "fly"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "./jinlan help" in done.stderr


def test_no_lock_or_requirement_names_a_registry():
    for path in [*(ROOT / "requirements").glob("*.txt"), ROOT / "pyproject.toml"]:
        assert "://" not in path.read_text("utf-8"), path
    assert '"resolved"' not in (ROOT / "assets" / "package-lock.json").read_text("utf-8")


def test_the_environment_sets_of_the_launcher_exist():
    for name in ("run", "test", "uv"):
        assert "--hash=sha256:" in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("command", [["list", "--as-of", "2026-10-31"], ["nightly", "--as-of", "2026-10-31"]])
def test_no_command_works_as_a_role_that_row_level_security_does_not_bind(
    database, admin_url, owner_url, command
):
    env = os.environ | {"DATABASE_URL": admin_url, "DATABASE_OWNER_URL": owner_url}

    done = subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", *command],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "[DB_UNSAFE]" in done.stderr


def test_an_installation_with_other_keys_does_not_take_a_database_over(
    database, database_name, admin_url, owner_url, tmp_path
):
    def keys():
        with psycopg.connect(admin_url) as admin:
            return admin.execute("select inner_pad, outer_pad from sec.key").fetchall()

    before = keys()
    app_url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + database_name
    env = os.environ | {
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "JINLAN_HOME": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-m", "jinlan.site.cli", "list", "--as-of", "2026-10-31"],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (1, "")
    assert "另一套密钥" in done.stderr
    assert "keys 文件夹" in done.stderr
    assert keys() == before
