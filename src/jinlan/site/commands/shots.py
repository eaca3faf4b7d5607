"""`./jinlan shots DIR`: pictures of every page of the running demo, in both languages and themes, desktop and phone."""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.site.fill import PASSWORD

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
THEMES = ("light", "dark")
UNIT = re.compile(r"/clients/[0-9a-f]{8}-")
# page name: (who, address); {client} is the first client of that person's list
PAGES: dict[str, tuple[str, str]] = {
    "signin": ("", "/signin"),
    "list": ("chenwei", "/clients"),
    "matrix": ("chenwei", "/clients?as=matrix"),
    "book": ("lihua", "/clients"),
    "client": ("lihua", "{client}"),
    "household": ("zhaoyan", "{client}"),
    "member": ("wangmin", "{client}"),
    "contacts": ("zhaoyan", "/contacts?view=all"),
    "department": ("chenwei", "/department"),
    "indicators": ("chenwei", "/indicators"),
    "indicator": ("chenwei", "/indicators/COVERED"),
    "targets": ("chenwei", "/targets"),
    "own-targets": ("lihua", "/targets"),
    "split-targets": ("chenwei", "/targets/split"),
    "quality": ("zhengyu", "/quality"),
    "runs": ("zhengyu", "/runs"),
    "empty": ("hejun", "/clients"),
    "people": ("xulan", "/admin/people"),
    "record": ("gaofeng", "/audit"),
    "account": ("lihua", "/account"),
    "missing": ("lihua", "/clients/00000000-0000-7000-8000-000000000000"),
    "design": ("chenwei", "/design"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to, which pages, and where the product runs."""
    parser.add_argument("out", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8765")
    parser.add_argument(
        "--only", action="append", choices=sorted(PAGES), help="只拍这些页面 / only these pages"
    )
    parser.add_argument("--quick", action="store_true", help="只拍中文浅色桌面 / only zh, light, desktop")


def browser_path() -> str:
    """Return the distribution's Chromium; raise `Refused` with the way out when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        raise Refused(
            "NO_BROWSER", "没有 Chromium。", "请安装发行版的 chromium 与 fonts-wqy-microhei 软件包。"
        )
    return found


def sign_in(page: Any, url: str, user: str) -> None:
    """Sign a demo person in."""
    page.goto(f"{url}/signin")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_load_state("networkidle")


def first_client(page: Any, url: str) -> str:
    """Return the address of the first client of the person's list."""
    page.goto(f"{url}/clients")
    links = page.locator("a[href^='/clients/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    return next(str(link).split("?")[0] for link in links if UNIT.match(str(link)))


def everything_loaded(page: Any) -> None:
    """Scroll through the page, since parts below the fold load when they come into view."""
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    page.locator("[hx-trigger] .skeleton").first.wait_for(state="detached")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")


def shoot(browser: Any, options: argparse.Namespace, language: str, theme: str, size: str) -> int:
    """Take every wanted page in one language, theme and size; each person signs in once."""
    wanted = {name: PAGES[name] for name in (options.only or PAGES)}
    taken = 0
    for user, group in itertools.groupby(
        sorted(wanted.items(), key=lambda one: one[1][0]), key=lambda one: one[1][0]
    ):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        cookies = {"jl_lang": LANGUAGES[language], "jl_theme": theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": options.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        if user:
            sign_in(page, options.url, user)
        for name, (_, address) in group:
            target = first_client(page, options.url) if address == "{client}" else address
            page.goto(f"{options.url}{target}")
            page.wait_for_load_state("networkidle")
            everything_loaded(page)
            page.screenshot(path=str(options.out / f"{name}-{language}-{theme}-{size}.png"), full_page=True)
            taken += 1
        context.close()
    return taken


def run(options: argparse.Namespace) -> int:
    """Drive the running product and write PNG files."""
    from playwright.sync_api import sync_playwright

    options.out.mkdir(parents=True, exist_ok=True)
    combinations = (
        [("zh", "light", "desktop")] if options.quick else list(itertools.product(LANGUAGES, THEMES, SIZES))
    )
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=browser_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        taken = sum(shoot(browser, options, *combination) for combination in combinations)
        browser.close()
    sys.stdout.write(f"{taken} pictures in {options.out}\n")
    return 0
