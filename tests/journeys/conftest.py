"""The distribution's Chromium, and a desk for one person: signed in, watched for errors of console and policy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.site.commands.shots import browser_path
from tests.conftest import Product
from tests.journeys.desk import Desk

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip


def chromium() -> str:
    """Return the browser's path; without one the journeys fail where they are required and are skipped elsewhere."""
    try:
        return browser_path()
    except Refused as refused:
        words = f"没有浏览器,旅程测试没有运行 / no browser, journeys NOT run: install the package chromium ({refused})"
        if os.environ.get("JINLAN_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once for a module.

    Not for the session: while Playwright's loop runs in this thread, Django refuses the database to other tests.
    """
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        started = tool.chromium.launch(executable_path=path, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def desk(browser: Any, product: Product) -> Iterator[Callable[..., Desk]]:
    """Return how to sign somebody in; afterwards no visited page may have complained in its console."""
    desks: list[Desk] = []

    def sit(user: str, **look: Any) -> Desk:
        desks.append(Desk.at(browser, product.url, user, **look))
        return desks[-1]

    yield sit
    complaints = [f"{one.user}: {text}" for one in desks for text in one.complaints]
    for one in desks:
        one.context.close()
    assert complaints == []
