"""Chromium with a virtual authenticator, for the tests of passkeys.

Playwright runs in a thread of its own: while its loop runs, Django refuses the database to that thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from jinlan.kernel.tests.browsers import PASSWORD
from jinlan.site.commands.shots import browser_path

OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": False, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


class Sitter:
    """One person's browser, each with an authenticator of its own."""

    def __init__(self, hand: ThreadPoolExecutor, browser: Any, url: str) -> None:
        self.hand, self.url = hand, url
        self.does(lambda: self._open(browser))

    def _open(self, browser: Any) -> None:
        self.context = browser.new_context(locale="zh-CN")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type == "error" else None
        )
        self.cdp = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        self.key = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})[
            "authenticatorId"
        ]

    def does(self, what: Callable[[], Any]) -> Any:
        """Run something in the browser's thread."""
        return self.hand.submit(what).result(60)

    def password(self, who: str) -> None:
        """Type user name and password."""

        def typed() -> None:
            self.page.goto(f"{self.url}/signin")
            self.page.fill("input[name=username]", who)
            self.page.fill("input[name=password]", PASSWORD)
            with self.page.expect_navigation():
                self.page.click("button.btn-primary")

        self.does(typed)

    def goes(self, address: str) -> str:
        """Open an address and return where one lands."""

        def opened() -> str:
            self.page.goto(self.url + address)
            return self.page.url.removeprefix(self.url)

        return self.does(opened)

    def presses(self, selector: str) -> str:
        """Press a button and return where one lands, once the browser is at rest."""

        def pressed() -> str:
            with self.page.expect_navigation():
                self.page.click(selector)
            return self.page.url.removeprefix(self.url)

        return self.does(pressed)

    def answers(self, change: str = "") -> str:
        """Let the authenticator answer the page's challenge without sending it; `change` is JavaScript over `options`."""
        script = f"""async () => {{
            const options = JSON.parse(document.querySelector('form[data-passkey]').dataset.options); {change};
            const made = await navigator.credentials.get({{publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)}});
            return JSON.stringify(made.toJSON()); }}"""
        return self.does(lambda: self.page.evaluate(script))

    def sends(self, answer: str) -> str:
        """Send an answer in the page's own form."""

        def sent() -> str:
            self.page.evaluate(
                "(answer) => { document.querySelector('form[data-passkey] [name=passkey]').value = answer; }",
                answer,
            )
            with self.page.expect_navigation():
                self.page.evaluate("() => document.querySelector('form[data-passkey]').submit()")
            return self.page.url.removeprefix(self.url)

        return self.does(sent)

    def body(self) -> str:
        """Return the words of the page."""
        return self.does(lambda: self.page.inner_text("body"))

    def counter(self, to: int) -> None:
        """Set the authenticator's counter, as a copy of it would have another."""

        def set_back() -> None:
            (one,) = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.key})["credentials"]
            self.cdp.send(
                "WebAuthn.removeCredential",
                {"authenticatorId": self.key, "credentialId": one["credentialId"]},
            )
            self.cdp.send(
                "WebAuthn.addCredential", {"authenticatorId": self.key, "credential": one | {"signCount": to}}
            )

        self.does(set_back)

    def verified(self, is_he: bool) -> None:
        """Say whether the authenticator recognises its user."""
        send = {"authenticatorId": self.key, "isUserVerified": is_he}
        self.does(lambda: self.cdp.send("WebAuthn.setUserVerified", send))


@pytest.fixture(scope="module")
def hand() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as one:
        yield one


@pytest.fixture(scope="module")
def chromium(hand: ThreadPoolExecutor) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    tool = hand.submit(lambda: sync_playwright().start()).result()
    browser = hand.submit(lambda: tool.chromium.launch(executable_path=browser_path(), args=OPTIONS)).result()
    yield browser
    hand.submit(browser.close).result()
    hand.submit(tool.stop).result()


@pytest.fixture
def url(database: None, settings: Any) -> Iterator[str]:
    server = LiveServerThread("localhost", StaticFilesHandler)
    settings.ALLOWED_HOSTS = ["localhost", "evil.test", "testserver"]
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    settings.JINLAN_BASE_URL = f"http://localhost:{server.port}"
    yield settings.JINLAN_BASE_URL
    server.terminate()
    server.join()


@pytest.fixture
def sit(hand: ThreadPoolExecutor, chromium: Any, url: str) -> Iterator[Callable[[], Sitter]]:
    made: list[Sitter] = []

    def one() -> Sitter:
        made.append(Sitter(hand, chromium, url))
        return made[-1]

    yield one
    for sitter in made:
        sitter.does(sitter.context.close)
    assert [line for sitter in made for line in sitter.complaints if "Content Security Policy" in line] == []
