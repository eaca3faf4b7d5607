"""A refusal on a terminal speaks the language of the process's locale; nothing of Django is there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import in_english, printed

REFUSAL = Refused("DB_OLD", "PostgreSQL %(version)s 太旧。", "需要 %(oldest)s 以上。", version=12, oldest=15)
CHINESE = "PostgreSQL 12 太旧。 需要 15 以上。"
ENGLISH = "PostgreSQL 12 is too old. Version 15 or later is needed."


@pytest.mark.parametrize(
    ("locale", "english"),
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, True),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "en", "LC_ALL": "C"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, True),
    ],
)
def test_the_first_variable_that_is_set_decides(locale, english, monkeypatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)

    assert in_english() is english
    assert printed(REFUSAL) == (ENGLISH if english else CHINESE)
    assert str(REFUSAL) == CHINESE


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("C.UTF-8", "--at noon 不是带时区的时刻。 例如"),
        ("en_US.UTF-8", "--at noon is not an instant with a time zone. For example"),
    ],
)
def test_a_command_that_never_sets_django_up_speaks_it_too(locale, said) -> None:
    command = [
        sys.executable,
        "-m",
        "jinlan.site.cli",
        "restore",
        "nowhere",
        "--into",
        "elsewhere",
        "--at",
        "noon",
    ]
    env = {**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False)

    assert (done.returncode, done.stderr) == (1, f"{said} --at 2026-11-25T10:00:00+08:00  [RESTORE_AT]\n")
