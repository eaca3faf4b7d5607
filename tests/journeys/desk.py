"""One person at a browser: what the pages say, read the way a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from playwright.sync_api import Error

from jinlan.basics.numbers import half_up
from jinlan.site.commands.shots import sign_in

WAIT = 90_000  # milliseconds: a busy machine is only slower
# A click that falls between two states of the page hits neither: nothing may load or move for longer than
# htmx takes to see that a part came into view (200 ms).
QUIET = """() => new Promise(done => {
  let since = performance.now()
  const look = () => {
    const now = performance.now()
    if (document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')) since = now
    now - since > 250 ? done(true) : setTimeout(look, 30)
  }
  look()
})"""
KINDS = {"HNW": "家庭", "GROUP": "集团", "PARTNER": "伙伴"}
Signature = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    name: str
    address: str
    signature: Signature  # kind, rank among its kind, score: what tells units apart without their code


def score_text(value: str | None) -> str:
    """Write a score of the command line as pages write it: one decimal, a dash for none."""
    return "—" if value is None else f"{half_up(Decimal(value), 1)}"


def signature(row: dict[str, Any]) -> Signature:
    """Return the signature of a unit of the command line."""
    return (KINDS[row["kind"]], row["rank"], score_text(row["score"]))


def signatures(rows: Iterable[dict[str, Any]]) -> list[Signature]:
    """Return sorted signatures of units of the command line."""
    return sorted((signature(row) for row in rows), key=str)


def _number(text: str) -> int | None:
    digits = text.split("/")[0].strip().replace(",", "")
    return int(digits) if digits.isdigit() else None


@dataclass
class Desk:
    """A signed-in person's browser; complaints are console errors, page errors and policy violations."""

    url: str
    user: str
    context: Any
    page: Any
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def at(
        cls,
        browser: Any,
        url: str,
        user: str,
        *,
        theme: str = "light",
        width: int = 1440,
        lang: str = "zh-hans",
    ) -> Desk:
        """Sign a person in, with the language and look asked for."""
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        cookies = {"jl_lang": lang, "jl_theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        context.set_default_timeout(WAIT)
        desk = cls(url, user, context, context.new_page())
        desk.page.on("console", desk.heard)
        desk.page.on("pageerror", lambda error: desk.complaints.append(f"{desk.page.url} {error}"))
        if user:
            sign_in(desk.page, url, user)
            assert "/signin" not in desk.page.url, f"{user} could not sign in"
        return desk

    def heard(self, message: Any) -> None:
        """Keep what the console calls an error; policy violations are among them."""
        if message.type == "error":
            self.complaints.append(f"{self.page.url} {message.text}")

    def open(self, address: str) -> str:
        """Open a page that must be there; return the text of its body."""
        answer = self.page.goto(self.url + address)
        self.settle()
        assert answer.status == 200, f"{address}: {answer.status}"
        return self.body()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Do something that leads to another page, once this one stands still, and wait for the other."""
        self.settle()
        with self.page.expect_navigation(wait_until="load"):
            yield
        self.settle()

    def settle(self) -> None:
        """Wait until nothing loads any more; a page that leads on by itself is followed."""
        for _ in range(3):
            try:
                self.page.evaluate(QUIET)
                return
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state("load")

    def body(self) -> str:
        """Return the visible and hidden text of the whole page, names in titles included."""
        return str(self.page.content())

    def text(self, selector: str) -> str:
        """Return the text of one element as it is read, white space joined."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def ask(self, address: str) -> tuple[int, str]:
        """Fetch an address with this person's session, outside the page; return status and body."""
        answer = self.context.request.get(self.url + address, max_redirects=0)
        return answer.status, answer.text()

    def rows(self, address: str = "/clients") -> list[Row]:
        """Return all lines of a list, page after page."""
        found: list[Row] = []
        following: str | None = address
        while following:
            self.open(following)
            found += self._lines()
            link = self.page.locator("nav.pager a[rel=next]")
            following = link.get_attribute("href") if link.count() else None
        return found

    def _lines(self) -> list[Row]:
        lines = self.page.locator("table[data-rows] tbody tr[data-peek]").evaluate_all(
            """all => all.map(line => [line.querySelector('a.name').title, line.querySelector('a.name').getAttribute('href'),
               line.querySelector('th .kind').textContent, line.cells[2].textContent, line.cells[3].textContent])"""
        )
        return [
            Row(name, href, (kind.strip(), _number(rank), score.strip()))
            for name, href, kind, score, rank in lines
        ]

    def find(self, unit: dict[str, Any]) -> Row:
        """Return the one line of the whole list that is a unit of the command line."""
        lines = self.rows(f"/clients?view=all&kind={unit['kind']}")
        (found,) = [line for line in lines if line.signature == signature(unit)]
        return found

    def search(self, text: str) -> list[str]:
        """Type into the palette of the page; return the addresses of the clients it offers."""
        self.page.keyboard.press("Control+k")
        box = self.page.locator("#palette-input")
        with self.page.expect_response(lambda answer: "/find" in answer.url and answer.status == 200):
            box.fill(text)
        self.page.wait_for_selector(
            f'#palette-results [data-for="{text}"]', state="attached"
        )  # the answer is in the page
        links = self.page.locator("#palette-results a").evaluate_all(
            "all => all.map(one => one.getAttribute('href'))"
        )
        return [link for link in links if re.match(r"/clients/[0-9a-f]{8}-", link)]


def press(one: Desk, selector: str) -> None:
    """Click and wait for the page that comes of it."""
    with one.leaving():
        one.page.click(selector)
