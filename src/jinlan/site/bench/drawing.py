"""How long a browser takes until the map of a client's people is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOADS = 12  # of the page; the first two warm up
DRAWN = "() => document.querySelector('[data-people-map][data-drawn]') && performance.now()"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Milliseconds of one load: of the script that draws, and from the request to the drawn map."""

    script: float
    whole: float


def drawn(unit: str, cookies: Mapping[str, Any]) -> list[Drawn]:
    """Open the page of a client's people again and again, with somebody's session.

    Raises:
        Refused: there is no Chromium.
        ImportError: there is no Playwright.
    """
    from playwright.sync_api import sync_playwright

    from jinlan.site.commands.shots import browser_path
    from jinlan.site.inprocess import serving

    found = []
    with serving() as address, sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu", "--no-first-run"])  # fmt: skip
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [{"name": one.key, "value": one.value, "url": address} for one in cookies.values()]
        )
        page = context.new_page()
        for turn in range(LOADS):
            page.goto(f"{address}{unit}/people", wait_until="commit")
            whole = page.wait_for_function(DRAWN, polling="raf").json_value()
            script = page.locator("[data-people-map]").get_attribute("data-drawn")
            page.wait_for_load_state("networkidle")
            if turn >= 2:
                found.append(Drawn(float(script or 0), float(whole)))
        browser.close()
    return found
