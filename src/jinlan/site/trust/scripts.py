"""P6: no text that somebody wrote runs as a script, or becomes markup, on any page.

Every page is opened in Chromium three times: as it is (its own policy must have nothing to object to), and with a payload in every
text of the bank, once under the policy and once with the policy lifted, so that escaping is tried alone. And every answer carries the
headers that keep a browser safe.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.template import engines
from django.utils.safestring import SafeString

from jinlan.site.inprocess import serving
from jinlan.site.trust import markup
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.deck import Deck
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.site.trust.oracle import status
from jinlan.workspace import client_columns
from jinlan.workspace.templatetags import client_words

READERS = ("dept", "lead", "compliance", "security", "audits")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
FILES = (
    "format=csv",
    "approval-file",
    "definition-file",
    "attachment-content",
)  # answers that a browser saves
SHARE = 0.2  # of the addresses, where only some pages are opened
WATCH = "addEventListener('securitypolicyviolation', e => (window.jlSaid = window.jlSaid || []).push(e.violatedDirective + ' ' + e.blockedURI))"
LOOK = """() => ({
  shows: /jl-?hole/i.test(document.body.innerText),
  ran: window.jlHole === 1,
  said: window.jlSaid || [],
  made: [...document.querySelectorAll('jl-hole, iframe, object, embed, base, style, video, math, [onerror], [onload], [ontoggle], [onfocus],'
    + ' [onmouseover], a[href^="javascript:"], script:not([src]):not([type])')].map(e => e.outerHTML.slice(0, 80)),
})"""
HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip
Page = tuple[str, str]  # who, address


@dataclass
class Found:
    """What was opened and what was wrong."""

    pages: int = 0
    payloads: int = len(markup.PAYLOADS)
    shows: int = 0  # pages on which a payload stood as text
    texts: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    browser: str = ""
    wrong: list[str] = field(default_factory=list)


def browser_path() -> str:
    """Return the distribution's Chromium, "" without one or without the library that drives it."""
    try:
        import playwright  # noqa: F401  a part of the tests' requirements only
    except ImportError:
        return ""
    return shutil.which("chromium") or shutil.which("chromium-browser") or ""


class Visitor:
    """Opens pages of a bank as several people."""

    def __init__(self, bank: Bank, seed: int, share: float = 1.0) -> None:
        self.bank = bank
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.deck = Deck(bank, seed=seed, people=frozenset((*READERS, ANONYMOUS)), share=share)
        self.found = Found()

    def pages(self) -> list[Page]:
        """Return one address of every page and query for everybody who may open it, searches for payloads, and a page that is none."""
        found: list[Page] = []
        for who, probes in self.deck.deal(("GET",)):
            seen: set[tuple[str, str]] = set()
            for probe in probes:
                good = (
                    status(probe.row, "GET", who != ANONYMOUS, self.deck.sights[who], probe.unit, probe.party)
                    == 200
                )
                key = probe.name, probe.url.partition("?")[2].partition("=")[0]
                saved = any(one in probe.url or one == probe.name for one in FILES)
                if good and key not in seen and not saved and not probe.name.startswith("api:"):
                    seen.add(key)
                    found.append((who, probe.url))
        said = [urlencode({"q": self.dice.choice(markup.PAYLOADS)}, quote_via=quote) for _ in range(4)]
        found += [("dept", f"/{place}?{one}") for one in said for place in ("find", "clients", "gifts")]
        return [
            *found,
            ("lead", "/nothing/%3Cjl-hole%3E"),
            (ANONYMOUS, f"/signin?next=/%22%3E{quote('<jl-hole>')}"),
        ]

    def headers(self) -> None:
        """Every answer to everybody has the headers, whatever its status."""
        for who, probes in self.deck.deal(("GET", "DELETE")):
            client = browser(self.bank, who)
            for probe in probes:
                answer = client.generic(probe.method, probe.url)
                self.found.answers += 1
                policy = answer.headers.get("Content-Security-Policy", "")
                wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
                wrong += (
                    []
                    if "default-src 'none'" in policy and "unsafe-" not in policy
                    else ["Content-Security-Policy"]
                )
                wrong += (
                    ["Cache-Control"]
                    if who != ANONYMOUS
                    and answer.status_code == 200
                    and "no-store" not in answer.headers.get("Cache-Control", "")
                    else []
                )
                self.found.wrong += [
                    f"{who} {probe.method} {probe.name} ({answer.status_code}): the header {name} is missing or wrong"
                    for name in wrong
                ]

    def visit(self, pages: list[Page], *, lifted: bool, what: str, stop_early: bool = False) -> None:
        """Open pages in Chromium; `lifted`: without the product's policy."""
        from playwright.sync_api import sync_playwright

        keys = {who: browser(self.bank, who).cookies for who in sorted({who for who, _url in pages})}
        connection.close()
        with serving() as address, sync_playwright() as tool:
            chromium = tool.chromium.launch(executable_path=browser_path(), args=list(OPTIONS))
            self.found.browser = chromium.version
            for who, cookies in keys.items():
                context = chromium.new_context(bypass_csp=lifted, locale="zh-CN")
                context.add_init_script(WATCH)
                name = settings.SESSION_COOKIE_NAME
                if name in cookies:
                    context.add_cookies([{"name": name, "value": cookies[name].value, "url": address}])
                page = context.new_page()
                for url in [url for one, url in pages if one == who]:
                    self._open(page, address, who, url, what)
                    if stop_early and self.found.wrong:
                        break
                context.close()
            chromium.close()

    def _open(self, page: Any, address: str, who: str, url: str, what: str) -> None:
        answer = page.goto(address + url, wait_until="load")
        told = page.evaluate(LOOK)
        self.found.pages += 1
        self.found.shows += told["shows"]
        said = f"{who} {url.partition('?')[0]} {what}"
        if answer is None or answer.status >= 500:
            self.found.wrong.append(f"{said}: answered {answer.status if answer else 'nothing'}")
        if told["ran"]:
            self.found.wrong.append(f"{said}: a script ran")
        self.found.wrong += [f"{said}: a text became {made}" for made in told["made"][:1]]
        self.found.wrong += [f"{said}: the policy objects to {one}" for one in told["said"][:1]]


def prove(bank: Bank, admin: Admin, *, seed: int, each: int = 0) -> Found:
    """Run P6 on the connected database, on so many pages (0: all)."""
    visitor = Visitor(bank, seed, SHARE if each else 1.0)
    pages = visitor.pages()
    pages = visitor.dice.sample(pages, min(each, len(pages))) if each else pages
    visitor.headers()
    visitor.visit(pages, lifted=False, what="as it is")
    _plant(visitor, admin)
    visitor.visit(pages, lifted=True, what="with payloads, without the policy")
    visitor.visit(pages, lifted=False, what="with payloads")
    if not visitor.found.shows:
        visitor.found.wrong.append("no page shows a payload, so nothing was tried")
    return visitor.found


def _plant(visitor: Visitor, admin: Admin) -> None:
    visitor.found.fields = markup.plant(admin, visitor.dice)
    visitor.found.texts = visitor.found.fields.total()


def blind(bank: Bank, admin: Admin, *, seed: int) -> Found:
    """Look for the canary alone: pages with payloads, without the policy, until something is wrong."""
    visitor = Visitor(bank, seed)
    pages = [one for one in visitor.pages() if one[0] == "dept"]
    _plant(visitor, admin)
    with believing():
        visitor.visit(pages, lifted=True, what="with payloads, without the policy", stop_early=True)
    return visitor.found


@contextmanager
def believing() -> Iterator[None]:
    """Plant the canary: a filter that says its text is markup already."""
    honest = client_words.short_name

    def believes(name: str) -> str:
        return SafeString(honest(name))

    filters = patch.dict(client_words.register.filters, {"short_name": believes})
    with filters, patch.object(client_columns, "short_name", believes):
        _forget()
        yield
    _forget()


def _forget() -> None:
    """Let templates be read anew: a compiled one keeps the filter that it met."""
    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        loader.reset()
