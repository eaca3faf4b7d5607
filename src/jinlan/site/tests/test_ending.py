"""The end of the product: whoever still works for somebody is ended before the database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jinlan.site import static
from jinlan.site.commands import start
from jinlan.site.home import Home


def test_the_database_is_the_last_to_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended: list[str] = []

    class Children:
        def stop(self) -> None:
            ended.append("children")

    @contextmanager
    def database(*_args: Any, **_more: Any) -> Iterator[None]:
        yield
        ended.append("database")

    monkeypatch.setattr(start, "serving_database", database)
    monkeypatch.setattr(static, "collect", lambda _place: None)
    for name in ("spawn_web", "wait_for_page", "spawn_worker"):
        monkeypatch.setattr(start, name, lambda *_args: None)
    monkeypatch.setattr(start, "watch", lambda *_args, **_more: 0)
    options = argparse.Namespace(no_demo=True, host="127.0.0.1", port=1)
    children: Any = Children()

    assert start.serve(options, Home(tmp_path).make(), children, "http://x") == 0
    assert ended == ["children", "database"]
